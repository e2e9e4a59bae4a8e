"""Answer logs: sealed lines that are only ever added, ended by a hash chain, and read with gaps.

A log ends in a *tail*, a MAC chain over its lines, which stands where its next line goes. Damage to one line
costs that line and no other. Each line carries marks of the items of the lines just before it, so that a lost
line still tells which item it was about, and no earlier answer stands in for it. Where the tail itself is
lost the next line leaves its place empty: that gap stays visible, and adding is never refused.
"""

import base64
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from assessments.casework.records import LogLine
from assessments.crypto.sealing import constant_time_equal, digest, length_prefix
from assessments.errors import Damaged, StoreFault
from assessments.store.access.keyring import RowKeys
from assessments.store.rows.sealed_rows import AssessmentRow, row_context, schema_of
from assessments.store.rows.unlocked_store import LogEnd, UnlockedRows

# A line is (number of the assessment << 20) + its place, from 1: a million lines each. The tail stands
# at the place of the next line, which takes it over. So every line goes to the end of SQLite's table,
# and a row is not moved from page to page.
SEQUENCE_BITS = 20
MAX_SEQUENCE = (1 << SEQUENCE_BITS) - 1
# The lines of one row of `assessment`, in SQL.
LINES_OF_ASSESSMENT = (
    f"line BETWEEN (number << {SEQUENCE_BITS}) AND (number << {SEQUENCE_BITS}) + {MAX_SEQUENCE}"
)
TAIL_MAGIC = b"CKT1"
_TAIL_BYTES = 36
# As long as a short line, so that it is overwritten where it is.
_TAIL_ROW_BYTES = 238
# From a wrong tail follows a wrong one: a list that goes on from this one is never taken for whole.
_LOST_TAIL = (TAIL_MAGIC + bytes(32)).ljust(_TAIL_ROW_BYTES, b"\0")
_ANSWER_BYTES = 144
# A line remembers as many before it as lie on a page of the disk with it.
_MARKS_PER_LINE = 18
_MARK_LETTERS = 3
_UNKNOWN_MARK = "-" * _MARK_LETTERS
# The new tail first, at the end of the table; the line then takes the place of the old one. Where
# another process has been there, neither row is written.
_INSERT_LINE = (
    "INSERT INTO answer (line, body) SELECT column1, column2 FROM (VALUES (?, ?), (?, ?))"
    " WHERE EXISTS (SELECT 1 FROM assessment WHERE id = ? AND rev = ?)"
    " ON CONFLICT (line) DO UPDATE SET body = excluded.body WHERE body = ?"
)
_SELECT_LINES = "SELECT line - ?, body FROM answer WHERE line BETWEEN ? AND ? ORDER BY line"
# Made once: json.dumps makes an encoder for every call that is not plain.
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

LogRows = Sequence[Any]


class AnswerLog(list[LogLine]):
    """Every line that opens, in order. `lost`: where at least one does not, or is gone, with the mark
    of the item that it was about where that is known."""

    def __init__(self, lines: Iterable[LogLine], lost: Sequence[tuple[int, str]]) -> None:
        super().__init__(lines)
        self.lost = tuple(lost)

    def current_answers(self) -> dict[str, Any]:
        """The answers as they stand: the last line of each item, in the order of first answering. An item
        whose last line is known to be lost has no answer: an earlier one would be wrong."""
        last = {line.link_id: line for line in self}
        lost = [
            link_id
            for place, mark in self.lost
            if mark != _UNKNOWN_MARK
            for link_id, line in last.items()
            if line.sequence < place and _item_mark(link_id) == mark
        ]
        return {
            name: line.entry for name, line in last.items() if line.entry is not None and name not in lost
        }


def select_log_rows(driver: sqlite3.Connection, row: AssessmentRow) -> list[Any]:
    """The rows of a list, by their places in it."""
    start = _first_key(row)
    return list(driver.execute(_SELECT_LINES, (start, start, start + MAX_SEQUENCE)).fetchall())


