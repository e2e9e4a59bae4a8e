"""The outbox: sealed entries of completed work, which never change, and a log of what became of each.

An entry's state is read from its log, never from a flag, so an outcome that arrives during another attempt
cannot be overwritten. It opens without a passphrase: the notes (times, reasons, receipts) are sealed under
the device's key. A line whose note does not open counts as not written: the same bytes are sent again.
"""

import base64
import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assessments.crypto.sealing import constant_time_equal, digest, length_prefix
from assessments.errors import Damaged, NotFound, StoreFault
from assessments.ports import Clock, OutboxEntry, Outcome
from assessments.store.access.device import DeviceIdentity
from assessments.store.completion_files import Completion, CompletionFiles
from assessments.store.database import SqliteDatabase

_SENT_OUTCOMES = ("stored", "duplicate")
_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_NEXT_SEQUENCE = "SELECT coalesce(max(sequence), 0) + 1 FROM outbox_entry"
_NEXT_AUTHOR_SEQ = "SELECT count(*) + 1 FROM outbox_entry WHERE author = ?"
# Whose assessment it is, and the number that its entry gets. Entries are never removed.
_SELECT_AUTHOR_SEQ = """
SELECT coalesce(a.author, ''), (SELECT count(*) + 1 FROM outbox_entry WHERE author = a.author)
FROM (SELECT :id AS id) AS wanted LEFT JOIN assessment AS a ON a.id = wanted.id
"""
# ?1 is one id, or NULL for all. What was deleted for good has no envelope and is not shown.
_SELECT_ENTRIES = """
SELECT sequence, id, service_kid, digest, length(envelope), note FROM outbox_entry
WHERE (?1 IS NULL OR id = ?1) AND length(envelope) ORDER BY sequence
"""
_SELECT_LOG = """
SELECT sequence, entry_id, word, until, note FROM outbox_log
WHERE ?1 IS NULL OR entry_id = ?1 ORDER BY sequence
"""


