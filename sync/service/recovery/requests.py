"""Letting somebody in again: requests, what two people say to them, and a log that only grows.

This room keeps and decides; it holds no key. How a request stands follows from its log alone. A code that
was heard wrong is counted, and the fifth closes the request. The two sides are two people, and neither is
the one who asks. When the service's side agrees, every other device of that person hears of it: from then
on the service has done all that it can do to let somebody in.

    standing = say_of(connection, "agency-7", "device-1", "ask", packed, now)
    answer = agree(database, request_id, "agency", "officer-3", heard, private, now)
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow, dict_row

from assessments.casework.records import utc
from assessments.crypto import sealing
from assessments.crypto.recovery import (
    SIDES,
    Escrow,
    RecoveryKey,
    Request,
    Side,
    approve,
    read_request,
    same_code,
)
from assessments.errors import Damaged, NotFound, StoreFault, WrenError
from sync.recovery import Answer, Standing, State, Word, request_id
from sync.service import feed, problems
from sync.service.database import Database
from sync.service.problems import Refused

WRONG_CODES = 5

_SAID: dict[str, State] = {"closed": "closed", "stopped": "stopped", "finished": "finished"}


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of the log of a request."""

    word: str
    side: str | None = None
    officer: str | None = None


def state_of(lines: Sequence[Line]) -> State:
    """How a request stands by its log."""
    for line in lines:
        if line.word in _SAID:
            return _SAID[line.word]
    return "asked"


def objection(lines: Sequence[Line], request: Request, side: Side, officer: str, heard: str) -> str | None:
    """Why this person may not agree to this request now, or None. Pure."""
    agreed = {line.side: line.officer or "" for line in lines if line.word == "agreed"}
    if state_of(lines) != "asked":
        return "recovery-closed"
    if side in agreed:
        return "already-agreed"
    if officer.casefold() in {name.casefold() for name in (*agreed.values(), request.author)}:
        return "same-officer"
    return None if same_code(request, heard) else "wrong-code"


# Keys of agencies


def admit(connection: Connection[TupleRow], agency: str, key: RecoveryKey, now: datetime) -> None:
    """Give this key to the agency's devices from now on. Again is harmless."""
    connection.execute(
        "INSERT INTO agency_key (agency, kid, public, admitted_at) VALUES (%b, %b, %b, %b)"
        " ON CONFLICT DO NOTHING",
        (agency, key.kid, key.public, now),
    )


def agency_key(connection: Connection[TupleRow], agency: str) -> RecoveryKey | None:
    """The newest key of an agency, or None."""
    row = connection.execute(
        "SELECT kid, public FROM agency_key WHERE agency = %b ORDER BY sequence DESC LIMIT 1",
        (agency,),
        binary=True,
    ).fetchone()
    return RecoveryKey(row[0], bytes(row[1])) if row else None


# What devices bring


def keep_escrow(connection: Connection[TupleRow], agency: str, escrow: Escrow, now: datetime) -> None:
    """Keep a copy of an escrow. The same again is harmless."""
    packed = escrow.to_bytes()
    connection.execute(
        "INSERT INTO escrow (agency, device, author, digest, escrow, received_at)"
        " VALUES (%b, %b, %b, %b, %b, %b) ON CONFLICT DO NOTHING",
        (agency, escrow.device, escrow.author, sealing.digest(packed), packed, now),
    )


def say_of(
    connection: Connection[TupleRow], agency: str, device: str, word: Word, packed: bytes, now: datetime
) -> Standing:
    """A device asks, stops asking, or says that it is done. Again is harmless. Gives how it stands."""
    try:
        request = read_request(packed)
    except StoreFault as fault:
        raise Refused(problems.MALFORMED) from fault
    if (request.agency, request.device) != (agency, device):
        raise Refused(problems.BAD_SIGNATURE)
    id_ = _keep(connection, request, now)
    if state_of(_lines(connection, agency, id_)) == "asked":
        if word == "stop":
            _note(connection, agency, id_, now, "stopped")
        elif word == "done":
            _note(connection, agency, id_, now, "finished")
    return _standing(connection, agency, id_)


def take_file(database: Database, packed: bytes, now: datetime) -> uuid.UUID:
    """Keep a request that came by another way than the wire. Raises WrenError("unknown-device")."""
    request = read_request(packed)
    with database.transaction() as connection:
        known = connection.execute(
            "SELECT 1 FROM author WHERE agency = %s AND device = %s AND author = %s LIMIT 1",
            (request.agency, request.device, request.author),
        ).fetchone()
        if known is None:
            raise WrenError("unknown-device")
        return _keep(connection, request, now)


# What two people say


def agree(
    database: Database,
    id_: uuid.UUID,
    side: Side,
    officer: str,
    heard: str,
    private: sealing.Key,
    now: datetime,
) -> Answer:
    """One side's answer to a request, once the code was heard right. It is kept for the device.

    Raises WrenError: "recovery-closed", "already-agreed", "same-officer", "wrong-code" (with `left`, how
    many more are allowed), "does-not-open" (the escrow was made for another key, device or person).
    """
    with database.transaction() as connection:
        # Two officers at once: one waits for the other, and then sees what was said.
        row = connection.execute(
            "SELECT agency, request FROM recovery_request WHERE id = %s FOR UPDATE", (id_,)
        ).fetchone()
        if row is None:
            raise NotFound("no-such-request")
        agency, request = row[0], read_request(bytes(row[1]))
        lines = _lines(connection, agency, id_)
        code = objection(lines, request, side, officer, heard)
        wrong = sum(line.word == "wrong-code" for line in lines) + (code == "wrong-code")
        if code is None:
            return _agree(connection, id_, request, side, officer, private, now)
        if code == "wrong-code":
            _note(connection, agency, id_, now, "wrong-code", side, officer)
            if wrong >= WRONG_CODES:
                _note(connection, agency, id_, now, "closed")
    # Outside: what was counted is committed.
    raise WrenError(code, left=max(WRONG_CODES - wrong, 0))


