"""`wren demo`: real processes and a real database, with ports taken, signals, and a service that changed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.cases.submission import load_enrolled_service
from app.core.runtime import Runtime

ROOT = Path(__file__).parent.parent
WREN = [sys.executable, "-m", "app.cli"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


class Demo:
    """A demo that runs on free ports."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [*WREN, "demo", "--port", "0", "--no-browser", "--data", str(data)],
            cwd=data.parent, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
            # Under nohup it is ignored, and Wren lets it be.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )  # fmt: skip
        self.said, self.ports = "", list[int]()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            self.ports += [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", line)]
            if "Ctrl-C" in line:
                return
        raise AssertionError(self.said)

    def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End it, and wait until what it started is gone as well: its output is open until then."""
        self.process.send_signal(how)
        rest = self.process.communicate(timeout=30)[0]
        return self.said + rest


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for every demo here: making a database takes longer than all the rest."""
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def is_listening(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def postgres_is_running(data: Path) -> bool:
    file = data / "service" / "postgresql" / "postmaster.pid"
    return file.exists() and Path(f"/proc/{file.read_text().splitlines()[0]}").exists()


def known_service(data: Path) -> dict[str, str]:
    runtime = Runtime.open(data / "device")
    try:
        known = load_enrolled_service(runtime.store)
        assert known is not None
        return known.to_plain()
    finally:
        runtime.close()


@pytest.mark.parametrize(
    "command",
    [
        ["demo", "--no-browser", "--port", "{taken}", "--data", "demo"],
        ["demo", "--no-browser", "--port", "0", "--service-port", "{taken}", "--data", "demo"],
        ["serve", "--port", "{taken}", "--data", "service"],
        ["app", "--no-browser", "--port", "{taken}"],
    ],
)
def test_a_taken_port_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, taken: int, command: list[str]
) -> None:
    done = subprocess.run(
        [*WREN, *(word.format(taken=taken) for word in command)],
        cwd=tmp_path, env={**ENVIRONMENT, "WREN_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {taken} of this machine is taken")
    assert len(done.stderr.splitlines()) == 1
    assert ("make run PORT=" in done.stderr) == (command[0] == "demo")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_however_the_demo_ends_the_service_and_postgresql_end_too(data: Path, how: signal.Signals) -> None:
    demo = Demo(data)
    assert postgres_is_running(data)
    said = demo.end(how)
    assert "Traceback" not in said
    assert "Fatal" not in said
    assert ("Ended." in said) == (how != signal.SIGKILL)
    assert not [port for port in demo.ports if is_listening(port)]
    assert not postgres_is_running(data)
    # Each demo runs on other ports: the device follows its service there.
    assert known_service(data)["url"] == f"http://127.0.0.1:{demo.ports[1]}"


def test_a_device_that_knows_another_service_is_introduced_again(data: Path) -> None:
    before = known_service(data)
    # The service begins anew; the device is the old one, as after meeting another Wren's service.
    (data / "service").rename(data / "other")
    Demo(data).end()
    assert known_service(data)["receipt_key"] != before["receipt_key"]
