"""Input and output of the command line: one JSON value or lines for people; an error as one sentence."""

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.kit.messages import say
from assessments.definitions.toml_document import FileFault

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def print_result(value: Any, as_json: bool, lines: list[str]) -> None:
    """Print a value as JSON, or the lines made for people. Moments become ISO texts, bytes hexadecimal."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_as_json))
    else:
        for line in lines:
            typer.echo(line)


def fields_of(records: Iterable[object], *names: str) -> list[dict[str, object]]:
    """Return these fields of each record, for `print_result`."""
    return [{name: getattr(record, name) for name in names} for record in records]


def _as_json(value: date | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else value.isoformat()


def print_error(sentence: str) -> None:
    """Print one sentence on standard error."""
    typer.echo(sentence, err=True)


def print_faults(file: object, faults: Iterable[FileFault]) -> None:
    """Print each fault of a file on standard error, with its line."""
    for fault in faults:
        print_error(f"{file}:{fault.line}: {fault.sentence}")


def exit_with(sentence: str, status: int = 1) -> NoReturn:
    """End with one sentence on standard error."""
    print_error(sentence)
    raise typer.Exit(status)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file ("-" for standard input), or a sentence that says what is wrong."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError:
        exit_with(f"{path} cannot be read. Check the name and that the file is there.")
    except UnicodeDecodeError:
        exit_with(f"{path} is not UTF-8 text.")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        exit_with(f"{path} is not JSON: line {error.lineno}, column {error.colno}.")
    except RecursionError:
        exit_with(f"{path} is nested too deep to read.")
    if not isinstance(value, dict):
        exit_with(f"{path} must hold one JSON object, in curly brackets.")
    return value


def read_text(file: Path) -> str:
    """The text of a file ("-" for standard input), or a sentence that says what is wrong."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        exit_with(say("cli.cannot-read", file=file))


def write_output(file: Path, content: str | bytes) -> None:
    """Write a file, or say that it cannot be."""
    try:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError:
        exit_with(say("cli.cannot-write", file=file))
