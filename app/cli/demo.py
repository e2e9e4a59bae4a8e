"""Everything at once for somebody new: the service, its PostgreSQL, and the app in the browser.

    make run

The training caseload is put there once; what is recorded stays in the folder until it is deleted.
Nothing leaves the machine: both listen on 127.0.0.1 only. Ctrl-C ends everything that was started.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import typer

from app.core.device.account_recovery import AccountRecovery
from app.core.runtime import Runtime, data_folder
from app.kit.messages import say
from app.visit_file.training import import_training_households
from assessments.errors import KeyAbsent, WrenError
from assessments.ports import SystemClock
from sync.service.recovery.keys import TRAINING_PASSPHRASE

_START_S = 60.0


def run(port: int, data: Path, *, open_browser: bool) -> None:
    """Run the demo until Ctrl-C."""
    # Being told to end is the same as Ctrl-C: what was started is ended first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    data.mkdir(parents=True, exist_ok=True)
    service_url = f"http://127.0.0.1:{port + 1}"
    with _running_service(port + 1, data / "service"):
        runtime = Runtime.open(data / "device")
        try:
            asyncio.run(_set_up_once(runtime, service_url))
            _serve(runtime, data / "device", port, open_browser=open_browser, training=service_url)
        finally:
            runtime.close()
    typer.echo(say("cli.ended"))


def run_app(port: int, *, open_browser: bool) -> None:
    """Run the app alone until Ctrl-C."""
    folder = data_folder()
    try:
        runtime = Runtime.open(folder)
    except KeyAbsent:
        # The page asks for help, and opens the store when its key is back.
        _serve(lambda: Runtime.open(folder), folder, port, open_browser=open_browser)
        return
    try:
        _serve(runtime, folder, port, open_browser=open_browser)
    finally:
        runtime.close()


def _serve(
    runtime: Runtime | Callable[[], Runtime],
    folder: Path,
    port: int,
    *,
    open_browser: bool,
    training: str = "",
) -> None:
    from app.cli.web_server import serve_app
    from app.shell.shell import make_open_page

    given = [runtime] if isinstance(runtime, Runtime) else []
    open_page = make_open_page(
        # A store that was mended is opened anew.
        lambda: given.pop() if given else Runtime.open(folder),
        lambda: AccountRecovery.open(folder, SystemClock()),
        lambda: Runtime.salvage(folder),
    )
    with suppress(KeyboardInterrupt):
        serve_app(open_page, port=port, on_ready=_announce(open_browser, training))


def _announce(open_browser: bool, training: str) -> Callable[[str], None]:
    def ready(address: str) -> None:
        typer.echo(say("cli.app-at", address=address))
        if training:
            typer.echo(say("cli.service-at", address=training))
            typer.echo(say("cli.training-passphrase", passphrase=TRAINING_PASSPHRASE))
        typer.echo(say("cli.ctrl-c"))
        if open_browser:
            webbrowser.open(address)

    return ready


@contextmanager
def _running_service(port: int, data: Path) -> Iterator[None]:
    """The central service in a process of its own, ended with this one."""
    typer.echo(say("cli.starting-service"))
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--data", str(data)]
    # A session of its own: Ctrl-C reaches this process alone, which then ends the service in order.
    process = subprocess.Popen(command, start_new_session=True, cwd=Path(__file__).parents[2])  # noqa: S603
    try:
        asyncio.run(_until_up(process, f"http://127.0.0.1:{port}/v1/health"))
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            process.kill()


async def _until_up(process: subprocess.Popen[bytes], health: str) -> None:
    async with asyncio.timeout(_START_S):
        while True:
            if process.poll() is not None:
                raise WrenError("service-ended")
            with suppress(URLError, OSError):
                await asyncio.to_thread(_probe, health)
                return
            await asyncio.sleep(0.1)


def _probe(health: str) -> None:
    with urlopen(health, timeout=2) as reply:  # noqa: S310 - an address of this machine, made above
        reply.read()


async def _set_up_once(runtime: Runtime, service_url: str) -> None:
    """Set up the device, meet the service and put the training households there: once."""
    if runtime.store.is_set_up():
        return
    desk = runtime.set_up(TRAINING_PASSPHRASE, "hv1")
    try:
        await runtime.introduce(service_url, desk)
        import_training_households(desk)
    finally:
        desk.close()
