"""Keys of tool and area files, as their readers ask for them.

Every shipped file is read while the getters of `TomlTable` are recorded: a key that a reader asks for
is found whether or not a file has it.

    tool_keys()[Key("flag", "call")].required    # True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NamedTuple

from assessments.definitions.area_settings import read_area
from assessments.definitions.definition import ABSENT_STATES, ROLES
from assessments.definitions.toml_document import TomlTable
from assessments.definitions.tool_file import read_tool
from assessments.definitions.tool_rules import NUMBERS_TO_CALL

_KINDS = {
    "text": "text",
    "one_of": "text",
    "number": "whole number",
    "flag": "true or false",
    "texts": "list of texts",
    "table": "table",
    "tables": "list of tables",
    "raw": "value",
}
# The name of a table by its path, the first that fits. A part in angle brackets is a name of the writer's.
_TABLE_NAMES = (
    (re.compile(r"(option_sets\.[^.]+|.*\.options)$"), "option"),
    (re.compile(r".*when\.(all|any)$"), "condition"),
    (re.compile(r".*when$"), "rule"),
    (re.compile(r".*\.state_words$"), "state_words"),
    (re.compile(r"group(\.item)+$"), "group.item"),
    (re.compile(r"instrument\.[^.]+\.(events|repeats)\.[^.]+$"), r"instrument.<tool>.\1.<route>"),
    (re.compile(r"instrument\.[^.]+(.*)$"), r"instrument.<tool>\1"),
)
# Tables whose keys are names that the writer of a file chooses.
_FREE_KEYS = {
    "option_sets": "<name>",
    "grades": "<level>",
    "state_words": "<state>",
    "instrument.<tool>.counts": "<route>",
    "instrument.<tool>.events": "<route>",
    "instrument.<tool>.repeats": "<route>",
    "instrument.<tool>.indicators": "<route>",
}
# Closed lists that are checked after reading.
_VALUES = {
    ("instrument", "roles"): ROLES,
    ("group.item", "states"): ABSENT_STATES,
    ("flag", "call"): NUMBERS_TO_CALL,
}


class Key(NamedTuple):
    """A key by the table it stands in."""

    table: str
    name: str


@dataclass
class KeyUse:
    """How a reader asks for a key: the kinds of value, whether it must be there, and a closed list."""

    kinds: list[str] = field(default_factory=list)
    required: bool = False
    values: tuple[str, ...] = ()


def tool_keys() -> dict[Key, KeyUse]:
    """Every key of a tool file, in the order in which the reader asks."""
    return _keys_read("instruments", read_tool, _FREE_KEYS)


def area_keys() -> dict[Key, KeyUse]:
    """Every key of an area file, in the order in which the reader asks."""
    return _keys_read("areas", read_area, {**_FREE_KEYS, "instrument": "<tool>"})


def _keys_read(folder: str, read: Callable[[str], object], free_keys: dict[str, str]) -> dict[Key, KeyUse]:
    found: dict[Key, KeyUse] = {}

    def record(table: TomlTable, key: str, kind: str, required: bool, values: tuple[str, ...]) -> None:
        name = _table_name(".".join(part for part in table.path if isinstance(part, str)))
        use = found.setdefault(Key(name, free_keys.get(name, key)), KeyUse())
        if kind not in use.kinds:
            use.kinds.append(kind)
        use.required = use.required or required
        use.values = use.values or tuple(value for value in values if value)

    with _recorded(record):
        for file in sorted(files("assessments").joinpath(folder).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".toml"):
                read(file.read_text(encoding="utf-8"))
    for (table, name), values in _VALUES.items():
        if Key(table, name) in found and folder == "instruments":
            found[Key(table, name)].values = values
    return found


@contextmanager
def _recorded(record: Callable[[TomlTable, str, str, bool, tuple[str, ...]], None]) -> Iterator[None]:
    own = {name: getattr(TomlTable, name) for name in _KINDS}
    nested = 0

    def recording(name: str) -> Callable[..., Any]:
        def get(table: TomlTable, key: str, *args: Any, required: bool = False, **options: Any) -> Any:
            nonlocal nested
            if not nested:
                record(table, key, _KINDS[name], required, tuple(args[0]) if args else ())
            nested += 1
            try:
                return own[name](table, key, *args, **options, **({"required": True} if required else {}))
            finally:
                nested -= 1

        return get

    try:
        for name in _KINDS:
            setattr(TomlTable, name, recording(name))
        yield
    finally:
        for name, method in own.items():
            setattr(TomlTable, name, method)


def _table_name(path: str) -> str:
    for pattern, name in _TABLE_NAMES:
        if path != "instrument" and pattern.match(path):
            return pattern.sub(name, path)
    return path
