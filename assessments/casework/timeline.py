"""Entries of a chronology in order of date, whatever the order in which they were written."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from assessments.casework.casework_records import Incident, KeyDate
from assessments.casework.records import Contact, Person
from assessments.definitions.area_settings import ChronologyRules

DatedRecord = Incident | KeyDate
# A first and a last day as ordinals.
DaySpan = tuple[int, int]
AnyDatedRecord = TypeVar("AnyDatedRecord", Incident, KeyDate)


def sort_by_date(found: Iterable[AnyDatedRecord]) -> tuple[AnyDatedRecord, ...]:
    """Oldest first; on one day the worse later, so that a tie never hides a rise."""
    return tuple(sorted(found, key=_record_sort_key))


def find_incidents_by(incidents: Iterable[Incident], person_ids: Collection[str]) -> tuple[Incident, ...]:
    """The incidents that one of these people did, oldest first."""
    return sort_by_date(incident for incident in incidents if set(incident.by_ids) & set(person_ids))


def list_key_dates(key_dates: Iterable[KeyDate], persons: Iterable[Person], on: date) -> tuple[KeyDate, ...]:
    """The recorded key dates, with the birth or due date of each child."""
    written = tuple(key_dates)
    recorded = {one.person_id for one in written if one.kind == "birth"}
    births = (
        KeyDate(
            id=f"birth.{one.id}"[:64], household_id=one.household_id, kind="birth", on=day, person_id=one.id
        )
        for one in persons
        if one.is_child(on) and one.id not in recorded and (day := one.born or one.due) is not None
    )
    return sort_by_date((*written, *births))


@dataclass(frozen=True, slots=True, repr=False)
class GradedAssessment:
    """A completed assessment in a chronology: its grade, and whether that is provisional."""

    id: str
    on: date
    tool: str
    subject_id: str
    contact_id: str
    grade: str | None
    provisional: bool


@dataclass(frozen=True, slots=True, repr=False)
class ChronologyEntry:
    """One entry of a chronology. `household_id` is where its record is filed."""

    kind: Literal["event", "milestone", "contact", "tool"]
    on: date
    id: str
    household_id: str
    record: Incident | KeyDate | Contact | GradedAssessment


_KIND_ORDER = ("contact", "tool", "milestone", "event")


def build_chronology_entries(
    household_id: str,
    *,
    incidents: Iterable[Incident] = (),
    key_dates: Iterable[KeyDate] = (),
    contacts: Iterable[Contact] = (),
    graded_assessments: Iterable[GradedAssessment] = (),
) -> tuple[ChronologyEntry, ...]:
    """All entries, oldest first."""
    found = [
        *(ChronologyEntry("event", one.on, one.id, one.household_id, one) for one in incidents),
        *(ChronologyEntry("milestone", one.on, one.id, one.household_id, one) for one in key_dates),
        *(ChronologyEntry("contact", one.on, one.id, one.household_id, one) for one in contacts),
        *(ChronologyEntry("tool", one.on, one.id, household_id, one) for one in graded_assessments),
    ]
    return tuple(
        sorted(
            found,
            key=lambda entry: (
                entry.on,
                _KIND_ORDER.index(entry.kind),
                _record_sort_key(entry.record) if isinstance(entry.record, Incident) else (),
                entry.id,
            ),
        )
    )


def filter_entries_by_child(
    found: Iterable[ChronologyEntry], child_id: str, contact_ids: Collection[str] = ()
) -> tuple[ChronologyEntry, ...]:
    """The entries about one child, with these contacts. Key dates stay: they concern every child."""
    return tuple(
        entry for entry in found if entry.id in contact_ids or _concerns_child(entry.record, child_id)
    )


def _concerns_child(record: Incident | KeyDate | Contact | GradedAssessment, child_id: str) -> bool:
    match record:
        case Incident():
            return child_id in {*record.to_ids, *(child.id for child in record.children)}
        case Contact():
            return child_id in record.present
        case GradedAssessment():
            return record.subject_id == child_id
    return True


def _record_sort_key(one: DatedRecord) -> tuple[date, str, int, str]:
    if isinstance(one, KeyDate):
        return one.on, "", 0, one.id
    return one.on, one.time, one.severity or 0, one.id


def day_span(record: DatedRecord, rules: ChronologyRules) -> DaySpan:
    """The days on which a record may lie: "about" within `about_days`, "before" on any day up to that one."""
    day = record.on.toordinal()
    if record.precision == "before":
        return 0, day
    slack = rules.about_days if record.precision == "about" else 0
    return day - slack, day + slack


def days_between(one: DaySpan, other: DaySpan) -> int:
    """Days from one span to the other: positive when the other lies ahead, 0 when they overlap."""
    if other[0] > one[1]:
        return other[0] - one[1]
    return min(other[1] - one[0], 0)
