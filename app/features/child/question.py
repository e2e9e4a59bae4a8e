"""Which activity serves which question.

This room knows one table. A question that is only to be read has no activity.

    question(turn, hand)
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.core.child.session import Hand, Turn
from app.features.child.activities.choosing import choose_one, choose_some
from app.features.child.activities.day import day_line
from app.features.child.activities.drawing import drawing
from app.features.child.activities.ladder import ladder_of
from app.features.child.activities.placing import placing
from app.features.child.activities.saying import saying
from app.features.child.slot import Slot, slot_of
from app.kit.controls.text import title
from assessments.definitions.definition import ItemType

_ACTIVITIES: dict[ItemType, Callable[[Slot], ft.Control]] = {
    "choice": choose_one,
    "choices": choose_some,
    "words": saying,
    "text": saying,
    "people": placing,
    "drawing": drawing,
}


def question(turn: Turn, hand: Hand) -> list[ft.Control | None]:
    """The question on the screen, and what to do with it."""
    item = turn.question
    slot = slot_of(hand, item)
    match item.type:
        case "integer":
            ends = [
                slot_of(hand, own) for own in turn.form.instrument.items[0].items if own.link_id in item.ends
            ]
            doing: ft.Control | None = ladder_of(slot, ends)
        case "group":
            doing = day_line(slot)
        case _:
            draw = _ACTIVITIES.get(item.type)
            doing = draw(slot) if draw else None
    return [title(item.text), doing]
