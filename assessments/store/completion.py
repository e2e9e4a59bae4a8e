"""Completing an assessment: the record, the outbox entry and the second copy, all or none.

Either copy makes the other again when the store is opened. Nothing is completed twice or lost.
"""

import contextlib
import sqlite3

from assessments.casework.records import Assessment, AssessmentStatus
from assessments.errors import Damaged, DiskFull, StoreFault, UnknownFormat
from assessments.ports import OutboxEntry
from assessments.store.assessments import next_revision, read_row
from assessments.store.completion_files import Completion, pack_integrity_count
from assessments.store.database import SqliteDatabase
from assessments.store.outbox import StoredOutbox
from assessments.store.rows.answer_log import LINES_OF_ASSESSMENT
from assessments.store.rows.integrity import RowChange, count_after
from assessments.store.rows.summaries import encode_summary
from assessments.store.rows.unlocked_store import UnlockedStore

_COMPLETED_STATUSES: tuple[AssessmentStatus, ...] = ("completed", "amended", "entered-in-error")
_LAST_LINE = f"(SELECT max(line) FROM answer WHERE {LINES_OF_ASSESSMENT})"  # noqa: S608  # constants


def complete(
    unlocked: UnlockedStore, assessment: Assessment, envelope: bytes, service_kid: str
) -> OutboxEntry:
    """Finish once: all or none. Raises StoreFault("completion-unsure") where the disk refused and then
    refused to take back, too: then only the next opening can tell which of the two it is."""
    if assessment.status not in _COMPLETED_STATUSES:
        raise StoreFault("not-completed")
    copied = False
    try:
        with unlocked.database.write() as driver:
            before, _ = read_row(driver, assessment.id)
            row = next_revision(before, assessment, "completed")
            (last_line,) = driver.execute(
                f"SELECT coalesce({_LAST_LINE}, 0) FROM assessment WHERE id = ?",  # noqa: S608  # constants
                (assessment.id,),
            ).fetchone()
            count = count_after(driver, unlocked, RowChange("assessment", row.id, before.rev, row.rev))
            finished = Completion(
                entry_id=assessment.id,
                service_kid=service_kid,
                envelope=envelope,
                rev=row.rev,
                state="completed",
                sealed_summary=row.seal(unlocked.keys, encode_summary(assessment)),
                sealed_record=row.seal(unlocked.keys, assessment.model_dump_json().encode(), ".completion"),
                integrity_count=pack_integrity_count(unlocked.author, *count) if count else b"",
                last_line=last_line,
            )
            # On the disk before the transaction commits: a cut in between is carried out at the
            # next opening, so "completed" never depends on one file alone.
            copied = True
            unlocked.outbox.completion_files.write(finished)
            apply_completion(driver, finished)
            entry = unlocked.outbox.queue(driver, finished)
    except BaseException as error:
        if copied:
            _roll_back_completion(unlocked, assessment.id, error)
        raise
    unlocked.work.advance_rollback_counter()
    unlocked.database.checkpoint()
    # Nothing is read back: what the disk refuses now does not make it undone.
    return entry


def _roll_back_completion(unlocked: UnlockedStore, assessment_id: str, error: BaseException) -> None:
    """Make sure that what is about to be called refused does not happen after all."""
    try:
        unlocked.outbox.completion_files.remove(assessment_id)
        if not isinstance(error, DiskFull):
            # A commit whose sync failed may lie whole in the log: the next one is written over it. This
            # one changes nothing and writes a page all the same, which an UPDATE would not.
            with unlocked.database.write() as driver:
                driver.execute("PRAGMA user_version = 0")
    except StoreFault:
        raise StoreFault("completion-unsure") from None


def reconcile_completions(database: SqliteDatabase, outbox: StoredOutbox) -> int:
    """Make each copy of finished work from the other. Returns how many copies cannot be read. A copy without
    its row is a completion that was cut: it is carried out, unless somebody has gone on with the answers."""
    if database.read_only:
        return 0
    outbox.completion_files.sweep()
    copied = outbox.completion_files.ids()
    entered = {entry_id for (entry_id,) in database.rows("SELECT id FROM outbox_entry")}
    unreadable = 0
    for entry_id in sorted(copied - entered):
        try:
            finished = outbox.completion_files.read(entry_id)
        except (Damaged, UnknownFormat):
            unreadable += 1  # kept as it is: a newer Wren or a person may still read it
            continue
        with database.write() as driver:
            if not (is_gone := is_stale(driver, finished)):
                apply_completion(driver, finished)
                outbox.queue(driver, finished)
        if is_gone:
            outbox.completion_files.remove(entry_id)
    for entry_id in sorted(entered - copied):
        with contextlib.suppress(Damaged):  # a damaged envelope says so when it is sent
            rows = database.rows(
                "SELECT assessment.rev, state, assessment.body, completion.body FROM assessment"
                " JOIN completion ON completion.assessment_id = assessment.id WHERE assessment.id = ?",
                (entry_id,),
            )
            parts = rows[0] if rows else (0, "", b"", b"")
            envelope = outbox.envelope(entry_id)  # first: what was deleted for good has none, and no entry
            kid = outbox.entry(entry_id).service_kid
            outbox.completion_files.write(Completion(entry_id, kid, envelope, *parts))
    return unreadable


def is_stale(driver: sqlite3.Connection, finished: Completion) -> bool:
    """Whether the person went on since, not having been shown that it is completed."""
    row = driver.execute(
        f"SELECT rev, state, {_LAST_LINE} FROM assessment WHERE id = ?",  # noqa: S608  # constants
        (finished.entry_id,),
    ).fetchone()
    if row is None:
        return False
    rev, state, last_line = row
    if (rev, state) == (finished.rev - 1, "in-progress"):
        return bool(finished.last_line) and (last_line or 0) > finished.last_line
    return bool(state != finished.state)


def apply_completion(driver: sqlite3.Connection, finished: Completion) -> None:
    """Put the completed rows in place, if the assessment is here and one revision behind."""
    changed = driver.execute(
        "UPDATE assessment SET rev = ?, state = ?, body = ? WHERE id = ? AND rev = ?",
        (finished.rev, finished.state, finished.sealed_summary, finished.entry_id, finished.rev - 1),
    )
    if changed.rowcount:
        driver.execute(
            "INSERT INTO completion (assessment_id, rev, body) VALUES (?, ?, ?)",
            (finished.entry_id, finished.rev, finished.sealed_record),
        )
        driver.execute("DELETE FROM place WHERE assessment_id = ?", (finished.entry_id,))
        if finished.integrity_count:
            author, rev, count = finished.integrity_parts()
            driver.execute(
                "UPDATE tally SET rev = ?, body = ? WHERE author = ? AND rev = ?",
                (rev, count, author, rev - 1),
            )
