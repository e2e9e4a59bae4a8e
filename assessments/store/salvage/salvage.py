"""Salvage: a new database from every row that can still be read in a damaged one.

The damaged files are set aside, whole, and never deleted. Rows come from the bytes of the pages
(`sqlite_carver`), the device and its people also from the account backup. A row is put back as it was found:
whether it is true its seal says, and whether any are missing the integrity count. No key is needed.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assessments.errors import NotFound, UnknownFormat
from assessments.ports import Clock
from assessments.store.access.account_backup import ACCOUNT_BACKUP_FILE, RowValues, read_account_backup
from assessments.store.completion_files import COMPLETION_FOLDER, COMPLETION_SUFFIX
from assessments.store.database import DATABASE_FILE, SqliteDatabase, translate_errors
from assessments.store.durable_files import sync_folder, write_atomically
from assessments.store.migrations import MIGRATIONS, migrate
from assessments.store.rows.sealed_rows import schema_of
from assessments.store.salvage.sqlite_carver import CarvedRow, ColumnShape, TableShape, carve_rows, read_pages
from assessments.store.tables import REVISED_TABLES, Value, insert

_SEALED_MAGIC = (b"CKR1",)
_LOG_MAGIC = (b"CKR1", b"CKT1")
_BODY_MAGIC = {"answer": _LOG_MAGIC, "place": _SEALED_MAGIC, "completion": _SEALED_MAGIC}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REPORT_FILE = "report.json"
_DATABASE_FILES = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")

# By table, and there by what tells its rows apart.
RowsByTable = dict[str, dict[RowValues, RowValues]]


@dataclass(frozen=True, slots=True, repr=False)
class SalvageReport:
    """What came back: rows by table, finished assessments with a second copy; and what was damaged."""

    rows: Mapping[str, int]
    completion_count: int
    damaged_pages: int
    quarantine: Path


def salvage(folder: Path, clock: Clock) -> SalvageReport:
    """Set the damaged database aside and make a new one of what is whole; the store must not be open. Cut at
    any moment, it can be run again. Raises NotFound, or UnknownFormat("newer-store") with nothing changed."""
    with translate_errors():
        aside = _make_quarantine(folder, clock)
        source = folder if (folder / DATABASE_FILE).exists() else aside
        part = folder / f"{DATABASE_FILE}.part"
        for name in (part.name, f"{part.name}-wal", f"{part.name}-shm"):
            (folder / name).unlink(missing_ok=True)
        database = SqliteDatabase(part)
        try:
            migrate(database)
            shapes = _table_shapes(database)
            found, damaged_pages = carve_rows(read_pages(source / DATABASE_FILE), shapes)
            rows = _rows_by_table(found, shapes)
            copied = read_account_backup(folder)
            steps = {row[0] for row in (*rows.pop("migration", {}).values(), *copied.pop("migration", []))}
            if steps - {step.number for step in MIGRATIONS}:
                raise UnknownFormat("newer-store")
            for table, kept in copied.items():
                # The copy has a digest of its own: where it is whole it is the better of the two.
                rows[table] = {row[:1]: row for row in kept}
            counts = _insert_rows(part, shapes, rows)
        finally:
            database.close()
        _swap_databases(folder, aside, part)
        copies = len(list((folder / COMPLETION_FOLDER).glob(f"*{COMPLETION_SUFFIX}")))
        salvaged = SalvageReport(counts, copies, damaged_pages, aside)
        write_atomically(
            aside / _REPORT_FILE, json.dumps({"rows": counts, "damaged_pages": damaged_pages}).encode()
        )
        return salvaged


def _make_quarantine(folder: Path, clock: Clock) -> Path:
    """Where the damaged files go: a new folder, or the one of a salvage that was cut."""
    earlier = sorted(path for path in folder.glob("quarantine-*") if not (path / _REPORT_FILE).exists())
    if earlier:
        return earlier[-1]
    if not any((folder / name).exists() for name in (DATABASE_FILE, ACCOUNT_BACKUP_FILE, COMPLETION_FOLDER)):
        raise NotFound(part="store")
    stamp = f"quarantine-{clock.now():%Y%m%dT%H%M%SZ}"
    number = 1 + sum(1 for _ in folder.glob(f"{stamp}*"))
    aside = folder / (stamp if number == 1 else f"{stamp}-{number}")
    aside.mkdir(mode=0o700)
    sync_folder(folder)
    return aside


def _swap_databases(folder: Path, aside: Path, part: Path) -> None:
    """The old files out, the new one in. The database goes first: its log alone is never read."""
    for name in _DATABASE_FILES:
        if (folder / name).exists():
            (folder / name).replace(aside / name)
            sync_folder(aside)
            sync_folder(folder)
    part.replace(folder / DATABASE_FILE)
    sync_folder(folder)


def _table_shapes(database: SqliteDatabase) -> dict[str, TableShape]:
    """What a row of each table looks like, as the new database says itself."""
    named = database.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
    shapes = {}
    for (table,) in named:
        described = database.rows(f"PRAGMA table_info('{table}')")
        key = tuple(place for place, *_, part in described if part)
        columns = tuple(
            ColumnShape(
                name, kind, not required or default is not None, rowid=kind == "INTEGER" and key == (place,)
            )
            for place, name, kind, required, default, _ in described
        )
        has_schema = any(column.name == "schema_id" for column in columns)
        # A row that was put aside says what it said in its own table.
        said = REVISED_TABLES if table == "earlier" else (table,) if has_schema else ()
        shapes[table] = TableShape(columns, key, tuple(map(schema_of, said)), _BODY_MAGIC.get(table, ()))
    return shapes


def _rows_by_table(found: list[CarvedRow], shapes: Mapping[str, TableShape]) -> RowsByTable:
    """Rows by table and key. Of two with one key the later revision is kept, else the first."""
    rows: RowsByTable = {}
    completed = {row.values[1] for row in found if "assessment" in row.tables and "completed" in row.values}
    for row in found:
        table = row.tables[0] if len(row.tables) == 1 else _guess_table(row, completed)
        if table is None:
            continue
        held = rows.setdefault(table, {})
        key = tuple(row.values[place] for place in shapes[table].key)
        before = held.get(key)
        if before is None or _revision_of(shapes[table], row.values) > _revision_of(shapes[table], before):
            held[key] = row.values
    return rows


def _revision_of(shape: TableShape, row: RowValues) -> int:
    """A row's revision; 0 in a table that has none, and for the end of a list."""
    if shape.body_prefixes == _LOG_MAGIC:
        return int(row[-1][:4] == _LOG_MAGIC[0])  # type: ignore[index]  # its beginning was checked
    return next((value for column, value in zip(shape.columns, row, strict=False) if column.name == "rev"), 0)  # type: ignore[return-value]  # its column is an INTEGER, checked when it was read


def _guess_table(row: CarvedRow, completed: set[Value]) -> str | None:
    """The table of a row whose page is not under any tree, and which several tables could hold."""
    key = row.values[0]
    keyed = isinstance(key, str) and _ID.fullmatch(key) is not None
    wanted = "tally" if not keyed else "completion" if key in completed else "place"
    return wanted if wanted in row.tables else None


def _insert_rows(path: Path, shapes: Mapping[str, TableShape], rows: RowsByTable) -> dict[str, int]:
    """Put the rows in, in one transaction. What they refer to may be lost: they come all the same."""
    counts: Counter[str] = Counter()
    driver = sqlite3.connect(path, isolation_level=None)
    try:
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("BEGIN IMMEDIATE")
        for table, kept in rows.items():
            names = [column.name for column in shapes[table].columns]
            for row in kept.values():
                counts[table] += insert(driver, table, dict(zip(names, row, strict=False)), or_ignore=True)
        driver.execute("COMMIT")
    finally:
        driver.close()
    return dict(counts)
