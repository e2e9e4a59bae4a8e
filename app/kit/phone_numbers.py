"""The numbers to call, by the names that tools use for them.

Read from `assets/numbers.toml`, which an organisation replaces by its own. Wren itself never calls anyone.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.kit.messages import assets_folder


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A number to call: who answers, and the digits as they are dialled and shown."""

    who: str
    digits: str


def numbers_for(names: Iterable[str]) -> tuple[PhoneNumber, ...]:
    """The numbers behind these names, in this order, each once. A name that is not listed is left out."""
    listed, found = _numbers(), dict[str, PhoneNumber]()
    for name in names:
        if name in listed:
            found.setdefault(listed[name].digits, listed[name])
    return tuple(found.values())


@lru_cache(maxsize=1)
def _numbers() -> dict[str, PhoneNumber]:
    table = tomllib.loads((assets_folder() / "numbers.toml").read_text(encoding="utf-8"))
    return {name: PhoneNumber(entry["who"], entry["digits"]) for name, entry in table.items()}
