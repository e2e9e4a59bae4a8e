"""The people of one device and how each gets in: set-up, unlocking, change of passphrase, escrow, recovery.

Each person's keys are guarded by their passphrase and a secret in the key store, and open nothing of
another's. It works before the device's own key is there, so that recovery can start from it.
"""

from dataclasses import asdict, fields

from assessments.crypto import sealing
from assessments.crypto.kdf import Kdf
from assessments.crypto.recovery import Escrow, RecoveryKey, make_escrow, read_escrow
from assessments.errors import Locked, LockedOut, StoreFault, WrongPassphrase
from assessments.ports import Clock, Keystore
from assessments.store.access.device import DeviceIdentity, create_stored_key, read_key
from assessments.store.access.passphrase_policy import CredentialKind, check_passphrase
from assessments.store.access.practitioner import (
    Practitioner,
    make_practitioner,
    make_wrap,
    open_device_key_copy,
    open_wrap,
    parse_wrap,
    rotate_udk,
)
from assessments.store.access.unlock_attempts import MAX_ATTEMPTS, UnlockAttempts
from assessments.store.database import SqliteDatabase
from assessments.store.tables import insert

# The fields of a `Practitioner` are the columns of its table.
_COLUMNS = ", ".join(field.name for field in fields(Practitioner))
# Before several people could share a device, it had one secret; that row's slot is ''.
_LEGACY_SECRET = "device.secret"  # noqa: S105  # a name
_SECRET_SLOTS = ("a", "b")


