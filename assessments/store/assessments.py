"""Assessments: begun, answered line by line, and completed once.

Answers in progress are an append-only list of sealed lines; what counts is read by folding them,
the last line of each item winning. The list is the autosave, the history and the recovery after a
crash in one. Completing writes the record, the outbox entry and the second copy together. This
room refuses to know what a question or a score means: answers are plain JSON values to it.

    begin(keys, assessment)
    append_answer(keys, assessment.id, "injury", {"value": "yes"})
    complete(keys, finished, envelope, service_kid)
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from assessments.casework.records import Assessment, AssessmentStatus
from assessments.errors import Damaged, DiskFull, NotFound, StoreFault
from assessments.ports import OutboxEntry
from assessments.store.access.keyring import KeyRing, check_random_id
from assessments.store.completion_files import Completion, apply_completion
from assessments.store.rows.answer_log import (
    AnswerLog,
    LogEnd,
    append_line,
    begin_log,
    find_log_end,
    read_log,
    select_log_rows,
)
from assessments.store.rows.integrity import RowChange, count_after, record_changes
from assessments.store.rows.sealed_rows import SealedRow, schema_of, validate_record
from assessments.store.rows.summaries import SELECT_ASSESSMENT, encode_summary, to_sealed_row

_TABLE = "assessment"
_SELECT_LAST_LINE = (
    "SELECT coalesce(max(e.line), 0) FROM assessment AS a JOIN answer AS e"
    " ON e.line BETWEEN (a.number << 20) AND (a.number << 20) + 1048575 WHERE a.id = ?"
)
# Made once: json.dumps makes an encoder for every call that is not plain.
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COMPLETED_STATUSES: tuple[AssessmentStatus, ...] = ("completed", "amended", "entered-in-error")


def begin(keys: KeyRing, assessment: Assessment) -> None:
    """File a new assessment under a key of its own. Answers it already has become its first lines."""
    begun = assessment.model_copy(update={"status": "in-progress"})
    with keys.database.write_raw() as driver:
        if driver.execute("SELECT 1 FROM assessment WHERE id = ?", (assessment.id,)).fetchone():
            raise StoreFault("already-begun")
        if not driver.execute("SELECT 1 FROM household WHERE id = ?", (assessment.household_id,)).fetchone():
            raise NotFound(part="household")
        (number,) = driver.execute("SELECT coalesce(max(number), 0) + 1 FROM assessment").fetchone()
        kid, wrap = keys.create_content_key(driver.execute)
        filed = SealedRow(
            table=_TABLE,
            id=check_random_id(assessment.id),
            bound_columns=(assessment.household_id, "in-progress", str(number)),
            rev=1,
            schema_id=schema_of(_TABLE),
            agency=keys.agency,
            author=keys.author,
            kid=kid,
            wrap=wrap,
        )
        driver.execute(
            "INSERT INTO assessment"
            " (number, id, household_id, state, rev, schema_id, agency, author, kid, body)"
            " VALUES (?, ?, ?, 'in-progress', 1, ?, ?, ?, ?, ?)",
            (
                number,
                assessment.id,
                assessment.household_id,
                filed.schema_id,
                keys.agency,
                keys.author,
                kid,
                filed.seal(keys, encode_summary(begun)),
            ),
        )
        driver.execute("INSERT INTO place (assessment_id, rev, body) VALUES (?, 0, x'')", (assessment.id,))
        record_changes(driver.execute, keys, RowChange(_TABLE, assessment.id, None, filed.rev))
        end = begin_log(driver, keys, filed)
        for link_id, entry in assessment.answers.items():
            end = _append_or_raise(driver, keys, end, link_id, entry)


def append_answer(keys: KeyRing, assessment_id: str, link_id: str, entry: Any) -> int:
    """Add one line: one sealed row, one commit, on the disk when this returns. Returns its number.

    What is damaged in the list is no reason to refuse what is said now.
    """
    # Remembered from the line before; taken out, so that after any fault it is looked up again.
    end = keys.log_ends.pop(assessment_id, None)
    with keys.database.write_raw() as driver:
        moved = append_line(driver, keys, end, link_id, entry) if end is not None else None
        if moved is None:
            filed, _ = _require_row(driver.execute(SELECT_ASSESSMENT, (assessment_id,)).fetchone())
            require_in_progress(filed.bound_columns[1])
            moved = _append_or_raise(driver, keys, find_log_end(driver, keys, filed), link_id, entry)
    keys.log_ends[assessment_id] = moved
    return moved.sequence - 1


def make_single_key_ring(keys: KeyRing, assessment_id: str) -> KeyRing:
    """Keys that can add lines to this assessment, and open no other row of anybody."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(SELECT_ASSESSMENT, (assessment_id,)).first()
    filed, _ = _require_row(found)
    require_in_progress(filed.bound_columns[1])
    return keys.make_single_key_ring(filed.kid, filed.wrap)


