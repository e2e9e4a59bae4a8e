"""Reader of one JSON object of a Questionnaire that tracks which parts have been read.

Parts that nobody read are listed by `unread`, so that nothing is dropped silently. A part of the
wrong type reads as absent and counts as unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from assessments.fhir.names import WREN_STRUCTURE_URL, Json

ValueT = TypeVar("ValueT")


class QuestionnaireNode:
    """Reads one JSON object, part by part."""

    def __init__(self, data: Json) -> None:
        self.data = data
        self.read_keys: set[str] = set()
        self._extensions = [part for part in _list(data.get("extension")) if isinstance(part, dict)]
        self._used: set[int] = set()
        if len(self._extensions) == len(_list(data.get("extension"))) and "extension" in data:
            self.read_keys.add("extension")

    def text(self, key: str) -> str:
        """A text without the white space around it; "" when there is none."""
        return self.exact_text(key).strip()

    def exact_text(self, key: str) -> str:
        """A text as it is: an id may hold spaces."""
        return self._typed(key, str) or ""

    def flag(self, key: str) -> bool:
        """True, or false for anything else."""
        return self._typed(key, bool) is True

    def number(self, key: str) -> int | None:
        """A whole number, or None."""
        return self._typed(key, int)

    def _typed(self, key: str, kind: type[ValueT]) -> ValueT | None:
        value = self.data.get(key)
        # True is an int to isinstance, and no number here.
        if type(value) is not kind:
            return None
        self.read_keys.add(key)
        return value

    def nodes(self, key: str) -> list[QuestionnaireNode]:
        """The objects of a list."""
        values = self.data.get(key)
        found = [QuestionnaireNode(value) for value in _list(values) if isinstance(value, dict)]
        if isinstance(values, list) and len(found) == len(values):
            self.read_keys.add(key)
        return found

    def mark_read(self, *keys: str) -> None:
        """Count parts as read that carry nothing of their own."""
        self.read_keys.update(keys)

    def extension(self, *names: str) -> Any:
        """The value of the first extension whose address ends in one of these names, or None.

        Values are given as they stand; an extension with parts gives the list of its parts.
        """
        return next(iter(self.extensions(*names)), None)

    def extensions(self, *names: str) -> list[Any]:
        """The values of all extensions with these names."""
        return [value_of(part) for part in self._matching(lambda url: url.rpartition("/")[2] in names)]

    def wren_extension(self, name: str) -> Any:
        """The value of an extension that Wren itself wrote, or None."""
        return next(iter(self.wren_extensions(name)), None)

    def wren_extensions(self, name: str) -> list[Any]:
        """The values of all extensions of this name that Wren itself wrote."""
        return [value_of(part) for part in self._matching(lambda url: url == f"{WREN_STRUCTURE_URL}/{name}")]

    def _matching(self, wanted: Callable[[str], bool]) -> Iterator[Json]:
        for place, part in enumerate(self._extensions):
            url = part.get("url")
            if isinstance(url, str) and wanted(url):
                self._used.add(place)
                yield part

    def unread(self) -> Iterator[str]:
        """The names of parts that were not read."""
        yield from (key for key in self.data if key not in self.read_keys)

    def unread_extensions(self) -> Iterator[str]:
        """The addresses of extensions that were not read."""
        for place, part in enumerate(self._extensions):
            if place not in self._used:
                yield str(part.get("url", "without an address"))


def value_of(part: Json) -> Any:
    """The value of an extension or option: its value[x], or the list of its parts."""
    for key, value in part.items():
        if key.startswith("value") and len(key) > len("value"):
            return value
    return part.get("extension")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
