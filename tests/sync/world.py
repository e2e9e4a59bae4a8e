"""A device, a service and the line between them, in one process: real parts, and a line made bad.

`World` holds the service's ASGI app; `Device` is the device's own keys with an in-memory outbox; `Line` is
the lossy transport. Nothing here decides anything that the product should.

    device = await world.device()
    device.finish("risk-24", {"injury": "yes"})
    await device.send()
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from assessments.casework.ids import format_utc
from assessments.crypto import sealing
from assessments.crypto.recovery import RecoveryKey, recovery_kid
from sync.device.enrolment import EnrolledService, enrol_device
from sync.device.worker import SendSummary, drain_outbox
from sync.envelope import Statement, seal_submission
from sync.protocol import FeedChange
from sync.service.main import Service
from sync.service.recovery.keys import save_agency_key
from sync.service.settings import ServiceSettings
from tests.fakes import MemoryOutbox, StoppedClock

URL = "http://127.0.0.1:1"
WORDS = "Dw i'n ofni. Żółć gęślą jaźń. میں ڈرتا ہوں۔ 🐦👧🏽 \u202eab\u202c\ttab “said”"

Answering = Callable[[httpx.Request], Awaitable[httpx.Response]]


@dataclass
class Keys:
    """A device's identity, as the store gives it."""

    device_id: str
    private: bytearray
    sign_public: bytes
    receive_public: bytes

    def sign(self, message: bytes) -> bytes:
        return sealing.sign(self.private, message)


def make_keys(device_id: str | None = None) -> Keys:
    private, public = sealing.make_signing_key()
    return Keys(device_id or str(uuid.uuid4()), private, public, sealing.make_receive_key()[1])


