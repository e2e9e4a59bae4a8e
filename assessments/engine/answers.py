"""Answers of a form and the reasons for having none, and their plain (JSON) form.

Missing is a value here, never None and never "No". An item without an entry is *not reached*.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, time
from typing import Any, Literal, TypeVar, get_args

from assessments.definitions import drawing
from assessments.definitions.definition import ABSENT_STATES, AnswerState, Item, walk_items
from assessments.definitions.drawing import Drawing
from assessments.definitions.unprinted import Unprinted
from assessments.errors import BadAnswer

PartT = TypeVar("PartT")

# Why a question was not asked. The sentences are in assets/strings.
NOT_ASKED_REASONS = (
    "not-safe",
    "asleep-or-unwell",
    "too-young-observed",
    "no-interpreter",
    "too-upset-stopped",
    "emergency-first",
    "already-asked",
    "other",
)

Origin = Literal["child-typed", "child-said", "child-pointed", "child-drew", "adult-observed", "adult-said"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
# The origins of a child's own words.
CHILD_WORD_ORIGINS: tuple[Origin, ...] = ("child-said", "child-typed")


@dataclass(frozen=True, slots=True)
class VerbatimLine:
    """Exact words with where they came from and what was asked just before."""

    words: str
    origin: Origin
    prompt: str = ""

    def __repr__(self) -> str:
        return f"<VerbatimLine {self.origin}>"


@dataclass(frozen=True, slots=True, repr=False)
class PlacedPerson(Unprinted):
    """One person placed on a map: who, as the child calls them, and the place (an option code).

    `spot` is where on the drawn map: right and down from the middle, in percent of half its width.
    """

    who: str
    place: str
    spot: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """Why there is no answer. `reason` is one of a closed list for "not-asked"; `note` is free."""

    state: AnswerState
    reason: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return f"<NotAnswered {self.state}>"


GroupRow = Mapping[str, "AnswerEntry"]
AnswerValue = (
    str
    | int
    | float
    | tuple[str, ...]
    | tuple[VerbatimLine, ...]
    | tuple[PlacedPerson, ...]
    | tuple[GroupRow, ...]
    | Drawing
)


@dataclass(frozen=True, slots=True, repr=False)
class Answered(Unprinted):
    """A value of the shape that its item's type asks for."""

    value: AnswerValue


AnswerEntry = Answered | NotAnswered
Answers = Mapping[str, AnswerEntry]


