"""Answers as text: what was chosen, said, placed or not answered, as a reader sees it. What cannot be read
(written by a newer tool) is shown as it stands.

    format_answer(item, NotAnswered("not-asked", "not-safe"))   # Not asked because it was not safe to ask
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from app.features.shared.text.days import format_day
from app.kit.messages import say
from assessments.definitions.definition import Instrument, Item, walk_items
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import (
    Answered,
    AnswerEntry,
    NotAnswered,
    PlacedPerson,
    VerbatimLine,
    from_plain,
)
from assessments.errors import BadAnswer

# A result, or a part of one, as it is stored: the JSON that the engine's `Result.to_plain` writes.
StoredResult = Mapping[str, Any]


def format_answer(item: Item, entry: AnswerEntry | None) -> str:
    """Format one entry, lists one part a line; "" when there is none."""
    if entry is None:
        return ""
    if isinstance(entry, NotAnswered):
        return _format_not_answered(item, entry)
    value = entry.value
    if isinstance(value, tuple):
        return _format_list(item, value)
    if isinstance(value, Drawing):
        return say("draw.by-child" if value.visible_marks else "draw.empty")
    match item.type:
        case "choice":
            return _format_option(item, value)
        case "integer" if item.low_text or item.high_text:
            return say("label.ladder-step", n=value, of=item.maximum)
        case "date":
            day = date.fromisoformat(str(value))
            return format_day(day, date.min.replace(year=day.year), near=False) + f" {day.year}"
        case "time":
            return f"{time.fromisoformat(str(value)):%H:%M}"
    return str(value)


def format_quote(line: VerbatimLine) -> str:
    """Put exact words in quotation marks."""
    return say("said.words", words=line.words)


def describe_quote_source(item: Item, line: VerbatimLine) -> str:
    """Say where exact words came from, and what was asked just before if it was not the item's own text."""
    origin = say(f"origin.{line.origin}")
    if line.prompt in ("", item.text):
        return origin
    return f"{origin}. {say('said.asked', prompt=line.prompt)}"


def read_stored_answer(item: Item, plain: object) -> AnswerEntry | None:
    """Read a plain entry; None for one that this tool cannot read."""
    try:
        return from_plain(item, plain)
    except BadAnswer:
        return None


def drawing_of(entry: AnswerEntry | None) -> Drawing | None:
    """Return the drawing in an entry, if something stands on its paper."""
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) and value.visible_marks else None


def not_answered_label(item: Item, state: str) -> str:
    """Return what a way of not answering is called for this item."""
    return dict(item.state_words).get(state) or say(f"state.{state}")


def _format_not_answered(item: Item, entry: NotAnswered) -> str:
    words = not_answered_label(item, entry.state)
    if entry.reason:
        words = say("state.because", state=words, reason=say(f"reason.{entry.reason}"))
    return f"{words}\n{entry.note}" if entry.note else words


def _format_option(item: Item, code: object) -> str:
    option = item.option(str(code))
    return option.text if option is not None else str(code)


def _format_list(item: Item, parts: tuple[object, ...]) -> str:
    people = tuple(part for part in parts if isinstance(part, PlacedPerson))
    if len(people) == len(parts) and item.type == "people":
        return "\n".join(_format_people_map(item, people))
    return "\n".join(_format_part(item, part) for part in parts)


def _format_part(item: Item, part: object) -> str:
    if isinstance(part, VerbatimLine):
        return f"{format_quote(part)}\n{describe_quote_source(item, part)}"
    if isinstance(part, Mapping):
        return "\n".join(_row_lines(item, part))
    return _format_option(item, part)


def _format_people_map(item: Item, parts: tuple[PlacedPerson, ...]) -> list[str]:
    """Format each place of the map with who is in it, in the order of the map."""
    found: dict[str, list[str]] = {option.code: [] for option in item.options}
    for part in parts:
        found.setdefault(part.place, []).append(part.who)
    return [
        say("said.place", place=_format_option(item, place), who=", ".join(who))
        for place, who in found.items()
        if who
    ]


def _row_lines(item: Item, row: Mapping[str, AnswerEntry]) -> list[str]:
    return [
        say("said.part", question=inner.text, answer=format_answer(inner, row[inner.link_id]))
        for inner in walk_items(item.items)
        if inner.link_id in row
    ]


def format_scale_counts(scale: StoredResult) -> str:
    """Say how a count stands beside what is missing: "19 of 24 answered, 3 not known, 2 not asked"."""
    parts = [say("result.answered", n=scale["answered"], of=scale["of"])]
    absent = ("unknown", "declined", "not_asked", "not_applicable", "not_reached")
    parts += [say(f"result.{name}", n=scale[name]) for name in absent if scale.get(name)]
    return ", ".join(parts)


def describe_finding(instrument: Instrument, finding: StoredResult) -> str:
    """Say what a finding tells the reader, or "" for one that only concerns the filling in."""
    data = finding.get("data") or {}
    match finding["code"]:
        case "same-day":
            return next((flag.text for flag in instrument.flags if flag.id == data.get("flag")), "")
        case "note":
            return str(data.get("text", ""))
        case "danger-unknown":
            item = instrument.index.get(str(finding.get("link_id")))
            return say("result.danger-unknown", question=item.text) if item is not None else ""
        case "many-unknown":
            return say("result.many-unknown", n=data.get("count"), of=data.get("of"))
        case "missed":
            return say(f"result.missed-{data.get('level')}", n=data.get("count"))
    return ""
