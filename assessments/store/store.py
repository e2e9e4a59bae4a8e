"""The device's encrypted store: one folder, opened strictly, unlocked by one person at a time.

Locked, it gives the device, its settings and its outbox. `unlock` gives an `UnlockedStore`, with which
`people`, `assessments` and `completion` read and write rows. All calls block: use a worker thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from assessments.crypto.kdf import Kdf, best_kdf
from assessments.crypto.recovery import Escrow, RecoveryKey
from assessments.errors import Damaged, DiskFull, KeystoreFault, Locked, StoreFault, UnknownFormat
from assessments.ports import Clock, Keystore
from assessments.store.access.account_backup import restore_accounts, save_account_backup
from assessments.store.access.device import DEVICE_KEY, DeviceIdentity, FileKeystore, load_or_create_device
from assessments.store.access.keyring import KeyRing
from assessments.store.access.recovery_requests import RecoveryRequests
from assessments.store.access.unlocking import Unlocking
from assessments.store.attachments import attachments
from assessments.store.completion import reconcile_completions
from assessments.store.completion_files import COMPLETION_FOLDER, CompletionFiles
from assessments.store.database import DATABASE_FILE, SqliteDatabase, translate_errors
from assessments.store.durable_files import make_folder
from assessments.store.migrations import applied_migrations, is_newer, migrate
from assessments.store.outbox import StoredOutbox
from assessments.store.rows import integrity
from assessments.store.rows.unlocked_store import UnitOfWork, UnlockedStore
from assessments.store.tables import table


class DeviceSettings:
    """Small things that are not about a person, sealed under the device's key, read while locked."""

    def __init__(
        self, database: SqliteDatabase, device: DeviceIdentity, changed: Callable[[str], None]
    ) -> None:
        self._database, self._device, self._changed = database, device, changed

    def get(self, name: str) -> str | None:
        """The value of a setting, or None. Raises Damaged."""
        rows = self._database.rows("SELECT body FROM setting WHERE name = ?", (name,))
        if not rows:
            return None
        return self._device.open_with_device_key("setting", name.encode(), rows[0][0]).decode()

    def put(self, name: str, value: str) -> None:
        """Keep a setting: on the disk when this returns."""
        sealed = self._device.seal_with_device_key("setting", name.encode(), value.encode())
        with self._database.write() as driver:
            driver.execute("INSERT OR REPLACE INTO setting (name, body) VALUES (?, ?)", (name, sealed))
        self._changed(name)


