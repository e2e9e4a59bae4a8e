"""Child sessions: the section of a tool that a child fills in on the handed-over device.

A section becomes a form with the child's own questions only: no earlier answer, text for adults or rule.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from assessments.casework.records import ChildSessionEntry, ChildSessionRecord, LogLine, Person
from assessments.definitions.area_settings import AreaRules
from assessments.definitions.definition import AnswerOption, Instrument, Item, When, walk_items
from assessments.engine.form import Form, open_form
from assessments.engine.scoring import ScoringContext

# Keys in the log of answers that no item can have.
CHILD_SESSION_KEY, ORIGIN_KEY_PREFIX = "$turn", "$origin."

AgeBand = Literal["young", "middle", "older"]
ChildSessionEnd = Literal["finished", "stopped", "left"]
OptionShuffle = Callable[[Sequence[AnswerOption]], Sequence[AnswerOption]]

_MIDDLE_FROM_YEARS, _OLDER_FROM_YEARS = 7, 12


def build_child_form(form: Form, section_id: str, shuffle: OptionShuffle) -> Form | None:
    """The child's own unanswered questions of one section, as an empty form; None when none is left. In a
    tool for children who do not speak, options with pictures are put in the order that `shuffle` gives."""
    instrument = form.instrument
    section = next((found for found in instrument.items if found.link_id == section_id), None)
    if section is None or section_id not in form.visible:
        return None
    whole = [section] if section.repeats else list(section.items)
    waiting = [
        item
        for item in _flatten_items(whole)
        if item.for_child and not (item.type == "group" and not item.repeats)
        if item.link_id not in form.entries
    ]
    known = {item.link_id for item in waiting}
    items = tuple(
        _child_version_of(item, shuffle if instrument.needs else None, known)
        for item in waiting
        if set(item.enable_when.link_ids()) & known or item.link_id in form.visible
    )
    if all(item.type == "display" for item in items):
        return None
    part = Instrument(
        id=instrument.id,
        version=instrument.version,
        title="",
        kind=instrument.kind,
        subject=instrument.subject,
        purpose="",
        not_for=(),
        roles=(),
        training="",
        minutes=instrument.minutes,
        reading_age=instrument.reading_age,
        licence="",
        means="",
        does_not_mean="",
        sources=(),
        items=(Item(section_id, "group", section.text, appearance=section.appearance, items=items),),
    )
    return open_form(part, AreaRules(), ScoringContext(on=form.context.on))


def choose_age_band(person: Person, on: date, tool: Instrument) -> AgeBand:
    """The age band to speak to a child in: by age, else by the tool; "middle" when neither is known."""
    years = person.age_in_years(on)
    if years is None:
        years = person.about_years
    if years is None:
        years = int(tool.age_from[1:].partition("Y")[0]) if "Y" in tool.age_from else _MIDDLE_FROM_YEARS
    return "young" if years < _MIDDLE_FROM_YEARS else "middle" if years < _OLDER_FROM_YEARS else "older"


def make_start_entry(part: Form) -> dict[str, Any]:
    """The entry that opens a session: the section, and the order of the options with pictures."""
    return {
        "section": part.instrument.items[0].link_id,
        "shown": {
            item.link_id: [option.code for option in item.options]
            for item in walk_items(part.instrument.items)
            if item.options and all(option.picture for option in item.options)
        },
    }


def make_end_entry(how: ChildSessionEnd) -> dict[str, Any]:
    """The entry that closes a session."""
    return {"ended": how}


def is_child_session_open(answers: Mapping[str, Any]) -> bool:
    """Whether a session was interrupted: its start is the last of its entries in the folded answers."""
    return "section" in (answers.get(CHILD_SESSION_KEY) or {})


def read_child_sessions(lines: Iterable[LogLine]) -> tuple[ChildSessionRecord, ...]:
    """Every session in the log of answers, oldest first."""
    found: list[ChildSessionRecord] = []
    given: list[ChildSessionEntry] = []
    began: LogLine | None = None
    for line in lines:
        if line.link_id != CHILD_SESSION_KEY:
            if began is not None and not line.link_id.startswith("$"):
                given = [one for one in given if not _continues_drawing(line, one)]
                given.append(ChildSessionEntry(at=line.at, link_id=line.link_id, entry=line.entry))
            continue
        if began is not None:
            found.append(_make_child_session(began, given, line))
        began, given = (line, []) if "section" in line.entry else (None, [])
    if began is not None:
        found.append(_make_child_session(began, given, None))
    return tuple(found)


def _continues_drawing(line: LogLine, before: ChildSessionEntry) -> bool:
    """Whether a drawing continues an earlier one: it begins with every step of it."""
    now, was = line.entry, before.entry
    if line.link_id != before.link_id or not (isinstance(now, Mapping) and isinstance(was, Mapping)):
        return False
    steps: list[Any] = was.get("steps") or []
    return bool(steps) and now.get("steps", [])[: len(steps)] == steps


def _make_child_session(
    began: LogLine, given: Sequence[ChildSessionEntry], last: LogLine | None
) -> ChildSessionRecord:
    ended: ChildSessionEnd = last.entry.get("ended", "left") if last else "left"
    return ChildSessionRecord(
        section=began.entry["section"],
        began_at=began.at,
        # When a session was left, its end is not known.
        ended_at=last.at if last and ended != "left" else None,
        ended=ended,
        shown=began.entry.get("shown", {}),
        given=tuple(given),
    )


def read_origins(answers: Mapping[str, Any]) -> dict[str, str]:
    """The origin of answers that are not words, by link_id, from the folded answers."""
    return {
        name.removeprefix(ORIGIN_KEY_PREFIX): str(origin)
        for name, origin in answers.items()
        if name.startswith(ORIGIN_KEY_PREFIX) and origin
    }


def _flatten_items(items: Iterable[Item]) -> list[Item]:
    """Items and those below them, but not into rows: a row is one question to a child."""
    return [one for item in items for one in (item, *(() if item.repeats else _flatten_items(item.items)))]


def _child_version_of(item: Item, shuffle: OptionShuffle | None, known: set[str]) -> Item:
    """A question by itself, in the child's words alone."""
    options = tuple(option for option in item.options if not option.retired)
    if shuffle and options and all(option.picture for option in options):
        options = tuple(shuffle(options))
    when = item.enable_when
    return replace(
        item,
        prompt="",
        help="",
        source="",
        no_states="",
        options=options,
        enable_when=when if set(when.link_ids()) <= known else When(),
        items=item.items if item.repeats else (),
    )
