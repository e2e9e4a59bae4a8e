"""The one file that names a cipher: seal, open, sign, verify, and the keys for them.

It knows Cobblestone-256 (c2sp.org/chunked-encryption v1 over AES-256-GCM and SHA-512), the record
envelope CKR1, HPKE base mode (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), Ed25519, and the two
passphrase KDFs. It refuses to know what is sealed, where it is kept, or who may read it. It needs
nothing newer than `cryptography` 43 on OpenSSL 3.0; Argon2id is used only where it is present.
A context is compared, never parsed: what was sealed under one context opens under no other.

    >>> key = make_key()
    >>> open_sealed(key, seal(key, b"hello", lp("example")), lp("example"))
    b'hello'
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from importlib.util import find_spec

import cryptography
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.backends import openssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from assessments.errors import Damaged, UnknownFormat

try:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
except ImportError:  # cryptography 43, the oldest that a phone gets, has no such module
    Argon2id = None  # type: ignore[assignment,misc]  # its absence is what best_kdf() probes for

Key = bytes | bytearray

KEY_BYTES = 32
SALT_BYTES = 24
COMMITMENT_BYTES = 32
TAG_BYTES = 16
CHUNK_BYTES = 16 * 1024
OVERHEAD_BYTES = SALT_BYTES + COMMITMENT_BYTES + TAG_BYTES
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"

RECORD_MAGIC = b"CKR1"
COBBLESTONE_256 = 1

_U32 = struct.Struct(">I").pack
_KEM_SUITE = b"KEM" + struct.pack(">H", 0x0020)
_HPKE_SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0002)


def lp(*parts: bytes | str) -> bytes:
    """Join parts without ambiguity: each after its length as a big-endian u32."""
    joined: list[bytes] = []
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        joined += (_U32(len(raw)), raw)
    return b"".join(joined)


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


def _chunk_keys(key: Key, salt: bytes, context: bytes) -> tuple[AESGCM, int, bytes]:
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    okm = HKDFExpand(hashes.SHA512(), 76, _LABEL + salt + context).derive(key)
    return AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:]


def _seal(key: Key, plaintext: bytes, context: bytes, salt: bytes) -> bytes:
    aead, base, commitment = _chunk_keys(key, salt, context)
    parts = [salt, commitment]
    # The last chunk is always shorter than 16 KiB, so a full one is followed by an empty one.
    for number in range(len(plaintext) // CHUNK_BYTES + 1):
        chunk = plaintext[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        parts.append(aead.encrypt((base ^ number).to_bytes(12, "big"), chunk, None))
    return b"".join(parts)


def seal(key: Key, plaintext: bytes, context: bytes) -> bytes:
    """Seal with a fresh random salt; 72 bytes longer for up to 16 KiB."""
    return _seal(key, plaintext, context, os.urandom(SALT_BYTES))


def open_sealed(key: Key, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal` made. Raises `Damaged` for any other key, context, length or byte."""
    start = SALT_BYTES + COMMITMENT_BYTES
    if len(sealed) < start + TAG_BYTES:
        raise Damaged(part="sealed")
    aead, base, commitment = _chunk_keys(key, sealed[:SALT_BYTES], context)
    if not same(commitment, sealed[SALT_BYTES:start]):
        raise Damaged(part="sealed")
    step = CHUNK_BYTES + TAG_BYTES
    parts = []
    for number in range((len(sealed) - start) // step + 1):
        chunk = sealed[start + number * step : start + (number + 1) * step]
        try:
            parts.append(aead.decrypt((base ^ number).to_bytes(12, "big"), chunk, None))
        except (InvalidTag, ValueError):  # ValueError: shorter than its tag (truncated)
            raise Damaged(part="sealed") from None
    return b"".join(parts)


# The record envelope CKR1


def record_context(
    table: str, row_id: bytes | str, revision: int, schema: str, agency: str, author: str
) -> bytes:
    """The clear columns that a row is filed under, as the context of its seal."""
    return lp("ckr1", table, row_id, struct.pack(">I", revision), schema, agency, author)


def _record_header(kid: str) -> bytes:
    raw = kid.encode()
    return RECORD_MAGIC + bytes((COBBLESTONE_256, len(raw))) + raw


def seal_record(key: Key, kid: str, plaintext: bytes, context: bytes) -> bytes:
    """Seal one row under the key named `kid`."""
    return _record_header(kid) + seal(key, plaintext, context + lp(kid))


def open_record(key: Key, kid: str, envelope: bytes, context: bytes) -> bytes:
    """Open one row. Unknown magic, suite or kid is `UnknownFormat`: the row is kept."""
    header = _record_header(kid)
    if not envelope.startswith(header):
        raise UnknownFormat(part="record")
    return open_sealed(key, envelope[len(header) :], context + lp(kid))


# Passphrases


@dataclass(frozen=True, slots=True, repr=False)
class Kdf:
    """A passphrase KDF by number, with its cost; written into the header of each wrap.

    id 1, Argon2id: `memory` in KiB, `passes` t, `lanes` p. id 2, scrypt: `memory` is log2 of n,
    `passes` is r, `lanes` is p.
    """

    id: int
    memory: int
    passes: int
    lanes: int

    def header(self) -> bytes:
        return struct.pack(">BIII", self.id, self.memory, self.passes, self.lanes)


KDF_HEADER_BYTES = 13
ARGON2ID = Kdf(1, 64 * 1024, 3, 1)
SCRYPT = Kdf(2, 17, 8, 1)
# OWASP ASVS 5, appendix C: Argon2id from 46 MiB with one pass, scrypt from 2^17 with r=8. Above
# the ceilings a hostile header would ask for more memory than a phone has.
ARGON2ID_FLOOR, ARGON2ID_CEILING = Kdf(1, 46 * 1024, 1, 1), Kdf(1, 256 * 1024, 10, 4)
SCRYPT_FLOOR, SCRYPT_CEILING = Kdf(2, 17, 8, 1), Kdf(2, 18, 8, 4)
_BOUNDS = {1: (ARGON2ID_FLOOR, ARGON2ID_CEILING), 2: (SCRYPT_FLOOR, SCRYPT_CEILING)}


def read_kdf(header: bytes) -> Kdf:
    """The KDF that a wrap's header names. Outside the bounds it is `UnknownFormat`."""
    if len(header) != KDF_HEADER_BYTES:
        raise UnknownFormat(part="kdf")
    kdf = Kdf(*struct.unpack(">BIII", header))
    _check_kdf(kdf)
    return kdf


def _check_kdf(kdf: Kdf) -> None:
    if kdf.id not in _BOUNDS:
        raise UnknownFormat(part="kdf", kdf=kdf.id)
    low, high = _BOUNDS[kdf.id]
    if not (
        low.memory <= kdf.memory <= high.memory
        and low.passes <= kdf.passes <= high.passes
        and low.lanes <= kdf.lanes <= high.lanes
    ):
        raise UnknownFormat(part="kdf-cost", kdf=kdf.id)


def kdf_here(kdf: Kdf) -> bool:
    """Whether this device can run the KDF: tried, not assumed."""
    if kdf.id == SCRYPT.id:
        return True
    if kdf.id != ARGON2ID.id or Argon2id is None:
        return False
    try:
        Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=8).derive(b"")
    except UnsupportedAlgorithm:  # OpenSSL before 3.2
        return False
    return True


