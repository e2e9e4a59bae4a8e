"""Decisions of an exchange: the next batch, and what follows from a reply or a failure. Pure.

Being offline is not an error: whatever the network, the load of the service or an unreadable reply does, an
entry only stays waiting. It is set aside for an outcome that the service signed, and for nothing else.
`RETRY_POLICIES` is the table in section 9 of docs/sync-protocol.md.

    >>> backoff_delay_s(RETRY_POLICIES["offline"], tries=2, jitter=1.0)
    8.0
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from assessments.ports import OutboxEntry, Outcome
from sync.errors import BadReceipt
from sync.protocol import MAX_ITEMS, ExchangeReply, FeedChange, check_receipt

MAX_BATCH_BYTES = 64 * 1024

FailureKind = Literal[
    "offline",
    "cut",
    "timeout",
    "too-large",
    "broken",
    "garbled",
    "busy",
    "clock",
    "replayed",
    "unknown-device",
    "refused",
]


@dataclass(frozen=True, slots=True, repr=False)
class Failure:
    """Why an exchange gave no reply. `clock_offset_s` is the verified difference of the service's clock."""

    kind: FailureKind
    clock_offset_s: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class RetryPolicy:
    """What to do after a failure. `halve_batch`: a batch of several may go again at once, half as large.
    `retry_at_once`: the same may go again at once, one time. `continue_with_others`: when one entry alone
    fails, the others may be tried."""

    first_delay_s: float
    max_delay_s: float
    halve_batch: bool = False
    retry_at_once: bool = False
    continue_with_others: bool = False


RETRY_POLICIES: dict[FailureKind, RetryPolicy] = {
    "offline": RetryPolicy(2, 30),
    "cut": RetryPolicy(2, 60, halve_batch=True, retry_at_once=True),
    "timeout": RetryPolicy(5, 300, halve_batch=True),
    "too-large": RetryPolicy(60, 3600, halve_batch=True, continue_with_others=True),
    "broken": RetryPolicy(5, 900, halve_batch=True, continue_with_others=True),
    "garbled": RetryPolicy(5, 900, halve_batch=True, continue_with_others=True),
    "busy": RetryPolicy(5, 300),
    "clock": RetryPolicy(5, 300, retry_at_once=True),
    "replayed": RetryPolicy(5, 300, retry_at_once=True),
    "unknown-device": RetryPolicy(60, 3600),
    "refused": RetryPolicy(60, 3600),
}

