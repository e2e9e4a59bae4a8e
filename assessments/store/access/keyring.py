"""Who may open what: the keys of the device, and the keys of one person while unlocked.

A passphrase and a secret of this device make a KEK; it opens the wrap of a random key (UDK); the
UDK opens the author's signing key and the epoch key; the epoch key opens one content key per
household and per assessment. This room knows contexts and lifetimes; it refuses to know ciphers
(`sealing`), the device's own keys (`device`) and what the rows say. Changing a passphrase re-wraps
the UDK and nothing else.

    keys = store.unlock(passphrase)     # 50 to 500 ms of a core: never on an event loop
    keys.sign(statement)
    keys.close()                        # wiped; every later use raises Locked
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Never

from assessments.crypto import sealing
from assessments.crypto.kdf import KDF_HEADER_BYTES, Kdf, derive_kek, read_kdf
from assessments.crypto.recovery import Escrow, RecoveryKey, make_escrow
from assessments.errors import (
    Damaged,
    Locked,
    NotFound,
    StoreFault,
    UnknownFormat,
    WrongPassphrase,
)
from assessments.ports import Clock, DataLoss
from assessments.store.access.device import DeviceIdentity
from assessments.store.database import SqliteDatabase
from assessments.store.outbox import StoredOutbox

# One statement in the transaction that is open, on either kind of connection.
Execute = Callable[[str, tuple[Any, ...]], Any]

WRAP_MAGIC = b"CKW1"
_SALT_BYTES = 16
_CHECK_BYTES = 8
_PADDED_BYTES = 256


def check_random_id(record_id: str) -> str:
    """Row ids are in clear, so they are random: UUID version 4 and nothing else."""
    try:
        parsed = uuid.UUID(record_id)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 4 or str(parsed) != record_id:
        raise StoreFault("id-not-random")
    return record_id


def _raw_passphrase(passphrase: str) -> bytes:
    # Keyboards differ in how they write é; the key must not.
    return unicodedata.normalize("NFC", passphrase).encode()


def make_wrap(
    kdf: Kdf, passphrase: str, device_secret: sealing.Key, device: str, author: str, udk: bytearray
) -> bytes:
    """Wrap the UDK. The header names the KDF and its cost; the last bytes tell damage from a wrong word."""
    head = WRAP_MAGIC + kdf.header() + sealing.make_random(_SALT_BYTES)
    kek = _derive_kek(kdf, passphrase, head, device_secret, device, author)
    sealed = head + sealing.seal(kek, bytes(udk), _wrap_context(head, device, author))
    sealing.wipe(kek)
    return sealed + sealing.digest(sealed)[:_CHECK_BYTES]


def parse_wrap(wrap: bytes) -> tuple[Kdf, bytes, bytes]:
    """The KDF, the head and the sealed part of a whole wrap. Raises `Damaged` or `UnknownFormat`."""
    sealed, check = wrap[:-_CHECK_BYTES], wrap[-_CHECK_BYTES:]
    if not sealing.constant_time_equal(sealing.digest(sealed)[:_CHECK_BYTES], check):
        raise Damaged(part="wrap")
    if not sealed.startswith(WRAP_MAGIC):
        raise UnknownFormat(part="wrap")
    start = len(WRAP_MAGIC) + KDF_HEADER_BYTES
    head = sealed[: start + _SALT_BYTES]
    return read_kdf(head[len(WRAP_MAGIC) : start]), head, sealed[len(head) :]


def open_wrap(
    wrap: bytes, passphrase: str, device_secret: sealing.Key, device: str, author: str
) -> bytearray:
    """The UDK. Raises `WrongPassphrase`, `Damaged` or `UnknownFormat`, each for its own cause."""
    kdf, head, sealed = parse_wrap(wrap)
    kek = _derive_kek(kdf, passphrase, head, device_secret, device, author)
    try:
        return bytearray(sealing.open_sealed(kek, sealed, _wrap_context(head, device, author)))
    except Damaged:
        # The bytes are whole (checked above), so it is the passphrase or the device's secret.
        raise WrongPassphrase from None
    finally:
        sealing.wipe(kek)


def _derive_kek(
    kdf: Kdf, passphrase: str, head: bytes, device_secret: sealing.Key, device: str, author: str
) -> bytearray:
    context = sealing.length_prefix("ck1", "kek", device, author)
    return derive_kek(kdf, _raw_passphrase(passphrase), head[-_SALT_BYTES:], device_secret, context)


def _wrap_context(head: bytes, device: str, author: str) -> bytes:
    return sealing.length_prefix("ck1", "udk", device, author) + sealing.length_prefix(head)


@dataclass(frozen=True, slots=True, repr=False)
class Practitioner:
    """One person's row: an alias, never a name, and their keys, all sealed."""

    author: str
    agency: str
    wrap: bytes
    sign_public: bytes
    sign_sealed: bytes
    epoch_kid: str
    epoch_sealed: bytes
    secret_slot: str
    device_copy: bytes | None


