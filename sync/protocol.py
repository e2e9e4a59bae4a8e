"""Messages of exchange and enrolment, and receipts, as in docs/sync-protocol.md.

A message is decoded whole or refused with Malformed. Requests are read strictly; replies may hold further
keys, for a newer service. Sizes are bounded before anything is decoded.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from assessments.casework.ids import format_utc
from assessments.crypto import sealing
from assessments.errors import Damaged, WrenError
from assessments.ports import Outcome, OutcomeStatus
from sync.errors import BadReceipt, Malformed
from sync.wire import Key, MessageFormat, Name, Row, ShortText, Signature

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


def _refuse_too_many_items(rows: object) -> object:
    # Before the items themselves: how many there are is what a device can do something about.
    if isinstance(rows, tuple) and len(rows) > MAX_ITEMS:
        raise PydanticCustomError("too-many-items", "too-many-items")
    return rows


_Id = Annotated[str, Field(strict=True, max_length=64)]
_Cursor = Annotated[str, Field(strict=True, max_length=128)]
_Envelope = Annotated[bytes, Field(strict=True, max_length=MAX_REQUEST_BYTES)]
_Receipt = Annotated[bytes, Field(strict=True, max_length=1024)]


class SubmissionItem(NamedTuple):
    """One sealed submission on its way up, with the digest the device believes it has."""

    id: str
    digest: bytes
    envelope: bytes

    def __repr__(self) -> str:
        return f"<SubmissionItem {self.id}>"


class FeedChange(NamedTuple):
    """What became of a stored submission: "opened", or "held" with a reason. Or "recovered": the service
    approved request `id`, so that the author in `reason` regains access on another device."""

    id: str
    word: str
    reason: str | None = None

    def __repr__(self) -> str:
        return f"<FeedChange {self.id}>"


_ItemRow = Annotated[SubmissionItem, Row(_Id, Key, _Envelope)]
_OutcomeRow = Annotated[Outcome, Row(_Id, OutcomeStatus, ShortText | None, _Receipt)]
_ChangeRow = Annotated[FeedChange, Row(_Id, ShortText, ShortText | None)]


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeRequest:
    """Submissions up, and the position in the change feed."""

    cursor: _Cursor
    items: Annotated[tuple[_ItemRow, ...], Strict(), BeforeValidator(_refuse_too_many_items)]


@dataclass(frozen=True, slots=True, repr=False)
class ExchangeReply:
    """An outcome for each submission, and changes after the cursor. The receipts are not checked yet."""

    outcomes: Annotated[tuple[_OutcomeRow, ...], Strict()]
    changes: Annotated[tuple[_ChangeRow, ...], Strict()]
    cursor: _Cursor
    more: Annotated[bool, Strict()]


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """Enrols a device and one author."""

    agency: Name
    device: Name
    signing_key: Key
    receive_key: Key
    author: Name
    author_key: Key
    nonce: Annotated[bytes, Field(strict=True, min_length=16, max_length=16)]


@dataclass(frozen=True, slots=True, repr=False)
class EnrolmentReply:
    """The service's keys, with its signature over them and the device's nonce, not verified yet."""

    agency: Name
    device: Name
    kid: Name
    service_key: Key
    receipt_key: Key
    agency_recovery: Key
    service_recovery: Key
    signature: Signature

    def signed_bytes(self, nonce: bytes) -> bytes:
        """The bytes under the service's signature."""
        keys = (self.service_key, self.receipt_key, self.agency_recovery, self.service_recovery)
        return sealing.length_prefix("cenr2", self.agency, self.device, nonce, self.kid, *keys)


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """What the service signs about one submission."""

    id: str
    digest: bytes
    device: str
    outcome: str
    received_at: str
    sequence: int

    def signed_bytes(self) -> bytes:
        """The bytes under the service's signature."""
        said = (self.id, self.digest, self.device, self.outcome, self.received_at)
        return sealing.length_prefix("crcpt1", *said, self.sequence.to_bytes(8, "big"))


def make_receipt(
    item: SubmissionItem,
    device: str,
    outcome: OutcomeStatus,
    received_at: datetime,
    sequence: int,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """Make the signed receipt of an item."""
    said = Receipt(item.id, item.digest, device, outcome, format_utc(received_at), sequence).signed_bytes()
    return sealing.length_prefix(said, sign(said))


def check_receipt(outcome: Outcome, digest: bytes, device: str, receipt_key: bytes) -> Receipt:
    """Verify the receipt of an outcome for exactly these bytes. Raises BadReceipt."""
    try:
        said, signature = split_parts(outcome.receipt, 2)
        label, id_, digest_, device_, word, received_at, sequence = split_parts(said, 7)
        name, owner, said_outcome, at = (raw.decode() for raw in (id_, device_, word, received_at))
        receipt = Receipt(name, digest_, owner, said_outcome, at, int.from_bytes(sequence, "big"))
    except (WrenError, UnicodeDecodeError) as fault:
        raise BadReceipt from fault
    expected = "stored" if outcome.status == "duplicate" else outcome.status
    if (
        label != b"crcpt1"
        or len(sequence) != 8
        or not sealing.verify(receipt_key, said, signature)
        or (receipt.id, receipt.outcome) != (outcome.id, expected)
        or not sealing.constant_time_equal(receipt.digest, digest)
        or (receipt.device != device and outcome.status != "duplicate")
    ):
        raise BadReceipt
    return receipt


def split_parts(framed: bytes, count: int) -> list[bytes]:
    """Split an lp() string of exactly `count` parts. Raises Malformed("malformed")."""
    try:
        parts = sealing.split_length_prefixed(framed, "malformed")
    except Damaged as fault:
        raise Malformed("malformed") from fault
    if len(parts) != count:
        raise Malformed("malformed")
    return parts


def is_submission_id(text: str) -> bool:
    """True for a lower-case UUID with hyphens: one way to write each id, so that equal means equal."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


_REQUEST = MessageFormat(ExchangeRequest, version=VERSION, max_bytes=MAX_REQUEST_BYTES)
_REPLY = MessageFormat(ExchangeReply, version=VERSION, max_bytes=MAX_REPLY_BYTES, allow_unknown=True)
_ENROLMENT = MessageFormat(Enrolment, version=ENROLMENT_VERSION, max_bytes=4096)
_ENROLMENT_REPLY = MessageFormat(
    EnrolmentReply, version=ENROLMENT_VERSION, max_bytes=4096, allow_unknown=True
)
encode_request, decode_request = _REQUEST.encode, _REQUEST.decode
encode_reply, decode_reply = _REPLY.encode, _REPLY.decode
encode_enrolment, decode_enrolment = _ENROLMENT.encode, _ENROLMENT.decode
encode_enrolment_reply, decode_enrolment_reply = _ENROLMENT_REPLY.encode, _ENROLMENT_REPLY.decode
