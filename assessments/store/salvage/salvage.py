"""Bringing back what is whole: a new database from every row that can still be read in a damaged one.

The damaged files are set aside, whole, in a folder of their own, and never deleted. Rows come from
the bytes of the pages (`pages`); the device and its people also from `people.copy`, a second copy of
their rows that the store keeps; finished work also from its second copies, when the store is next
opened. A row is put back as it was found: whether it is true its seal says, and whether any are
missing the tally. This room opens nothing and needs no key.

    salvaged = salvage(folder)
    salvaged.rows["assessment"], salvaged.damaged_pages, salvaged.aside
"""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assessments.crypto.sealing import digest, same
from assessments.errors import NotFound, UnknownFormat
from assessments.ports import Clock
from assessments.store.access.recovery_requests import DATABASE
from assessments.store.completion_files import SUFFIX
from assessments.store.database import Database, border
from assessments.store.durable_files import sync_folder
from assessments.store.migrations import MIGRATIONS, migrate
from assessments.store.rows.sealed_rows import schema_of
from assessments.store.salvage.sqlite_carver import Column, FoundRow, Shape, Value, read_pages, read_rows
from assessments.store.tables import REVISED

PEOPLE_COPY = "people.copy"
OUTBOX = "outbox"
_COPIED = ("migration", "device", "practitioner", "escrow", "setting")
_COPY_MAGIC = b"CKP1"
_DIGEST_BYTES = 32
_SEALED = (b"CKR1",)
_TAILED = (b"CKR1", b"CKT1")
_BEGINS = {"answer": _TAILED, "place": _SEALED, "completion": _SEALED}
_REPORT = "report.json"
_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")

Row = tuple[Value, ...]
# By table, and there by what tells its rows apart.
Rows = dict[str, dict[Row, Row]]


@dataclass(frozen=True, slots=True, repr=False)
class Salvaged:
    """What came back: rows by table, finished assessments that have a second copy, pages that had
    something unreadable on them, and where the damaged files are."""

    rows: Mapping[str, int]
    completion_count: int
    damaged_pages: int
    quarantine: Path


def salvage(folder: Path, clock: Clock) -> Salvaged:
    """Set the damaged database aside and make a new one of what is whole.

    The store must not be open. Cut at any moment, it can be run again. Raises NotFound where no
    store ever was, and UnknownFormat("newer-store") for a newer Wren's, which is left as it is.
    """
    with border():
        aside = _aside(folder, clock)
        source = folder if (folder / DATABASE).exists() else aside
        part = folder / f"{DATABASE}.part"
        for name in (part.name, f"{part.name}-wal", f"{part.name}-shm"):
            (folder / name).unlink(missing_ok=True)
        database = Database(part)
        try:
            migrate(database)
            shapes = _shapes(database)
            found, damaged_pages = read_rows(read_pages(source / DATABASE), shapes)
            rows = _sorted_out(found, shapes)
            copied = read_people(folder)
            steps = {row[0] for row in (*rows.pop("migration", {}).values(), *copied.pop("migration", []))}
            if steps - {step.number for step in MIGRATIONS}:
                raise UnknownFormat("newer-store")
            for table, kept in copied.items():
                # The copy has a digest of its own: where it is whole it is the better of the two.
                rows[table] = {row[:1]: row for row in kept}
            counts = _filled(part, shapes, rows)
        finally:
            database.close()
        _change_places(folder, aside, part)
        copies = len(list((folder / OUTBOX).glob(f"*{SUFFIX}")))
        salvaged = Salvaged(counts, copies, damaged_pages, aside)
        _write(aside / _REPORT, json.dumps({"rows": counts, "damaged_pages": damaged_pages}).encode())
        return salvaged


def keep_people(database: Database, folder: Path, *known: str) -> None:
    """Write the second copy of the rows without which nothing opens, if they have changed.

    A row that is in the copy is replaced only where it is `known` to be whole (by its first column:
    a person who has just unlocked, a setting just written): damage is not copied over what is good.
    """
    kept = read_people(folder)
    for table in _COPIED:
        held = {row[0]: row for row in kept.get(table, [])}
        # The names are those above, never from outside.
        for row in database.rows(f"SELECT * FROM {table}"):  # noqa: S608
            if row[0] in known or row[0] not in held:
                held[row[0]] = row
        kept[table] = list(held.values())
    plain = {table: [[_plain(value) for value in row] for row in rows] for table, rows in kept.items()}
    raw = _COPY_MAGIC + json.dumps(plain).encode()
    raw += digest(raw)
    path = folder / PEOPLE_COPY
    with border():
        if not path.exists() or path.read_bytes() != raw:
            _write(path, raw)


def mend_people(database: Database, folder: Path) -> None:
    """Put back rows of the second copy that the database has lost. Steps are its own to say."""
    for table, rows in read_people(folder).items():
        here = {row[0] for row in database.rows(f"SELECT * FROM {table}")}  # noqa: S608  # a name from above
        lost = [row for row in rows if row[0] not in here]
        if lost and table != "migration":
            shape = _shapes(database)[table]
            with database.write_raw() as driver:
                for row in lost:
                    driver.execute(_insert(table, shape, row), row)


