"""Exact words: each line as it was said, where it came from, and what was asked just before.

This room knows that a line is a record once its words and its origin are both there. Until then it
is held as it stands. It never mends, trims or completes what a child said. A finished line closes
to a quotation when another is added; Change opens it.

    exact_words_control(bound)
"""

from __future__ import annotations

from typing import Any, TypedDict

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.not_answered import not_answered_rows
from app.features.shared.page import use_ref, use_state
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_area, text_field
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry, Origin, VerbatimLine

# What is most often true stands first.
_ORIGINS: tuple[Origin, ...] = ("child-said", "child-typed", "adult-observed", "adult-said")


class VerbatimLineDraft(TypedDict):
    """One line as it stands on the page; `origin` is "" until it is chosen."""

    words: str
    origin: str
    prompt: str


def exact_words_control(bound: BoundItem) -> ft.Control:
    """The lines of one question, and the ways of not answering."""
    kept: Any = _line_editors
    lines: ft.Control = kept(bound, key=f"{bound.key}.lines")
    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            None if bound.not_answered else lines,
            not_answered_rows(
                bound,
                aside=lambda: _draft_lines(bound.draft) or _lines_of_entry(bound.current_entry()) or None,
                back=lambda half: entry_from_lines(_draft_lines(half)),
            ),
        ),
    )


def lacks_origin(half: Any) -> bool:
    """Whether words stand here without where they came from."""
    return any(line["words"].strip() and not line["origin"] for line in _draft_lines(half))


def entry_from_lines(
    lines: list[VerbatimLineDraft],
) -> tuple[AnswerEntry | None, list[VerbatimLineDraft] | None]:
    """The entry that the whole lines make, and all of them while one is only half there."""
    whole = [line for line in lines if line["words"].strip() and line["origin"]]
    begun = [line for line in lines if line["words"].strip() or line["origin"]]
    entry = Answered(tuple(_line_from_draft(line) for line in whole)) if whole else None
    return entry, begun if len(begun) > len(whole) else None


@ft.component
@guarded_render
def _line_editors(bound: BoundItem) -> ft.Control:
    item = bound.item
    kept = use_ref(_draft_lines(bound.draft) or _lines_of_entry(bound.entry) or [_empty_line(item)])
    open_at, open_line = use_state(_first_incomplete(kept.current))
    names = use_ref(_LineKeys()).current

    def change(at: int, part: str, value: str) -> tuple[AnswerEntry | None, list[VerbatimLineDraft] | None]:
        lines = [VerbatimLineDraft(**line) for line in kept.current]
        lines[at][part] = value  # type: ignore[literal-required]  # one of the three names below
        kept.current = lines
        return entry_from_lines(lines)

    async def choose(at: int, origin: str | None) -> None:
        await bound.set_answer(*change(at, "origin", origin or ""))

    async def remove(at: int) -> None:
        names.remove(at)
        kept.current = [*kept.current[:at], *kept.current[at + 1 :]] or [_empty_line(item)]
        open_line(_first_incomplete(kept.current))
        await bound.set_answer(*entry_from_lines(kept.current))

    def add() -> None:
        kept.current = [*kept.current, _empty_line(item)]
        open_line(len(kept.current) - 1)

    def drawn(at: int, line: VerbatimLineDraft) -> ft.Control:
        name = f"{bound.key}.{names.key_of(at)}"
        if at != open_at and line["words"].strip() and line["origin"]:
            return keyed(name, _line_summary(line, lambda: open_line(at)))
        has_others = len(kept.current) > 1
        return keyed(
            name,
            _line_editor(
                bound,
                line,
                name,
                number=at + 1 if has_others else 0,
                on_words=lambda typed: bound.set_answer_debounced(*change(at, "words", typed)),
                on_origin=lambda origin: choose(at, origin),
                on_prompt=lambda typed: bound.set_answer_debounced(*change(at, "prompt", typed)),
                on_remove=(lambda: remove(at)) if has_others else None,
            ),
        )

    return ft.Column(
        tight=True,
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *(drawn(at, line) for at, line in enumerate(kept.current)),
            ft.Row(controls=[secondary_button(say("words.add"), add, icon=ft.Icons.ADD)]),
        ],
    )


