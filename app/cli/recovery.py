"""`wren recovery`: the two people who agree that somebody is let in again, and the keys that they hold.

Each types the code that was read out to them. The agency's key file opens with WREN_PASSPHRASE, never an
argument. Neither list nor log ever tells a code. The device's side is in `regain`.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import recovery_request
from app.cli.output import plainly, put_text, read_text, show, stop
from app.cli.service import Data, DatabaseUrl
from app.cli.tools import Json
from app.cli.visits import passphrase
from app.kit.messages import say
from assessments.crypto.recovery import SIDES, Side

if TYPE_CHECKING:
    from sync.recovery import Answer
    from sync.service.database import Database
    from sync.service.settings import Settings

cli = typer.Typer(no_args_is_help=True, help="Get back in without the passphrase: two people, a spoken code.")

recovery_request.add_to(cli)

Agency = Annotated[str, typer.Option(help="The agency.")]
Out = Annotated[Path | None, typer.Option(help="A file to write the answer to.")]
_DATA = Path("data/service")


@cli.command()
def key(
    agency: Agency,
    out: Annotated[Path, typer.Option(help="The new key file. Keep it where only its officer can go.")],
    as_json: Json = False,
) -> None:
    """Make an agency's recovery key, sealed under the officer's WREN_PASSPHRASE."""
    from assessments.store.access.passphrase_policy import check_words
    from sync.service.recovery.keys import make_agency_key

    with plainly():
        check_words(passphrase(), "passphrase")
        made = make_agency_key(out, _alias(agency), passphrase())
    public = base64.b64encode(made.public).decode()
    show(
        {"agency": agency, "kid": made.kid, "public": public},
        as_json,
        [say("cli.recovery-key-made", file=out, kid=made.kid), public],
    )


@cli.command()
def admit(
    agency: Agency,
    public: Annotated[str, typer.Option(help="The public half, as `wren recovery key` printed it.")],
    data: Data = _DATA,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Bring the public half of an agency's key to the service."""
    from assessments.crypto.recovery import RecoveryKey, recovery_kid
    from sync.service.recovery import requests

    try:
        raw = base64.b64decode(public, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        stop(say("cli.recovery-no-key"))
    made = RecoveryKey(recovery_kid(raw), raw)
    with _service(data, database_url) as (database, _), database.transaction() as connection:
        requests.admit(connection, _alias(agency), made, datetime.now(UTC))
    show(
        {"agency": agency, "kid": made.kid},
        as_json,
        [say("cli.recovery-admitted", agency=agency, kid=made.kid)],
    )


@cli.command("list")
def pending(data: Data = _DATA, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Who asks to be let in again, and which sides have agreed. Never the code."""
    from sync.service.recovery import requests

    with _service(data, database_url) as (database, _):
        rows = requests.pending(database)
    lines = [
        f"{row['id']}  {row['agency']}  {row['author']}  {row['device']}  {row['asked_at']}"
        f"  {', '.join(row['agreed']) or '-'}"
        for row in rows
    ]
    show(rows, as_json, lines or [say("cli.recovery-none")])


@cli.command("log")
def whole_log(data: Data = _DATA, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Everything that was ever asked, agreed, refused and finished. Lines are never changed."""
    from sync.service.recovery import requests

    with _service(data, database_url) as (database, _):
        rows = requests.log(database)
    lines = [
        f"{row['at']}  {row['request']}  {row['author']}  {row['word']:<10}"
        f"  {row['side'] or ''}  {row['officer'] or ''}".rstrip()
        for row in rows
    ]
    show(rows, as_json, lines or [say("cli.recovery-none")])


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
    out: Out = None,
    data: Data = _DATA,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Agree to a request, after you are sure who asks and have heard the code by voice.

    An agency's officer may work from a file to a file, far from the service.
    """
    sides: dict[str, Side] = {known: known for known in SIDES}
    if side not in sides or bool(request) == bool(request_file):
        stop(say("cli.recovery-which"))
    chosen, settings = sides[side], _settings(data, database_url)
    with plainly():
        private = _private(chosen, key_file, settings)
        packed = _packed(request_file) if request_file is not None else b""
        alias = _alias(officer)
        if packed and chosen == "agency":
            answer = _alone(packed, alias, code, private)
        else:
            answer = _at_the_service(settings, request, packed, chosen, alias, code, private)
    if out is not None:
        put_text(out, _wrapped(answer))
    from assessments.crypto import sealing

    result = {"side": side, "officer": officer, "grant_hash": sealing.digest(answer.grant).hex()}
    show(result, as_json, [say("cli.recovery-agreed")])


def _private(side: Side, key_file: Path | None, settings: Settings) -> bytes:
    from sync.service.recovery.keys import load_or_make_service_key, open_agency_key

    if side == "service":
        return load_or_make_service_key(settings.recovery_key_file)
    return open_agency_key(key_file or settings.training_key_file, passphrase()).private


def _alone(packed: bytes, officer: str, code: str, private: bytes) -> Answer:
    from assessments.crypto.recovery import read_request
    from sync.service.recovery.requests import answer_alone

    return answer_alone(read_request(packed), officer, code, "agency", private)


def _at_the_service(
    settings: Settings, request: str, packed: bytes, side: Side, officer: str, code: str, private: bytes
) -> Answer:
    from sync.service.database import Database
    from sync.service.recovery import requests

    now = datetime.now(UTC)
    with Database.open(settings) as database:
        id_ = requests.take_file(database, packed, now) if packed else _id(request)
        return requests.agree(database, id_, side, officer, code, private, now)


@contextmanager
def _service(data: Path, database_url: str | None) -> Iterator[tuple[Database, Settings]]:
    from sync.service.database import Database

    settings = _settings(data, database_url)
    with plainly(), Database.open(settings) as database:
        yield database, settings


def _settings(data: Path, database_url: str | None) -> Settings:
    from sync.service.settings import Settings

    return Settings(data, database_url)


def _alias(name: str) -> str:
    from sync.signing import NAME

    if NAME.fullmatch(name) is None:
        stop(say("cli.recovery-alias"))
    return name


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        stop(say("error.no-such-request"))


def _packed(file: Path) -> bytes:
    from sync.recovery import unwrap

    return unwrap("request", read_text(file))[0]


def _wrapped(answer: Answer) -> str:
    from sync.recovery import wrap

    return wrap("answer", answer.packed())
