"""Incidents and key dates of a household, read from a visit file.

    {"events": [{"on", "what", "source", "severity", "precision", "tactics", "by": [refs], "to": [refs],
                 "children": [{"ref", "there", "where", "saw", "heard"}], …}],
     "milestones": [{"on", "kind", "person": ref, "precision", "words"}]}

A fault names the place in the file and never a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from assessments.casework.casework_records import CaseworkRecord, Incident, KeyDate
from assessments.casework.ids import new_id

_INCIDENT_KEYS = (
    *("on", "what", "source", "severity", "precision", "time", "place", "tactics", "by", "to", "children"),
    *("threat", "injury", "police_ref", "outcome", "first_known_to"),
)
_KEY_DATE_KEYS = ("on", "kind", "person", "precision", "words")
_CHILD_KEYS = {"there": "there", "where": "where", "saw": "saw_it", "heard": "heard_it"}


def faulty_fields(error: ValidationError) -> str:
    """Name the fields that cannot be read, sorted; never a value."""
    return ", ".join(sorted({str(part["loc"][0]) for part in error.errors(include_input=False)}))


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
                fields = {"id": new_id(), "household_id": household_id, **read(part, refs)}
                found.append(kind.model_validate(fields))
            except KeyError:
                fault(f"{where}: no person has a ref that it names.")
            except ValidationError as error:
                fault(f"{where}: these cannot be read: {faulty_fields(error)}.")
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
