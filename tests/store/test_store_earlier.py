"""A correction keeps what stood there before, as it was sealed, and says when it was changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assessments.casework.casework_records import Incident
from assessments.casework.records import Person, Record
from assessments.errors import StoreFault
from assessments.ports import DataLoss
from assessments.store import Store, UnlockedStore, people
from assessments.store.people import Revision
from assessments.store.rows.sealed_rows import SealedRow
from tests.fakes import StoppedClock
from tests.store.made_up import PASSPHRASE, Family, new_id

FIRST = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def child(keys: UnlockedStore, family: Family) -> Person:
    people.save_household(keys, family.household, family.persons, family.relationships)
    return family.persons[0]


def renamed(child: Person, name: str) -> Person:
    return child.model_copy(update={"name": name})


def told(found: list[Revision]) -> list[tuple[Record, int, datetime | None]]:
    return [(one.record, one.rev, one.changed_at) for one in found]


def test_a_correction_keeps_what_stood_there_and_when_it_was_changed(
    keys: UnlockedStore, child: Person, clock: StoppedClock
) -> None:
    clock.move(days=1)
    second, third = renamed(child, "Ottoline"), renamed(child, "Otis")
    people.save_record(keys, second)
    clock.move(days=1)
    people.save_record(keys, third)
    assert people.read_record(keys, Person, child.id) == third
    assert told(people.read_revisions(keys, child.household_id)) == [
        (child, 1, FIRST.replace(day=5)),
        (second, 2, FIRST.replace(day=6)),
    ]
    assert people.read_household_records(keys, child.household_id).changed_ids == {child.id}


def test_what_was_never_changed_has_nothing_earlier(keys: UnlockedStore, child: Person) -> None:
    assert told(people.read_revisions(keys, child.household_id)) == []
    assert people.read_household_records(keys, child.household_id).changed_ids == frozenset()


def test_everything_of_a_household_is_kept_when_it_is_changed(
    keys: UnlockedStore, child: Person, family: Family
) -> None:
    event = Incident(id=new_id(), household_id=child.household_id, on=date(2026, 1, 2), source="S", what="W")
    people.save_records(keys, child.household_id, [event])
    people.save_record(keys, family.contact)
    tie = family.relationships[0]
    people.save_household(keys, family.household.model_copy(update={"name": "Brandt"}))
    people.save_records(keys, child.household_id, [tie.model_copy(update={"undone_at": FIRST})])
    people.save_record(keys, family.contact.model_copy(update={"place": "At school"}))
    people.save_records(keys, child.household_id, [event.model_copy(update={"what": "More"})])
    found = people.read_revisions(keys, child.household_id)
    assert [one.record for one in found] == [family.household, tie, family.contact, event]
    assert {one.changed_at for one in found} == {FIRST}
    assert people.read_casework_records(keys, child.household_id)[0].model_dump()["what"] == "More"


def test_a_child_is_carried_to_birth_with_all_that_was_known_before(
    keys: UnlockedStore, child: Person
) -> None:
    unborn = Person(
        id=new_id(),
        household_id=child.household_id,
        name="Baby Marrowby",
        due=date(2026, 4, 1),
        roles=("unborn",),
    )
    people.save_record(keys, unborn)
    born = unborn.model_copy(update={"name": "Juno Marrowby", "born": date(2026, 3, 30), "roles": ("child",)})
    people.save_record(keys, born)
    (before,) = people.read_revisions(keys, child.household_id)
    assert before.record == unborn
    assert people.read_record(keys, Person, unborn.id) == born


def test_the_row_is_put_aside_with_the_seal_that_it_had(keys: UnlockedStore, child: Person) -> None:
    sealed = keys.database.rows(
        "SELECT id, rev, schema_id, agency, author, kid, body, household_id FROM person WHERE id = ?",
        (child.id,),
    )
    people.save_record(keys, renamed(child, "Ottoline"))
    kept = "SELECT id, rev, schema_id, agency, author, kid, body, household_id FROM earlier"
    assert keys.database.rows(kept) == sealed


def test_a_change_that_is_refused_leaves_one_revision_and_nothing_put_aside(
    keys: UnlockedStore, child: Person, store: Store
) -> None:
    with keys.database.write() as driver:
        driver.execute("CREATE TRIGGER refuse BEFORE UPDATE ON person BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(StoreFault):
        people.save_record(keys, renamed(child, "Ottoline"))
    assert people.read_record(keys, Person, child.id) == child
    assert told(people.read_revisions(keys, child.household_id)) == []
    keys.close()
    assert store.unlock(PASSPHRASE).losses == ()


def test_when_it_was_changed_is_not_made_up(keys: UnlockedStore, child: Person) -> None:
    """A store of before this was kept has rows of a later revision that do not say since when."""
    people.save_record(keys, renamed(child, "Ottoline"))
    ((kid, wrap),) = keys.database.rows(
        "SELECT k.kid, k.sealed FROM content_key AS k JOIN person AS p ON p.kid = k.kid WHERE p.id = ?",
        (child.id,),
    )
    filed = SealedRow(
        "person", child.id, (child.household_id,), 2, "wren/person/1", "agency-7", "hv-1", kid, wrap
    )
    plain = json.loads(
        filed.open(keys.keys, keys.database.rows("SELECT body FROM person WHERE rev = 2")[0][0])
    )
    del plain["changed_at"]
    with keys.database.write() as driver:
        body = filed.seal(keys.keys, json.dumps(plain).encode())
        driver.execute("UPDATE person SET body = ? WHERE id = ?", (body, child.id))
    (one,) = people.read_revisions(keys, child.household_id)
    assert (one.record, one.changed_at) == (child, None)


def test_another_persons_earlier_rows_are_not_opened(
    keys: UnlockedStore, child: Person, store: Store
) -> None:
    people.save_record(keys, renamed(child, "Ottoline"))
    other = store.set_up("lantern-hedge-robin-kettle", "agency-7", "hv-2")
    found = people.read_revisions(other, child.household_id)
    assert list(found) == []
    assert [one.id for one in found.unreadable] == [child.id]
    other.close()


def test_a_row_of_another_table_is_not_taken_for_an_earlier_record(
    keys: UnlockedStore, child: Person
) -> None:
    people.save_record(keys, renamed(child, "Ottoline"))
    with keys.database.write() as driver:
        driver.execute("UPDATE earlier SET name = 'fact'")
    found = people.read_revisions(keys, child.household_id)
    assert list(found) == []
    assert [one.table for one in found.unreadable] == ["fact"]


def raw(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as driver:
        driver.execute(statement)
    driver.close()


def test_a_missing_earlier_row_is_noticed(
    store: Store, keys: UnlockedStore, child: Person, family: Family, folder: Path
) -> None:
    for name in ("Ottoline", "Otis"):
        people.save_record(keys, renamed(child, name))
    keys.close()
    raw(folder, "DELETE FROM earlier WHERE rev = 1")
    again = store.unlock(PASSPHRASE)
    assert again.losses == (DataLoss("missing", "earlier", 2, 1),)
    store.accept_losses(again)
    again.close()
    again = store.unlock(PASSPHRASE)
    assert again.losses == ()
    # The day of the change that is left is known; what went is not made up.
    (left,) = people.read_revisions(again, child.household_id)
    assert left.rev == 2
    again.close()


def test_an_earlier_row_put_in_the_place_of_another_is_noticed(
    store: Store, keys: UnlockedStore, child: Person, folder: Path
) -> None:
    people.save_record(keys, renamed(child, "Ottoline"))
    keys.close()
    raw(folder, "UPDATE earlier SET rev = 7")
    again = store.unlock(PASSPHRASE)
    assert again.losses == (DataLoss("older", "earlier", 1, 1),)
    again.close()


def test_a_store_from_before_this_is_not_told_that_rows_are_missing(
    folder: Path, keys: UnlockedStore, store: Store, child: Person, opened: Callable[[], Store]
) -> None:
    """Its integrity count has no such table; the first correction adds it."""
    keys.close()
    store.close()
    for statement in ("DROP TABLE earlier", "DELETE FROM migration WHERE number = 9"):
        raw(folder, statement)
    for name in ("Ottoline", "Otis"):
        again = opened()
        held = again.unlock(PASSPHRASE)
        assert held.losses == ()
        people.save_record(held, renamed(child, name))
        held.close()
    last = opened().unlock(PASSPHRASE)
    assert last.losses == ()
    assert [one.rev for one in people.read_revisions(last, child.household_id)] == [1, 2]
    last.close()


def test_no_revision_is_used_twice_when_damage_brought_an_older_row_back(
    keys: UnlockedStore, child: Person, folder: Path
) -> None:
    for name in ("Ottoline", "Otis"):
        people.save_record(keys, renamed(child, name))
    # The row of revision 3 is lost, and the one before stands in its place; then it is lost as well.
    raw(
        folder,
        "UPDATE person SET (rev, body) = (SELECT rev, body FROM earlier WHERE rev = 2)"
        f" WHERE id = '{child.id}'",
    )
    people.save_record(keys, renamed(child, "Ottilie"))
    people.save_record(keys, renamed(child, "Otto"))
    found = people.read_revisions(keys, child.household_id)
    assert [(one.rev, one.record.model_dump()["name"]) for one in found] == [
        (1, child.name),
        (2, "Ottoline"),
        (3, "Ottilie"),
    ]
    raw(folder, f"DELETE FROM person WHERE id = '{child.id}'")
    people.save_record(keys, renamed(child, "Otis"))
    people.save_record(keys, renamed(child, "Otto"))
    found = people.read_revisions(keys, child.household_id)
    assert not found.unreadable
    assert [one.rev for one in found] == [1, 2, 3, 4]
