"""The sealing room refuses every change, and agrees with the native parts where they exist.

Vectors are in `test_sealing_vectors.py`; here are the edges: lengths, tampering, costs, absence.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.crypto import portable, sealing
from assessments.crypto.kdf import Kdf, derive_kek, read_kdf
from assessments.errors import Damaged, UnknownFormat

EDGES = (0, 1, 15, 16, 17, 16383, 16384, 16385, 32767, 32768, 32769, 100_000)
KEY = bytes(range(32))
CONTEXT = sealing.length_prefix("test", "context")


@pytest.fixture(params=["library", "portable"])
def implementation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test on the library's own implementation, and on the portable one."""
    if request.param == "portable":
        for name in ("Cobblestone256Encryptor", "Cobblestone256Decryptor", "_HPKE"):
            monkeypatch.setattr(sealing, name, None)
    elif sealing.list_native_ciphers() != ("cobblestone", "hpke"):
        pytest.skip("this cryptography has no Cobblestone or no HPKE of its own")


@pytest.mark.parametrize("size", EDGES)
def test_agrees_with_the_native_cobblestone_both_ways(size: int) -> None:
    native = pytest.importorskip("cryptography.cobblestone")
    body = os.urandom(size)
    encryptor = native.Cobblestone256Encryptor(KEY, CONTEXT)
    theirs = encryptor.update(body) + encryptor.finalize()
    assert portable.open_sealed(KEY, theirs, CONTEXT) == body
    assert portable.seal(KEY, body, CONTEXT, theirs[:24]) == theirs
    decryptor = native.Cobblestone256Decryptor(KEY, CONTEXT)
    assert decryptor.update(portable.seal(KEY, body, CONTEXT, os.urandom(24))) + decryptor.finalize() == body


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("size", EDGES)
def test_refuses_every_kind_of_tampering(size: int) -> None:
    sealed = sealing.seal(KEY, os.urandom(size), CONTEXT)
    places = {*range(0, 72), len(sealed) - 1, len(sealed) // 2, len(sealed) - 17}
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Damaged):
            sealing.open_sealed(KEY, bytes(changed), CONTEXT)
    cuts = {0, 1, 24, 56, 71, len(sealed) - 1, len(sealed) - 16, 56 + 16400, 56 + 2 * 16400} - {len(sealed)}
    for cut in cuts:
        if cut < len(sealed):
            with pytest.raises(Damaged):
                sealing.open_sealed(KEY, sealed[:cut], CONTEXT)
    with pytest.raises(Damaged):
        sealing.open_sealed(KEY, sealed + b"\x00", CONTEXT)
    with pytest.raises(Damaged):
        sealing.open_sealed(KEY, sealed, CONTEXT + b"\x00")
    with pytest.raises(Damaged):
        sealing.open_sealed(bytes(32), sealed, CONTEXT)


@pytest.mark.usefixtures("implementation")
def test_refuses_chunks_in_another_order() -> None:
    sealed = sealing.seal(KEY, os.urandom(40_000), CONTEXT)
    head, first, second, rest = sealed[:56], sealed[56:16456], sealed[16456:32856], sealed[32856:]
    with pytest.raises(Damaged):
        sealing.open_sealed(KEY, head + second + first + rest, CONTEXT)


def test_the_same_words_never_seal_to_the_same_bytes() -> None:
    sealed = [sealing.seal(KEY, b"yes", CONTEXT) for _ in range(2000)]
    assert len({one[:24] for one in sealed}) == 2000
    assert len({one[24:] for one in sealed}) == 2000


def test_a_hundred_thousand_seals_share_no_salt() -> None:
    key, body = sealing.make_key(), b"no"
    assert len({sealing.seal(key, body, b"")[: sealing.SALT_BYTES] for _ in range(100_000)}) == 100_000


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_lists_of_parts_never_join_to_the_same_bytes(one: list[bytes], other: list[bytes]) -> None:
    assert (sealing.length_prefix(*one) == sealing.length_prefix(*other)) == (one == other)


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("field", range(6))
def test_a_record_opens_only_where_it_is_filed(field: int) -> None:
    filed: list[str | int] = ["assessment", "a-1", 1, "s", "agency-7", "hv1"]
    sealed = sealing.seal_record(KEY, "c1", b"body", sealing.record_context(*filed))  # type: ignore[arg-type]  # six mixed fields
    moved = list(filed)
    moved[field] = 2 if field == 2 else f"{filed[field]}x"
    with pytest.raises(Damaged):
        sealing.open_record(KEY, "c1", sealed, sealing.record_context(*moved))  # type: ignore[arg-type]  # six mixed fields


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("place", range(8))
def test_an_unknown_magic_suite_or_key_name_is_kept_for_a_newer_wren(place: int) -> None:
    sealed = bytearray(sealing.seal_record(KEY, "c1", b"body", CONTEXT))
    sealed[place] ^= 1
    with pytest.raises(UnknownFormat):
        sealing.open_record(KEY, "c1", bytes(sealed), CONTEXT)


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("size", [0, 3, 6, 7, 8, 78])
def test_a_record_cut_short_is_refused(size: int) -> None:
    sealed = sealing.seal_record(KEY, "c1", b"", CONTEXT)
    with pytest.raises((UnknownFormat, Damaged)):
        sealing.open_record(KEY, "c1", sealed[:size], CONTEXT)


