"""One SQLite file, opened strictly: settings read back, errors translated, one writer, checkpoints, damage.

It never recreates or deletes a file that does not open. Usable from any thread: writes wait for one lock,
reads take a connection of their own and see one moment. The unit of access is the driver's connection.

    with database.write() as driver:        # BEGIN IMMEDIATE … COMMIT
        driver.execute("INSERT INTO …", parameters)
"""

import errno
import os
import shutil
import sqlite3
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from assessments.errors import Damaged, DiskFull, StoreFault

DATABASE_FILE = "wren.db"
FILE_HEADER = b"SQLite format 3\x00"
BUSY_TIMEOUT_MS = 5000
# A backstop of 16 MB: checkpoints are made when an assessment is completed and on opening and
# closing, so that none falls into the moment between two answers.
CHECKPOINT_PAGES = 4000
# Room for the answers of a long visit, a page each.
WAL_PREALLOCATED_BYTES = 1 << 20
# Left on the disk beside that: a finished record is there more than once, and so is a drawing.
RESERVED_FREE_BYTES = 16 * WAL_PREALLOCATED_BYTES

_PRAGMAS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "secure_delete": ("ON", 1),
    "foreign_keys": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "cell_size_check": ("ON", 1),
    "temp_store": ("MEMORY", 2),
    "busy_timeout": (str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
    "wal_autocheckpoint": (str(CHECKPOINT_PAGES), CHECKPOINT_PAGES),
}
if sys.platform in ("darwin", "ios"):
    # Apple's fsync does not reach the disk; F_FULLFSYNC does.
    _PRAGMAS |= {"fullfsync": ("ON", 1), "checkpoint_fullfsync": ("ON", 1)}

_FAULTS: dict[int, type[StoreFault]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
}
_FAULT_CODES = {
    sqlite3.SQLITE_BUSY: "store-busy",
    sqlite3.SQLITE_LOCKED: "store-busy",
    sqlite3.SQLITE_READONLY: "store-read-only",
    sqlite3.SQLITE_CANTOPEN: "store-read-only",
    sqlite3.SQLITE_CONSTRAINT: "row-refused",
}
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the errors of SQLite and of the disk into the store's own. They carry numbers only."""
    try:
        yield
    except UnicodeDecodeError:
        # What SQLite gives as text, its own messages about a damaged schema too, is not.
        raise Damaged(part="text") from None
    except OSError as error:
        full = error.errno in _FULL_DISK
        raise (DiskFull() if full else StoreFault(errno=error.errno)) from None
    except sqlite3.Error as error:
        extended = getattr(error, "sqlite_errorcode", 0)
        fault = _FAULTS.get(extended & 0xFF, StoreFault)
        raise fault(_FAULT_CODES.get(extended & 0xFF), sqlite=extended) from None


