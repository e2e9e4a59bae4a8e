"""Sealing, signing and the keys for both: the one module that the others ask for a cipher.

Symmetric: Cobblestone-256 (c2sp.org/chunked-encryption v1 over AES-256-GCM and SHA-512) and the record
envelope CKR1 around it. To a public key: HPKE base mode (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM).
Signatures: Ed25519. The library's own Cobblestone and HPKE are used where the installed `cryptography`
has them, `portable` otherwise: both give the same bytes. Works with `cryptography` 43 on OpenSSL 3.0.
A context is authenticated, never parsed: what was sealed under one context opens under no other.

    >>> key = make_key()
    >>> open_sealed(key, seal(key, b"hello", length_prefix("example")), length_prefix("example"))
    b'hello'
"""

import hashlib
import hmac
import os
import struct

import cryptography
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.backends import openssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from assessments.crypto import portable
from assessments.errors import Damaged, UnknownFormat

try:
    from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
except ImportError:  # before cryptography 50
    Cobblestone256Decryptor = Cobblestone256Encryptor = None  # type: ignore[assignment]
try:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    _HPKE: Suite | None = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
except ImportError:  # before cryptography 47
    _HPKE = None

Key = bytes | bytearray

KEY_BYTES = portable.KEY_BYTES
SALT_BYTES = portable.SALT_BYTES

RECORD_MAGIC = b"CKR1"
COBBLESTONE_256 = 1

_U32 = struct.Struct(">I").pack


def length_prefix(*parts: bytes | str) -> bytes:
    """Join parts without ambiguity: each after its length as a big-endian u32."""
    joined: list[bytes] = []
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        joined += (_U32(len(raw)), raw)
    return b"".join(joined)


def split_length_prefixed(joined: bytes, part: str) -> list[bytes]:
    """The parts of `length_prefix`. Raises Damaged(part=`part`) where the lengths do not add up."""
    parts, at = [], 0
    while at < len(joined):
        size = int.from_bytes(joined[at : at + 4], "big")
        end = at + 4 + size
        if end > len(joined):
            raise Damaged(part=part)
        parts.append(joined[at + 4 : end])
        at = end
    return parts


def pad(body: bytes, at_least: int = 64) -> bytes:
    """Hide a length: 0x80 and zeros up to a Padmé size (12 % at most) or `at_least` bytes."""
    size = max(len(body) + 1, at_least)
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return body + b"\x80" + bytes(-(-size // step) * step - len(body) - 1)


def unpad(padded: bytes) -> bytes:
    """Undo `pad`."""
    body = padded.rstrip(b"\x00")
    if not body.endswith(b"\x80"):
        raise Damaged(part="padding")
    return body[:-1]


# Cobblestone-256


def seal(key: Key, plaintext: bytes, context: bytes) -> bytes:
    """Seal with a fresh random salt; 72 bytes longer for up to 16 KiB."""
    if Cobblestone256Encryptor is None:
        return portable.seal(key, plaintext, context, os.urandom(SALT_BYTES))
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()


def open_sealed(key: Key, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal` made. Raises `Damaged` for any other key, context, length or byte."""
    try:
        if Cobblestone256Decryptor is None:
            return portable.open_sealed(key, sealed, context)
        decryptor = Cobblestone256Decryptor(key, context)
        return decryptor.update(sealed) + decryptor.finalize()
    except InvalidTag:
        raise Damaged(part="sealed") from None


# The record envelope CKR1


def record_context(
    table: str, row_id: bytes | str, revision: int, schema: str, agency: str, author: str
) -> bytes:
    """The clear columns that a row is filed under, as the context of its seal."""
    return length_prefix("ckr1", table, row_id, struct.pack(">I", revision), schema, agency, author)


def _record_header(kid: str) -> bytes:
    raw = kid.encode()
    return RECORD_MAGIC + bytes((COBBLESTONE_256, len(raw))) + raw


def seal_record(key: Key, kid: str, plaintext: bytes, context: bytes) -> bytes:
    """Seal one row under the key named `kid`."""
    return _record_header(kid) + seal(key, plaintext, context + length_prefix(kid))


def open_record(key: Key, kid: str, envelope: bytes, context: bytes) -> bytes:
    """Open one row. Unknown magic, suite or kid is `UnknownFormat`: the row is kept."""
    header = _record_header(kid)
    if not envelope.startswith(header):
        raise UnknownFormat(part="record")
    return open_sealed(key, envelope[len(header) :], context + length_prefix(kid))


# To a public key (HPKE)


def hpke_seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal to a receive key; 48 bytes longer. `info` is the context. The sender cannot open it."""
    if _HPKE is None:
        return portable.hpke_seal(public, plaintext, info, os.urandom(KEY_BYTES))
    return _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info=info)


def hpke_open(private: Key, sealed: bytes, info: bytes) -> bytes:
    """Open what was sealed to this receive key. Raises `Damaged`."""
    try:
        if _HPKE is None:
            return portable.hpke_open(private, sealed, info)
        return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError):  # ValueError: too short, or a public value of low order
        raise Damaged(part="sealed-to") from None


# Signatures, digests, fresh keys


def sign(private: Key, message: bytes) -> bytes:
    """An Ed25519 signature, 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's over exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: not a key at all
        return False
    return True


def library_versions() -> tuple[str, str]:
    """The versions of `cryptography` and of the OpenSSL inside it."""
    return cryptography.__version__, openssl.backend.openssl_version_text()


def list_native_ciphers() -> tuple[str, ...]:
    """Which of the formats above run on the library's own implementation."""
    native = {"cobblestone": Cobblestone256Encryptor is not None, "hpke": _HPKE is not None}
    return tuple(name for name, is_native in native.items() if is_native)


def digest(content: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(content).digest()


def constant_time_equal(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def derive_mac_key(key: Key, context: bytes) -> bytearray:
    """A key for `mac`, apart from the one that it comes from."""
    return bytearray(HKDFExpand(hashes.SHA256(), KEY_BYTES, context).derive(key))


def mac(key: Key, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes: only who has the key can make it."""
    return hmac.digest(key, message, "sha256")


def make_random(size_bytes: int) -> bytes:
    """Bytes from the operating system's generator."""
    return os.urandom(size_bytes)


def make_random_fraction() -> float:
    """An even chance from 0 to just below 1, for waits that no two devices share."""
    return int.from_bytes(os.urandom(6), "big") / 2**48


def make_key() -> bytearray:
    """A fresh 32-byte key, in a buffer that can be wiped."""
    return bytearray(os.urandom(KEY_BYTES))


def make_signing_key() -> tuple[bytearray, bytes]:
    """A fresh Ed25519 key: private, public."""
    private = make_key()
    return private, derive_signing_public(private)


def make_receive_key() -> tuple[bytearray, bytes]:
    """A fresh X25519 key: private, public."""
    private = make_key()
    return private, derive_receive_public(private)


def derive_signing_public(private: Key) -> bytes:
    """The public half of an Ed25519 key, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def derive_receive_public(private: Key) -> bytes:
    """The public half of an X25519 key, 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def wipe(key: bytearray) -> None:
    """Overwrite a key in place. Copies that the interpreter made are beyond reach."""
    key[:] = bytes(len(key))
