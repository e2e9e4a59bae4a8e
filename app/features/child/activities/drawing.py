"""Drawing: paper, pens and stickers. Every step on the paper is saved at once."""

from __future__ import annotations

import flet as ft

from app.features.child.bound_question import BoundQuestion
from app.features.child.buttons import MIN_HEIGHT_BY_BAND
from app.kit.drawing.drawing_pad import drawing_pad
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered


def drawing_activity(bound: BoundQuestion) -> ft.Control:
    """Draw the pad of one question."""

    async def drew(paper: Drawing) -> None:
        await bound.set_answer(Answered(paper))

    given = bound.value if isinstance(bound.value, Drawing) else None
    return drawing_pad(f"{bound.key}.paper", given, drew, MIN_HEIGHT_BY_BAND[bound.band])
