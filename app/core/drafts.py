"""Drafts: what stands half typed on a screen and is no record yet, as a frozen dataclass.

`to_plain` gives the JSON that the autosave keeps. `from_plain` reads what any version kept and never raises:
a key that is not known is dropped, and a field that is missing or of another type keeps its default. Fields
are `str`, `bool`, `None`, `tuple[X, ...]`, `Mapping[str, X]` and drafts. A draft never prints its content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import UnionType
from typing import Self, get_args, get_origin, get_type_hints

from app.core.plain import Json

_UNREADABLE = object()


@dataclass(frozen=True, repr=False)
class Draft:
    """Common to all drafts. Every field of a subclass has a default, and every subclass `repr=False`."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def updated(self, **changes: object) -> Self:
        """Return the draft with some fields changed."""
        return replace(self, **changes)

    def to_plain(self) -> dict[str, Json]:
        """Return the draft as JSON values, by the names of its fields."""
        return {each.name: _write(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_plain(cls, plain: object, default: Self | None = None) -> Self:
        """Read JSON values; what they do not say, or cannot say, is as in `default`."""
        given = plain if isinstance(plain, Mapping) else {}
        read = {name: _read(kind, given[name]) for name, kind in _kinds(cls).items() if name in given}
        known = {name: value for name, value in read.items() if value is not _UNREADABLE}
        return replace(cls() if default is None else default, **known)


def _kinds(draft: type[Draft]) -> Mapping[str, object]:
    hints = get_type_hints(draft)
    return {each.name: hints[each.name] for each in fields(draft)}


def _write(value: object) -> Json:
    match value:
        case Draft():
            return value.to_plain()
        case tuple():
            return [_write(each) for each in value]
        case Mapping():
            return {name: _write(each) for name, each in value.items()}
        case str() | int() | float() | None:
            return value
    raise TypeError("not a field of a draft")


def _read(kind: object, plain: object) -> object:
    """Read a value of this type, or _UNREADABLE; unreadable parts of a tuple or mapping are dropped."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        found = (_read(each, plain) for each in inner)
        return next((value for value in found if value is not _UNREADABLE), _UNREADABLE)
    if origin is tuple and isinstance(plain, list | tuple):
        parts = (_read(inner[0], each) for each in plain)
        return tuple(value for value in parts if value is not _UNREADABLE)
    if origin is Mapping and isinstance(plain, Mapping):
        named = {name: _read(inner[1], each) for name, each in plain.items() if isinstance(name, str)}
        return {name: value for name, value in named.items() if value is not _UNREADABLE}
    if isinstance(kind, type) and issubclass(kind, Draft) and isinstance(plain, Mapping):
        return kind.from_plain(plain)
    return plain if type(plain) is kind else _UNREADABLE
