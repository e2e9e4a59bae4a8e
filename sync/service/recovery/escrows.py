"""Escrows of devices, and the agency keys that they are made for.

save_agency_key(connection, "agency-7", key, now)
save_escrow(connection, "agency-7", escrow, now)
"""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow, RecoveryKey


def save_agency_key(connection: Connection[TupleRow], agency: str, key: RecoveryKey, now: datetime) -> None:
    """Give this key to the agency's devices from now on. Again is harmless."""
    connection.execute(
        "INSERT INTO agency_key (agency, kid, public, admitted_at) VALUES (%b, %b, %b, %b)"
        " ON CONFLICT DO NOTHING",
        (agency, key.kid, key.public, now),
    )


def load_agency_key(connection: Connection[TupleRow], agency: str) -> RecoveryKey | None:
    """The newest key of an agency, or None."""
    row = connection.execute(
        "SELECT kid, public FROM agency_key WHERE agency = %b ORDER BY sequence DESC LIMIT 1",
        (agency,),
        binary=True,
    ).fetchone()
    return RecoveryKey(row[0], bytes(row[1])) if row else None


def save_escrow(connection: Connection[TupleRow], agency: str, escrow: Escrow, now: datetime) -> None:
    """Keep a copy of an escrow. The same again is harmless."""
    packed = escrow.to_bytes()
    connection.execute(
        "INSERT INTO escrow (agency, device, author, digest, escrow, received_at)"
        " VALUES (%b, %b, %b, %b, %b, %b) ON CONFLICT DO NOTHING",
        (agency, escrow.device, escrow.author, sealing.digest(packed), packed, now),
    )