def make_practitioner(
    kdf: Kdf,
    passphrase: str,
    device_secret: sealing.Key,
    secret_slot: str,
    device: str,
    device_key: sealing.Key,
    agency: str,
    author: str,
) -> Practitioner:
    """Fresh keys for one person on this device."""
    udk, epoch, epoch_kid = sealing.make_key(), sealing.make_key(), make_kid()
    private, public = sealing.make_signing_key()
    made = Practitioner(
        author=author,
        agency=agency,
        wrap=make_wrap(kdf, passphrase, device_secret, device, author, udk),
        sign_public=public,
        sign_sealed=sealing.seal(udk, bytes(private), _sign_context(device, author, public)),
        epoch_kid=epoch_kid,
        epoch_sealed=sealing.seal(udk, bytes(epoch), _epoch_context(device, author, agency, epoch_kid)),
        secret_slot=secret_slot,
        device_copy=sealing.seal(udk, bytes(device_key), _device_key_copy_context(device, author)),
    )
    for key in (udk, epoch, private):
        sealing.wipe(key)
    return made


def rotate_udk(row: Practitioner, udk: bytearray, device: str) -> tuple[Practitioner, bytearray]:
    """The same keys under a fresh UDK, which is returned too: what opened the old one opens no more.

    The wrap stays the old one. Raises Damaged when `udk` is not this person's.
    """
    fresh = sealing.make_key()

    def resealed(sealed: bytes, context: bytes) -> bytes:
        return sealing.seal(fresh, sealing.open_sealed(udk, sealed, context), context)

    copy = row.device_copy
    changed = replace(
        row,
        sign_sealed=resealed(row.sign_sealed, _sign_context(device, row.author, row.sign_public)),
        epoch_sealed=resealed(
            row.epoch_sealed, _epoch_context(device, row.author, row.agency, row.epoch_kid)
        ),
        device_copy=None if copy is None else resealed(copy, _device_key_copy_context(device, row.author)),
    )
    return changed, fresh


def open_device_key_copy(row: Practitioner, udk: bytearray, device: str) -> bytes | None:
    """The device's key as this person keeps it; None from before such copies were kept."""
    if row.device_copy is None:
        return None
    return sealing.open_sealed(udk, row.device_copy, _device_key_copy_context(device, row.author))


def _sign_context(device: str, author: str, public: bytes) -> bytes:
    return sealing.length_prefix("ck1", "author", device, author, public)


def _epoch_context(device: str, author: str, agency: str, kid: str) -> bytes:
    return sealing.length_prefix("ck1", "epoch", device, author, agency, kid)


def _device_key_copy_context(device: str, author: str) -> bytes:
    return sealing.length_prefix("ck1", "device-copy", device, author)


def _content_context(device: str, author: str, epoch_kid: str, kid: str) -> bytes:
    return sealing.length_prefix("ck1", "cek", device, author, epoch_kid, kid)


def make_kid() -> str:
    """A random name for a key."""
    return sealing.make_random(8).hex()


def _do_nothing() -> None: ...


