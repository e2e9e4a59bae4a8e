"""What the transactions of one unlocked person need: the database, the outbox, the clock, and whether the
integrity count still has to take note of something.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assessments.ports import Clock
from assessments.store.database import SqliteDatabase
from assessments.store.outbox import StoredOutbox


def _do_nothing() -> None: ...


class UnitOfWork:
    """The database, outbox and clock that one person's transactions use."""

    def __init__(self, database: SqliteDatabase, outbox: StoredOutbox, clock: Clock) -> None:
        self.database, self.outbox, self.clock = database, outbox, clock
        # Whether anything was written that the integrity count does not cover (answers, drafts).
        self.has_uncounted_writes = False
        # Called at completing and before the keys are wiped.
        self.advance_rollback_counter: Callable[[], None] = _do_nothing

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self.clock.now()

    def finish(self) -> None:
        """Advance the rollback counter for the last time."""
        advance, self.advance_rollback_counter = self.advance_rollback_counter, _do_nothing
        advance()