def read_answers(keys: KeyRing, assessment_id: str) -> dict[str, Any]:
    """The answers as they stand, as far as they can be read."""
    return read_answer_log(keys, assessment_id).current_answers()


def read_answer_log(keys: KeyRing, assessment_id: str) -> AnswerLog:
    """Every line ever added that can be read, and where one cannot."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(SELECT_ASSESSMENT, (assessment_id,)).first()
        filed, _ = _require_row(found)
        rows = select_log_rows(connection.exec_driver_sql, filed)
    return read_log(keys, filed, rows)


def save_item_drafts(keys: KeyRing, assessment_id: str, place: dict[str, Any]) -> None:
    """Keep where the person left off, half-typed words included. Only the latest is kept."""
    with keys.database.write_raw() as driver:
        filed, _ = _require_row(driver.execute(SELECT_ASSESSMENT, (assessment_id,)).fetchone())
        require_in_progress(filed.bound_columns[1])
        before = driver.execute("SELECT rev FROM place WHERE assessment_id = ?", (assessment_id,)).fetchone()
        rev = before[0] + 1 if before else 1
        keys.has_uncounted_writes = True
        sealed = keys.seal_row(
            filed.kid, filed.wrap, _drafts_context(keys, filed, rev), _encode_json(place).encode()
        )
        driver.execute(
            "INSERT OR REPLACE INTO place (assessment_id, rev, body) VALUES (?, ?, ?)",
            (assessment_id, rev, sealed),
        )


def read_item_drafts(keys: KeyRing, assessment_id: str) -> dict[str, Any] | None:
    """Where the person left off, or None."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(SELECT_ASSESSMENT, (assessment_id,)).first()
        kept = connection.exec_driver_sql(
            "SELECT rev, body FROM place WHERE assessment_id = ?", (assessment_id,)
        ).first()
    filed, _ = _require_row(found)
    if kept is None or not kept[0]:
        return None
    opened: dict[str, Any] = json.loads(
        keys.open_row(filed.kid, filed.wrap, _drafts_context(keys, filed, kept[0]), kept[1])
    )
    return opened


def complete(keys: KeyRing, assessment: Assessment, envelope: bytes, service_kid: str) -> OutboxEntry:
    """Finish once: the record, the outbox entry and the second copy, all or none.

    Raises StoreFault("completion-unsure") where the disk refused and then refused to take back, too:
    then only the next opening can tell which of the two it is.
    """
    if assessment.status not in _COMPLETED_STATUSES:
        raise StoreFault("not-completed")
    copied = False
    try:
        with keys.database.write_raw() as driver:
            before, _ = _require_row(driver.execute(SELECT_ASSESSMENT, (assessment.id,)).fetchone())
            filed = _next_revision(before, assessment, "completed")
            (last_line,) = driver.execute(_SELECT_LAST_LINE, (assessment.id,)).fetchone()
            tally = count_after(driver.execute, keys, RowChange(_TABLE, filed.id, before.rev, filed.rev))
            finished = Completion(
                entry_id=assessment.id,
                service_kid=service_kid,
                envelope=envelope,
                rev=filed.rev,
                state="completed",
                sealed_summary=filed.seal(keys, encode_summary(assessment)),
                sealed_record=filed.seal(keys, assessment.model_dump_json().encode(), ".completion"),
                integrity_count=tally.to_bytes() if tally else b"",
                last_line=last_line,
            )
            # On the disk before the transaction commits: a cut in between is carried out at the
            # next opening, so "completed" never depends on one file alone.
            copied = True
            keys.outbox.completion_files.write(finished)
            apply_completion(driver, finished)
            entry = keys.outbox.queue(driver, finished)
    except BaseException as error:
        if copied:
            _roll_back_completion(keys, assessment.id, error)
        raise
    keys.advance_rollback_counter()
    keys.database.checkpoint()
    # Nothing is read back: what the disk refuses now does not make it undone.
    return entry