def _insert(table: str, shape: Shape, row: Row) -> str:
    """The statement for one row. Columns that came later get what they have by default."""
    names = ", ".join(column.name for column in shape.columns[: len(row)])
    places = ", ".join("?" * len(row))
    # Names are this database's own, never from a damaged one.
    return f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"  # noqa: S608


def read_people(folder: Path) -> dict[str, list[Row]]:
    """The rows of the second copy; none when it is absent or not whole."""
    path = folder / PEOPLE_COPY
    with border():
        raw = path.read_bytes() if path.exists() else b""
    content, check = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if not content.startswith(_COPY_MAGIC) or not same(digest(content), check):
        return {}
    rows = json.loads(content[len(_COPY_MAGIC) :])
    return {table: [tuple(_value(value) for value in row) for row in rows[table]] for table in _COPIED}


def _plain(value: Value) -> object:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _value(plain: Any) -> Value:
    return bytes.fromhex(plain["hex"]) if isinstance(plain, dict) else plain


def _aside(folder: Path, clock: Clock) -> Path:
    """Where the damaged files go: a new folder, or the one of a salvage that was cut."""
    earlier = sorted(path for path in folder.glob("quarantine-*") if not (path / _REPORT).exists())
    if earlier:
        return earlier[-1]
    if not any((folder / name).exists() for name in (DATABASE, PEOPLE_COPY, OUTBOX)):
        raise NotFound(part="store")
    stamp = f"quarantine-{clock.now():%Y%m%dT%H%M%SZ}"
    number = 1 + sum(1 for _ in folder.glob(f"{stamp}*"))
    aside = folder / (stamp if number == 1 else f"{stamp}-{number}")
    aside.mkdir(mode=0o700)
    sync_folder(folder)
    return aside


def _change_places(folder: Path, aside: Path, part: Path) -> None:
    """The old files out, the new one in. The database goes first: its log alone is never read."""
    for name in _FILES:
        if (folder / name).exists():
            (folder / name).replace(aside / name)
            sync_folder(aside)
            sync_folder(folder)
    part.replace(folder / DATABASE)
    sync_folder(folder)


def _shapes(database: Database) -> dict[str, Shape]:
    """What a row of each table looks like, as the new database says itself."""
    tables = [
        name
        for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("sqlite_")
    ]
    shapes = {}
    for table in tables:
        described = database.rows(f"PRAGMA table_info('{table}')")
        key = tuple(place for place, *_, part in described if part)
        columns = tuple(
            Column(
                name, kind, not required or default is not None, rowid=kind == "INTEGER" and key == (place,)
            )
            for place, name, kind, required, default, _ in described
        )
        has_schema = any(column.name == "schema_id" for column in columns)
        # A row that was put aside says what it said in its own table.
        said = REVISED if table == "earlier" else (table,) if has_schema else ()
        shapes[table] = Shape(columns, key, tuple(map(schema_of, said)), _BEGINS.get(table, ()))
    return shapes


def _sorted_out(found: list[FoundRow], shapes: Mapping[str, Shape]) -> Rows:
    """Rows by table and key. Of two with one key the later revision is kept, else the first."""
    rows: Rows = {}
    completed = {row.values[1] for row in found if "assessment" in row.tables and "completed" in row.values}
    for row in found:
        table = row.tables[0] if len(row.tables) == 1 else _told_apart(row, completed)
        if table is None:
            continue
        held = rows.setdefault(table, {})
        key = tuple(row.values[place] for place in shapes[table].key)
        before = held.get(key)
        if before is None or _rev(shapes[table], row.values) > _rev(shapes[table], before):
            held[key] = row.values
    return rows


def _rev(shape: Shape, row: Row) -> int:
    """A row's revision; 0 in a table that has none, and for the end of a list, whose place the next
    line takes."""
    if shape.body_prefixes == _TAILED:
        return int(row[-1][:4] == _TAILED[0])  # type: ignore[index]  # its beginning was checked
    return next((value for column, value in zip(shape.columns, row, strict=False) if column.name == "rev"), 0)  # type: ignore[return-value]  # its column is an INTEGER, checked when it was read


def _told_apart(row: FoundRow, completed: set[Value]) -> str | None:
    """The table of a row whose page is not under any tree, and which several tables could hold."""
    keyed = _is_random_id(row.values[0])
    wanted = "tally" if not keyed else "completion" if row.values[0] in completed else "place"
    return wanted if wanted in row.tables else None


def _is_random_id(value: Value) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _filled(path: Path, shapes: Mapping[str, Shape], rows: Rows) -> dict[str, int]:
    """Put the rows in, in one transaction. What they refer to may be lost: they come all the same."""
    counts: Counter[str] = Counter()
    driver = sqlite3.connect(path, isolation_level=None)
    try:
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("BEGIN IMMEDIATE")
        for table, kept in rows.items():
            for row in kept.values():
                counts[table] += driver.execute(_insert(table, shapes[table], row), row).rowcount
        driver.execute("COMMIT")
    finally:
        driver.close()
    return dict(counts)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and durable."""
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)
