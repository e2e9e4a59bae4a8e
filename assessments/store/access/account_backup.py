"""The account backup (`people.copy`): a second copy of the rows without which nothing on a device opens.

Lost rows are put back from it, and salvage prefers it to a damaged database. It ends in its own digest, and
needs no key: everything in it is sealed or public.
"""

import json
from pathlib import Path

from assessments.crypto.sealing import constant_time_equal, digest
from assessments.store.database import SqliteDatabase, translate_errors
from assessments.store.durable_files import write_atomically
from assessments.store.tables import Value, insert

ACCOUNT_BACKUP_FILE = "people.copy"
_BACKED_UP_TABLES = ("migration", "device", "practitioner", "escrow", "setting")
_COPY_MAGIC = b"CKP1"
_DIGEST_BYTES = 32

RowValues = tuple[Value, ...]


def save_account_backup(database: SqliteDatabase, folder: Path, *known: str) -> None:
    """Write the second copy, if it has changed. A row that is in it is replaced only where it is `known` to
    be whole, by its first column: damage is not copied over what is good."""
    kept = read_account_backup(folder)
    for table in _BACKED_UP_TABLES:
        held = {row[0]: row for row in kept.get(table, [])}
        # The names are those above, never from outside.
        for row in database.rows(f"SELECT * FROM {table}"):  # noqa: S608
            if row[0] in known or row[0] not in held:
                held[row[0]] = row
        kept[table] = list(held.values())
    raw = _COPY_MAGIC + json.dumps(kept, default=lambda value: {"hex": value.hex()}).encode()
    raw += digest(raw)
    path = folder / ACCOUNT_BACKUP_FILE
    with translate_errors():
        if not path.exists() or path.read_bytes() != raw:
            write_atomically(path, raw)


def restore_accounts(database: SqliteDatabase, folder: Path) -> None:
    """Put back rows of the second copy that the database has lost. Steps are its own to say."""
    for table, rows in read_account_backup(folder).items():
        here = {row[0] for row in database.rows(f"SELECT * FROM {table}")}  # noqa: S608  # a name from above
        lost = [row for row in rows if row[0] not in here]
        if lost and table != "migration":
            names = [name for _, name, *_ in database.rows(f"PRAGMA table_info('{table}')")]
            with database.write() as driver:
                for row in lost:
                    # Columns that were added since the copy get their defaults.
                    insert(driver, table, dict(zip(names, row, strict=False)), or_ignore=True)


def read_account_backup(folder: Path) -> dict[str, list[RowValues]]:
    """The rows of the second copy; none when it is absent or not whole."""
    path = folder / ACCOUNT_BACKUP_FILE
    with translate_errors():
        raw = path.read_bytes() if path.exists() else b""
    content, check = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if not content.startswith(_COPY_MAGIC) or not constant_time_equal(digest(content), check):
        return {}
    rows = json.loads(
        content[len(_COPY_MAGIC) :],
        object_hook=lambda plain: bytes.fromhex(plain["hex"]) if "hex" in plain else plain,
    )
    return {table: list(map(tuple, rows[table])) for table in _BACKED_UP_TABLES}
