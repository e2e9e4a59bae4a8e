"""What goes over the wire, as checked data: exchange, enrolment and receipts (docs/sync-protocol.md).

This room turns bytes into values or refuses them, whole; it opens no socket, file or envelope. Requests
are read strictly, replies leave room for fields of a newer service. Sizes are bounded before anything is
read.

    >>> decode_request(encode_request(ExchangeRequest("", ()))) == ExchangeRequest("", ())
    True
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from assessments.casework.ids import format_utc
from assessments.crypto import sealing
from assessments.errors import WrenError
from assessments.ports import Outcome, OutcomeStatus
from sync import wire
from sync.errors import BadReceipt, Malformed

VERSION = 1
ENROLMENT_VERSION = 2
CONTENT_TYPE = "application/vnd.wren+msgpack"
PROBLEM_TYPE = "application/problem+json"
PROBLEM_URN = "urn:wren:problem:"
EXCHANGE_PATH = "/v1/exchange"
DEVICES_PATH = "/v1/devices"
HEALTH_PATH = "/v1/health"
ESCROW_PATH = "/v1/escrow"
RECOVERY_PATH = "/v1/recovery"

# The agency of people who learn: introduced without a code, its recovery key made by the service.
TRAINING_AGENCY = "training"

MAX_ITEMS = 50
MAX_REQUEST_BYTES = 2 * 1024 * 1024
MAX_REPLY_BYTES = 1024 * 1024
MAX_CHANGES = 500
MAX_CURSOR = 128

_MAX_ID = 64
_MAX_RECEIPT = 1024


@dataclass(frozen=True, slots=True, repr=False)
class SubmissionItem:
    """One sealed submission on its way up, with the digest the device believes it has."""

    id: str
    digest: bytes
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeRequest:
    cursor: str
    items: tuple[SubmissionItem, ...]


@dataclass(frozen=True, slots=True, repr=False)
class FeedChange:
    """What became of a stored submission: "opened", or "held" with a reason. And "recovered": the service
    agreed that the author named by the reason may be let in on another device; `id` is the request."""

    id: str
    word: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeReply:
    outcomes: tuple[Outcome, ...]
    changes: tuple[FeedChange, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """A device introduces itself and one author."""

    agency: str
    device: str
    signing_key: bytes
    receive_key: bytes
    author: str
    author_key: bytes
    nonce: bytes


@dataclass(frozen=True, slots=True, repr=False)
class EnrolmentReply:
    """The service's keys, with its signature over them and the device's nonce."""

    agency: str
    device: str
    kid: str
    service_key: bytes
    receipt_key: bytes
    agency_recovery: bytes
    service_recovery: bytes
    signature: bytes

    def signed_bytes(self, nonce: bytes) -> bytes:
        return sealing.length_prefix(
            b"cenr2",
            self.agency.encode(),
            self.device.encode(),
            nonce,
            self.kid.encode(),
            self.service_key,
            self.receipt_key,
            self.agency_recovery,
            self.service_recovery,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """The service's word on one submission, before it is signed or after it was read."""

    id: str
    digest: bytes
    device: str
    outcome: str
    received_at: str
    sequence: int

    def signed_bytes(self) -> bytes:
        return sealing.length_prefix(
            b"crcpt1",
            self.id.encode(),
            self.digest,
            self.device.encode(),
            self.outcome.encode(),
            self.received_at.encode(),
            self.sequence.to_bytes(8, "big"),
        )


