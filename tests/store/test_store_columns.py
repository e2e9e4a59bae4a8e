"""Whoever edits a clear column breaks the seal: every column of every table, one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assessments.casework.records import Contact, Person
from assessments.errors import StoreFault
from assessments.ports import Outcome
from assessments.store import Store, UnlockedStore, people, tables
from assessments.store import assessments as kept
from assessments.store.attachments import attachments
from assessments.store.attachments.metadata_stripping import STROKES_MEDIA_TYPE
from assessments.store.completion import complete
from tests.fakes import StoppedClock
from tests.store.made_up import PASSPHRASE, Family, finished, make_family, new_id, read_household

SEALED = {"body"}
OTHER_ID = new_id()
CASES = [
    (name, column.name)
    for name in (
        "household",
        "person",
        "relationship",
        "contact",
        "assessment",
        "answer",
        "place",
        "completion",
        "attachment",
        "earlier",
    )
    for column in tables.table(name).columns
    if column.name not in SEALED
]

FIRST_LINE = "WHERE line & 1048575 = 1 AND substr(body, 1, 4) = x'434b5231'"


def _other(value: Any) -> Any:
    return value + 1000 if isinstance(value, int) else OTHER_ID


@pytest.mark.parametrize(("name", "column"), CASES)
def test_a_changed_clear_column_is_refused(
    folder: Path, store: Store, keys: UnlockedStore, family: Family, name: str, column: str
) -> None:
    people.save_household(keys, family.household, family.persons[:1], family.relationships)
    people.save_record(keys, family.contact)
    people.save_record(keys, family.persons[0])
    begun, done = family.assessment(), family.assessment()
    for one in (begun, done):
        kept.begin(keys, one)
    kept.append_answer(keys, begun.id, "wish", {"value": "yes"})
    drawing = attachments.save_attachment(keys, begun.id, b"[1, 2]", STROKES_MEDIA_TYPE)
    kept.save_item_drafts(keys, begun.id, {"page": 2})
    complete(keys, finished(done, {"wish": 1}), b"envelope", "svc-1")
    keys.close()
    target = {"assessment": begun.id}.get(name)
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        where = "WHERE id = ?" if target else FIRST_LINE if name == "answer" else ""
        args = (target,) if target else ()
        (before,) = raw.execute(f"SELECT {column} FROM {name} {where}", args).fetchone()
        changed = raw.execute(f"UPDATE {name} SET {column} = ? {where}", (_other(before), *args))
        assert changed.rowcount == 1
    raw.close()
    again = store.unlock(PASSPHRASE)
    home = OTHER_ID if (name, column) == ("household", "id") else family.household.id
    seen = OTHER_ID if (name, column) == ("assessment", "id") else begun.id

    def related(index: int) -> Callable[[], None]:
        def read() -> None:
            place = OTHER_ID if column == "household_id" else home
            found: Any = read_household(again, home)[index]
            if column == "household_id":
                # Filed elsewhere now: gone from here, and refused there.
                assert not found
                with again.database.read() as driver:
                    rows = people._select_household_rows(driver, name, place)
                found = people._open_all(again, people.Record, rows)
            assert list(found) == []
            if found.unreadable:
                raise StoreFault

        return read

    readers: dict[str, Callable[[], Any]] = {
        "household": lambda: read_household(again, home),
        "person": related(1),
        "relationship": related(2),
        "contact": lambda: people.read_record(
            again, Contact, OTHER_ID if column == "id" else family.contact.id
        ),
        "assessment": lambda: kept.get(again, seen),
        "answer": lambda: _refused(
            not kept.read_answers(again, begun.id) and bool(kept.read_answer_log(again, begun.id).lost)
        ),
        "place": lambda: kept.read_item_drafts(again, begun.id) or _refused(column == "assessment_id"),
        "completion": lambda: kept.get(again, done.id),
        "attachment": lambda: attachments.read_attachment(again, OTHER_ID if column == "id" else drawing.id),
        "earlier": lambda: _none_opens(people.read_revisions(again, home), moved=column == "household_id"),
    }
    with pytest.raises(StoreFault):
        readers[name]()
    again.close()


def _none_opens(found: Any, *, moved: bool) -> None:
    assert list(found) == []
    # Filed elsewhere it is gone from here; there it is refused.
    if found.unreadable or moved:
        raise StoreFault


def test_an_earlier_row_filed_under_another_household_is_refused_there(
    keys: UnlockedStore, family: Family
) -> None:
    other = make_family()
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_household(keys, other.household)
    people.save_household(keys, family.household, family.persons[:1])
    with keys.database.write() as driver:
        driver.execute("UPDATE earlier SET household_id = ?", (other.household.id,))
    found = people.read_revisions(keys, other.household.id)
    assert list(found) == []
    assert {one.table for one in found.unreadable} == {"household", "person"}


def _refused(is_missed: bool) -> None:
    """A row moved to an id that does not exist is not read at all, and a line of answers that does not open
    is counted: those are refusals too."""
    if is_missed:
        raise StoreFault


def test_a_row_copied_to_another_household_is_refused(keys: UnlockedStore, family: Family) -> None:
    other = make_family()
    people.save_household(keys, family.household, family.persons)
    people.save_household(keys, other.household, other.persons)
    with keys.database.write() as driver:
        driver.execute(
            "UPDATE person SET body = (SELECT body FROM person WHERE id = ?) WHERE id = ?",
            (other.persons[0].id, family.persons[0].id),
        )
        driver.execute(
            "UPDATE person SET household_id = ? WHERE id = ?", (other.household.id, family.persons[1].id)
        )
    for one in family.persons:
        with pytest.raises(StoreFault):
            people.read_record(keys, Person, one.id)


@pytest.mark.parametrize("column", ["word", "entry_id", "until", "sequence"])
def test_a_forged_line_of_the_outbox_did_not_happen(
    keys: UnlockedStore, store: Store, family: Family, column: str, clock: StoppedClock
) -> None:
    people.save_household(keys, family.household)
    begun = family.assessment()
    kept.begin(keys, begun)
    complete(keys, finished(begun, {}), b"envelope", "svc-1")
    keys.outbox.postpone([begun.id], "no-connection", clock.now())
    assert keys.outbox.entries()[0].attempts == 1
    forged = {"word": "stored", "entry_id": OTHER_ID, "until": "2030-01-01T00:00:00+00:00", "sequence": 9}
    with keys.database.write() as driver:
        driver.execute(f"UPDATE outbox_log SET {column} = ?", (forged[column],))
    (entry,) = keys.outbox.entries()
    assert (entry.state, entry.attempts) == ("waiting", 0)
    assert [one.id for one in keys.outbox.due(clock.now())] == [begun.id]
    keys.outbox.record_outcomes([Outcome(begun.id, "stored")], clock.now())
    assert keys.outbox.entries()[0].state == "sent"
