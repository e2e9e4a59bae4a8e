"""The background loop: it sends by itself, at once when asked, and never stands in the way of the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from assessments.errors import DiskFull
from assessments.ports import OutboxEntry
from sync.device.exchange import OutboxStatus
from sync.device.worker import SyncWorker
from sync.protocol import FeedChange
from tests.sync.world import Device, World


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@asynccontextmanager
async def running(
    device: Device, said: list[OutboxStatus], heard: list[FeedChange] | None = None
) -> AsyncIterator[SyncWorker]:
    clock = RealClock()
    transport = device.service.make_transport(device.keys, device.clock, device.line)
    worker = SyncWorker(
        device.outbox,
        transport,
        clock,
        on_status=said.append,
        on_changes=lambda changes: (heard if heard is not None else []).extend(changes),
    )
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await transport.close()


async def until(holds: object, timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not holds():  # type: ignore[operator]  # a plain callable
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.01)


async def test_sends_what_waits_when_it_starts(world: World) -> None:
    device = await world.device()
    device.finish()
    said: list[OutboxStatus] = []
    async with running(device, said):
        await until(lambda: said and said[-1].sent == 1)
    assert [(status.waiting, status.sent) for status in said] == [(1, 0), (0, 1)]


async def test_sends_at_once_when_woken(world: World) -> None:
    device = await world.device()
    said: list[OutboxStatus] = []
    async with running(device, said) as worker:
        await until(lambda: said)
        device.finish()
        worker.wake()
        await until(lambda: said[-1].sent == 1, 2)


async def test_sends_by_itself_when_the_service_is_back(world: World) -> None:
    device = await world.device()
    device.finish()
    device.line.always = "offline"
    said: list[OutboxStatus] = []
    async with running(device, said):
        await until(lambda: said and said[-1].reasons == ("offline",))
        assert said[-1].waiting == 1
        device.line.always = None
        await until(lambda: said[-1].sent == 1, 5)


async def test_send_now_does_not_wait_for_the_next_try(world: World) -> None:
    device = await world.device()
    submission_id = device.finish()
    device.outbox.postpone([submission_id], "offline", datetime(2099, 1, 1, tzinfo=UTC))
    said: list[OutboxStatus] = []
    async with running(device, said) as worker:
        await asyncio.sleep(0.5)
        assert device.states() == {submission_id: "waiting"}
        worker.wake()
        await until(lambda: said[-1].sent == 1, 2)


async def test_a_restart_does_not_forget_to_wait(world: World) -> None:
    device = await world.device()
    submission_id = device.finish()
    device.outbox.postpone([submission_id], "broken", datetime(2099, 1, 1, tzinfo=UTC))
    for _ in range(3):
        async with running(device, []):
            await asyncio.sleep(0.3)
    assert not [request for request in device.line.requests if submission_id.encode() in request.content]


async def test_a_slow_disk_does_not_block_the_loop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    device = await world.device()
    for _ in range(3):
        device.finish()
    entries = device.outbox.entries

    def slowly() -> Sequence[OutboxEntry]:
        time.sleep(0.3)
        return entries()

    monkeypatch.setattr(device.outbox, "entries", slowly)
    said: list[OutboxStatus] = []
    longest = 0.0
    async with running(device, said):
        while not (said and said[-1].sent == 3):
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)
    assert longest < 0.2


async def test_a_full_disk_does_not_end_the_loop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    device = await world.device()
    submission_id = device.finish()
    settle = device.outbox.record_outcomes

    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(device.outbox, "record_outcomes", full)
    said: list[OutboxStatus] = []
    async with running(device, said) as worker:
        await until(lambda: len(device.line.requests) == 1)
        assert device.states() == {submission_id: "waiting"}
        monkeypatch.setattr(device.outbox, "record_outcomes", settle)
        worker.wake()
        await until(lambda: said[-1].sent == 1, 3)
    assert world.rows("SELECT count(*) FROM submission") == [(1,)]


async def test_passes_on_what_became_of_things_sent_before(world: World) -> None:
    device = await world.device()
    first = device.finish()
    said: list[OutboxStatus] = []
    heard: list[FeedChange] = []
    async with running(device, said, heard) as worker:
        await until(lambda: said and said[-1].sent == 1)
        world.settle()
        device.finish()
        worker.wake()
        await until(lambda: said[-1].sent == 2)
    assert FeedChange(first, "opened") in heard
