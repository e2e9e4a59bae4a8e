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
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.errors import Damaged, NotFound, StoreFault
from assessments.ports import Entry
from assessments.records import Assessment, Status
from assessments.store.copies import Finished, write_completion
from assessments.store.filing import Filed, checked, schema_of
from assessments.store.headings import ONE, filed_row, heading_body
from assessments.store.keyring import Keys, check_id
from assessments.store.tally import (
    LAST_PLACE,
    PLACE_BITS,
    Change,
    after,
    check_tail,
    first_tail,
    is_tail,
    next_tail,
    note,
)

_TABLE = "assessment"
_ANSWER_BYTES = 128
_ADD_TO = (
    "SELECT a.state, a.agency, a.author, a.kid, k.sealed, a.household_id, a.schema_id, a.rev, a.number,"
    " e.line, e.body"
    " FROM assessment AS a LEFT JOIN content_key AS k ON k.kid = a.kid"
    " LEFT JOIN answer AS e ON e.line ="
    " (SELECT max(line) FROM answer WHERE line BETWEEN (a.number << 20) AND (a.number << 20) + 1048575)"
    " WHERE a.id = ?"
)
# The new tail first, at the end of the table; the line then takes the place of the old one. Where
# another process has been there, neither row is written.
_ADD = (
    "INSERT INTO answer (line, body) SELECT column1, column2 FROM (VALUES (?, ?), (?, ?))"
    " WHERE EXISTS (SELECT 1 FROM assessment WHERE id = ? AND rev = ?)"
    " ON CONFLICT (line) DO UPDATE SET body = excluded.body WHERE body = ?"
)
# Made once: json.dumps makes an encoder for every call that is not plain.
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COMPLETED: tuple[Status, ...] = ("completed", "amended", "entered-in-error")


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as it was given. `entry` None takes the answer back."""

    sequence: int
    at: datetime
    link_id: str
    entry: Any

    def __repr__(self) -> str:
        return f"<Line {self.sequence}>"


def begin(keys: Keys, assessment: Assessment) -> None:
    """File a new assessment under a key of its own. Answers it already has become its first lines."""
    begun = assessment.model_copy(update={"status": "in-progress"})
    with keys.database.write_lean() as driver:
        if driver.execute("SELECT 1 FROM assessment WHERE id = ?", (assessment.id,)).fetchone():
            raise StoreFault("already-begun")
        if not driver.execute("SELECT 1 FROM household WHERE id = ?", (assessment.household_id,)).fetchone():
            raise NotFound(part="household")
        (number,) = driver.execute("SELECT coalesce(max(number), 0) + 1 FROM assessment").fetchone()
        kid, wrap = keys.file_content_key(driver.execute)
        filed = Filed(
            table=_TABLE,
            id=check_id(assessment.id),
            filed_under=(assessment.household_id, "in-progress", str(number)),
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
                filed.seal(keys, heading_body(begun)),
            ),
        )
        driver.execute("INSERT INTO place (assessment_id, rev, body) VALUES (?, 0, x'')", (assessment.id,))
        note(driver.execute, keys, Change(_TABLE, assessment.id, None, filed.rev))
        tail = first_tail(keys, filed)
        driver.execute("INSERT INTO answer (line, body) VALUES (?, ?)", ((number << PLACE_BITS) + 1, tail))
        for sequence, (link_id, entry) in enumerate(assessment.answers.items(), start=1):
            tail = _insert_answer(driver, keys, filed, sequence, tail, link_id, entry)


def append_answer(keys: Keys, assessment_id: str, link_id: str, entry: Any) -> int:
    """Add one line: one sealed row, one commit, on the disk when this returns. Returns its number."""
    # Remembered from the line before; taken out, so that after any fault it is looked up again.
    end = keys.ends.pop(assessment_id, None)
    with keys.database.write_lean() as driver:
        if end is None or (tail := _added(driver, keys, *end, link_id, entry)) is None:
            end = _end(driver, assessment_id)
            tail = _insert_answer(driver, keys, *end, link_id, entry)
    filed, sequence, _ = end
    keys.ends[assessment_id] = filed, sequence + 1, tail
    return sequence


def narrowed(keys: Keys, assessment_id: str) -> Keys:
    """Keys that can add lines to this assessment, and open no other row of anybody."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(ONE, (assessment_id,)).first()
    filed, _ = _one(found)
    refuse_closed(filed.filed_under[1])
    return keys.narrowed(filed.kid, filed.wrap)


def answers(keys: Keys, assessment_id: str) -> dict[str, Any]:
    """The answers as they stand: the last line of each item, in the order of first answering."""
    return _fold(history(keys, assessment_id))


