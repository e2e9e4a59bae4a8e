"""The device's encrypted store: one folder, opened strictly, unlocked by one person at a time.

Without keys it knows whether it is set up, who the device is, its settings and its outbox. With
`Keys` the rooms `people` and `assessments` read and write rows. It refuses to know screens and the
wire, and never recreates or deletes what it cannot open. All calls block: use a worker thread.

    store = Store.open(folder, clock)
    keys = store.unlock(passphrase)
    people.households(keys)
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from assessments import sealing
from assessments.errors import Damaged, Locked, StoreFault, UnknownFormat
from assessments.ports import Clock
from assessments.store.copies import Copies, Finished, write_completion
from assessments.store.database import Database, border
from assessments.store.device import (
    DeviceIdentity,
    key_size,
    make_device,
    read_key_file,
    write_key_file,
)
from assessments.store.keyring import Keys, Practitioner, check_passphrase, make_practitioner, open_wrap
from assessments.store.migrations import applied, migrate
from assessments.store.outbox import StoredOutbox

__all__ = ["DeviceIdentity", "Keys", "Settings", "Store", "StoredOutbox"]

DATABASE = "wren.db"
DEVICE_KEY = "device.key"
DEVICE_SECRET = "device.secret"  # noqa: S105  # a file's name
OUTBOX = "outbox"


class Settings:
    """Small things that are not about a person, sealed under the device's key, read while locked."""

    def __init__(self, database: Database, device: DeviceIdentity) -> None:
        self._database, self._device = database, device

    def get(self, name: str) -> str | None:
        rows = self._database.rows("SELECT body FROM setting WHERE name = ?", (name,))
        return self._device.open_note("setting", name.encode(), rows[0][0]).decode() if rows else None

    def put(self, name: str, value: str) -> None:
        sealed = self._device.seal_note("setting", name.encode(), value.encode())
        with self._database.write_lean() as driver:
            driver.execute("INSERT OR REPLACE INTO setting (name, body) VALUES (?, ?)", (name, sealed))


class Store:
    """An open folder. Make it with `Store.open`."""

    def __init__(
        self, folder: Path, database: Database, device: DeviceIdentity, clock: Clock, kdf: sealing.Kdf
    ) -> None:
        self._folder, self._database, self._clock, self._kdf = folder, database, clock, kdf
        self.device = device
        self.settings = Settings(database, device)
        self.outbox = StoredOutbox(database, device, Copies(folder / OUTBOX), clock)
        self.unreadable_copies = _reconcile(database, self.outbox)

    def __repr__(self) -> str:
        return "<Store>"

    @classmethod
    def open(cls, folder: Path, clock: Clock, kdf: sealing.Kdf | None = None) -> Store:
        """Open the folder, making what a first start needs. Raises `Damaged` or `UnknownFormat`.

        `kdf` is the cost of passphrases that are set from now on; existing ones name their own.
        """
        with border():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            path = folder / DATABASE
            copies = folder / OUTBOX
            used = (folder / DEVICE_KEY).exists() or (copies.is_dir() and any(copies.iterdir()))
            if used and not (path.exists() and path.stat().st_size):
                # The keys are here and the records are not: a new empty file would hide the loss.
                raise Damaged(part=DATABASE, missing=True)
        database = Database(path)
        try:
            database.check()
            _refuse_emptied(database, used=used)
            migrate(database)
            device = _device(folder, database)
            return cls(folder, database, device, clock, kdf or sealing.best_kdf())
        except BaseException:
            database.close()
            raise

    def is_set_up(self) -> bool:
        """Whether somebody has chosen a passphrase here."""
        return self._practitioner() is not None

    def set_up(self, passphrase: str, agency: str, author: str) -> Keys:
        """Choose the first passphrase. `agency` and `author` stay in clear: aliases, never names."""
        check_passphrase(passphrase)
        if not (agency and author):
            raise StoreFault("alias-missing")
        secret = read_key_file(self._folder / DEVICE_SECRET)
        row = make_practitioner(self._kdf, passphrase, secret, self.device.device_id, agency, author)
        with self._database.write_lean() as driver:
            if driver.execute("SELECT 1 FROM practitioner").fetchone():
                raise StoreFault("already-set-up")
            driver.execute(
                "INSERT INTO practitioner (author, agency, wrap, sign_public, sign_sealed, epoch_kid,"
                " epoch_sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    row.author,
                    row.agency,
                    row.wrap,
                    row.sign_public,
                    row.sign_sealed,
                    row.epoch_kid,
                    row.epoch_sealed,
                ),
            )
        return self.unlock(passphrase)

    def unlock(self, passphrase: str) -> Keys:
        """Open this person's keys. Takes the KDF's time: 50 to 500 ms of a core."""
        row = self._practitioner()
        if row is None:
            raise Locked("not-set-up")
        secret = read_key_file(self._folder / DEVICE_SECRET)
        udk = open_wrap(row.wrap, passphrase, secret, self.device.device_id, row.author)
        return Keys(row, udk, self.device.device_id, self._database, self.outbox, self._clock)

    @contextlib.contextmanager
    def completing(self) -> Iterator[int]:
        """Complete one assessment inside: yields the author's next number on this device, from 1.

        Numbers have no gaps. If another process took the number, completing raises `StoreFault`
        ("store-busy") and nothing has happened.
        """
        with self.outbox.numbering() as author_seq:
            yield author_seq

    def close(self) -> None:
        """Close the files. Keys that are still open must be closed by their holder."""
        self._database.close()

    def _practitioner(self) -> Practitioner | None:
        rows = self._database.rows(
            "SELECT author, agency, wrap, sign_public, sign_sealed, epoch_kid, epoch_sealed FROM practitioner"
        )
        return Practitioner(*rows[0]) if rows else None


