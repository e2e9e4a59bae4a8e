"""Assessments in progress: begun, answered line by line (autosave), stopped, and read.

Answers in progress are an append-only log of sealed lines; the last line of each item wins. The log is the
autosave, the history and the crash recovery in one. Answers are plain JSON values here.
"""

import json
import sqlite3
from dataclasses import replace
from typing import Any

from assessments.casework.records import Assessment
from assessments.errors import Damaged, NotFound, StoreFault
from assessments.store.rows import answer_log
from assessments.store.rows.answer_log import AnswerLog
from assessments.store.rows.integrity import RowChange, insert_row, record_changes
from assessments.store.rows.sealed_rows import (
    AssessmentColumns,
    AssessmentRow,
    check_random_id,
    row_context,
    schema_of,
    select_sealed_rows,
    validate_record,
)
from assessments.store.rows.summaries import encode_summary
from assessments.store.rows.unlocked_store import LogEnd, UnlockedAssessment, UnlockedRows, UnlockedStore

_TABLE = "assessment"
# Made once: json.dumps makes an encoder for every call that is not plain.
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def begin(unlocked: UnlockedStore, assessment: Assessment) -> None:
    """Insert a new assessment under a key of its own. Answers it already has become its first lines."""
    begun = assessment.model_copy(update={"status": "in-progress"})
    with unlocked.database.write() as driver:
        if driver.execute("SELECT 1 FROM assessment WHERE id = ?", (assessment.id,)).fetchone():
            raise StoreFault("already-begun")
        if not driver.execute("SELECT 1 FROM household WHERE id = ?", (assessment.household_id,)).fetchone():
            raise NotFound(part="household")
        (number,) = driver.execute("SELECT coalesce(max(number), 0) + 1 FROM assessment").fetchone()
        kid, wrap = unlocked.create_content_key(driver)
        columns = AssessmentColumns(assessment.household_id, "in-progress", str(number))
        row = unlocked.new_row(_TABLE, check_random_id(assessment.id), columns, kid, wrap)
        insert_row(driver, unlocked, row, encode_summary(begun), number=number)
        driver.execute("INSERT INTO place (assessment_id, rev, body) VALUES (?, 0, x'')", (assessment.id,))
        end = answer_log.begin_log(driver, unlocked.keys, row)
        for link_id, entry in assessment.answers.items():
            end = _append_or_raise(driver, unlocked, end, link_id, entry)


def append_answer(unlocked: UnlockedRows, assessment_id: str, link_id: str, entry: Any) -> int:
    """Add one line, on the disk when this returns, whatever is damaged in the list. Returns its number."""
    # Remembered from the line before; taken out, so that after any fault it is looked up again.
    end = unlocked.caches.log_ends.pop(assessment_id, None)
    with unlocked.database.write() as driver:
        moved = answer_log.append_line(driver, unlocked, end, link_id, entry) if end is not None else None
        if moved is None:
            row, _ = read_row(driver, assessment_id)
            require_in_progress(row.bound_columns.state)
            moved = _append_or_raise(
                driver, unlocked, answer_log.find_log_end(driver, unlocked.keys, row), link_id, entry
            )
    unlocked.caches.log_ends[assessment_id] = moved
    return moved.sequence - 1


def unlock_assessment(unlocked: UnlockedStore, assessment_id: str) -> UnlockedAssessment:
    """What can add lines to this assessment, and open no other row of anybody."""
    with unlocked.database.read() as driver:
        row, _ = read_row(driver, assessment_id)
    require_in_progress(row.bound_columns.state)
    return unlocked.unlock_assessment(row.kid, row.wrap)


def read_answers(unlocked: UnlockedRows, assessment_id: str) -> dict[str, Any]:
    """The answers as they stand, as far as they can be read."""
    return read_answer_log(unlocked, assessment_id).current_answers()


def read_answer_log(unlocked: UnlockedRows, assessment_id: str) -> AnswerLog:
    """Every line ever added that can be read, and where one cannot."""
    with unlocked.database.read() as driver:
        row, _ = read_row(driver, assessment_id)
        rows = answer_log.select_log_rows(driver, row)
    return answer_log.read_log(unlocked.keys, row, rows)


