"""A group that is filled once for each: each adult in turn, each in a card of its own. Taking a row out is
asked twice, since words go with it.
"""

from collections.abc import Callable
from dataclasses import replace

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import GroupDraft, ItemDraft
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import column, keyed, keyed_component, row, stack
from app.kit.controls.text import heading, text
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.definitions.definition import Item, walk_items
from assessments.engine.answers import Answered, AnswerEntry, GroupRow, parts_of
from assessments.engine.enablement import find_visible_in_row


def repeating_group_control(bound: BoundItem, draw: Callable[[BoundItem], ft.Control]) -> ft.Control:
    """Draw the rows of a repeating group; `draw` shows one question."""
    return _rows(f"{bound.key}.rows", bound, draw)


@keyed_component
def _rows(bound: BoundItem, draw: Callable[[BoundItem], ft.Control]) -> ft.Control:
    removing, set_removing = use_state(-1)
    # A row that was taken out must not leave its letters in the fields of the next one.
    version, set_version = use_state(0)
    # Not what the page was drawn with: a row may have gone since.
    rows = _rows_of(bound)
    known = {inner.link_id: inner for inner in walk_items(bound.item.items)}

    async def add() -> None:
        await bound.set_answer(Answered((*_rows_of(bound), {})), bound.draft)

    async def take_out(at: int) -> None:
        now = _rows_of(bound)
        rest = (*now[:at], *now[at + 1 :])
        set_removing(-1)
        set_version(version + 1)
        await bound.set_answer(Answered(rest) if rest else None, _draft_of(bound).without_row(at))

    def draw_row(at: int) -> ft.Control:
        name = say("rows.name", row=bound.item.row_name, n=at + 1)
        out = (
            _confirm_removal(name, on_yes=lambda: take_out(at), on_no=lambda: set_removing(-1))
            if at == removing
            else row(quiet_button(say("rows.remove", name=name), lambda: set_removing(at)))
        )
        seen = find_visible_in_row(bound.item, rows[at], {}, ())
        inside = [draw(_bind_row_item(bound, known[link_id], at, version)) for link_id in seen]
        return keyed(f"{bound.key}.{at}.{version}", card(heading(name), *inside, out, spacing=16))

    adding = secondary_button(say("rows.add", row=bound.item.row_name), add, icon=ft.Icons.ADD)
    return stack(*(draw_row(at) for at in range(len(rows))), row(adding), spacing=14)


def _bind_row_item(bound: BoundItem, inner: Item, at: int, version: int) -> BoundItem:
    """Bind one question of one row to the entry and the draft of the whole group."""
    link_id = inner.link_id

    def changed(entry: AnswerEntry | None, draft: ItemDraft | None) -> tuple[AnswerEntry, GroupDraft | None]:
        rows = list(_rows_of(bound))
        row = {name: kept for name, kept in rows[at].items() if name != link_id}
        rows[at] = row if entry is None else {**row, link_id: entry}
        return Answered(tuple(rows)), _draft_of(bound).with_draft(at, link_id, draft)

    def current() -> AnswerEntry | None:
        return _rows_of(bound)[at].get(link_id)

    return replace(
        bound,
        item=inner,
        key=f"{bound.key}.{version}.{at}.{link_id}",
        entry=current(),
        problem="",
        set_answer=lambda entry, draft: bound.set_answer(*changed(entry, draft)),
        set_answer_debounced=lambda entry, draft: bound.set_answer_debounced(*changed(entry, draft)),
        current_entry=current,
        read_draft=lambda: _draft_of(bound).drafts.get((at, link_id)),
    )


def _confirm_removal(name: str, *, on_yes: Callable[[], object], on_no: Callable[[], object]) -> ft.Control:
    buttons = [secondary_button(say("rows.out"), on_yes), secondary_button(say("rows.keep"), on_no)]
    sure = text(say("rows.sure", name=name))
    return column(sure, ft.Row(wrap=True, spacing=10, controls=buttons), spacing=8)


def _rows_of(bound: BoundItem) -> tuple[GroupRow, ...]:
    return parts_of(bound.current_entry(), dict)


def _draft_of(bound: BoundItem) -> GroupDraft:
    return bound.draft if isinstance(bound.draft, GroupDraft) else GroupDraft()
