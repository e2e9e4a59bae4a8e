"""Fixed outputs of the sealing room, one test per vector.

Whatever library version runs, these bytes come out: a record sealed on a phone opens on a desk.
The vectors and what they pin are in `vectors/sealing.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assessments.crypto import portable, sealing
from assessments.crypto.kdf import ARGON2ID, SCRYPT, derive_kek, is_kdf_available

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sealing.json").read_text(encoding="utf-8"))
KEY = bytes(range(32))
ZERO_SALT = bytes(24)


def vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["hex"])


def test_v1_seals_a_body() -> None:
    assert portable.seal(KEY, b"hello", b"assessment/v1", ZERO_SALT) == vector("V1")
    assert portable.open_sealed(KEY, vector("V1"), b"assessment/v1") == b"hello"
    assert sealing.open_sealed(KEY, vector("V1"), b"assessment/v1") == b"hello"


def test_v2_joins_parts_with_their_lengths() -> None:
    assert sealing.length_prefix("ck1", "udk", "d-1", "hv1") == vector("V2")


def test_v3_makes_the_context_of_a_record() -> None:
    assert sealing.record_context("assessment", "a-1", 1, "dash-2", "agency-7", "hv1") == vector("V3")


def test_v4_seals_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "Cobblestone256Encryptor", None)
    monkeypatch.setattr(sealing.os, "urandom", bytes)
    assert sealing.seal_record(KEY, "c1", b"body", vector("V3")) == vector("V4")
    assert sealing.open_record(KEY, "c1", vector("V4"), vector("V3")) == b"body"


@pytest.mark.skipif(not is_kdf_available(ARGON2ID), reason="no Argon2id in this OpenSSL")
def test_v5_derives_a_key_with_argon2id() -> None:
    context = sealing.length_prefix("ck1", "kek", "d-1", "hv1")
    assert derive_kek(ARGON2ID, b"482139", bytes(16), bytes(32), context) == vector("V5")


def test_v6_derives_a_key_with_scrypt() -> None:
    context = sealing.length_prefix("ck1", "kek", "d-1", "hv1")
    assert derive_kek(SCRYPT, b"482139", bytes(16), bytes(32), context) == vector("V6")


def test_v7_seals_to_a_public_key() -> None:
    public = sealing.derive_receive_public(KEY)
    assert portable.hpke_seal(public, b"udk", b"info", bytes(range(1, 33))) == vector("V7")
    assert portable.hpke_open(KEY, vector("V7"), b"info") == b"udk"
    assert sealing.hpke_open(KEY, vector("V7"), b"info") == b"udk"


def test_v9_signs() -> None:
    message = sealing.length_prefix("cst1", "a-1")
    assert sealing.sign(KEY, message) == vector("V9")
    assert sealing.verify(sealing.derive_signing_public(KEY), message, vector("V9"))
