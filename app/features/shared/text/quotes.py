"""Answers in words: what was chosen, said, placed or not answered, as a reader sees it.

This room knows the shapes of entries and turns each into text: options by their words, exact words
in quotation marks with where they came from, and every way of not answering by its name. It knows
no page. What it cannot read (written by a newer tool) is shown as it stands, never dropped.

    answer_words(item, Answered("yes"))                      # "Yes"
    answer_words(item, NotAnswered("not-asked", "not-safe"))   # "Not asked because it was not safe to ask"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from app.features.shared.text.days import day_words
from app.kit.messages import say
from assessments.definitions.definition import Instrument, Item
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered, Entry, Line, NotAnswered, Placed, from_plain, walk
from assessments.errors import BadAnswer


def answer_words(item: Item, entry: Entry | None) -> str:
    """One entry as text, lines for lists; "" when there is none."""
    if entry is None:
        return ""
    if isinstance(entry, NotAnswered):
        return _absent_words(item, entry)
    value = entry.value
    if isinstance(value, tuple):
        return _list_words(item, value)
    if isinstance(value, Drawing):
        return say("draw.by-child" if value.visible_marks else "draw.empty")
    match item.type:
        case "choice":
            return _option_words(item, value)
        case "integer" if item.low_text or item.high_text:
            return say("label.ladder-step", n=value, of=item.maximum)
        case "date":
            day = date.fromisoformat(str(value))
            return day_words(day, date.min.replace(year=day.year), near=False) + f" {day.year}"
        case "time":
            return f"{time.fromisoformat(str(value)):%H:%M}"
    return str(value)


def read_words(item: Item, plain: Any) -> str:
    """The plain form of an entry as text. What this tool cannot read is shown as it was kept."""
    if plain is None:
        return ""
    try:
        return answer_words(item, from_plain(item, plain))
    except BadAnswer:
        return str(plain)


def quoted(line: Line) -> str:
    """Exact words in quotation marks."""
    return say("said.words", words=line.words)


def source_words(item: Item, line: Line) -> str:
    """Where exact words came from, and what was asked just before if it was not the item's own text."""
    origin = say(f"origin.{line.origin}")
    if line.prompt in ("", item.text):
        return origin
    return f"{origin}. {say('said.asked', prompt=line.prompt)}"


def read_lines(item: Item, plain: Any) -> tuple[Line, ...]:
    """The lines of exact words in a plain entry; none when it holds no lines, or none that can be read."""
    try:
        entry = from_plain(item, plain)
    except BadAnswer:
        return ()
    value = entry.value if isinstance(entry, Answered) else ()
    return tuple(part for part in value if isinstance(part, Line)) if isinstance(value, tuple) else ()


def drawing_of(entry: Entry | None) -> Drawing | None:
    """The drawing in an entry, if something stands on its paper."""
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) and value.visible_marks else None


def read_drawing(item: Item, plain: Any) -> Drawing | None:
    """The drawing in a plain entry; None when it holds none, or none that can be read."""
    try:
        return drawing_of(from_plain(item, plain))
    except BadAnswer:
        return None


def _absent_words(item: Item, entry: NotAnswered) -> str:
    words = dict(item.state_words).get(entry.state) or say(f"state.{entry.state}")
    if entry.reason:
        words = say("state.because", state=words, reason=say(f"reason.{entry.reason}"))
    return f"{words}\n{entry.note}" if entry.note else words


def _option_words(item: Item, code: object) -> str:
    option = item.option(str(code))
    return option.text if option is not None else str(code)


def _list_words(item: Item, parts: tuple[Any, ...]) -> str:
    if all(isinstance(part, Placed) for part in parts) and item.type == "people":
        return "\n".join(_places(item, parts))
    return "\n".join(_part_words(item, part) for part in parts)


def _part_words(item: Item, part: Any) -> str:
    if isinstance(part, Line):
        return f"{quoted(part)}\n{source_words(item, part)}"
    if isinstance(part, Mapping):
        return "\n".join(_row_lines(item, part))
    return _option_words(item, part)


def _places(item: Item, parts: tuple[Placed, ...]) -> list[str]:
    """Each place of the map with who is in it, in the order of the map."""
    found: dict[str, list[str]] = {option.code: [] for option in item.options}
    for part in parts:
        found.setdefault(part.place, []).append(part.who)
    return [
        say("said.place", place=_option_words(item, place), who=", ".join(who))
        for place, who in found.items()
        if who
    ]


def _row_lines(item: Item, row: Mapping[str, Entry]) -> list[str]:
    return [
        say("said.part", question=inner.text, answer=answer_words(inner, row[inner.link_id]))
        for inner in walk(item.items)
        if inner.link_id in row
    ]


def scale_words(scale: Mapping[str, Any]) -> str:
    """How a count stands beside what is missing: "19 of 24 answered, 3 not known, 2 not asked"."""
    parts = [say("result.answered", n=scale["answered"], of=scale["of"])]
    absent = ("unknown", "declined", "not_asked", "not_applicable", "not_reached")
    parts += [say(f"result.{name}", n=scale[name]) for name in absent if scale.get(name)]
    return ", ".join(parts)


def finding_words(instrument: Instrument, finding: Mapping[str, Any]) -> str:
    """What a finding says to the reader, or "" for one that only concerns the filling in."""
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
