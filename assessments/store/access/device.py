"""The device's own keys, which open without a passphrase, and key files where the system has no key store.

Completed work is sent while the store is locked, so these keys do not depend on a person. The device's key
is made once and never overwritten; each person keeps a copy of it under their own keys.
"""

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assessments.crypto import sealing
from assessments.errors import Damaged, KeyAbsent, KeystoreFault
from assessments.ports import Keystore
from assessments.store.database import SqliteDatabase, translate_errors
from assessments.store.durable_files import sync_folder, write_atomically

DEVICE_KEY = "device.key"
_SELECT_DEVICE = "SELECT id, sign_public, sign_sealed, receive_public, receive_sealed FROM device"
_DeviceColumns = tuple[str, bytes, bytes, bytes, bytes]


class FileKeystore:
    """Keys as files that only their owner reads: for machines without a key store of the system."""

    kind: Literal["system", "file"] = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """The value, or None when there is no such file. Raises KeystoreFault."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeystoreFault(errno=error.errno) from None

    def write(self, name: str, value: bytes) -> None:
        """Keep a value, whole or not at all. Raises DiskFull or StoreFault."""
        path = self._folder / name
        with translate_errors():
            if path.exists() and path.stat().st_size == len(value):
                # In place and within one sector: a count of tries can be raised on a full disk.
                with path.open("r+b") as file:
                    file.write(value)
                    file.flush()
                    os.fsync(file.fileno())
                return
            write_atomically(path, value)

    def remove(self, name: str) -> None:
        """Remove a value. One that is absent is fine."""
        with translate_errors():
            (self._folder / name).unlink(missing_ok=True)
            sync_folder(self._folder)


def read_key(keystore: Keystore, name: str) -> bytearray:
    """A 32-byte key. Raises KeyAbsent, KeystoreFault or Damaged: none is ever overwritten."""
    raw = keystore.read(name)
    if raw is None:
        raise KeyAbsent(part=name)
    if len(raw) != sealing.KEY_BYTES:
        raise Damaged(part=name)
    return bytearray(raw)


def create_stored_key(keystore: Keystore, name: str) -> bytearray:
    """A fresh key, durable before anything is sealed under it."""
    key = sealing.make_key()
    keystore.write(name, bytes(key))
    return key


@dataclass(frozen=True, slots=True, repr=False)
class DeviceIdentity:
    """This installed copy: its id, its public keys, and the use of its private ones while locked."""

    device_id: str
    sign_public: bytes
    _sign_sealed: bytes
    receive_public: bytes
    _receive_sealed: bytes
    _devkey: bytearray = field(compare=False)

    def sign(self, message: bytes) -> bytes:
        """Sign a request as this device."""
        context = self._context("device-sign", self.sign_public)
        private = bytearray(sealing.open_sealed(self._devkey, self._sign_sealed, context))
        try:
            return sealing.sign(private, message)
        finally:
            sealing.wipe(private)

    def export_device_key(self) -> bytes:
        """The device's key, for the person who keeps a copy of it under their own."""
        return bytes(self._devkey)

    def seal_with_device_key(self, purpose: str, place: bytes, body: bytes) -> bytes:
        """Seal something small that must open while locked. `place` is where it is filed."""
        return sealing.seal(self._devkey, sealing.pad(body), self._context(purpose, place))

    def open_with_device_key(self, purpose: str, place: bytes, sealed: bytes) -> bytes:
        """Open what `seal_with_device_key` made. Raises Damaged."""
        return sealing.unpad(sealing.open_sealed(self._devkey, sealed, self._context(purpose, place)))

    def _context(self, purpose: str, place: bytes) -> bytes:
        return _device_context(purpose, self.device_id, place)


def load_or_create_device(keystore: Keystore, database: SqliteDatabase) -> DeviceIdentity:
    """The device of this folder; made once, its key first, so that a cut can be carried on."""
    if not database.rows(_SELECT_DEVICE):
        if database.rows("SELECT 1 FROM practitioner"):
            raise Damaged(part="device")  # a new one would shut everybody out
        with database.write() as driver:
            # Looked up again inside the transaction: another process may have been faster.
            if driver.execute(_SELECT_DEVICE).fetchone() is None:
                kept = keystore.read(DEVICE_KEY)
                whole = kept is not None and len(kept) == sealing.KEY_BYTES
                made = _make_device(
                    read_key(keystore, DEVICE_KEY) if whole else create_stored_key(keystore, DEVICE_KEY)
                )
                driver.execute("INSERT INTO device VALUES (?, ?, ?, ?, ?)", made)
    found: _DeviceColumns
    (found,) = database.rows(_SELECT_DEVICE)
    device = DeviceIdentity(*found, read_key(keystore, DEVICE_KEY))
    device.sign(b"")  # a key of another device shows here, not at the first exchange
    return device


def _make_device(devkey: bytearray) -> _DeviceColumns:
    """A new device: id, signing public and sealed private, receive public and sealed private."""
    device_id = str(uuid.uuid4())
    sign_private, sign_public = sealing.make_signing_key()
    receive_private, receive_public = sealing.make_receive_key()
    sign_context = _device_context("device-sign", device_id, sign_public)
    receive_context = _device_context("device-receive", device_id, receive_public)
    columns = (
        device_id,
        sign_public,
        sealing.seal(devkey, bytes(sign_private), sign_context),
        receive_public,
        sealing.seal(devkey, bytes(receive_private), receive_context),
    )
    sealing.wipe(sign_private)
    sealing.wipe(receive_private)
    return columns


def _device_context(purpose: str, device_id: str, place: bytes) -> bytes:
    return sealing.length_prefix("ck1", purpose, device_id, place)
