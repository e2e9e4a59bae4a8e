"""What to send next, and what to make of what came back: decisions only, no clock, socket or database.

Offline is a state, not an error: whatever the network, the load of the service or an unreadable reply may
do, an entry is only ever left waiting. It is set aside on the service's signed word alone, and then never
holds up the others. The table `REACTIONS` is section 9 of docs/sync-protocol.md.

    >>> delay_s(REACTIONS["offline"], tries=2, chance=1.0)
    8.0
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from assessments.ports import Entry, Outcome
from sync.errors import BadReceipt
from sync.protocol import MAX_ITEMS, Change, Reply, check_receipt

BATCH_BYTES = 64 * 1024

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
    """Why an exchange gave no reply. With "clock", `offset_s` is the service's time less ours, verified."""

    kind: FailureKind
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Reaction:
    """`halves`: a batch of several may go again at once, half as large. `repeats`: the same may go again
    at once, one time. `alone`: when one entry alone fails, the others may still be tried."""

    first_s: float
    longest_s: float
    halves: bool = False
    repeats: bool = False
    alone: bool = False


REACTIONS: dict[FailureKind, Reaction] = {
    "offline": Reaction(2, 30),
    "cut": Reaction(2, 60, halves=True, repeats=True),
    "timeout": Reaction(5, 300, halves=True),
    "too-large": Reaction(60, 3600, halves=True, alone=True),
    "broken": Reaction(5, 900, halves=True, alone=True),
    "garbled": Reaction(5, 900, halves=True, alone=True),
    "busy": Reaction(5, 300),
    "clock": Reaction(5, 300, repeats=True),
    "replayed": Reaction(5, 300, repeats=True),
    "unknown-device": Reaction(60, 3600),
    "refused": Reaction(60, 3600),
}

_LONE_FAILURES = 2


@dataclass(frozen=True, slots=True, repr=False)
class Pace:
    """How much goes into one request now, and what was met on the way. In memory only."""

    items: int = MAX_ITEMS
    size_bytes: int = BATCH_BYTES
    offset_s: float = 0.0
    repeated: bool = False
    lone_failures: int = 0

    def smaller(self, than: int) -> Pace:
        return replace(self, items=max(1, than // 2), size_bytes=max(1, self.size_bytes // 2))

    def larger(self) -> Pace:
        return replace(
            self,
            items=min(MAX_ITEMS, self.items * 2),
            size_bytes=min(BATCH_BYTES, self.size_bytes * 2),
            repeated=False,
            lone_failures=0,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Postponement:
    id: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """What to write down after one exchange, and whether another one makes sense now."""

    pace: Pace
    settle: tuple[Outcome, ...] = ()
    postpone: tuple[Postponement, ...] = ()
    changes: tuple[Change, ...] = ()
    cursor: str | None = None
    more: bool = False
    go_on: bool = False
    reason: FailureKind | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Status:
    """How the outbox stands. It follows from the entries alone, never from what the last call returned."""

    waiting: int = 0
    sent: int = 0
    set_aside: int = 0
    last_sent_at: datetime | None = None
    next_try_at: datetime | None = None
    reasons: tuple[str, ...] = field(default=())


def status_of(entries: Collection[Entry]) -> Status:
    """The words for the person come from this, and from nothing else."""
    waiting = [entry for entry in entries if entry.state == "waiting"]
    tries = [entry.next_try_at for entry in waiting if entry.next_try_at is not None]
    return Status(
        waiting=len(waiting),
        sent=sum(entry.state == "sent" for entry in entries),
        set_aside=sum(entry.state == "set-aside" for entry in entries),
        last_sent_at=max((entry.sent_at for entry in entries if entry.sent_at is not None), default=None),
        next_try_at=min(tries) if tries and len(tries) == len(waiting) else None,
        reasons=tuple(sorted({entry.reason for entry in waiting if entry.reason})),
    )


def next_batch(pace: Pace, due: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of the next request. One that is larger than the bound travels alone."""
    batch: list[Entry] = []
    size_bytes = 0
    for entry in sorted(due, key=lambda entry: (entry.attempts, entry.sequence)):
        size_bytes += entry.size_bytes
        if batch and (len(batch) == pace.items or size_bytes > pace.size_bytes):
            break
        batch.append(entry)
    return tuple(batch)


def delay_s(reaction: Reaction, tries: int, chance: float) -> float:
    """Seconds to wait after `tries` earlier tries; `chance` is a random number from 0 to 1."""
    # 2^32 seconds is past any longest wait: the bound keeps the power from growing without end.
    whole = min(reaction.longest_s, reaction.first_s * 2.0 ** min(tries, 32))
    return whole * (0.5 + chance / 2)


def after_reply(
    pace: Pace,
    batch: Sequence[Entry],
    reply: Reply,
    *,
    device: str,
    receipt_key: bytes,
    now: datetime,
    chance: Callable[[], float],
) -> Step:
    """Believe what is signed. What has no word, or a forged one, stays waiting."""
    entries = {entry.id: entry for entry in batch}
    settled: dict[str, Outcome] = {}
    for outcome in reply.outcomes:
        entry = entries.get(outcome.id)
        if entry is None or outcome.id in settled:
            continue
        try:
            check_receipt(outcome, entry.digest, device, receipt_key)
        except BadReceipt:
            continue
        settled[outcome.id] = outcome
    unsaid = [entry for entry in batch if entry.id not in settled]
    if unsaid and not settled:
        return after_failure(pace, batch, Failure("garbled"), now=now, chance=chance)
    return Step(
        pace=pace.larger(),
        settle=tuple(settled.values()),
        postpone=_postponed(unsaid, "garbled", now, chance),
        changes=reply.changes,
        cursor=reply.cursor,
        more=reply.more,
        go_on=bool(settled) or reply.more,
    )


def after_failure(
    pace: Pace, batch: Sequence[Entry], failure: Failure, *, now: datetime, chance: Callable[[], float]
) -> Step:
    """Go again at once where that can help; else wait. Nothing is ever set aside here."""
    reaction = REACTIONS[failure.kind]
    if failure.kind == "clock":
        pace = replace(pace, offset_s=failure.offset_s)
    if reaction.halves and len(batch) > 1:
        return Step(pace=pace.smaller(len(batch)), go_on=True, reason=failure.kind)
    if reaction.repeats and not pace.repeated:
        return Step(pace=replace(pace, repeated=True), go_on=True, reason=failure.kind)
    lone_failures = pace.lone_failures + 1
    return Step(
        pace=replace(pace, repeated=False, lone_failures=lone_failures),
        postpone=_postponed(batch, failure.kind, now, chance),
        go_on=reaction.alone and bool(batch) and lone_failures < _LONE_FAILURES,
        reason=failure.kind,
    )


def _postponed(
    entries: Sequence[Entry], reason: FailureKind, now: datetime, chance: Callable[[], float]
) -> tuple[Postponement, ...]:
    reaction = REACTIONS[reason]
    return tuple(
        Postponement(entry.id, reason, now + timedelta(seconds=delay_s(reaction, entry.attempts, chance())))
        for entry in entries
    )
