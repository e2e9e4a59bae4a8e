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

from assessments.ports import Entry
from sync.device import exchange
from sync.device.exchange import (
    BATCH_BYTES,
    REACTIONS,
    Failure,
    FailureKind,
    Pace,
    after_failure,
    after_reply,
    delay_s,
    next_batch,
    status_of,
)
from sync.device.transport import BORDER, kind_of_status, translate
from sync.protocol import MAX_ITEMS, Reply

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def entry(sequence: int, size_bytes: int = 1000, attempts: int = 0) -> Entry:
    return Entry(
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
    st.integers(1, BATCH_BYTES),
)
def test_a_batch_is_bounded_and_never_empty(
    sizes: list[tuple[int, int]], items: int, size_bytes: int
) -> None:
    due = [entry(number, size, tries) for number, (size, tries) in enumerate(sizes)]
    batch = next_batch(Pace(max_items=items, max_bytes=size_bytes), due)
    assert bool(batch) == bool(due)
    assert len(batch) <= items
    assert len(batch) <= 1 or sum(each.size_bytes for each in batch) <= size_bytes
    assert batch == tuple(sorted(due, key=lambda each: (each.attempts, each.sequence)))[: len(batch)]


def test_every_failure_has_a_reaction() -> None:
    assert set(REACTIONS) == set(get_args(FailureKind))


@pytest.mark.parametrize("kind", get_args(FailureKind))
@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_a_failure_never_settles_anything_and_soon_rests(kind: FailureKind, size: int) -> None:
    batch = [entry(number) for number in range(size)]
    pace, rounds = Pace(), 0
    while True:
        tried = next_batch(pace, batch)
        step = after_failure(pace, tried, Failure(kind), now=NOW, chance=most)
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
    pace, sizes = Pace(), []
    for _ in range(6):
        batch = next_batch(pace, due)
        sizes.append(len(batch))
        pace = after_failure(pace, batch, Failure("too-large"), now=NOW, chance=most).state
    assert sizes == [50, 25, 12, 6, 3, 1]
    for _ in range(8):
        pace = pace.grow()
    assert (pace.max_items, pace.max_bytes) == (MAX_ITEMS, BATCH_BYTES)


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_waiting_grows_to_its_bound_and_varies(kind: FailureKind) -> None:
    reaction = REACTIONS[kind]
    waits = [delay_s(reaction, tries, 1.0) for tries in range(200)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (reaction.first_delay_s, reaction.max_delay_s)
    assert delay_s(reaction, 3, 0.0) == delay_s(reaction, 3, 1.0) / 2


def test_a_reply_without_a_word_leaves_everything_waiting() -> None:
    batch = [entry(1)]
    step = after_reply(
        Pace(), batch, Reply((), (), "c", False), device="d", receipt_key=bytes(32), now=NOW, chance=most
    )
    assert (step.settle, [each.id for each in step.postpone], step.cursor) == ((), ["e1"], None)


def test_the_status_follows_from_the_entries() -> None:
    sent = replace(entry(1), state="sent", sent_at=NOW)
    aside = replace(entry(2), state="set-aside", reason="conflict")
    later = replace(entry(3), next_try_at=NOW, reason="offline")
    status = status_of([sent, aside, later])
    assert (status.waiting, status.sent, status.set_aside) == (1, 1, 1)
    assert (status.last_sent_at, status.next_try_at, status.reasons) == (NOW, NOW, ("offline",))
    assert status_of([later, entry(4)]).next_try_at is None


HTTPX_ERRORS = sorted(
    {thing for thing in vars(httpx).values() if isinstance(thing, type) and issubclass(thing, Exception)},
    key=lambda thing: thing.__name__,
)


@pytest.mark.parametrize("kind", HTTPX_ERRORS)
def test_every_httpx_error_has_a_word(kind: type[Exception]) -> None:
    assert issubclass(kind, BORDER)
    fault = kind.__new__(kind)
    assert translate(fault).kind in get_args(FailureKind)


def test_httpx_errors_are_found_at_all() -> None:
    assert len(HTTPX_ERRORS) >= 28


@pytest.mark.parametrize("status", range(100, 1000))
def test_every_status_has_a_word(status: int) -> None:
    assert kind_of_status(status) in REACTIONS


def test_only_the_transport_and_enrolment_know_httpx() -> None:
    folder = Path(exchange.__file__).parent
    knowing = {file.name for file in folder.glob("*.py") if "import httpx" in file.read_text("utf-8")}
    assert knowing == {"transport.py", "enrolment.py"}
    assert "except httpx" not in (folder / "enrolment.py").read_text("utf-8")
