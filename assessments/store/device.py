"""The device's own keys: they open without a passphrase, because finished work is sent while locked.

This room knows the two key files (`device.key` and `device.secret`; a later Wren keeps them in the
system's key store) and what is sealed under the first. It refuses to know people and passphrases.
A key file is made once and never overwritten: without it, what it sealed is gone.

    device.sign(request)
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assessments import sealing
from assessments.errors import Damaged
from assessments.store.copies import sync_folder


def read_key_file(path: Path) -> bytearray:
    """A 32-byte key from its file. Absent and damaged differ: neither is ever overwritten."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Damaged(part=path.name, missing=True) from None
    if len(raw) != sealing.KEY_BYTES:
        raise Damaged(part=path.name)
    return bytearray(raw)


def key_size(path: Path) -> int | None:
    """The size of a key file in bytes, or None when there is none."""
    return path.stat().st_size if path.exists() else None


def write_key_file(path: Path) -> bytearray:
    """Make a key file, durable before anything is sealed under it."""
    key = sealing.make_key()
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
    return key


@dataclass(frozen=True, slots=True, repr=False)
class DeviceIdentity:
    """This installed copy: its id, its public keys, and the use of its private ones while locked."""

    device_id: str
    sign_public: bytes
    receive_public: bytes
    _sign_sealed: bytes
    _receive_sealed: bytes
    _devkey: bytearray = field(compare=False)

    def __repr__(self) -> str:
        return f"<DeviceIdentity {self.device_id}>"

    def sign(self, message: bytes) -> bytes:
        """Sign a request as this device."""
        with self._private("device-sign", self.sign_public, self._sign_sealed) as private:
            return sealing.sign(private, message)

    def open_from_service(self, sealed: bytes, info: bytes) -> bytes:
        """Open what the service sealed to this device."""
        with self._private("device-receive", self.receive_public, self._receive_sealed) as private:
            return sealing.open_from(private, sealed, info)

    def seal_note(self, purpose: str, place: bytes, body: bytes) -> bytes:
        """Seal something small that must open while locked. `place` is where it is filed."""
        return sealing.seal(self._devkey, sealing.pad(body), self._context(purpose, place))

    def open_note(self, purpose: str, place: bytes, sealed: bytes) -> bytes:
        return sealing.unpad(sealing.open_sealed(self._devkey, sealed, self._context(purpose, place)))

    def _context(self, purpose: str, place: bytes) -> bytes:
        return sealing.lp("ck1", purpose, self.device_id, place)

    @contextlib.contextmanager
    def _private(self, purpose: str, public: bytes, sealed: bytes) -> Iterator[bytearray]:
        private = bytearray(sealing.open_sealed(self._devkey, sealed, self._context(purpose, public)))
        try:
            yield private
        finally:
            sealing.wipe(private)


DeviceColumns = tuple[str, bytes, bytes, bytes, bytes]


def make_device(devkey: bytearray) -> DeviceColumns:
    """A new device: id, signing public and sealed private, receive public and sealed private."""
    device_id = str(uuid.uuid4())
    sign_private, sign_public = sealing.make_signing_key()
    receive_private, receive_public = sealing.make_receive_key()
    columns = (
        device_id,
        sign_public,
        sealing.seal(devkey, bytes(sign_private), sealing.lp("ck1", "device-sign", device_id, sign_public)),
        receive_public,
        sealing.seal(
            devkey, bytes(receive_private), sealing.lp("ck1", "device-receive", device_id, receive_public)
        ),
    )
    sealing.wipe(sign_private)
    sealing.wipe(receive_private)
    return columns
