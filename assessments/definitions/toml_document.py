"""TOML document with checked getters, every fault with its line.

A reader goes on after a fault, so that all faults of a file are reported at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PartT = TypeVar("PartT", bound="DataclassInstance")
KeyPath = tuple[str | int, ...]
# Readers of a key by the type of its field: table, key, and whether the key must be there.
FieldReaders = Mapping[object, "Callable[[TomlTable, str, bool], object]"]

_OPTIONAL_INT = int | None
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
_TEXT_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')\s*(?:\.[^=]*)?=")


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing wrong in a file, in a sentence that says what to do. `line` counts from 1."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"


@dataclass(slots=True)
class TomlDocument:
    """One file: its root table and the faults found so far."""

    data: dict[str, Any]
    lines: dict[KeyPath, int]
    faults: list[FileFault] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str) -> TomlDocument:
        """Read TOML; a file that is not TOML becomes an empty document with one fault."""
        try:
            return cls(tomllib.loads(text), _line_map(text))
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found.group(1)) if found else text.count("\n") + 1
            reason = re.sub(r"\s*\(at .*\)$", "", str(error))
            return cls({}, {}, [FileFault(line, f"This is not TOML: {reason}.")])

    @property
    def root(self) -> TomlTable:
        """The table of the whole file."""
        return TomlTable(self, self.data, ())

    def line_of(self, path: KeyPath) -> int:
        """The line of a value, or of the nearest table around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1

    def add_fault(self, path: KeyPath, sentence: str) -> None:
        """Add a fault on the line of a value."""
        self.faults.append(FileFault(self.line_of(path), sentence))


@dataclass(slots=True)
class TomlTable:
    """One table of a document. A getter that finds a fault adds it and returns an empty value."""

    document: TomlDocument
    data: dict[str, Any]
    path: KeyPath
    read_keys: set[str] = field(default_factory=set)

    def add_fault(self, sentence: str, key: str = "") -> None:
        """Add a fault on a key of this table, or on the table."""
        self.document.add_fault((*self.path, key) if key else self.path, sentence)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.data

    def raw(self, key: str) -> Any:
        """The unchecked value, or None."""
        self.read_keys.add(key)
        return self.data.get(key)

    def _typed(self, key: str, kind: type, words: str, required: bool) -> Any:
        value = self.raw(key)
        if value is None:
            if required:
                self.add_fault(f"{key} is missing.")
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.add_fault(f"{key} must be {words}.", key)
            return None
        if required and value in ("", []):
            self.add_fault(f"{key} is empty.", key)
        return value

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A text without the white space around it."""
        value = self._typed(key, str, "text in quotes", required)
        return default if value is None else cast(str, value).strip()

    def one_of(self, key: str, allowed: Iterable[str], *, required: bool = False, default: str = "") -> str:
        """A text that must be one of a closed list."""
        value = self.text(key, required=required, default=default)
        words = tuple(allowed)
        if value and value not in words:
            self.add_fault(f'{key} is "{value}"; it must be one of {", ".join(words)}.', key)
            return default
        return value

    def number(self, key: str, *, required: bool = False) -> int | None:
        """A whole number, or None."""
        return cast("int | None", self._typed(key, int, "a whole number", required))

    def flag(self, key: str) -> bool:
        """True or false; false when the key is missing."""
        return bool(self._typed(key, bool, "true or false", False))

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; empty when the key is missing."""
        value = self._typed(key, list, "a list of texts", required) or []
        good = [text for text in value if isinstance(text, str)]
        if len(good) < len(value):
            self.add_fault(f"{key} must be a list of texts.", key)
        return tuple(good)

    def table(self, key: str) -> TomlTable:
        """An inner table; an empty one when it is not there."""
        value = self._typed(key, dict, "a table", False) or {}
        return TomlTable(self.document, value, (*self.path, key))

    def tables(self, key: str) -> list[TomlTable]:
        """An array of tables, in order."""
        value = self._typed(key, list, "a list of tables", False) or []
        found = []
        for index, inner in enumerate(value):
            if isinstance(inner, dict):
                found.append(TomlTable(self.document, inner, (*self.path, key, index)))
            else:
                self.add_fault(f"{key} must be a list of tables.", key)
        return found

    def read(self, kind: type[PartT], readers: FieldReaders | None = None, /, **given: object) -> PartT:
        """Read a dataclass whose fields are keys of this table, but for those that are `given`.

        The type of a field says how its key is read: by one of `readers`, else as a text, a list of texts,
        a number, true or false, or one of the values of a Literal. A key without a default must be there.
        """
        values = {
            name: self._read_field(name, hint, default, readers or {})
            for name, hint, default in _fields(kind)
            if name not in given
        }
        return cast("Callable[..., PartT]", kind)(**values, **given)

    def _read_field(self, key: str, hint: object, default: object, readers: FieldReaders) -> object:
        required = default is MISSING
        text = "" if required else str(default)
        if hint is bool:
            return self.flag(key)
        if hint is not str and hint in readers:
            return readers[hint](self, key, required)
        if hint == _OPTIONAL_INT:
            return self.number(key)
        if hint is int:
            return self.number(key, required=required) or (0 if required else default)
        if get_origin(hint) is Literal:
            return self.one_of(key, get_args(hint), required=required, default=text)
        if get_origin(hint) is tuple:
            return self.texts(key, required=required)
        return self.text(key, required=required, default=text)

    def reject_unknown_keys(self) -> None:
        """Add a fault for every key that was not read: a typing error must not pass."""
        for key in self.data:
            if key not in self.read_keys:
                self.add_fault(f'"{key}" is not known here. Check its spelling.', key)


@lru_cache
def _fields(kind: type[DataclassInstance]) -> list[tuple[str, object, object]]:
    """Name, type and default of each field."""
    hints = get_type_hints(kind, include_extras=True)
    return [(field.name, hints[field.name], field.default) for field in fields(kind)]


def _line_map(text: str) -> dict[KeyPath, int]:
    """Find the line of each table and key; values inside inline tables take their key's line."""
    # Without texts and comments what is left of a line says whether a key or header can stand there.
    bare_text = _TEXT_OR_COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
    lines: dict[KeyPath, int] = {}
    current: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    depth = 0
    for number, (line, bare) in enumerate(zip(text.split("\n"), bare_text.split("\n"), strict=True), start=1):
        if depth == 0 and bare.strip():
            if header := _HEADER.match(line):
                current = _header_path(header.group(2), header.group(1) == "[[", counts)
                lines.setdefault(current, number)
            elif key := _KEY.match(line):
                lines.setdefault((*current, key.group(1).strip("\"'")), number)
        depth += sum((mark in "[{") - (mark in "]}") for mark in bare)
    return lines


def _header_path(name: str, many: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """Turn `group.item` into ("group", 2, "item", 0), counting arrays of tables as TOML does."""
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    path: KeyPath = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        last = position == len(parts) - 1
        if last and many:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
