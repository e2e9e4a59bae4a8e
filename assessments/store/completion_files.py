"""The second copy of finished work: one file per completed assessment, beside the database.

A file holds the envelope for the service and the sealed rows of the completion, so that either
copy makes the other again. It is written, synced and named before the transaction that completes.
This room knows files; it refuses to know keys: everything it keeps is sealed already.

    outbox/4f0c….sealed
"""

from __future__ import annotations

import os
import sqlite3
import struct
from dataclasses import dataclass
from pathlib import Path

from assessments.crypto.sealing import constant_time_equal, digest, length_prefix
from assessments.errors import Damaged, UnknownFormat
from assessments.store.database import translate_errors
from assessments.store.durable_files import make_folder, sync_folder

COMPLETION_MAGIC = b"CKO1"
COMPLETION_SUFFIX = ".sealed"
_PART = ".part"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Completion:
    """All that completing one assessment writes, sealed."""

    entry_id: str
    service_kid: str
    envelope: bytes
    rev: int
    state: str
    sealed_summary: bytes
    sealed_record: bytes
    integrity_count: bytes = b""
    # The last row of the list of answers when it was made; 0 where that was not noted.
    last_line: int = 0

    @property
    def author(self) -> str:
        """Whose it is; "" in a copy from before there was a tally."""
        return _split_parts(self.integrity_count)[0].decode() if self.integrity_count else ""

    def to_bytes(self) -> bytes:
        """The bytes of the file, ending in their digest."""
        raw = COMPLETION_MAGIC + length_prefix(
            self.entry_id,
            self.service_kid,
            self.envelope,
            struct.pack(">I", self.rev),
            self.state,
            self.sealed_summary,
            self.sealed_record,
            self.integrity_count,
            struct.pack(">Q", self.last_line),
        )
        return raw + digest(raw)


def unpack_completion(raw: bytes) -> Completion:
    """Read a file's bytes. Raises `Damaged` or, for a newer Wren's, `UnknownFormat`."""
    content, check = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if not constant_time_equal(digest(content), check):
        raise Damaged(part="copy")
    parts = _split_parts(content[len(COMPLETION_MAGIC) :])
    # Seven parts: made before there was a tally; eight: before the last line was noted.
    if not content.startswith(COMPLETION_MAGIC) or len(parts) not in (7, 8, 9):
        raise UnknownFormat(part="copy")
    entry_id, service_kid, envelope, rev, state, head, body, *later = parts
    tally, last_line = (*later, b"", b"")[:2]
    return Completion(
        entry_id.decode(),
        service_kid.decode(),
        envelope,
        int.from_bytes(rev, "big"),
        state.decode(),
        head,
        body,
        tally,
        int.from_bytes(last_line, "big"),
    )


def _split_parts(joined: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(joined):
        (size,) = struct.unpack_from(">I", joined, at)
        parts.append(joined[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def is_stale(driver: sqlite3.Connection, finished: Completion) -> bool:
    """Whether the assessment has moved on since: the person was not told that it is finished, and went on.

    One that is not here, or is just as it was, is not stale: then the copy is what was finished.
    """
    row = driver.execute(
        "SELECT rev, state, (SELECT max(line) FROM answer"
        " WHERE line BETWEEN (number << 20) AND (number << 20) + 1048575) FROM assessment WHERE id = ?",
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
            author, tally_rev, tally = _split_parts(finished.integrity_count)
            rev = int.from_bytes(tally_rev, "big")
            driver.execute(
                "UPDATE tally SET rev = ?, body = ? WHERE author = ? AND rev = ?",
                (rev, tally, author.decode(), rev - 1),
            )


class CompletionFiles:
    """The folder of second copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with translate_errors():
            make_folder(folder)

    def ids(self) -> set[str]:
        with translate_errors():
            return {path.stem for path in self._folder.glob(f"*{COMPLETION_SUFFIX}")}

    def write(self, finished: Completion) -> None:
        """Write, sync, name, sync the folder: after this a power cut does not lose it."""
        path = self._path(finished.entry_id)
        part = path.with_suffix(_PART)
        with translate_errors():
            try:
                handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
                with open(handle, "wb") as file:
                    file.write(finished.to_bytes())
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
                sync_folder(self._folder)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    def read(self, entry_id: str) -> Completion:
        with translate_errors():
            try:
                return unpack_completion(self._path(entry_id).read_bytes())
            except FileNotFoundError:
                raise Damaged(part="copy", missing=True) from None

    def remove(self, entry_id: str) -> None:
        """Take back a copy whose transaction did not happen."""
        with translate_errors():
            self._path(entry_id).unlink(missing_ok=True)
            sync_folder(self._folder)

    def sweep(self) -> None:
        """Remove what a cut left half-written. It was never named, so nothing relies on it."""
        with translate_errors():
            for part in self._folder.glob(f"*{_PART}"):
                part.unlink(missing_ok=True)

    def _path(self, entry_id: str) -> Path:
        return self._folder / f"{entry_id}{COMPLETION_SUFFIX}"
