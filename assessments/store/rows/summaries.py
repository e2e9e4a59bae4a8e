"""Summaries of assessments for lists, and the summary cache that makes the first list quick.

Opened summaries are also stored in groups, each one sealed body under a content key of its own. A group is a
copy: one that is gone, damaged or out of date costs the time to open its rows. Deleting an assessment deletes
all groups and their keys.
"""

import json
import sqlite3
from contextlib import suppress
from datetime import datetime
from typing import Any

from assessments.casework.records import Assessment
from assessments.errors import Locked, StoreFault
from assessments.store.rows import sealed_rows
from assessments.store.rows.sealed_rows import AssessmentColumns, AssessmentRow, ReadResult, SealedRow
from assessments.store.rows.unlocked_store import AssessmentSummary, UnlockedStore

_SELECT_OWN = "SELECT number, id, rev FROM assessment WHERE agency = ? AND author = ? ORDER BY number"
_SELECT_OWN_IN_HOUSEHOLD = _SELECT_OWN.replace(" ORDER", " AND household_id = ? ORDER")
_BY_NUMBER = "t.number IN (SELECT value FROM json_each(?))"
_SELECT_GROUPS = (
    "SELECT h.kid, h.first, k.sealed, h.body FROM heading AS h JOIN content_key AS k ON k.kid = h.kid"
    " WHERE h.agency = ? AND h.author = ?"
)
_DELETE_GROUP = (
    "DELETE FROM content_key WHERE kid IN"
    " (SELECT kid FROM heading WHERE agency = ? AND author = ? AND first = ?)",
    "DELETE FROM heading WHERE agency = ? AND author = ? AND first = ?",
)
# Assessments by number, 256 to a group; fewer fresh ones than _MIN_GROUP_SIZE are not worth a group.
_GROUP_BITS = 8
# About what 256 summaries take, twice: in the log, and in the file.
_GROUP_BYTES = 256 * 1024
_MIN_GROUP_SIZE = 64
# Not in the summary: they are long, and a list of summaries is read often. Of a result the grade stays.
_EXCLUDED_RESULT_FIELDS = {"scales", "band", "routes", "supplements", "findings"}
_EXCLUDED_FIELDS: Any = {
    "answers": True,
    "hidden": True,
    "result": {**dict.fromkeys(_EXCLUDED_RESULT_FIELDS, True), "grade": {"reasons"}},
}


def list_summaries(unlocked: UnlockedStore, household_id: str | None = None) -> ReadResult[AssessmentSummary]:
    """Summaries of this person's assessments, oldest first, of one household or of all."""
    own: tuple[str, ...] = (unlocked.agency, unlocked.author)
    statement = _SELECT_OWN
    if household_id is not None:
        own, statement = (*own, household_id), _SELECT_OWN_IN_HOUSEHOLD
    held = unlocked.caches.summaries
    with unlocked.database.read() as driver:
        wanted = [(number, (row_id, rev)) for number, row_id, rev in driver.execute(statement, own)]
        fresh = [number for number, place in wanted if place not in held]
        if len(fresh) >= _MIN_GROUP_SIZE:
            _load_summary_cache(unlocked, driver)
            fresh = [number for number, place in wanted if place not in held]
        rows = (
            sealed_rows.select_sealed_rows(
                driver, "assessment", AssessmentColumns, _BY_NUMBER, json.dumps(fresh)
            )
            if fresh
            else []
        )
    opened = sealed_rows.open_rows(rows, lambda row, sealed: _open_summary(unlocked, row, sealed))
    held.update(opened)
    if household_id is None and len(opened) >= _MIN_GROUP_SIZE:
        _save_summary_cache(unlocked, wanted, {number >> _GROUP_BITS for number in fresh})
    found = (held.get(place) for _, place in wanted)
    return ReadResult((summary for summary in found if summary is not None), opened.unreadable)


