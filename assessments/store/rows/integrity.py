"""Integrity checks: find missing rows, rows of an earlier revision, and a rollback of the whole database.

A seal shows a changed row, but neither one that is gone nor an older one put back. Three things do: each
answer log ends in a hash chain (`answer_log`); each person has one integrity count, the number and a keyed
sum of the (table, id, revision) of all their rows, moved in the same transaction as the row; and the
revision of that count is also kept outside the database as a rollback counter, advanced at completing and
at locking, which an older database falls behind. What is found is a `DataLoss` for a person to be shown.
"""

import json
import sqlite3
import struct
from contextlib import suppress
from dataclasses import dataclass

from assessments.errors import Damaged, StoreFault, WrenError
from assessments.ports import DataLoss, Keystore
from assessments.store.rows.answer_log import count_missing, reanchor, select_log_rows
from assessments.store.rows.sealed_rows import AnyRow, AssessmentColumns, AssessmentRow, SealedRow
from assessments.store.rows.unlocked_store import UnlockedStore
from assessments.store.tables import Value, insert

COUNTED_TABLES = (
    *("household", "person", "relationship", "contact", "assessment", "attachment", "purged", "fact"),
    "earlier",
)
# A row that is filed under nothing that is here is in no list, so it does not count as here either.
_HOUSEHOLD_EXISTS = " AND household_id IN (SELECT id FROM household)"
_REACHABLE = {
    **dict.fromkeys(("person", "relationship", "contact", "assessment", "earlier"), _HOUSEHOLD_EXISTS),
    "attachment": " AND assessment_id IN (SELECT id FROM assessment)",
}
# What tells the rows of a table apart, where it is more than their id.
_ROW_KEYS = {"earlier": "name || ' ' || id"}
# What each completed, or each unfinished, assessment has beside it.
_DEPENDENT_ROWS = (
    ("completion", "completed", "found.assessment_id = a.id AND found.rev = a.rev"),
    ("outbox_entry", "completed", "found.id = a.id"),
    ("place", "in-progress", "found.assessment_id = a.id"),
)
_SUM_MODULUS = 1 << 256

Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, repr=False)
class RowChange:
    """One row moves from a revision to the next. None before: it is new; None after: it is deleted."""

    table: str
    id: str
    before: int | None
    after: int | None


class RollbackCounter:
    """The highest revision of a person's integrity count, kept outside the database in the key store."""

    def __init__(self, keystore: Keystore, device_id: str) -> None:
        self._keystore, self._device_id = keystore, device_id

    def read(self, author: str) -> int | None:
        """The revision, 0 when there is none yet, None when it cannot be told."""
        try:
            kept = self._keystore.read(self._keystore_name(author))
        except StoreFault:
            return None
        return struct.unpack(">Q", kept)[0] if kept and len(kept) == 8 else 0

    def raise_to(self, author: str, rev: int) -> None:
        """Keep this revision if it is higher than the one that is known."""
        known = self.read(author)
        if known is not None and known < rev:
            self._keystore.write(self._keystore_name(author), struct.pack(">Q", rev))

    def _keystore_name(self, author: str) -> str:
        # A system's key store may outlive the device that this copy was.
        return f"tally.{self._device_id}.{author}"


def record_changes(driver: sqlite3.Connection, unlocked: UnlockedStore, *changes: RowChange) -> None:
    """Move the integrity count in the transaction that moves the rows. Without one, writing goes on."""
    moved = count_after(driver, unlocked, *changes)
    if moved is not None:
        driver.execute("UPDATE tally SET rev = ?, body = ? WHERE author = ?", (*moved, unlocked.author))


def insert_row(
    driver: sqlite3.Connection, unlocked: UnlockedStore, row: AnyRow, body: bytes, **more: Value
) -> None:
    """Seal and insert a new row, and count it. `more` are its columns that the seal does not bind."""
    insert(driver, row.table, {**row.columns(), **more, "body": row.seal(unlocked.keys, body)})
    record_changes(driver, unlocked, RowChange(row.table, row.id, None, row.rev))