class KeyRing:
    """What one unlocked person may open. Hold it as briefly as the screen is open; `close` wipes it."""

    def __init__(
        self,
        row: Practitioner,
        udk: bytearray,
        device_id: str,
        database: SqliteDatabase,
        outbox: StoredOutbox,
        clock: Clock,
    ) -> None:
        self.agency, self.author, self.device_id = row.agency, row.author, device_id
        self.sign_public, self.epoch_kid = row.sign_public, row.epoch_kid
        self.database, self.outbox, self._clock = database, outbox, clock
        author_context = _sign_context(device_id, row.author, row.sign_public)
        epoch_context = _epoch_context(device_id, row.author, row.agency, row.epoch_kid)
        self._sign = bytearray(sealing.open_sealed(udk, row.sign_sealed, author_context))
        self._epoch = bytearray(sealing.open_sealed(udk, row.epoch_sealed, epoch_context))
        self._udk, self._epoch_sealed = udk, row.epoch_sealed
        self._content_keys: dict[str, bytearray] = {}
        self._chain_keys: dict[str, bytearray] = {}
        # Under the signing key, which stays when the other keys are renewed.
        self._integrity_key = sealing.derive_mac_key(self._sign, self._personal_context("tally"))
        # Whether anything was written that the tally does not count (answers, the place).
        self.has_uncounted_writes = False
        # What unlocking found missing. It stands in nobody's way.
        self.losses: tuple[DataLoss, ...] = ()
        # What is done at completing and before the keys go: the twin of the tally is raised.
        self.advance_rollback_counter: Callable[[], None] = _do_nothing
        # Where each list of answers ends (`assessments` fills and trusts it).
        self.log_ends: dict[str, Any] = {}
        # What it has opened for lists, by id and revision.
        self.summary_cache: dict[tuple[str, int], Any] = {}
        # The same for people and what is filed beside them, by their sealed rows.
        self.record_cache: dict[tuple[Any, bytes], Any] = {}
        self._open = True
        # close() waits for a seal that is under way: nothing is ever sealed under a wiped key.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return "<KeyRing open>" if self._open else "<KeyRing closed>"

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def is_open(self) -> bool:
        return self._open

    def close(self) -> None:
        """Wipe every key. What other threads began finishes first or raises `Locked`."""
        rest, self.advance_rollback_counter = self.advance_rollback_counter, _do_nothing
        try:
            # Before the lock is taken: a writer may be waiting for a seal.
            rest()
        finally:
            with self._lock:
                self._open = False
                held = (self._udk, self._sign, self._epoch, self._integrity_key)
                for key in (*held, *self._content_keys.values(), *self._chain_keys.values()):
                    sealing.wipe(key)
                self._content_keys.clear()
                self._chain_keys.clear()
                self.log_ends.clear()
                self.summary_cache.clear()
                self.record_cache.clear()

    def sign(self, message: bytes) -> bytes:
        """Sign as the author."""
        with self._while_open():
            return sealing.sign(self._sign, message)

    def make_escrow(self, agency: RecoveryKey, service: RecoveryKey) -> Escrow:
        """This person's key in two sealed halves."""
        with self._while_open():
            return make_escrow(self._udk, self.device_id, self.author, agency, service)

    def seal_device_key(self, device: DeviceIdentity) -> bytes:
        """A copy of the device's key, sealed for this person."""
        with self._while_open():
            context = _device_key_copy_context(self.device_id, self.author)
            return sealing.seal(self._udk, device.export_device_key(), context)

    def create_content_key(self, run: Execute) -> tuple[str, bytes]:
        """File a fresh content key in this transaction: its name, and its bytes as they are filed.

        Raises Locked("keys-renewed") when the epoch key is no longer the one held here.
        """
        with self._while_open():
            kid, key = make_kid(), sealing.make_key()
            wrap = sealing.seal(self._epoch, bytes(key), self._content_context(kid))
            filed = run(
                "INSERT INTO content_key SELECT ?, epoch_kid, ? FROM practitioner WHERE epoch_kid = ?",
                (kid, wrap, self.epoch_kid),
            )
            if filed.rowcount != 1:
                raise Locked("keys-renewed")
            self._content_keys[kid] = key
            return kid, wrap

    def rotate_epoch_key(self, driver: sqlite3.Connection) -> None:
        """Seal every content key anew under a fresh epoch key, in this transaction.

        Once it is committed these keys are of yesterday: close them and unlock again.
        """
        with self._while_open():
            epoch, epoch_kid = sealing.make_key(), make_kid()
            mine = "SELECT kid, sealed FROM content_key WHERE epoch_kid = ?"
            for kid, wrap in driver.execute(mine, (self.epoch_kid,)).fetchall():
                try:
                    key = sealing.open_sealed(self._epoch, wrap, self._content_context(kid))
                except Damaged:
                    continue  # it opens nothing, before or after; kept as it is, like every damaged row
                context = _content_context(self.device_id, self.author, epoch_kid, kid)
                driver.execute(
                    "UPDATE content_key SET epoch_kid = ?, sealed = ? WHERE kid = ?",
                    (epoch_kid, sealing.seal(epoch, key, context), kid),
                )
            context = _epoch_context(self.device_id, self.author, self.agency, epoch_kid)
            changed = driver.execute(
                "UPDATE practitioner SET epoch_kid = ?, epoch_sealed = ?"
                " WHERE author = ? AND epoch_sealed = ?",
                (epoch_kid, sealing.seal(self._udk, bytes(epoch), context), self.author, self._epoch_sealed),
            )
            sealing.wipe(epoch)
            if changed.rowcount != 1:
                raise Locked("keys-renewed")
            # What was left half done lies under the old key, and may be about what is deleted.
            driver.execute("DELETE FROM desk_place WHERE author = ?", (self.author,))

    def make_single_key_ring(self, kid: str, wrap: bytes | None) -> SingleKeyRing:
        """Keys that hold the one content key `kid` and nothing else, and outlive these."""
        with self._while_open():
            return SingleKeyRing(self, kid, bytearray(self._content_key(kid, wrap)))

    def seal_row(
        self, kid: str, wrap: bytes | None, context: bytes, body: bytes, at_least: int = _PADDED_BYTES
    ) -> bytes:
        """Seal one row under the content key `kid`, whose sealed bytes are `wrap`."""
        with self._while_open():
            return sealing.seal_record(
                self._content_key(kid, wrap), kid, sealing.pad(body, at_least), context
            )

    def open_row(self, kid: str, wrap: bytes | None, context: bytes, sealed: bytes) -> bytes:
        # A damaged page may give a value of another kind than was written.
        if not (isinstance(sealed, bytes) and isinstance(kid, str) and isinstance(wrap, bytes | None)):
            raise Damaged(part="row")
        with self._while_open():
            return sealing.unpad(sealing.open_record(self._content_key(kid, wrap), kid, sealed, context))

    def seal_for_author(self, context: bytes, body: bytes) -> bytes:
        """Seal something of this person's own that belongs to no household."""
        with self._while_open():
            return sealing.seal(self._epoch, sealing.pad(body, _PADDED_BYTES), context)

    def open_for_author(self, context: bytes, sealed: bytes) -> bytes:
        with self._while_open():
            return sealing.unpad(sealing.open_sealed(self._epoch, sealed, context))

    def chain_mac(self, kid: str, wrap: bytes | None, message: bytes) -> bytes:
        """A mark over one more link of a list, that only who has its content key can make."""
        with self._while_open():
            key = self._chain_keys.get(kid)
            if key is None:
                key = sealing.derive_mac_key(
                    self._content_key(kid, wrap), sealing.length_prefix("ck1", "chain", kid)
                )
                self._chain_keys[kid] = key
            return sealing.mac(key, message)

    def row_macs(self, items: Iterable[bytes]) -> list[int]:
        """A number for each item, that only this person can make."""
        with self._while_open():
            return [int.from_bytes(sealing.mac(self._integrity_key, item), "big") for item in items]

    def seal_integrity_count(self, rev: int, body: bytes) -> bytes:
        with self._while_open():
            return sealing.seal(
                self._integrity_key, sealing.pad(body), self._personal_context("tally", str(rev))
            )

    def open_integrity_count(self, rev: int, sealed: bytes) -> bytes:
        with self._while_open():
            return sealing.unpad(
                sealing.open_sealed(self._integrity_key, sealed, self._personal_context("tally", str(rev)))
            )

    def _personal_context(self, *purpose: str) -> bytes:
        return sealing.length_prefix("ck1", *purpose, self.device_id, self.author)

    def row_context(
        self, table: str, ids: tuple[str, ...], rev: int, schema: str, agency: str, author: str
    ) -> bytes:
        """Every clear column of a row. `ids` are its own id, then those it is filed under."""
        named = all(isinstance(name, str) for name in (*ids, schema, agency, author))
        if not (named and isinstance(rev, int) and 0 <= rev < 1 << 32):
            raise Damaged(part="row")  # a damaged page may give anything
        return sealing.record_context(table, sealing.length_prefix(*ids), rev, schema, agency, author)

    def _content_key(self, kid: str, wrap: bytes | None) -> bytearray:
        key = self._content_keys.get(kid)
        if key is None:
            if wrap is None:
                raise NotFound(part="content-key")
            try:
                key = bytearray(sealing.open_sealed(self._epoch, wrap, self._content_context(kid)))
            except Damaged:
                self._reject_rotated()
                raise
            self._content_keys[kid] = key
        return key

    def _reject_rotated(self) -> None:
        """What does not open may only be newer than these keys: another process deleted something."""
        if not self.database.rows("SELECT 1 FROM practitioner WHERE epoch_kid = ?", (self.epoch_kid,)):
            raise Locked("keys-renewed")

    def _content_context(self, kid: str) -> bytes:
        return _content_context(self.device_id, self.author, self.epoch_kid, kid)

    @contextlib.contextmanager
    def _while_open(self) -> Iterator[None]:
        with self._lock:
            if not self._open:
                raise Locked
            yield


class SingleKeyRing(KeyRing):
    """One content key: the rows under it and nothing else. For a screen in other hands.

    It has no part that could open another row, sign or make a key: whatever asks for one is `Locked`.
    """

    def __init__(self, wide: KeyRing, kid: str, key: bytearray) -> None:
        self.agency, self.author, self.device_id = wide.agency, wide.author, wide.device_id
        self.database, self._clock = wide.database, wide._clock
        self._content_keys, self._chain_keys = {kid: key}, {}
        self.has_uncounted_writes, self.log_ends = False, {}
        self._open = True
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Never:
        raise Locked

    def close(self) -> None:
        """Wipe the key."""
        with self._lock:
            self._open = False
            for key in (*self._content_keys.values(), *self._chain_keys.values()):
                sealing.wipe(key)
            self._content_keys.clear()
            self._chain_keys.clear()
            self.log_ends.clear()
