"""Entries of a chronology in order of date: incidents, key dates, contacts and graded assessments.

The order does not depend on the order in which records were written. What a run of incidents means
is in `chronology`.

    build_chronology_entries("h1", incidents=[incident], contacts=[visit])    # (<ChronologyEntry ...>, ...)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from assessments.casework.casework_records import Incident, KeyDate, RecordLink
from assessments.casework.record_links import find_linked_ids
from assessments.casework.records import Contact, Person

DatedRecord = Incident | KeyDate
H = TypeVar("H", Incident, KeyDate)


def sort_by_date(found: Iterable[H]) -> tuple[H, ...]:
    """Oldest first. Of one day the worse comes later, so that a tie never hides a rise."""
    return tuple(sorted(found, key=_record_sort_key))


def find_same_person_ids(links: Iterable[RecordLink], person_id: str) -> frozenset[str]:
    """Every record of one human being: joined by links that stand, however many households lie between."""
    return find_linked_ids(links, person_id, "same-person")


def find_incidents_by(events: Iterable[Incident], person_ids: Collection[str]) -> tuple[Incident, ...]:
    """The events that one of these did, oldest first."""
    return sort_by_date(event for event in events if set(event.by_ids) & set(person_ids))


def list_key_dates(milestones: Iterable[KeyDate], persons: Iterable[Person], on: date) -> tuple[KeyDate, ...]:
    """The milestones written down, with each child's birth, or day it is due, that their record knows."""
    written = tuple(milestones)
    told = {one.person_id for one in written if one.kind == "birth"}
    births = (
        KeyDate(
            id=f"birth.{person.id}"[:64],
            household_id=person.household_id,
            kind="birth",
            on=day,
            person_id=person.id,
        )
        for person in persons
        if person.is_child(on) and person.id not in told and (day := person.born or person.due) is not None
    )
    return sort_by_date((*written, *births))


@dataclass(frozen=True, slots=True, repr=False)
class GradedAssessment:
    """A finished tool as a chronology shows it: what it came to, and whether that is for now only."""

    id: str
    on: date
    tool: str
    subject_id: str
    contact_id: str
    grade: str | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class ChronologyEntry:
    """One line of a chronology. `household_id` says where it is filed."""

    kind: Literal["event", "milestone", "contact", "tool"]
    on: date
    id: str
    household_id: str
    record: Incident | KeyDate | Contact | GradedAssessment

    def __repr__(self) -> str:
        return f"<ChronologyEntry {self.kind}>"


_KIND_ORDER = ("contact", "tool", "milestone", "event")


def build_chronology_entries(
    household_id: str,
    *,
    events: Iterable[Incident] = (),
    milestones: Iterable[KeyDate] = (),
    contacts: Iterable[Contact] = (),
    tools: Iterable[GradedAssessment] = (),
) -> tuple[ChronologyEntry, ...]:
    """Everything in one line, oldest first, each with where it is filed."""
    found = [
        *(ChronologyEntry("event", one.on, one.id, one.household_id, one) for one in events),
        *(ChronologyEntry("milestone", one.on, one.id, one.household_id, one) for one in milestones),
        *(ChronologyEntry("contact", one.on, one.id, one.household_id, one) for one in contacts),
        *(ChronologyEntry("tool", one.on, one.id, household_id, one) for one in tools),
    ]
    return tuple(sorted(found, key=_entry_sort_key))


def filter_entries_by_child(
    found: Iterable[ChronologyEntry], child_id: str, contact_ids: Collection[str] = ()
) -> tuple[ChronologyEntry, ...]:
    """The lines that speak of one child, with the contacts in which it was written how they were met.

    Milestones stay: they change things for every child.
    """
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
