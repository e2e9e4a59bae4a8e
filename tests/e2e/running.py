"""Wren's real processes, as a person would run them: the service, the app, a browser."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent.parent
PASSPHRASE = "robin hedge kettle lantern"


# Each worker has a range of its own below the ports that the system gives out by itself: one that was
# free a moment ago is not taken by another worker, nor by a connection, before a process listens on it.
_FIRST = 20_000 + 500 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = iter(range(_FIRST, _FIRST + 500))


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    for port in _PORTS:
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


class Machine:
    """One device's data folder and one service's, with what runs on them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.data = folder / "device", folder / "service"
        self.service_port, self.app_port = free_port(), free_port()
        self.service: subprocess.Popen[bytes] | None = None
        self.app: subprocess.Popen[bytes] | None = None
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "WREN_HOME": str(self.home),
            "WREN_PASSPHRASE": PASSPHRASE,
        }

    @property
    def service_url(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.app_port}"

    def wren(self, *arguments: str) -> Any:
        """Run one command and read its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments, "--json"],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def set_up(self, visit: object = None) -> None:
        """Make this a device that a service knows, with this visit on it; both processes are at rest."""
        template = _template()
        self.service_port = template.service_port
        for kept, copy in ((template.home, self.home), (template.data, self.data)):
            # PostgreSQL's files keep their owner, who is not root.
            subprocess.run(["cp", "-a", str(kept), str(copy)], check=True)
        if visit is not None:
            with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
                json.dump(visit, file)
                file.flush()
                self.wren("visit", file.name)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.logs / f"{name}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            env=self.environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def start_service(self) -> None:
        port = str(self.service_port)
        self.service = self._start("service", "serve", "--port", port, "--data", str(self.data))
        self._until_answers(f"{self.service_url}/v1/health", self.service)

    def stop_service(self) -> None:
        if self.service is not None:
            self.service.terminate()
            self.service.wait(30)
            self.service = None

    def start_app(self) -> None:
        self.app = self._start("app", "app", "--port", str(self.app_port), "--no-browser")
        self._until_answers(self.app_url, self.app)

    def kill_app(self) -> None:
        """As a phone that is dropped: no warning, no last word."""
        if self.app is not None:
            self.app.send_signal(signal.SIGKILL)
            self.app.wait(10)
            self.app = None

    def stop(self) -> None:
        self.kill_app()
        self.stop_service()

    def _until_answers(self, url: str, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, "the process ended"
            try:
                urlopen(url, timeout=2).read()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"no answer: {url}")


Made = TypeVar("Made", bound=Machine)


@contextmanager
def open_machine(kind: type[Made]) -> Iterator[Made]:
    """A machine in a folder that other accounts may enter, unlike pytest's own: started by root, PostgreSQL
    runs as one. Its processes and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wren-e2e-"))
    folder.chmod(0o755)
    made = kind(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _template() -> Machine:
    """A device and the service that it was introduced to, made once in a process and copied by each test."""
    machine = open_machine(Machine)
    made = machine.__enter__()
    atexit.register(machine.__exit__, None, None, None)
    made.start_service()
    made.wren("setup", "--url", made.service_url)
    made.stop_service()
    return made