def encode_summary(assessment: Assessment) -> bytes:
    """What is sealed into the assessment's own row."""
    return assessment.model_dump_json(exclude=_EXCLUDED_FIELDS).encode()


def delete_summary_cache(driver: sqlite3.Connection) -> None:
    """Delete every group and its key: a damaged one may not say truly whom it holds."""
    driver.execute("DELETE FROM content_key WHERE kid IN (SELECT kid FROM heading)")
    driver.execute("DELETE FROM heading")


def _open_summary(
    unlocked: UnlockedStore, row: AssessmentRow, sealed: bytes
) -> tuple[tuple[str, int], AssessmentSummary]:
    # Straight from JSON: checking each record again costs ten times as much as opening it.
    head = json.loads(row.open(unlocked.keys, sealed).decode())
    grade = (head.get("result") or {}).get("grade") or {}
    summary = AssessmentSummary(
        row.id,
        row.bound_columns.household_id,
        head["contact_id"],
        head["subject_id"],
        head["instrument"],
        head["version"],
        head["status"],
        datetime.fromisoformat(head["started_at"]),
        _parse_time(head["completed_at"]),
        head["amends"],
        grade.get("value"),
        bool(grade.get("provisional")),
    )
    return (row.id, row.rev), summary


def _parse_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _group_row(unlocked: UnlockedStore, kid: str, wrap: bytes, first: int) -> SealedRow[tuple[str]]:
    return unlocked.new_row("heading", kid, (str(first),), kid, wrap)


def _load_summary_cache(unlocked: UnlockedStore, driver: sqlite3.Connection) -> None:
    for kid, first, wrap, sealed in driver.execute(_SELECT_GROUPS, (unlocked.agency, unlocked.author)):
        with suppress(StoreFault):  # its rows are there, and are opened one by one
            revs, columns = json.loads(_group_row(unlocked, kid, wrap, first).open(unlocked.keys, sealed))
            columns[7] = map(datetime.fromisoformat, columns[7])
            columns[8] = map(_parse_time, columns[8])
            places = zip(columns[0], revs, strict=True)
            unlocked.caches.summaries.update(
                zip(places, map(AssessmentSummary._make, zip(*columns, strict=True)), strict=True)
            )


def _save_summary_cache(
    unlocked: UnlockedStore, wanted: list[tuple[int, tuple[str, int]]], groups: set[int]
) -> None:
    """Write these groups anew, each under a fresh key, unless room is short."""
    with suppress(OSError):
        if not unlocked.database.has_free_space(len(groups) * _GROUP_BYTES):
            return
    members: dict[int, list[tuple[str, int]]] = {group: [] for group in groups}
    for number, place in wanted:
        if number >> _GROUP_BITS in members and place in unlocked.caches.summaries:
            members[number >> _GROUP_BITS].append(place)
    # Locked: an assessment has just been deleted, and these summaries may hold it.
    with suppress(StoreFault, Locked), unlocked.database.write() as driver:
        for first, places in members.items():
            own = (unlocked.agency, unlocked.author, first)
            for statement in _DELETE_GROUP:
                driver.execute(statement, own)
            kid, wrap = unlocked.create_content_key(driver)
            body = _encode_group(unlocked, places)
            sealed = _group_row(unlocked, kid, wrap, first).seal(unlocked.keys, body)
            driver.execute(
                "INSERT INTO heading (kid, agency, author, first, body) VALUES (?, ?, ?, ?, ?)",
                (kid, *own, sealed),
            )


def _encode_group(unlocked: UnlockedStore, places: list[tuple[str, int]]) -> bytes:
    """The revisions, and the summaries column by column: read in a third of the time of rows."""
    columns: list[Any] = [
        list(column) for column in zip(*map(unlocked.caches.summaries.__getitem__, places), strict=True)
    ]
    for times in (7, 8):
        columns[times] = [time and time.isoformat() for time in columns[times]]
    return json.dumps([[rev for _, rev in places], columns]).encode()
