"""Exact words: each line as it was said, where it came from, and what was asked just before.

A line becomes part of the answer once its words and its origin are both there; until then all lines are
kept as the item's draft. Nothing trims or completes what a child said. A complete line closes to a
quotation when another is added; Change opens it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import ItemDraft, VerbatimDraft, VerbatimLineDraft, verbatim_draft_of
from app.features.assess.items.not_answered import with_not_answered
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.keyed import beside, column, keyed, keyed_component, row, side_line, stack
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import AnswerEntry, Origin

# What is most often true stands first.
_ORIGINS: tuple[Origin, ...] = ("child-said", "child-typed", "adult-observed", "adult-said")


def exact_words_control(bound: BoundItem) -> ft.Control:
    """Draw the lines of one question, and the ways of not answering."""
    return with_not_answered(
        bound,
        _line_editors(f"{bound.key}.lines", bound),
        to_draft=lambda: _standing(bound.draft, bound.current_entry()),
        from_draft=lambda draft: (_standing(draft, None) or VerbatimDraft()).to_answer(),
    )


def lacks_origin(draft: ItemDraft | None) -> bool:
    """Tell whether a draft holds words without where they came from."""
    return isinstance(draft, VerbatimDraft) and draft.lacks_origin


def _standing(draft: ItemDraft | None, entry: AnswerEntry | None) -> VerbatimDraft | None:
    """Return the lines of the draft, or of the answer where there is no draft."""
    if isinstance(draft, VerbatimDraft) and draft.lines:
        return draft
    answered = verbatim_draft_of(entry)
    return answered if answered.lines else None


@keyed_component
def _line_editors(bound: BoundItem) -> ft.Control:
    empty = _empty_line(bound.item)
    first = _standing(bound.draft, bound.entry) or VerbatimDraft((empty,))
    draft = use_ref(first)
    lines = draft.current.lines
    open_at, open_line = use_state(_first_incomplete(lines))
    # Numbers that lines keep for as long as they are on the page, whatever is removed above them.
    numbers = use_ref(count()).current
    line_keys = use_ref([next(numbers) for _ in lines]).current

    def change(at: int, **parts: str) -> tuple[AnswerEntry | None, VerbatimDraft | None]:
        now = list(draft.current.lines)
        now[at] = replace(now[at], **parts)
        draft.current = VerbatimDraft(tuple(now))
        return draft.current.to_answer()

    async def choose(at: int, origin: str | None) -> None:
        await bound.set_answer(*change(at, origin=origin or ""))

    async def remove(at: int) -> None:
        now = draft.current.lines
        del line_keys[at]
        draft.current = VerbatimDraft((*now[:at], *now[at + 1 :]))
        open_line(_first_incomplete(draft.current.lines))
        await bound.set_answer(*draft.current.to_answer())

    def add() -> None:
        line_keys.append(next(numbers))
        draft.current = VerbatimDraft((*draft.current.lines, empty))
        open_line(len(draft.current.lines) - 1)

    def draw_line(at: int, line: VerbatimLineDraft) -> ft.Control:
        name = f"{bound.key}.{line_keys[at]}"
        if at != open_at and line.is_complete:
            return keyed(name, _line_summary(line, lambda: open_line(at)))
        has_others = len(lines) > 1
        return keyed(
            name,
            _line_editor(
                bound,
                line,
                name,
                number=at + 1 if has_others else 0,
                on_words=lambda typed: bound.set_answer_debounced(*change(at, words=typed)),
                on_origin=lambda origin: choose(at, origin),
                on_prompt=lambda typed: bound.set_answer_debounced(*change(at, prompt=typed)),
                on_remove=(lambda: remove(at)) if has_others else None,
            ),
        )

    return stack(
        *(draw_line(at, line) for at, line in enumerate(lines)),
        row(secondary_button(say("words.add"), add, icon=ft.Icons.ADD)),
        spacing=16,
    )


def _line_editor(
    bound: BoundItem,
    line: VerbatimLineDraft,
    name: str,
    *,
    number: int,
    on_words: Callable[[str], None],
    on_origin: Callable[[str | None], Awaitable[None]],
    on_prompt: Callable[[str], None],
    on_remove: Callable[[], Awaitable[None]] | None,
) -> ft.Control:
    label = say("words.line", n=number) if number else say("words.exact")
    lacking = bound.problem and line.words.strip() and not line.origin
    return stack(
        text_field(label, value=line.words, on_change=on_words, lines=3, key=f"{name}.words"),
        heading(say("words.origin"), level=3),
        text(bound.problem, strong=True, colour=ft.Colors.ERROR) if lacking else None,
        radio_rows(
            [Choice(origin, say(f"origin.choice.{origin}")) for origin in _ORIGINS],
            chosen=line.origin or None,
            on_choose=on_origin,
            clear=False,
        ),
        _prompt_field(f"{name}.asked", line.prompt, on_prompt, f"{name}.asked"),
        row(quiet_button(say("words.remove", n=number), on_remove)) if on_remove else None,
        spacing=12,
    )


@keyed_component
def _prompt_field(prompt: str, on_prompt: Callable[[str], None], name: str) -> ft.Control:
    """Show what was asked just before, to be changed where other words were used."""
    is_open, open_field = use_state(not prompt)
    if is_open:
        return text_field(
            say("words.asked"), value=prompt, on_change=on_prompt, hint=say("words.asked-hint"), key=name
        )
    return column(
        quiet(say("words.asked-was", prompt=prompt)),
        quiet_button(say("words.asked-change"), lambda: open_field(True)),
        spacing=0,
    )


def _line_summary(line: VerbatimLineDraft, on_change: Callable[[], None]) -> ft.Control:
    """Draw a complete line as a quotation."""
    words: list[ft.Control] = [
        text(say("words.quoted", words=line.words)),
        quiet(say(f"origin.choice.{line.origin}")),
    ]
    name = f"{say('action.change')}: {line.words[:40]}"
    return side_line(
        beside(None, *words, gap=10, end=quiet_button(say("action.change"), on_change, name=name)),
        ft.Colors.PRIMARY,
    )


def _empty_line(item: Item) -> VerbatimLineDraft:
    # A question to the practitioner ("Who said what") is not what the child was asked.
    return VerbatimLineDraft(prompt=item.text if item.for_child else "")


def _first_incomplete(lines: tuple[VerbatimLineDraft, ...]) -> int:
    """Return the position of the first incomplete line; -1 when all are complete."""
    return next((at for at, line in enumerate(lines) if not line.is_complete), -1)