def save_item_drafts(unlocked: UnlockedStore, assessment_id: str, place: dict[str, Any]) -> None:
    """Keep where the person left off, half-typed words included. Only the latest is kept."""
    with unlocked.database.write() as driver:
        row, _ = read_row(driver, assessment_id)
        require_in_progress(row.bound_columns.state)
        before = driver.execute("SELECT rev FROM place WHERE assessment_id = ?", (assessment_id,)).fetchone()
        rev = before[0] + 1 if before else 1
        unlocked.work.has_uncounted_writes = True
        sealed = unlocked.keys.seal_row(
            row.kid, row.wrap, _drafts_context(row, rev), _encode_json(place).encode()
        )
        driver.execute(
            "INSERT OR REPLACE INTO place (assessment_id, rev, body) VALUES (?, ?, ?)",
            (assessment_id, rev, sealed),
        )


def read_item_drafts(unlocked: UnlockedStore, assessment_id: str) -> dict[str, Any] | None:
    """Where the person left off, or None."""
    with unlocked.database.read() as driver:
        row, _ = read_row(driver, assessment_id)
        kept = driver.execute(
            "SELECT rev, body FROM place WHERE assessment_id = ?", (assessment_id,)
        ).fetchone()
    if kept is None or not kept[0]:
        return None
    opened: dict[str, Any] = json.loads(
        unlocked.keys.open_row(row.kid, row.wrap, _drafts_context(row, kept[0]), kept[1])
    )
    return opened


def stop(unlocked: UnlockedStore, assessment_id: str) -> None:
    """End an assessment that will not be finished. What was written stays."""
    with unlocked.database.write() as driver:
        before, sealed = read_row(driver, assessment_id)
        stopped = validate_record(Assessment, before.open(unlocked.keys, sealed), assessment_id).model_copy(
            update={"status": "stopped"}
        )
        row = next_revision(before, stopped, "stopped")
        record_changes(driver, unlocked, RowChange(_TABLE, row.id, before.rev, row.rev))
        driver.execute(
            "UPDATE assessment SET rev = ?, state = 'stopped', body = ? WHERE id = ?",
            (row.rev, row.seal(unlocked.keys, encode_summary(stopped)), assessment_id),
        )


def get(unlocked: UnlockedStore, assessment_id: str) -> Assessment:
    """One assessment whole: as completed, or with the answers as they stand."""
    with unlocked.database.read() as driver:
        row, sealed = read_row(driver, assessment_id)
        done = driver.execute(
            "SELECT rev, body FROM completion WHERE assessment_id = ?", (assessment_id,)
        ).fetchone()
    if row.bound_columns.state == "completed":
        if done is None or done[0] != row.rev:
            raise Damaged(part="completion")
        return validate_record(Assessment, row.open(unlocked.keys, done[1], ".completion"), assessment_id)
    head: dict[str, Any] = json.loads(row.open(unlocked.keys, sealed))
    lines = read_answer_log(unlocked, assessment_id)
    found_now = {"answers": lines.current_answers(), "lost_lines": len(lines.lost)}
    return validate_record(Assessment, {**head, **found_now}, assessment_id)


def read_row(driver: sqlite3.Connection, assessment_id: str) -> tuple[AssessmentRow, bytes]:
    """An assessment's row and its sealed summary. Raises NotFound."""
    found = select_sealed_rows(driver, _TABLE, AssessmentColumns, "t.id = ?", assessment_id)
    if not found:
        raise NotFound(part=_TABLE)
    return found[0]


def next_revision(before: AssessmentRow, assessment: Assessment, state: str) -> AssessmentRow:
    """The next revision of an assessment in progress. Raises StoreFault where it cannot have one."""
    require_in_progress(before.bound_columns.state)
    if assessment.household_id != before.bound_columns.household_id:
        raise StoreFault("other-household")
    return replace(before, bound_columns=before.bound_columns._replace(state=state), rev=before.rev + 1)


def require_in_progress(state: str) -> None:
    """Refuse to add to what is completed or stopped."""
    if state != "in-progress":
        raise StoreFault("already-completed" if state == "completed" else "assessment-stopped")


def _append_or_raise(
    driver: sqlite3.Connection, unlocked: UnlockedRows, end: LogEnd, link_id: str, entry: Any
) -> LogEnd:
    """Add a line to the end that has just been looked up."""
    moved = answer_log.append_line(driver, unlocked, end, link_id, entry)
    if moved is None:
        raise StoreFault("row-refused")
    return moved


def _drafts_context(row: AssessmentRow, rev: int) -> bytes:
    ids = (row.id, row.bound_columns.household_id)
    return row_context("place", ids, rev, schema_of("place"), row.agency, row.author)
