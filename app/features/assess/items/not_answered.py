"""The ways of not answering, of the same size as an answer: "Not known", "Not now", "Not asked because".

This room knows how they are offered below an "or", and that a reason goes with "not asked". It does
not judge them: each is an answer. What was typed before is put aside, and is back when the person
takes the choice back.

    not_answered_rows(bound, aside=lambda: "half a sentence", back=read_text)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import flet as ft

from app.features.assess.items.bound_item import BoundItem, not_answered_label
from app.kit.controls.text import heading, optional_label, quiet
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.definitions.definition import AnswerState, Item
from assessments.engine.answers import NOT_ASKED_REASONS, AnswerEntry, NotAnswered

_PREFIX = "state:"


def not_answered_choices(item: Item) -> list[Choice]:
    """The ways of not answering that an item offers, set apart from its options."""
    return [Choice(_PREFIX + state, not_answered_label(item, state), exclusive=True) for state in item.states]


def not_answered_code(bound: BoundItem) -> str | None:
    """The code of the chosen way of not answering, or None."""
    return _PREFIX + bound.not_answered.state if bound.not_answered else None


def not_answered_entry(code: str) -> NotAnswered | None:
    """The entry behind a code of `not_answered_choices`, or None for the code of an option."""
    return NotAnswered(cast(AnswerState, code.removeprefix(_PREFIX))) if code.startswith(_PREFIX) else None


def not_answered_rows(
    bound: BoundItem, *, aside: Callable[[], Any], back: Callable[[Any], tuple[AnswerEntry | None, Any]]
) -> ft.Control | None:
    """The ways of not answering, for a question that is answered by typing. None where it offers none.

    `aside` gives what stands in the fields; `back` makes an entry, and what is half-typed, of it.
    """
    if not bound.item.states:
        return None

    async def choose(code: str | None) -> None:
        entry = not_answered_entry(code) if code else None
        if entry is not None:
            await bound.set_answer(entry, bound.draft if bound.not_answered else aside())
        else:
            await bound.set_answer(*back(bound.draft))

    rows = radio_rows(not_answered_choices(bound.item), chosen=not_answered_code(bound), on_choose=choose)
    if bound.not_answered:
        return rows
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[ft.Container(padding=ft.Padding.only(left=16), content=quiet(say("label.or"))), rows],
    )


def reason_rows(bound: BoundItem) -> ft.Control | None:
    """Why it was not asked: one of a closed list, and a note. None while nothing calls for it."""
    absent = bound.not_answered
    if absent is None or absent.state != "not-asked":
        return None

    def now() -> NotAnswered:
        # A note may have been typed since this was drawn.
        entry = bound.current_entry()
        return entry if isinstance(entry, NotAnswered) else absent

    async def choose(reason: str | None) -> None:
        await bound.set_answer(replace(now(), reason=reason or ""), bound.draft)

    def note(text: str) -> None:
        bound.set_answer_debounced(replace(now(), note=text), bound.draft)

    reasons = [Choice(reason, say(f"reason.choice.{reason}")) for reason in NOT_ASKED_REASONS]
    return ft.Container(
        border=ft.Border.only(left=ft.BorderSide(3, ft.Colors.OUTLINE_VARIANT)),
        padding=ft.Padding.only(left=14),
        margin=ft.Margin.only(top=4),
        content=ft.Column(
            tight=True,
            spacing=12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                heading(say("reason.title"), level=3),
                radio_rows(reasons, chosen=absent.reason or None, on_choose=choose, clear=False),
                text_field(
                    optional_label(say("reason.note")),
                    value=absent.note,
                    on_change=note,
                    lines=2,
                    key=f"{bound.key}.note",
                ),
            ],
        ),
    )
