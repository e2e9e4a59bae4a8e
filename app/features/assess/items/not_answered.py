"""The ways of not answering, of the same size as an answer: "Not known", "Not now", "Not asked because". What
was typed before is kept as the item's draft and is back when the choice is cleared.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import ItemDraft
from app.features.shared.text.answers import not_answered_label
from app.kit.controls.keyed import side_line, stack
from app.kit.controls.text import heading, optional_label, quiet
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.definitions.definition import AnswerState, Item
from assessments.engine.answers import NOT_ASKED_REASONS, AnswerEntry, NotAnswered

# What stands in the fields, to be kept while a way of not answering is chosen; and the answer and draft
# that it gives when the choice is cleared.
ToDraft = Callable[[], ItemDraft | None]
FromDraft = Callable[[ItemDraft | None], tuple[AnswerEntry | None, ItemDraft | None]]

_PREFIX = "state:"


def not_answered_choices(item: Item) -> list[Choice]:
    """Return the ways of not answering that an item offers, set apart from its options."""
    return [Choice(_PREFIX + state, not_answered_label(item, state), exclusive=True) for state in item.states]


def not_answered_code(bound: BoundItem) -> str | None:
    """Return the code of the chosen way of not answering, or None."""
    return _PREFIX + bound.not_answered.state if bound.not_answered else None


def not_answered_entry(code: str) -> NotAnswered | None:
    """Return the entry behind a code of `not_answered_choices`, or None for the code of an option."""
    return NotAnswered(cast(AnswerState, code.removeprefix(_PREFIX))) if code.startswith(_PREFIX) else None


def with_not_answered(
    bound: BoundItem, control: ft.Control, *notes: ft.Control | None, to_draft: ToDraft, from_draft: FromDraft
) -> ft.Control:
    """Draw a control with the ways of not answering below; it gives way to a chosen one."""
    rows = not_answered_rows(bound, to_draft=to_draft, from_draft=from_draft)
    return stack(None if bound.not_answered else control, *notes, rows, spacing=10)


def not_answered_rows(
    bound: BoundItem, *, to_draft: ToDraft = lambda: None, from_draft: FromDraft = lambda _draft: (None, None)
) -> ft.Control | None:
    """Draw the ways of not answering below an "or". None where the item offers none."""
    if not bound.item.states:
        return None

    async def choose(code: str | None) -> None:
        entry = not_answered_entry(code) if code else None
        if entry is not None:
            await bound.set_answer(entry, bound.draft if bound.not_answered else to_draft())
        else:
            await bound.set_answer(*from_draft(bound.draft))

    rows = radio_rows(not_answered_choices(bound.item), chosen=not_answered_code(bound), on_choose=choose)
    if bound.not_answered:
        return rows
    return stack(ft.Container(padding=ft.Padding.only(left=16), content=quiet(say("label.or"))), rows)


def reason_rows(bound: BoundItem) -> ft.Control | None:
    """Ask why it was not asked: one of a closed list, and a note. None for every other answer."""
    absent = bound.not_answered
    if absent is None or absent.state != "not-asked":
        return None

    def current() -> NotAnswered:
        # A note may have been typed since this was drawn.
        entry = bound.current_entry()
        return entry if isinstance(entry, NotAnswered) else absent

    async def choose(reason: str | None) -> None:
        await bound.set_answer(replace(current(), reason=reason or ""), bound.draft)

    def note(text: str) -> None:
        bound.set_answer_debounced(replace(current(), note=text), bound.draft)

    reasons = [Choice(reason, say(f"reason.choice.{reason}")) for reason in NOT_ASKED_REASONS]
    label, key = optional_label(say("reason.note")), f"{bound.key}.note"
    asked = stack(
        heading(say("reason.title"), level=3),
        radio_rows(reasons, chosen=absent.reason or None, on_choose=choose, clear=False),
        text_field(label, value=absent.note, on_change=note, lines=2, key=key),
        spacing=12,
    )
    asked_aside = side_line(asked, width=3)
    asked_aside.margin = ft.Margin.only(top=4)
    return asked_aside
