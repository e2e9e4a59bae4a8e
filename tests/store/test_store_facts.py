"""Facts of a household come back as they were written, each kind by itself, and only for their author."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from assessments.casework.casework_records import (
    RECORD_TYPES_BY_KIND,
    Address,
    ChildAtIncident,
    ChildObservation,
    FollowUp,
    Incident,
    VerbatimQuote,
    VisitClosure,
)
from assessments.errors import StoreFault
from assessments.store import Store, UnlockedStore, people
from tests.store.made_up import Family, new_id


def made(family: Family) -> list[object]:
    home, child = family.household.id, family.persons[0].id
    return [
        Address(id=new_id(), household_id=home, lines="4 Thimble Row", kind="temporary", confidential=True),
        ChildObservation(
            id=new_id(),
            household_id=home,
            contact_id=family.contact.id,
            child_id=child,
            how="heard",
            said=(VerbatimQuote(id="1", words="no shout", prompt="", origin="said"),),
        ),
        Incident(
            id=new_id(),
            household_id=home,
            on=date(2026, 1, 3),
            source="mother",
            severity=3,
            what="a door broken",
            children=(ChildAtIncident(id=child, where="on the stairs", heard_it=True),),
        ),
        VisitClosure(
            id=new_id(), household_id=home, contact_id=family.contact.id, at=datetime(2026, 3, 4, tzinfo=UTC)
        ),
    ]


def test_every_fact_comes_back_as_it_was_written(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    facts = made(family)
    people.save_records(keys, family.household.id, facts)  # type: ignore[arg-type]  # all are facts
    assert list(people.read_casework_records(keys, family.household.id)) == facts


def test_a_corrected_fact_takes_the_place_of_the_earlier_one(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    task = FollowUp(id=new_id(), household_id=family.household.id, person_id=family.persons[0].id, code="see")
    people.save_records(keys, family.household.id, [task])
    done = task.model_copy(update={"done_on": date(2026, 3, 9)})
    people.save_records(keys, family.household.id, [done])
    assert list(people.read_casework_records(keys, family.household.id)) == [done]


def test_facts_of_another_household_are_refused_whole(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    facts = made(family)
    facts[2] = facts[2].model_copy(update={"household_id": new_id()})  # type: ignore[attr-defined]  # a record
    with pytest.raises(StoreFault):
        people.save_records(keys, family.household.id, facts)  # type: ignore[arg-type]  # all are facts
    assert list(people.read_casework_records(keys, family.household.id)) == []


def test_an_unknown_kind_is_kept_and_named(keys: UnlockedStore, store: Store, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    facts = made(family)
    people.save_records(keys, family.household.id, facts)  # type: ignore[arg-type]  # all are facts
    event = RECORD_TYPES_BY_KIND.pop("event")
    try:
        found = people.read_casework_records(keys, family.household.id)
        assert (len(found), [one.code for one in found.unreadable]) == (3, ["unknown-format"])
    finally:
        RECORD_TYPES_BY_KIND["event"] = event
    assert len(people.read_casework_records(keys, family.household.id)) == 4
