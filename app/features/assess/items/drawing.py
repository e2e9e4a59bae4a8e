"""A drawing, made here: the paper, and the ways of not answering.

This room knows that every step on the paper is an answer at once, so that a dropped phone costs no
more than the line that was being drawn. It adds nothing to what the child drew.

    drawing_control(bound)
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.features.assess.items.bound_item import Bound
from app.features.assess.items.not_answered import absent_rows
from app.kit.controls.keyed import steady
from app.kit.drawing.drawing_pad import drawing_pad
from assessments.definitions.drawing import Drawing, from_plain, to_plain
from assessments.engine.answers import Answered, Entry


def drawing_control(bound: Bound) -> ft.Control:
    """The paper of one question."""

    async def changed(drawing: Drawing) -> None:
        await bound.set_answer(Answered(drawing), None)

    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=steady(
            None if bound.not_answered else drawing_pad(_of(bound.entry), changed, key=f"{bound.key}.paper"),
            absent_rows(bound, aside=lambda: _aside(bound.current_entry()), back=_back),
        ),
    )


def _of(entry: Entry | None) -> Drawing | None:
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) else None


def _aside(entry: Entry | None) -> dict[str, Any] | None:
    """The paper, in a form that can be held while a way of not answering is chosen."""
    drawing = _of(entry)
    return to_plain(drawing) if drawing else None


def _back(half: Any) -> tuple[Entry | None, None]:
    return (Answered(from_plain(half)) if half else None), None