class SqliteDatabase:
    """The open file. `SqliteDatabase(path)` makes an empty file only where there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # A newer Wren's database: everything is read, and only the outbox's log is written.
        self.read_only = False
        # Pages that do not read were met since it was opened.
        self.is_damaged = False
        # Held around several calls, it holds off the writes of other threads.
        self.write_lock = threading.RLock()
        self._open = True
        # Idle connections of finished reads: opening and checking one costs more than most reads.
        self._readers: deque[sqlite3.Connection] = deque()
        with translate_errors():
            _check_file(path)
            self._driver = _connect(path)
            try:
                _require_writable(self._driver)
            except BaseException:
                self._driver.close()
                raise

    def wrong_pragmas(self) -> list[str]:
        """The names of settings that are not as they were made when the file was opened."""
        with self.write_lock, self._track_damage():
            self._refuse_when_closed()
            return [
                name
                for name, (_, expected) in _PRAGMAS.items()
                if self._driver.execute(f"PRAGMA {name}").fetchone() != (expected,)
            ]

    def check_integrity(self) -> None:
        """Check each page and that each index leads to each row. Raises `Damaged`; changes nothing."""
        with self.read() as driver:
            found = driver.execute("PRAGMA integrity_check(1)").fetchone()
        if found != ("ok",):
            self.is_damaged = True
            raise Damaged(part="pages")

    @contextmanager
    def write(self, *, outbox: bool = False) -> Iterator[sqlite3.Connection]:
        """One immediate transaction on the writing connection. `outbox`: even where all else is read-only."""
        with self.write_lock, self._track_damage():
            self._refuse_when_closed()
            if self.read_only and not outbox:
                raise StoreFault("newer-store")
            driver = self._driver
            driver.execute("BEGIN IMMEDIATE")
            try:
                yield driver
                driver.execute("COMMIT")
            finally:
                # Still open when the body or the commit failed; a full disk has rolled back itself.
                if driver.in_transaction:
                    driver.execute("ROLLBACK")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One read transaction on a connection of its own: everything is of one moment."""
        with self._track_damage():
            self._refuse_when_closed()
            try:
                driver = self._readers.pop()
            except IndexError:
                driver = _connect(self.path)
            try:
                driver.execute("BEGIN")
                yield driver
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                if self._open:
                    self._readers.append(driver)
                else:
                    driver.close()

    def rows(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of one statement, in a read transaction of its own."""
        with self.read() as driver:
            return driver.execute(statement, parameters).fetchall()

    def preallocate_wal(self) -> None:
        """Fill the log's file with zeros, which SQLite takes for its end: the disk need not grow it at every
        commit. Nothing depends on it: where room is short it is left for what people write."""
        with self.write(), suppress(OSError):  # nobody else may write to the log meanwhile
            handle = os.open(f"{self.path}-wal", os.O_RDWR | getattr(os, "O_BINARY", 0))
            with open(handle, "r+b", buffering=0) as log:
                before = log.seek(0, os.SEEK_END)
                missing = WAL_PREALLOCATED_BYTES - before
                if missing <= 0 or not self.has_free_space(missing):
                    return
                whole = False
                try:
                    whole = log.write(bytes(missing)) == missing
                    os.fsync(log.fileno())
                finally:
                    if not whole:
                        log.truncate(before)  # the disk was filled by somebody else meanwhile

    def has_free_space(self, size_bytes: int) -> bool:
        """Whether the disk holds so much that nobody typed, and leaves enough for what people write."""
        return shutil.disk_usage(self.path.parent).free >= size_bytes + RESERVED_FREE_BYTES

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Move the log into the file. Not being able to now (a reader, a full disk) loses nothing."""
        with self.write_lock:
            self._refuse_when_closed()
            try:
                self._driver.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})")
            except sqlite3.DatabaseError:
                return  # the log stays as it is and is tried again; damage is named where it is read

    def close(self) -> None:
        """Make a last checkpoint and close every connection."""
        with self.write_lock:
            if self._open:
                self.checkpoint(truncate=True)
                self._open = False
                for driver in (self._driver, *self._readers):
                    driver.close()
                self._readers.clear()

    @contextmanager
    def _track_damage(self) -> Iterator[None]:
        """Translate errors, and note that pages are damaged."""
        try:
            with translate_errors():
                yield
        except Damaged:
            self.is_damaged = True
            raise

    def _refuse_when_closed(self) -> None:
        if not self._open:
            raise StoreFault("store-closed")


def _check_file(path: Path) -> None:
    """Make the file for its owner only, or refuse what is not a database before SQLite sees it."""
    if not path.exists():
        # SQLite gives its log files the rights of the main file.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    if path.with_name(path.name + "-journal").exists():
        return  # a first start was cut: SQLite undoes it, or refuses the file itself
    with path.open("rb") as file:
        header = file.read(len(FILE_HEADER))
    if header and header != FILE_HEADER:
        raise Damaged(part="header")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    # One damaged text costs its own row, which then does not open, and not every row beside it.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    for name, (value, expected) in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}").fetchall()
        if connection.execute(f"PRAGMA {name}").fetchone() != (expected,):
            raise StoreFault("store-setting", setting=name)


def _require_writable(driver: sqlite3.Connection) -> None:
    """Raise now what the first save would raise: SQLite quietly opens for reading what it cannot write."""
    driver.execute("BEGIN IMMEDIATE")
    try:
        driver.execute("PRAGMA user_version = 0")  # any write would do: it is taken back
    finally:
        driver.execute("ROLLBACK")