class Unlocking:
    """The people of one device."""

    def __init__(self, database: SqliteDatabase, keystore: Keystore, clock: Clock, kdf: Kdf) -> None:
        self._database, self._keystore, self._kdf = database, keystore, kdf
        self._attempts = UnlockAttempts(database, keystore, clock)
        self.attempt_status = self._attempts.status
        # Digits are enough only where the system guards the secret.
        self.credential_kind: CredentialKind = "pin" if keystore.kind == "system" else "passphrase"

    def authors(self) -> tuple[str, ...]:
        """Everybody's alias, in the order of setting up."""
        rows = self._database.rows("SELECT author FROM practitioner ORDER BY rowid")
        return tuple(author for (author,) in rows)

    def read_practitioner(self, author: str) -> Practitioner:
        """One person's row. Raises Locked("not-set-up")."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM practitioner WHERE author = ?", (author,))  # noqa: S608  # constant names
        if not rows:
            raise Locked("not-set-up")
        return Practitioner(*rows[0])

    def is_epoch_current(self, epoch_kid: str) -> bool:
        """Whether this is the name of somebody's epoch key: deleting something renews it."""
        return bool(self._database.rows("SELECT 1 FROM practitioner WHERE epoch_kid = ?", (epoch_kid,)))

    def set_up(self, passphrase: str, agency: str, author: str, device: DeviceIdentity) -> None:
        """Add a person. Raises WrenError for a weak passphrase, StoreFault("alias-taken")."""
        check_passphrase(passphrase, self.credential_kind)
        if not (agency and author):
            raise StoreFault("alias-missing")
        if author in self.authors():
            raise StoreFault("alias-taken")
        secret = create_stored_key(self._keystore, _secret_name(author, _SECRET_SLOTS[0]))
        device_key = device.export_device_key()
        row = make_practitioner(
            self._kdf, passphrase, secret, _SECRET_SLOTS[0], device.device_id, device_key, agency, author
        )
        with self._database.write() as driver:
            insert(driver, "practitioner", asdict(row))

    def unlock(self, author: str, passphrase: str, device_id: str) -> tuple[Practitioner, bytearray]:
        """The row and the UDK. Counted before it is tried. Raises WrongPassphrase (with `left`),
        TooManyAttempts, LockedOut, KeyAbsent, KeystoreFault."""
        row = self.read_practitioner(author)
        if self._attempts.status(author).is_locked_out:
            self._lock_out(row)
        secret = read_key(self._keystore, _secret_name(author, row.secret_slot))
        parse_wrap(row.wrap)  # what no passphrase could open is no attempt
        number = self._attempts.count_attempt(author)
        try:
            udk = open_wrap(row.wrap, passphrase, secret, device_id, author)
        except WrongPassphrase:
            if number >= MAX_ATTEMPTS:
                self._lock_out(row)
            raise WrongPassphrase(left=MAX_ATTEMPTS - number) from None
        self._attempts.reset(author)
        return row, udk

    def _lock_out(self, row: Practitioner) -> None:
        """After the last try the secret goes, so that a copy of the disk is no use either."""
        self._keystore.remove(_secret_name(row.author, row.secret_slot))
        raise LockedOut

    def change_passphrase(self, author: str, old: str, new: str, device_id: str) -> None:
        """Wrap the same key under a new passphrase: one row changes, and no record."""
        check_passphrase(new, self.credential_kind)
        row, udk = self.unlock(author, old, device_id)
        secret = read_key(self._keystore, _secret_name(author, row.secret_slot))
        wrap = make_wrap(self._kdf, new, secret, device_id, author, udk)
        sealing.wipe(udk)
        with self._database.write() as driver:
            driver.execute("UPDATE practitioner SET wrap = ? WHERE author = ?", (wrap, author))

    def save_device_key_copy(self, author: str, sealed: bytes) -> None:
        """Keep a person's sealed copy of the device's key."""
        with self._database.write() as driver:
            driver.execute("UPDATE practitioner SET device_copy = ? WHERE author = ?", (sealed, author))

    def escrow(self, author: str) -> Escrow | None:
        """This person's escrow, or None before there is any."""
        rows = self._database.rows("SELECT body FROM escrow WHERE author = ?", (author,))
        return read_escrow(rows[0][0]) if rows else None

    def save_escrow(self, escrow: Escrow, agency: RecoveryKey, service: RecoveryKey) -> None:
        """Keep an escrow in place of an earlier one, with the keys it is sealed to."""
        with self._database.write() as driver:
            driver.execute(
                "INSERT OR REPLACE INTO escrow (author, body, agency_public, service_public)"
                " VALUES (?, ?, ?, ?)",
                (escrow.author, escrow.to_bytes(), agency.public, service.public),
            )

    def reset_passphrase(
        self, author: str, udk: bytearray, new_passphrase: str, device_id: str
    ) -> bytes | None:
        """Set a new passphrase under a fresh UDK, secret and escrow. The new secret lies in the other slot:
        until the one transaction at the end the old passphrase still opens. Returns the device's key as this
        person kept it. Raises Damaged when the UDK is not this person's, WrenError for a weak passphrase."""
        check_passphrase(new_passphrase, self.credential_kind)
        row, held = self.read_practitioner(author), self.escrow(author)
        device_key = open_device_key_copy(row, udk, device_id)
        changed, fresh = rotate_udk(row, udk, device_id)
        slot = _SECRET_SLOTS[0] if row.secret_slot == _SECRET_SLOTS[1] else _SECRET_SLOTS[1]
        secret = create_stored_key(self._keystore, _secret_name(author, slot))
        wrap = make_wrap(self._kdf, new_passphrase, secret, device_id, author, fresh)
        with self._database.write() as driver:
            driver.execute(
                "UPDATE practitioner SET wrap = ?, sign_sealed = ?, epoch_sealed = ?, device_copy = ?,"
                " secret_slot = ? WHERE author = ?",
                (wrap, changed.sign_sealed, changed.epoch_sealed, changed.device_copy, slot, author),
            )
            if held is not None:
                publics = driver.execute(
                    "SELECT agency_public, service_public FROM escrow WHERE author = ?", (author,)
                ).fetchone()
                sides = (RecoveryKey(held.agency_kid, publics[0]), RecoveryKey(held.service_kid, publics[1]))
                body = make_escrow(fresh, device_id, author, *sides).to_bytes()
                driver.execute("UPDATE escrow SET body = ? WHERE author = ?", (body, author))
        sealing.wipe(fresh)
        self._attempts.reset(author)
        self._keystore.remove(_secret_name(author, row.secret_slot))
        return device_key


def _secret_name(author: str, slot: str) -> str:
    return f"secret.{author}.{slot}" if slot else _LEGACY_SECRET
