"""Output of the command line: one JSON value or lines for people; an error as one sentence.

with errors_as_messages():     # a WrenError inside becomes its sentence and exit status 1
    ...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from app.kit.messages import say, say_error
from assessments.errors import WrenError


def print_result(value: Any, as_json: bool, lines: list[str]) -> None:
    """Print a value as JSON, or the lines made for people."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            typer.echo(line)


def print_error(sentence: str) -> None:
    """Print one sentence on standard error."""
    typer.echo(sentence, err=True)


def exit_with(sentence: str, status: int = 1) -> NoReturn:
    """End with one sentence on standard error."""
    print_error(sentence)
    raise typer.Exit(status)


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Print a WrenError as its sentence and exit with status 1. Other exceptions pass."""
    try:
        yield
    except WrenError as error:
        exit_with(say_error(error))


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


def write_output(file: Path, text: str) -> None:
    """Write a file, or say that it cannot be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError:
        exit_with(say("cli.cannot-write", file=file))
