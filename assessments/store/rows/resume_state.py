"""Where a person left off: the screens they came by, how far down they were, what was half typed.

This room knows one row for each person, of which only the latest is kept, sealed under that person's own
key. It refuses to know what stands in it: plain JSON in, the same out. Nothing in it is a record, so
a row that does not open costs the place and never the work.

    save_resume_state(keys, {"trail": [["today", ""]], "offset": 120.0})
"""

from __future__ import annotations

import json
from typing import Any

from assessments.store.access.keyring import KeyRing

_SCHEMA = "wren/desk-place/1"


def save_resume_state(keys: KeyRing, place: dict[str, Any]) -> None:
    """Keep the place of the unlocked person; the one before is gone."""
    body = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    with keys.database.write_raw() as driver:
        before = driver.execute("SELECT rev FROM desk_place WHERE author = ?", (keys.author,)).fetchone()
        rev = before[0] + 1 if before else 1
        driver.execute(
            "INSERT OR REPLACE INTO desk_place (author, rev, body) VALUES (?, ?, ?)",
            (keys.author, rev, keys.seal_for_author(_context(keys, rev), body)),
        )


def read_resume_state(keys: KeyRing) -> dict[str, Any]:
    """The place of the unlocked person; empty when nothing was noted. Raises Damaged."""
    rows = keys.database.rows("SELECT rev, body FROM desk_place WHERE author = ?", (keys.author,))
    if not rows:
        return {}
    rev, body = rows[0]
    place: dict[str, Any] = json.loads(keys.open_for_author(_context(keys, rev), body))
    return place


def _context(keys: KeyRing, rev: int) -> bytes:
    return keys.row_context("desk_place", (keys.author,), rev, _SCHEMA, keys.agency, keys.author)
