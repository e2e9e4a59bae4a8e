"""Families for tests of visits: nobody in them exists.

home = home_of(child("Otis"), adult("Ifeoma"))
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from assessments.casework.casework_records import ChildObservation, RecordLink, VerbatimQuote
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import RosterHousehold

DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
HOME = "home"
_numbers = count(1)


def new_id() -> str:
    return f"id-{next(_numbers)}"


def child(name: str, *, born: date | None = date(2018, 2, 3), home: str = HOME, **more: object) -> Person:
    return Person(id=f"{home}-{name}", household_id=home, name=name, born=born, roles=("child",), **more)  # type: ignore[arg-type]  # checked by the record itself


def adult(name: str, *, home: str = HOME, **more: object) -> Person:
    return Person(
        id=f"{home}-{name}", household_id=home, name=name, born=date(1990, 1, 1), roles=("mother",), **more
    )  # type: ignore[arg-type]  # checked by the record itself


def home_of(*persons: Person, links: tuple[RecordLink, ...] = (), home: str = HOME) -> RosterHousehold:
    return RosterHousehold(home, persons, links)


def link(kind: str, own: Person, other: Person, **more: object) -> RecordLink:
    return RecordLink(
        id=new_id(),
        household_id=own.household_id,
        kind=kind,  # type: ignore[arg-type]  # checked by the record itself
        own_id=own.id,
        other_household_id=other.household_id,
        other_id=other.id,
        decided_at=AT,
        **more,  # type: ignore[arg-type]  # the same
    )


def contact(contact_id: str = "c1", on: date = DAY) -> Contact:
    return Contact(id=contact_id, household_id=HOME, on=on, kind="visit", role="health-visitor")


def seen(of: Person, how: str | None, contact_id: str = "c1", **more: object) -> ChildObservation:
    return ChildObservation(
        id=new_id(), household_id=HOME, contact_id=contact_id, child_id=of.id, how=how, **more
    )  # type: ignore[arg-type]  # the same


def said(words: str, **more: str) -> tuple[VerbatimQuote, ...]:
    return (VerbatimQuote(id=new_id(), words=words, **more),)  # type: ignore[arg-type]  # the same
