"""The activity of a question, by its type. A question that is only to be read has none."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.core.child.child_session import ChildSession, ChildSessionState
from app.features.child.activities.choice import choose_one, choose_some
from app.features.child.activities.day_timeline import day_timeline
from app.features.child.activities.drawing import drawing_activity
from app.features.child.activities.free_text import free_text_activity
from app.features.child.activities.ladder import ladder_activity
from app.features.child.activities.placement import placement_activity
from app.features.child.bound_question import BoundQuestion, bind_question
from app.kit.controls.text import title
from assessments.definitions.definition import ItemType

_ACTIVITIES: dict[ItemType, Callable[[BoundQuestion], ft.Control]] = {
    "choice": choose_one,
    "choices": choose_some,
    "words": free_text_activity,
    "text": free_text_activity,
    "people": placement_activity,
    "drawing": drawing_activity,
}


def child_question(state: ChildSessionState, session: ChildSession) -> list[ft.Control | None]:
    """Draw the question that the session is on, with its activity."""
    item = state.question
    bound = bind_question(session, item)
    match item.type:
        case "integer":
            ends = [
                bind_question(session, own)
                for own in state.form.instrument.items[0].items
                if own.link_id in item.ends
            ]
            doing: ft.Control | None = ladder_activity(bound, ends)
        case "group":
            doing = day_timeline(bound)
        case _:
            draw = _ACTIVITIES.get(item.type)
            doing = draw(bound) if draw else None
    return [title(item.text), doing]