def history(keys: Keys, assessment_id: str) -> list[Line]:
    """Every line ever added. A line that is gone, or the tail, is `Damaged`."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(ONE, (assessment_id,)).first()
        filed, _ = _one(found)
        start = int(filed.filed_under[2]) << PLACE_BITS
        lines = connection.exec_driver_sql(
            "SELECT line - ?, body FROM answer WHERE line BETWEEN ? AND ? ORDER BY line",
            (start, start, start + LAST_PLACE),
        ).all()
    if not lines or not is_tail(lines[-1][1]):
        raise Damaged(part="answer")
    *lines, (_, tail) = lines
    if not all(isinstance(sealed, bytes) for _, sealed in lines):
        raise Damaged(part="answer")  # a damaged page may give text where bytes were written
    check_tail(keys, filed, tail, [sealed for _, sealed in lines])
    opened = []
    for sequence, sealed in lines:
        context = _answer_context(keys, filed, sequence)
        at, link_id, entry = json.loads(keys.open_row(filed.kid, filed.wrap, context, sealed))
        opened.append(Line(sequence, datetime.fromisoformat(at), link_id, entry))
    return opened


def save_place(keys: Keys, assessment_id: str, place: dict[str, Any]) -> None:
    """Keep where the person left off, half-typed words included. Only the latest is kept."""
    with keys.database.write_lean() as driver:
        filed, _ = _one(driver.execute(ONE, (assessment_id,)).fetchone())
        refuse_closed(filed.filed_under[1])
        before = driver.execute("SELECT rev FROM place WHERE assessment_id = ?", (assessment_id,)).fetchone()
        rev = before[0] + 1 if before else 1
        keys.wrote = True
        sealed = keys.seal_row(
            filed.kid, filed.wrap, _place_context(keys, filed, rev), _encoded(place).encode()
        )
        driver.execute(
            "INSERT OR REPLACE INTO place (assessment_id, rev, body) VALUES (?, ?, ?)",
            (assessment_id, rev, sealed),
        )


def place(keys: Keys, assessment_id: str) -> dict[str, Any] | None:
    """Where the person left off, or None."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(ONE, (assessment_id,)).first()
        kept = connection.exec_driver_sql(
            "SELECT rev, body FROM place WHERE assessment_id = ?", (assessment_id,)
        ).first()
    filed, _ = _one(found)
    if kept is None or not kept[0]:
        return None
    opened: dict[str, Any] = json.loads(
        keys.open_row(filed.kid, filed.wrap, _place_context(keys, filed, kept[0]), kept[1])
    )
    return opened


def complete(keys: Keys, assessment: Assessment, envelope: bytes, service_kid: str) -> Entry:
    """Finish once: the record, the outbox entry and the second copy, all or none."""
    if assessment.status not in _COMPLETED:
        raise StoreFault("not-completed")
    copied = False
    try:
        with keys.database.write_lean() as driver:
            before, _ = _one(driver.execute(ONE, (assessment.id,)).fetchone())
            filed = _next_revision(before, assessment, "completed")
            tally = after(driver.execute, keys, Change(_TABLE, filed.id, before.rev, filed.rev))
            finished = Finished(
                entry_id=assessment.id,
                service_kid=service_kid,
                envelope=envelope,
                rev=filed.rev,
                state="completed",
                head=filed.seal(keys, heading_body(assessment)),
                body=filed.seal(keys, assessment.model_dump_json().encode(), ".completion"),
                tally=tally.packed() if tally else b"",
            )
            # On the disk before the transaction commits: a cut in between is carried out at the
            # next opening, so "completed" never depends on one file alone.
            copied = True
            keys.outbox.copies.write(finished)
            write_completion(driver, finished)
            keys.outbox.queue(driver, finished)
    except BaseException:
        if copied:
            keys.outbox.copies.remove(assessment.id)
        raise
    keys.rest()
    keys.database.checkpoint()
    return keys.outbox.entry(assessment.id)


def stop(keys: Keys, assessment_id: str) -> None:
    """End an assessment that will not be finished. What was written stays."""
    with keys.database.write_lean() as driver:
        before, sealed = _one(driver.execute(ONE, (assessment_id,)).fetchone())
        stopped = checked(Assessment, before.open(keys, sealed), assessment_id).model_copy(
            update={"status": "stopped"}
        )
        filed = _next_revision(before, stopped, "stopped")
        note(driver.execute, keys, Change(_TABLE, filed.id, before.rev, filed.rev))
        driver.execute(
            "UPDATE assessment SET rev = ?, state = 'stopped', body = ? WHERE id = ?",
            (filed.rev, filed.seal(keys, heading_body(stopped)), assessment_id),
        )


