"""`wren recovery request`, `finish` and `stop`: the side of the person at the device.

The code is read out to two people. The new passphrase comes from WREN_NEW_PASSPHRASE, never as an argument.
It works where the store does not open for lack of its key, and without a connection from file to file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.device import open_runtime
from app.cli.output import AsJson, errors_as_messages, exit_with, print_result, read_text, write_output
from app.kit.messages import say

if TYPE_CHECKING:
    from app.core.device.account_recovery import AccountRecovery, RecoveryStatus
    from sync.recovery_messages import RecoveryApproval

Out = Annotated[Path | None, typer.Option(help="A file to write the request to.")]
Author = Annotated[str, typer.Option(help="Whose records: the alias; the first one here if not given.")]


cli = typer.Typer(no_args_is_help=True, help="Get back in without the passphrase: two people, a spoken code.")


@cli.command("request")
def request_recovery(author: Author = "", out: Out = None, as_json: AsJson = False) -> None:
    """Ask to be let in again, or show the state of the request. Prints the code to read out."""
    with _open_recovery() as recovery:
        asked = asyncio.run(recovery.request_recovery(_author(recovery, author)))
    if out is not None:
        write_output(out, asked.request_text)
    lines = [say("cli.recovery-code", letters=asked.code), _status_sentence(asked)]
    if asked.state is None and out is None:
        lines += [say("cli.recovery-pass-on"), asked.request_text]
    print_result(
        {"author": asked.author, "code": asked.code, "state": asked.state, "agreed": list(asked.agreed)},
        as_json,
        lines,
    )


@cli.command("finish")
def finish_recovery(
    author: Author = "",
    grant: Annotated[list[Path] | None, typer.Option(help="A file with an answer; give both.")] = None,
    as_json: AsJson = False,
) -> None:
    """Choose a new passphrase (WREN_NEW_PASSPHRASE), once both have agreed."""
    from app.core.device.account_recovery import read_answers

    words = os.environ.get("WREN_NEW_PASSPHRASE", "")
    if not words:
        exit_with(say("cli.no-new-passphrase"))
    with _open_recovery() as recovery:
        name = _author(recovery, author)
        answers: tuple[RecoveryApproval, ...]
        if grant:
            answers = read_answers("\n".join(read_text(file) for file in grant))
        else:
            asked = asyncio.run(recovery.request_recovery(name))
            if not asked.is_agreed:
                exit_with(_status_sentence(asked))
            answers = asked.answers
        asyncio.run(recovery.finish(name, answers, words))
    # The escrow is a new one: the service gets its copy now if it can be reached, else with the next contact.
    with open_runtime() as runtime:
        given = asyncio.run(runtime.upload_escrows())
    print_result({"author": name, "escrow_given": given}, as_json, [say("cli.recovery-done")])


@cli.command("stop")
def cancel_request(author: Author = "", as_json: AsJson = False) -> None:
    """Stop asking: answers that still come fit nothing."""
    with _open_recovery() as recovery:
        name = _author(recovery, author)
        asyncio.run(recovery.cancel(name))
    print_result({"author": name, "state": "stopped"}, as_json, [say("cli.recovery-stopped")])


@contextmanager
def _open_recovery() -> Iterator[AccountRecovery]:
    """The device's side: with its store, or beside a store that does not open for lack of its key."""
    from app.core.device.account_recovery import AccountRecovery
    from app.core.runtime import Runtime, data_folder
    from assessments.errors import KeyAbsent
    from assessments.ports import SystemClock

    with errors_as_messages():
        try:
            runtime = Runtime.open(data_folder())
        except KeyAbsent:
            yield AccountRecovery.open(data_folder(), SystemClock())
            return
        with closing(runtime):
            yield runtime.account_recovery


def _author(recovery: AccountRecovery, named: str) -> str:
    authors = recovery.authors()
    if not authors:
        exit_with(say("cli.not-set-up"))
    if named and named not in authors:
        exit_with(say("cli.recovery-nobody"))
    return named or authors[0]


def _status_sentence(asked: RecoveryStatus) -> str:
    if asked.state is None:
        return say("cli.recovery-not-reached")
    if asked.state != "asked":
        return say("recover.closed")
    return say(f"recover.agreed-{len(asked.agreed)}")
