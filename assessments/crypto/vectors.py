"""Self-test of the ciphers: fixed inputs and the bytes that every device must make of them.

A phone has its own build of the cipher library and no tests, so the vectors V1 to V9 of the tests are
carried along.

    >>> run_vectors().failed
    ()
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from assessments.crypto import sealing
from assessments.crypto.kdf import ARGON2ID, SCRYPT, Kdf, derive_kek, is_kdf_available
from assessments.errors import WrenError

_KEY = bytes(range(32))
_RECORD = sealing.record_context("assessment", "a-1", 1, "dash-2", "agency-7", "hv1")
_KEK = sealing.length_prefix("ck1", "kek", "d-1", "hv1")

V1 = bytes.fromhex(
    "00000000000000000000000000000000000000000000000098446cca87b576a7e6d482c65e793c639e57ecdaa3bc4e45"
    "0fbbc043213dae83089c59fe247dc45ad6b2a4272f917e7ebe46a478b9"
)
V2 = bytes.fromhex("00000003636b310000000375646b00000003642d3100000003687631")
V3 = bytes.fromhex(
    "00000004636b72310000000a6173736573736d656e7400000003612d31000000040000000100000006646173682d3200"
    "0000086167656e63792d3700000003687631"
)
V4 = bytes.fromhex(
    "434b523101026331000000000000000000000000000000000000000000000000c866057723d6b13743a08aad5d16c865"
    "c97ee73b5fbc263b2aaf9c770051f4465be4a74df08536d6b2b9ad3a0c74388ad7dd89a1"
)
V5 = bytes.fromhex("ffcb2f9e343d8706d671fc05e2397271541daf8d26013c46051966cd68513ed4")
V6 = bytes.fromhex("fefa0556327c12be0194d8a7c64b0901ee7419e742f922cd3eefa6fdc753785f")
V7 = bytes.fromhex(
    "07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7cb3db012104cef6fc151351303c8cfecf192534"
)
V9 = bytes.fromhex(
    "2e7849c8f26726fdd5f6018589caa33807d23ef8913651a367578a71af1645b3c5ee00f27b1eb7afc3eb44c01603ac7a"
    "fb6158b8fba930770b1430a39307ab00"
)


def _derive_kek(kdf: Kdf) -> bytes:
    return bytes(derive_kek(kdf, b"482139", bytes(16), bytes(32), _KEK))


# Each is made anew where its salt can be given, and opened where it cannot.
_CHECKS: dict[str, tuple[Callable[[], bytes], bytes]] = {
    "V1": (lambda: sealing.open_sealed(_KEY, V1, b"assessment/v1"), b"hello"),
    "V2": (lambda: sealing.length_prefix("ck1", "udk", "d-1", "hv1"), V2),
    "V3": (lambda: _RECORD, V3),
    "V4": (lambda: sealing.open_record(_KEY, "c1", V4, _RECORD), b"body"),
    "V5": (lambda: _derive_kek(ARGON2ID), V5),
    "V6": (lambda: _derive_kek(SCRYPT), V6),
    "V7": (lambda: sealing.hpke_open(_KEY, V7, b"info"), b"udk"),
    "V9": (lambda: sealing.sign(_KEY, sealing.length_prefix("cst1", "a-1")), V9),
}


@dataclass(frozen=True, slots=True, repr=False)
class VectorResults:
    """What came out otherwise, what this device does not have, and how long each KDF took in ms."""

    failed: tuple[str, ...]
    absent: tuple[str, ...]
    kdf_ms: dict[int, int]


def run_vectors() -> VectorResults:
    """Run them all. Takes the time of every KDF that is here: up to some seconds on a phone."""
    failed, absent, kdf_ms = [], [], {}
    kdfs = {"V5": ARGON2ID, "V6": SCRYPT}
    for name, (make, expected) in _CHECKS.items():
        kdf = kdfs.get(name)
        if kdf is not None and not is_kdf_available(kdf):
            absent.append(name)
            continue
        began = perf_counter()
        if not _passes(make, expected):
            failed.append(name)
        if kdf is not None:
            kdf_ms[kdf.id] = round((perf_counter() - began) * 1000)
    return VectorResults(tuple(failed), tuple(absent), kdf_ms)


def _passes(make: Callable[[], bytes], expected: bytes) -> bool:
    try:
        return sealing.constant_time_equal(make(), expected)
    except WrenError:  # it does not open here: that is the answer
        return False
