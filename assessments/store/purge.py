"""Deletion for good (crypto-shredding): of an assessment or a whole household only a tombstone is left.

The content key goes, and then every key that is left is sealed anew under a fresh epoch key, so that an old
copy of the deleted one, left behind in flash memory, opens with nothing that is still used. While anything of
it exists nowhere else, deletion is refused: work in progress, what the service has not confirmed, and every
kind of record that no submission carries. The line in the outbox stays, without its envelope: the numbers
of an author have no gaps. Who may order a deletion is decided elsewhere.

Two limits. Someone who holds the passphrase, the device's secret, an old remnant of the epoch key and one of
the content key can still open what they had. A database that was set aside as damaged keeps what was in it.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from assessments.casework.ids import format_utc
from assessments.errors import Locked, NotFound, StoreFault
from assessments.store.access.account_backup import save_account_backup
from assessments.store.attachments import attachments
from assessments.store.rows.answer_log import LINES_OF_ASSESSMENT
from assessments.store.rows.integrity import insert_row, record_deletions
from assessments.store.rows.resume_state import delete_resume_state
from assessments.store.rows.sealed_rows import (
    ReadResult,
    SealedRow,
    TombstoneColumns,
    open_rows,
    select_sealed_rows,
)
from assessments.store.rows.summaries import delete_summary_cache, list_summaries
from assessments.store.rows.unlocked_store import UnlockedStore

PurgedKind = Literal["assessment", "household"]

_TABLE = "purged"
_HOUSEHOLD_TABLES = ("earlier", "fact", "relationship", "contact", "person")


@dataclass(frozen=True, slots=True, repr=False)
class Tombstone:
    """What is left of what was deleted: its random id, when, by which alias, and why."""

    id: str
    kind: PurgedKind
    at: datetime
    author: str
    reason: str


def purge_assessment(unlocked: UnlockedStore, assessment_id: str, reason: str) -> list[Tombstone]:
    """Delete one assessment for good, and close the keys: unlock again to go on. Raises NotFound, or
    StoreFault: "not-sent-yet", "other-person"; nothing is deleted then."""
    with unlocked.database.write() as driver:
        found = driver.execute("SELECT author, kid FROM assessment WHERE id = ?", (assessment_id,)).fetchone()
        if found is None:
            raise NotFound(part="assessment")
        _reject_undeletable(unlocked, [found[0]], count_unsent_of_assessment(unlocked, assessment_id))
        files = _shred_assessment(unlocked, driver, assessment_id, found[1])
        stubs = [_write_tombstone(unlocked, driver, assessment_id, "assessment", reason)]
        _rotate_epoch_key(unlocked, driver)
        _remove_files(unlocked, [assessment_id], files)
    return _finish_purge(unlocked, stubs)


def purge_household(unlocked: UnlockedStore, household_id: str, reason: str) -> list[Tombstone]:
    """Delete a household, everyone in it, and all that was recorded of them; as `purge_assessment` does."""
    with unlocked.database.write() as driver:
        found = driver.execute("SELECT author, kid FROM household WHERE id = ?", (household_id,)).fetchone()
        if found is None:
            raise NotFound(part="household")
        within = driver.execute(
            "SELECT id, author, kid FROM assessment WHERE household_id = ?", (household_id,)
        ).fetchall()
        authors = [found[0], *(row[1] for row in within)]
        _reject_undeletable(unlocked, authors, count_unsent(unlocked, household_id))
        files = [
            name
            for assessment_id, _, kid in within
            for name in _shred_assessment(unlocked, driver, assessment_id, kid)
        ]
        record_deletions(driver, unlocked, "household", "id", household_id)
        for name in _HOUSEHOLD_TABLES:
            record_deletions(driver, unlocked, name, "household_id", household_id)
            driver.execute(f"DELETE FROM {name} WHERE household_id = ?", (household_id,))  # noqa: S608  # our own names
        driver.execute("DELETE FROM household WHERE id = ?", (household_id,))
        driver.execute("DELETE FROM content_key WHERE kid = ?", (found[1],))
        stubs = [_write_tombstone(unlocked, driver, row[0], "assessment", reason) for row in within]
        stubs.append(_write_tombstone(unlocked, driver, household_id, "household", reason))
        _rotate_epoch_key(unlocked, driver)
        _remove_files(unlocked, [row[0] for row in within], files)
    return _finish_purge(unlocked, stubs)


def list_tombstones(unlocked: UnlockedStore) -> ReadResult[Tombstone]:
    """What this person has deleted here, oldest first."""
    own, where = (unlocked.agency, unlocked.author), "t.agency = ? AND t.author = ? ORDER BY t.rowid"
    with unlocked.database.read() as driver:
        rows = select_sealed_rows(driver, _TABLE, TombstoneColumns, where, *own)
    return open_rows(rows, lambda row, sealed: _open_tombstone(unlocked, row, sealed))


def count_unsent_of_assessment(unlocked: UnlockedStore, assessment_id: str) -> dict[str, int]:
    """How much of an assessment is on this device only, by kind, as `count_unsent` says it."""
    with unlocked.database.read() as driver:
        return _drop_zeros(_count_assessments(unlocked, driver, [assessment_id]))


def count_unsent(unlocked: UnlockedStore, household_id: str) -> dict[str, int]:
    """How much of a household is on this device only, by kind; a kind of which there is nothing is left out.

    A submission carries a completed assessment with its household, contact and subject as they were then:
    what was changed since counts among the earlier revisions.
    """
    summaries = list_summaries(unlocked, household_id)
    inside = "SELECT id FROM assessment WHERE household_id = ?"
    with unlocked.database.read() as driver:
        within = [row[0] for row in driver.execute(inside, (household_id,))]
        counts = _count_assessments(unlocked, driver, within)
        states = unlocked.outbox.states_of(driver, within)
        sent = [one for one in summaries if states.get(one.id) == "sent"]
        carried = {
            "person": {one.subject_id for one in sent},
            "contact": {one.contact_id for one in sent},
        }
        counts["household"] = int(not sent)
        for name in _HOUSEHOLD_TABLES:
            rows = driver.execute(f"SELECT id FROM {name} WHERE household_id = ?", (household_id,))  # noqa: S608  # our own names
            counts[name] = sum(row[0] not in carried.get(name, ()) for row in rows)
    return _drop_zeros(counts)


def _count_assessments(
    unlocked: UnlockedStore, driver: sqlite3.Connection, assessment_ids: list[str]
) -> dict[str, int]:
    states = unlocked.outbox.states_of(driver, assessment_ids)
    files = "SELECT count(*) FROM attachment WHERE assessment_id = ?"
    return {
        "unfinished": sum(one not in states for one in assessment_ids),
        "waiting": sum(state != "sent" for state in states.values()),
        # No submission carries one yet.
        "attachment": sum(driver.execute(files, (one,)).fetchone()[0] for one in assessment_ids),
    }


def _drop_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {kind: n for kind, n in counts.items() if n}


def _reject_undeletable(unlocked: UnlockedStore, authors: list[str], unsent: dict[str, int]) -> None:
    """Refuse what is somebody else's, and what exists nowhere else: `unsent` says how much, by kind."""
    if any(author != unlocked.author for author in authors):
        raise StoreFault("other-person")
    if unsent:
        raise StoreFault("not-sent-yet", unsent=unsent)