Severity = Literal["error", "warning", "today"]


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One result of a check or a rule: a code, an item and data, no words and nothing that was said.

    An "error" stands in the way of completing, a "warning" is shown and stops nothing, "today" is
    something to act on today (a flag of the tool).
    """

    code: str
    link_id: str = ""
    severity: Severity = "error"
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def state_of(entry: AnswerEntry | None) -> AnswerState:
    """The answer state of an entry; "not-reached" when nothing was entered."""
    if entry is None:
        return "not-reached"
    return "answered" if isinstance(entry, Answered) else entry.state


def is_empty(entry: AnswerEntry) -> bool:
    """An empty text, list or paper: entered and taken back, so not reached."""
    if not isinstance(entry, Answered):
        return False
    value = entry.value
    return not value.visible_marks if isinstance(value, Drawing) else value in ("", ())


def to_plain(entry: AnswerEntry) -> Any:
    """The JSON form of an entry: a bare value, or {"not_answered": state, "reason": …}."""
    if isinstance(entry, NotAnswered):
        more = {"reason": entry.reason, "note": entry.note}
        return {"not_answered": entry.state, **{name: words for name, words in more.items() if words}}
    value = entry.value
    if isinstance(value, Drawing):
        return drawing.to_plain(value)
    if not isinstance(value, tuple):
        return value
    return [_part_to_plain(part) for part in value]


def _part_to_plain(part: Any) -> Any:
    if isinstance(part, VerbatimLine):
        return {"words": part.words, "origin": part.origin, "prompt": part.prompt}
    if isinstance(part, PlacedPerson):
        placed: dict[str, Any] = {"who": part.who, "place": part.place}
        return placed if part.spot is None else {**placed, "spot": list(part.spot)}
    if isinstance(part, Mapping):
        return {link_id: to_plain(entry) for link_id, entry in part.items()}
    return part


def from_plain(item: Item, plain: Any) -> AnswerEntry:
    """Read the JSON form of an entry.

    Short forms: "unknown" for a choice without such a code is the state asked-unknown; a bare text for
    `words` is what the child said in answer to this item's own text; a single code is a list of one.
    Raises BadAnswer with the link_id otherwise.
    """
    if isinstance(plain, Mapping) and "not_answered" in plain:
        return _absent_from_plain(item, plain)
    if item.type == "choice" and plain == "unknown" and item.option("unknown") is None:
        return _absent_from_plain(item, {"not_answered": "asked-unknown"})
    return Answered(_value_from_plain(item, plain))


def _absent_from_plain(item: Item, plain: Mapping[str, Any]) -> NotAnswered:
    state, reason, note = plain["not_answered"], plain.get("reason") or "", plain.get("note") or ""
    if state not in ABSENT_STATES or not isinstance(reason, str) or not isinstance(note, str):
        raise BadAnswer("bad-state", link_id=item.link_id)
    return NotAnswered(state, reason, note)


def _value_from_plain(item: Item, plain: Any) -> AnswerValue:
    match item.type:
        case "choice" | "text":
            if isinstance(plain, str):
                return plain
        case "choices":
            codes = [plain] if isinstance(plain, str) else plain
            if isinstance(codes, list | tuple) and all(isinstance(code, str) for code in codes):
                return tuple(codes)
        case "integer":
            if isinstance(plain, int) and not isinstance(plain, bool):
                return plain
        case "decimal":
            if isinstance(plain, int | float) and not isinstance(plain, bool):
                return plain
        case "date":
            return _read_iso(item, plain, date)
        case "time":
            return _read_iso(item, plain, time)
        case "words":
            return _lines(item, plain)
        case "people":
            if isinstance(plain, list | tuple):
                return tuple(_placed(item, part) for part in plain)
        case "drawing":
            with suppress(ValueError):
                return drawing.from_plain(plain)
        case "group" if item.repeats:
            if isinstance(plain, list | tuple):
                return tuple(_row(item, part) for part in plain)
    raise BadAnswer("wrong-shape", link_id=item.link_id, type=item.type)


def _read_iso(item: Item, plain: Any, kind: type[date] | type[time]) -> str:
    try:
        return kind.fromisoformat(plain).isoformat()
    except (TypeError, ValueError):
        raise BadAnswer(f"bad-{kind.__name__}", link_id=item.link_id) from None


def _lines(item: Item, plain: Any) -> tuple[VerbatimLine, ...]:
    parts = plain if isinstance(plain, list | tuple) else [plain]
    lines = []
    for part in parts:
        if isinstance(part, str):
            lines.append(VerbatimLine(part, "child-said", item.text))
        elif isinstance(part, Mapping) and isinstance(part.get("words"), str):
            origin = part.get("origin")
            if origin not in ORIGINS:
                raise BadAnswer("no-origin", link_id=item.link_id)
            lines.append(VerbatimLine(part["words"], origin, str(part.get("prompt") or "")))
        else:
            raise BadAnswer("wrong-shape", link_id=item.link_id, type=item.type)
    return tuple(lines)


def _placed(item: Item, part: Any) -> PlacedPerson:
    if isinstance(part, Mapping) and isinstance(part.get("who"), str) and isinstance(part.get("place"), str):
        spot = part.get("spot")
        if spot is None:
            return PlacedPerson(part["who"], part["place"])
        if isinstance(spot, list | tuple) and len(spot) == 2 and all(isinstance(at, int) for at in spot):
            return PlacedPerson(part["who"], part["place"], (spot[0], spot[1]))
    raise BadAnswer("wrong-shape", link_id=item.link_id, type=item.type)


def _row(item: Item, part: Any) -> GroupRow:
    if not isinstance(part, Mapping):
        raise BadAnswer("wrong-shape", link_id=item.link_id, type=item.type)
    known = {inner.link_id: inner for inner in walk_items(item.items)}
    row = {}
    for link_id, plain in part.items():
        if link_id not in known:
            raise BadAnswer("unknown-item", link_id=str(link_id)[:80])
        row[link_id] = from_plain(known[link_id], plain)
    return row


def parts_of(entry: AnswerEntry | None, kind: type[PartT]) -> tuple[PartT, ...]:
    """Return the parts of one kind in a list answer: verbatim lines, placed people, rows; else none."""
    value = entry.value if isinstance(entry, Answered) else ()
    return tuple(part for part in value if isinstance(part, kind)) if isinstance(value, tuple) else ()
