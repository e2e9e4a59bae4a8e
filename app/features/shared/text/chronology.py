"""What a chronology found, as sentences.

This room knows a sentence for every code of `assessments.casework.chronology`, with its numbers. It works
nothing
out, and no sentence here calms: a falling record says what it does not show.

    sign_words(Sign("several", data={"n": 4, "months": 12}), today)
"""

from __future__ import annotations

from datetime import date

from app.core.cases.case_service import HouseholdPage
from app.features.shared.text.days import day_words
from app.kit.messages import say
from assessments.casework.casework_records import Event, Link, Milestone, Precision
from assessments.casework.chronology import Picture, Sign, picture
from assessments.casework.timeline import milestones_of
from assessments.definitions import catalogue


def picture_of(page: HouseholdPage, on: date) -> Picture:
    """What is known of one household as it stands today."""
    return picture(
        page.records_of(Event),
        milestones_of(page.records_of(Milestone), page.persons, on),
        on=on,
        rules=catalogue.load_area().chronology_rules,
        child_ids=[child.id for child in page.children(on)],
        links=page.records_of(Link),
    )


def lead_words(found: Picture) -> str:
    """The first line: how many, the gaps between them, and whether those shorten."""
    # Of gaps that reach back beyond these events the first line says nothing.
    between = min(len(found.gap_days), max(found.recent_count - 1, 0))
    gaps = ", ".join(map(str, found.gap_days[len(found.gap_days) - between :]))
    is_shortening = _is_in_lead(found)
    kind = "picture.lead" if not gaps else f"picture.lead-{'shortening' if is_shortening else 'gaps'}"
    words = say(kind, n=found.recent_count, months=found.recent_months, gaps=gaps)
    if len(found.incidents) > found.recent_count:
        words = f"{words} {say('picture.lead-all', n=len(found.incidents))}"
    if found.duplicate_count:
        words = f"{words} {say('picture.lead-twice', n=found.duplicate_count)}"
    return words


def trajectory_words(found: Picture) -> str:
    """Which way the record points, with what it does not show."""
    return say(f"trajectory.{found.trajectory.code}")


def signs_words(found: Picture) -> list[str]:
    """What stands out, a sentence each."""
    told = ("shortening",) if _is_in_lead(found) else ()
    return [sign_words(sign, found.on) for sign in found.findings if sign.code not in told]


def _is_in_lead(found: Picture) -> bool:
    """Whether the first line says already that the gaps shorten."""
    return found.is_shortening and found.recent_count > len(found.gap_days)


def missing_words(found: Picture) -> list[str]:
    """What is missing, a sentence each."""
    return [sign_words(sign, found.on, "missing") for sign in found.missing]


def sign_words(sign: Sign, today: date, kind: str = "sign") -> str:
    """The sentence of one sign."""
    data = {name: _told(name, value, today) for name, value in sign.data.items()}
    if sign.code in ("near", "around"):
        data["what"] = say(f"milestone.{sign.data['kind']}")
    if sign.code == "separation":
        data["day"] = sure_day(sign.data["day"], sign.data["precision"], today)
        return say("sign.separation-ahead" if sign.data["ahead"] else "sign.separation", **data)
    return say(f"{kind}.{sign.code}", **data)


def sure_day(day: date, precision: Precision, today: date) -> str:
    """A day with how sure it is: "14 May", "about 14 May", "before 14 May"."""
    if precision == "exact":
        return day_words(day, today)
    return say(f"day.{precision}", day=day_words(day, today, near=False))


def _told(name: str, value: object, today: date) -> object:
    if isinstance(value, date):
        return day_words(value, today)
    if name == "tactics" and isinstance(value, tuple):
        return "; ".join(say(f"tactic.{code}") for code in value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