def _shred_assessment(
    unlocked: UnlockedStore, driver: sqlite3.Connection, assessment_id: str, kid: str
) -> list[str]:
    """Delete the key and the rows of one assessment. Returns the ids of its attachments' files."""
    record_deletions(driver, unlocked, "attachment", "assessment_id", assessment_id)
    record_deletions(driver, unlocked, "assessment", "id", assessment_id)
    files = driver.execute("SELECT id FROM attachment WHERE assessment_id = ?", (assessment_id,)).fetchall()
    delete_summary_cache(driver)
    for statement in (
        "DELETE FROM attachment WHERE assessment_id = ?1",
        "UPDATE outbox_entry SET envelope = x'' WHERE id = ?1",
        "DELETE FROM answer WHERE line IN (SELECT a.line FROM answer AS a"  # noqa: S608  # constants
        f" JOIN assessment ON {LINES_OF_ASSESSMENT} WHERE id = ?1)",
        "DELETE FROM place WHERE assessment_id = ?1",
        "DELETE FROM completion WHERE assessment_id = ?1",
        "DELETE FROM assessment WHERE id = ?1",
    ):
        driver.execute(statement, (assessment_id,))
    driver.execute("DELETE FROM content_key WHERE kid = ?", (kid,))
    return [attachment_id for (attachment_id,) in files]


