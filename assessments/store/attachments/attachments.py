"""Drawings, photos and recordings: one sealed file each, beside the database.

A file is sealed under the key of its assessment, in slices of one MiB, each bound to the attachment, its
type, its place and how many there are. It is written, synced and named before its row is committed: a row
always has its file. A file without a row was cut off before that, or its row was lost; `sweep` sets it aside
in `quarantine` and brings it back if the row comes back.

What a camera or recorder leaves in clear belongs in `open_incoming_folder`. Overwriting and removing such a
file is all that a program can do: flash memory may keep older cells of it until they are used again. A
drawing made here never touches the disk in clear.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assessments.crypto.sealing import length_prefix, make_random
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.access.device import DeviceIdentity
from assessments.store.assessments import read_row, require_in_progress
from assessments.store.attachments.metadata_stripping import strip_metadata
from assessments.store.database import SqliteDatabase, translate_errors
from assessments.store.durable_files import make_folder, sync_folder, write_atomically, write_synced
from assessments.store.rows.integrity import insert_row
from assessments.store.rows.sealed_rows import (
    AttachmentColumns,
    ReadResult,
    SealedRow,
    open_rows,
    row_context,
    select_sealed_rows,
)
from assessments.store.rows.unlocked_store import UnlockedStore

ATTACHMENT_FOLDER, QUARANTINE_FOLDER, INCOMING_FOLDER = "attachments", "quarantine", "incoming"
MAX_ATTACHMENT_BYTES = 25 * 1000 * 1000
# Below this no attachment is taken; answers always are.
MIN_FREE_BYTES = 50 * 1000 * 1000
# With the one byte of padding, a slice fills a MiB.
SLICE_BYTES = (1 << 20) - 1

AttachmentRow = SealedRow[AttachmentColumns]

_TABLE = "attachment"
_MAGIC = b"CKA1"
_SUFFIX, _PART, _CAPTURE_SUFFIX = ".bin", ".part", ".left"
_MIN_SLICE_BYTES = 256


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """What is known of an attachment without opening it."""

    id: str
    assessment_id: str
    media_type: str
    size_bytes: int
    caption: str
    made_at: datetime


def save_attachment(
    unlocked: UnlockedStore, assessment_id: str, content: bytes, media_type: str, caption: str = ""
) -> Attachment:
    """Strip, seal and file one attachment of an assessment in progress; on the disk when this returns. Raises
    StoreFault: "attachment-too-large", "no-room-for-attachment", "media-not-taken", "media-damaged"."""
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise StoreFault("attachment-too-large", at_most_mb=MAX_ATTACHMENT_BYTES // 1_000_000)
    clean = strip_metadata(content, media_type)
    folder = _folder(unlocked.database)
    if free_bytes(folder) < MIN_FREE_BYTES:
        raise StoreFault("no-room-for-attachment")
    made = Attachment(make_random(16).hex(), assessment_id, media_type, len(clean), caption, unlocked.now())
    with unlocked.database.read() as driver:
        row = _new_row(driver, unlocked, made)
    path = folder / f"{made.id}{_SUFFIX}"
    part = path.with_suffix(_PART)
    try:
        with translate_errors():
            write_synced(part, _seal_slices(unlocked, row, clean, media_type))
        with unlocked.database.write() as driver:
            # Looked up again: it may have been completed meanwhile. Named inside the transaction,
            # so that a sweep, which holds the same lock, never meets a file that waits for its row.
            row = _new_row(driver, unlocked, made)
            part.replace(path)
            sync_folder(folder)
            metadata = [made.media_type, made.size_bytes, made.caption, made.made_at.isoformat()]
            insert_row(driver, unlocked, row, json.dumps(metadata).encode())
    except BaseException:
        with suppress(OSError):  # what cannot be removed now is put away by the next sweep
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        raise
    return made


def import_captured_file(
    unlocked: UnlockedStore, assessment_id: str, path: Path, media_type: str, caption: str = ""
) -> Attachment:
    """Keep what a camera or recorder left in clear; then overwrite and remove that file. Only what is sealed
    and committed is removed: when keeping fails, the file stays for another try."""
    with translate_errors():
        size_bytes = path.stat().st_size
        if size_bytes > MAX_ATTACHMENT_BYTES:
            raise StoreFault("attachment-too-large", at_most_mb=MAX_ATTACHMENT_BYTES // 1_000_000)
        content = path.read_bytes()
    made = save_attachment(unlocked, assessment_id, content, media_type, caption)
    with translate_errors():
        _erase(path)
    return made


def open_incoming_folder(unlocked: UnlockedStore) -> Path:
    """The folder that a camera or recorder writes into; what a cut leaves there is found."""
    return _folder(unlocked.database, INCOMING_FOLDER)


def list_attachments(unlocked: UnlockedStore, assessment_id: str) -> ReadResult[Attachment]:
    """The attachments of one assessment, oldest first; one whose file is gone is named as damaged."""
    where = "t.assessment_id = ? ORDER BY t.rowid"
    with unlocked.database.read() as driver:
        rows = select_sealed_rows(driver, _TABLE, AttachmentColumns, where, assessment_id)
    return open_rows(rows, lambda row, sealed: _open_attachment(unlocked, row, sealed))


def read_attachment(unlocked: UnlockedStore, attachment_id: str) -> bytes:
    """One attachment whole. Raises NotFound, Damaged."""
    with unlocked.database.read() as driver:
        rows = select_sealed_rows(driver, _TABLE, AttachmentColumns, "t.id = ?", attachment_id)
    if not rows:
        raise NotFound(part=_TABLE)
    row, sealed = rows[0]
    made = _open_attachment(unlocked, row, sealed)
    total = _slice_count(made.size_bytes)
    with translate_errors():
        raw = (_folder(unlocked.database) / f"{attachment_id}{_SUFFIX}").read_bytes()
    parts = list(_split_slices(raw))
    if len(parts) != total:
        raise Damaged(part=_TABLE)
    return b"".join(
        unlocked.keys.open_row(row.kid, row.wrap, _slice_context(row, made.media_type, number, total), part)
        for number, part in enumerate(parts, start=1)
    )


def list_interrupted_captures(database: SqliteDatabase) -> list[str]:
    """What a cut left in clear, sealed since: names for `attach_interrupted_capture`."""
    with translate_errors():
        return sorted(path.stem for path in _folder(database, QUARANTINE_FOLDER).glob(f"*{_CAPTURE_SUFFIX}"))


def attach_interrupted_capture(
    unlocked: UnlockedStore,
    device: DeviceIdentity,
    name: str,
    assessment_id: str,
    media_type: str,
    caption: str = "",
) -> Attachment:
    """Keep what was left behind as an attachment of an assessment in progress."""
    path = _folder(unlocked.database, QUARANTINE_FOLDER) / f"{name}{_CAPTURE_SUFFIX}"
    with translate_errors():
        raw = path.read_bytes()
    content = device.open_with_device_key("left-behind", name.encode(), raw)
    made = save_attachment(unlocked, assessment_id, content, media_type, caption)
    with translate_errors():
        path.unlink()
    return made


def sweep(database: SqliteDatabase, device: DeviceIdentity) -> None:
    """Put in order what a cut left, before anybody is unlocked: half-written files are removed, whole ones
    without their rows set aside, and what stands in clear is sealed under the device's key and then
    removed."""
    folder, aside = _folder(database), _folder(database, QUARANTINE_FOLDER)
    with database.write() as driver:
        for part in (*folder.glob(f"*{_PART}"), *aside.glob(f"*{_PART}")):
            part.unlink(missing_ok=True)
        rows = {row_id for (row_id,) in driver.execute("SELECT id FROM attachment")}
        files = {path.stem for path in folder.glob(f"*{_SUFFIX}")}
        for name in files - rows:
            (folder / f"{name}{_SUFFIX}").replace(aside / f"{name}{_SUFFIX}")
        for name in rows - files:
            if (aside / f"{name}{_SUFFIX}").exists():
                (aside / f"{name}{_SUFFIX}").replace(folder / f"{name}{_SUFFIX}")
        sync_folder(folder)
        sync_folder(aside)
    came_in = database.path.parent / INCOMING_FOLDER
    with translate_errors():
        for path in sorted(came_in.iterdir()) if came_in.is_dir() else ():
            name = make_random(16).hex()
            sealed = device.seal_with_device_key("left-behind", name.encode(), path.read_bytes())
            write_atomically(aside / f"{name}{_CAPTURE_SUFFIX}", sealed, aside / f"{name}{_PART}")
            _erase(path)


def remove_files(database: SqliteDatabase, ids: list[str]) -> None:
    """Remove the sealed files of attachments that are deleted for good."""
    folder = _folder(database)
    with translate_errors():
        for attachment_id in ids:
            (folder / f"{attachment_id}{_SUFFIX}").unlink(missing_ok=True)
        sync_folder(folder)


def free_bytes(folder: Path) -> int:
    """Room left on the disk of a folder."""
    return shutil.disk_usage(folder).free


def _folder(database: SqliteDatabase, name: str = ATTACHMENT_FOLDER) -> Path:
    folder = database.path.parent / name
    with translate_errors():
        make_folder(folder)
    return folder


def _new_row(driver: sqlite3.Connection, unlocked: UnlockedStore, made: Attachment) -> AttachmentRow:
    """Where a new attachment is filed: under its assessment, if that is one's own and in progress."""
    row, _ = read_row(driver, made.assessment_id)
    if (row.agency, row.author) != (unlocked.agency, unlocked.author):
        raise NotFound(part="assessment")
    require_in_progress(row.bound_columns.state)
    return unlocked.new_row(_TABLE, made.id, AttachmentColumns(made.assessment_id), row.kid, row.wrap)


