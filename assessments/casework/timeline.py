"""Entries of a chronology in order of date: incidents, key dates, contacts and graded assessments.

The order does not depend on the order in which records were written. What a run of incidents means
is in `chronology`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from assessments.casework.casework_records import Incident, KeyDate
from assessments.casework.records import Contact, Person

DatedRecord = Incident | KeyDate
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
            id=f"birth.{person.id}"[:64],
            household_id=person.household_id,
            kind="birth",
            on=day,
            person_id=person.id,
        )
        for person in persons
        if person.is_child(on)
        and person.id not in recorded
        and (day := person.born or person.due) is not None
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
    return tuple(sorted(found, key=_entry_sort_key))


def filter_entries_by_child(
    found: Iterable[ChronologyEntry], child_id: str, contact_ids: Collection[str] = ()
) -> tuple[ChronologyEntry, ...]:
    """The entries about one child, with the contacts that have an observation of the child. Key dates stay:
    they concern every child."""
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


def _entry_sort_key(entry: ChronologyEntry) -> tuple[date, int, tuple[date, str, int, str] | tuple[()], str]:
    own = _record_sort_key(entry.record) if isinstance(entry.record, Incident) else ()
    return entry.on, _KIND_ORDER.index(entry.kind), own, entry.id
