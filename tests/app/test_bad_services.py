"""Whatever answers in the service's place, or nothing at all: a clear sentence, and nothing lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.core.cases.submission import SERVICE_SETTING
from app.core.runtime import Runtime
from app.kit.messages import say
from sync.device.enrolment import EnrolledService
from tests.app.test_screens_around import (
    asked_all,
    fernhollow,
    folder,
    open_runtime,
    press,
    runtime,
    set_up,
    unlocked,
    until,
)

__all__ = ["folder", "runtime"]

OURS, WEB = b"application/vnd.wren+msgpack", b"text/html"


def http(status: bytes, body: bytes = b"", kind: bytes = OURS) -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (status, kind, len(body))
    return head + body


# What is answered, and the reason that the page then gives.
ANSWERS = {
    "500": (http(b"500 Internal Server Error", b"oops"), "broken"),
    "413": (http(b"413 Content Too Large"), "too-large"),
    "garbage": (http(b"200 OK", b"\xff\x00abc"), "garbled"),
    "a web page": (http(b"200 OK", b"<h1>Hello</h1>", WEB), "garbled"),
    "not http": (b"\x00\x01\x02 what?\r\n\r\n", "cut"),
    "nothing": (b"", "cut"),
}


@asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[str]:
    """A server that takes whatever comes and always says the same."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def point_at(runtime: Runtime, url: str) -> None:
    """The same service keys, at another address."""
    keys = json.loads(runtime.store.settings.get(SERVICE_SETTING) or "")
    moved = EnrolledService.from_plain(keys | {"url": url})
    runtime.store.settings.put(SERVICE_SETTING, json.dumps(moved.to_plain()))


@pytest.mark.parametrize("kind", ANSWERS)
async def test_a_service_that_misbehaves_is_told_calmly_and_the_work_waits(
    runtime: Runtime, kind: str
) -> None:
    reply, reason = ANSWERS[kind]
    set_up(runtime, fernhollow(**asked_all()))
    before = runtime.store.outbox.envelope(runtime.store.outbox.entries()[0].id)
    async with answering(reply) as url:
        point_at(runtime, url)
        async with unlocked(runtime) as app:
            runtime.wake()
            await until(app, say("sync.waiting", n=1), say("sync.offline-waiting", n=1), timeout_s=20)
            await press(app, app_pill(app.names()), then=say("outbox.title"))
            await until(app, say(f"outbox.reason.{reason}"), timeout_s=20)
            assert app.sees(say("outbox.waiting", n=1))
            assert not app.sees(say("sync.sent"))
    entry = runtime.store.outbox.entries()[0]
    assert entry.state == "waiting"
    assert runtime.store.outbox.envelope(entry.id) == before


async def test_no_service_at_all_is_offline_and_not_an_error(folder: Path) -> None:
    opened = open_runtime(folder)
    set_up(opened, fernhollow(**asked_all()))
    async with answering(b"") as url:
        gone = url
    point_at(opened, gone)
    async with unlocked(opened) as app:
        opened.wake()
        await until(app, say("sync.offline-waiting", n=1), timeout_s=20)
        await press(app, say("sync.offline-waiting", n=1), then=say("outbox.reason.offline"))
    opened.close()


def app_pill(names: list[str]) -> str:
    """What the pill says now."""
    said = (say("sync.waiting", n=1), say("sync.offline-waiting", n=1), say("sync.sending", n=1, of=1))
    return next((name for name in names if name.startswith(said)), said[0])
