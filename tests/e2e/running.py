"""Wren's real processes, as a person would run them: the service, the app, a browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
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