def read_log(keys: RowKeys, row: AssessmentRow, rows: LogRows) -> AnswerLog:
    """Every line that opens, and what is missing."""
    opened: dict[int, LogLine] = {}
    for place, sealed in rows:
        with suppress(StoreFault):
            opened[place] = _open_line(keys, row, place, sealed)
    # Only a line that opens and a tail vouch for all the places before them.
    last = max([*opened, *(place - 1 for place, body in rows if _is_tail(body))], default=0)
    lost = set(range(1, last + 1)) - opened.keys()
    lost |= {place for place, body in rows if place > last and not _is_tail(body)}
    if not lost and not _is_intact(keys, row, rows):
        lost = {last + 1}  # nobody can say where
    if rows and rows[-1][0] in opened:
        lost.add(last + 1)  # the tail is gone, and perhaps lines before it
    return AnswerLog(opened.values(), [(place, _lost_mark(opened, place)) for place in sorted(lost)])


def count_missing(keys: RowKeys, row: AssessmentRow, rows: LogRows) -> tuple[int, int]:
    """How many lines there were at least and how many can be read: the same while the list is whole.
    No line of a whole list is opened; nor one of a list whose loss was accepted."""
    if _is_intact(keys, row, rows):
        return len(rows), len(rows)
    lines = read_log(keys, row, rows)
    return len(lines) + len(lines.lost), len(lines)


def _is_intact(keys: RowKeys, row: AssessmentRow, rows: LogRows) -> bool:
    """Whether these are the lines that the tail at their end was made of."""
    reached = _tail(keys, row, length_prefix("ck1", "tail", row.id))
    for _, sealed in rows[:-1]:
        reached = _next_tail(keys, row, reached, sealed)
    return _ends_in_tail(rows) and constant_time_equal(reached[:_TAIL_BYTES], rows[-1][1][:_TAIL_BYTES])


def _ends_in_tail(rows: LogRows) -> bool:
    return bool(rows) and _is_tail(rows[-1][1])


def _open_line(keys: RowKeys, row: AssessmentRow, sequence: int, sealed: bytes) -> LogLine:
    if _is_tail(sealed):
        raise Damaged(part="answer")
    plain = keys.open_row(row.kid, row.wrap, _line_context(row, sequence), sealed)
    at, link_id, entry, *trail = json.loads(plain)
    return LogLine(sequence, datetime.fromisoformat(at), link_id, entry, *trail[:1])


def _lost_mark(opened: dict[int, LogLine], place: int) -> str:
    """The mark of the line that is lost at a place, from a line after it that remembers."""
    for back in range(_MARKS_PER_LINE):
        after = opened.get(place + 1 + back)
        if after is not None:
            at = back * _MARK_LETTERS
            return after.recent_marks[at : at + _MARK_LETTERS] or _UNKNOWN_MARK
    return _UNKNOWN_MARK


def begin_log(driver: sqlite3.Connection, keys: RowKeys, row: AssessmentRow) -> LogEnd:
    """The end of a new, empty list."""
    tail = _tail(keys, row, length_prefix("ck1", "tail", row.id))
    driver.execute("INSERT INTO answer (line, body) VALUES (?, ?)", (_first_key(row) + 1, tail))
    return LogEnd(row, 1, tail, "")


def find_log_end(driver: sqlite3.Connection, keys: RowKeys, row: AssessmentRow) -> LogEnd:
    """Where a list goes on, whatever is damaged in it."""
    start = _first_key(row)
    backwards = driver.execute(f"{_SELECT_LINES} DESC LIMIT 2", (start, start, start + MAX_SEQUENCE))
    rows = backwards.fetchall()[::-1]
    sequence = _next_sequence(keys, row, rows)
    tail = rows.pop()[1] if _ends_in_tail(rows) else _LOST_TAIL
    trail = ""
    with suppress(StoreFault):
        for place, sealed in rows[-1:]:
            before = _open_line(keys, row, place, sealed)
            trail = _UNKNOWN_MARK * (sequence - place - 1) + _item_mark(before.link_id) + before.recent_marks
    return LogEnd(row, sequence, tail, trail[: _MARKS_PER_LINE * _MARK_LETTERS])