def count_after(
    driver: sqlite3.Connection, unlocked: UnlockedStore, *changes: RowChange
) -> tuple[int, bytes] | None:
    """The revision and body of the integrity count after these changes; None where none opens."""
    stored_rev, counts = _open_count(driver, unlocked)
    if stored_rev is None or counts is None:
        return None
    for change in changes:
        count, total = counts.get(change.table, (0, 0))
        for rev, step in ((change.before, -1), (change.after, 1)):
            if rev is not None:
                (mark,) = unlocked.keys.row_macs([_row_label(change.table, change.id, rev)])
                count, total = count + step, total + step * mark
        counts[change.table] = count, total % _SUM_MODULUS
    return stored_rev + 1, _seal_count(unlocked, stored_rev + 1, counts)


def record_deletions(
    driver: sqlite3.Connection, unlocked: UnlockedStore, table: str, column: str, value: str
) -> None:
    """Take rows that are about to be deleted out of the integrity count."""
    # The names are this module's and its callers' own, never from outside.
    key = _ROW_KEYS.get(table, "id")
    rows = driver.execute(f"SELECT {key}, rev FROM {table} WHERE {column} = ?", (value,)).fetchall()  # noqa: S608
    record_changes(driver, unlocked, *(RowChange(table, row_id, rev, None) for row_id, rev in rows))


def advance_rollback_counter(unlocked: UnlockedStore, counter: RollbackCounter) -> None:
    """Advance the rollback counter, at completing and before locking. What fails now is done next time."""
    with suppress(WrenError):
        if unlocked.work.has_uncounted_writes and not unlocked.database.read_only:
            with unlocked.database.write() as driver:
                record_changes(driver, unlocked)
            unlocked.work.has_uncounted_writes = False
        rows = unlocked.database.rows("SELECT rev FROM tally WHERE author = ?", (unlocked.author,))
        if rows and isinstance(rows[0][0], int):
            counter.raise_to(unlocked.author, rows[0][0])


def find_losses(unlocked: UnlockedStore, counter: RollbackCounter) -> tuple[DataLoss, ...]:
    """Compare the rows with the integrity count. A person's first time makes it. Never raises."""
    try:
        with unlocked.database.read() as driver:
            stored_rev, counts = _open_count(driver, unlocked)
            found = _count_rows(driver, unlocked)
            losses = _find_missing_dependents(driver, unlocked)
            in_lists = _find_missing_answers(driver, unlocked)
        known = counter.read(unlocked.author)
        if stored_rev is None and known == 0:
            rebuild_count(unlocked, counter, is_first=True)
            return losses
    except WrenError:
        # A newer Wren may count in another way.
        return () if unlocked.database.read_only else (DataLoss("unchecked"),)
    losses += in_lists
    if stored_rev is None or counts is None:
        return (DataLoss("untallied"), *losses)
    if known is not None and stored_rev < known:
        losses = (DataLoss("rolled-back", expected=known, found=stored_rev), *losses)
    return tuple(_find_differences(counts, found)) + losses


def rebuild_count(unlocked: UnlockedStore, counter: RollbackCounter, *, is_first: bool = False) -> None:
    """Take what is here as all there is, from now on. `is_first`: nothing was counted before."""
    if unlocked.database.read_only:
        return
    with unlocked.database.write() as driver:
        counted = driver.execute("SELECT rev FROM tally WHERE author = ?", (unlocked.author,)).fetchone()
        here = counted[0] if counted and isinstance(counted[0], int) else 0
        rev = max(counter.read(unlocked.author) or 0, here) + 1
        body = _seal_count(unlocked, rev, _count_rows(driver, unlocked))
        driver.execute(
            "INSERT OR REPLACE INTO tally (author, rev, body) VALUES (?, ?, ?)", (unlocked.author, rev, body)
        )
        for row in _answer_log_rows(driver, unlocked):
            with suppress(Damaged):  # its key does not open: nor does anything that is in it
                reanchor(driver, unlocked.keys, row, is_new=is_first)
    # Where they ended is not where they end now.
    unlocked.caches.log_ends.clear()
    advance_rollback_counter(unlocked, counter)


