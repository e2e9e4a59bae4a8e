"""Unlock attempts: counted before each attempt, in two places, with waits between them (rate limit).

The count stands in the database and in the key store, and the higher one holds: putting back an old copy of
either gives no free guess. A clock set forward can skip a wait, never the count.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assessments.crypto.sealing import digest
from assessments.errors import LockedOut, StoreFault, TooManyAttempts
from assessments.ports import Clock, Keystore
from assessments.store.database import SqliteDatabase

MAX_ATTEMPTS = 10
# How long to wait after so many failures.
WAIT_AFTER_FAILURES = {
    6: timedelta(seconds=30),
    7: timedelta(minutes=2),
    8: timedelta(minutes=10),
    9: timedelta(hours=1),
}
# How many, and when the last one was: seconds since 1970.
_COUNT_FORMAT = ">Id"
_CHECK_BYTES = 4


@dataclass(frozen=True, slots=True, repr=False)
class AttemptStatus:
    """How often somebody failed, until when they wait, and whether only recovery helps."""

    failed: int
    wait_until: datetime | None

    @property
    def is_locked_out(self) -> bool:
        """Whether no attempt is left."""
        return self.failed >= MAX_ATTEMPTS


class UnlockAttempts:
    """The counts of everybody on this device."""

    def __init__(self, database: SqliteDatabase, keystore: Keystore, clock: Clock) -> None:
        self._database, self._keystore, self._clock = database, keystore, clock

    def status(self, author: str) -> AttemptStatus:
        """The count and the wait of this person. Raises KeystoreFault."""
        rows = self._database.rows("SELECT failed FROM attempt WHERE author = ?", (author,))
        kept = self._keystore.read(_keystore_name(author))
        counted, tried_at = _unpack_count(kept)
        failed = max(counted, rows[0][0] if rows else 0)
        wait = WAIT_AFTER_FAILURES.get(failed)
        if wait is None:
            return AttemptStatus(failed, None)
        now = self._clock.now()
        if tried_at > now.timestamp():
            # The clock went back: the wait begins anew, rather than last until it has caught up.
            self._keystore.write(_keystore_name(author), _pack_count(counted, now.timestamp()))
            tried_at = now.timestamp()
        until = datetime.fromtimestamp(tried_at, UTC) + wait
        return AttemptStatus(failed, until if until > now else None)

    def count_attempt(self, author: str) -> int:
        """Count one try, and say how many there were with it. Raises TooManyAttempts, LockedOut."""
        tries = self.status(author)
        if tries.is_locked_out:
            raise LockedOut
        if tries.wait_until is not None:
            raise TooManyAttempts(until=tries.wait_until.isoformat())
        self._save(author, tries.failed + 1)
        return tries.failed + 1

    def reset(self, author: str) -> None:
        """It opened: begin at nought."""
        self._save(author, 0)

    def _save(self, author: str, failed: int) -> None:
        # When it was is not in the database: its log would keep the times of every unlocking.
        tried_at = self._clock.now().timestamp() if failed else 0.0
        faults = []
        try:
            self._keystore.write(_keystore_name(author), _pack_count(failed, tried_at))
        except StoreFault as fault:
            faults.append(fault)
        try:
            with self._database.write() as driver:
                driver.execute(
                    "INSERT OR REPLACE INTO attempt (author, failed) VALUES (?, ?)", (author, failed)
                )
        except StoreFault as fault:
            faults.append(fault)
        # A full disk must not lock anybody out, so one place is enough to count in; none is not.
        if len(faults) == 2:
            raise faults[0]


def _pack_count(failed: int, tried_at: float) -> bytes:
    raw = struct.pack(_COUNT_FORMAT, failed, tried_at)
    return raw + digest(raw)[:_CHECK_BYTES]


def _unpack_count(kept: bytes | None) -> tuple[int, float]:
    """The count and the time. A flipped bit must not read as ten tries: what is damaged counts as none."""
    raw = (kept or b"")[:-_CHECK_BYTES]
    if len(raw) != struct.calcsize(_COUNT_FORMAT) or _pack_count(*struct.unpack(_COUNT_FORMAT, raw)) != kept:
        return 0, 0.0
    failed, tried_at = struct.unpack(_COUNT_FORMAT, raw)
    return failed, tried_at


def _keystore_name(author: str) -> str:
    return f"fails.{author}"