def answer_alone(request: Request, officer: str, heard: str, side: Side, private: sealing.Key) -> Answer:
    """An answer where there is no service: from a file to a file. Raises as `agree`; nothing is counted."""
    code = objection((), request, side, officer, heard)
    if code is not None:
        raise WrenError(code, left=WRONG_CODES)
    return Answer(officer, _grant(private, request, side))


_PENDING = """
SELECT r.agency, r.id::text AS id, r.device, r.author, r.asked_at,
       coalesce(array_agg(l.side ORDER BY l.sequence) FILTER (WHERE l.word = 'agreed'), '{}') AS agreed,
       count(*) FILTER (WHERE l.word = 'wrong-code') AS wrong_codes
FROM recovery_request r JOIN recovery_log l ON l.agency = r.agency AND l.request = r.id
GROUP BY r.agency, r.id HAVING count(*) FILTER (WHERE l.word = ANY(%s)) = 0 ORDER BY r.asked_at
"""
_LOG = """
SELECT l.agency, l.request::text AS request, r.device, r.author, l.word, l.side, l.officer,
       encode(l.grant_hash, 'hex') AS grant_hash, l.at
FROM recovery_log l JOIN recovery_request r ON r.agency = l.agency AND r.id = l.request ORDER BY l.sequence
"""


def pending(database: Database) -> list[dict[str, Any]]:
    """Every open request, oldest first: agency, id, device, author, asked_at, agreed, wrong_codes."""
    with database.transaction() as connection:
        rows = connection.cursor(row_factory=dict_row).execute(_PENDING, (list(_SAID),)).fetchall()
    return [row | {"asked_at": utc(row["asked_at"])} for row in rows]


def log(database: Database) -> list[dict[str, Any]]:
    """All that was ever said, oldest first. Keys: agency, request, device, author, word, side, officer,
    grant_hash, at."""
    with database.transaction() as connection:
        rows = connection.cursor(row_factory=dict_row).execute(_LOG).fetchall()
    return [row | {"at": utc(row["at"])} for row in rows]


def _agree(
    connection: Connection[TupleRow],
    id_: uuid.UUID,
    request: Request,
    side: Side,
    officer: str,
    private: sealing.Key,
    now: datetime,
) -> Answer:
    grant = _grant(private, request, side)
    _note(connection, request.agency, id_, now, "agreed", side, officer, sealing.digest(grant))
    connection.execute(
        "INSERT INTO recovery_grant (agency, request, side, officer, sealed) VALUES (%s, %s, %s, %s, %s)",
        (request.agency, id_, side, officer, grant),
    )
    if side == "service":
        others = connection.execute(
            "SELECT DISTINCT device FROM author WHERE agency = %s AND author = %s AND device <> %s",
            (request.agency, request.author, request.device),
        ).fetchall()
        for (device,) in others:
            feed.append(connection, request.agency, device, id_, "recovered", request.author, now)
    return Answer(officer, grant)


def _grant(private: sealing.Key, request: Request, side: Side) -> bytes:
    try:
        return approve(private, request, side)
    except Damaged:
        raise WrenError("does-not-open") from None


def _keep(connection: Connection[TupleRow], request: Request, now: datetime) -> uuid.UUID:
    """Keep a request that is new, and close the earlier ones of the same person on the same device."""
    packed = request.to_bytes()
    id_ = request_id(packed)
    where = (request.agency, request.device, request.author)
    new = connection.execute(
        "INSERT INTO recovery_request (agency, device, author, id, request, asked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (*where, id_, packed, now),
    ).fetchone()
    if new is not None:
        earlier = connection.execute(
            "SELECT id FROM recovery_request WHERE agency = %s AND device = %s AND author = %s AND id <> %s",
            (*where, id_),
        ).fetchall()
        for (other,) in earlier:
            if state_of(_lines(connection, request.agency, other)) == "asked":
                _note(connection, request.agency, other, now, "stopped")
        _note(connection, request.agency, id_, now, "asked")
    return id_


def _lines(connection: Connection[TupleRow], agency: str, id_: uuid.UUID) -> list[Line]:
    rows = connection.execute(
        "SELECT word, side, officer FROM recovery_log WHERE agency = %s AND request = %s ORDER BY sequence",
        (agency, id_),
    )
    return [Line(*row) for row in rows]


def _note(
    connection: Connection[TupleRow],
    agency: str,
    id_: uuid.UUID,
    now: datetime,
    word: str,
    side: Side | None = None,
    officer: str | None = None,
    grant_hash: bytes | None = None,
) -> None:
    connection.execute(
        "INSERT INTO recovery_log (agency, request, word, side, officer, grant_hash, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (agency, id_, word, side, officer, grant_hash, now),
    )


def _standing(connection: Connection[TupleRow], agency: str, id_: uuid.UUID) -> Standing:
    rows = connection.execute(
        "SELECT side, officer, sealed FROM recovery_grant WHERE agency = %s AND request = %s", (agency, id_)
    ).fetchall()
    answers = {side: Answer(officer, bytes(sealed)) for side, officer, sealed in rows}
    state = state_of(_lines(connection, agency, id_))
    return Standing(state, tuple(answers[side] for side in SIDES if side in answers))
