"""Catalogue of tools and area settings, read from the package's files and checked.

A file with any fault is not a tool: `load_tool` raises BadInstrument with all its faults. Files are
read when they are asked for, by `importlib.resources`: a packed app has no folder of its own.

    >>> load_tool("risk-24").title
    'Safety questions, 24'
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files

from assessments.definitions import definition as d
from assessments.definitions.toml_document import FileFault, TomlDocument, TomlTable
from assessments.definitions.tool_file import AGE_PATTERN, read_tool
from assessments.definitions.tool_lint import check_wording
from assessments.errors import BadInstrument, NotFound

_NAME = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")
OLDER_VERSIONS_FOLDER = "instruments/older"


def list_tool_ids() -> tuple[str, ...]:
    """The ids of all tools there are, in alphabetical order."""
    return _sorted_ids("instruments")


def list_area_ids() -> tuple[str, ...]:
    """The ids of all area settings, in alphabetical order."""
    return _sorted_ids("areas")


def list_versions(tool: str) -> tuple[str, ...]:
    """Every version of a tool that is here, the newest first. Raises NotFound."""
    older = sorted(
        (
            name.removeprefix(f"{tool}-")
            for name in _file_names(OLDER_VERSIONS_FOLDER)
            if re.match(rf"{tool}-\d", name)
        ),
        key=lambda version: [int(part) for part in version.split(".")],
        reverse=True,
    )
    return (load_tool(tool).version, *older)


@lru_cache(maxsize=128)
def load_tool(tool: str, version: str = "") -> d.Instrument:
    """A tool in this version, or the newest. Raises NotFound or BadInstrument (`faults` in its data)."""
    if not version:
        return _parse_tool(tool, _read_file("instruments", tool))
    newest = load_tool(tool)
    return (
        newest
        if newest.version == version
        else _parse_tool(tool, _read_file(OLDER_VERSIONS_FOLDER, f"{tool}-{version}"))
    )


def _parse_tool(tool: str, text: str) -> d.Instrument:
    instrument, faults = read_tool(text)
    if instrument is None:
        raise BadInstrument(tool=tool, faults=faults)
    return instrument


def load_pinned_tool(tool: str, version: str, digest: str) -> d.Instrument:
    """The very tool that a record was made with. Raises NotFound("other-version") for any other."""
    instrument = load_tool(tool, version)
    if instrument.hash != digest:
        raise NotFound("other-version", tool=tool)
    return instrument


@lru_cache(maxsize=16)
def load_area(area: str = "default") -> d.Area:
    """The area settings with this id, on those it is based on. Raises NotFound or BadInstrument."""
    settings, faults = read_area(_read_file("areas", area))
    if settings is None or faults:
        raise BadInstrument(area=area, faults=faults)
    if not settings.based_on:
        return settings
    base, own = load_area(settings.based_on), {tool for tool, _ in settings.rules}
    inherited = tuple(rule for rule in base.rules if rule[0] not in own)
    numbers = {**dict(base.chronology), **dict(settings.chronology)}
    return replace(
        settings,
        rules=(*settings.rules, *inherited),
        chronology=tuple(numbers.items()),
        lock_after_s=settings.lock_after_s or base.lock_after_s,
        ledger=settings.ledger or base.ledger,
    )


def load_child_accounting_rules(area: str = "default") -> d.ChildAccountingRules:
    """How an area counts children. Raises BadInstrument where neither it nor its base says."""
    rules = load_area(area).ledger
    if rules is None:
        raise BadInstrument(area=area, faults=())
    return rules


@dataclass(frozen=True, slots=True)
class LinkedTool:
    """A tool published by others that Wren links to and never holds."""

    id: str
    name: str
    ages: str
    shape: str
    training: str
    licence: str
    where: str
    source: str
    unverified: bool


def load_linked_tools() -> tuple[LinkedTool, ...]:
    """The linked tools, in the order of the file. Raises BadInstrument."""
    text = files("assessments").joinpath("linked.toml").read_text(encoding="utf-8")
    page = TomlDocument.parse(text)
    root = page.root
    names = ("id", "name", "ages", "shape", "training", "licence", "where", "source")
    found = []
    for table in root.tables("linked"):
        parts = {name: table.text(name, required=True) for name in names}
        found.append(LinkedTool(**parts, unverified=table.flag("unverified")))
        table.reject_unknown_keys()
    root.reject_unknown_keys()
    if page.faults:
        raise BadInstrument(file="linked.toml", faults=tuple(page.faults))
    return tuple(found)


def _sorted_ids(folder: str) -> tuple[str, ...]:
    return tuple(sorted(_file_names(folder)))


def _file_names(folder: str) -> list[str]:
    names = (entry.name for entry in files("assessments").joinpath(folder).iterdir())
    return [name.removesuffix(".toml") for name in names if name.endswith(".toml")]


def _read_file(folder: str, name: str) -> str:
    if not _NAME.match(name):
        raise NotFound(kind=folder)
    file = files("assessments").joinpath(folder, f"{name}.toml")
    if not file.is_file():
        raise NotFound(kind=folder, name=name)
    return file.read_text(encoding="utf-8")


def is_area_file(text: str) -> bool:
    """Whether a TOML text is an area file rather than a tool."""
    return TomlDocument.parse(text).root.has("area")


def check_tool(text: str) -> tuple[FileFault, ...]:
    """Every fault of a tool file: of its form, and, once that is sound, of its wording."""
    instrument, faults = read_tool(text)
    if instrument is None:
        return faults
    found = (
        FileFault(_line_of(text, wording.link_id), wording.sentence) for wording in check_wording(instrument)
    )
    return tuple(sorted(found, key=lambda fault: fault.line))


def _line_of(text: str, link_id: str) -> int:
    """The line of an item's link_id; of its suffix when it is asked below each question of a group."""
    for name in (link_id, link_id.rpartition(".")[2]):
        found = re.search(rf"""(link_id|suffix)\s*=\s*["']{re.escape(name)}["']""", text) if name else None
        if found:
            return text.count("\n", 0, found.start()) + 1
    return 1


