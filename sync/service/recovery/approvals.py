"""Recovery requests: their state, approvals by two people, and an append-only log. Holds no key.

The state of a request follows from its log alone. The fifth wrong code closes it. The two officers and the
author are three people. When the service's side approves, every other device of the author gets a change.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import dict_row

from assessments.casework.ids import format_utc
from assessments.crypto import recovery, sealing
from assessments.crypto.recovery import ESCROW_SIDES, EscrowSide, RecoveryRequest, read_recovery_request
from assessments.errors import Damaged, NotFound, StoreFault, WrenError
from sync import recovery_messages as messages
from sync.recovery_messages import RecoveryApproval, RecoveryCommand, RecoveryReply, RecoveryState
from sync.service import feed, problems
from sync.service.database import ServiceDatabase
from sync.service.problems import RequestRefused

MAX_WRONG_CODES = 5
_FINAL_STATES: tuple[RecoveryState, ...] = ("closed", "stopped", "finished")


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryLogEntry:
    """One line of the log of a request."""

    word: str
    side: str | None = None
    officer: str | None = None


def derive_request_state(lines: Sequence[RecoveryLogEntry]) -> RecoveryState:
    """The state of a request, from its log."""
    return next((state for line in lines for state in _FINAL_STATES if state == line.word), "asked")


def find_refusal(
    lines: Sequence[RecoveryLogEntry],
    request: RecoveryRequest,
    side: EscrowSide,
    officer: str,
    spoken_code: str,
) -> str | None:
    """Why this person may not agree to this request now, or None. Pure."""
    agreed = {line.side: line.officer or "" for line in lines if line.word == "agreed"}
    if derive_request_state(lines) != "asked":
        return "recovery-closed"
    if side in agreed:
        return "already-agreed"
    if messages.names_one_person_twice((officer, *agreed.values(), request.author)):
        return messages.SAME_OFFICER
    return None if recovery.matches_code(request, spoken_code) else "wrong-code"


def apply_recovery_command(
    connection: Connection, agency: str, device: str, command: RecoveryCommand, packed: bytes, now: datetime
) -> RecoveryReply:
    """Apply what a device says about its request; returns the state. Idempotent."""
    try:
        request = read_recovery_request(packed)
    except StoreFault as fault:
        raise RequestRefused(problems.MALFORMED) from fault
    if (request.agency, request.device) != (agency, device):
        raise RequestRefused(problems.BAD_SIGNATURE)
    id_ = _save_request(connection, request, now)
    if derive_request_state(_load_log(connection, agency, id_)) == "asked":
        word = {"stop": "stopped", "done": "finished"}.get(command)
        if word is not None:
            _append_log(connection, agency, id_, now, word)
    return _load_reply(connection, agency, id_)


def import_request(database: ServiceDatabase, packed: bytes, now: datetime) -> uuid.UUID:
    """Keep a request that came by another way than the wire. Raises WrenError("unknown-device")."""
    request = read_recovery_request(packed)
    with database.transaction() as connection:
        known = connection.execute(
            "SELECT 1 FROM author WHERE agency = %s AND device = %s AND author = %s LIMIT 1",
            (request.agency, request.device, request.author),
        ).fetchone()
        if known is None:
            raise WrenError("unknown-device")
        return _save_request(connection, request, now)


def approve_request(
    database: ServiceDatabase,
    id_: uuid.UUID,
    side: EscrowSide,
    officer: str,
    spoken_code: str,
    private: sealing.Key,
    now: datetime,
) -> RecoveryApproval:
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
        agency, request = row[0], read_recovery_request(bytes(row[1]))
        lines = _load_log(connection, agency, id_)
        code = find_refusal(lines, request, side, officer, spoken_code)
        wrong = sum(line.word == "wrong-code" for line in lines) + (code == "wrong-code")
        if code is None:
            return _save_approval(connection, id_, request, side, officer, private, now)
        if code == "wrong-code":
            _append_log(connection, agency, id_, now, "wrong-code", side, officer)
            if wrong >= MAX_WRONG_CODES:
                _append_log(connection, agency, id_, now, "closed")
    # Outside: what was counted is committed.
    raise WrenError(code, left=max(MAX_WRONG_CODES - wrong, 0))


def approve_offline(
    request: RecoveryRequest, officer: str, spoken_code: str, side: EscrowSide, private: sealing.Key
) -> RecoveryApproval:
    """An answer from a file to a file, without a service. Raises as `approve_request`; nothing is counted."""
    code = find_refusal((), request, side, officer, spoken_code)
    if code is not None:
        raise WrenError(code, left=MAX_WRONG_CODES)
    return RecoveryApproval(officer, _make_grant(private, request, side))


_OPEN_REQUESTS_SQL = """
SELECT r.agency, r.id::text AS id, r.device, r.author, r.asked_at,
       coalesce(array_agg(l.side ORDER BY l.sequence) FILTER (WHERE l.word = 'agreed'), '{}') AS agreed,
       count(*) FILTER (WHERE l.word = 'wrong-code') AS wrong_codes
