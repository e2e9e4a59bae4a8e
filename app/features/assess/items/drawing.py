"""A drawing as an answer: the pad, and the ways of not answering.

Every step on the pad is saved at once, so that a lost device costs no more than the stroke being drawn.
"""

from __future__ import annotations

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import DrawingDraft, ItemDraft
from app.features.assess.items.not_answered import with_not_answered
from app.kit.drawing.drawing_pad import drawing_pad
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered, AnswerEntry


def drawing_control(bound: BoundItem) -> ft.Control:
    """Draw the pad of one question."""

    async def changed(drawing: Drawing) -> None:
        await bound.set_answer(Answered(drawing), None)

    def to_draft() -> DrawingDraft | None:
        drawing = _drawing_in(bound.current_entry())
        return DrawingDraft(drawing) if drawing else None

    pad = drawing_pad(f"{bound.key}.paper", _drawing_in(bound.entry), changed)
    return with_not_answered(bound, pad, to_draft=to_draft, from_draft=_from_draft)


def _drawing_in(entry: AnswerEntry | None) -> Drawing | None:
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) else None


def _from_draft(draft: ItemDraft | None) -> tuple[AnswerEntry | None, None]:
    return (Answered(draft.drawing) if isinstance(draft, DrawingDraft) else None), None
