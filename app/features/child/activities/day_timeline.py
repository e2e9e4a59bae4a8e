"""The line of a day: its parts from waking to night, each open to a tap.

This room knows that a row belongs to one part of the day, and that a part without a row has not been
spoken of, which says nothing about it. The first question of the rows names the part; the others stand
below the part that is open.

    day_timeline(slot)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.features.child.activities.choice import choose_one
from app.features.child.activities.free_text import entry_from_text, text_of_entry
from app.features.child.answer_text import format_child_answer
from app.features.child.bound_question import BoundQuestion, answer_value, choices_for, use_state
from app.kit import theme
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet
from app.kit.drawing.pictures import has_picture, picture
from app.kit.forms.choices import Choice
from app.kit.forms.fields import text_area
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry, GroupRow


def day_timeline(slot: BoundQuestion) -> ft.Control:
    """The parts of the day, one below the other on a line."""
    kept: Any = _day_timeline
    drawn: ft.Control = kept(slot, key=f"{slot.key}.line")
    return drawn


@ft.component
@guarded_render
def _day_timeline(slot: BoundQuestion) -> ft.Control:
    open_part, open_it = use_state("")
    which, *asked = slot.item.items
    rows = day_rows(slot.current_entry())

    def part(choice: Choice) -> list[ft.Control]:
        row = _row(rows, which, choice.code)
        is_open = choice.code == open_part
        head = _part_header(
            choice, _describe_row(asked, row), is_open, lambda: open_it("" if is_open else choice.code)
        )
        if not is_open:
            return [head]
        return [head, _part_body([_part_question(slot, which, choice.code, item) for item in asked])]

    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[drawn for choice in choices_for(which) for drawn in part(choice)],
    )


def day_rows(entry: AnswerEntry | None) -> tuple[GroupRow, ...]:
    """The parts of the day that were spoken of, in the order in which they were."""
    value = answer_value(entry)
    return tuple(row for row in value if isinstance(row, dict)) if isinstance(value, tuple) else ()


def rows_with_answer(
    rows: tuple[GroupRow, ...], which: Item, part: str, link_id: str, entry: AnswerEntry | None
) -> tuple[GroupRow, ...]:
    """The rows with one answer changed. A part of which nothing is left loses its row."""
    before = _row(rows, which, part)
    others = {key: kept for key, kept in before.items() if key not in (link_id, which.link_id)}
    if entry is not None:
        others[link_id] = entry
    row: GroupRow = {which.link_id: Answered(part), **others}
    if not before:
        return (*rows, row) if others else rows
    return tuple(kept if kept is not before else row for kept in rows if kept is not before or others)


def _row(rows: tuple[GroupRow, ...], which: Item, part: str) -> GroupRow:
    return next((row for row in rows if answer_value(row.get(which.link_id)) == part), {})


def _describe_row(asked: list[Item], row: GroupRow) -> str:
    """What was said of this part, in a line."""
    return ", ".join(words for item in asked if (words := format_child_answer(item, row.get(item.link_id))))


def _part_question(slot: BoundQuestion, which: Item, part: str, item: Item) -> ft.Control:
    """One question about one part of the day."""

    def after(entry: AnswerEntry | None) -> AnswerEntry | None:
        rows = rows_with_answer(day_rows(slot.current_entry()), which, part, item.link_id, entry)
        return Answered(rows) if rows else None

    def now() -> AnswerEntry | None:
        return _row(day_rows(slot.current_entry()), which, part).get(item.link_id)

    inner = BoundQuestion(
        item=item,
        key=f"{slot.key}.{part}.{item.link_id}",
        band=slot.band,
        entry=now(),
        set_answer=lambda entry: slot.set_answer(after(entry)),
        set_answer_debounced=lambda entry: slot.set_answer_debounced(after(entry)),
        current_entry=now,
    )
    if item.type == "choice":
        return _labelled_block(heading(item.text, level=3), choose_one(inner))
    return text_area(
        item.text,
        value=text_of_entry(inner.entry),
        on_change=lambda words: inner.set_answer_debounced(entry_from_text(inner, words)),
        lines=2,
        key=inner.key,
    )


def _labelled_block(*controls: ft.Control) -> ft.Control:
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=list(controls),
    )


def _part_header(part: Choice, told: str, is_open: bool, on_tap: Callable[[], Any]) -> ft.Control:
    mark = ft.Icons.EXPAND_LESS if is_open else ft.Icons.EXPAND_MORE
    looks = ft.Row(
        spacing=14,
        controls=[
            *([picture(part.picture, part.text, size=56)] if has_picture(part.picture) else []),
            ft.Column(
                tight=True,
                spacing=2,
                expand=True,
                controls=[ft.Text(part.text, theme_style=theme.LEAD), *([quiet(told)] if told else [])],
            ),
            ft.Icon(mark, size=28, color=ft.Colors.ON_SURFACE_VARIANT),
        ],
    )
    return tappable(
        say("child.day.part", part=part.text, told=told) if told else part.text,
        looks,
        on_tap,
        chosen=is_open,
        padding=(12, 8),
        min_height=72,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.PRIMARY if is_open else ft.Colors.OUTLINE_VARIANT),
    )


def _part_body(controls: list[ft.Control]) -> ft.Control:
    return ft.Container(
        border=ft.Border.only(left=ft.BorderSide(4, ft.Colors.PRIMARY)),
        padding=ft.Padding.only(left=14, top=4, bottom=8),
        margin=ft.Margin.only(left=20),
        content=ft.Column(
            tight=True,
            spacing=18,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=controls,
        ),
    )