class Store:
    """An open folder. Make it with `Store.open`. `read_only`: a newer Wren was here; everything is read,
    finished work is sent, and every other write raises StoreFault("newer-store")."""

    def __init__(
        self,
        folder: Path,
        database: SqliteDatabase,
        device: DeviceIdentity,
        clock: Clock,
        kdf: Kdf,
        keystore: Keystore,
    ) -> None:
        self._folder, self._database, self._clock, self._keystore = folder, database, clock, keystore
        self._rollback_counter = integrity.RollbackCounter(keystore, device.device_id)
        self.device = device
        self.settings = DeviceSettings(database, device, self._save_account_backup)
        self.outbox = StoredOutbox(database, device, CompletionFiles(folder / COMPLETION_FOLDER), clock)
        self.recovery = RecoveryRequests(database, keystore, clock, kdf)
        self._unlocking = Unlocking(database, keystore, clock, kdf)
        self.credential_kind = self._unlocking.credential_kind
        self.authors, self.attempt_status = self._unlocking.authors, self._unlocking.attempt_status
        self.escrow, self.wrong_pragmas = self._unlocking.escrow, database.wrong_pragmas
        self.keystore_kind, self.read_only = keystore.kind, database.read_only
        self.unreadable_completions = reconcile_completions(database, self.outbox)
        if not database.read_only:
            with contextlib.suppress(DiskFull):  # then at the next opening: nobody is kept out for it
                attachments.sweep(database, device)
        self._save_account_backup()

    @classmethod
    def open(
        cls, folder: Path, clock: Clock, kdf: Kdf | None = None, keystore: Keystore | None = None
    ) -> Store:
        """Open the folder, making what a first start needs. `kdf`: of passphrases that are set from now on.
        Without a `keystore` keys are files in the folder. Raises Damaged, UnknownFormat, KeyAbsent or
        KeystoreFault."""
        with translate_errors():
            make_folder(folder)
            folder.chmod(0o700)
        kept = keystore or FileKeystore(folder)
        used = _expects_records(folder, kept)
        path = folder / DATABASE_FILE
        if used and not (path.exists() and path.stat().st_size):
            # The keys are here and the records are not: a new empty file would hide the loss.
            raise Damaged(part=DATABASE_FILE, missing=True)
        database = SqliteDatabase(path)
        try:
            database.check_integrity()
            _reject_emptied_database(database, used=used)
            if is_newer(database):
                _reject_unknown_outbox_schema(database)
                database.read_only = True
            else:
                migrate(database)
                restore_accounts(database, folder)
                database.preallocate_wal()
            device = load_or_create_device(kept, database)
            return cls(folder, database, device, clock, kdf or best_kdf(), kept)
        except BaseException:
            database.close()
            raise

    def passes_integrity_check(self) -> bool:
        """Whether every page of the database has its structure. Reads the whole file."""
        try:
            self._database.check_integrity()
        except Damaged:
            return False
        return True

    @property
    def is_damaged(self) -> bool:
        """Whether pages were met, since it was opened, that do not read: `salvage` may help."""
        return self._database.is_damaged

    def keystore_state(self) -> Literal["present", "absent", "error"]:
        """Whether the device's key can be read, is surely gone, or nobody can say."""
        try:
            return "absent" if self._keystore.read(DEVICE_KEY) is None else "present"
        except KeystoreFault:
            return "error"

    def free_bytes(self) -> int:
        """Room left on the disk."""
        return attachments.free_bytes(self._database.path.parent)

    def is_set_up(self) -> bool:
        """Whether somebody has chosen a passphrase here."""
        return bool(self.authors())

    def set_up(self, passphrase: str, agency: str, author: str) -> UnlockedStore:
        """Add a person and open their keys. `agency` and `author` stay in clear: aliases, never names."""
        self._unlocking.set_up(passphrase, agency, author, self.device)
        return self.unlock(passphrase, author)

    def unlock(self, passphrase: str, author: str | None = None) -> UnlockedStore:
        """Open one person's keys; of the first who set up here, unless named. Takes the KDF's time."""
        name = author or next(iter(self.authors()), None)
        if name is None:
            raise Locked("not-set-up")
        row, udk = self._unlocking.unlock(name, passphrase, self.device.device_id)
        keys = KeyRing(row, udk, self.device.device_id, self._unlocking.is_epoch_current)
        unlocked = UnlockedStore(keys, UnitOfWork(self._database, self.outbox, self._clock))
        if row.device_copy is None and not self.read_only:
            self._unlocking.save_device_key_copy(name, keys.seal_device_key(self.device))
        self._save_account_backup(name)
        unlocked.losses = integrity.find_losses(unlocked, self._rollback_counter)
        unlocked.work.advance_rollback_counter = partial(
            integrity.advance_rollback_counter, unlocked, self._rollback_counter
        )
        return unlocked

    def accept_losses(self, unlocked: UnlockedStore) -> None:
        """Take what is here as all there is: a person has been shown what is missing."""
        if any(loss.kind != "unchecked" for loss in unlocked.losses):
            integrity.rebuild_count(unlocked, self._rollback_counter)
        unlocked.losses = ()

    def change_passphrase(self, author: str, old: str, new: str) -> None:
        """Choose another passphrase. Raises WrongPassphrase, or WrenError for a weak one."""
        self._unlocking.change_passphrase(author, old, new, self.device.device_id)
        self._save_account_backup(author)

    def save_escrow(self, unlocked: UnlockedStore, agency: RecoveryKey, service: RecoveryKey) -> Escrow:
        """Make this person's escrow, in place of an earlier one."""
        escrow = unlocked.keys.make_escrow(agency, service)
        self._unlocking.save_escrow(escrow, agency, service)
        self._save_account_backup(unlocked.author)
        return escrow

    @contextlib.contextmanager
    def completing(self, unlocked: UnlockedStore) -> Iterator[int]:
        """Complete one assessment inside: yields the author's next number on this device, from 1, without
        gaps. Where another process took it, completing raises StoreFault("store-busy") and nothing has
        happened. Raises StoreFault("escrow-missing") while nobody could let this person in again."""
        if self.escrow(unlocked.author) is None:
            raise StoreFault("escrow-missing")
        with self.outbox.reserve_author_seq(unlocked.author) as author_seq:
            yield author_seq

    def _save_account_backup(self, *known: str) -> None:
        # A second copy that cannot be written now is written at the next change or opening.
        with contextlib.suppress(StoreFault):
            if not self.read_only:
                save_account_backup(self._database, self._folder, *known)

    def close(self) -> None:
        """Close the files. What is still unlocked must be closed by its holder."""
        self._database.close()


def _expects_records(folder: Path, keystore: Keystore) -> bool:
    """Whether there must be records here. A system's key store may outlive the app's own files."""
    copies = folder / COMPLETION_FOLDER
    if copies.is_dir() and any(copies.iterdir()):
        return True
    return keystore.kind == "file" and keystore.read(DEVICE_KEY) is not None


def _reject_emptied_database(database: SqliteDatabase, *, used: bool) -> None:
    if used and not applied_migrations(database):
        raise Damaged(part=DATABASE_FILE)


def _reject_unknown_outbox_schema(database: SqliteDatabase) -> None:
    """A newer Wren's outbox is sent from only where it is the one that this Wren knows."""
    for name in ("outbox_entry", "outbox_log", "outbox_cursor"):
        here = {(row[1], row[2]) for row in database.rows(f"PRAGMA table_info('{name}')")}
        if here != {(column.name, str(column.type)) for column in table(name).columns}:
            raise UnknownFormat("newer-store")
