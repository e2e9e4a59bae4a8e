"""Answers that are typed: text, a day, a time, a number.

This room knows how letters become an entry as they are typed, and that letters which cannot be read
are held as they are. It never corrects what stands in a field.

    text_control(bound, show_label=True)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.not_answered import not_answered_rows
from app.features.shared.parse_typed import parse_day, parse_decimal, parse_time, parse_whole_number
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.text.days import format_long_day
from app.kit.controls.keyed import with_placeholders
from app.kit.controls.text import quiet
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.own_words_fields import is_practitioner_wording
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry

# Up to this many letters one line is enough to read them all.
_SHORT_LETTERS = 200

Parser = Callable[[str], Answered | None]


def text_control(bound: BoundItem, label: str, *, show_label: bool, hint: str = "") -> ft.Control:
    """A field for words of one's own; more lines where more is expected."""
    is_short = bound.item.max_length <= _SHORT_LETTERS
    return _typed_control(
        bound, label, _parse_text, show_label=show_label, hint=hint, lines=1 if is_short else 3
    )


def number_control(bound: BoundItem, label: str, *, show_label: bool, hint: str = "") -> ft.Control:
    """A field for a number."""
    return _typed_control(
        bound,
        label,
        _parse_whole_number if bound.item.type == "integer" else _parse_decimal,
        show_label=show_label,
        hint=hint,
        keyboard=ft.KeyboardType.NUMBER,
        width=140,
    )


def day_control(bound: BoundItem, label: str, *, show_label: bool, hint: str = "") -> ft.Control:
    """A field for a day, which is read back in full below it."""
    hint = " ".join(part for part in (hint, say("hint.day")) if part)
    in_full = _day_in_full(bound)
    return _typed_control(
        bound, label, _parse_day, show_label=show_label, hint=hint, read_back=in_full, width=240
    )


def time_control(bound: BoundItem, label: str, *, show_label: bool, hint: str = "") -> ft.Control:
    """A field for a time of day."""
    hint = " ".join(part for part in (hint, say("hint.time")) if part)
    return _typed_control(bound, label, _parse_time, show_label=show_label, hint=hint, width=160)


def _typed_control(
    bound: BoundItem,
    label: str,
    read: Parser,
    *,
    show_label: bool,
    hint: str,
    read_back: str = "",
    lines: int = 1,
    width: int | None = None,
    keyboard: ft.KeyboardType = ft.KeyboardType.TEXT,
) -> ft.Control:
    def parts(text: str) -> tuple[AnswerEntry | None, str | None]:
        entry = read(text)
        return entry, None if entry is not None or not text.strip() else text

    def type_in(text: str) -> None:
        bound.set_answer_debounced(*parts(text))

    def standing() -> str | None:
        entry = bound.current_entry()
        return bound.draft or (_as_typed(bound.item, entry) if isinstance(entry, Answered) else None)

    link_id = bound.item.link_id
    looks: dict[str, Any] = {"hint": hint, "problem": bound.problem, "show_label": show_label}
    value = str(bound.draft or _as_typed(bound.item, bound.entry))
    if is_practitioner_wording(bound.item):
        field = phrasing_checked_field(
            label,
            value=value,
            on_change=type_in,
            kept=lambda: bound.kept_phrases(link_id),
            on_keep=lambda code: bound.keep_phrase(link_id, code),
            lines=lines,
            key=bound.key,
            **looks,
        )
    else:
        field = text_field(
            label,
            value=value,
            on_change=type_in,
            lines=lines,
            width=width,
            keyboard=keyboard,
            key=bound.key,
            **looks,
        )
    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            None if bound.not_answered else field,
            quiet(read_back) if read_back else None,
            not_answered_rows(bound, aside=standing, back=lambda half: parts(str(half or ""))),
        ),
    )


def _as_typed(item: Item, entry: AnswerEntry | None) -> str:
    """An entry as it would be typed."""
    if not isinstance(entry, Answered) or isinstance(entry.value, tuple):
        return ""
    if item.type == "date":
        day = date.fromisoformat(str(entry.value))
        return f"{day.day} {day.month} {day.year}"
    if item.type == "time":
        return time.fromisoformat(str(entry.value)).strftime("%H:%M")
    return str(entry.value)


def _day_in_full(bound: BoundItem) -> str:
    entry = bound.entry
    return format_long_day(date.fromisoformat(str(entry.value))) if isinstance(entry, Answered) else ""


def _parse_text(text: str) -> Answered | None:
    return Answered(text) if text.strip() else None


def _parse_whole_number(text: str) -> Answered | None:
    number = parse_whole_number(text)
    return None if number is None else Answered(number)


def _parse_decimal(text: str) -> Answered | None:
    number = parse_decimal(text)
    return None if number is None else Answered(number)


def _parse_day(text: str) -> Answered | None:
    day = parse_day(text)
    return None if day is None else Answered(day.isoformat())


def _parse_time(text: str) -> Answered | None:
    moment = parse_time(text)
    return None if moment is None else Answered(moment.isoformat())
