"""The children of a household in one contact and across all, for the pages of a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.cases.household_queries import HouseholdOverview
from assessments.casework.casework_records import ChildObservation, FollowUp, RecordLink, VisitClosure
from assessments.casework.matching.text import CopiedText, Passage, find_copied_text
from assessments.casework.records import Contact, Person
from assessments.casework.visits import accounting, statistics
from assessments.casework.visits.accounting import ChildStanding, RosterBasis, RosterHousehold, ToolEvidence
from assessments.definitions.catalogue import load_child_accounting_rules
from assessments.errors import NotFound

# Text is held side by side for so many of the last contacts: every sentence meets every other.
_RECENT_CONTACTS = 8
_DONE_BY_PART: dict[str, ToolEvidence] = {"words": "heard", "shown": "heard", "seen": "observed"}


@dataclass(frozen=True, slots=True, repr=False)
class ChildAccount:
    """One child on the roll of a contact."""

    child: Person
    listed_because: RosterBasis
    standing: ChildStanding
    observation: ChildObservation | None


def find_contact(
    households: Iterable[HouseholdOverview], contact_id: str
) -> tuple[HouseholdOverview, Contact]:
    """A contact and the page of its household. Raises NotFound when it is not here."""
    for page in households:
        for found in page.contacts:
            if found.id == contact_id:
                return page, found
    raise NotFound


def roster(
    page: HouseholdOverview, households: Iterable[HouseholdOverview], contact: Contact
) -> tuple[ChildAccount, ...]:
    """Every child that the contact must account for, with how each stands."""
    others = [_accounting_household(other) for other in households if other.household.id != page.household.id]
    seen = accounting.find_current_observations(page.records_of(ChildObservation), contact.id)
    return tuple(
        ChildAccount(
            one.child,
            one.basis,
            _standing_of(page, one.child, contact, seen.get(one.child.id)),
            seen.get(one.child.id),
        )
        for one in accounting.build_roster(_accounting_household(page), others, on=contact.on)
    )


def closure_of(page: HouseholdOverview, contact_id: str) -> VisitClosure | None:
    """The last finish of a contact, or None."""
    return accounting.find_last_closure(page.records_of(VisitClosure), contact_id)


def is_finished(page: HouseholdOverview, rows: Sequence[ChildAccount], contact_id: str) -> bool:
    """Whether the contact is finished, and still is with the children known now."""
    return accounting.is_visit_closed(closure_of(page, contact_id), [row.standing for row in rows])


def earlier_versions(page: HouseholdOverview, one: ChildObservation) -> tuple[ChildObservation, ...]:
    """What a record corrects, the first version first."""
    by_id = {found.id: found for found in page.records_of(ChildObservation)}
    chain: list[ChildObservation] = []
    before = by_id.get(one.amends)
    while before is not None and before not in chain:
        chain.append(before)
        before = by_id.get(before.amends)
    return tuple(reversed(chain))


def count_visits_of_child(page: HouseholdOverview, child: Person, today: date) -> statistics.ChildCounts:
    """The counts of one child over all contacts with the household."""
    seen = _observations_by_contact(page, child.id)
    alone = {
        one.contact_id for one in page.result_extracts if one.part == "alone" and one.child_id == child.id
    }
    met = []
    for contact in _contacts_with_records(page):
        own = seen.get(contact.id)
        standing = _standing_of(page, child, contact, own)
        met.append(statistics.ChildContact(contact.on, standing, own, contact.id in alone))
    return statistics.count_child_contacts(met, today)


def count_visits(page: HouseholdOverview) -> statistics.VisitCounts:
    """The counts of the household's finished contacts."""
    return statistics.count_visit_outcomes(page.records_of(VisitClosure))


def is_observation_due(page: HouseholdOverview, child: Person, today: date) -> bool:
    """Whether the child is so young that watching is asked for, and has not been watched yet."""
    return (
        accounting.needs_observation(child, load_child_accounting_rules(), today)
        and count_visits_of_child(page, child, today).last_observed_on is None
    )


def open_follow_ups(page: HouseholdOverview, person_id: str) -> tuple[FollowUp, ...]:
    """What is still to be done for a person, what has a day first, the soonest first."""
    waiting = [one for one in page.records_of(FollowUp) if one.person_id == person_id and one.done_on is None]
    return tuple(sorted(waiting, key=lambda one: one.due or date.max))


def observations_of(page: HouseholdOverview, child_id: str) -> tuple[tuple[Contact, ChildObservation], ...]:
    """What stands of one child, contact by contact, the newest first."""
    seen = _observations_by_contact(page, child_id)
    found = [(contact, seen[contact.id]) for contact in page.contacts if contact.id in seen]
    return tuple(sorted(found, key=lambda pair: pair[0].on, reverse=True))


def find_copied_passages(page: HouseholdOverview) -> tuple[CopiedText, ...]:
    """Text that stands under two children of the household, in the last contacts with it."""
    recent = sorted(_contacts_with_records(page), key=lambda contact: contact.on)[-_RECENT_CONTACTS:]
    ids = {contact.id for contact in recent}
    passages = [
        Passage(one.child_id, "own" if one.part == "words" else "seen", one.assessment_id, one.text)
        for one in page.result_extracts
        if one.part in ("words", "seen") and one.text and one.contact_id in ids
    ]
    for child in dict.fromkeys(seen.child_id for seen in page.records_of(ChildObservation)):
        for seen in (one for at, one in _observations_by_contact(page, child).items() if at in ids):
            passages += [Passage(seen.child_id, "own", seen.id, line.words) for line in seen.said]
            written = (seen.observation, seen.interpretation, seen.demeanour)
            passages += [Passage(seen.child_id, "seen", seen.id, text) for text in written if text.strip()]
    return find_copied_text(passages, load_child_accounting_rules())


def _contacts_with_records(page: HouseholdOverview) -> list[Contact]:
    """The contacts in which something was written: one that was only opened is no visit."""
    written = {one.contact_id for one in page.records_of(ChildObservation)}
    written |= {one.contact_id for one in page.records_of(VisitClosure)}
    written |= {one.contact_id for one in page.assessments}
    return [contact for contact in page.contacts if contact.id in written]


def _observations_by_contact(page: HouseholdOverview, child_id: str) -> dict[str, ChildObservation]:
    """What stands of one child, by contact."""
    own = [one for one in page.records_of(ChildObservation) if one.child_id == child_id]
    amended = {one.amends for one in own}
    return {one.contact_id: one for one in own if one.id not in amended}


def _standing_of(
    page: HouseholdOverview, child: Person, contact: Contact, seen: ChildObservation | None
) -> ChildStanding:
    done = {
        _DONE_BY_PART[one.part]
        for one in page.result_extracts
        if one.part in _DONE_BY_PART and (one.contact_id, one.child_id) == (contact.id, child.id)
    }
    return accounting.compute_child_standing(child, seen, done, load_child_accounting_rules(), contact.on)


def _accounting_household(page: HouseholdOverview) -> RosterHousehold:
    return RosterHousehold(page.household.id, page.persons, page.records_of(RecordLink))
