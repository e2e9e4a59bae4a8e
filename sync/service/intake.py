"""Intake: the outcome of each item of a batch, and the transaction that stores it. No envelope is opened
here; bytes are stored as they came. A batch is answered after its commit or not at all.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from assessments.crypto import sealing
from assessments.errors import UnknownFormat
from assessments.ports import Outcome, OutcomeStatus
from sync.envelope import MAX_ENVELOPE_BYTES, read_envelope_kid
from sync.protocol import SubmissionItem, is_submission_id, make_receipt
from sync.service.database import DatabaseUnavailable, ServiceDatabase
from sync.service.service_keys import ServiceSecrets

_MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, repr=False)
class KnownSubmissions:
    """What is stored under the ids of a batch: digests, with receipts that None says are still to be made."""

    submissions: Mapping[str, tuple[bytes, bytes | None]]
    conflicts: Mapping[tuple[str, bytes], bytes | None]


@dataclass(frozen=True, slots=True, repr=False)
class IntakeDecision:
    """`receipt` is the one to give again; None when a new one is to be made. `keep` names the table."""

    item: SubmissionItem
    word: OutcomeStatus
    reason: str | None = None
    receipt: bytes | None = None
    table: str | None = None
    kid: str = ""


class _LostRace(Exception):  # noqa: N818, RUF100 - not a fault: another request was first, look again
    pass


def decide_outcomes(
    items: Sequence[SubmissionItem], known: KnownSubmissions, kids: Collection[str]
) -> list[IntakeDecision]:
    """The outcome of each item, in order; earlier items of the same batch count as known."""
    submissions, conflicts = dict(known.submissions), dict(known.conflicts)
    decisions = []
    for item in items:
        decision = _decide_outcome(item, KnownSubmissions(submissions, conflicts), kids)
        if decision.table == "submission":
            submissions[item.id] = (item.digest, None)
        elif decision.table == "conflict":
            conflicts[item.id, item.digest] = None
        decisions.append(decision)
    return decisions


def _decide_outcome(item: SubmissionItem, known: KnownSubmissions, kids: Collection[str]) -> IntakeDecision:
    if not is_submission_id(item.id):
        return IntakeDecision(item, "rejected", "malformed-id")
    if not sealing.constant_time_equal(sealing.digest(item.envelope), item.digest):
        return IntakeDecision(item, "rejected", "digest-mismatch")
    if len(item.envelope) > MAX_ENVELOPE_BYTES:
        return IntakeDecision(item, "rejected", "too-large")
    try:
        kid = read_envelope_kid(item.envelope)
    except UnknownFormat:
        return IntakeDecision(item, "rejected", "unknown-format")
    if kid not in kids:
        # Stored and called sent, it would be lost: no key here opens it.
        return IntakeDecision(item, "rejected", "unknown-service-key")
    digest, receipt = known.submissions.get(item.id, (None, None))
    if digest is None:
        return IntakeDecision(item, "stored", table="submission", kid=kid)
    if sealing.constant_time_equal(digest, item.digest):
        return IntakeDecision(item, "duplicate", receipt=receipt)
    key = (item.id, item.digest)
    if key in known.conflicts:
        return IntakeDecision(item, "conflict", "other-content", receipt=known.conflicts[key])
    return IntakeDecision(item, "conflict", "other-content", table="conflict", kid=kid)


def store_batch(
    database: ServiceDatabase,
    secrets: ServiceSecrets,
    agency: str,
    device: str,
    items: Sequence[SubmissionItem],
    now: datetime,
) -> list[Outcome]:
    """Store a batch in one transaction and give the outcomes, in order, after its commit."""
    for _ in range(_MAX_ATTEMPTS):
        try:
            with database.transaction() as connection:
                return _store_batch(connection, secrets, agency, device, items, now)
        except _LostRace:
            continue
    raise DatabaseUnavailable("raced")


def _store_batch(
    connection: Connection,
    secrets: ServiceSecrets,
    agency: str,
    device: str,
    items: Sequence[SubmissionItem],
    now: datetime,
) -> list[Outcome]:
    known = _load_known(connection, agency, items)
    decisions = decide_outcomes(items, known, secrets.receive_private_keys.keys())
    keep = [decision for decision in decisions if decision.table]
    sequences = _allocate_sequences(connection, len(keep))
    numbered = [
        (each, sequence, make_receipt(each.item, device, each.word, now, sequence, secrets.sign))
        for each, sequence in zip(keep, sequences, strict=True)
    ]
    made = {(each.item.id, each.item.digest): receipt for each, _, receipt in numbered}
    for table in _INSERTS:
        if rows := [row for row in numbered if row[0].table == table]:
            _insert_rows(connection, table, agency, device, now, rows)
    outcomes = []
    for decision in decisions:
        item = decision.item
        given = decision.receipt or made.get((item.id, item.digest))
        if given is None or decision.word == "rejected":
            given = make_receipt(item, device, decision.word, now, 0, secrets.sign)
        outcomes.append(Outcome(item.id, decision.word, decision.reason, given))
    return outcomes


def _load_known(connection: Connection, agency: str, items: Sequence[SubmissionItem]) -> KnownSubmissions:
    ids = [uuid.UUID(item.id) for item in items if is_submission_id(item.id)]

    def load(table: str) -> list[tuple[str, bytes, bytes]]:
        rows = connection.execute(_SELECTS[table], (agency, ids), binary=True)
        return [(str(row[0]), bytes(row[1]), bytes(row[2])) for row in rows]

    submissions = {id_: (digest, receipt) for id_, digest, receipt in (load("submission") if ids else ())}
    # Only what was stored before can be in conflict.
    conflicts = {(id_, digest): receipt for id_, digest, receipt in (load("conflict") if submissions else ())}
    return KnownSubmissions(submissions, conflicts)


def _allocate_sequences(connection: Connection, count: int) -> list[int]:
    if not count:
        return []
    rows = connection.execute(
        "SELECT nextval('submission_sequence') FROM generate_series(1, %b::int)", (count,), binary=True
    )
    return sorted(row[0] for row in rows)


_SELECTS = {
    table: f"SELECT id, digest, receipt FROM {table} WHERE agency = %b AND id = ANY(%b)".encode()  # noqa: S608  # these two
    for table in ("submission", "conflict")
}
_INSERTS = {
    table: f"INSERT INTO {table} (agency, id, sequence, device, kid, digest, envelope, received_at, receipt)"  # noqa: S608  # these two
    " SELECT %b, id, sequence, %b, kid, digest, envelope, %b, receipt"
    " FROM unnest(%b::uuid[], %b::int8[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[])"
    " AS new (id, sequence, kid, digest, envelope, receipt) ON CONFLICT DO NOTHING RETURNING id".encode()
    for table in ("submission", "conflict")
}


def _insert_rows(
    connection: Connection,
    table: str,
    agency: str,
    device: str,
    now: datetime,
    rows: Sequence[tuple[IntakeDecision, int, bytes]],
) -> None:
    """Insert rows. Raises _LostRace when any was there already."""
    # In one order for all requests, so that two with the same ids wait for each other instead of locking up.
    rows = sorted(rows, key=lambda row: (row[0].item.id, row[0].item.digest))
    columns = (
        [uuid.UUID(decision.item.id) for decision, _, _ in rows],
        [sequence for _, sequence, _ in rows],
        [decision.kid for decision, _, _ in rows],
        [decision.item.digest for decision, _, _ in rows],
        [decision.item.envelope for decision, _, _ in rows],
        [receipt for _, _, receipt in rows],
    )
    kept = connection.execute(_INSERTS[table], (agency, device, now, *columns), binary=True).fetchall()
    if len(kept) != len(rows):
        raise _LostRace
