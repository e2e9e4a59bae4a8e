"""The change feed: what became of a device's submissions, after a cursor.

Changes are ordered by (transaction, sequence) and read only below the oldest transaction still running,
because sequence numbers are given out before a commit, and a later number may be committed first.
"""

import re
import uuid
from datetime import datetime

from psycopg import Connection

from sync.protocol import MAX_CHANGES, FeedChange

_CURSOR = re.compile(r"([0-9a-f]{32})\.([0-9]{1,18})\.([0-9]{1,18})")


def append_change(
    connection: Connection,
    agency: str,
    device: str,
    submission_id: uuid.UUID,
    word: str,
    reason: str | None,
    at: datetime,
) -> None:
    """Append a change."""
    connection.execute(
        "INSERT INTO change (agency, device, id, word, reason, at) VALUES (%b, %b, %b, %b, %b, %b)",
        (agency, device, submission_id, word, reason, at),
    )


def read_changes(
    connection: Connection, agency: str, device: str, cursor: str, limit: int = MAX_CHANGES
) -> tuple[tuple[FeedChange, ...], str, bool]:
    """Read changes after a cursor: at most `limit`, the next cursor, and whether there are more."""
    row = connection.execute("SELECT epoch FROM feed").fetchone()
    epoch = row[0].hex if row else ""
    found = _CURSOR.fullmatch(cursor)
    # A cursor of another database, or of none: from the beginning. Taking a change twice is harmless.
    transaction, sequence = ("0", 0) if found is None or found[1] != epoch else (found[2], int(found[3]))
    rows = connection.execute(
        "SELECT transaction::text, sequence, id, word, reason FROM change"
        " WHERE agency = %s AND device = %s AND (transaction, sequence) > (%s::text::xid8, %s)"
        " AND transaction < pg_snapshot_xmin(pg_current_snapshot())"
        " ORDER BY transaction, sequence LIMIT %s",
        (agency, device, transaction, sequence, limit + 1),
    ).fetchall()
    given = rows[:limit]
    if given:
        transaction, sequence = given[-1][0], given[-1][1]
    changes = tuple(FeedChange(str(row[2]), row[3], row[4]) for row in given)
    return changes, f"{epoch}.{transaction}.{sequence}", len(rows) > limit
