"""A group that is filled once for each: each adult in turn, each in a card of its own.

This room knows rows: adding one, taking one out (asked twice, since words go with it), and giving
each question of a row the same controls as a question on a page.

    repeating_group_control(bound, question)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.shared.page import use_state
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, text
from app.kit.messages import say
from assessments.definitions.definition import Item, walk_items
from assessments.engine.answers import Answered, AnswerEntry, GroupRow
from assessments.engine.enablement import find_visible_in_row

QuestionControl = Callable[[BoundItem], ft.Control]


def repeating_group_control(bound: BoundItem, draw: QuestionControl) -> ft.Control:
    """The rows of a repeating group; `draw` shows one question."""
    kept: Any = _rows
    rows: ft.Control = kept(bound, draw, key=f"{bound.key}.rows")
    return rows


@ft.component
@guarded_render
def _rows(bound: BoundItem, draw: QuestionControl) -> ft.Control:
    leaving, leave = use_state(-1)
    # A row that was taken out must not leave its letters in the fields of the next one.
    turn, turn_over = use_state(0)
    # Not what the page was drawn with: a row may have gone since.
    rows = _rows_of(bound.current_entry())

    async def add() -> None:
        await bound.set_answer(Answered((*_rows_of(bound.current_entry()), {})), bound.draft)

    async def take_out(at: int) -> None:
        now = _rows_of(bound.current_entry())
        rest = (*now[:at], *now[at + 1 :])
        leave(-1)
        turn_over(turn + 1)
        await bound.set_answer(Answered(rest) if rest else None, _drafts_without_row(bound.draft, at))

    def drawn(at: int) -> ft.Control:
        name = say("rows.name", row=bound.item.row_name, n=at + 1)
        out = (
            _confirm_removal(name, on_yes=lambda: take_out(at), on_no=lambda: leave(-1))
            if at == leaving
            else ft.Row(controls=[quiet_button(say("rows.remove", name=name), lambda: leave(at))])
        )
        inside = [
            draw(_bind_row_item(bound, inner, at, turn)) for inner in _visible_items(bound.item, rows[at])
        ]
        return keyed(f"{bound.key}.{at}.{turn}", card(heading(name), *inside, out, spacing=16))

    return ft.Column(
        tight=True,
        spacing=14,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *(drawn(at) for at in range(len(rows))),
            ft.Row(
                controls=[secondary_button(say("rows.add", row=bound.item.row_name), add, icon=ft.Icons.ADD)]
            ),
        ],
    )


def _bind_row_item(bound: BoundItem, inner: Item, at: int, turn: int) -> BoundItem:
    """One question of one row, bound to the entry of the whole group."""
    key = f"{at}.{inner.link_id}"

    def changed(entry: AnswerEntry | None) -> AnswerEntry:
        rows = list(_rows_of(bound.current_entry()))
        row = {link_id: kept for link_id, kept in rows[at].items() if link_id != inner.link_id}
        rows[at] = row if entry is None else {**row, inner.link_id: entry}
        return Answered(tuple(rows))

    def held(half: Any) -> dict[str, Any] | None:
        others = {name: kept for name, kept in (bound.draft or {}).items() if name != key}
        return {**others, key: half} if half is not None else others or None

    async def tap(entry: AnswerEntry | None, half: Any = None) -> None:
        await bound.set_answer(changed(entry), held(half))

    def typed(entry: AnswerEntry | None, half: Any = None) -> None:
        bound.set_answer_debounced(changed(entry), held(half))

    return BoundItem(
        item=inner,
        place=f"{bound.place}.{key}",
        key=f"{bound.key}.{turn}.{key}",
        entry=_rows_of(bound.current_entry())[at].get(inner.link_id),
        problem="",
        set_answer=tap,
        set_answer_debounced=typed,
        current_entry=lambda: _rows_of(bound.current_entry())[at].get(inner.link_id),
        read_draft=lambda: (bound.draft or {}).get(key),
        kept_phrases=bound.kept_phrases,
        keep_phrase=bound.keep_phrase,
    )


def _confirm_removal(name: str, *, on_yes: Any, on_no: Any) -> ft.Control:
    return ft.Column(
        tight=True,
        spacing=8,
        controls=with_placeholders(
            text(say("rows.sure", name=name)),
            ft.Row(
                wrap=True,
                spacing=10,
                controls=[
                    secondary_button(say("rows.out"), on_yes),
                    secondary_button(say("rows.keep"), on_no),
                ],
            ),
        ),
    )


def _visible_items(group: Item, row: GroupRow) -> list[Item]:
    known = {inner.link_id: inner for inner in walk_items(group.items)}
    return [known[link_id] for link_id in find_visible_in_row(group, row, {}, ())]


def _rows_of(entry: AnswerEntry | None) -> tuple[GroupRow, ...]:
    if not isinstance(entry, Answered) or not isinstance(entry.value, tuple):
        return ()
    return tuple(row for row in entry.value if isinstance(row, Mapping))


def _drafts_without_row(half: Any, at: int) -> dict[str, Any] | None:
    """What is held for the rows that stay, under their new numbers."""
    kept: dict[str, Any] = {}
    for key, held in (half or {}).items():
        number, link_id = key.split(".", 1)
        if int(number) != at:
            kept[f"{int(number) - (int(number) > at)}.{link_id}"] = held
    return kept or None
