"""Second copies of completed assessments: one sealed file each, beside the database (`outbox/4f0c….sealed`).

A file holds the envelope for the service and the sealed rows of the completion, so that the database and
the file each make the other again. No key is needed: everything in it is sealed.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from assessments.crypto.sealing import constant_time_equal, digest, length_prefix, split_length_prefixed
from assessments.errors import Damaged, UnknownFormat
from assessments.store.database import translate_errors
from assessments.store.durable_files import make_folder, sync_folder, write_atomically

COMPLETION_MAGIC = b"CKO1"
COMPLETION_FOLDER, COMPLETION_SUFFIX = "outbox", ".sealed"
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
        """Whose it is; "" in a copy from before there was an integrity count."""
        return self.integrity_parts()[0] if self.integrity_count else ""

    def integrity_parts(self) -> tuple[str, int, bytes]:
        """The author, the revision and the body of the integrity count's row."""
        author, rev, body = split_length_prefixed(self.integrity_count, "copy")
        return author.decode(), int.from_bytes(rev, "big"), body

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


def pack_integrity_count(author: str, rev: int, body: bytes) -> bytes:
    """The row of an integrity count, as a completion carries it."""
    return length_prefix(author, struct.pack(">Q", rev), body)


def unpack_completion(raw: bytes) -> Completion:
    """Read a file's bytes. Raises `Damaged` or, for a newer Wren's, `UnknownFormat`."""
    content, check = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if not constant_time_equal(digest(content), check):
        raise Damaged(part="copy")
    if not content.startswith(COMPLETION_MAGIC):
        raise UnknownFormat(part="copy")
    parts = split_length_prefixed(content[len(COMPLETION_MAGIC) :], "copy")
    # Seven parts: made before there was an integrity count; eight: before the last line was noted.
    if len(parts) not in (7, 8, 9):
        raise UnknownFormat(part="copy")
    entry_id, service_kid, envelope, rev, state, head, body, *later = parts
    integrity_count, last_line = (*later, b"", b"")[:2]
    return Completion(
        entry_id.decode(),
        service_kid.decode(),
        envelope,
        int.from_bytes(rev, "big"),
        state.decode(),
        head,
        body,
        integrity_count,
        int.from_bytes(last_line, "big"),
    )


class CompletionFiles:
    """The folder of second copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with translate_errors():
            make_folder(folder)

    def ids(self) -> set[str]:
        """The ids of all copies."""
        with translate_errors():
            return {path.stem for path in self._folder.glob(f"*{COMPLETION_SUFFIX}")}

    def write(self, finished: Completion) -> None:
        """Write one copy: after this a power cut does not lose it."""
        with translate_errors():
            path = self._path(finished.entry_id)
            write_atomically(path, finished.to_bytes(), path.with_suffix(_PART))

    def read(self, entry_id: str) -> Completion:
        """One copy. Raises Damaged, UnknownFormat."""
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
