"""Messages of account recovery, as in docs/sync-protocol.md section 7.

Bytes are checked for their form only; nothing is opened here, and nobody is let in.

    >>> decode_recovery_command(encode_recovery_command("ask", b"packed"))
    ('ask', b'packed')
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, Strict

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow
from assessments.errors import WrenError
from sync import wire
from sync.errors import Malformed
from sync.protocol import VERSION, split_parts
from sync.signing import NAME_PATTERN
from sync.wire import MessageReader

RecoveryCommand = Literal["ask", "stop", "done"]
RecoveryState = Literal["asked", "closed", "stopped", "finished"]

SAME_OFFICER = "same-officer"


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryApproval:
    """A grant for one side, and the alias of the officer who gave it."""

    officer: str
    grant: bytes

    def __repr__(self) -> str:
        return "<RecoveryApproval>"

    def packed(self) -> bytes:
        """The approval as it travels: lp(officer, grant)."""
        return sealing.length_prefix(self.officer, self.grant)


@dataclass(frozen=True, slots=True)
class RecoveryReply:
    """The state of a request at the service, with the answers given so far."""

    state: RecoveryState
    answers: tuple[RecoveryApproval, ...] = ()


def read_approval(packed: bytes) -> RecoveryApproval:
    """Split an answer as it travels. Raises Malformed."""
    officer, grant = split_parts(packed, 2)
    try:
        alias = officer.decode("ascii")
    except UnicodeDecodeError as fault:
        raise Malformed from fault
    if NAME_PATTERN.fullmatch(alias) is None:
        raise Malformed
    return RecoveryApproval(alias, grant)


def names_one_person_twice(aliases: Sequence[str]) -> bool:
    """Whether two aliases are the same without regard to case."""
    return len({alias.casefold() for alias in aliases}) != len(aliases)


def collect_grants(answers: Sequence[RecoveryApproval]) -> list[bytes]:
    """Take the grants out of answers. Raises WrenError(SAME_OFFICER) when one person gave both."""
    if names_one_person_twice([answer.officer for answer in answers]):
        raise WrenError("same-officer")
    return [answer.grant for answer in answers]


def derive_request_id(packed: bytes) -> uuid.UUID:
    """The id of a request: the first half of its digest, so the same wherever it arrives."""
    return uuid.UUID(bytes=sealing.digest(packed)[:16])


def escrow_receipt_bytes(agency: str, escrow: Escrow) -> bytes:
    """What the service signs when it has kept an escrow."""
    return sealing.length_prefix(
        "cesc1", agency, escrow.device, escrow.author, sealing.digest(escrow.to_bytes())
    )


def encode_escrow(packed: bytes) -> bytes:
    """Encode an escrow for upload."""
    return wire.pack({"v": VERSION, "escrow": packed})


def decode_escrow(body: bytes) -> bytes:
    """Decode an upload; the escrow itself is not read yet. Raises Malformed."""
    return _ESCROW.read(body).escrow


def encode_escrow_receipt(signature: bytes) -> bytes:
    """Encode the service's signature for an escrow."""
    return wire.pack({"v": VERSION, "signature": signature})


def decode_escrow_receipt(body: bytes) -> bytes:
    """Decode the service's signature, not verified yet. Raises Malformed."""
    return _ESCROW_RECEIPT.read(body).signature


def encode_recovery_command(command: RecoveryCommand, packed: bytes) -> bytes:
    """Encode a command about a packed request."""
    return wire.pack({"v": VERSION, "word": command, "request": packed})


def decode_recovery_command(body: bytes) -> tuple[RecoveryCommand, bytes]:
    """Decode a command and its request; the request itself is not read yet. Raises Malformed."""
    message = _COMMAND.read(body)
    return message.word, message.request


def encode_recovery_reply(standing: RecoveryReply) -> bytes:
    """Encode the state of a request with its answers."""
    answers = [answer.packed() for answer in standing.answers]
    return wire.pack({"v": VERSION, "state": standing.state, "answers": answers})


def decode_recovery_reply(body: bytes) -> RecoveryReply:
    """Decode the state of a request. Raises Malformed. Whether the grants open is not known yet."""
    message = _REPLY.read(body)
    return RecoveryReply(message.state, tuple(map(read_approval, message.answers)))


_Packed = Annotated[bytes, Field(strict=True, max_length=4096)]


@dataclass(frozen=True, slots=True, repr=False)
class _EscrowMessage:
    escrow: _Packed


@dataclass(frozen=True, slots=True, repr=False)
class _EscrowReceiptMessage:
    signature: wire.Signature


@dataclass(frozen=True, slots=True, repr=False)
class _CommandMessage:
    word: RecoveryCommand
    request: _Packed


@dataclass(frozen=True, slots=True, repr=False)
class _RecoveryReplyMessage:
    state: RecoveryState
    answers: Annotated[tuple[_Packed, ...], Strict()]


_MAX_BODY = 8192
_ESCROW = MessageReader(_EscrowMessage, version=VERSION, max_bytes=_MAX_BODY)
_ESCROW_RECEIPT = MessageReader(
    _EscrowReceiptMessage, version=VERSION, max_bytes=_MAX_BODY, allow_unknown=True
)
_COMMAND = MessageReader(_CommandMessage, version=VERSION, max_bytes=_MAX_BODY)
_REPLY = MessageReader(_RecoveryReplyMessage, version=VERSION, max_bytes=_MAX_BODY, allow_unknown=True)
