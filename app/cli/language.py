"""`wren language`: which phrases in a note blame, make small, or hide who did what.

It reads a note and prints places, reasons and alternatives; it changes nothing and always ends with
status 0 when the note could be read: words are pointed out, never refused.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.output import AsJson, print_result, read_text
from app.kit.messages import say
from assessments.casework.phrasing_check import PhraseHit, find_phrases

cli = typer.Typer(no_args_is_help=True, help="Words in notes: what to point out.")


@cli.callback()
def language() -> None:
    """Words in notes."""


@cli.command("check")
def check(
    file: Annotated[str, typer.Argument(help='A text file, or "-" for standard input.')],
    as_json: AsJson = False,
) -> None:
    """Point out phrases in a note, with what could be written instead. What is quoted is left alone."""
    text = read_text(Path(file))
    rows = [_row(text, hit) for hit in find_phrases(text)]
    lines = [line for row in rows for line in _lines(file, row)]
    print_result(rows, as_json, lines or [say("cli.language-none")])


def _row(text: str, hit: PhraseHit) -> dict[str, Any]:
    before = text[: hit.start]
    return {
        "code": hit.code,
        "phrase": text[hit.start : hit.end],
        "start": hit.start,
        "length": hit.length,
        "line": before.count("\n") + 1,
        "column": hit.start - before.rfind("\n"),
        "why": hit.why,
        "instead": list(hit.instead),
    }


def _lines(file: str, row: dict[str, Any]) -> list[str]:
    phrase = " ".join(row["phrase"].split())
    why = say(f"language.why.{row['why']}", phrase=phrase)
    instead = "; ".join(words or say("language.take-out") for words in row["instead"])
    place = f"{file}:{row['line']}:{row['column']}"
    return [f"{place}: {why}", f"    {say('cli.language-instead', words=instead)}"]