def _open_attachment(unlocked: UnlockedStore, row: AttachmentRow, sealed: bytes) -> Attachment:
    media_type, size_bytes, caption, made_at = json.loads(row.open(unlocked.keys, sealed))
    if not (_folder(unlocked.database) / f"{row.id}{_SUFFIX}").exists():
        raise Damaged(part=_TABLE, missing=True)
    at = datetime.fromisoformat(made_at)
    return Attachment(row.id, row.bound_columns.assessment_id, media_type, size_bytes, caption, at)


def _slice_count(size_bytes: int) -> int:
    return max(1, -(-size_bytes // SLICE_BYTES))


def _slice_context(row: AttachmentRow, media_type: str, number: int, total: int) -> bytes:
    ids = (row.id, *row.bound_columns, media_type, str(number), str(total))
    return row_context(f"{_TABLE}.slice", ids, row.rev, row.schema_id, row.agency, row.author)


def _seal_slices(
    unlocked: UnlockedStore, row: AttachmentRow, clean: bytes, media_type: str
) -> Iterator[bytes]:
    """The bytes of the file: each slice after its length. Of several, every one is of one size."""
    total = _slice_count(len(clean))
    yield _MAGIC
    for number in range(1, total + 1):
        part = clean[(number - 1) * SLICE_BYTES : number * SLICE_BYTES]
        context = _slice_context(row, media_type, number, total)
        at_least = SLICE_BYTES + 1 if total > 1 else _MIN_SLICE_BYTES
        yield length_prefix(unlocked.keys.seal_row(row.kid, row.wrap, context, part, at_least))


def _split_slices(raw: bytes) -> Iterator[bytes]:
    """The sealed slices of a file. What does not add up is `Damaged`, another Wren's `UnknownFormat`."""
    if not raw.startswith(_MAGIC):
        raise UnknownFormat(part=_TABLE)
    at = len(_MAGIC)
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        part = raw[at + 4 : at + 4 + size]
        if len(part) != size:
            raise Damaged(part=_TABLE)
        yield part
        at += 4 + size


def _erase(path: Path) -> None:
    """Overwrite a plain file in place and remove it: what can be done, and no more (see the top)."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
