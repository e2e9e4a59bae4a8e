"""The bytes of docs/sync-protocol.md, frozen in tests/vectors/sync.json."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assessments.crypto import recovery, sealing
from assessments.crypto.recovery import Escrow
from assessments.ports import Outcome
from sync import protocol
from sync.envelope import Statement, derive_kid, open_submission
from sync.errors import Malformed
from sync.protocol import (
    Enrolment,
    EnrolmentReply,
    ExchangeReply,
    ExchangeRequest,
    FeedChange,
    SubmissionItem,
    check_receipt,
    make_receipt,
)
from sync.recovery_messages import (
    EscrowUpload,
    RecoveryApproval,
    RecoveryOrder,
    RecoveryReply,
    decode_escrow,
    decode_pem,
    decode_recovery_command,
    decode_recovery_reply,
    derive_request_id,
    encode_escrow,
    encode_pem,
    encode_recovery_command,
    encode_recovery_reply,
    escrow_receipt_bytes,
)
from sync.signing import signed_headers, time_signature_bytes

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "sync.json").read_text("utf-8"))
KEY = bytes(range(32))
ID = "0e3b5f38-0ed6-4f0e-8bb5-6b6a3f4f9a11"
AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
ESCROW = Escrow("d-1", "hv1", "0" * 16, bytes(80), "1" * 16, bytes(80))
RECOVERY = recovery.RecoveryRequest("d-1", "agency-7", "hv1", bytes(32), ESCROW)
STATEMENT = Statement(ID, "hv1", "d-1", 7, AT)


def signed_by_key(message: bytes) -> bytes:
    return sealing.sign(KEY, message)


def outcome() -> Outcome:
    item = SubmissionItem(ID, bytes(32), b"")
    return Outcome(ID, "stored", None, make_receipt(item, "d-1", "stored", AT, 7, signed_by_key))


def made() -> dict[str, str]:
    """Every vector that has one right value, as this Wren makes it."""
    welcome = EnrolmentReply(
        "agency-7", "d-1", derive_kid(bytes(32)), bytes(32), bytes(32), bytes(32), bytes(32), bytes(64)
    )
    headers = signed_headers(
        "POST",
        "/v1/exchange",
        b"body",
        protocol.CONTENT_TYPE,
        agency="agency-7",
        device="d-1",
        created=1772616600,
        nonce="AAAAAAAAAAAAAAAAAAAAAA",
        sign=signed_by_key,
    )
    enrolment = Enrolment("agency-7", "d-1", bytes(32), bytes(32), "hv1", bytes(32), bytes(16))
    reply = ExchangeReply((outcome(),), (FeedChange(ID, "held", "malformed"),), "cursor", more=False)
    return {
        "kid": derive_kid(sealing.derive_receive_public(KEY)),
        "statement": STATEMENT.signed_bytes(b"payload", ("k1",)).hex(),
        "receipt": outcome().receipt.hex(),
        "request": protocol.encode_request(
            ExchangeRequest("cursor", (SubmissionItem(ID, bytes(32), b"sealed"),))
        ).hex(),
        "reply": protocol.encode_reply(reply).hex(),
        "enrolment_2": protocol.encode_enrolment(enrolment).hex(),
        "welcome_2": protocol.encode_enrolment_reply(welcome).hex(),
        "welcome_signed_2": welcome.signed_bytes(bytes(16)).hex(),
        "time_signed": time_signature_bytes("AAAAAAAAAAAAAAAAAAAAAA", "2026-03-04T09:30:00Z").hex(),
        "escrow": encode_escrow(EscrowUpload(ESCROW.to_bytes())).hex(),
        "escrow_receipt": escrow_receipt_bytes("agency-7", ESCROW).hex(),
        "recovery": encode_recovery_command(RecoveryOrder("ask", RECOVERY.to_bytes())).hex(),
        "recovery_id": str(derive_request_id(RECOVERY.to_bytes())),
        "recovery_code": RECOVERY.code,
        "standing": encode_recovery_reply(RecoveryReply("asked", (RecoveryApproval("o1", b"grant"),))).hex(),
        "wrapped": encode_pem("answer", RecoveryApproval("o1", b"grant").packed()),
        **headers,
    }


def test_everything_is_made_as_it_was_first_made() -> None:
    assert made() == VECTORS["made"]


def test_an_envelope_sealed_long_ago_still_opens() -> None:
    old = VECTORS["envelope"]
    keys = {derive_kid(sealing.derive_receive_public(KEY)): KEY}
    for encoding in ("zlib", "plain"):
        opened = open_submission(bytes.fromhex(old[encoding]["sealed"]), ID, keys)
        assert opened.payload == bytes.fromhex(old[encoding]["payload"])
        assert opened.statement == STATEMENT
        assert opened.is_signed_by(sealing.derive_signing_public(KEY))


def test_a_receipt_given_long_ago_still_counts() -> None:
    receipt = bytes.fromhex(VECTORS["made"]["receipt"])
    read = check_receipt(
        Outcome(ID, "stored", None, receipt), bytes(32), "d-1", sealing.derive_signing_public(KEY)
    )
    assert (read.received_at, read.sequence) == ("2026-03-04T09:30:00Z", 7)


def test_what_is_written_is_read_back() -> None:
    vectors = VECTORS["made"]
    request = protocol.decode_request(bytes.fromhex(vectors["request"]))
    assert request == ExchangeRequest("cursor", (SubmissionItem(ID, bytes(32), b"sealed"),))
    reply = protocol.decode_reply(bytes.fromhex(vectors["reply"]))
    assert (reply.outcomes, reply.changes) == ((outcome(),), (FeedChange(ID, "held", "malformed"),))
    assert protocol.decode_enrolment(bytes.fromhex(vectors["enrolment_2"])).author == "hv1"
    assert protocol.decode_enrolment_reply(bytes.fromhex(vectors["welcome_2"])).kid == derive_kid(bytes(32))
    assert decode_escrow(bytes.fromhex(vectors["escrow"])) == EscrowUpload(ESCROW.to_bytes())
    assert decode_recovery_command(bytes.fromhex(vectors["recovery"])) == RecoveryOrder(
        "ask", RECOVERY.to_bytes()
    )
    assert decode_recovery_reply(bytes.fromhex(vectors["standing"])) == RecoveryReply(
        "asked", (RecoveryApproval("o1", b"grant"),)
    )
    assert decode_pem("answer", vectors["wrapped"]) == [RecoveryApproval("o1", b"grant").packed()]


def test_an_enrolment_without_recovery_is_another_version() -> None:
    with pytest.raises(Malformed) as refused:
        protocol.decode_enrolment(bytes.fromhex(VECTORS["past"]["enrolment"]))
    assert refused.value.code == "unsupported-version"
