"""Households, people and contacts come back as they were saved."""

from __future__ import annotations

import pytest

from assessments.casework.records import Contact, Person
from assessments.errors import Locked, NotFound, StoreFault
from assessments.store import UnlockedStore, people
from tests.store.made_up import Family, list_households, make_family, new_id, read_household


def test_a_household_comes_back_whole(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_record(keys, family.contact)
    household, persons, relationships, contacts = read_household(keys, family.household.id)
    assert household == family.household
    assert list(persons) == family.persons
    assert list(relationships) == family.relationships
    assert list(contacts) == [family.contact]
    assert people.read_record(keys, Person, family.persons[1].id) == family.persons[1]
    assert people.read_record(keys, Contact, family.contact.id) == family.contact


def test_households_are_listed_in_the_order_they_came(keys: UnlockedStore) -> None:
    families = [make_family() for _ in range(5)]
    for family in families:
        people.save_household(keys, family.household)
    assert list_households(keys) == [family.household for family in families]


def test_a_changed_person_replaces_the_earlier_one(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    renamed = family.persons[0].model_copy(update={"name": "Otisette Fernsby"})
    people.save_record(keys, renamed)
    people.save_record(keys, renamed)
    _, persons, _, _ = read_household(keys, family.household.id)
    assert list(persons) == [renamed, family.persons[1]]


def test_people_saved_before_stay(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_household(keys, family.household)
    _, persons, relationships, _ = read_household(keys, family.household.id)
    assert (len(persons), len(relationships)) == (2, 1)


def test_fields_from_a_newer_wren_survive(keys: UnlockedStore, family: Family) -> None:
    newer = Person.model_validate({**family.persons[0].model_dump(), "pronouns": "they", "extra": {"a": [1]}})
    people.save_household(keys, family.household, [newer])
    assert people.read_record(keys, Person, newer.id).model_dump() == newer.model_dump()


def test_saving_is_all_or_nothing(keys: UnlockedStore, family: Family) -> None:
    stranger = make_family().persons[0]
    with pytest.raises(StoreFault):
        people.save_household(keys, family.household, [family.persons[0], stranger])
    assert list_households(keys) == []
    assert keys.database.rows("SELECT count(*) FROM content_key") == [(0,)]


def test_a_person_does_not_move_to_another_household(keys: UnlockedStore, family: Family) -> None:
    other = make_family()
    people.save_household(keys, family.household, family.persons)
    people.save_household(keys, other.household)
    with pytest.raises(StoreFault):
        people.save_record(keys, family.persons[0].model_copy(update={"household_id": other.household.id}))
    assert people.read_record(keys, Person, family.persons[0].id).household_id == family.household.id


def test_what_is_not_here_is_not_found(keys: UnlockedStore, family: Family) -> None:
    for call in (
        lambda: read_household(keys, family.household.id),
        lambda: people.read_record(keys, Contact, family.contact.id),
        lambda: people.read_record(keys, Person, family.persons[0].id),
        lambda: people.save_record(keys, family.persons[0]),
        lambda: people.save_record(keys, family.contact),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize(
    "row_id",
    [
        "otis-marrowby",
        "1",
        "018f2f6e-1111-7000-8000-000000000000",
        "6F1B2C3D-4E5F-4A6B-8C7D-9E0F1A2B3C4D",
        "{6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d}",
    ],
)
def test_an_id_that_could_tell_something_is_refused(keys: UnlockedStore, family: Family, row_id: str) -> None:
    with pytest.raises(StoreFault) as refusal:
        people.save_household(keys, family.household.model_copy(update={"id": row_id}))
    assert refusal.value.code == "id-not-random"
    assert row_id not in repr(refusal.value) + str(refusal.value.data)


def test_one_damaged_person_does_not_hide_the_others(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    broken = family.persons[0].id
    with keys.database.write() as driver:
        driver.execute("UPDATE person SET body = substr(body, 1, length(body) - 1) WHERE id = ?", (broken,))
    _, persons, _, _ = read_household(keys, family.household.id)
    assert list(persons) == [family.persons[1]]
    assert [(one.table, one.id, one.code) for one in persons.unreadable] == [("person", broken, "damaged")]


def test_a_row_of_a_newer_schema_is_kept_and_named(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household)
    with keys.database.write() as driver:
        driver.execute("UPDATE household SET schema_id = 'wren/household/2'")
    found = list_households(keys)
    assert [one.code for one in found.unreadable] == ["unknown-format"]
    assert keys.database.rows("SELECT count(*) FROM household") == [(1,)]


def test_the_size_of_a_short_name_does_not_tell_it(keys: UnlockedStore) -> None:
    sizes = set()
    for name in ("Ab", "Abercrombie-Featherstone-Quill"):
        family = make_family()
        people.save_household(keys, family.household.model_copy(update={"name": name}))
        sizes |= set(keys.database.rows("SELECT length(body) FROM household"))
    assert len(sizes) == 1


def test_a_contact_of_each_kind_is_kept(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household)
    for kind in ("home visit", "clinic", "ymweliad â'r cartref", "گھر کا دورہ"):
        people.save_record(keys, family.contact.model_copy(update={"id": new_id(), "kind": kind}))
    _, _, _, contacts = read_household(keys, family.household.id)
    kinds = [one.kind for one in contacts if isinstance(one, Contact)]
    assert kinds == ["home visit", "clinic", "ymweliad â'r cartref", "گھر کا دورہ"]


def test_all_homes_are_read_as_each_is_read_alone(keys: UnlockedStore) -> None:
    families = [make_family(), make_family()]
    for family in families:
        people.save_household(keys, family.household, family.persons, family.relationships)
        people.save_record(keys, family.contact)
    together = people.list_household_records(keys)
    assert together == [people.read_household_records(keys, family.household.id) for family in families]
    assert [home.persons for home in together] == [family.persons for family in families]
    assert [home.contacts for home in together] == [[family.contact] for family in families]


@pytest.mark.parametrize(
    "change", ["body = zeroblob(300)", "rev = rev + 1", "author = 'hv-2'", "schema_id = 'wren/person/2'"]
)
def test_what_was_read_before_does_not_stand_in_for_a_row_that_is_damaged_since(
    keys: UnlockedStore, family: Family, change: str
) -> None:
    people.save_household(keys, family.household, family.persons)
    first = people.read_record(keys, Person, family.persons[0].id)
    with keys.database.write() as driver:
        driver.execute(f"UPDATE person SET {change} WHERE id = ?", (first.id,))
    with pytest.raises(StoreFault):
        people.read_record(keys, Person, first.id)
    found = people.read_household_records(keys, family.household.id).persons
    assert list(found) == [family.persons[1]]
    assert len(found.unreadable) == 1


def test_what_was_read_goes_with_the_keys(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    assert people.list_household_records(keys)
    assert keys.caches.records
    keys.close()
    assert keys.caches.records == {}
    with pytest.raises(Locked):
        people.list_household_records(keys)
