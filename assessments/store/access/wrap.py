"""The wrap of a person's key (UDK): sealed under what their passphrase and a secret of this device make.

The header names the KDF and its cost; a digest at the end tells damage from a wrong passphrase.
"""

from __future__ import annotations

import unicodedata

from assessments.crypto import sealing
from assessments.crypto.kdf import KDF_HEADER_BYTES, Kdf, derive_kek, read_kdf
from assessments.errors import Damaged, UnknownFormat, WrongPassphrase

WRAP_MAGIC = b"CKW1"
_SALT_BYTES = 16
_CHECK_BYTES = 8


def make_wrap(
    kdf: Kdf, passphrase: str, device_secret: sealing.Key, device: str, author: str, udk: bytearray
) -> bytes:
    """Wrap the UDK. Takes the time of the KDF, as `open_wrap` does."""
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
    # Keyboards differ in how they write é; the key must not.
    raw = unicodedata.normalize("NFC", passphrase).encode()
    context = sealing.length_prefix("ck1", "kek", device, author)
    return derive_kek(kdf, raw, head[-_SALT_BYTES:], device_secret, context)


def _wrap_context(head: bytes, device: str, author: str) -> bytes:
    return sealing.length_prefix("ck1", "udk", device, author) + sealing.length_prefix(head)
