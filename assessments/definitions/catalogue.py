"""Catalogue of tools and area settings, read from the package's files and checked.

A file with any fault is not a tool: `load_tool` raises BadInstrument with all its faults. Files are
read when they are asked for, by `importlib.resources`: a packed app has no folder of its own.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from assessments.definitions import definition as d
from assessments.definitions.area_settings import Area, ChildAccountingRules, read_area
from assessments.definitions.toml_document import FileFault, TomlDocument
from assessments.definitions.tool_file import read_tool
from assessments.definitions.tool_lint import check_wording
from assessments.errors import BadInstrument, NotFound

OLDER_VERSIONS_FOLDER = "instruments/older"


def list_tool_ids() -> tuple[str, ...]:
    """The ids of all tools there are, in alphabetical order."""
    return tuple(sorted(_file_names("instruments")))


def list_area_ids() -> tuple[str, ...]:
    """The ids of all area settings, in alphabetical order."""
    return tuple(sorted(_file_names("areas")))


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
def load_area(area: str = "default") -> Area:
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


def load_child_accounting_rules(area: str = "default") -> ChildAccountingRules:
    """The rules for accounting for children. Raises BadInstrument where neither area nor base has any."""
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
    found = []
    for table in root.tables("linked"):
        found.append(table.read(LinkedTool))
        table.reject_unknown_keys()
    root.reject_unknown_keys()
    if page.faults:
        raise BadInstrument(file="linked.toml", faults=tuple(page.faults))
    return tuple(found)


def _file_names(folder: str) -> list[str]:
    names = (entry.name for entry in files("assessments").joinpath(folder).iterdir())
    return [name.removesuffix(".toml") for name in names if name.endswith(".toml")]


def _read_file(folder: str, name: str) -> str:
    if not d.CODE_PATTERN.match(name):
        raise NotFound(kind=folder)
    file = files("assessments").joinpath(folder, f"{name}.toml")
    if not file.is_file():
        raise NotFound(kind=folder, name=name)
    return file.read_text(encoding="utf-8")


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
