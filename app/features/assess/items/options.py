"""Choosing: one of several, any of several, a step of a ladder.

An item's options and its ways of not answering are rows of the same size, or pictures of the same size
where the tool names one for each option. A retired option is shown only while it is chosen.
"""

from __future__ import annotations

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.not_answered import (
    not_answered_choices,
    not_answered_code,
    not_answered_entry,
    not_answered_rows,
)
from app.kit.controls.keyed import stack
from app.kit.forms.choices import Choice, checkbox_rows, ladder, radio_rows
from assessments.engine.answers import Answered, AnswerEntry


def choice_control(bound: BoundItem) -> ft.Control:
    """Draw the options, of which one can be chosen, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else None

    async def choose(code: str | None) -> None:
        entry: AnswerEntry | None = None
        if code is not None:
            entry = not_answered_entry(code) or Answered(code)
        await bound.set_answer(entry, None)

    return radio_rows(
        [*_options(bound, (value,)), *not_answered_choices(bound.item)],
        chosen=str(value) if value is not None else not_answered_code(bound),
        on_choose=choose,
    )


def choices_control(bound: BoundItem) -> ft.Control:
    """Draw the options, of which any can be chosen, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else ()
    chosen = tuple(str(code) for code in value) if isinstance(value, tuple) else ()

    async def choose(codes: tuple[str, ...]) -> None:
        await bound.set_answer(Answered(codes) if codes else None, None)

    return stack(
        checkbox_rows(_options(bound, chosen), chosen=chosen, on_choose=choose),
        not_answered_rows(bound),
    )


def ladder_control(bound: BoundItem) -> ft.Control:
    """Draw a ladder with words at both ends, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else None

    async def choose(step: int | None) -> None:
        await bound.set_answer(None if step is None else Answered(step), None)

    item = bound.item
    return stack(
        ladder(
            low=item.minimum or 0,
            high=item.maximum or 0,
            chosen=value if isinstance(value, int) else None,
            on_choose=choose,
            low_text=item.low_text,
            high_text=item.high_text,
        ),
        not_answered_rows(bound),
    )


def is_ladder(bound: BoundItem) -> bool:
    """Tell whether a number is chosen on a ladder: it has both ends, and words for them."""
    item = bound.item
    return None not in (item.minimum, item.maximum) and bool(item.low_text and item.high_text)


def _options(bound: BoundItem, chosen: tuple[object, ...]) -> list[Choice]:
    return [
        Choice(option.code, option.text, option.hint, exclusive=option.alone, picture=option.picture)
        for option in bound.item.options
        if not option.retired or option.code in chosen
    ]
