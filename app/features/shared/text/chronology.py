"""The findings of a chronology as sentences, one for every code of `assessments.casework.chronology`. No
sentence reassures: a falling trajectory says what it does not show.
"""

from datetime import date

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.days import format_day
from app.kit.messages import say
from assessments.casework.casework_records import Incident, KeyDate, Precision, RecordLink
from assessments.casework.chronology import ChronologyFinding, ChronologySummary, summarise_chronology
from assessments.casework.timeline import list_key_dates
from assessments.definitions import catalogue


def summarise_household_chronology(page: HouseholdOverview, on: date) -> ChronologySummary:
    """Summarise the chronology of one household as it stands on a day."""
    return summarise_chronology(
        page.records_of(Incident),
        list_key_dates(page.records_of(KeyDate), page.persons, on),
        on=on,
        rules=catalogue.load_area().chronology_rules,
        child_ids=[child.id for child in page.children(on)],
        links=page.records_of(RecordLink),
    )


def chronology_headline(found: ChronologySummary) -> str:
    """Write the first line: how many, the gaps between them, and whether those shorten."""
    # Of gaps that reach back beyond these events the first line says nothing.
    between = min(len(found.gap_days), max(found.recent_count - 1, 0))
    gaps = ", ".join(map(str, found.gap_days[len(found.gap_days) - between :]))
    is_shortening = _is_shortening_in_headline(found)
    kind = "picture.lead" if not gaps else f"picture.lead-{'shortening' if is_shortening else 'gaps'}"
    words = say(kind, n=found.recent_count, months=found.recent_months, gaps=gaps)
    if len(found.incidents) > found.recent_count:
        words = f"{words} {say('picture.lead-all', n=len(found.incidents))}"
    if found.duplicate_count:
        words = f"{words} {say('picture.lead-twice', n=found.duplicate_count)}"
    return words


def describe_trajectory(found: ChronologySummary) -> str:
    """Say which way the record points, with what it does not show."""
    return say(f"trajectory.{found.trajectory.code}")


def describe_chronology_findings(found: ChronologySummary) -> list[str]:
    """Say what stands out, a sentence each."""
    in_headline = ("shortening",) if _is_shortening_in_headline(found) else ()
    return [
        describe_chronology_finding(sign, found.on) for sign in found.findings if sign.code not in in_headline
    ]


def _is_shortening_in_headline(found: ChronologySummary) -> bool:
    """Tell whether the first line says already that the gaps shorten."""
    return found.is_shortening and found.recent_count > len(found.gap_days)


def describe_missing(found: ChronologySummary) -> list[str]:
    """Say what is missing, a sentence each."""
    return [describe_chronology_finding(sign, found.on, "missing") for sign in found.missing]


def describe_chronology_finding(sign: ChronologyFinding, today: date, kind: str = "sign") -> str:
    """Write the sentence of one finding; `kind` is "sign" or "missing"."""
    data = {name: _format_value(name, value, today) for name, value in sign.data.items()}
    if sign.code in ("near", "around"):
        data["what"] = say(f"milestone.{sign.data['kind']}")
    if sign.code == "separation":
        data["day"] = format_day_with_precision(sign.data["day"], sign.data["precision"], today)
        return say("sign.separation-ahead" if sign.data["ahead"] else "sign.separation", **data)
    return say(f"{kind}.{sign.code}", **data)


def format_day_with_precision(day: date, precision: Precision, today: date) -> str:
    """Format a day with how sure it is: "14 May", "about 14 May", "before 14 May"."""
    if precision == "exact":
        return format_day(day, today)
    return say(f"day.{precision}", day=format_day(day, today, near=False))


def _format_value(name: str, value: object, today: date) -> object:
    if isinstance(value, date):
        return format_day(value, today)
    if name == "tactics" and isinstance(value, tuple):
        return "; ".join(say(f"tactic.{code}") for code in value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