_MAX_LONE_FAILURES = 2


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeState:
    """How much goes into one request now, and what happened in this run. In memory only."""

    max_items: int = MAX_ITEMS
    max_bytes: int = MAX_BATCH_BYTES
    clock_offset_s: float = 0.0
    retried_at_once: bool = False
    lone_failures: int = 0

    def shrink(self, than: int) -> ExchangeState:
        """Halve the limits, after a batch of `than` items failed."""
        return replace(self, max_items=max(1, than // 2), max_bytes=max(1, self.max_bytes // 2))

    def grow(self) -> ExchangeState:
        """Double the limits, after a success."""
        return replace(
            self,
            max_items=min(MAX_ITEMS, self.max_items * 2),
            max_bytes=min(MAX_BATCH_BYTES, self.max_bytes * 2),
            retried_at_once=False,
            lone_failures=0,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Postponement:
    """An entry that waits until a time, and why."""

    id: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeResult:
    """What to write down after one exchange, and whether another one makes sense now."""

    state: ExchangeState
    settle: tuple[Outcome, ...] = ()
    postpone: tuple[Postponement, ...] = ()
    changes: tuple[FeedChange, ...] = ()
    cursor: str | None = None
    more_changes: bool = False
    should_continue: bool = False
    reason: FailureKind | None = None


@dataclass(frozen=True, slots=True, repr=False)
class OutboxStatus:
    """How the outbox stands. It follows from the entries alone, never from what the last call returned."""

    waiting: int = 0
    sent: int = 0
    set_aside: int = 0
    last_sent_at: datetime | None = None
    next_try_at: datetime | None = None
    reasons: tuple[str, ...] = ()


def compute_outbox_status(entries: Collection[OutboxEntry]) -> OutboxStatus:
    """Count the entries by state. What a person is shown comes from this alone."""
    waiting = [entry for entry in entries if entry.state == "waiting"]
    tries = [entry.next_try_at for entry in waiting if entry.next_try_at is not None]
    return OutboxStatus(
        waiting=len(waiting),
        sent=sum(entry.state == "sent" for entry in entries),
        set_aside=sum(entry.state == "set-aside" for entry in entries),
        last_sent_at=max((entry.sent_at for entry in entries if entry.sent_at is not None), default=None),
        next_try_at=min(tries) if tries and len(tries) == len(waiting) else None,
        reasons=tuple(sorted({entry.reason for entry in waiting if entry.reason})),
    )


def next_batch(state: ExchangeState, due: Sequence[OutboxEntry]) -> tuple[OutboxEntry, ...]:
    """The entries of the next request. One that is larger than the bound travels alone."""
    batch: list[OutboxEntry] = []
    size_bytes = 0
    for entry in sorted(due, key=lambda entry: (entry.attempts, entry.sequence)):
        size_bytes += entry.size_bytes
        if batch and (len(batch) == state.max_items or size_bytes > state.max_bytes):
            break
        batch.append(entry)
    return tuple(batch)


def backoff_delay_s(policy: RetryPolicy, tries: int, jitter: float) -> float:
    """Seconds to wait after `tries` earlier tries; `jitter` is a random number from 0 to 1."""
    # 2^32 seconds is past any longest wait: the bound keeps the power from growing without end.
    whole = min(policy.max_delay_s, policy.first_delay_s * 2.0 ** min(tries, 32))
    return whole * (0.5 + jitter / 2)


def decide_after_reply(
    state: ExchangeState,
    batch: Sequence[OutboxEntry],
    reply: ExchangeReply,
    *,
    device: str,
    receipt_key: bytes,
    now: datetime,
    jitter: Callable[[], float],
) -> ExchangeResult:
    """Settle the entries whose receipt verifies. The others stay waiting."""
    entries = {entry.id: entry for entry in batch}
    settled: dict[str, Outcome] = {}
    for outcome in reply.outcomes:
        entry = entries.get(outcome.id)
        if entry is not None and outcome.id not in settled:
            with suppress(BadReceipt):
                check_receipt(outcome, entry.digest, device, receipt_key)
                settled[outcome.id] = outcome
    unsaid = [entry for entry in batch if entry.id not in settled]
    if unsaid and not settled:
        return decide_after_failure(state, batch, Failure("garbled"), now=now, jitter=jitter)
    return ExchangeResult(
        state=state.grow(),
        settle=tuple(settled.values()),
        postpone=_postpone_entries(unsaid, "garbled", now, jitter),
        changes=reply.changes,
        cursor=reply.cursor,
        more_changes=reply.more,
        should_continue=bool(settled) or reply.more,
    )


def decide_after_failure(
    state: ExchangeState,
    batch: Sequence[OutboxEntry],
    failure: Failure,
    *,
    now: datetime,
    jitter: Callable[[], float],
) -> ExchangeResult:
    """Go again at once where that can help; else wait. Nothing is ever set aside here."""
    policy = RETRY_POLICIES[failure.kind]
    if failure.kind == "clock":
        state = replace(state, clock_offset_s=failure.clock_offset_s)
    if policy.halve_batch and len(batch) > 1:
        return ExchangeResult(state=state.shrink(len(batch)), should_continue=True, reason=failure.kind)
    if policy.retry_at_once and not state.retried_at_once:
        again = replace(state, retried_at_once=True)
        return ExchangeResult(state=again, should_continue=True, reason=failure.kind)
    lone_failures = state.lone_failures + 1
    return ExchangeResult(
        state=replace(state, retried_at_once=False, lone_failures=lone_failures),
        postpone=_postpone_entries(batch, failure.kind, now, jitter),
        should_continue=policy.continue_with_others and bool(batch) and lone_failures < _MAX_LONE_FAILURES,
        reason=failure.kind,
    )


def _postpone_entries(
    entries: Sequence[OutboxEntry], reason: FailureKind, now: datetime, jitter: Callable[[], float]
) -> tuple[Postponement, ...]:
    policy = RETRY_POLICIES[reason]
    waits = ((entry.id, backoff_delay_s(policy, entry.attempts, jitter())) for entry in entries)
    return tuple(Postponement(id_, reason, now + timedelta(seconds=wait_s)) for id_, wait_s in waits)