def get(keys: Keys, assessment_id: str) -> Assessment:
    """One assessment whole: as completed, or with the answers as they stand."""
    with keys.database.read() as connection:
        found = connection.exec_driver_sql(ONE, (assessment_id,)).first()
        done = connection.exec_driver_sql(
            "SELECT rev, body FROM completion WHERE assessment_id = ?", (assessment_id,)
        ).first()
    filed, sealed = _one(found)
    if filed.filed_under[1] == "completed":
        if done is None or done[0] != filed.rev:
            raise Damaged(part="completion")
        return checked(Assessment, filed.open(keys, done[1], ".completion"), assessment_id)
    head: dict[str, Any] = json.loads(filed.open(keys, sealed))
    return checked(Assessment, {**head, "answers": answers(keys, assessment_id)}, assessment_id)


def _one(row: Any) -> tuple[Filed, bytes]:
    if row is None:
        raise NotFound(part=_TABLE)
    return filed_row(row)


def _next_revision(before: Filed, assessment: Assessment, state: str) -> Filed:
    refuse_closed(before.filed_under[1])
    if assessment.household_id != before.filed_under[0]:
        raise StoreFault("other-household")
    return Filed(
        before.table,
        before.id,
        (before.filed_under[0], state, before.filed_under[2]),
        before.rev + 1,
        before.schema_id,
        before.agency,
        before.author,
        before.kid,
        before.wrap,
    )


def refuse_closed(state: str) -> None:
    """Refuse to add to what is completed or stopped."""
    if state != "in-progress":
        raise StoreFault("already-completed" if state == "completed" else "assessment-stopped")


def _end(driver: sqlite3.Connection, assessment_id: str) -> tuple[Filed, int, bytes]:
    """The assessment as it is filed, the place of its next line, and the tail."""
    row = driver.execute(_ADD_TO, (assessment_id,)).fetchone()
    if row is None:
        raise NotFound(part=_TABLE)
    state, agency, author, kid, wrap, household_id, schema_id, rev, number, line, tail = row
    refuse_closed(state)
    if not is_tail(tail):
        raise Damaged(part="answer")
    under = (household_id, state, str(number))
    filed = Filed(_TABLE, assessment_id, under, rev, schema_id, agency, author, kid, wrap)
    return filed, int(line) - (int(number) << PLACE_BITS), tail


def _insert_answer(
    driver: sqlite3.Connection,
    keys: Keys,
    filed: Filed,
    sequence: int,
    tail: bytes,
    link_id: str,
    entry: Any,
) -> bytes:
    """Add a line and move the tail, which is returned."""
    moved = _added(driver, keys, filed, sequence, tail, link_id, entry)
    if moved is None:
        raise StoreFault("row-refused")
    return moved


def _added(
    driver: sqlite3.Connection,
    keys: Keys,
    filed: Filed,
    sequence: int,
    tail: bytes,
    link_id: str,
    entry: Any,
) -> bytes | None:
    """Add the line, unless the assessment or its list has been moved on by another process."""
    line = _encoded([keys.now().isoformat(), link_id, entry]).encode()
    context = _answer_context(keys, filed, sequence)
    sealed = keys.seal_row(filed.kid, filed.wrap, context, line, _ANSWER_BYTES)
    if sequence >= LAST_PLACE:
        raise StoreFault("too-many-lines")
    place = (int(filed.filed_under[2]) << PLACE_BITS) + sequence
    moved = next_tail(keys, filed, tail, sealed)
    rows = (place + 1, moved, place, sealed)
    written = driver.execute(_ADD, (*rows, filed.id, filed.rev, tail)).rowcount
    if written == 1:
        raise Damaged(part="answer")  # a line without its tail, or a tail without its line
    keys.wrote = True
    return moved if written else None


def _answer_context(keys: Keys, filed: Filed, sequence: int) -> bytes:
    # Not bound to the heading's revision and state: lines stay as they are when those move on.
    ids = (filed.id, filed.filed_under[0])
    return keys.context("answer", ids, sequence, schema_of("answer"), filed.agency, filed.author)


def _place_context(keys: Keys, filed: Filed, rev: int) -> bytes:
    ids = (filed.id, filed.filed_under[0])
    return keys.context("place", ids, rev, schema_of("place"), filed.agency, filed.author)


def _fold(lines: list[Line]) -> dict[str, Any]:
    folded: dict[str, Any] = {}
    for line in lines:
        folded[line.link_id] = line.entry
    return {link_id: entry for link_id, entry in folded.items() if entry is not None}
