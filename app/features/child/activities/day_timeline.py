"""The line of a day: its parts from waking to night, each open to a tap. The first question of the rows names
the part. A part without a row was not spoken of, which says nothing about it.
"""

from collections.abc import Callable
from dataclasses import replace

import flet as ft

from app.features.child import bound_question
from app.features.child.activities.choice import choose_one
from app.features.child.bound_question import BoundQuestion, answer_value, choices_for, format_child_answer
from app.kit import theme
from app.kit.controls.keyed import beside, keyed_component, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet
from app.kit.drawing.pictures import has_picture, picture
from app.kit.forms.choices import Choice
from app.kit.forms.fields import text_field
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry, GroupRow, parts_of


def day_timeline(bound: BoundQuestion) -> ft.Control:
    """Draw the parts of the day, one below the other on a line."""
    return _day_timeline(f"{bound.key}.line", bound)


@keyed_component
def _day_timeline(bound: BoundQuestion) -> ft.Control:
    open_part, open_it = use_state("")
    which, *asked = bound.item.items
    rows = parts_of(bound.current_entry(), dict)

    def part(choice: Choice) -> list[ft.Control]:
        row, is_open = _row(rows, which, choice.code), choice.code == open_part
        said = (format_child_answer(item, row.get(item.link_id)) for item in asked)
        summary = ", ".join(words for words in said if words)
        head = _part_header(choice, summary, is_open, lambda: open_it("" if is_open else choice.code))
        if not is_open:
            return [head]
        return [head, _part_body([_part_question(bound, which, choice.code, item) for item in asked])]

    return stack(*(drawn for choice in choices_for(which) for drawn in part(choice)))


def rows_with_answer(
    rows: tuple[GroupRow, ...], which: Item, part: str, link_id: str, entry: AnswerEntry | None
) -> tuple[GroupRow, ...]:
    """Return the rows with one answer changed. A part of which nothing is left loses its row."""
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


def _part_question(bound: BoundQuestion, which: Item, part: str, item: Item) -> ft.Control:
    """Draw one question about one part of the day."""

    def after(entry: AnswerEntry | None) -> AnswerEntry | None:
        rows = rows_with_answer(parts_of(bound.current_entry(), dict), which, part, item.link_id, entry)
        return Answered(rows) if rows else None

    def now() -> AnswerEntry | None:
        return _row(parts_of(bound.current_entry(), dict), which, part).get(item.link_id)

    inner = replace(
        bound,
        item=item,
        key=f"{bound.key}.{part}.{item.link_id}",
        entry=now(),
        set_answer=lambda entry: bound.set_answer(after(entry)),
        set_answer_debounced=lambda entry: bound.set_answer_debounced(after(entry)),
        current_entry=now,
    )
    if item.type == "choice":
        return stack(heading(item.text, level=3), choose_one(inner))
    return text_field(
        item.text,
        value=bound_question.text_of_entry(inner.entry),
        on_change=lambda words: inner.set_answer_debounced(bound_question.entry_from_text(item, words)),
        lines=2,
        key=inner.key,
    )


def _part_header(part: Choice, summary: str, is_open: bool, on_tap: Callable[[], object]) -> ft.Control:
    mark = ft.Icons.EXPAND_LESS if is_open else ft.Icons.EXPAND_MORE
    looks = beside(
        picture(part.picture, part.text, size=56) if has_picture(part.picture) else None,
        ft.Text(part.text, theme_style=theme.LEAD),
        quiet(summary) if summary else None,
        gap=14,
        top=False,
        end=ft.Icon(mark, size=28, color=ft.Colors.ON_SURFACE_VARIANT),
    )
    return tappable(
        say("child.day.part", part=part.text, told=summary) if summary else part.text,
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
        content=stack(*controls, spacing=18),
    )