def _rotate_epoch_key(unlocked: UnlockedStore, driver: sqlite3.Connection) -> None:
    """Seal every content key anew under a fresh epoch key; once committed, the keys held here open nothing.
    Raises Locked("keys-renewed") where another process was faster."""
    keys = unlocked.keys
    mine = driver.execute("SELECT kid, sealed FROM content_key WHERE epoch_kid = ?", (keys.epoch_kid,))
    epoch_kid, sealed, wraps = keys.rotate_epoch_key(mine.fetchall())
    driver.executemany(
        "UPDATE content_key SET epoch_kid = ?, sealed = ? WHERE kid = ?",
        [(epoch_kid, wrap, kid) for kid, wrap in wraps],
    )
    changed = driver.execute(
        "UPDATE practitioner SET epoch_kid = ?, epoch_sealed = ? WHERE author = ? AND epoch_sealed = ?",
        (epoch_kid, sealed, keys.author, keys.epoch_sealed),
    )
    if changed.rowcount != 1:
        raise Locked("keys-renewed")
    # It is sealed under the old key, and may be about what is deleted.
    delete_resume_state(driver, keys.author)


def _remove_files(unlocked: UnlockedStore, assessment_ids: list[str], attachment_ids: list[str]) -> None:
    """Remove sealed files before the transaction commits: a cut in between leaves rows without files. The
    other way round, a second copy without its row would be carried out as finished work."""
    for assessment_id in assessment_ids:
        unlocked.outbox.completion_files.remove(assessment_id)
    attachments.remove_files(unlocked.database, attachment_ids)


def _write_tombstone(
    unlocked: UnlockedStore, driver: sqlite3.Connection, record_id: str, kind: PurgedKind, reason: str
) -> Tombstone:
    kid, wrap = unlocked.create_content_key(driver)
    at = unlocked.now().replace(microsecond=0)
    stub = Tombstone(record_id, kind, at, unlocked.author, reason)
    row = unlocked.new_row(_TABLE, record_id, TombstoneColumns(kind, format_utc(at)), kid, wrap)
    insert_row(driver, unlocked, row, json.dumps(reason).encode())
    return stub


def _finish_purge(unlocked: UnlockedStore, stubs: list[Tombstone]) -> list[Tombstone]:
    """Empty the log of the database, where old pages lie, and wipe the keys of before."""
    database = unlocked.database
    with suppress(StoreFault):  # then the copy is written at the next unlocking
        save_account_backup(database, database.path.parent, unlocked.author)
    unlocked.close()
    database.checkpoint(truncate=True)
    return stubs


def _open_tombstone(unlocked: UnlockedStore, row: SealedRow[TombstoneColumns], sealed: bytes) -> Tombstone:
    reason = json.loads(row.open(unlocked.keys, sealed))
    kind: Any = row.bound_columns.kind
    return Tombstone(row.id, kind, datetime.fromisoformat(row.bound_columns.at), row.author, reason)