FROM recovery_request r JOIN recovery_log l ON l.agency = r.agency AND l.request = r.id
GROUP BY r.agency, r.id HAVING count(*) FILTER (WHERE l.word = ANY(%s)) = 0 ORDER BY r.asked_at
"""
_RECOVERY_LOG_SQL = """
SELECT l.agency, l.request::text AS request, r.device, r.author, l.word, l.side, l.officer,
       encode(l.grant_hash, 'hex') AS grant_hash, l.at
FROM recovery_log l JOIN recovery_request r ON r.agency = l.agency AND r.id = l.request ORDER BY l.sequence
"""


def list_open_requests(database: ServiceDatabase) -> list[dict[str, Any]]:
    """Every open request, oldest first: agency, id, device, author, asked_at, agreed, wrong_codes."""
    return _list_rows(database, _OPEN_REQUESTS_SQL, "asked_at", list(_FINAL_STATES))


def list_recovery_log(database: ServiceDatabase) -> list[dict[str, Any]]:
    """All that was ever said, oldest first. Keys: agency, request, device, author, word, side, officer,
    grant_hash, at."""
    return _list_rows(database, _RECOVERY_LOG_SQL, "at")


def _list_rows(
    database: ServiceDatabase, sql: LiteralString, moment: str, *values: object
) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        rows = connection.cursor(row_factory=dict_row).execute(sql, values).fetchall()
    return [row | {moment: format_utc(row[moment])} for row in rows]


def _save_approval(
    connection: Connection,
    id_: uuid.UUID,
    request: RecoveryRequest,
    side: EscrowSide,
    officer: str,
    private: sealing.Key,
    now: datetime,
) -> RecoveryApproval:
    grant = _make_grant(private, request, side)
    _append_log(connection, request.agency, id_, now, "agreed", side, officer, sealing.digest(grant))
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
            feed.append_change(connection, request.agency, device, id_, "recovered", request.author, now)
    return RecoveryApproval(officer, grant)


def _make_grant(private: sealing.Key, request: RecoveryRequest, side: EscrowSide) -> bytes:
    try:
        return recovery.make_grant(private, request, side)
    except Damaged:
        raise WrenError("does-not-open") from None


def _save_request(connection: Connection, request: RecoveryRequest, now: datetime) -> uuid.UUID:
    """Keep a request that is new, and close the earlier ones of the same person on the same device."""
    packed = request.to_bytes()
    id_ = messages.derive_request_id(packed)
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
            if derive_request_state(_load_log(connection, request.agency, other)) == "asked":
                _append_log(connection, request.agency, other, now, "stopped")
        _append_log(connection, request.agency, id_, now, "asked")
    return id_


def _load_log(connection: Connection, agency: str, id_: uuid.UUID) -> list[RecoveryLogEntry]:
    rows = connection.execute(
        "SELECT word, side, officer FROM recovery_log WHERE agency = %s AND request = %s ORDER BY sequence",
        (agency, id_),
    )
    return [RecoveryLogEntry(*row) for row in rows]


def _append_log(
    connection: Connection,
    agency: str,
    id_: uuid.UUID,
    now: datetime,
    word: str,
    side: EscrowSide | None = None,
    officer: str | None = None,
    grant_hash: bytes | None = None,
) -> None:
    connection.execute(
        "INSERT INTO recovery_log (agency, request, word, side, officer, grant_hash, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (agency, id_, word, side, officer, grant_hash, now),
    )


def _load_reply(connection: Connection, agency: str, id_: uuid.UUID) -> RecoveryReply:
    rows = connection.execute(
        "SELECT side, officer, sealed FROM recovery_grant WHERE agency = %s AND request = %s", (agency, id_)
    ).fetchall()
    answers = {side: RecoveryApproval(officer, bytes(sealed)) for side, officer, sealed in rows}
    state = derive_request_state(_load_log(connection, agency, id_))
    return RecoveryReply(state, tuple(answers[side] for side in ESCROW_SIDES if side in answers))