def _roll_back_completion(keys: KeyRing, assessment_id: str, error: BaseException) -> None:
    """Make sure that what is about to be called refused does not happen after all."""
    try:
        keys.outbox.completion_files.remove(assessment_id)
        if not isinstance(error, DiskFull):
            # A commit whose sync failed may lie whole in the log: the next one is written over it. This
            # one changes nothing and writes a page all the same, which an UPDATE would not.
            with keys.database.write_raw() as driver:
                driver.execute("PRAGMA user_version = 0")
    except StoreFault:
        raise StoreFault("completion-unsure") from None


def stop(keys: KeyRing, assessment_id: str) -> None:
    """End an assessment that will not be finished. What was written stays."""
    with keys.database.write_raw() as driver:
        before, sealed = _require_row(driver.execute(SELECT_ASSESSMENT, (assessment_id,)).fetchone())
        stopped = validate_record(Assessment, before.open(keys, sealed), assessment_id).model_copy(
            update={"status": "stopped"}
        )
        filed = _next_revision(before, stopped, "stopped")
        record_changes(driver.execute, keys, RowChange(_TABLE, filed.id, before.rev, filed.rev))
        driver.execute(
            "UPDATE assessment SET rev = ?, state = 'stopped', body = ? WHERE id = ?",
            (filed.rev, filed.seal(keys, encode_summary(stopped)), assessment_id),
        )


def get(keys: KeyRing, assessment_id: str) -> Assessment:
    """One assessment whole: as completed, or with the answers as they stand."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(SELECT_ASSESSMENT, (assessment_id,)).first()
        done = connection.exec_driver_sql(
            "SELECT rev, body FROM completion WHERE assessment_id = ?", (assessment_id,)
        ).first()
    filed, sealed = _require_row(found)
    if filed.bound_columns[1] == "completed":
        if done is None or done[0] != filed.rev:
            raise Damaged(part="completion")
        return validate_record(Assessment, filed.open(keys, done[1], ".completion"), assessment_id)
    head: dict[str, Any] = json.loads(filed.open(keys, sealed))
    lines = read_answer_log(keys, assessment_id)
    found_now = {"answers": lines.current_answers(), "lost_lines": len(lines.lost)}
    return validate_record(Assessment, {**head, **found_now}, assessment_id)


def _require_row(row: Any) -> tuple[SealedRow, bytes]:
    if row is None:
        raise NotFound(part=_TABLE)
    return to_sealed_row(row)


def _next_revision(before: SealedRow, assessment: Assessment, state: str) -> SealedRow:
    require_in_progress(before.bound_columns[1])
    if assessment.household_id != before.bound_columns[0]:
        raise StoreFault("other-household")
    return SealedRow(
        before.table,
        before.id,
        (before.bound_columns[0], state, before.bound_columns[2]),
        before.rev + 1,
        before.schema_id,
        before.agency,
        before.author,
        before.kid,
        before.wrap,
    )


def require_in_progress(state: str) -> None:
    """Refuse to add to what is completed or stopped."""
    if state != "in-progress":
        raise StoreFault("already-completed" if state == "completed" else "assessment-stopped")


def _append_or_raise(
    driver: sqlite3.Connection, keys: KeyRing, end: LogEnd, link_id: str, entry: Any
) -> LogEnd:
    """Add a line to the end that has just been looked up."""
    moved = append_line(driver, keys, end, link_id, entry)
    if moved is None:
        raise StoreFault("row-refused")
    return moved


def _drafts_context(keys: KeyRing, filed: SealedRow, rev: int) -> bytes:
    ids = (filed.id, filed.bound_columns[0])
    return keys.row_context("place", ids, rev, schema_of("place"), filed.agency, filed.author)
