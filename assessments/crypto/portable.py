"""Cobblestone-256 and HPKE on the primitives of `cryptography` 43, for phones without the library's own.

`sealing` uses the implementations inside `cryptography` where the installed version has them, and these
otherwise. Both produce and accept the same bytes; tests compare them in both directions.
Sources: c2sp.org/chunked-encryption v1 (AES-256-GCM, SHA-512); RFC 9180 base mode (X25519, HKDF-SHA256,
AES-256-GCM).
"""

import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

Key = bytes | bytearray

KEY_BYTES = 32
SALT_BYTES = 24
COMMITMENT_BYTES = 32
TAG_BYTES = 16
CHUNK_BYTES = 16 * 1024
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_KEM_SUITE = b"KEM" + struct.pack(">H", 0x0020)
_HPKE_SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0002)


# Cobblestone-256


def _chunk_keys(key: Key, salt: bytes, context: bytes) -> tuple[AESGCM, int, bytes]:
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    okm = HKDFExpand(hashes.SHA512(), 76, _LABEL + salt + context).derive(key)
    return AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:]


def seal(key: Key, plaintext: bytes, context: bytes, salt: bytes) -> bytes:
    """Seal with a salt of 24 bytes, random and never used before."""
    aead, base, commitment = _chunk_keys(key, salt, context)
    parts = [salt, commitment]
    # The last chunk is always shorter than 16 KiB, so a full one is followed by an empty one.
    for number in range(len(plaintext) // CHUNK_BYTES + 1):
        chunk = plaintext[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        parts.append(aead.encrypt((base ^ number).to_bytes(12, "big"), chunk, None))
    return b"".join(parts)


def open_sealed(key: Key, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal` made. Raises InvalidTag for any other key, context, length or byte."""
    start = SALT_BYTES + COMMITMENT_BYTES
    if len(sealed) < start + TAG_BYTES:
        raise InvalidTag
    aead, base, commitment = _chunk_keys(key, sealed[:SALT_BYTES], context)
    if not hmac.compare_digest(commitment, sealed[SALT_BYTES:start]):
        raise InvalidTag
    step = CHUNK_BYTES + TAG_BYTES
    parts = []
    for number in range((len(sealed) - start) // step + 1):
        chunk = sealed[start + number * step : start + (number + 1) * step]
        if len(chunk) < TAG_BYTES:
            raise InvalidTag  # truncated
        parts.append(aead.decrypt((base ^ number).to_bytes(12, "big"), chunk, None))
    return b"".join(parts)


# HPKE


def _extract(salt: bytes, label: bytes, ikm: bytes, suite: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(prk: bytes, label: bytes, info: bytes, length: int, suite: bytes) -> bytes:
    labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labelled).derive(prk)


def _key_schedule(shared: bytes, enc: bytes, recipient: bytes, info: bytes) -> tuple[AESGCM, bytes]:
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


def hpke_seal(public: bytes, plaintext: bytes, info: bytes, ephemeral: Key) -> bytes:
    """Seal to an X25519 key, with a private key of 32 bytes that is random and never used before."""
    one_off = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = one_off.public_key().public_bytes_raw()
    shared = one_off.exchange(X25519PublicKey.from_public_bytes(public))
    aead, nonce = _key_schedule(shared, enc, public, info)
    return enc + aead.encrypt(nonce, plaintext, None)


def hpke_open(private: Key, sealed: bytes, info: bytes) -> bytes:
    """Open what was sealed to this key. Raises InvalidTag, or ValueError for a malformed public value."""
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
    aead, nonce = _key_schedule(shared, sealed[:32], own.public_key().public_bytes_raw(), info)
    return aead.decrypt(nonce, sealed[32:], None)