class StoredOutbox:
    """The outbox on SQLite."""

    def __init__(
        self, database: SqliteDatabase, device: DeviceIdentity, copies: CompletionFiles, clock: Clock
    ) -> None:
        self._database, self._device, self._clock = database, device, clock
        self.completion_files = copies
        # Sent is for ever, so what was once read as sent need not be opened at every poll.
        self._sent: set[str] = set()
        self._reserved_author_seq: tuple[str, int] | None = None

    def queue(self, driver: sqlite3.Connection, finished: Completion) -> OutboxEntry:
        """Add an entry inside the transaction that completes its assessment."""
        (sequence,) = driver.execute(_NEXT_SEQUENCE).fetchone()
        author, number = driver.execute(_SELECT_AUTHOR_SEQ, {"id": finished.entry_id}).fetchone()
        if self._reserved_author_seq not in (None, (author, number)):
            raise StoreFault("store-busy")  # another process completed meanwhile: seal again, send nothing
        author = author or finished.author  # the assessment itself may be lost
        hashed = digest(finished.envelope)
        entry_id, service_kid, envelope = finished.entry_id, finished.service_kid, finished.envelope
        place, now = _entry_context(sequence, entry_id, service_kid, hashed), self._clock.now()
        note = self._seal_note("outbox-entry", place, {"queued_at": now.isoformat()})
        driver.execute(
            "INSERT INTO outbox_entry (sequence, id, service_kid, digest, envelope, note, author)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (sequence, entry_id, service_kid, hashed, envelope, note, author),
        )
        return OutboxEntry(entry_id, sequence, service_kid, hashed, len(envelope), now)

    @contextmanager
    def reserve_author_seq(self, author: str) -> Iterator[int]:
        """The number that this author's next entry will have, for them to sign. Others wait."""
        with self._database.write_lock:
            ((number,),) = self._database.rows(_NEXT_AUTHOR_SEQ, (author,))
            self._reserved_author_seq = (author, number)
            try:
                yield number
            finally:
                self._reserved_author_seq = None

    def entries(self) -> Sequence[OutboxEntry]:
        """All entries, oldest first."""
        return self._read()

    def due(self, at: datetime) -> Sequence[OutboxEntry]:
        """Waiting entries that may be tried now, oldest first."""
        return [entry for entry in self._read(unsent=True) if entry.is_due(at)]

    def entry(self, entry_id: str) -> OutboxEntry:
        """One entry. Raises NotFound."""
        found = self._read(entry_id)
        if not found:
            raise NotFound(part="outbox")
        return found[0]

    def envelope(self, entry_id: str) -> bytes:
        """The sealed bytes, from the second copy where the row is damaged. Raises NotFound, Damaged."""
        rows = self._database.rows("SELECT envelope, digest FROM outbox_entry WHERE id = ?", (entry_id,))
        if not rows:
            raise NotFound(part="outbox")
        envelope, hashed = rows[0]
        if not constant_time_equal(digest(envelope), hashed):
            envelope = self.completion_files.read(entry_id).envelope
            if not constant_time_equal(digest(envelope), hashed):
                raise Damaged(part="envelope")
        return bytes(envelope)

    def receipt(self, entry_id: str) -> bytes:
        """The service's signed word, or b"" before there is one."""
        self.entry(entry_id)
        for _, word, _, note in self._open_log(self._database.rows(_SELECT_LOG, (entry_id,))):
            if word in _SENT_OUTCOMES:
                return base64.b64decode(note.get("receipt", ""))
        return b""

    def record_outcomes(self, outcomes: Sequence[Outcome], at: datetime) -> None:
        """Write the service's word for each id, in one transaction. Unknown ids are ignored."""
        with self._database.write(outbox=True) as driver:
            known = self.states_of(driver, [outcome.id for outcome in outcomes])
            for outcome in outcomes:
                if known.get(outcome.id, "sent") == "sent":
                    continue
                sent = outcome.status in _SENT_OUTCOMES
                known[outcome.id] = "sent" if sent else "set-aside"
                note = {"at": at.isoformat(), "reason": None if sent else outcome.reason or outcome.status}
                if outcome.receipt:
                    note["receipt"] = base64.b64encode(outcome.receipt).decode()
                self._append_log(driver, outcome.id, outcome.status, None, note)

    def postpone(self, ids: Sequence[str], reason: str, until: datetime) -> None:
        """Note a failed attempt: count it, say why, and when to try again."""
        with self._database.write(outbox=True) as driver:
            known = self.states_of(driver, ids)
            for entry_id in ids:
                if known.get(entry_id) == "waiting":
                    note = {"at": self._clock.now().isoformat(), "reason": reason}
                    self._append_log(driver, entry_id, "postponed", until.isoformat(), note)

    def set_aside(self, entry_id: str, reason: str) -> None:
        """Take one entry out of the queue with its reason; its bytes stay."""
        self._change_state(entry_id, ("waiting", "set-aside"), "set-aside", reason)

    def requeue(self, entry_id: str) -> None:
        """Put an entry that was set aside back in the queue, due at once."""
        self._change_state(entry_id, ("set-aside",), "requeued", None)

    def cursor(self) -> str:
        """The last position in the service's sequence, or ""."""
        rows = self._database.rows("SELECT position FROM outbox_cursor WHERE id = 1")
        return str(rows[0][0]) if rows else ""

    def save_cursor(self, cursor: str) -> None:
        """Keep the position up to which everything was received."""
        with self._database.write(outbox=True) as driver:
            driver.execute("INSERT OR REPLACE INTO outbox_cursor (id, position) VALUES (1, ?)", (cursor,))

    def _change_state(self, entry_id: str, states: tuple[str, ...], word: str, reason: str | None) -> None:
        with self._database.write(outbox=True) as driver:
            known = self.states_of(driver, [entry_id])
            if entry_id not in known:
                raise NotFound(part="outbox")
            if known[entry_id] in states:
                self._append_log(
                    driver, entry_id, word, None, {"at": self._clock.now().isoformat(), "reason": reason}
                )

    def _append_log(
        self, driver: sqlite3.Connection, entry_id: str, word: str, until: str | None, note: dict[str, Any]
    ) -> None:
        (sequence,) = driver.execute("SELECT coalesce(max(sequence), 0) + 1 FROM outbox_log").fetchone()
        sealed = self._seal_note("outbox-log", _log_context(sequence, entry_id, word, until), note)
        driver.execute(
            "INSERT INTO outbox_log (sequence, entry_id, word, until, note) VALUES (?, ?, ?, ?, ?)",
            (sequence, entry_id, word, until, sealed),
        )

    def states_of(self, driver: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
        """The state of each known id, inside a transaction."""
        states: dict[str, str] = {}
        for entry_id in set(ids):
            if driver.execute("SELECT 1 FROM outbox_entry WHERE id = ?", (entry_id,)).fetchone():
                states[entry_id] = "waiting"
                for _, word, _, _ in self._open_log(driver.execute(_SELECT_LOG, (entry_id,))):
                    states[entry_id] = _next_state(states[entry_id], word)
        return states

    def _read(self, entry_id: str | None = None, *, unsent: bool = False) -> list[OutboxEntry]:
        with self._database.read() as driver:
            rows = driver.execute(_SELECT_ENTRIES, (entry_id,)).fetchall()
            lines = driver.execute(_SELECT_LOG, (entry_id,)).fetchall()
        entries: dict[str, OutboxEntry] = {}
        for sequence, found_id, service_kid, hashed, size_bytes, note in rows:
            if unsent and found_id in self._sent:
                continue
            opened = self._open_note(
                "outbox-entry", _entry_context(sequence, found_id, service_kid, hashed), note
            )
            # A damaged note costs the time. It must not hold up the entry, nor the others.
            queued_at = datetime.fromisoformat(opened["queued_at"]) if opened else _UNKNOWN_TIME
            entries[found_id] = OutboxEntry(found_id, sequence, service_kid, hashed, size_bytes, queued_at)
        for found_id, word, until, said in self._open_log(line for line in lines if line[1] in entries):
            entries[found_id] = _apply_log_line(entries[found_id], word, _parse_time(until), said)
        self._sent.update(entry.id for entry in entries.values() if entry.state == "sent")
        return list(entries.values())

    def _open_log(self, lines: Iterable[Any]) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
        """The entry, word, time and note of each line of `_SELECT_LOG` whose note opens."""
        for sequence, entry_id, word, until, sealed in lines:
            note = self._open_note("outbox-log", _log_context(sequence, entry_id, word, until), sealed)
            if note is not None:
                yield entry_id, word, until, note

    def _seal_note(self, purpose: str, place: bytes, note: dict[str, Any]) -> bytes:
        return self._device.seal_with_device_key(purpose, place, json.dumps(note).encode())

    def _open_note(self, purpose: str, place: bytes, sealed: bytes) -> dict[str, Any] | None:
        """The note, or None when it does not open here."""
        try:
            opened: dict[str, Any] = json.loads(self._device.open_with_device_key(purpose, place, sealed))
        except Damaged:
            return None
        return opened


def _entry_context(sequence: int, entry_id: str, service_kid: str, hashed: bytes) -> bytes:
    return length_prefix(struct.pack(">Q", sequence), entry_id, service_kid, hashed)


def _log_context(sequence: int, entry_id: str, word: str, until: str | None) -> bytes:
    return length_prefix(struct.pack(">Q", sequence), entry_id, word, until or "")


def _parse_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _next_state(state: str, word: str) -> str:
    """Sent is for ever; a postponement changes no state."""
    if state == "sent" or word in _SENT_OUTCOMES:
        return "sent"
    if word == "postponed":
        return state
    return "waiting" if word == "requeued" else "set-aside"


def _apply_log_line(
    entry: OutboxEntry, word: str, until: datetime | None, note: dict[str, Any]
) -> OutboxEntry:
    if entry.state == "sent":
        return entry
    if word in _SENT_OUTCOMES:
        return replace(entry, state="sent", sent_at=_parse_time(note["at"]), reason=None, next_try_at=None)
    if word == "postponed":
        at, attempts = _parse_time(note["at"]), entry.attempts + 1
        return replace(entry, attempts=attempts, reason=note["reason"], next_try_at=until, postponed_at=at)
    if word == "requeued":
        return replace(entry, state="waiting", attempts=0, reason=None, next_try_at=None)
    return replace(entry, state="set-aside", reason=note["reason"], next_try_at=None)
