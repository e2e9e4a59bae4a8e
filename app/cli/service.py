"""`wren serve`, `wren service list`, `wren app`, `wren demo`: the service, the app, and both at once.

Default data folders are absolute, whatever the working folder.
"""

import socket
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from app.cli.output import AsJson, print_result
from app.cli.processes import bind_loopback, end_in_order_on_signals, end_with_parent

_REPOSITORY = Path(__file__).resolve().parents[2]


def default_data_folder(name: str) -> Path:
    """Return data/NAME in the repository, or in the user's data folder for an installed copy.

    A data/NAME that an earlier version left in the working folder is used where it is.
    """
    here = Path("data", name).resolve()
    if here.is_dir():
        return here
    if (_REPOSITORY / "pyproject.toml").is_file():
        return _REPOSITORY / "data" / name
    return user_data_path("wren", appauthor=False) / name


cli = typer.Typer()
service_cli = typer.Typer(no_args_is_help=True, help="The central service: what has arrived.")

DataFolder = Annotated[
    Path,
    typer.Option(
        "--data",
        help="The service's data folder.",
        default_factory=partial(default_data_folder, "service"),
        show_default="data/service here, else of the user",
    ),
]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", help="A PostgreSQL. Without it, one of its own is started.")
]


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1.")] = 8765,
    *,
    data: DataFolder,
    database_url: DatabaseUrl = None,
    inherited: Annotated[int | None, typer.Option("--socket", hidden=True)] = None,
) -> None:
    """Run the central service on this machine."""
    from sync.service.main import serve as run

    end_in_order_on_signals()
    if inherited is None:
        listener = bind_loopback(port, "--port")
    else:  # started by the demo, which holds the port already
        listener = socket.socket(fileno=inherited)
        end_with_parent()
    run(listener, data, database_url)


@cli.command()
def app(
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 8550,
    browser: Annotated[bool, typer.Option(help="Open the app in the browser.")] = True,
) -> None:
    """Run the app in the browser on this machine, with the data folder of WREN_HOME."""
    from app.cli.demo import run_app

    run_app(port, open_browser=browser)


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="The app's port; the service takes the next one.")] = 8550,
    *,
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="A folder for the training data.",
            default_factory=partial(default_data_folder, "demo"),
            show_default="data/demo here, else of the user",
        ),
    ],
    browser: Annotated[bool, typer.Option(help="Open the app in the browser.")] = True,
    service_port: Annotated[int | None, typer.Option(help="The service's port, if not the next one.")] = None,
) -> None:
    """Start the service, its database and the app with a training caseload. Ctrl-C ends it all."""
    from app.cli.demo import run

    run(port, service_port, data, open_browser=browser)


@service_cli.command("list")
def list_arrived(data: DataFolder, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show what has arrived, opened."""
    from sync.service.admin import list_submissions as arrived
    from sync.service.settings import ServiceSettings

    found = arrived(ServiceSettings(data, database_url))
    lines = [f"{row['id']}  {row['state']:<7}  {row['tool']}  {row['received_at']}" for row in found]
    print_result(found, as_json, lines or ["Nothing has arrived yet."])
