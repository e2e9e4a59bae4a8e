"""What happened as one line: in order, whose it is, and where each part of it is filed.

This room knows events, milestones, contacts and finished tools, and the links that say that two records
are one human being. It refuses to know what a run of events means (see `chronology`), any word and any
screen. Nothing depends on the order in which facts were written.

    >>> same_person((), "p1")
    frozenset({'p1'})
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from assessments.casework.casework_records import Event, Link, Milestone
from assessments.casework.record_links import joined
from assessments.casework.records import Contact, Person

Happened = Event | Milestone
H = TypeVar("H", Event, Milestone)


def in_order(found: Iterable[H]) -> tuple[H, ...]:
    """Oldest first. Of one day the worse comes later, so that a tie never hides a rise."""
    return tuple(sorted(found, key=_place))


def same_person(links: Iterable[Link], person_id: str) -> frozenset[str]:
    """Every record of one human being: joined by links that stand, however many households lie between."""
    return joined(links, person_id, "same-person")


def done_by(events: Iterable[Event], person_ids: Collection[str]) -> tuple[Event, ...]:
    """The events that one of these did, oldest first."""
    return in_order(event for event in events if set(event.by_ids) & set(person_ids))


def milestones_of(
    milestones: Iterable[Milestone], persons: Iterable[Person], on: date
) -> tuple[Milestone, ...]:
    """The milestones written down, with each child's birth, or day it is due, that their record knows."""
    written = tuple(milestones)
    told = {one.person_id for one in written if one.kind == "birth"}
    births = (
        Milestone(
            id=f"birth.{person.id}"[:64],
            household_id=person.household_id,
            kind="birth",
            on=day,
            person_id=person.id,
        )
        for person in persons
        if person.is_child(on) and person.id not in told and (day := person.born or person.due) is not None
    )
    return in_order((*written, *births))


@dataclass(frozen=True, slots=True, repr=False)
class Graded:
    """A finished tool as a chronology shows it: what it came to, and whether that is for now only."""

    id: str
    on: date
    tool: str
    subject_id: str
    contact_id: str
    grade: str | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a chronology. `household_id` says where it is filed."""

    kind: Literal["event", "milestone", "contact", "tool"]
    on: date
    id: str
    household_id: str
    record: Event | Milestone | Contact | Graded

    def __repr__(self) -> str:
        return f"<Entry {self.kind}>"


_KIND_ORDER = ("contact", "tool", "milestone", "event")


def entries(
    household_id: str,
    *,
    events: Iterable[Event] = (),
    milestones: Iterable[Milestone] = (),
    contacts: Iterable[Contact] = (),
    tools: Iterable[Graded] = (),
) -> tuple[Entry, ...]:
    """Everything in one line, oldest first, each with where it is filed."""
    found = [
        *(Entry("event", one.on, one.id, one.household_id, one) for one in events),
        *(Entry("milestone", one.on, one.id, one.household_id, one) for one in milestones),
        *(Entry("contact", one.on, one.id, one.household_id, one) for one in contacts),
        *(Entry("tool", one.on, one.id, household_id, one) for one in tools),
    ]
    return tuple(sorted(found, key=_entry_place))


def about_child(
    found: Iterable[Entry], child_id: str, contact_ids: Collection[str] = ()
) -> tuple[Entry, ...]:
    """The lines that speak of one child, with the contacts in which it was written how they were met.

    Milestones stay: they change things for every child.
    """
    return tuple(entry for entry in found if entry.id in contact_ids or _speaks_of(entry.record, child_id))


def _speaks_of(record: Event | Milestone | Contact | Graded, child_id: str) -> bool:
    match record:
        case Event():
            return child_id in {*record.to_ids, *(child.id for child in record.children)}
        case Contact():
            return child_id in record.present
        case Graded():
            return record.subject_id == child_id
    return True


def _place(one: Happened) -> tuple[date, str, int, str]:
    if isinstance(one, Milestone):
        return one.on, "", 0, one.id
    return one.on, one.time, one.severity or 0, one.id


def _entry_place(entry: Entry) -> tuple[date, int, tuple[date, str, int, str] | tuple[()], str]:
    own = _place(entry.record) if isinstance(entry.record, Event) else ()
    return entry.on, _KIND_ORDER.index(entry.kind), own, entry.id
