"""In-memory twins of the ports, proved by contract tests to behave like the real parts.

They know nothing of SQLite or keys. `tests/store/test_outbox_contract.py` runs every promise of
the outbox against `MemoryOutbox` and the stored one alike.

    outbox = MemoryOutbox(clock)
    outbox.add("id", "kid", b"sealed")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assessments.crypto.sealing import digest
from assessments.errors import NotFound
from assessments.ports import Clock, OutboxEntry, Outcome


class StoppedClock:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move(self, **by: float) -> None:
        self._at += timedelta(**by)


class MemoryOutbox:
    """The outbox in a dict."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, OutboxEntry] = {}
        self._envelopes: dict[str, bytes] = {}
        self._receipts: dict[str, bytes] = {}
        self._cursor = ""

    def add(self, entry_id: str, service_kid: str, envelope: bytes) -> OutboxEntry:
        """Queue an envelope, as completing an assessment does."""
        entry = OutboxEntry(
            id=entry_id,
            sequence=len(self._entries) + 1,
            service_kid=service_kid,
            digest=digest(envelope),
            size_bytes=len(envelope),
            state="waiting",
            attempts=0,
            queued_at=self._clock.now(),
            next_try_at=None,
            reason=None,
            sent_at=None,
        )
        self._entries[entry_id] = entry
        self._envelopes[entry_id] = envelope
        return entry

    def entries(self) -> Sequence[OutboxEntry]:
        return list(self._entries.values())

    def due(self, at: datetime) -> Sequence[OutboxEntry]:
        return [entry for entry in self._entries.values() if entry.is_due(at)]

    def envelope(self, entry_id: str) -> bytes:
        self._known(entry_id)
        return self._envelopes[entry_id]

    def receipt(self, entry_id: str) -> bytes:
        """The service's signed word, or b"" before there is one."""
        self._known(entry_id)
        return self._receipts.get(entry_id, b"")

    def record_outcomes(self, outcomes: Sequence[Outcome], at: datetime) -> None:
        for outcome in outcomes:
            entry = self._entries.get(outcome.id)
            if entry is None or entry.state == "sent":
                continue
            if outcome.status in ("stored", "duplicate"):
                changed = replace(entry, state="sent", sent_at=at, reason=None, next_try_at=None)
                self._receipts[outcome.id] = outcome.receipt
            else:
                changed = replace(
                    entry, state="set-aside", reason=outcome.reason or outcome.status, next_try_at=None
                )
            self._entries[outcome.id] = changed

    def postpone(self, ids: Sequence[str], reason: str, until: datetime) -> None:
        for entry_id in ids:
            entry = self._entries.get(entry_id)
            if entry is not None and entry.state == "waiting":
                self._entries[entry_id] = replace(
                    entry,
                    attempts=entry.attempts + 1,
                    reason=reason,
                    next_try_at=until,
                    postponed_at=self._clock.now(),
                )

    def set_aside(self, entry_id: str, reason: str) -> None:
        entry = self._known(entry_id)
        if entry.state != "sent":
            self._entries[entry_id] = replace(entry, state="set-aside", reason=reason, next_try_at=None)

    def requeue(self, entry_id: str) -> None:
        entry = self._known(entry_id)
        if entry.state == "set-aside":
            self._entries[entry_id] = replace(
                entry, state="waiting", reason=None, next_try_at=None, attempts=0
            )

    def cursor(self) -> str:
        return self._cursor

    def save_cursor(self, cursor: str) -> None:
        self._cursor = cursor

    def _known(self, entry_id: str) -> OutboxEntry:
        if entry_id not in self._entries:
            raise NotFound(part="outbox")
        return self._entries[entry_id]
