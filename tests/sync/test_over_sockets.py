"""Over real sockets, with the service's own PostgreSQL: killed, started again, nothing lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assessments.crypto import sealing
from sync.device.enrolment import check_service_url, enrol_device
from sync.errors import EnrolmentFailed
from sync.service.admin import list_submissions
from sync.service.settings import ServiceSettings
from tests.fakes import StoppedClock
from tests.sync.test_worker import RealClock
from tests.sync.world import WORDS, Device, make_keys

SERVE = """
import socket, sys
from pathlib import Path
from sync.service.main import serve
serve(socket.create_server(("127.0.0.1", int(sys.argv[1]))), Path(sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Running:
    """`wren serve` in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.said = data.with_suffix(".log")

    def start(self) -> None:
        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, str(self.port), str(self.data)], stdout=log, stderr=log
            )

    def stop(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)

    async def up(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                try:
                    if (await http.get(f"{self.url}/v1/health")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        raise AssertionError(self.said.read_text())


@pytest.fixture
def service(open_folder: Path) -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    running = Running(folder / "service")
    running.start()
    yield running
    assert running.process is not None
    if running.process.poll() is None:
        running.stop(signal.SIGINT)


async def a_device(service: Running) -> Device:
    keys, (author, author_public) = make_keys(), sealing.make_signing_key()
    known = await enrol_device(
        service.url, keys, agency="training", author="hv1", author_key=author_public, clock=RealClock()
    )
    device = Device(keys, known, None, StoppedClock(), author_private=author)
    device.clock = RealClock()  # type: ignore[assignment]  # over a real socket time passes
    return device


async def test_killed_in_the_middle_and_started_again_it_has_everything_once(service: Running) -> None:
    await service.up()
    device = await a_device(service)
    for number in range(120):
        device.finish({"words": sealing.make_random(2000).hex(), "number": number, "child": WORDS})

    async def kill_twice() -> None:
        for enough in (20, 60):
            while list(device.states().values()).count("sent") < enough:
                await asyncio.sleep(0.001)
            service.stop(signal.SIGKILL)
            await asyncio.sleep(0.3)
            service.start()
            await service.up()

    killer = asyncio.create_task(kill_twice())
    for _ in range(200):
        summary = await device.send()
        if not summary.waiting and killer.done():
            break
        await asyncio.sleep(0.1)
    await killer
    assert set(device.states().values()) == {"sent"}

    settings = ServiceSettings(service.data)
    for _ in range(100):
        rows = list_submissions(settings)
        if all(row["state"] == "opened" for row in rows):
            break
        await asyncio.sleep(0.1)
    assert [row["id"] for row in rows if row["state"] != "opened"] == []
    assert {row["id"] for row in rows} == set(device.finished)
    assert len(rows) == 120
    assert {row["answers"]["number"] for row in rows} == set(range(120))
    assert {row["answers"]["child"] for row in rows} == {WORDS}

    service.stop(signal.SIGINT)
    assert not (service.data / "postgresql" / "postmaster.pid").exists()
    assert len(list_submissions(settings)) == 120
    assert not (service.data / "postgresql" / "postmaster.pid").exists()
    assert "Traceback" not in service.said.read_text()


async def test_listens_on_this_machine_only_and_needs_nothing_from_outside(service: Running) -> None:
    await service.up()
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == service.port
    ]
    assert [address.split(":")[0] for address in listening] == ["0100007F"]


async def test_a_dead_address_is_offline_and_nothing_else(service: Running) -> None:
    await service.up()
    device = await a_device(service)
    device.finish()
    service.stop(signal.SIGINT)
    summary = await device.send()
    assert (summary.sent, summary.waiting, summary.set_aside, summary.reason) == (0, 1, 0, "offline")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:1",
        "ftp://127.0.0.1",
        "http://example.org",
        "http://127.0.0.1.example.org",
        "https://",
        "http://localhost:99999",
        "https://example.org/?a=b",
        "http://[::1",
    ],
)
def test_an_address_that_would_leave_in_clear_is_refused(url: str) -> None:
    with pytest.raises(EnrolmentFailed):
        check_service_url(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8765", "http://localhost:1/", "https://example.org", "http://[::1]:2"]
)
def test_an_address_on_this_machine_or_by_tls_is_fine(url: str) -> None:
    check_service_url(url)


def test_keys_survive_their_plain_form() -> None:
    from sync.device.enrolment import EnrolledService

    keys = EnrolledService("http://127.0.0.1:1", "agency-7", "k1", os.urandom(32), os.urandom(32))
    assert EnrolledService.from_plain(keys.to_plain()) == keys
