"""An event as it is typed, what it still lacks, and the record it becomes.

This room knows the fields of the form and nothing of how they are drawn. Four are needed: the day, what
was done, how it is known and how serious it was, where "not known yet" is an answer. Nothing typed is
ever taken as more than it says: a child of whom nothing is said has no line.

    problems_of(told, today)      ->    {"what": "Write what was done."}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.features.shared.day_field import NO_DAY, day_in, sureness, when_problems
from app.features.shared.parse_typed import read_time
from app.features.shared.text.incident import WORDS
from app.kit.messages import say
from assessments.casework.casework_records import ChildThere, Event
from assessments.casework.phrasing_check import find
from assessments.casework.records import new_id

Told = Mapping[str, Any]

UNKNOWN = "unknown"
THERE = ("there", "saw", "heard", "elsewhere")
# What the practitioner words: phrases in it are pointed out, and those kept are counted by code. What was
# done is not: it may be told in somebody's own words.
OWN_WORDS = ("outcome", "protective")
_LONGEST_WHERE = 200
# Somebody's words may stand here: they stay as they came.
_AS_TYPED = ("what", "threat")


def nothing_told(child_ids: list[str]) -> dict[str, Any]:
    """An empty form. `severity` is "1" to "4", UNKNOWN or ""; of each child some of THERE, and where."""
    return {
        **NO_DAY,
        **dict.fromkeys(WORDS, ""),
        "time": "",
        "severity": "",
        "by": [],
        "to": [],
        "tactics": [],
        "kept": [],
        **{f"seen-{child_id}": [] for child_id in child_ids},
        **{f"where-{child_id}": "" for child_id in child_ids},
    }


def told_of(event: Event, child_ids: list[str]) -> dict[str, Any]:
    """A kept event, to be changed."""
    on = event.on
    told = {
        **nothing_told(child_ids),
        "when": "other",
        "day": f"{on.day} {on.month} {on.year}",
        "precision": event.precision,
        "time": event.time,
        "severity": str(event.severity) if event.severity else UNKNOWN,
        "by": list(event.by_ids),
        "to": list(event.to_ids),
        "tactics": list(event.tactics),
        "kept": list(event.kept_phrases),
        **{name: getattr(event, own) for name, (own, _) in WORDS.items()},
    }
    for child in event.children:
        if child.id in child_ids:
            told |= {f"seen-{child.id}": _codes(child), f"where-{child.id}": child.where}
    return told


def problems_of(told: Told, today: date) -> dict[str, str]:
    """What is still wanting, by the place on the page."""
    found = when_problems(told, today, ahead=False)
    for name in ("what", "source"):
        if not told[name].strip():
            found[name] = say(f"event.problem.{name}")
    if not told["severity"]:
        found["severity"] = say("event.problem.severity")
    for name, words in told.items():
        longest = _LONGEST_WHERE if name.startswith("where-") else WORDS.get(name, ("", None))[1]
        if longest is not None and len(words) > longest:
            found[name] = say("event.problem.long", n=longest)
    if told["time"].strip() and read_time(told["time"]) is None:
        found["time"] = say("event.problem.time")
    return found


def event_of(told: Told, household_id: str, today: date, before: Event | None = None) -> Event:
    """The record of a form without problems. A change keeps the id, and whatever is not asked for."""
    hour = read_time(told["time"])
    asked = [name.removeprefix("seen-") for name in told if name.startswith("seen-")]
    others = [child for child in before.children if child.id not in asked] if before else []
    standing = {hit.code for name in OWN_WORDS for hit in find(told[name])}
    fields = {
        "on": day_in(told, today),
        "precision": sureness(told),
        "time": hour.strftime("%H:%M") if hour else "",
        "severity": None if told["severity"] == UNKNOWN else int(told["severity"]),
        "by_ids": tuple(told["by"]),
        "to_ids": tuple(told["to"]),
        "tactics": tuple(told["tactics"]),
        "kept_phrases": tuple(code for code in told["kept"] if code in standing),
        "children": (
            *others,
            *(_child(told, one) for one in asked if told[f"seen-{one}"] or told[f"where-{one}"]),
        ),
        **{own: told[name] if name in _AS_TYPED else told[name].strip() for name, (own, _) in WORDS.items()},
    }
    if before is not None:
        return Event.model_validate({**dict(before), **fields})
    return Event.model_validate({"id": new_id(), "household_id": household_id, **fields})


def _child(told: Told, child_id: str) -> ChildThere:
    codes = told[f"seen-{child_id}"]
    return ChildThere(
        id=child_id,
        there="elsewhere" not in codes,
        where=told[f"where-{child_id}"].strip(),
        saw_it=True if "saw" in codes else None,
        heard_it=True if "heard" in codes else None,
    )


def _codes(child: ChildThere) -> list[str]:
    said = {
        "there": child.there and not (child.saw_it or child.heard_it),
        "saw": child.saw_it,
        "heard": child.heard_it,
        "elsewhere": not child.there,
    }
    return [code for code in THERE if said[code]]
