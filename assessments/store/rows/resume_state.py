"""Resume state: where a person left off (screens, scroll position, half-typed input), one row per person.

Only the latest is kept, as plain JSON: a row that does not open costs the place and never the work.
"""

import json
import sqlite3
from typing import Any

from assessments.store.rows.sealed_rows import row_context
from assessments.store.rows.unlocked_store import UnlockedStore

_SCHEMA = "wren/desk-place/1"


def save_resume_state(unlocked: UnlockedStore, place: dict[str, Any]) -> None:
    """Keep the place of the unlocked person; the one before is gone."""
    body = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    with unlocked.database.write() as driver:
        before = driver.execute("SELECT rev FROM desk_place WHERE author = ?", (unlocked.author,)).fetchone()
        rev = before[0] + 1 if before else 1
        driver.execute(
            "INSERT OR REPLACE INTO desk_place (author, rev, body) VALUES (?, ?, ?)",
            (unlocked.author, rev, unlocked.keys.seal_for_author(_context(unlocked, rev), body)),
        )


def read_resume_state(unlocked: UnlockedStore) -> dict[str, Any]:
    """The place of the unlocked person; empty when nothing was noted. Raises Damaged."""
    rows = unlocked.database.rows("SELECT rev, body FROM desk_place WHERE author = ?", (unlocked.author,))
    if not rows:
        return {}
    rev, body = rows[0]
    place: dict[str, Any] = json.loads(unlocked.keys.open_for_author(_context(unlocked, rev), body))
    return place


def delete_resume_state(driver: sqlite3.Connection, author: str) -> None:
    """Delete the resume state of this person."""
    driver.execute("DELETE FROM desk_place WHERE author = ?", (author,))


def _context(unlocked: UnlockedStore, rev: int) -> bytes:
    return row_context("desk_place", (unlocked.author,), rev, _SCHEMA, unlocked.agency, unlocked.author)
