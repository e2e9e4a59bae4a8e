"""`wren recovery`: who asks to be let in again, the two people who agree, and the keys that they hold.

Who asks reads a code out to both, and each of them types it. No passphrase is ever an argument: the agency's
key file opens with WREN_PASSPHRASE, and a new one comes from WREN_NEW_PASSPHRASE. Neither list nor log ever
shows a code. Asking works where the store does not open for lack of its key, and without a connection from
file to file.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.device import open_runtime, passphrase_from_env
from app.cli.output import AsJson, exit_with, print_result, read_text, write_output
from app.cli.service import DatabaseUrl, DataFolder
from app.kit.messages import say
from assessments.crypto.recovery import ESCROW_SIDES, EscrowSide

if TYPE_CHECKING:
    from app.core.device.account_recovery import AccountRecovery, RecoveryStatus
    from sync.recovery_messages import RecoveryApproval
    from sync.service.database import ServiceDatabase
    from sync.service.settings import ServiceSettings

cli = typer.Typer(no_args_is_help=True, help="Get back in without the passphrase: two people, a spoken code.")

Agency = Annotated[str, typer.Option(help="The agency.")]
Author = Annotated[str, typer.Option(help="Whose records: the alias; the first one here if not given.")]


@cli.command("request")
def request_recovery(
    author: Author = "",
    out: Annotated[Path | None, typer.Option(help="A file to write the request to.")] = None,
    as_json: AsJson = False,
) -> None:
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


@cli.command()
def key(
    agency: Agency,
    out: Annotated[Path, typer.Option(help="The new key file. Keep it where only its officer can go.")],
    as_json: AsJson = False,
) -> None:
    """Make an agency's recovery key, sealed under the officer's WREN_PASSPHRASE."""
    from assessments.store.access.passphrase_policy import check_passphrase
    from sync.service.recovery.keys import make_agency_key

    check_passphrase(passphrase_from_env(), "passphrase")
    made = make_agency_key(out, _alias(agency), passphrase_from_env())
    public = base64.b64encode(made.public).decode()
    print_result(
        {"agency": agency, "kid": made.kid, "public": public},
        as_json,
        [say("cli.recovery-key-made", file=out, kid=made.kid), public],
    )


@cli.command()
def admit(
    agency: Agency,
    public: Annotated[str, typer.Option(help="The public half, as `wren recovery key` printed it.")],
    data: DataFolder,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring the public half of an agency's key to the service."""
    from assessments.crypto.recovery import RecoveryKey, recovery_kid
    from sync.service.recovery.keys import save_agency_key

    try:
        raw = base64.b64decode(public, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        exit_with(say("cli.recovery-no-key"))
    made = RecoveryKey(recovery_kid(raw), raw)
    with _database(data, database_url) as database, database.transaction() as connection:
        save_agency_key(connection, _alias(agency), made, datetime.now(UTC))
    print_result(
        {"agency": agency, "kid": made.kid},
        as_json,
        [say("cli.recovery-admitted", agency=agency, kid=made.kid)],
    )


@cli.command("list")
def pending(data: DataFolder, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List open requests and which sides have agreed. Never the code."""
    from sync.service.recovery import approvals

    with _database(data, database_url) as database:
        rows = approvals.list_open_requests(database)
    lines = [
        f"{row['id']}  {row['agency']}  {row['author']}  {row['device']}  {row['asked_at']}"
        f"  {', '.join(row['agreed']) or '-'}"
        for row in rows
    ]
    print_result(rows, as_json, lines or [say("cli.recovery-none")])


@cli.command("log")
def whole_log(data: DataFolder, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List everything that was ever asked, agreed, refused and finished. Lines are never changed."""
    from sync.service.recovery import approvals

    with _database(data, database_url) as database:
        rows = approvals.list_recovery_log(database)
    lines = [
        f"{row['at']}  {row['request']}  {row['author']}  {row['word']:<10}"
        f"  {row['side'] or ''}  {row['officer'] or ''}".rstrip()
        for row in rows
    ]
    print_result(rows, as_json, lines or [say("cli.recovery-none")])


@cli.command()
def approve(
    side: Annotated[str, typer.Option("--as", help="agency or service.")],
    officer: Annotated[str, typer.Option(help="Your alias: initials or a staff number, no name.")],
    code: Annotated[str, typer.Option(help="The code as you heard it.")],
    request: Annotated[str, typer.Argument(help="The id that `wren recovery list` shows.")] = "",
    key_file: Annotated[
        Path | None, typer.Option("--key", help="The agency's key file; the training one if not given.")
    ] = None,
    request_file: Annotated[
        Path | None, typer.Option("--request", help="A file with the request, where there is no connection.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file to write the answer to.")] = None,
    *,
    data: DataFolder,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Agree to a request, after you are sure who asks and have heard the code by voice.

    An agency's officer may work from a file to a file, far from the service.
    """
    sides: dict[str, EscrowSide] = {known: known for known in ESCROW_SIDES}
    if side not in sides or bool(request) == bool(request_file):
        exit_with(say("cli.recovery-which"))
    from assessments.crypto import sealing
    from assessments.crypto.recovery import read_recovery_request
    from sync.recovery_messages import decode_pem, encode_pem
    from sync.service.database import ServiceDatabase
    from sync.service.recovery import approvals

    chosen, settings, now = sides[side], _settings(data, database_url), datetime.now(UTC)
    private = _private_key(chosen, key_file, settings)
    packed = decode_pem("request", read_text(request_file))[0] if request_file is not None else b""
    alias = _alias(officer)
    if packed and chosen == "agency":
        asked = read_recovery_request(packed)
        answer = approvals.approve_offline(asked, alias, code, "agency", private)
    else:
        with closing(ServiceDatabase.open(settings)) as database:
            id_ = approvals.import_request(database, packed, now) if packed else _id(request)
            answer = approvals.approve_request(database, id_, chosen, alias, code, private, now)
    if out is not None:
        write_output(out, encode_pem("answer", answer.packed()))
    result = {"side": side, "officer": officer, "grant_hash": sealing.digest(answer.grant).hex()}
    print_result(result, as_json, [say("cli.recovery-agreed")])


def _private_key(side: EscrowSide, key_file: Path | None, settings: ServiceSettings) -> bytes:
    from sync.service.recovery.keys import load_or_create_recovery_key, open_agency_key

    if side == "service":
        return load_or_create_recovery_key(settings.recovery_key_file)
    return open_agency_key(key_file or settings.training_key_file, passphrase_from_env()).private


@contextmanager
def _database(data: Path, database_url: str | None) -> Iterator[ServiceDatabase]:
    from sync.service.database import ServiceDatabase

    with closing(ServiceDatabase.open(_settings(data, database_url))) as database:
        yield database


def _settings(data: Path, database_url: str | None) -> ServiceSettings:
    from sync.service.settings import ServiceSettings

    return ServiceSettings(data, database_url)


def _alias(name: str) -> str:
    from sync.signing import NAME_PATTERN

    if NAME_PATTERN.fullmatch(name) is None:
        exit_with(say("cli.recovery-alias"))
    return name


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        exit_with(say("error.no-such-request"))


@contextmanager
def _open_recovery() -> Iterator[AccountRecovery]:
    """The device's side: with its store, or beside a store that does not open for lack of its key."""
    from app.core.device.account_recovery import AccountRecovery
    from app.core.runtime import Runtime, data_folder
    from assessments.errors import KeyAbsent
    from assessments.ports import SystemClock

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
