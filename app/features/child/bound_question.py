"""One question in a child's turn: what was given, and how to give it.

This room knows the two speeds of giving: a tap is an answer at once, letters are an answer when the
typing rests. The activities see a turn through this alone, so that a question in a row of the day's
line is the same as one on a page.

    await slot.give(Answered("happy"))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.core.child.child_session import ChildSession
from app.core.child.child_update import stop_option
from app.kit.forms.choices import Choice
from assessments.casework.child_sessions import AgeBand
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered


@dataclass(frozen=True, slots=True, repr=False)
class BoundQuestion:
    """`name` is unique on the page and holds ids only; `entry` is what stood when it was drawn."""

    item: Item
    key: str
    band: AgeBand
    entry: AnswerEntry | None
    set_answer: Callable[[AnswerEntry | None], Awaitable[None]]
    set_answer_debounced: Callable[[AnswerEntry | None], None]
    current_entry: Callable[[], AnswerEntry | None]

    def __repr__(self) -> str:
        return "<BoundQuestion>"

    @property
    def value(self) -> Any:
        """What was given, or None."""
        return answer_value(self.entry)


def bind_question(hand: ChildSession, item: Item) -> BoundQuestion:
    """A question on a page of its own."""
    link_id = item.link_id
    return BoundQuestion(
        item=item,
        key=link_id,
        band=hand.state.band,
        entry=hand.current_entry(link_id),
        set_answer=lambda entry: hand.set_answer(link_id, entry),
        set_answer_debounced=lambda entry: hand.queue_input(link_id, entry),
        current_entry=lambda: hand.current_entry(link_id),
    )


def answer_value(entry: AnswerEntry | None) -> Any:
    """The value of an answer; None where there is none."""
    return None if entry is None or isinstance(entry, NotAnswered) else entry.value


def chosen_codes(entry: AnswerEntry | None) -> tuple[str, ...]:
    """The codes that were chosen, one or several."""
    value = answer_value(entry)
    if isinstance(value, tuple):
        return tuple(str(code) for code in value)
    return () if value is None else (str(value),)


def choices_for(item: Item) -> list[Choice]:
    """The options of a question as the kit draws them, in the places that they have for this child.

    A stop of its own is not among them: the page's Stop gives it, so that a page has one.
    """
    stop = stop_option(item)
    return [
        Choice(option.code, option.text, exclusive=option.alone, picture=option.picture)
        for option in item.options
        if option is not stop
    ]


def make_answer(value: Any) -> AnswerEntry | None:
    """An answer, or None for nothing."""
    return Answered(value) if value not in (None, "", ()) else None


def use_state(first: Any) -> tuple[Any, Callable[[Any], None]]:
    """A value with how to change it; a change draws the activity again."""
    pair: Any = ft.use_state(first)
    value, change = pair
    return value, change
