"""Key rings: the keys of one unlocked person, or one content key; they seal, open, sign and MAC.

The UDK opens the author's signing key and the epoch key; the epoch key opens one content key per
household and per assessment. After `close`, which wipes them, every use raises `Locked`. Thread-safe.
"""

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Never

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow, RecoveryKey, make_escrow
from assessments.errors import Damaged, Locked, NotFound
from assessments.store.access.device import DeviceIdentity
from assessments.store.access.practitioner import Practitioner, key_context, make_kid

_PADDED_BYTES = 256


class RowKeys(ABC):
    """What seals and opens rows: content keys, by their names (`kid`)."""

    def __init__(self, agency: str, author: str) -> None:
        self.agency, self.author = agency, author
        self._content_keys: dict[str, bytearray] = {}
        self._chain_keys: dict[str, bytearray] = {}
        self._open = True
        # close() waits for a seal that is under way: nothing is ever sealed under a wiped key.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'open' if self._open else 'closed'}>"

    @property
    def is_open(self) -> bool:
        """Whether the keys are still here."""
        return self._open

    def close(self) -> None:
        """Wipe every key. What other threads began finishes first or raises `Locked`."""
        with self._lock:
            self._open = False
            for key in self._held_keys():
                sealing.wipe(key)
            self._content_keys.clear()
            self._chain_keys.clear()

    def seal_row(
        self, kid: str, wrap: bytes | None, context: bytes, body: bytes, at_least: int = _PADDED_BYTES
    ) -> bytes:
        """Seal one row under the content key `kid`, whose sealed bytes are `wrap`; `at_least` in bytes."""
        with self._while_open():
            return sealing.seal_record(
                self._content_key(kid, wrap), kid, sealing.pad(body, at_least), context
            )

    def open_row(self, kid: str, wrap: bytes | None, context: bytes, sealed: bytes) -> bytes:
        """Open one row. Raises Damaged, UnknownFormat, or NotFound where its content key is gone."""
        # A damaged page may give a value of another kind than was written.
        if not (isinstance(sealed, bytes) and isinstance(kid, str) and isinstance(wrap, bytes | None)):
            raise Damaged(part="row")
        with self._while_open():
            return sealing.unpad(sealing.open_record(self._content_key(kid, wrap), kid, sealed, context))

    def chain_mac(self, kid: str, wrap: bytes | None, message: bytes) -> bytes:
        """The MAC of one more link of a hash chain, under a key derived from its content key."""
        with self._while_open():
            key = self._chain_keys.get(kid)
            if key is None:
                key = sealing.derive_mac_key(
                    self._content_key(kid, wrap), sealing.length_prefix("ck1", "chain", kid)
                )
                self._chain_keys[kid] = key
            return sealing.mac(key, message)

    @abstractmethod
    def _open_content_key(self, kid: str, wrap: bytes | None) -> bytearray:
        """The content key of this name, which is not held yet."""

    def _content_key(self, kid: str, wrap: bytes | None) -> bytearray:
        key = self._content_keys.get(kid)
        if key is None:
            key = self._content_keys[kid] = self._open_content_key(kid, wrap)
        return key

    def _held_keys(self) -> list[bytearray]:
        return [*self._content_keys.values(), *self._chain_keys.values()]

    @contextlib.contextmanager
    def _while_open(self) -> Iterator[None]:
        with self._lock:
            if not self._open:
                raise Locked
            yield


class SingleKeyRing(RowKeys):
    """One content key and nothing else: for a screen in other hands. Any other key is `Locked`."""

    def __init__(self, agency: str, author: str, kid: str, key: bytearray) -> None:
        super().__init__(agency, author)
        self._content_keys[kid] = key

    def _open_content_key(self, _kid: str, _wrap: bytes | None) -> Never:
        raise Locked


