"""What happened in a household, and the days that matter, read from a visit file.

    {"events": [{"on", "what", "source", "severity", "precision", "tactics", "by": [refs], "to": [refs],
                 "children": [{"ref", "there", "where", "saw", "heard"}], …}],
     "milestones": [{"on", "kind", "person": ref, "precision", "words"}]}

This room knows the file's names for these and the records they become; a fault names the place in the
file and never a value.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from assessments.casework.casework_records import CaseworkRecord, Incident, KeyDate

_INCIDENT_KEYS = (
    *("on", "what", "source", "severity", "precision", "time", "place", "tactics", "by", "to", "children"),
    *("threat", "injury", "police_ref", "outcome", "first_known_to"),
)
_KEY_DATE_KEYS = ("on", "kind", "person", "precision", "words")
_CHILD_KEYS = {"there": "there", "where": "where", "saw": "saw_it", "heard": "heard_it"}


def read_records(
    given: Mapping[str, Any], household_id: str, refs: Mapping[str, str], fault: Callable[[str], None]
) -> tuple[CaseworkRecord, ...]:
    """The events and milestones of a household; `refs` gives each person's id."""
    found: list[CaseworkRecord] = []
    for name, kind, read, known in (
        ("events", Incident, _incident, _INCIDENT_KEYS),
        ("milestones", KeyDate, _key_date, _KEY_DATE_KEYS),
    ):
        for number, part in enumerate(given.get(name) or (), start=1):
            where = f"household.{name} {number}"
            if not isinstance(part, Mapping) or set(part) - set(known):
                fault(f"{where}: only {', '.join(known)} may stand here.")
                continue
            try:
                fields = {"id": str(uuid.uuid4()), "household_id": household_id, **read(part, refs)}
                found.append(kind.model_validate(fields))
            except KeyError:
                fault(f"{where}: no person has a ref that it names.")
            except ValidationError as error:
                places = sorted({str(one["loc"][0]) for one in error.errors(include_input=False)})
                fault(f"{where}: these cannot be read: {', '.join(places)}.")
    return tuple(found)


def _incident(part: Mapping[str, Any], refs: Mapping[str, str]) -> dict[str, Any]:
    plain = {name: value for name, value in part.items() if name not in ("by", "to", "children")}
    return {
        **plain,
        "by_ids": [refs[ref] for ref in part.get("by") or ()],
        "to_ids": [refs[ref] for ref in part.get("to") or ()],
        "children": [
            {
                "id": refs[child["ref"]],
                **{own: child[name] for name, own in _CHILD_KEYS.items() if name in child},
            }
            for child in part.get("children") or ()
        ],
    }


def _key_date(part: Mapping[str, Any], refs: Mapping[str, str]) -> dict[str, Any]:
    plain = {name: value for name, value in part.items() if name != "person"}
    return {**plain, "person_id": refs[part["person"]] if "person" in part else ""}
