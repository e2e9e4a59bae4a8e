"""One person's row on a device: an alias, never a name, and their keys, all sealed.

The UDK seals the author's signing key, the epoch key and a copy of the device's key; the epoch key seals
content keys. The UDK is wrapped under what the passphrase and a secret of this device make: the wrap's header
names the KDF and its cost, and a digest at its end tells damage from a wrong passphrase.
"""

import unicodedata
from dataclasses import dataclass, replace

from assessments.crypto import sealing
from assessments.crypto.kdf import KDF_HEADER_BYTES, Kdf, derive_kek, read_kdf
from assessments.errors import Damaged, UnknownFormat, WrongPassphrase

WRAP_MAGIC = b"CKW1"
_SALT_BYTES = 16
_CHECK_BYTES = 8


@dataclass(frozen=True, slots=True, repr=False)
class Practitioner:
    """The columns of the row. `device_copy` is None where none was kept yet."""

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
        sign_sealed=sealing.seal(udk, bytes(private), key_context("author", device, author, public)),
        epoch_kid=epoch_kid,
        epoch_sealed=sealing.seal(udk, bytes(epoch), key_context("epoch", device, author, agency, epoch_kid)),
        secret_slot=secret_slot,
        device_copy=sealing.seal(udk, bytes(device_key), key_context("device-copy", device, author)),
    )
    for key in (udk, epoch, private):
        sealing.wipe(key)
    return made


def rotate_udk(row: Practitioner, udk: bytearray, device: str) -> tuple[Practitioner, bytearray]:
    """The same keys under a fresh UDK, which is returned too: the old one opens none of them. The wrap stays
    the old one. Raises Damaged when `udk` is not this person's."""
    fresh = sealing.make_key()

    def reseal(sealed: bytes, context: bytes) -> bytes:
        return sealing.seal(fresh, sealing.open_sealed(udk, sealed, context), context)

    copy = row.device_copy
    changed = replace(
        row,
        sign_sealed=reseal(row.sign_sealed, key_context("author", device, row.author, row.sign_public)),
        epoch_sealed=reseal(
            row.epoch_sealed, key_context("epoch", device, row.author, row.agency, row.epoch_kid)
        ),
        device_copy=None if copy is None else reseal(copy, key_context("device-copy", device, row.author)),
    )
    return changed, fresh


def open_device_key_copy(row: Practitioner, udk: bytearray, device: str) -> bytes | None:
    """The device's key as this person keeps it; None from before such copies were kept."""
    if row.device_copy is None:
        return None
    return sealing.open_sealed(udk, row.device_copy, key_context("device-copy", device, row.author))


def key_context(purpose: str, *bound: str | bytes) -> bytes:
    """What a sealed key is bound to. `purpose`: author (signing), epoch, cek (content key), device-copy."""
    return sealing.length_prefix("ck1", purpose, *bound)


def make_kid() -> str:
    """A random name for a key."""
    return sealing.make_random(8).hex()


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
