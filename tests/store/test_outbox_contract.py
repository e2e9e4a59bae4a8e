"""The outbox keeps its promises, on SQLite and in memory alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessments.crypto.sealing import digest
from assessments.errors import NotFound
from assessments.ports import Outcome
from assessments.store import Store
from assessments.store.completion_files import Completion
from tests.fakes import MemoryOutbox, StoppedClock

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


class Queue:
    """One outbox under test and its way of queueing."""

    def __init__(self, outbox: Any, add: Callable[[str, bytes], None]) -> None:
        self.outbox, self.add = outbox, add


@pytest.fixture(params=["stored", "memory"])
def queue(request: pytest.FixtureRequest, clock: StoppedClock) -> Queue:
    if request.param == "memory":
        memory = MemoryOutbox(clock)
        return Queue(memory, lambda entry_id, envelope: memory.add(entry_id, "svc-1", envelope) and None)
    store: Store = request.getfixturevalue("store")

    def add(entry_id: str, envelope: bytes) -> None:
        with store._database.write() as driver:
            store.outbox.queue(driver, Completion(entry_id, "svc-1", envelope, 2, "completed", b"", b""))

    return Queue(store.outbox, add)


@pytest.fixture
def three(queue: Queue) -> Any:
    for name in ("a", "b", "c"):
        queue.add(name, name.encode() * 10)
    return queue.outbox


def test_an_empty_outbox_has_nothing_due(queue: Queue) -> None:
    assert list(queue.outbox.entries()) == []
    assert list(queue.outbox.due(NOW)) == []


def test_a_new_entry_waits_and_is_due_at_once(three: Any) -> None:
    first, *_ = three.entries()
    assert (first.id, first.sequence, first.state, first.attempts) == ("a", 1, "waiting", 0)
    assert (first.service_kid, first.size_bytes, first.digest) == ("svc-1", 10, digest(b"a" * 10))
    assert (first.queued_at, first.next_try_at, first.reason, first.sent_at) == (NOW, None, None, None)
    assert [entry.id for entry in three.due(NOW)] == ["a", "b", "c"]


def test_the_envelope_is_the_same_on_every_call(three: Any) -> None:
    assert {three.envelope("b") for _ in range(3)} == {b"b" * 10}
    three.postpone(["b"], "no-connection", NOW)
    three.record_outcomes([Outcome("b", "stored")], NOW)
    assert three.envelope("b") == b"b" * 10


@pytest.mark.parametrize("word", ["stored", "duplicate"])
def test_the_services_word_makes_an_entry_sent(three: Any, word: Any) -> None:
    later = NOW + timedelta(minutes=3)
    three.record_outcomes([Outcome("a", word, receipt=b"signed")], later)
    entry = three.entries()[0]
    assert (entry.state, entry.sent_at, entry.reason) == ("sent", later, None)
    assert three.receipt("a") == b"signed"
    assert three.receipt("b") == b""
    assert [entry.id for entry in three.due(later)] == ["b", "c"]


@pytest.mark.parametrize("word", ["conflict", "rejected"])
def test_a_refused_entry_is_set_aside_and_holds_nobody_up(three: Any, word: Any) -> None:
    three.record_outcomes([Outcome("b", word, reason="tool-unknown"), Outcome("c", "stored")], NOW)
    assert [entry.state for entry in three.entries()] == ["waiting", "set-aside", "sent"]
    assert three.entries()[1].reason == "tool-unknown"
    assert [entry.id for entry in three.due(NOW)] == ["a"]
    assert three.envelope("b") == b"b" * 10


def test_a_refusal_without_a_reason_keeps_its_word(three: Any) -> None:
    three.record_outcomes([Outcome("b", "conflict")], NOW)
    assert three.entries()[1].reason == "conflict"


def test_an_unknown_id_is_ignored_when_recording_or_postponing(three: Any) -> None:
    before = list(three.entries())
    three.record_outcomes([Outcome("z", "stored")], NOW)
    three.postpone(["z"], "no-connection", NOW)
    assert list(three.entries()) == before


def test_a_failed_try_is_counted_and_waits(three: Any) -> None:
    until = NOW + timedelta(seconds=30)
    three.postpone(["a", "b"], "no-connection", until)
    three.postpone(["a"], "no-answer", until)
    entry = three.entries()[0]
    assert (entry.state, entry.attempts, entry.reason, entry.next_try_at) == (
        "waiting",
        2,
        "no-answer",
        until,
    )
    assert [entry.id for entry in three.due(NOW)] == ["c"]
    assert [entry.id for entry in three.due(until)] == ["a", "b", "c"]


def test_a_clock_that_goes_back_does_not_hold_an_entry_until_it_has_caught_up(three: Any) -> None:
    three.postpone(["a"], "no-connection", NOW + timedelta(minutes=5))
    assert [entry.id for entry in three.due(NOW)] == ["b", "c"]
    assert [entry.id for entry in three.due(NOW - timedelta(days=3650))] == ["a", "b", "c"]


def test_what_was_set_aside_can_go_again(three: Any) -> None:
    three.postpone(["a"], "no-connection", NOW + timedelta(hours=1))
    three.set_aside("a", "too-large")
    assert [entry.id for entry in three.due(NOW + timedelta(days=1))] == ["b", "c"]
    three.requeue("a")
    entry = three.entries()[0]
    assert (entry.state, entry.attempts, entry.reason, entry.next_try_at) == ("waiting", 0, None, None)
    assert [entry.id for entry in three.due(NOW)] == ["a", "b", "c"]


def test_a_late_word_from_the_service_wins_over_setting_aside(three: Any) -> None:
    three.set_aside("a", "too-large")
    three.record_outcomes([Outcome("a", "duplicate", receipt=b"signed")], NOW)
    assert three.entries()[0].state == "sent"


def test_sent_is_for_ever(three: Any) -> None:
    three.record_outcomes([Outcome("a", "stored", receipt=b"first")], NOW)
    three.record_outcomes(
        [Outcome("a", "rejected", reason="late"), Outcome("a", "duplicate", receipt=b"second")], NOW
    )
    three.postpone(["a"], "no-connection", NOW)
    three.set_aside("a", "too-large")
    three.requeue("a")
    entry = three.entries()[0]
    assert (entry.state, entry.attempts, entry.reason, entry.sent_at) == ("sent", 0, None, NOW)
    assert three.receipt("a") == b"first"


def test_a_late_failure_does_not_move_what_was_set_aside(three: Any) -> None:
    three.set_aside("a", "too-large")
    three.postpone(["a"], "no-connection", NOW)
    entry = three.entries()[0]
    assert (entry.state, entry.attempts, entry.reason) == ("set-aside", 0, "too-large")


def test_an_unknown_entry_is_named_as_not_found(three: Any) -> None:
    for call in (
        lambda: three.envelope("z"),
        lambda: three.receipt("z"),
        lambda: three.set_aside("z", "too-large"),
        lambda: three.requeue("z"),
    ):
        with pytest.raises(NotFound):
            call()


def test_the_cursor_is_kept(three: Any) -> None:
    assert three.cursor() == ""
    three.save_cursor("17")
    three.save_cursor("21")
    assert three.cursor() == "21"


def test_an_entry_does_not_print_what_it_is_about(three: Any) -> None:
    assert repr(three.entries()[0]) == "<OutboxEntry 1 waiting>"
