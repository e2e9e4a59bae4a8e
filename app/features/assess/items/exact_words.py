"""Exact words: each line as it was said, where it came from, and what was asked just before.

A line becomes part of the answer once its words and its origin are both there; until then all lines are kept
as the item's draft. Nothing trims or completes what a child said.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
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
    lines = draft.lines if isinstance(draft, VerbatimDraft) else ()
    return any(line.words.strip() and not line.origin for line in lines)


def _standing(draft: ItemDraft | None, entry: AnswerEntry | None) -> VerbatimDraft | None:
    """Return the lines of the draft, or of the answer where there is no draft."""
    if isinstance(draft, VerbatimDraft) and draft.lines:
        return draft
    answered = verbatim_draft_of(entry)
    return answered if answered.lines else None


@keyed_component
def _line_editors(bound: BoundItem) -> ft.Control:
    # A question to the practitioner ("Who said what") is not what the child was asked.
    empty = VerbatimLineDraft(prompt=bound.item.text if bound.item.for_child else "")
    first = _standing(bound.draft, bound.entry) or VerbatimDraft((empty,))
    draft = use_ref(first)
    lines = draft.current.lines
    open_at, open_line = use_state(_first_incomplete(lines))
    # Numbers that lines keep for as long as they are on the page, whatever is removed above them.
    numbers = use_ref(count()).current
    line_keys = use_ref([next(numbers) for _ in lines]).current
    origins = [Choice(origin, say(f"origin.choice.{origin}")) for origin in _ORIGINS]

    def change(at: int, **parts: str) -> tuple[AnswerEntry | None, VerbatimDraft | None]:
        now = list(draft.current.lines)
        now[at] = replace(now[at], **parts)
        draft.current = VerbatimDraft(tuple(now))
        return draft.current.to_answer()

    def type_in(at: int, part: str, typed: str) -> None:
        bound.set_answer_debounced(*change(at, **{part: typed}))

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
        label = say("words.line", n=at + 1) if len(lines) > 1 else say("words.exact")
        lacking = bound.problem and line.words.strip() and not line.origin
        taking_out = quiet_button(say("words.remove", n=at + 1), lambda: remove(at))
        editor = stack(
            text_field(
                label, value=line.words, on_change=partial(type_in, at, "words"), lines=3, key=f"{name}.words"
            ),
            heading(say("words.origin"), level=3),
            text(bound.problem, strong=True, colour=ft.Colors.ERROR) if lacking else None,
            radio_rows(origins, chosen=line.origin or None, on_choose=partial(choose, at), clear=False),
            _prompt_field(f"{name}.asked", line.prompt, partial(type_in, at, "prompt"), f"{name}.asked"),
            row(taking_out) if len(lines) > 1 else None,
            spacing=12,
        )
        return keyed(name, editor)

    return stack(
        *(draw_line(at, line) for at, line in enumerate(lines)),
        row(secondary_button(say("words.add"), add, icon=ft.Icons.ADD)),
        spacing=16,
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
    words, origin = text(say("words.quoted", words=line.words)), quiet(say(f"origin.choice.{line.origin}"))
    name = f"{say('action.change')}: {line.words[:40]}"
    change = quiet_button(say("action.change"), on_change, name=name)
    return side_line(beside(None, words, origin, gap=10, end=change), ft.Colors.PRIMARY)


def _first_incomplete(lines: tuple[VerbatimLineDraft, ...]) -> int:
    """Return the position of the first incomplete line; -1 when all are complete."""
    return next((at for at, line in enumerate(lines) if not line.is_complete), -1)
