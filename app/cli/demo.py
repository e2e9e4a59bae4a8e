"""`wren demo` and `wren app`: the app in the browser, with or without a service of its own.

The demo starts the service with its PostgreSQL in a process of its own, imports the training households
once, and keeps what is recorded in its folder. It holds both ports before anything is written, and the
service inherits its socket: no other program can answer in its place. Everything listens on 127.0.0.1
only and ends with the demo, however that ends.
"""

import asyncio
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import typer

from app.cli.processes import LOOPBACK, bind_loopback, end_in_order_on_signals, port_of
from app.core.cases.submission import load_enrolled_service
from app.core.device.account_recovery import AccountRecovery
from app.core.runtime import Runtime, data_folder
from app.kit.messages import say
from app.visit_file.training import import_training_households
from assessments.errors import KeyAbsent, WrenError, WrongPassphrase
from assessments.ports import SystemClock
from sync.protocol import HEALTH_PATH
from sync.service.recovery.keys import TRAINING_PASSPHRASE
from sync.service.service_keys import load_or_create_secrets
from sync.service.settings import ServiceSettings

_START_S = 180.0


def run(port: int, service_port: int | None, data: Path, *, open_browser: bool) -> None:
    """Run the demo until Ctrl-C. The service takes the port after the app's if none is given."""
    end_in_order_on_signals()
    data = data.resolve()
    with _bind_both(port, service_port) as (app_socket, service_socket):
        data.mkdir(parents=True, exist_ok=True)
        service_url = f"http://{LOOPBACK}:{port_of(service_socket)}"
        service = _running_service(service_socket, data / "service")
        with service, closing(Runtime.open(data / "device")) as runtime:
            asyncio.run(_set_up_once(runtime, service_url))
            if not _is_introduced(runtime, service_url, data / "service"):
                asyncio.run(_introduce_again(runtime, service_url, data / "device"))
            _serve(runtime, data / "device", app_socket, open_browser=open_browser, training=service_url)
    typer.echo(say("cli.ended"))


@contextmanager
def _bind_both(port: int, service_port: int | None) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Bind the app's and the service's port, or raise WrenError with two ports that are free."""
    second = service_port if service_port is not None else port and port + 1
    try:
        app_socket = bind_loopback(port, "")
        try:
            service_socket = bind_loopback(second, "")
        except WrenError:
            app_socket.close()
            raise
    except WrenError as taken:
        raise WrenError("ports-taken", port=taken.data["port"], other=_free_pair(port)) from None
    with app_socket, service_socket:
        yield app_socket, service_socket


def _free_pair(taken: int) -> int:
    """Return the first of two neighbouring ports that are free, above `taken` if there are any."""
    for port in range(taken + 10, 65_000, 10):
        with suppress(WrenError), bind_loopback(port, ""), bind_loopback(port + 1, ""):
            return port
    return 0


def run_app(port: int, *, open_browser: bool) -> None:
    """Run the app alone until Ctrl-C."""
    end_in_order_on_signals()
    listener = bind_loopback(port, "--port")
    folder = data_folder()
    try:
        runtime = Runtime.open(folder)
    except KeyAbsent:
        # The page asks for help, and opens the store when its key is back.
        _serve(lambda: Runtime.open(folder), folder, listener, open_browser=open_browser)
        return
    with closing(runtime):
        _serve(runtime, folder, listener, open_browser=open_browser)


def _serve(
    runtime: Runtime | Callable[[], Runtime],
    folder: Path,
    listener: socket.socket,
    *,
    open_browser: bool,
    training: str = "",
) -> None:
    from app.cli.web_server import serve_app
    from app.shell.lifecycle import make_open_page

    given = [runtime] if isinstance(runtime, Runtime) else []
    open_page = make_open_page(
        # A store that was mended is opened anew.
        lambda: given.pop() if given else Runtime.open(folder),
        lambda: AccountRecovery.open(folder, SystemClock()),
        lambda: Runtime.salvage(folder),
    )
    with suppress(KeyboardInterrupt):
        serve_app(open_page, listener, on_ready=_announce(open_browser, training))


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
def _running_service(listener: socket.socket, data: Path) -> Iterator[None]:
    """The central service in a process of its own, ended with this one.

    It inherits the socket, and ends when its standard input closes, even if this process is killed.
    """
    typer.echo(say("cli.starting-service"))
    inherited = listener.fileno()
    command = [sys.executable, "-m", "app.cli", "serve", "--socket", str(inherited), "--data", str(data)]
    # A session of its own: Ctrl-C reaches this process alone, which then ends the service in order.
    process = subprocess.Popen(  # noqa: S603
        command,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
        pass_fds=[inherited],
        stdin=subprocess.PIPE,
    )
    health = f"http://{LOOPBACK}:{port_of(listener)}{HEALTH_PATH}"
    listener.close()  # held by the service alone: if it ends, nobody listens
    try:
        asyncio.run(_until_up(process, health))
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
    """Set up the device, enrol it at the service and import the training households: once."""
    if runtime.store.is_set_up():
        return
    with closing(runtime.set_up(TRAINING_PASSPHRASE, "hv1")) as service:
        await runtime.introduce(service_url, service)
        import_training_households(service)


def _is_introduced(runtime: Runtime, service_url: str, service_data: Path) -> bool:
    """Whether the device was introduced to this very service: its address and key are the same."""
    known = load_enrolled_service(runtime.store)
    own = load_or_create_secrets(ServiceSettings(service_data).keys_file)
    return known is not None and (known.url, known.receipt_key) == (service_url, own.receipt_public)


async def _introduce_again(runtime: Runtime, service_url: str, device_data: Path) -> None:
    """Enrol a device whose service has another port or other data than before."""
    try:
        service = runtime.unlock(TRAINING_PASSPHRASE)
    except WrongPassphrase:
        typer.echo(say("cli.introduce-again", url=service_url, folder=device_data))
        return
    with closing(service):
        await runtime.introduce(service_url, service)
