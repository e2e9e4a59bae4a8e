"""The numbered steps add up to the declared tables, and each is all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from assessments.casework.records import Person
from assessments.errors import StoreFault, UnknownFormat
from assessments.ports import Outcome
from assessments.store import Store, UnlockedStore, people, tables
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.database import SqliteDatabase
from assessments.store.migrations import MIGRATIONS, Migration, applied_migrations, migrate
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE, Family, finished, read_household

ALL = {step.number for step in MIGRATIONS}
NEXT = max(ALL) + 1


def shape(rows: Any) -> dict[str, Any]:
    """What SQLite knows of each table: columns, keys, indexes, references, and whether it has rowids."""
    names = [name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found: dict[str, Any] = {}
    for name in names:
        indexes = sorted(
            (unique, origin, tuple(column for _, _, column in rows(f"PRAGMA index_info('{index}')")))
            for _, index, unique, origin, _ in rows(f"PRAGMA index_list('{name}')")
        )
        ((without_rowid,),) = rows(f"SELECT wr FROM pragma_table_list WHERE name = '{name}'")
        found[name] = {
            "columns": {
                column: (kind, required, key)
                for _, column, kind, required, _, key in rows(f"PRAGMA table_info('{name}')")
            },
            "indexes": indexes,
            "references": sorted(row[2:5] for row in rows(f"PRAGMA foreign_key_list('{name}')")),
            "without_rowid": without_rowid,
        }
    return found


def test_the_steps_add_up_to_the_declared_tables(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "steps.db")
    migrate(database)
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    tables.metadata.create_all(engine)
    with engine.connect() as connection:
        declared = shape(lambda sql: [tuple(row) for row in connection.exec_driver_sql(sql)])
    assert shape(database.rows) == declared
    assert len(declared) >= 15
    database.close()
    engine.dispose()


def test_steps_are_numbered_in_rising_order() -> None:
    numbers = [step.number for step in MIGRATIONS]
    assert numbers == sorted(set(numbers))


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "wren.db")
    migrate(database)
    before = database.rows("PRAGMA schema_version")
    migrate(database)
    assert database.rows("PRAGMA schema_version") == before
    assert applied_migrations(database) == ALL
    database.close()


def test_a_step_that_fails_leaves_no_trace_and_can_be_tried_again(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "wren.db")
    broken = Migration(NEXT, "broken", "CREATE TABLE half (a)", "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(StoreFault):
        migrate(database, (*MIGRATIONS, broken))
    assert applied_migrations(database) == ALL
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'half'") == []
    migrate(database, (*MIGRATIONS, Migration(NEXT, "mended", "CREATE TABLE half (a)")))
    assert applied_migrations(database) == ALL | {NEXT}
    database.close()


def dump(path: Path) -> dict[str, list[Any]]:
    driver = sqlite3.connect(path)
    names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: driver.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}
    driver.close()
    return found


def made_newer(folder: Path, *statements: str) -> None:
    """What a newer Wren leaves: a step, tables and columns that are not known here."""
    driver = sqlite3.connect(folder / "wren.db", isolation_level=None)
    for statement in ("INSERT INTO migration VALUES (99, 'from the future')", *statements):
        driver.execute(statement)
    driver.close()


def test_a_store_of_a_newer_wren_is_read_and_sent_from_and_otherwise_unchanged(
    folder: Path,
    clock: StoppedClock,
    store: Store,
    keys: UnlockedStore,
    family: Family,
    opened: Callable[[], Store],
) -> None:
    people.save_household(keys, family.household, family.persons, family.relationships)
    begun, whole = family.assessment(), family.assessment()
    for one in (begun, whole):
        kept.begin(keys, one)
    kept.append_answer(keys, begun.id, "wish", "a dog")
    done = finished(whole, {"a": 1})
    complete(keys, done, b"envelope", "svc-1")
    keys.close()
    store.close()
    made_newer(
        folder,
        "CREATE TABLE dream (id VARCHAR PRIMARY KEY, body BLOB)",
        "INSERT INTO dream VALUES ('x', x'01')",
        "ALTER TABLE person ADD COLUMN shoe_size VARCHAR",
        "UPDATE relationship SET schema_id = 'wren/relationship/2'",
    )
    before = dump(folder / "wren.db")
    again = opened()
    assert again.read_only
    read = again.unlock(PASSPHRASE)
    assert people.read_record(read, Person, family.persons[0].id) == family.persons[0]
    assert read_household(read, family.household.id)[2].unreadable
    assert kept.read_answers(read, begun.id) == {"wish": "a dog"}
    assert kept.get(read, done.id) == done
    for write in (
        lambda: people.save_record(read, family.persons[0]),
        lambda: people.save_household(read, family.household),
        lambda: kept.begin(read, family.assessment()),
        lambda: kept.append_answer(read, begun.id, "wish", "a cat"),
        lambda: kept.save_item_drafts(read, begun.id, {}),
        lambda: complete(read, finished(begun, {}), b"envelope", "svc-1"),
        lambda: kept.stop(read, begun.id),
        lambda: again.settings.put("role", "midwife"),
        lambda: again.set_up("another kettle of violets", "agency-7", "hv-2"),
        lambda: again.change_passphrase("hv-1", PASSPHRASE, "another kettle of violets"),
    ):
        with pytest.raises(StoreFault) as refusal:
            write()
        assert refusal.value.code == "newer-store"
    (due,) = again.outbox.due(clock.now())
    assert again.outbox.envelope(due.id) == b"envelope"
    again.outbox.record_outcomes([Outcome(due.id, "stored")], clock.now())
    assert again.outbox.entry(due.id).state == "sent"
    read.close()
    again.close()
    after = dump(folder / "wren.db")
    assert len(after.pop("outbox_log")) == len(before.pop("outbox_log")) + 1
    assert after == before


def test_an_outbox_that_a_newer_wren_changed_is_refused_untouched(folder: Path, clock: StoppedClock) -> None:
    Store.open(folder, clock, CHEAPEST).close()
    made_newer(folder, "ALTER TABLE outbox_log ADD COLUMN mood VARCHAR")
    before = (folder / "wren.db").read_bytes()
    with pytest.raises(UnknownFormat) as refusal:
        Store.open(folder, clock, CHEAPEST)
    assert refusal.value.code == "newer-store"
    assert (folder / "wren.db").read_bytes() == before