class KeyRing(RowKeys):
    """The keys of one unlocked person. `is_epoch_current`: no other process has renewed that epoch key."""

    def __init__(
        self, row: Practitioner, udk: bytearray, device_id: str, is_epoch_current: Callable[[str], bool]
    ) -> None:
        super().__init__(row.agency, row.author)
        self.device_id, self._is_epoch_current = device_id, is_epoch_current
        self.sign_public = row.sign_public
        self.epoch_kid, self.epoch_sealed = row.epoch_kid, row.epoch_sealed
        signing = key_context("author", device_id, row.author, row.sign_public)
        self._sign = bytearray(sealing.open_sealed(udk, row.sign_sealed, signing))
        self._epoch = bytearray(
            sealing.open_sealed(udk, row.epoch_sealed, self._epoch_context(row.epoch_kid))
        )
        self._udk = udk
        # Under the signing key, which stays when the other keys are renewed.
        self._integrity_key = sealing.derive_mac_key(self._sign, self._integrity_context())

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
            context = key_context("device-copy", self.device_id, self.author)
            return sealing.seal(self._udk, device.export_device_key(), context)

    def make_content_key(self) -> tuple[str, bytes]:
        """A fresh content key: its name, and its bytes sealed under the epoch key."""
        with self._while_open():
            kid, key = make_kid(), sealing.make_key()
            self._content_keys[kid] = key
            return kid, sealing.seal(self._epoch, bytes(key), self._content_context(kid, self.epoch_kid))

    def rotate_epoch_key(
        self, wraps: Iterable[tuple[str, bytes]]
    ) -> tuple[str, bytes, list[tuple[str, bytes]]]:
        """The name and sealed bytes of a fresh epoch key, which this ring does not take over, and the content
        keys sealed under it: pairs of `kid` and wrap. A wrap that does not open is left out."""
        with self._while_open():
            epoch, epoch_kid = sealing.make_key(), make_kid()
            renewed = []
            for kid, wrap in wraps:
                with contextlib.suppress(Damaged):
                    key = sealing.open_sealed(self._epoch, wrap, self._content_context(kid, self.epoch_kid))
                    renewed.append((kid, sealing.seal(epoch, key, self._content_context(kid, epoch_kid))))
            sealed = sealing.seal(self._udk, bytes(epoch), self._epoch_context(epoch_kid))
            sealing.wipe(epoch)
            return epoch_kid, sealed, renewed

    def make_single_key_ring(self, kid: str, wrap: bytes | None) -> SingleKeyRing:
        """A ring that holds the one content key `kid` and nothing else, and outlives this one."""
        with self._while_open():
            return SingleKeyRing(self.agency, self.author, kid, bytearray(self._content_key(kid, wrap)))

    def seal_for_author(self, context: bytes, body: bytes) -> bytes:
        """Seal something of this person's own that belongs to no household."""
        with self._while_open():
            return sealing.seal(self._epoch, sealing.pad(body, _PADDED_BYTES), context)

    def open_for_author(self, context: bytes, sealed: bytes) -> bytes:
        """Open what `seal_for_author` made. Raises Damaged."""
        with self._while_open():
            return sealing.unpad(sealing.open_sealed(self._epoch, sealed, context))

    def row_macs(self, items: Iterable[bytes]) -> list[int]:
        """A MAC for each item, as a number, that only this person can make."""
        with self._while_open():
            return [int.from_bytes(sealing.mac(self._integrity_key, item), "big") for item in items]

    def seal_integrity_count(self, rev: int, body: bytes) -> bytes:
        """Seal this person's integrity count, bound to its revision."""
        with self._while_open():
            return sealing.seal(self._integrity_key, sealing.pad(body), self._integrity_context(str(rev)))

    def open_integrity_count(self, rev: int, sealed: bytes) -> bytes:
        """Open what `seal_integrity_count` made. Raises Damaged."""
        with self._while_open():
            context = self._integrity_context(str(rev))
            return sealing.unpad(sealing.open_sealed(self._integrity_key, sealed, context))

    def _open_content_key(self, kid: str, wrap: bytes | None) -> bytearray:
        if wrap is None:
            raise NotFound(part="content-key")
        try:
            context = self._content_context(kid, self.epoch_kid)
            return bytearray(sealing.open_sealed(self._epoch, wrap, context))
        except Damaged:
            # It may only be newer than these keys: another process has deleted something.
            if not self._is_epoch_current(self.epoch_kid):
                raise Locked("keys-renewed") from None
            raise

    def _held_keys(self) -> list[bytearray]:
        return [self._udk, self._sign, self._epoch, self._integrity_key, *super()._held_keys()]

    def _content_context(self, kid: str, epoch_kid: str) -> bytes:
        return key_context("cek", self.device_id, self.author, epoch_kid, kid)

    def _epoch_context(self, epoch_kid: str) -> bytes:
        return key_context("epoch", self.device_id, self.author, self.agency, epoch_kid)

    def _integrity_context(self, *revision: str) -> bytes:
        return sealing.length_prefix("ck1", "tally", *revision, self.device_id, self.author)
