"""The ledger of a household as its page shows it: who stands how, in one contact and across all.

This room puts what a `HouseholdPage` holds before the pure rules and gives back what they say. It keeps
nothing, decides nothing and knows no words: `contacts` files, the screens say.

    rows = roster(page, model.households, contact)     # a Row for every child, none left out
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.cases.case_service import HouseholdPage
from assessments.casework.casework_records import Ended, FollowUp, Link, Seen
from assessments.casework.matching.text import Copy, Passage, copied
from assessments.casework.records import Contact, Person
from assessments.casework.visits import accounting, statistics
from assessments.casework.visits.accounting import Done, Home, Standing, Through
from assessments.definitions.catalogue import ledger_rules
from assessments.errors import NotFound

# Text is held side by side for so many of the last contacts: every sentence meets every other.
_RECENT = 8
_DONE: dict[str, Done] = {"words": "heard", "shown": "heard", "seen": "observed"}


@dataclass(frozen=True, slots=True)
class Row:
    """One child on the roll of a contact."""

    child: Person
    listed_because: Through
    standing: Standing
    observation: Seen | None

    def __repr__(self) -> str:
        return f"<Row {self.child.id}>"


def find_contact(households: Iterable[HouseholdPage], contact_id: str) -> tuple[HouseholdPage, Contact]:
    """A contact and the page of its household. Raises NotFound when it is not here."""
    for page in households:
        for found in page.contacts:
            if found.id == contact_id:
                return page, found
    raise NotFound


def roster(page: HouseholdPage, households: Iterable[HouseholdPage], contact: Contact) -> tuple[Row, ...]:
    """Every child that the contact must account for, with how each stands."""
    others = [_home(other) for other in households if other.household.id != page.household.id]
    seen = accounting.current(page.records_of(Seen), contact.id)
    return tuple(
        Row(
            one.child,
            one.basis,
            _stand(page, one.child, contact, seen.get(one.child.id)),
            seen.get(one.child.id),
        )
        for one in accounting.roll(_home(page), others, on=contact.on)
    )


def ended_of(page: HouseholdPage, contact_id: str) -> Ended | None:
    """The last finish of a contact, or None."""
    return accounting.last_ended(page.records_of(Ended), contact_id)


def is_finished(page: HouseholdPage, rows: Sequence[Row], contact_id: str) -> bool:
    """Whether the contact is finished, and still is with the children known now."""
    return accounting.is_finished(ended_of(page, contact_id), [row.standing for row in rows])


def earlier(page: HouseholdPage, one: Seen) -> tuple[Seen, ...]:
    """What a record corrects, the first version first."""
    by_id = {found.id: found for found in page.records_of(Seen)}
    chain: list[Seen] = []
    before = by_id.get(one.amends)
    while before is not None and before not in chain:
        chain.append(before)
        before = by_id.get(before.amends)
    return tuple(reversed(chain))


def counts_of(page: HouseholdPage, child: Person, today: date) -> statistics.ChildCounts:
    """The counts of one child over all contacts with the household."""
    seen = _by_contact(page, child.id)
    alone = {
        one.contact_id for one in page.result_extracts if one.part == "alone" and one.child_id == child.id
    }
    met = []
    for contact in _happened(page):
        own = seen.get(contact.id)
        standing = _stand(page, child, contact, own)
        met.append(statistics.Met(contact.on, standing, own, contact.id in alone))
    return statistics.of_child(met, today)


def visit_counts(page: HouseholdPage) -> statistics.VisitCounts:
    """The counts of the household's finished contacts."""
    return statistics.of_visits(page.records_of(Ended))


def unwatched(page: HouseholdPage, child: Person, today: date) -> bool:
    """Whether the child is so young that watching is asked for, and has not been watched yet."""
    return (
        accounting.is_watched(child, ledger_rules(), today)
        and counts_of(page, child, today).last_observed_on is None
    )


def to_do(page: HouseholdPage, person_id: str) -> tuple[FollowUp, ...]:
    """What is still to be done for a person, what has a day first, the soonest first."""
    waiting = [one for one in page.records_of(FollowUp) if one.person_id == person_id and one.done_on is None]
    return tuple(sorted(waiting, key=lambda one: one.due or date.max))


def seen_of(page: HouseholdPage, child_id: str) -> tuple[tuple[Contact, Seen], ...]:
    """What stands of one child, contact by contact, the newest first."""
    seen = _by_contact(page, child_id)
    found = [(contact, seen[contact.id]) for contact in page.contacts if contact.id in seen]
    return tuple(sorted(found, key=lambda pair: pair[0].on, reverse=True))


def copies(page: HouseholdPage) -> tuple[Copy, ...]:
    """Text that stands under two children of the household, in the last contacts with it."""
    recent = sorted(_happened(page), key=lambda contact: contact.on)[-_RECENT:]
    ids = {contact.id for contact in recent}
    passages = [
        Passage(one.child_id, "own" if one.part == "words" else "seen", one.assessment_id, one.text)
        for one in page.result_extracts
        if one.part in ("words", "seen") and one.text and one.contact_id in ids
    ]
    for child in dict.fromkeys(seen.child_id for seen in page.records_of(Seen)):
        for seen in (one for at, one in _by_contact(page, child).items() if at in ids):
            passages += [Passage(seen.child_id, "own", seen.id, line.words) for line in seen.said]
            written = (seen.observation, seen.interpretation, seen.demeanour)
            passages += [Passage(seen.child_id, "seen", seen.id, text) for text in written if text.strip()]
    return copied(passages, ledger_rules())


def _happened(page: HouseholdPage) -> list[Contact]:
    """The contacts in which something was written: one that was only opened is no visit."""
    written = {one.contact_id for one in page.records_of(Seen)}
    written |= {one.contact_id for one in page.records_of(Ended)}
    written |= {one.contact_id for one in page.assessments}
    return [contact for contact in page.contacts if contact.id in written]


def _by_contact(page: HouseholdPage, child_id: str) -> dict[str, Seen]:
    """What stands of one child, by contact."""
    own = [one for one in page.records_of(Seen) if one.child_id == child_id]
    amended = {one.amends for one in own}
    return {one.contact_id: one for one in own if one.id not in amended}


def _stand(page: HouseholdPage, child: Person, contact: Contact, seen: Seen | None) -> Standing:
    done = {
        _DONE[one.part]
        for one in page.result_extracts
        if one.part in _DONE and (one.contact_id, one.child_id) == (contact.id, child.id)
    }
    return accounting.stand(child, seen, done, ledger_rules(), contact.on)


def _home(page: HouseholdPage) -> Home:
    return Home(page.household.id, page.persons, page.records_of(Link))