class _LineKeys:
    """Numbers that lines keep for as long as they are on the page, whatever is removed above them."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._next = 0

    def key_of(self, at: int) -> int:
        while len(self._numbers) <= at:
            self._numbers.append(self._next)
            self._next += 1
        return self._numbers[at]

    def remove(self, at: int) -> None:
        self.key_of(at)
        del self._numbers[at]


def _line_editor(
    bound: BoundItem,
    line: VerbatimLineDraft,
    name: str,
    *,
    number: int,
    on_words: Any,
    on_origin: Any,
    on_prompt: Any,
    on_remove: Any,
) -> ft.Control:
    kept: Any = _prompt_field
    label = say("words.line", n=number) if number else say("words.exact")
    lacking = bound.problem and line["words"].strip() and not line["origin"]
    return ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            text_area(label, value=line["words"], on_change=on_words, lines=3, key=f"{name}.words"),
            heading(say("words.origin"), level=3),
            text(bound.problem, strong=True, colour=ft.Colors.ERROR) if lacking else None,
            radio_rows(
                [Choice(origin, say(f"origin.choice.{origin}")) for origin in _ORIGINS],
                chosen=line["origin"] or None,
                on_choose=on_origin,
                clear=False,
            ),
            kept(line["prompt"], on_prompt, f"{name}.asked", key=f"{name}.asked"),
            ft.Row(controls=[quiet_button(say("words.remove", n=number), on_remove)]) if on_remove else None,
        ),
    )


@ft.component
@guarded_render
def _prompt_field(prompt: str, on_prompt: Any, name: str) -> ft.Control:
    """What was asked just before, to be changed where other words were used."""
    is_open, open_field = use_state(not prompt)
    if is_open:
        return text_field(
            say("words.asked"), value=prompt, on_change=on_prompt, hint=say("words.asked-hint"), key=name
        )
    return ft.Column(
        tight=True,
        spacing=0,
        controls=[
            quiet(say("words.asked-was", prompt=prompt)),
            quiet_button(say("words.asked-change"), lambda: open_field(True)),
        ],
    )


def _line_summary(line: VerbatimLineDraft, on_change: Any) -> ft.Control:
    """A finished line as a quotation."""
    return ft.Container(
        border=ft.Border.only(left=ft.BorderSide(4, ft.Colors.PRIMARY)),
        padding=ft.Padding.only(left=14),
        content=ft.Row(
            vertical_alignment=ft.CrossAxisAlignment.START,
            controls=[
                ft.Column(
                    tight=True,
                    spacing=2,
                    expand=True,
                    controls=[
                        text(say("words.quoted", words=line["words"])),
                        quiet(say(f"origin.choice.{line['origin']}")),
                    ],
                ),
                quiet_button(
                    say("action.change"), on_change, name=f"{say('action.change')}: {line['words'][:40]}"
                ),
            ],
        ),
    )


def _empty_line(item: Item) -> VerbatimLineDraft:
    # A question to the practitioner ("Who said what") is not what the child was asked.
    return {"words": "", "origin": "", "prompt": item.text if item.for_child else ""}


def _draft_lines(half: Any) -> list[VerbatimLineDraft]:
    return list(half) if isinstance(half, list) else []


def _lines_of_entry(entry: AnswerEntry | None) -> list[VerbatimLineDraft]:
    if not isinstance(entry, Answered) or not isinstance(entry.value, tuple):
        return []
    return [
        {"words": part.words, "origin": part.origin, "prompt": part.prompt}
        for part in entry.value
        if isinstance(part, VerbatimLine)
    ]


def _line_from_draft(line: VerbatimLineDraft) -> VerbatimLine:
    return VerbatimLine(line["words"], line["origin"], line["prompt"])  # type: ignore[arg-type]  # from the rows above


def _first_incomplete(lines: list[VerbatimLineDraft]) -> int:
    """The first line that is not whole; -1 when all are."""
    whole = [bool(line["words"].strip() and line["origin"]) for line in lines]
    return whole.index(False) if False in whole else -1
