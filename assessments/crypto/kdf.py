"""Key derivation functions for passphrases: a registry of Argon2id and scrypt, with bounded costs.

Each wrapped key names its function and cost in its header, so costs can rise without losing what was
wrapped before. Argon2id needs OpenSSL 3.2, which not every phone has: it is probed, not assumed.

    >>> read_kdf(SCRYPT.header()) == SCRYPT
    True
"""

import struct
from dataclasses import astuple, dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from assessments.errors import UnknownFormat

try:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
except ImportError:  # cryptography 43, the oldest version on phones, has no Argon2id
    Argon2id = None  # type: ignore[assignment,misc]  # best_kdf() checks for None

Key = bytes | bytearray


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
        """The 13 bytes that name the function and its cost in a wrap."""
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
    low, high = map(astuple, _BOUNDS[kdf.id])
    if any(not least <= cost <= most for least, cost, most in zip(low, astuple(kdf), high, strict=True)):
        raise UnknownFormat(part="kdf-cost", kdf=kdf.id)


def is_kdf_available(kdf: Kdf) -> bool:
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
    return ARGON2ID if is_kdf_available(ARGON2ID) else SCRYPT


def derive_kek(kdf: Kdf, passphrase: bytes, salt: bytes, device_secret: Key, context: bytes) -> bytearray:
    """The key that a passphrase and this device make together. Takes 50 to 500 ms of a core."""
    _check_kdf(kdf)
    if not is_kdf_available(kdf):
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