def make_receipt(
    item: SubmissionItem,
    device: str,
    outcome: OutcomeStatus,
    received_at: datetime,
    sequence: int,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """The signed word of the service on an item."""
    said = Receipt(item.id, item.digest, device, outcome, format_utc(received_at), sequence).signed_bytes()
    return sealing.length_prefix(said, sign(said))


def check_receipt(outcome: Outcome, digest: bytes, device: str, receipt_key: bytes) -> Receipt:
    """The receipt of an outcome, when it is the service's word on exactly these bytes; else BadReceipt."""
    try:
        (said, signature), rest = split_length_prefixed(outcome.receipt, 2)
        (label, id_, digest_, device_, word, received_at, sequence), more = split_length_prefixed(said, 7)
        receipt = Receipt(
            id_.decode(),
            digest_,
            device_.decode(),
            word.decode(),
            received_at.decode(),
            int.from_bytes(sequence, "big"),
        )
    except (WrenError, UnicodeDecodeError) as fault:
        raise BadReceipt from fault
    expected = "stored" if outcome.status == "duplicate" else outcome.status
    if (
        label != b"crcpt1"
        or rest
        or more
        or len(sequence) != 8
        or not sealing.verify(receipt_key, said, signature)
        or (receipt.id, receipt.outcome) != (outcome.id, expected)
        or not sealing.constant_time_equal(receipt.digest, digest)
        or (receipt.device != device and outcome.status != "duplicate")
    ):
        raise BadReceipt
    return receipt


def split_length_prefixed(framed: bytes, count: int) -> tuple[tuple[bytes, ...], bytes]:
    """The first `count` parts of an lp() string, and what follows them; Malformed when it is cut short."""
    parts = []
    at = 0
    for _ in range(count):
        end = at + 4 + int.from_bytes(framed[at : at + 4], "big")
        if at + 4 > len(framed) or end > len(framed):
            raise Malformed("malformed")
        parts.append(framed[at + 4 : end])
        at = end
    return tuple(parts), framed[at:]


def is_submission_id(text: str) -> bool:
    """True for a lower-case UUID with hyphens: one way to write each id, so that equal means equal."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def encode_request(request: ExchangeRequest) -> bytes:
    items = [[item.id, item.digest, item.envelope] for item in request.items]
    return wire.pack({"v": VERSION, "cursor": request.cursor, "items": items})


def decode_request(body: bytes) -> ExchangeRequest:
    """A request, or Malformed ("malformed-body", "unsupported-version", "too-many-items")."""
    fields = wire.require_map(wire.unpack(body, MAX_REQUEST_BYTES), ("v", "cursor", "items"), version=VERSION)
    items = wire.require_list(fields["items"])
    if len(items) > MAX_ITEMS:
        raise Malformed("too-many-items")
    return ExchangeRequest(
        wire.require_text(fields["cursor"], MAX_CURSOR), tuple(_decode_item(row) for row in items)
    )


def encode_reply(reply: ExchangeReply) -> bytes:
    return wire.pack(
        {
            "v": VERSION,
            "outcomes": [[each.id, each.status, each.reason, each.receipt] for each in reply.outcomes],
            "changes": [[each.id, each.word, each.reason] for each in reply.changes],
            "cursor": reply.cursor,
            "more": reply.more,
        }
    )


def decode_reply(body: bytes) -> ExchangeReply:
    """A reply, or Malformed. Receipts are not checked here."""
    fields = wire.require_map(
        wire.unpack(body, MAX_REPLY_BYTES),
        ("v", "outcomes", "changes", "cursor", "more"),
        version=VERSION,
        exactly=False,
    )
    outcomes = []
    for row in wire.require_list(fields["outcomes"]):
        id_, word, reason, receipt = wire.require_row(row, 4)
        if word not in get_args(OutcomeStatus):
            raise Malformed
        outcomes.append(
            Outcome(
                wire.require_text(id_, _MAX_ID),
                word,
                wire.require_reason(reason),
                wire.require_bytes(receipt, None, _MAX_RECEIPT),
            )
        )
    changes = []
    for row in wire.require_list(fields["changes"]):
        id_, word, reason = wire.require_row(row, 3)
        changes.append(
            FeedChange(
                wire.require_text(id_, _MAX_ID),
                wire.require_text(word, wire.MAX_REASON),
                wire.require_reason(reason),
            )
        )
    if not isinstance(fields["more"], bool):
        raise Malformed
    return ExchangeReply(
        tuple(outcomes), tuple(changes), wire.require_text(fields["cursor"], MAX_CURSOR), fields["more"]
    )


def encode_enrolment(enrolment: Enrolment) -> bytes:
    return wire.pack(
        {"v": ENROLMENT_VERSION} | {name: getattr(enrolment, name) for name in Enrolment.__slots__}
    )


def decode_enrolment(body: bytes) -> Enrolment:
    """An enrolment, or Malformed."""
    fields = wire.require_map(wire.unpack(body, 4096), ("v", *Enrolment.__slots__), version=ENROLMENT_VERSION)
    return Enrolment(
        agency=wire.require_name(fields["agency"]),
        device=wire.require_name(fields["device"]),
        signing_key=wire.require_bytes(fields["signing_key"], 32),
        receive_key=wire.require_bytes(fields["receive_key"], 32),
        author=wire.require_name(fields["author"]),
        author_key=wire.require_bytes(fields["author_key"], 32),
        nonce=wire.require_bytes(fields["nonce"], 16),
    )


def encode_enrolment_reply(welcome: EnrolmentReply) -> bytes:
    return wire.pack(
        {"v": ENROLMENT_VERSION} | {name: getattr(welcome, name) for name in EnrolmentReply.__slots__}
    )


def decode_enrolment_reply(body: bytes) -> EnrolmentReply:
    """A welcome, or Malformed. Its signature is not checked here."""
    fields = wire.require_map(
        wire.unpack(body, 4096), ("v", *EnrolmentReply.__slots__), version=ENROLMENT_VERSION, exactly=False
    )
    return EnrolmentReply(
        agency=wire.require_name(fields["agency"]),
        device=wire.require_name(fields["device"]),
        kid=wire.require_name(fields["kid"]),
        service_key=wire.require_bytes(fields["service_key"], 32),
        receipt_key=wire.require_bytes(fields["receipt_key"], 32),
        agency_recovery=wire.require_bytes(fields["agency_recovery"], 32),
        service_recovery=wire.require_bytes(fields["service_recovery"], 32),
        signature=wire.require_bytes(fields["signature"], 64),
    )


def _decode_item(row: Any) -> SubmissionItem:
    id_, digest, envelope = wire.require_row(row, 3)
    return SubmissionItem(
        wire.require_text(id_, _MAX_ID),
        wire.require_bytes(digest, 32),
        wire.require_bytes(envelope, None, MAX_REQUEST_BYTES),
    )
