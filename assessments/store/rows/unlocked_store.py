"""The store as one person has unlocked it: a key ring, a unit of work and caches in one object.

Every function that reads or writes rows takes it first. Close it to lock.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from assessments.errors import Locked
from assessments.ports import DataLoss
from assessments.store.access.keyring import KeyRing, RowKeys, SingleKeyRing
from assessments.store.database import SqliteDatabase
from assessments.store.outbox import StoredOutbox
from assessments.store.rows.caches import Caches
from assessments.store.rows.unit_of_work import UnitOfWork


class UnlockedRows:
    """What reads and writes the rows that its key ring opens."""

    keys: RowKeys

    def __init__(self, keys: RowKeys, work: UnitOfWork) -> None:
        self.keys, self.work, self.caches = keys, work, Caches()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'open' if self.keys.is_open else 'closed'}>"

    @property
    def agency(self) -> str:
        """The alias of the agency."""
        return self.keys.agency

    @property
    def author(self) -> str:
        """The alias of the person."""
        return self.keys.author

    @property
    def database(self) -> SqliteDatabase:
        """The open database."""
        return self.work.database

    @property
    def is_open(self) -> bool:
        """Whether it is still unlocked."""
        return self.keys.is_open

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self.work.now()

    def close(self) -> None:
        """Lock: wipe the keys and empty the caches."""
        self.keys.close()
        self.caches.clear()


class UnlockedAssessment(UnlockedRows):
    """One assessment to add answers to, and nothing else: for a child's turn."""

    keys: SingleKeyRing


class UnlockedStore(UnlockedRows):
    """Everything of one person's. `losses`: what unlocking found missing; it stands in nobody's way."""

    keys: KeyRing

    def __init__(self, keys: KeyRing, work: UnitOfWork) -> None:
        super().__init__(keys, work)
        self.losses: tuple[DataLoss, ...] = ()

    @property
    def outbox(self) -> StoredOutbox:
        """The queue of completed assessments."""
        return self.work.outbox

    @property
    def sign_public(self) -> bytes:
        """The public half of the author's signing key."""
        return self.keys.sign_public

    def sign(self, message: bytes) -> bytes:
        """Sign as the author."""
        return self.keys.sign(message)

    def create_content_key(self, driver: sqlite3.Connection) -> tuple[str, bytes]:
        """Insert a fresh content key in this transaction: its name, and its sealed bytes.

        Raises Locked("keys-renewed") when the epoch key is no longer the one held here.
        """
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
        """Advance the rollback counter, then wipe every key. What other threads began finishes first
        or raises `Locked`."""
        try:
            # Before the keys' lock is taken: a writer may be waiting for a seal.
            self.work.finish()
        finally:
            super().close()
