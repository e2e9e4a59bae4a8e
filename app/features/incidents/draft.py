"""An event as it is typed, what it still lacks, and the record it becomes.

This room knows the fields of the form and nothing of how they are drawn. Four are needed: the day, what
was done, how it is known and how serious it was, where "not known yet" is an answer. Nothing typed is
ever taken as more than it says: a child of whom nothing is said has no line.

    validate_incident(told, today)      ->    {"what": "Write what was done."}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.features.shared.day_field import (
    EMPTY_DAY_FIELDS,
    day_from_form,
    precision_from_form,
    validate_day_field,
)
from app.features.shared.parse_typed import parse_time
from app.features.shared.text.incident import INCIDENT_TEXT_FIELDS
from app.kit.messages import say
from assessments.casework.casework_records import ChildAtIncident, Incident
from assessments.casework.ids import new_id
from assessments.casework.phrasing_check import find_phrases

IncidentDraft = Mapping[str, Any]

SEVERITY_UNKNOWN = "unknown"
CHILD_PRESENCE_CODES = ("there", "saw", "heard", "elsewhere")
# What the practitioner words: phrases in it are pointed out, and those kept are counted by code. What was
# done is not: it may be told in somebody's own words.
PHRASING_CHECKED_FIELDS = ("outcome", "protective")
_MAX_WHERE_LENGTH = 200
# Somebody's words may stand here: they stay as they came.
_UNTRIMMED_FIELDS = ("what", "threat")


def empty_incident_draft(child_ids: list[str]) -> dict[str, Any]:
    """An empty form. `severity` is "1" to "4", UNKNOWN or ""; of each child some of THERE, and where."""
    return {
        **EMPTY_DAY_FIELDS,
        **dict.fromkeys(INCIDENT_TEXT_FIELDS, ""),
        "time": "",
        "severity": "",
        "by": [],
        "to": [],
        "tactics": [],
        "kept": [],
        **{f"seen-{child_id}": [] for child_id in child_ids},
        **{f"where-{child_id}": "" for child_id in child_ids},
    }


def draft_from_incident(event: Incident, child_ids: list[str]) -> dict[str, Any]:
    """A kept event, to be changed."""
    on = event.on
    told = {
        **empty_incident_draft(child_ids),
        "when": "other",
        "day": f"{on.day} {on.month} {on.year}",
        "precision": event.precision,
        "time": event.time,
        "severity": str(event.severity) if event.severity else SEVERITY_UNKNOWN,
        "by": list(event.by_ids),
        "to": list(event.to_ids),
        "tactics": list(event.tactics),
        "kept": list(event.kept_phrases),
        **{name: getattr(event, own) for name, (own, _) in INCIDENT_TEXT_FIELDS.items()},
    }
    for child in event.children:
        if child.id in child_ids:
            told |= {f"seen-{child.id}": _presence_codes(child), f"where-{child.id}": child.where}
    return told


def validate_incident(told: IncidentDraft, today: date) -> dict[str, str]:
    """What is still wanting, by the place on the page."""
    found = validate_day_field(told, today, ahead=False)
    for name in ("what", "source"):
        if not told[name].strip():
            found[name] = say(f"event.problem.{name}")
    if not told["severity"]:
        found["severity"] = say("event.problem.severity")
    for name, words in told.items():
        longest = (
            _MAX_WHERE_LENGTH if name.startswith("where-") else INCIDENT_TEXT_FIELDS.get(name, ("", None))[1]
        )
        if longest is not None and len(words) > longest:
            found[name] = say("event.problem.long", n=longest)
    if told["time"].strip() and parse_time(told["time"]) is None:
        found["time"] = say("event.problem.time")
    return found


def incident_from_draft(
    told: IncidentDraft, household_id: str, today: date, before: Incident | None = None
) -> Incident:
    """The record of a form without problems. A change keeps the id, and whatever is not asked for."""
    hour = parse_time(told["time"])
    asked = [name.removeprefix("seen-") for name in told if name.startswith("seen-")]
    others = [child for child in before.children if child.id not in asked] if before else []
    standing = {hit.code for name in PHRASING_CHECKED_FIELDS for hit in find_phrases(told[name])}
    fields = {
        "on": day_from_form(told, today),
        "precision": precision_from_form(told),
        "time": hour.strftime("%H:%M") if hour else "",
        "severity": None if told["severity"] == SEVERITY_UNKNOWN else int(told["severity"]),
        "by_ids": tuple(told["by"]),
        "to_ids": tuple(told["to"]),
        "tactics": tuple(told["tactics"]),
        "kept_phrases": tuple(code for code in told["kept"] if code in standing),
        "children": (
            *others,
            *(_child(told, one) for one in asked if told[f"seen-{one}"] or told[f"where-{one}"]),
        ),
        **{
            own: told[name] if name in _UNTRIMMED_FIELDS else told[name].strip()
            for name, (own, _) in INCIDENT_TEXT_FIELDS.items()
        },
    }
    if before is not None:
        return Incident.model_validate({**dict(before), **fields})
    return Incident.model_validate({"id": new_id(), "household_id": household_id, **fields})


def _child(told: IncidentDraft, child_id: str) -> ChildAtIncident:
    codes = told[f"seen-{child_id}"]
    return ChildAtIncident(
        id=child_id,
        there="elsewhere" not in codes,
        where=told[f"where-{child_id}"].strip(),
        saw_it=True if "saw" in codes else None,
        heard_it=True if "heard" in codes else None,
    )


def _presence_codes(child: ChildAtIncident) -> list[str]:
    said = {
        "there": child.there and not (child.saw_it or child.heard_it),
        "saw": child.saw_it,
        "heard": child.heard_it,
        "elsewhere": not child.there,
    }
    return [code for code in CHILD_PRESENCE_CODES if said[code]]
