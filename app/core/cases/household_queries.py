"""A household with everyone in it and what has been recorded of each, read from the store."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from assessments.casework.casework_records import (
    Address,
    CaseworkRecord,
    Incident,
    PatternStatement,
    RecordLink,
)
from assessments.casework.conduct_extracts import ConductExtract, extract_conduct
from assessments.casework.records import COMPLETED_STATUSES, Contact, Household, Person, Relationship
from assessments.casework.result_extracts import ResultExtract, extract_results
from assessments.definitions import catalogue
from assessments.errors import WrenError
from assessments.store import UnlockedStore, assessments, people
from assessments.store.rows.sealed_rows import ReadResult
from assessments.store.rows.summaries import list_summaries
from assessments.store.rows.unlocked_store import AssessmentSummary

F = TypeVar("F", bound=CaseworkRecord)


@dataclass(frozen=True, slots=True, repr=False)
class HouseholdOverview:
    """A household with everyone in it and what has been recorded of each."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    contacts: tuple[Contact, ...]
    assessments: tuple[AssessmentSummary, ...]
    records: tuple[CaseworkRecord, ...] = ()
    result_extracts: tuple[ResultExtract, ...] = ()
    conducts: tuple[ConductExtract, ...] = ()
    # The ids of what was written otherwise before.
    revised_ids: frozenset[str] = frozenset()
    # How many rows of it are kept and do not open.
    unreadable_count: int = 0

    def records_of(self, kind: type[F]) -> tuple[F, ...]:
        """The records of one kind, in the order in which they were first written."""
        return tuple(fact for fact in self.records if isinstance(fact, kind))

    def children(self, on: date) -> tuple[Person, ...]:
        """Everyone who is a child on this day."""
        return tuple(person for person in self.persons if person.is_child(on))

    def adults(self, on: date) -> tuple[Person, ...]:
        """Everyone who is not a child on this day."""
        return tuple(person for person in self.persons if not person.is_child(on))

    def assessments_of(self, person_id: str) -> tuple[AssessmentSummary, ...]:
        """What was recorded of one person, the newest first."""
        return tuple(found for found in self.assessments if found.subject_id == person_id)


class HouseholdReader:
    """Reads the households of the unlocked person. Extracts of completed assessments are cached."""

    def __init__(self, keys: UnlockedStore) -> None:
        self._keys = keys
        self._completed_cache: dict[str, tuple[tuple[ResultExtract, ...], ConductExtract | None]] = {}

    def clear_cache(self) -> None:
        """Forget the extracts."""
        self._completed_cache.clear()

    def read_all(self) -> ReadResult[HouseholdOverview]:
        """Every household, and what does not open among them."""
        headings, homes = list_summaries(self._keys), people.list_household_records(self._keys)
        within: dict[str, list[AssessmentSummary]] = defaultdict(list)
        for heading in headings:
            within[heading.household_id].append(heading)
        pages = (self._assemble(home, within[home.household.id]) for home in homes)
        return ReadResult(pages, (*homes.unreadable, *headings.unreadable))

    def read_household(self, household_id: str) -> HouseholdOverview:
        """A household as it stands now."""
        return self._assemble(
            people.read_household_records(self._keys, household_id), list_summaries(self._keys, household_id)
        )

    def _assemble(
        self, home: people.HouseholdRecords, headings: Sequence[AssessmentSummary]
    ) -> HouseholdOverview:
        finished = [self._read_completed(heading) for heading in headings]
        kinds = (home.persons, home.relationships, home.contacts, home.facts)
        return HouseholdOverview(
            home.household,
            tuple(home.persons),
            tuple(home.relationships),
            tuple(home.contacts),
            tuple(sorted(headings, key=lambda found: found.started_at, reverse=True)),
            tuple(home.facts),
            tuple(one for own, _ in finished for one in own),
            tuple(one for _, one in finished if one is not None),
            home.changed_ids,
            sum(len(rows.unreadable) for rows in kinds),
        )

    def _read_completed(
        self, heading: AssessmentSummary
    ) -> tuple[tuple[ResultExtract, ...], ConductExtract | None]:
        """What a finished tool holds. Kept with the keys: what is finished never changes."""
        if heading.status not in COMPLETED_STATUSES:
            return (), None
        if heading.id not in self._completed_cache:
            # A tool that is not here any more, or a record that does not open: the others are shown.
            with suppress(WrenError):
                found = assessments.get(self._keys, heading.id)
                tool = catalogue.load_pinned_tool(found.instrument, found.version, found.instrument_hash)
                self._completed_cache[heading.id] = extract_results(tool, found), extract_conduct(tool, found)
        return self._completed_cache.get(heading.id, ((), None))


def allows_pattern_statement(page: HouseholdOverview, person: Person) -> bool:
    """Whether a statement on this person has a place: something is recorded of them, or one was written."""
    return (
        "causes-concern" in person.roles
        or pattern_statement_of(page, person.id) is not None
        or any(person.id in event.by_ids for event in page.records_of(Incident))
        or any(one.subject_id == person.id for one in page.conducts)
    )


def pattern_statement_of(page: HouseholdOverview, person_id: str) -> PatternStatement | None:
    """The statement as it was saved last, or None."""
    return next((one for one in page.records_of(PatternStatement) if one.person_id == person_id), None)


def current_addresses(page: HouseholdOverview) -> tuple[Address, ...]:
    """The addresses where somebody stays now."""
    return tuple(found for found in page.records_of(Address) if found.until is None)


def host_household(
    page: HouseholdOverview, households: Sequence[HouseholdOverview]
) -> HouseholdOverview | None:
    """The household that takes this one in, where somebody has linked it."""
    hosts = [link.other_household_id for link in standing_host_links(page)][:1]
    return next((found for found in households if found.household.id in hosts), None)


def standing_host_links(page: HouseholdOverview) -> tuple[RecordLink, ...]:
    """The links that say which household takes this one in, without those that were undone."""
    return tuple(one for one in page.records_of(RecordLink) if one.kind == "host" and one.undone_at is None)


def find_record(
    households: Sequence[HouseholdOverview], kind: type[F], record_id: str
) -> tuple[HouseholdOverview, F] | None:
    """A record of this kind with the household it is filed in; None where it is not here."""
    found = ((page, one) for page in households for one in page.records_of(kind) if one.id == record_id)
    return next(found, None)
