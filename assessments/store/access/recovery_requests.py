"""Recovery requests: a person asks to be let in again where the passphrase is forgotten or a key is gone.

It opens the database alone, so it works where the store does not open. The one-off key of a request is kept
in the key store until the grants come. Nothing changes before both grants fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assessments.crypto import sealing
from assessments.crypto.kdf import Kdf, best_kdf
from assessments.crypto.recovery import RecoveryRequest, combine_grants
from assessments.errors import Damaged, NotFound
from assessments.ports import Clock, Keystore
from assessments.store.access.device import DEVICE_KEY, FileKeystore, read_key
from assessments.store.access.unlocking import Unlocking
from assessments.store.database import DATABASE_FILE, SqliteDatabase


class RecoveryRequests:
    """The people of this device, and what each of them has asked for. Close it."""

    def __init__(
        self, database: SqliteDatabase, keystore: Keystore, clock: Clock, kdf: Kdf, *, owned: bool = False
    ) -> None:
        self._database, self._keystore, self._owned = database, keystore, owned
        self.unlocking = Unlocking(database, keystore, clock, kdf)

    @classmethod
    def open(
        cls, folder: Path, clock: Clock, keystore: Keystore | None = None, kdf: Kdf | None = None
    ) -> RecoveryRequests:
        """Open a folder that has a database. Raises NotFound when there is none, Damaged."""
        path = folder / DATABASE_FILE
        if not path.exists():
            raise NotFound(part=DATABASE_FILE)
        kept = keystore or FileKeystore(folder)
        return cls(SqliteDatabase(path), kept, clock, kdf or best_kdf(), owned=True)

    def close(self) -> None:
        """Close what `open` opened; a store's own database stays open."""
        if self._owned:
            self._database.close()

    @property
    def device_id(self) -> str:
        """The id of this device. Raises NotFound."""
        rows = self._database.rows("SELECT id FROM device")
        if not rows:
            raise NotFound(part="device")
        return str(rows[0][0])

    def pending(self, author: str) -> RecoveryRequest | None:
        """The request that waits for its grants, or None."""
        private = self._keystore.read(_keystore_name(author))
        return self._request(author, private) if private else None

    def begin_request(self, author: str) -> RecoveryRequest:
        """Begin a request, or take up the one that waits. Raises NotFound when there is no escrow."""
        found = self.pending(author)
        if found is not None:
            return found
        private = sealing.make_receive_key()[0]
        request = self._request(author, private)
        self._keystore.write(_keystore_name(author), bytes(private))
        sealing.wipe(private)
        return request

    def cancel(self, author: str) -> None:
        """Stop asking: grants that still come fit nothing."""
        self._keystore.remove(_keystore_name(author))

    def finish(self, author: str, grants: Sequence[bytes], new_passphrase: str) -> None:
        """Let this person in with a new passphrase. Raises Damaged, with nothing changed, unless all fits."""
        private = read_key(self._keystore, _keystore_name(author))
        request = self._request(author, private)
        udk = combine_grants(private, request, grants)
        device_key = self.unlocking.reset_passphrase(author, udk, new_passphrase, self.device_id)
        sealing.wipe(udk)
        if device_key is not None and self._keystore.read(DEVICE_KEY) is None:
            self._keystore.write(DEVICE_KEY, device_key)
        self._keystore.remove(_keystore_name(author))

    def _request(self, author: str, private: sealing.Key) -> RecoveryRequest:
        row, escrow = self.unlocking.read_practitioner(author), self.unlocking.escrow(author)
        if escrow is None:
            raise NotFound("no-escrow")
        if len(private) != sealing.KEY_BYTES:
            raise Damaged(part=_keystore_name(author))
        public = sealing.derive_receive_public(private)
        return RecoveryRequest(self.device_id, row.agency, author, public, escrow)


def _keystore_name(author: str) -> str:
    return f"recovery.{author}"