def _refuse_emptied(database: Database, *, used: bool) -> None:
    if used and not applied(database):
        raise Damaged(part=DATABASE)


def _device(folder: Path, database: Database) -> DeviceIdentity:
    """The device of this folder; made once, key files first, so that a cut can be carried on."""
    key, secret = folder / DEVICE_KEY, folder / DEVICE_SECRET
    with database.write_lean() as driver:
        found = driver.execute(
            "SELECT id, sign_public, sign_sealed, receive_public, receive_sealed FROM device"
        ).fetchone()
        if found is None:
            for path in (key, secret):
                if key_size(path) != sealing.KEY_BYTES:
                    write_key_file(path)
            found = make_device(read_key_file(key))
            driver.execute("INSERT INTO device VALUES (?, ?, ?, ?, ?)", found)
    read_key_file(secret)
    device_id, sign_public, sign_sealed, receive_public, receive_sealed = found
    device = DeviceIdentity(
        device_id, sign_public, receive_public, sign_sealed, receive_sealed, read_key_file(key)
    )
    device.sign(b"")  # a key file of another device shows here, not at the first exchange
    return device


def _reconcile(database: Database, outbox: StoredOutbox) -> int:
    """Make each copy of finished work from the other. Returns how many copies cannot be read.

    A copy without its row is a completion whose transaction was cut: it is carried out now.
    """
    outbox.copies.sweep()
    copied = outbox.copies.ids()
    entered = {entry_id for (entry_id,) in database.rows("SELECT id FROM outbox_entry")}
    unreadable = 0
    for entry_id in sorted(copied - entered):
        try:
            finished = outbox.copies.read(entry_id)
        except (Damaged, UnknownFormat):
            unreadable += 1  # kept as it is: a newer Wren or a person may still read it
            continue
        with database.write_lean() as driver:
            write_completion(driver, finished)
            outbox.queue(driver, finished)
    for entry_id in sorted(entered - copied):
        with contextlib.suppress(Damaged):  # a damaged envelope says so when it is sent
            outbox.copies.write(_finished(database, outbox, entry_id))
    return unreadable


def _finished(database: Database, outbox: StoredOutbox, entry_id: str) -> Finished:
    rows = database.rows(
        "SELECT assessment.rev, state, assessment.body, completion.body FROM assessment"
        " JOIN completion ON completion.assessment_id = assessment.id WHERE assessment.id = ?",
        (entry_id,),
    )
    rev, state, head, body = rows[0] if rows else (0, "", b"", b"")
    envelope = outbox.envelope(entry_id)
    return Finished(entry_id, outbox.entry(entry_id).service_kid, envelope, rev, state, head, body)
