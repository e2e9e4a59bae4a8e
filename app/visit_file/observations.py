"""Observations of children, read from a visit file: one entry for each child.

    {"child": "otis", "how": "heard", "said": [{"words": "no shout", "prompt": "", "origin": "said"}],
     "alone": false, "present": ["dane"]}

People are named by their refs; whoever has none stays as written. A fault names parts, never a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from assessments.casework.casework_records import ChildObservation, VerbatimQuote
from assessments.casework.records import Contact

_INTERNAL_FIELDS = (
    "id",
    "household_id",
    "contact_id",
    "child_id",
    "written_at",
    "amends",
    "amended_why",
    "kept_phrases",
)
# What an entry may hold beside the child: what the page of one child asks.
OBSERVATION_KEYS = tuple(name for name in ChildObservation.model_fields if name not in _INTERNAL_FIELDS)
SAID_KEYS = tuple(name for name in VerbatimQuote.model_fields if name != "id")


def read_observation(
    given: Mapping[str, Any],
    contact: Contact,
    refs: Mapping[str, str],
    child: str,
    new_id: Callable[[], str],
) -> ChildObservation:
    """One entry as a record. Raises ValueError or TypeError."""
    plain = {name: given[name] for name in OBSERVATION_KEYS if name in given}
    for name in ("present", "in_earshot"):
        plain[name] = tuple(refs.get(who, who) for who in plain.get(name, ()))
    said = tuple({**line, "id": new_id()} for line in plain.pop("said", ()))
    return ChildObservation(
        **plain,
        said=said,
        id=new_id(),
        household_id=contact.household_id,
        contact_id=contact.id,
        child_id=refs[child],
    )


def faulty_fields(error: Exception) -> str:
    """Which parts are at fault, by name and never by value."""
    if isinstance(error, ValidationError):
        return ", ".join(dict.fromkeys(str(part["loc"][0]) for part in error.errors(include_input=False)))
    return "said"
