"""`wren recovery request`, `finish` and `stop`: the side of the person at the device.

The code is read out to two people. The new passphrase comes from WREN_NEW_PASSPHRASE, never as an argument.
It works where the store does not open for lack of its key, and without a connection from file to file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import plainly, put_text, read_text, show, stop
from app.cli.tools import Json
from app.kit.messages import say

if TYPE_CHECKING:
    from app.core.device.account_recovery import Asked, Regaining
    from sync.recovery import Answer

Out = Annotated[Path | None, typer.Option(help="A file to write the request to.")]
Author = Annotated[str, typer.Option(help="Whose records: the alias; the first one here if not given.")]


def add_to(cli: typer.Typer) -> None:
    """Give the command line these commands."""
    for name, command in (("request", ask), ("finish", finish), ("stop", stop_asking)):
        cli.command(name)(command)


def ask(
    author: Author = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Ask to be let in again, or look how it stands. Shows the code to read out."""
    with _regaining() as regaining:
        asked = asyncio.run(regaining.request_recovery(_author(regaining, author)))
    if out is not None:
        put_text(out, asked.request_text)
    lines = [say("cli.recovery-code", letters=asked.code), _words(asked)]
    if asked.state is None and out is None:
        lines += [say("cli.recovery-pass-on"), asked.request_text]
    show(
        {"author": asked.author, "code": asked.code, "state": asked.state, "agreed": list(asked.agreed)},
        as_json,
        lines,
    )


def finish(
    author: Author = "",
    grant: Annotated[list[Path] | None, typer.Option(help="A file with an answer; give both.")] = None,
    as_json: Json = False,
) -> None:
    """Choose a new passphrase (WREN_NEW_PASSPHRASE), once both have agreed."""
    from app.core.device.account_recovery import read_answers

    words = os.environ.get("WREN_NEW_PASSPHRASE", "")
    if not words:
        stop(say("cli.no-new-passphrase"))
    with _regaining() as regaining:
        name = _author(regaining, author)
        answers: tuple[Answer, ...]
        if grant:
            answers = read_answers("\n".join(read_text(file) for file in grant))
        else:
            asked = asyncio.run(regaining.request_recovery(name))
            if not asked.is_agreed:
                stop(_words(asked))
            answers = asked.answers
        asyncio.run(regaining.finish(name, answers, words))
    # The escrow is a new one: the service gets its copy now if it can be reached, else with the next contact.
    given = _give()
    show({"author": name, "escrow_given": given}, as_json, [say("cli.recovery-done")])


def stop_asking(author: Author = "", as_json: Json = False) -> None:
    """Stop asking: answers that still come fit nothing."""
    with _regaining() as regaining:
        name = _author(regaining, author)
        asyncio.run(regaining.cancel(name))
    show({"author": name, "state": "stopped"}, as_json, [say("cli.recovery-stopped")])


@contextmanager
def _regaining() -> Iterator[Regaining]:
    """The device's side: with its store, or beside a store that does not open for lack of its key."""
    from app.core.device.account_recovery import Regaining
    from app.core.runtime import Runtime, SystemClock, data_folder
    from assessments.errors import KeyAbsent

    with plainly():
        try:
            runtime = Runtime.open(data_folder())
        except KeyAbsent:
            yield Regaining.open(data_folder(), SystemClock())
            return
        try:
            yield runtime.account_recovery
        finally:
            runtime.close()


def _give() -> bool:
    from app.core.runtime import Runtime, data_folder

    with plainly():
        runtime = Runtime.open(data_folder())
        try:
            return asyncio.run(runtime.upload_escrows())
        finally:
            runtime.close()


def _author(regaining: Regaining, named: str) -> str:
    authors = regaining.authors()
    if not authors:
        stop(say("cli.not-set-up"))
    if named and named not in authors:
        stop(say("cli.recovery-nobody"))
    return named or authors[0]


def _words(asked: Asked) -> str:
    if asked.state is None:
        return say("cli.recovery-not-reached")
    if asked.state != "asked":
        return say("recover.closed")
    return say(f"recover.agreed-{len(asked.agreed)}")
