"""Ports: what has both a real and an in-memory implementation, and the records that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol

EntryState = Literal["waiting", "sent", "set-aside"]
OutcomeStatus = Literal["stored", "duplicate", "conflict", "rejected"]


class Clock(Protocol):
    """Where the present moment comes from; tests stop it or set it wrong."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class Keystore(Protocol):
    """Where the device keeps keys that open without a passphrase: the system's store, or files. A key that
    may be there but cannot be read raises `KeystoreFault`, and then nothing is written."""

    @property
    def kind(self) -> Literal["system", "file"]:
        """Whether a key is held by the system, apart from this app's files."""

    def read(self, name: str) -> bytes | None:
        """The value, or None when there is surely none."""

    def write(self, name: str, value: bytes) -> None:
        """Keep a value: durable, whole or not at all, when this returns."""

    def remove(self, name: str) -> None:
        """Remove a value. One that is absent is fine."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One line of the outbox, without its bytes. `sequence` gives the order; no clock does."""

    id: str
    sequence: int
    service_kid: str
    digest: bytes
    size_bytes: int
    queued_at: datetime
    state: EntryState = "waiting"
    attempts: int = 0
    next_try_at: datetime | None = None
    reason: str | None = None
    sent_at: datetime | None = None
    postponed_at: datetime | None = None

    def __repr__(self) -> str:
        return f"<OutboxEntry {self.sequence} {self.state}>"

    def is_due(self, at: datetime) -> bool:
        """Whether it may be tried now. A clock that went back does not hold it until it has caught up."""
        if self.state != "waiting":
            return False
        gone_back = self.postponed_at is not None and at < self.postponed_at
        return self.next_try_at is None or self.next_try_at <= at or gone_back


class Outcome(NamedTuple):
    """The service's word on one submission. `reason` is a problem code; `receipt` its signed word."""

    id: str
    status: OutcomeStatus
    reason: str | None = None
    receipt: bytes = b""

    def __repr__(self) -> str:
        return f"<Outcome {self.id} {self.status}>"


class Outbox(Protocol):
    """The append-only queue of sealed submissions. Opening it needs no passphrase."""

    def entries(self) -> Sequence[OutboxEntry]:
        """All entries, oldest first."""

    def due(self, at: datetime) -> Sequence[OutboxEntry]:
        """Waiting entries that may be tried now, oldest first."""

    def envelope(self, entry_id: str) -> bytes:
        """The sealed bytes, the same on every call."""

    def record_outcomes(self, outcomes: Sequence[Outcome], at: datetime) -> None:
        """Write the service's word for each id, in one transaction. Unknown ids are ignored."""

    def postpone(self, ids: Sequence[str], reason: str, until: datetime) -> None:
        """Note a failed try: count it, say why, and when to try again."""

    def set_aside(self, entry_id: str, reason: str) -> None:
        """Take one entry out of the queue with its reason; its bytes stay."""

    def cursor(self) -> str:
        """The last position in the service's sequence, or ""."""

    def save_cursor(self, cursor: str) -> None:
        """Keep the position up to which everything was received."""


@dataclass(frozen=True, slots=True, repr=False)
class DataLoss:
    """What unlocking found missing. `older`: the rows are all here and one is of an earlier revision;
    `rolled-back`: the whole database is; `untallied`: the integrity count itself is gone;
    `unchecked`: the rows could not be read just now."""

    kind: Literal["missing", "older", "rolled-back", "untallied", "unchecked"]
    table: str = ""
    expected: int = 0
    found: int = 0
