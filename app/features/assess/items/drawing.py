"""A drawing, made here: the paper, and the ways of not answering.

This room knows that every step on the paper is an answer at once, so that a dropped phone costs no
more than the line that was being drawn. It adds nothing to what the child drew.

    drawing_control(bound)
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.not_answered import not_answered_rows
from app.kit.controls.keyed import with_placeholders
from app.kit.drawing.drawing_pad import drawing_pad
from assessments.definitions.drawing import Drawing, from_plain, to_plain
from assessments.engine.answers import Answered, AnswerEntry


def drawing_control(bound: BoundItem) -> ft.Control:
    """The paper of one question."""

    async def changed(drawing: Drawing) -> None:
        await bound.set_answer(Answered(drawing), None)

    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            None
            if bound.not_answered
            else drawing_pad(_drawing_in(bound.entry), changed, key=f"{bound.key}.paper"),
            not_answered_rows(bound, aside=lambda: _to_draft(bound.current_entry()), back=_from_draft),
        ),
    )


def _drawing_in(entry: AnswerEntry | None) -> Drawing | None:
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) else None


def _to_draft(entry: AnswerEntry | None) -> dict[str, Any] | None:
    """The paper, in a form that can be held while a way of not answering is chosen."""
    drawing = _drawing_in(entry)
    return to_plain(drawing) if drawing else None


def _from_draft(half: Any) -> tuple[AnswerEntry | None, None]:
    return (Answered(from_plain(half)) if half else None), None
