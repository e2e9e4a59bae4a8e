"""An envelope gives back exactly what went in, and refuses everything else without giving anything away."""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.crypto import sealing
from assessments.errors import Damaged, UnknownFormat, WrenError
from sync import envelope
from sync.dictionary import DICTIONARY_1
from sync.envelope import (
    ServiceKey,
    Statement,
    derive_kid,
    open_submission,
    read_envelope_kid,
    seal_submission,
)
from sync.errors import Malformed
from tests.examples import examples

PRIVATE, PUBLIC = sealing.make_receive_key()
SERVICE = ServiceKey(derive_kid(PUBLIC), PUBLIC)
KEYS = {SERVICE.kid: bytes(PRIVATE)}
AUTHOR, AUTHOR_PUBLIC = sealing.make_signing_key()
ID = "0e3b5f38-0ed6-4f0e-8bb5-6b6a3f4f9a11"
AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def statement(submission_id: str = ID) -> Statement:
    return Statement(submission_id, "hv1", "d-1", 7, AT, previous=bytes(32))


def sealed(payload: bytes) -> bytes:
    return seal_submission(payload, statement(), lambda message: sealing.sign(AUTHOR, message), SERVICE)


def sealed_plain(plain: bytes, submission_id: str = ID) -> bytes:
    """An envelope around any inner bytes, as a broken or hostile device would make it."""
    kid = SERVICE.kid.encode()
    box = sealing.hpke_seal(PUBLIC, plain, sealing.length_prefix("cenv1", kid, submission_id))
    return b"WEN1" + bytes((1, len(kid))) + kid + box


@settings(max_examples=examples(150))
@given(st.binary(max_size=5000))
def test_any_payload_comes_back_byte_for_byte(payload: bytes) -> None:
    opened = open_submission(sealed(payload), ID, KEYS)
    assert opened.payload == payload
    assert opened.statement == statement()
    assert opened.is_signed_by(AUTHOR_PUBLIC)
    assert not opened.is_signed_by(PUBLIC)


def test_every_bit_is_under_the_seal() -> None:
    whole = sealed(b'{"a":1}')
    for at in range(len(whole)):
        bent = whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :]
        with pytest.raises((Damaged, UnknownFormat)):
            open_submission(bent, ID, KEYS)


def test_an_envelope_opens_under_its_own_id_only() -> None:
    with pytest.raises(Damaged):
        open_submission(sealed(b"{}"), "0e3b5f38-0ed6-4f0e-8bb5-6b6a3f4f9a12", KEYS)


def test_an_unknown_key_is_named_as_such() -> None:
    with pytest.raises(UnknownFormat) as refusal:
        open_submission(sealed(b"{}"), ID, {})
    assert refusal.value.code == "unknown-service-key"
    assert read_envelope_kid(sealed(b"{}")) == SERVICE.kid


@pytest.mark.parametrize(
    "start", [b"", b"WEN1", b"WEN2\x01\x00", b"WEN1\x02\x00", b"WEN1\x01\xff", b"\x00" * 80]
)
def test_an_unknown_format_is_kept_for_a_newer_wren(start: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read_envelope_kid(start)


def test_a_bomb_is_not_inflated() -> None:
    squeeze = zlib.compressobj(9, zdict=DICTIONARY_1)
    bomb = b"\x01" + squeeze.compress(bytes(200 * 1024 * 1024)) + squeeze.flush()
    signed = statement().signed_bytes(b"", (SERVICE.kid,))
    plain = sealing.pad(sealing.length_prefix(signed, bytes(64), bomb))
    with pytest.raises(Malformed):
        open_submission(sealed_plain(plain), ID, KEYS)


def test_an_unknown_encoding_is_unknown_and_not_damaged() -> None:
    signed = statement().signed_bytes(b"x", (SERVICE.kid,))
    with pytest.raises(UnknownFormat) as refusal:
        open_submission(
            sealed_plain(sealing.pad(sealing.length_prefix(signed, bytes(64), b"\x09x"))), ID, KEYS
        )
    assert refusal.value.code == "unknown-encoding"


def test_padding_has_one_form() -> None:
    signed = statement().signed_bytes(b"x", (SERVICE.kid,))
    plain = sealing.pad(sealing.length_prefix(signed, bytes(64), b"\x00x"))
    assert open_submission(sealed_plain(plain), ID, KEYS).payload == b"x"
    with pytest.raises(Malformed):
        open_submission(sealed_plain(plain + b"\x00"), ID, KEYS)


def test_a_payload_other_than_the_signed_one_is_refused() -> None:
    signed = statement().signed_bytes(b"signed", (SERVICE.kid,))
    with pytest.raises(Malformed) as refusal:
        open_submission(
            sealed_plain(sealing.pad(sealing.length_prefix(signed, bytes(64), b"\x00other"))), ID, KEYS
        )
    assert refusal.value.code == "statement-mismatch"


def test_readdressing_is_refused() -> None:
    signed = statement().signed_bytes(b"x", ("k0000000000000000",))
    with pytest.raises(Malformed) as refusal:
        open_submission(
            sealed_plain(sealing.pad(sealing.length_prefix(signed, bytes(64), b"\x00x"))), ID, KEYS
        )
    assert refusal.value.code == "statement-mismatch"


@settings(max_examples=examples(300))
@given(st.binary(max_size=400))
def test_hostile_inner_bytes_end_in_a_named_refusal(plain: bytes) -> None:
    with pytest.raises((Malformed, UnknownFormat)):
        open_submission(sealed_plain(plain), ID, KEYS)


@settings(max_examples=examples(300))
@given(st.lists(st.binary(max_size=80), min_size=11, max_size=11), st.binary(max_size=80))
def test_hostile_statements_end_in_a_named_refusal(parts: list[bytes], body: bytes) -> None:
    signed = sealing.length_prefix(b"cst1", *parts[1:])
    with pytest.raises((Malformed, UnknownFormat)):
        open_submission(sealed_plain(sealing.pad(sealing.length_prefix(signed, bytes(64), body))), ID, KEYS)


def test_what_is_too_large_is_refused_before_it_is_queued() -> None:
    with pytest.raises(WrenError) as refusal:
        sealed(sealing.make_random(envelope.MAX_ENVELOPE_BYTES))
    assert refusal.value.code == "too-large"


def test_the_length_gives_little_away() -> None:
    lengths = {len(sealed(b'{"answers":{"injury":"%s"}}' % (b"x" * size))) for size in range(40)}
    assert len(lengths) <= 3


def test_the_dictionary_of_encoding_one_is_for_ever() -> None:
    assert hashlib.sha256(DICTIONARY_1).hexdigest() == DICTIONARY_DIGEST


DICTIONARY_DIGEST = "12bf7d9b46e3e5ea6dbc2d766a184d39451c36bc6aee7199045228837db50a57"
