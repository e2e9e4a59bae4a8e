"""A household with everyone in it and what has been recorded of each, as the screens see it.

This room knows which parts of the store make up one page, and reads them. It writes nothing and decides
nothing: what it gives is frozen, and does not print itself.

    page = Pages(keys).one(household_id)
    page.of(child.id)                             # what was recorded of one person, the newest first
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from assessments.casework.casework_records import Address, Event, Fact, Pattern
from assessments.casework.conduct import Conduct, conduct
from assessments.casework.records import Contact, Household, Person, Relationship
from assessments.casework.result_extracts import Told, told
from assessments.definitions import catalogue
from assessments.errors import WrenError
from assessments.store import Keys, assessments, people
from assessments.store.rows.sealed_rows import Found
from assessments.store.rows.summaries import Heading, listing

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """A household with everyone in it and what has been recorded of each."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    contacts: tuple[Contact, ...]
    assessments: tuple[Heading, ...]
    records: tuple[Fact, ...] = ()
    result_extracts: tuple[Told, ...] = ()
    conducts: tuple[Conduct, ...] = ()
    # The ids of what was written otherwise before.
    revised_ids: frozenset[str] = frozenset()
    # How many rows of it are kept and do not open.
    unreadable_count: int = 0

    def __repr__(self) -> str:
        return f"<HouseholdPage {self.household.id}>"

    def records_of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of one kind, in the order in which they were first written."""
        return tuple(fact for fact in self.records if isinstance(fact, kind))

    def children(self, on: date) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.is_child(on))

    def adults(self, on: date) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if not person.is_child(on))

    def assessments_of(self, person_id: str) -> tuple[Heading, ...]:
        """What was recorded of one person, the newest first."""
        return tuple(found for found in self.assessments if found.subject_id == person_id)


class Pages:
    """The households of one person who has unlocked. What finished tools told is read once."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._completed_cache: dict[str, tuple[tuple[Told, ...], Conduct | None]] = {}

    def __repr__(self) -> str:
        return "<Pages>"

    def clear_cache(self) -> None:
        self._completed_cache.clear()

    def read_all(self) -> Found[HouseholdPage]:
        """Every household, and what does not open among them."""
        headings, homes = listing(self._keys), people.homes(self._keys)
        within: dict[str, list[Heading]] = defaultdict(list)
        for heading in headings:
            within[heading.household_id].append(heading)
        pages = (self._assemble(home, within[home.household.id]) for home in homes)
        return Found(pages, (*homes.unreadable, *headings.unreadable))

    def read_household(self, household_id: str) -> HouseholdPage:
        """A household as it stands now."""
        return self._assemble(people.home(self._keys, household_id), listing(self._keys, household_id))

    def _assemble(self, home: people.Home, headings: Sequence[Heading]) -> HouseholdPage:
        finished = [self._read_completed(heading) for heading in headings]
        return HouseholdPage(
            home.household,
            tuple(home.persons),
            tuple(home.relationships),
            tuple(home.contacts),
            tuple(sorted(headings, key=lambda found: found.started_at, reverse=True)),
            tuple(home.facts),
            tuple(one for own, _ in finished for one in own),
            tuple(one for _, one in finished if one is not None),
            home.changed_ids,
            sum(
                len(found.unreadable)
                for found in (home.persons, home.relationships, home.contacts, home.facts)
            ),
        )

    def _read_completed(self, heading: Heading) -> tuple[tuple[Told, ...], Conduct | None]:
        """What a finished tool holds. Kept with the keys: what is finished never changes."""
        if heading.status not in ("completed", "amended"):
            return (), None
        if heading.id not in self._completed_cache:
            # A tool that is not here any more, or a record that does not open: the others are shown.
            with suppress(WrenError):
                found = assessments.get(self._keys, heading.id)
                tool = catalogue.load_exact(found.instrument, found.version, found.instrument_hash)
                self._completed_cache[heading.id] = told(tool, found), conduct(tool, found)
        return self._completed_cache.get(heading.id, ((), None))


def has_pattern(page: HouseholdPage, person: Person) -> bool:
    """Whether a statement on this person has a place: something is recorded of what they do, or they are
    marked as somebody to take care around, or one was written."""
    return (
        "causes-concern" in person.roles
        or kept_pattern(page, person.id) is not None
        or any(person.id in event.by_ids for event in page.records_of(Event))
        or any(one.subject_id == person.id for one in page.conducts)
    )


def kept_pattern(page: HouseholdPage, person_id: str) -> Pattern | None:
    """The statement as it was saved last, or None."""
    return next((one for one in page.records_of(Pattern) if one.person_id == person_id), None)


def current_addresses(page: HouseholdPage) -> tuple[Address, ...]:
    """The addresses where somebody stays now."""
    return tuple(found for found in page.records_of(Address) if found.until is None)
