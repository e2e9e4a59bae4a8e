"""The numbered steps add up to the declared tables, and each is all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from assessments.errors import StoreFault, UnknownFormat
from assessments.store import Store, tables
from assessments.store.database import Database
from assessments.store.migrations import MIGRATIONS, Migration, applied, migrate
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST

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
    database = Database(tmp_path / "steps.db")
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
    database = Database(tmp_path / "wren.db")
    migrate(database)
    before = database.rows("PRAGMA schema_version")
    migrate(database)
    assert database.rows("PRAGMA schema_version") == before
    assert applied(database) == ALL
    database.close()


def test_a_step_that_fails_leaves_no_trace_and_can_be_tried_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "wren.db")
    broken = Migration(NEXT, "broken", ("CREATE TABLE half (a)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(StoreFault):
        migrate(database, (*MIGRATIONS, broken))
    assert applied(database) == ALL
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'half'") == []
    migrate(database, (*MIGRATIONS, Migration(NEXT, "mended", ("CREATE TABLE half (a)",))))
    assert applied(database) == ALL | {NEXT}
    database.close()


def test_a_store_of_a_newer_wren_is_refused_untouched(folder: Path, clock: StoppedClock) -> None:
    Store.open(folder, clock, CHEAPEST).close()
    database = Database(folder / "wren.db")
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO migration VALUES (99, 'from the future')")
    database.close()
    before = (folder / "wren.db").read_bytes()
    with pytest.raises(UnknownFormat) as refusal:
        Store.open(folder, clock, CHEAPEST)
    assert refusal.value.code == "newer-store"
    assert (folder / "wren.db").read_bytes() == before