def read_area(text: str) -> tuple[d.Area | None, tuple[FileFault, ...]]:
    """Read one area file. Never raises."""
    page = TomlDocument.parse(text)
    if page.faults:
        return None, tuple(page.faults)
    root = page.root
    head, device, rules = root.table("area"), root.table("device"), root.table("instrument")
    numbers, is_whole = root.table("chronology"), not head.has("based_on")
    ledger = root.table("ledger")
    area = d.Area(
        id=head.text("id", required=True),
        name=head.text("name", required=True),
        source=head.text("source", required=True),
        date=head.text("date", required=True),
        based_on=head.text("based_on"),
        rules=tuple((tool, _area_rules(rules.table(tool))) for tool in rules.data),
        lock_after_s=_lock_after(device),
        chronology=tuple(
            (field.name, numbers.number(field.name, required=True) or 0)
            for field in fields(d.ChronologyRules)
            if is_whole or numbers.has(field.name)
        ),
        ledger=_child_accounting_rules(ledger) if root.has("ledger") else None,
    )
    for table in (head, device, rules, numbers, ledger, root):
        table.reject_unknown_keys()
    return (None if page.faults else area), tuple(page.faults)


def _lock_after(device: TomlTable) -> int | None:
    seconds = device.number("lock_after_s")
    if seconds is not None and seconds not in d.LOCK_AFTER_S:
        device.add_fault(
            f"lock_after_s is from {d.LOCK_AFTER_S.start} to {d.LOCK_AFTER_S.stop - 1}.", "lock_after_s"
        )
    return seconds


def _area_rules(table: TomlTable) -> d.AreaRules:
    bands = []
    for band in table.tables("bands"):
        bands.append(d.BandRange(band.text("id", required=True), band.number("at_least", required=True) or 0))
        band.reject_unknown_keys()
    if [band.at_least for band in bands] != sorted({band.at_least for band in bands}):
        table.add_fault("bands must rise.", "bands")
    counts, events = table.table("counts"), table.table("events")
    repeats, indicators = table.table("repeats"), table.table("indicators")
    rules = d.AreaRules(
        scale=table.text("scale"),
        bands=tuple(bands),
        many_unknown=table.number("many_unknown"),
        counts=tuple((route, counts.number(route, required=True) or 0) for route in counts.data),
        events=tuple(
            (route, *_two_numbers(events.table(route), "events", "months")) for route in events.data
        ),
        repeats=tuple((route, _two_numbers(repeats.table(route), "months")[0]) for route in repeats.data),
        indicators=tuple((route, indicators.texts(route)) for route in indicators.data),
        name_unknown=table.texts("name_unknown"),
        misses=_two_numbers(table.table("misses"), "alert", "escalate") if table.has("misses") else None,
    )
    for inner in (counts, events, repeats, indicators, table):
        inner.reject_unknown_keys()
    return rules


def _child_accounting_rules(table: TomlTable) -> d.ChildAccountingRules:
    below = table.text("observe_below", required=True)
    if below and not AGE_PATTERN.match(below):
        table.add_fault("observe_below must be an age such as P3Y.", "observe_below")
    words, alike = table.number("copied_words", required=True), table.number("copied_alike", required=True)
    return d.ChildAccountingRules(below, words or 0, alike or 0)


def _two_numbers(table: TomlTable, *keys: str) -> tuple[int, int]:
    numbers = [table.number(key, required=True) or 0 for key in keys]
    table.reject_unknown_keys()
    return numbers[0], numbers[-1]


def date_of_age(born: date, age: d.Age) -> date:
    """The day on which a person born on `born` reaches an age such as "P7Y" or "P12M"."""
    found = AGE_PATTERN.match(age)
    years, months, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    year, month = divmod(born.year * 12 + born.month - 1 + years * 12 + months, 12)
    day = date.fromordinal(date(year, month + 1, 1).toordinal() + born.day - 1)
    return date.fromordinal(day.toordinal() + days)


def fits_age(instrument: d.Instrument, born: date | None, on: date) -> bool | None:
    """Whether a tool is for a person of this age on a day; None when the birth date is not known."""
    if not (instrument.age_from or instrument.age_below):
        return True
    if born is None:
        return None
    if instrument.age_from and on < date_of_age(born, instrument.age_from):
        return False
    return not (instrument.age_below and on >= date_of_age(born, instrument.age_below))