def best_kdf() -> Kdf:
    """Argon2id where it works, else scrypt."""
    return ARGON2ID if kdf_here(ARGON2ID) else SCRYPT


def derive_kek(kdf: Kdf, passphrase: bytes, salt: bytes, device_secret: Key, context: bytes) -> bytearray:
    """The key that a passphrase and this device make together. Takes 50 to 500 ms of a core."""
    _check_kdf(kdf)
    if not kdf_here(kdf):
        raise UnknownFormat(part="kdf-not-here", kdf=kdf.id)
    if kdf.id == ARGON2ID.id:
        stretched = Argon2id(
            salt=salt, length=32, iterations=kdf.passes, lanes=kdf.lanes, memory_cost=kdf.memory
        ).derive(passphrase)
    else:
        stretched = Scrypt(salt=salt, length=32, n=1 << kdf.memory, r=kdf.passes, p=kdf.lanes).derive(
            passphrase
        )
    return bytearray(HKDF(hashes.SHA256(), 32, salt, context).derive(stretched + bytes(device_secret)))


# To a public key


def _extract(salt: bytes, label: bytes, ikm: bytes, suite: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(prk: bytes, label: bytes, info: bytes, length: int, suite: bytes) -> bytes:
    labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labelled).derive(prk)


def _hpke(shared: bytes, enc: bytes, recipient: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    secret = _expand(
        _extract(b"", b"eae_prk", shared, _KEM_SUITE), b"shared_secret", enc + recipient, 32, _KEM_SUITE
    )
    schedule = b"\x00" + b"".join(
        _extract(b"", label, part, _HPKE_SUITE)
        for label, part in ((b"psk_id_hash", b""), (b"info_hash", info))
    )
    prk = _extract(secret, b"secret", b"", _HPKE_SUITE)
    key = _expand(prk, b"key", schedule, 32, _HPKE_SUITE)
    return AESGCM(key), _expand(prk, b"base_nonce", schedule, 12, _HPKE_SUITE)


def _seal_to(public: bytes, plaintext: bytes, info: bytes, ephemeral: Key) -> bytes:
    one_off = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = one_off.public_key().public_bytes_raw()
    shared = one_off.exchange(X25519PublicKey.from_public_bytes(public))
    aead, nonce = _hpke(shared, enc, public, info)
    return enc + aead.encrypt(nonce, plaintext, None)


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal to a receive key; 48 bytes longer. `info` is the context. Nobody here can open it."""
    return _seal_to(public, plaintext, info, os.urandom(KEY_BYTES))


def open_from(private: Key, sealed: bytes, info: bytes) -> bytes:
    """Open what was sealed to this receive key."""
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
        aead, nonce = _hpke(shared, sealed[:32], own.public_key().public_bytes_raw(), info)
        return aead.decrypt(nonce, sealed[32:], None)
    except (InvalidTag, ValueError):  # ValueError: too short, or a point that makes no secret
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


def library() -> tuple[str, str]:
    """The versions of `cryptography` and of the OpenSSL inside it."""
    return cryptography.__version__, openssl.backend.openssl_version_text()


def native_here() -> tuple[str, ...]:
    """Which of the ciphers above `cryptography` has of its own; told, never needed."""
    places = {"cobblestone": "cryptography.cobblestone", "hpke": "cryptography.hazmat.primitives.hpke"}
    return tuple(name for name, place in places.items() if find_spec(place) is not None)


def digest(content: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(content).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def derive_mac_key(key: Key, context: bytes) -> bytearray:
    """A key for `mac`, apart from the one that it comes from."""
    return bytearray(HKDFExpand(hashes.SHA256(), KEY_BYTES, context).derive(key))


def mac(key: Key, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes: only who has the key can make it."""
    return hmac.digest(key, message, "sha256")


def blind_index(index_key: Key, field: str, value: str, bits: int = 64) -> bytes:
    """A keyed, shortened stand-in for a value, equal for equal values. For the vault only."""
    field_key = HKDF(hashes.SHA256(), 32, None, lp("bidx1", field)).derive(index_key)
    return hmac.digest(field_key, value.encode(), "sha256")[: bits // 8]


def make_random(size_bytes: int) -> bytes:
    """Bytes from the operating system's generator."""
    return os.urandom(size_bytes)


def make_chance() -> float:
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
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def derive_receive_public(private: Key) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def wipe(key: bytearray) -> None:
    """Overwrite a key in place. Copies that the interpreter made are beyond reach."""
    key[:] = bytes(len(key))