def append_line(
    driver: sqlite3.Connection, unlocked: UnlockedRows, end: LogEnd, link_id: str, entry: Any
) -> LogEnd | None:
    """Add a line and move the tail, unless another process has moved the assessment or its list on."""
    keys, row, sequence = unlocked.keys, end.sealed_row, end.sequence
    line = _encode_json([unlocked.now().isoformat(), link_id, entry, end.recent_marks]).encode()
    sealed = keys.seal_row(row.kid, row.wrap, _line_context(row, sequence), line, _ANSWER_BYTES)
    if sequence >= MAX_SEQUENCE:
        raise StoreFault("too-many-lines")
    place = _first_key(row) + sequence
    moved = _next_tail(keys, row, end.tail, sealed)
    rows = (place + 1, moved, place, sealed)
    written = driver.execute(_INSERT_LINE, (*rows, row.id, row.rev, end.tail)).rowcount
    if written == 1:
        raise Damaged(part="answer")  # a line without its tail, or a tail without its line
    unlocked.work.has_uncounted_writes = True
    trail = (_item_mark(link_id) + end.recent_marks)[: _MARKS_PER_LINE * _MARK_LETTERS]
    return LogEnd(row, sequence + 1, moved, trail) if written else None


def reanchor(driver: sqlite3.Connection, keys: RowKeys, row: AssessmentRow, *, is_new: bool) -> None:
    """Take the lines that are here as all there are, from now on. `is_new`: there never was a tail;
    else a lost one leaves a gap, as a line that is added would."""
    start, rows = _first_key(row), select_log_rows(driver, row)
    if _is_intact(keys, row, rows):
        return
    reached = _tail(keys, row, length_prefix("ck1", "tail", row.id))
    for place, sealed in rows:
        if _is_tail(sealed):
            driver.execute("DELETE FROM answer WHERE line = ?", (start + place,))
        else:
            reached = _next_tail(keys, row, reached, sealed)
    place = (
        (rows[-1][0] if rows else 0) + 1
        if is_new and not _ends_in_tail(rows)
        else _next_sequence(keys, row, rows)
    )
    driver.execute("INSERT INTO answer (line, body) VALUES (?, ?)", (start + place, reached))


def _next_sequence(keys: RowKeys, row: AssessmentRow, rows: LogRows) -> int:
    """Where the next line goes: the tail's own place. Without a tail a place that shows the loss, one
    that does not open or else an empty one, stays before it."""
    if _ends_in_tail(rows):
        return int(rows[-1][0])
    for place, sealed in rows[-1:]:
        with suppress(StoreFault):
            _open_line(keys, row, place, sealed)
            break
        return int(place) + 1
    return (rows[-1][0] if rows else 0) + 2


def _first_key(row: AssessmentRow) -> int:
    return int(row.bound_columns.number) << SEQUENCE_BITS


def _line_context(row: AssessmentRow, sequence: int) -> bytes:
    # Not bound to the heading's revision and state: lines stay as they are when those move on.
    ids = (row.id, row.bound_columns.household_id)
    return row_context("answer", ids, sequence, schema_of("answer"), row.agency, row.author)


@cache
def _item_mark(link_id: str) -> str:
    """A short name of an item: eighteen bits, so that two of one tool hardly ever share one."""
    return base64.b64encode(digest(link_id.encode())[:3])[:_MARK_LETTERS].decode()


def _next_tail(keys: RowKeys, row: AssessmentRow, tail: bytes, sealed: object) -> bytes:
    """The tail after one more sealed line. A damaged page may give text where bytes were written."""
    return _tail(keys, row, tail[:_TAIL_BYTES] + (sealed if isinstance(sealed, bytes) else b""))


def _is_tail(body: object) -> bool:
    return isinstance(body, bytes) and body.startswith(TAIL_MAGIC)


def _tail(keys: RowKeys, row: AssessmentRow, message: bytes) -> bytes:
    return (TAIL_MAGIC + keys.chain_mac(row.kid, row.wrap, message)).ljust(_TAIL_ROW_BYTES, b"\0")
