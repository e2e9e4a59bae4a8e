"""Stored, duplicate, conflict or rejected: the word on each item of a batch, and the one transaction that
keeps it.

`decide` is pure. Nothing here can open an envelope; bytes go in as they came and are never changed. A
batch is answered after its commit or not at all.

    outcomes = take(database, secrets, "agency-7", "device-1", request.items, now)
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

from assessments.crypto import sealing
from assessments.errors import UnknownFormat
from assessments.ports import Outcome, OutcomeWord
from sync.envelope import MAX_ENVELOPE_BYTES, kid_of_envelope
from sync.protocol import Item, is_submission_id, make_receipt
from sync.service.database import Database, DatabaseAway
from sync.service.service_keys import ServiceSecrets

_RACES = 5

Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """What the service already holds under the ids of a batch, as digests with their receipts."""

    submissions: Mapping[str, tuple[bytes, bytes]]
    conflicts: Mapping[Key, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """`receipt` is the one to give again; None when a new one is to be made. `keep` names the table."""

    item: Item
    word: OutcomeWord
    reason: str | None = None
    receipt: bytes | None = None
    table: str | None = None
    kid: str = ""


class _Raced(Exception):  # noqa: N818, RUF100 - not a fault: another request was first, look again
    pass


def decide(items: Sequence[Item], known: Known, kids: Collection[str]) -> list[Decision]:
    """The word on each item, in order; an item also meets the ones before it in the same batch."""
    fresh: dict[str, bytes] = {}
    beside: set[Key] = set()
    decisions = []
    for item in items:
        decision = _decide(item, known, kids, fresh, beside)
        if decision.table == "submission":
            fresh[item.id] = item.digest
        elif decision.table == "conflict":
            beside.add((item.id, item.digest))
        decisions.append(decision)
    return decisions


def _decide(
    item: Item, known: Known, kids: Collection[str], fresh: Mapping[str, bytes], beside: Collection[Key]
) -> Decision:
    if not is_submission_id(item.id):
        return Decision(item, "rejected", "malformed-id")
    if not sealing.same(sealing.digest(item.envelope), item.digest):
        return Decision(item, "rejected", "digest-mismatch")
    if len(item.envelope) > MAX_ENVELOPE_BYTES:
        return Decision(item, "rejected", "too-large")
    try:
        kid = kid_of_envelope(item.envelope)
    except UnknownFormat:
        return Decision(item, "rejected", "unknown-format")
    if kid not in kids:
        # To store what nobody here can open, and call it sent, would lose it.
        return Decision(item, "rejected", "unknown-service-key")
    digest, receipt = known.submissions.get(item.id, (fresh.get(item.id), None))
    if digest is None:
        return Decision(item, "stored", table="submission", kid=kid)
    if sealing.same(digest, item.digest):
        return Decision(item, "duplicate", receipt=receipt)
    key = (item.id, item.digest)
    if key in known.conflicts:
        return Decision(item, "conflict", "other-content", receipt=known.conflicts[key])
    if key in beside:
        return Decision(item, "conflict", "other-content")
    return Decision(item, "conflict", "other-content", table="conflict", kid=kid)


def take(
    database: Database,
    secrets: ServiceSecrets,
    agency: str,
    device: str,
    items: Sequence[Item],
    now: datetime,
) -> list[Outcome]:
    """Store a batch in one transaction and give the outcomes, in order, after its commit."""
    for _ in range(_RACES):
        try:
            with database.transaction() as connection:
                return _take(connection, secrets, agency, device, items, now)
        except _Raced:
            continue
    raise DatabaseAway("raced")


def _take(
    connection: Connection[TupleRow],
    secrets: ServiceSecrets,
    agency: str,
    device: str,
    items: Sequence[Item],
    now: datetime,
) -> list[Outcome]:
    decisions = decide(items, _known(connection, agency, items), secrets.receive_private_keys.keys())
    keep = [decision for decision in decisions if decision.table]
    sequences = iter(_sequences(connection, len(keep)))
    made: dict[Key, bytes] = {}
    numbered = []
    for decision in keep:
        sequence = next(sequences)
        receipt = make_receipt(decision.item, device, decision.word, now, sequence, secrets.sign)
        made[decision.item.id, decision.item.digest] = receipt
        numbered.append((decision, sequence, receipt))
    for table in ("submission", "conflict"):
        _insert(connection, table, agency, device, now, [row for row in numbered if row[0].table == table])
    outcomes = []
    for decision in decisions:
        item = decision.item
        given = decision.receipt or made.get((item.id, item.digest))
        if given is None or decision.word == "rejected":
            given = make_receipt(item, device, decision.word, now, 0, secrets.sign)
        outcomes.append(Outcome(item.id, decision.word, decision.reason, given))
    return outcomes


def _known(connection: Connection[TupleRow], agency: str, items: Sequence[Item]) -> Known:
    ids = [uuid.UUID(item.id) for item in items if is_submission_id(item.id)]
    if not ids:
        return Known({}, {})
    submissions = connection.execute(
        "SELECT id, digest, receipt FROM submission WHERE agency = %b AND id = ANY(%b)",
        (agency, ids),
        binary=True,
    )
    known = {str(row[0]): (bytes(row[1]), bytes(row[2])) for row in submissions}
    if not known:
        return Known({}, {})
    conflicts = connection.execute(
        "SELECT id, digest, receipt FROM conflict WHERE agency = %b AND id = ANY(%b)",
        (agency, ids),
        binary=True,
    )
    return Known(known, {(str(row[0]), bytes(row[1])): bytes(row[2]) for row in conflicts})


def _sequences(connection: Connection[TupleRow], count: int) -> list[int]:
    if not count:
        return []
    rows = connection.execute(
        "SELECT nextval('submission_sequence') FROM generate_series(1, %b::int)", (count,), binary=True
    )
    return sorted(row[0] for row in rows)


_INSERTS = {
    "submission": (
        b"INSERT INTO submission (agency, id, sequence, device, kid, digest, envelope, received_at, receipt)"
        b" SELECT %b, id, sequence, %b, kid, digest, envelope, %b, receipt"
        b" FROM unnest(%b::uuid[], %b::int8[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[])"
        b" AS new (id, sequence, kid, digest, envelope, receipt) ON CONFLICT DO NOTHING RETURNING id"
    ),
    "conflict": (
        b"INSERT INTO conflict (agency, id, sequence, device, kid, digest, envelope, received_at, receipt)"
        b" SELECT %b, id, sequence, %b, kid, digest, envelope, %b, receipt"
        b" FROM unnest(%b::uuid[], %b::int8[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[])"
        b" AS new (id, sequence, kid, digest, envelope, receipt) ON CONFLICT DO NOTHING RETURNING id"
    ),
}


def _insert(
    connection: Connection[TupleRow],
    table: str,
    agency: str,
    device: str,
    now: datetime,
    rows: Sequence[tuple[Decision, int, bytes]],
) -> None:
    """Insert, or raise _Raced when any row was there already."""
    if not rows:
        return
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
        raise _Raced
