"""The store as one person has unlocked it: a key ring, a unit of work and caches in one object.

Every function that reads or writes rows takes it first. Close it to lock. Nothing depends on a cache.

    unlocked = store.unlock(passphrase)     # 50 to 500 ms of a core: never on an event loop
    people.list_household_records(unlocked)
    unlocked.close()                        # the keys are wiped; every later use raises Locked
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from assessments.casework.records import AssessmentStatus, Record
from assessments.errors import Locked
from assessments.ports import Clock, DataLoss
from assessments.store.access.keyring import KeyRing, RowKeys, SingleKeyRing
from assessments.store.database import SqliteDatabase
from assessments.store.outbox import StoredOutbox
from assessments.store.rows.sealed_rows import AnyRow, AssessmentRow, SealedRow, schema_of

B = TypeVar("B", bound=tuple[str, ...])


class AssessmentSummary(NamedTuple):
    """What a list shows of an assessment, without its answers."""

    id: str
    household_id: str
    contact_id: str
    subject_id: str
    instrument: str
    version: str
    status: AssessmentStatus
    started_at: datetime
    completed_at: datetime | None
    amends: str | None
    grade: str | None
    provisional: bool

    def __repr__(self) -> str:
        return f"<AssessmentSummary {self.id}>"


@dataclass(frozen=True, slots=True, repr=False)
class LogEnd:
    """Where an answer log goes on: the place of its next line, the tail, and the marks for that line."""

    sealed_row: AssessmentRow
    sequence: int
    tail: bytes
    recent_marks: str


@dataclass(slots=True, repr=False)
class Caches:
    """`summaries` by id and revision; `records` by their sealed rows; `log_ends` by assessment."""

    summaries: dict[tuple[str, int], AssessmentSummary] = field(default_factory=dict)
    records: dict[tuple[AnyRow, bytes], Record] = field(default_factory=dict)
    log_ends: dict[str, LogEnd] = field(default_factory=dict)


@dataclass(slots=True, repr=False)
class UnitOfWork:
    """What one person's transactions use. `has_uncounted_writes`: something was written that the integrity
    count does not cover. `advance_rollback_counter` is called at completing and before the keys are wiped."""

    database: SqliteDatabase
    outbox: StoredOutbox
    clock: Clock
    has_uncounted_writes: bool = False
    advance_rollback_counter: Callable[[], None] = lambda: None


class UnlockedRows:
    """What reads and writes the rows that its key ring opens."""

    keys: RowKeys

    def __init__(self, keys: RowKeys, work: UnitOfWork) -> None:
        self.keys, self.work, self.caches = keys, work, Caches()
        self.agency, self.author, self.database = keys.agency, keys.author, work.database

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'open' if self.keys.is_open else 'closed'}>"

    @property
    def is_open(self) -> bool:
        """Whether it is still unlocked."""
        return self.keys.is_open

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self.work.clock.now()

    def close(self) -> None:
        """Lock: wipe the keys and empty the caches."""
        self.keys.close()
        self.caches = Caches()


class UnlockedAssessment(UnlockedRows):
    """One assessment to add answers to, and nothing else: for a child's turn."""

    keys: SingleKeyRing


class UnlockedStore(UnlockedRows):
    """Everything of one person's. `losses`: what unlocking found missing; it stands in nobody's way."""

    keys: KeyRing

    def __init__(self, keys: KeyRing, work: UnitOfWork) -> None:
        super().__init__(keys, work)
        self.outbox, self.sign_public = work.outbox, keys.sign_public
        self.losses: tuple[DataLoss, ...] = ()

    def sign(self, message: bytes) -> bytes:
        """Sign as the author."""
        return self.keys.sign(message)

    def new_row(
        self, table: str, row_id: str, columns: B, kid: str, wrap: bytes | None, rev: int = 1
    ) -> SealedRow[B]:
        """A row of this person's that is not written yet."""
        return SealedRow(table, row_id, columns, rev, schema_of(table), self.agency, self.author, kid, wrap)

    def create_content_key(self, driver: sqlite3.Connection) -> tuple[str, bytes]:
        """Insert a fresh content key: its name and sealed bytes. Raises Locked("keys-renewed")."""
        kid, wrap = self.keys.make_content_key()
        inserted = driver.execute(
            "INSERT INTO content_key SELECT ?, epoch_kid, ? FROM practitioner WHERE epoch_kid = ?",
            (kid, wrap, self.keys.epoch_kid),
        )
        if inserted.rowcount != 1:
            raise Locked("keys-renewed")
        return kid, wrap

    def unlock_assessment(self, kid: str, wrap: bytes | None) -> UnlockedAssessment:
        """The one assessment whose content key is `kid`; it stays open when this is closed."""
        work = UnitOfWork(self.database, self.outbox, self.work.clock)
        return UnlockedAssessment(self.keys.make_single_key_ring(kid, wrap), work)

    def close(self) -> None:
        """Advance the rollback counter, then lock."""
        try:
            # Before the keys' lock is taken: a writer may be waiting for a seal.
            advance, self.work.advance_rollback_counter = self.work.advance_rollback_counter, lambda: None
            advance()
        finally:
            super().close()