class Line(httpx.AsyncBaseTransport):
    """A line to the app that fails as told: by rate and seed, or by a plan of one word per request.

    Words: "ok", "request-lost", "reply-lost", "duplicate", "cut", "offline", or a function that answers.
    """

    def __init__(self, app: FastAPI, *, seed: int = 0, rate: float = 0.0) -> None:
        self.inner = httpx.ASGITransport(app, raise_app_exceptions=True)
        self.plan: list[str | Answering] = []
        self.always: str | Answering | None = None
        self.requests: list[httpx.Request] = []
        self._random = random.Random(seed)
        self._rate = rate
        self._earlier: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        word = self._word()
        if callable(word):
            return await word(request)
        if word == "offline":
            raise httpx.ConnectError("offline", request=request)
        if word == "request-lost":
            raise httpx.ReadTimeout("lost", request=request)
        if word == "reorder" and self._earlier:
            # Something sent long ago arrives only now, before this one.
            await self._pass(self._random.choice(self._earlier))
        response = await self._pass(request)
        self._earlier.append(request)
        if word == "duplicate":
            response = await self._pass(request)
        if word == "reply-lost":
            raise httpx.ReadError("lost", request=request)
        if word == "cut":
            body = await response.aread()
            return httpx.Response(
                response.status_code, headers=response.headers, stream=_Cut(body[: len(body) // 2])
            )
        return response

    async def _pass(self, request: httpx.Request) -> httpx.Response:
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        return await self.inner.handle_async_request(copy)

    def _word(self) -> str | Answering:
        if self.plan:
            return self.plan.pop(0)
        if self.always is not None:
            return self.always
        if self._random.random() < self._rate:
            return self._random.choice(
                ["request-lost", "reply-lost", "duplicate", "cut", "offline", "reorder"]
            )
        return "ok"


class _Cut(httpx.AsyncByteStream):
    def __init__(self, half: bytes) -> None:
        self._half = half

    async def __aiter__(self) -> Any:
        yield self._half
        raise httpx.ReadError("cut")


def answering(status: int, body: bytes = b"", content_type: str | None = None) -> Answering:
    """A service, or something in its place, that says this to everything."""

    async def answer(_request: httpx.Request) -> httpx.Response:
        headers = {} if content_type is None else {"content-type": content_type}
        return httpx.Response(status, headers=headers, stream=_Whole(body))

    return answer


class _Whole(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> Any:
        yield self._body


@dataclass
class Device:
    keys: Keys
    service: EnrolledService
    # A Line, or None for the network: Any, so that a test need not ask which.
    line: Any
    clock: StoppedClock
    author: str = "hv1"
    author_private: bytearray = field(default_factory=lambda: sealing.make_signing_key()[0])
    household: str = field(default_factory=lambda: str(uuid.uuid4()))
    finished: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.clock)

    def payload(self, submission_id: str, answers: dict[str, Any], tool: str = "risk-24") -> dict[str, Any]:
        contact, subject = str(uuid.uuid4()), str(uuid.uuid4())
        moment = format_utc(self.clock.now())
        return {
            "schema": "wren/assessment/1",
            "assessment": {
                "id": submission_id,
                "household_id": self.household,
                "contact_id": contact,
                "subject_id": subject,
                "instrument": tool,
                "version": "1",
                "instrument_hash": "00ff",
                "status": "completed",
                "author": self.author,
                "started_at": moment,
                "completed_at": moment,
                "context": {"on": "2026-03-04"},
                "answers": answers,
                "result": {"band": "standard"},
            },
            "contact": {
                "id": contact,
                "household_id": self.household,
                "on": "2026-03-04",
                "kind": "home-visit",
                "role": "health-visitor",
            },
            "household": {"id": self.household, "name": "Brackenthwaite"},
            "subject": {"id": subject, "household_id": self.household, "name": "Otis Brackenthwaite"},
            "instrument": {"id": tool, "version": "1", "hash": "00ff"},
        }

    def finish(self, answers: dict[str, Any] | None = None, tool: str = "risk-24", **changed: Any) -> str:
        """Complete an assessment: seal and queue it. `changed` replaces parts of the payload."""
        submission_id = str(uuid.uuid4())
        payload = self.payload(submission_id, answers if answers is not None else {"injury": "yes"}, tool)
        content = json.dumps(payload | changed).encode()
        self.queue(submission_id, self.seal(submission_id, content))
        return submission_id

    def seal(self, submission_id: str, content: bytes) -> bytes:
        statement = Statement(
            submission_id, self.author, self.keys.device_id, len(self.finished) + 1, self.clock.now()
        )
        return seal_submission(
            content,
            statement,
            lambda message: sealing.sign(self.author_private, message),
            self.service.sealing_key,
        )

    def queue(self, submission_id: str, envelope: bytes) -> None:
        self.outbox.add(submission_id, self.service.kid, envelope)
        self.finished[submission_id] = envelope

    async def send(self) -> SendSummary:
        transport = self.service.make_transport(self.keys, self.clock, self.line)
        try:
            return await drain_outbox(self.outbox, transport, self.clock)
        finally:
            await transport.close()

    async def changes(self, count: int) -> tuple[FeedChange, ...]:
        """Send until so many changes have come: they wait for every older transaction in the cluster, and
        another worker's test or the server's own upkeep may be running one."""
        found: tuple[FeedChange, ...] = ()
        deadline = time.monotonic() + 60
        while len(found) < count:
            assert time.monotonic() < deadline, found
            found += (await self.send()).changes
        return found

    def states(self) -> dict[str, str]:
        return {entry.id: entry.state for entry in self.outbox.entries()}


@dataclass
class World:
    app: FastAPI
    service: Service
    clock: StoppedClock
    settings: ServiceSettings
    devices: list[Device] = field(default_factory=list)
    agencies: dict[str, bytes] = field(default_factory=dict)

    async def device(self, *, seed: int = 0, rate: float = 0.0, agency: str = "agency-7") -> Device:
        """A device that was introduced over a good line and has the given one from now on."""
        keys = make_keys()
        author_private, author_public = sealing.make_signing_key()
        self.agency_private(agency)
        service = await enrol_device(
            URL,
            keys,
            agency=agency,
            author="hv1",
            author_key=author_public,
            clock=self.clock,
            http_transport=Line(self.app),
        )
        line = Line(self.app, seed=seed, rate=rate)
        return Device(keys, service, line, self.clock, author_private=author_private)

    def agency_private(self, agency: str) -> bytes:
        """The private recovery key of an agency, whose public half the service has been given."""
        if agency not in self.agencies:
            private, public = sealing.make_receive_key()
            self.agencies[agency] = bytes(private)
            with self.service.database.transaction() as connection:
                key = RecoveryKey(recovery_kid(public), public)
                save_agency_key(connection, agency, key, self.clock.now())
        return self.agencies[agency]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.service.database.transaction() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def settle(self) -> None:
        """Wait until everything stored has been opened or held."""
        assert self.service.opener.wait_until_idle(20)
