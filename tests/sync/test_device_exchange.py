"""The device's decisions, without a network: the table of docs/sync-protocol.md section 9."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.ports import OutboxEntry
from sync.device import exchange
from sync.device.exchange import (
    MAX_BATCH_BYTES,
    RETRY_POLICIES,
    ExchangeState,
    Failure,
    FailureKind,
    backoff_delay_s,
    compute_outbox_status,
    decide_after_failure,
    decide_after_reply,
    next_batch,
)
from sync.device.transport import HTTP_ERRORS, classify_error, classify_status
from sync.protocol import MAX_ITEMS, ExchangeReply

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def entry(sequence: int, size_bytes: int = 1000, attempts: int = 0) -> OutboxEntry:
    return OutboxEntry(
        id=f"e{sequence}",
        sequence=sequence,
        service_kid="k",
        digest=bytes(32),
        size_bytes=size_bytes,
        state="waiting",
        attempts=attempts,
        queued_at=NOW,
        next_try_at=None,
        reason=None,
        sent_at=None,
    )


def most() -> float:
    return 1.0


@given(
    st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 9)), max_size=120),
    st.integers(1, MAX_ITEMS),
    st.integers(1, MAX_BATCH_BYTES),
)
def test_a_batch_is_bounded_and_never_empty(
    sizes: list[tuple[int, int]], items: int, size_bytes: int
) -> None:
    due = [entry(number, size, tries) for number, (size, tries) in enumerate(sizes)]
    batch = next_batch(ExchangeState(max_items=items, max_bytes=size_bytes), due)
    assert bool(batch) == bool(due)
    assert len(batch) <= items
    assert len(batch) <= 1 or sum(each.size_bytes for each in batch) <= size_bytes
    assert batch == tuple(sorted(due, key=lambda each: (each.attempts, each.sequence)))[: len(batch)]


def test_every_failure_has_a_reaction() -> None:
    assert set(RETRY_POLICIES) == set(get_args(FailureKind))


@pytest.mark.parametrize("kind", get_args(FailureKind))
@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_a_failure_never_settles_anything_and_soon_rests(kind: FailureKind, size: int) -> None:
    batch = [entry(number) for number in range(size)]
    pace, rounds = ExchangeState(), 0
    while True:
        tried = next_batch(pace, batch)
        step = decide_after_failure(pace, tried, Failure(kind), now=NOW, jitter=most)
        assert step.settle == ()
        assert {each.id for each in step.postpone} <= {each.id for each in tried}
        assert all(each.until > NOW and each.reason == kind for each in step.postpone)
        pace, rounds = step.state, rounds + 1
        batch = [each for each in batch if each.id not in {gone.id for gone in step.postpone}]
        if not step.should_continue:
            break
    assert rounds <= 9


def test_a_batch_shrinks_to_one_and_grows_again() -> None:
    due = [entry(number) for number in range(50)]
    pace, sizes = ExchangeState(), []
    for _ in range(6):
        batch = next_batch(pace, due)
        sizes.append(len(batch))
        pace = decide_after_failure(pace, batch, Failure("too-large"), now=NOW, jitter=most).state
    assert sizes == [50, 25, 12, 6, 3, 1]
    for _ in range(8):
        pace = pace.grow()
    assert (pace.max_items, pace.max_bytes) == (MAX_ITEMS, MAX_BATCH_BYTES)


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_waiting_grows_to_its_bound_and_varies(kind: FailureKind) -> None:
    reaction = RETRY_POLICIES[kind]
    waits = [backoff_delay_s(reaction, tries, 1.0) for tries in range(200)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (reaction.first_delay_s, reaction.max_delay_s)
    assert backoff_delay_s(reaction, 3, 0.0) == backoff_delay_s(reaction, 3, 1.0) / 2


def test_a_reply_without_a_word_leaves_everything_waiting() -> None:
    batch = [entry(1)]
    step = decide_after_reply(
        ExchangeState(),
        batch,
        ExchangeReply((), (), "c", False),
        device="d",
        receipt_key=bytes(32),
        now=NOW,
        jitter=most,
    )
    assert (step.settle, [each.id for each in step.postpone], step.cursor) == ((), ["e1"], None)


def test_the_status_follows_from_the_entries() -> None:
    sent = replace(entry(1), state="sent", sent_at=NOW)
    aside = replace(entry(2), state="set-aside", reason="conflict")
    later = replace(entry(3), next_try_at=NOW, reason="offline")
    status = compute_outbox_status([sent, aside, later])
    assert (status.waiting, status.sent, status.set_aside) == (1, 1, 1)
    assert (status.last_sent_at, status.next_try_at, status.reasons) == (NOW, NOW, ("offline",))
    assert compute_outbox_status([later, entry(4)]).next_try_at is None


HTTPX_ERRORS = sorted(
    {thing for thing in vars(httpx).values() if isinstance(thing, type) and issubclass(thing, Exception)},
    key=lambda thing: thing.__name__,
)


@pytest.mark.parametrize("kind", HTTPX_ERRORS)
def test_every_httpx_error_has_a_word(kind: type[Exception]) -> None:
    assert issubclass(kind, HTTP_ERRORS)
    fault = kind.__new__(kind)
    assert classify_error(fault).kind in get_args(FailureKind)


def test_httpx_errors_are_found_at_all() -> None:
    assert len(HTTPX_ERRORS) >= 28


@pytest.mark.parametrize("status", range(100, 1000))
def test_every_status_has_a_word(status: int) -> None:
    assert classify_status(status) in RETRY_POLICIES


def test_only_the_transport_and_enrolment_know_httpx() -> None:
    folder = Path(exchange.__file__).parent
    knowing = {file.name for file in folder.glob("*.py") if "import httpx" in file.read_text("utf-8")}
    assert knowing == {"transport.py", "enrolment.py"}
    assert "except httpx" not in (folder / "enrolment.py").read_text("utf-8")
