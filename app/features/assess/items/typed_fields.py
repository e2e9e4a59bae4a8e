"""Answers that are typed: text, a day, a time, a number. Letters that cannot be read are kept as the item's
draft; nothing corrects what stands in a field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import partial

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import ItemDraft, TextDraft
from app.features.assess.items.not_answered import with_not_answered
from app.features.shared.parse_typed import parse_day, parse_decimal, parse_time, parse_whole_number
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.text.days import format_long_day
from app.kit.controls.text import quiet
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.phrasing_check import is_practitioner_wording
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry

# Up to this many letters one line is enough to read them all.
_SHORT_LETTERS = 200

Parser = Callable[[str], Answered | None]


@dataclass(frozen=True, slots=True, repr=False)
class _Kind:
    """How one type of answer is typed: how it is read, the code of its hint, and the width in pixels."""

    read: Parser
    hint: str = ""
    width: int | None = None
    keyboard: ft.KeyboardType = ft.KeyboardType.TEXT


def typed_control(bound: BoundItem, label: str, *, show_label: bool, hint: str = "") -> ft.Control:
    """Draw the field of an item, with a day in full below it; three lines for more than 200 letters."""
    kind, is_text = _KINDS[bound.item.type], bound.item.type == "text"
    hint = " ".join(part for part in (hint, say(kind.hint) if kind.hint else "") if part)
    lines = 3 if is_text and bound.item.max_length > _SHORT_LETTERS else 1

    def parts(text: str) -> tuple[AnswerEntry | None, TextDraft | None]:
        entry = kind.read(text)
        return entry, None if entry is not None or not text.strip() else TextDraft(text)

    def type_in(text: str) -> None:
        bound.set_answer_debounced(*parts(text))

    def standing() -> TextDraft | None:
        text = _drafted(bound.draft) or _as_typed(bound.item, bound.current_entry())
        return TextDraft(text) if text else None

    link_id = bound.item.link_id
    value = _drafted(bound.draft) or _as_typed(bound.item, bound.entry)
    checked = partial(
        phrasing_checked_field,
        kept=lambda: bound.kept_phrases(link_id),
        on_keep=lambda code: bound.keep_phrase(link_id, code),
    )
    plain = partial(text_field, width=kind.width, keyboard=kind.keyboard)
    field = (checked if is_practitioner_wording(bound.item) else plain)(
        label,
        value=value,
        on_change=type_in,
        lines=lines,
        key=bound.key,
        hint=hint,
        problem=bound.problem,
        show_label=show_label,
    )
    in_full = None
    if bound.item.type == "date" and isinstance(bound.entry, Answered):
        in_full = quiet(format_long_day(date.fromisoformat(str(bound.entry.value))))
    return with_not_answered(
        bound, field, in_full, to_draft=standing, from_draft=lambda draft: parts(_drafted(draft))
    )


def _drafted(draft: ItemDraft | None) -> str:
    return draft.text if isinstance(draft, TextDraft) else ""


def _as_typed(item: Item, entry: AnswerEntry | None) -> str:
    """Write an entry as it would be typed; "" for none."""
    if not isinstance(entry, Answered) or isinstance(entry.value, tuple):
        return ""
    if item.type == "date":
        day = date.fromisoformat(str(entry.value))
        return f"{day.day} {day.month} {day.year}"
    if item.type == "time":
        return time.fromisoformat(str(entry.value)).strftime("%H:%M")
    return str(entry.value)


def _parse_text(text: str) -> Answered | None:
    return Answered(text) if text.strip() else None


def _parse(text: str, read: Callable[[str], float | date | time | None]) -> Answered | None:
    value = read(text)
    return None if value is None else Answered(value if isinstance(value, float | int) else value.isoformat())


_NUMBER = ft.KeyboardType.NUMBER
_KINDS = {
    "text": _Kind(_parse_text),
    "integer": _Kind(partial(_parse, read=parse_whole_number), width=140, keyboard=_NUMBER),
    "decimal": _Kind(partial(_parse, read=parse_decimal), width=140, keyboard=_NUMBER),
    "date": _Kind(partial(_parse, read=parse_day), "hint.day", 240),
    "time": _Kind(partial(_parse, read=parse_time), "hint.time", 160),
}
