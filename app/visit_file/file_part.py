"""One object of a visit file, read key by key: faults name places and never values, and all are gathered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from pydantic import JsonValue


class FilePart:
    """One object of the file. `known` are the keys that may stand in it; None takes any key."""

    def __init__(
        self, value: JsonValue, where: str, known: tuple[str, ...] | None, faults: list[str]
    ) -> None:
        self.where, self.faults = where, faults
        self.data = value if isinstance(value, dict) else {}
        # A misspelt key is a fault: it must not lose what stands under it.
        self.is_sound = isinstance(value, dict) and (known is None or set(value) <= set(known))
        if not isinstance(value, dict):
            faults.append(f"{where} must be an object.")
        elif known is not None and not self.is_sound:
            self.add_fault(f"only {', '.join(known)} may stand here.")

    def add_fault(self, sentence: str) -> None:
        """Note one fault of this object and go on."""
        self.faults.append(f"{self.where}: {sentence}")

    def child(self, key: str, where: str, known: tuple[str, ...] | None) -> FilePart:
        """Return the object under a key; an empty one with a fault for anything else."""
        return FilePart(self.data.get(key), where, known, self.faults)

    def items(self, key: str, where: str, *, required: bool = False) -> list[JsonValue]:
        """Return the list under a key, or [] with a fault; without `required` a missing one is empty."""
        value = self.data.get(key)
        if isinstance(value, list):
            return value
        if required or value:
            self.faults.append(f"{where} must be a list.")
        return []

    def numbered(
        self, key: str, label: str, known: tuple[str, ...], where: str = "", *, required: bool = False
    ) -> Iterator[FilePart]:
        """The objects of a list, called "label 1" and so on in faults."""
        for number, value in enumerate(self.items(key, where or key, required=required), start=1):
            yield FilePart(value, f"{label} {number}", known, self.faults)

    def text(self, key: str) -> str:
        """Return a text of 1 to 200 characters, or "" with a fault."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= 200:
            return value
        self.add_fault(f"{key} must be a text of 1 to 200 characters.")
        return ""

    def day(self, key: str) -> date | None:
        """Return a day, None for none, or None with a fault."""
        return self.read_day(self.data.get(key), key)

    def read_day(self, value: JsonValue, key: str) -> date | None:
        """Read a value of this object as a day, as `day` does."""
        with suppress(ValueError):
            if isinstance(value, str):
                return date.fromisoformat(value)
        if value is not None:
            self.add_fault(f"{key}: write each date as in 2026-03-05.")
        return None