def _answer_log_rows(driver: sqlite3.Connection, unlocked: UnlockedStore) -> list[AssessmentRow]:
    """The person's assessments whose key is here."""
    rows = driver.execute(
        "SELECT a.id, household_id, state, CAST(number AS TEXT), rev, schema_id, agency, author, a.kid,"
        " k.sealed FROM assessment AS a JOIN content_key AS k ON k.kid = a.kid WHERE author = ?",
        (unlocked.author,),
    ).fetchall()
    return [SealedRow("assessment", row[0], AssessmentColumns(*row[1:4]), *row[4:]) for row in rows]


def _find_missing_answers(driver: sqlite3.Connection, unlocked: UnlockedStore) -> tuple[DataLoss, ...]:
    """Answers that are missing from what is under way."""
    expected = found = 0
    for row in _answer_log_rows(driver, unlocked):
        if row.bound_columns.state == "in-progress":
            with suppress(Damaged):  # its key does not open: its rows say so themselves
                there, here = count_missing(unlocked.keys, row, select_log_rows(driver, row))
                expected, found = expected + there, found + here
    return (DataLoss("missing", "answer", expected, found),) if found < expected else ()


def _find_differences(counts: Counts, found: Counts) -> list[DataLoss]:
    return [
        DataLoss("missing" if found[table][0] < counted[0] else "older", table, counted[0], found[table][0])
        for table in COUNTED_TABLES
        if (counted := counts.get(table, found[table])) != found[table]
    ]


def _row_label(table: str, row_id: str, rev: int) -> bytes:
    # Ids are random and of one length: nothing here can be read as something else.
    return f"{table} {row_id} {rev}".encode()


def _count_rows(driver: sqlite3.Connection, unlocked: UnlockedStore) -> Counts:
    """The rows that are here. No body is opened: 10,000 take less than the passphrase's KDF."""
    counts = {}
    for table in COUNTED_TABLES:
        # The names are those above, never from outside.
        key = _ROW_KEYS.get(table, "id")
        rows = driver.execute(
            f"SELECT {key}, rev FROM {table}"  # noqa: S608
            f" WHERE agency = ? AND author = ?{_REACHABLE.get(table, '')}",
            (unlocked.agency, unlocked.author),
        ).fetchall()
        marks = unlocked.keys.row_macs(_row_label(table, row_id, rev) for row_id, rev in rows)
        counts[table] = len(marks), sum(marks) % _SUM_MODULUS
    return counts


def _find_missing_dependents(driver: sqlite3.Connection, unlocked: UnlockedStore) -> tuple[DataLoss, ...]:
    """What follows from an assessment that is here, and is not here itself."""
    losses = []
    for table, state, together in _DEPENDENT_ROWS:
        (expected, found) = driver.execute(
            # The names are those above, never from outside.
            f"SELECT count(*), count(found.rowid) FROM assessment AS a LEFT JOIN {table} AS found"  # noqa: S608
            f" ON {together} WHERE a.author = ? AND a.state = ?",
            (unlocked.author, state),
        ).fetchone()
        if found < expected:
            losses.append(DataLoss("missing", table, expected, found))
    return tuple(losses)


def _open_count(driver: sqlite3.Connection, unlocked: UnlockedStore) -> tuple[int | None, Counts | None]:
    """The revision of the integrity count, where there is one, and the counts, where they open."""
    row = driver.execute("SELECT rev, body FROM tally WHERE author = ?", (unlocked.author,)).fetchone()
    # A damaged page may give a value of another kind than was written.
    if row is None or not (isinstance(row[0], int) and isinstance(row[1], bytes)):
        return None, None
    try:
        plain = json.loads(unlocked.keys.open_integrity_count(*row))
    except StoreFault:
        return row[0], None
    return row[0], {table: (count, int(total, 16)) for table, (count, total) in plain.items()}


def _seal_count(unlocked: UnlockedStore, rev: int, counts: Counts) -> bytes:
    plain = json.dumps({table: (count, f"{total:x}") for table, (count, total) in counts.items()})
    return unlocked.keys.seal_integrity_count(rev, plain.encode())