@given(st.binary(max_size=3000), st.sampled_from([1, 64, 128, 512]))
def test_padding_comes_off_whole_and_costs_little(body: bytes, at_least: int) -> None:
    padded = sealing.pad(body, at_least)
    assert sealing.unpad(padded) == body
    assert at_least <= len(padded) or len(padded) > len(body)
    assert len(padded) <= max(at_least, (len(body) + 1) * 1.125 + 1)


def test_padding_makes_near_lengths_alike() -> None:
    assert len({len(sealing.pad(bytes(size))) for size in range(1, 5000)}) < 110


@pytest.mark.parametrize("padded", [b"", b"\x00\x00", b"text"])
def test_what_was_never_padded_is_refused(padded: bytes) -> None:
    with pytest.raises(Damaged):
        sealing.unpad(padded)


def test_agrees_with_the_native_hpke_both_ways() -> None:
    native = pytest.importorskip("cryptography.hazmat.primitives.hpke")
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    suite = native.Suite(native.KEM.X25519, native.KDF.HKDF_SHA256, native.AEAD.AES_256_GCM)
    private, public = sealing.make_receive_key()
    for size in (0, 1, 500, 70_000):
        body = os.urandom(size)
        theirs = suite.encrypt(body, X25519PublicKey.from_public_bytes(public), info=b"info")
        assert portable.hpke_open(private, theirs, b"info") == body
        ours = portable.hpke_seal(public, body, b"info", os.urandom(32))
        assert suite.decrypt(ours, X25519PrivateKey.from_private_bytes(bytes(private)), info=b"info") == body


@pytest.mark.usefixtures("implementation")
def test_what_is_sealed_to_a_key_opens_for_nobody_else() -> None:
    private, public = sealing.make_receive_key()
    sealed = sealing.hpke_seal(public, b"words", b"info")
    with pytest.raises(Damaged):
        sealing.hpke_open(private, sealed, b"other")
    with pytest.raises(Damaged):
        sealing.hpke_open(sealing.make_key(), sealed, b"info")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        # Bit 0: the top bit of an X25519 public value is ignored by the curve, though not by HPKE.
        changed[place] ^= 1
        with pytest.raises(Damaged):
            sealing.hpke_open(private, bytes(changed), b"info")
    for cut in (0, 31, 32, 47):
        with pytest.raises(Damaged):
            sealing.hpke_open(private, sealed[:cut], b"info")
    with pytest.raises(Damaged):
        sealing.hpke_open(private, bytes(80), b"info")


def test_a_signature_holds_for_one_key_and_one_message() -> None:
    private, public = sealing.make_signing_key()
    signature = sealing.sign(private, b"words")
    assert sealing.verify(public, b"words", signature)
    assert not sealing.verify(public, b"word", signature)
    assert not sealing.verify(sealing.make_signing_key()[1], b"words", signature)
    assert not sealing.verify(public, b"words", signature[:-1])
    assert not sealing.verify(b"", b"words", signature)


HOSTILE = [
    Kdf(0, 65536, 3, 1),
    Kdf(3, 65536, 3, 1),
    Kdf(1, 46 * 1024 - 1, 1, 1),
    Kdf(1, 65536, 0, 1),
    Kdf(1, 64 * 1024 * 1024, 3, 1),
    Kdf(1, 65536, 4_000_000, 1),
    Kdf(1, 65536, 3, 99),
    Kdf(2, 16, 8, 1),
    Kdf(2, 31, 8, 1),
    Kdf(2, 17, 7, 1),
    Kdf(2, 17, 64, 1),
    Kdf(2, 17, 8, 0),
]


@pytest.mark.parametrize("kdf", HOSTILE)
def test_a_hostile_cost_is_refused_at_once(kdf: Kdf) -> None:
    started = time.perf_counter()
    with pytest.raises(UnknownFormat):
        derive_kek(read_kdf(kdf.header()), b"words", bytes(16), bytes(32), b"")
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize("size", [0, 12, 14])
def test_a_header_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(UnknownFormat):
        read_kdf(bytes(size))


def test_falls_back_to_scrypt_where_argon2id_is_absent() -> None:
    code = (
        "import sys\n"
        "sys.modules['cryptography.hazmat.primitives.kdf.argon2'] = None\n"
        "from assessments import errors\n"
        "from assessments.crypto import kdf\n"
        "assert kdf.best_kdf() is kdf.SCRYPT\n"
        "try:\n"
        "    kdf.derive_kek(kdf.ARGON2ID, b'x', bytes(16), bytes(32), b'')\n"
        "except errors.UnknownFormat as refusal:\n"
        "    assert refusal.data['part'] == 'kdf-not-here'\n"
        "    print('scrypt')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "scrypt"


def test_a_wiped_key_is_zeros() -> None:
    key = sealing.make_key()
    assert any(key)
    sealing.wipe(key)
    assert key == bytes(32)


@pytest.mark.usefixtures("implementation")
def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError):
        sealing.seal(bytes(31), b"", b"")
