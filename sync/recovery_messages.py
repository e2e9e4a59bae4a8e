"""Messages of account recovery, as in docs/sync-protocol.md section 7, and as text for mail or paper. Bytes
are checked for their form only; nothing is opened here, and nobody is let in.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, Strict

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow
from assessments.errors import WrenError
from sync import wire
from sync.errors import Malformed
from sync.protocol import VERSION, split_parts
from sync.signing import NAME_PATTERN
from sync.wire import MessageFormat, Signature

RecoveryCommand = Literal["ask", "stop", "done"]
RecoveryState = Literal["asked", "closed", "stopped", "finished"]

PemLabel = Literal["request", "answer"]

SAME_OFFICER = "same-officer"
_PEM_LINE_CHARS = 64
_MAX_BODY, _MAX_PACKED_BYTES = 8192, 4096


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryApproval:
    """A grant for one side, and the alias of the officer who gave it."""

    officer: str
    grant: bytes

    def packed(self) -> bytes:
        """The approval as it travels: lp(officer, grant)."""
        return sealing.length_prefix(self.officer, self.grant)


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
    digest = sealing.digest(escrow.to_bytes())
    return sealing.length_prefix("cesc1", agency, escrow.device, escrow.author, digest)


def _read_answer(packed: object) -> RecoveryApproval:
    if not isinstance(packed, bytes) or len(packed) > _MAX_PACKED_BYTES:
        raise Malformed
    return read_approval(packed)


_Packed = Annotated[bytes, Field(strict=True, max_length=_MAX_PACKED_BYTES)]


@dataclass(frozen=True, slots=True, repr=False)
class EscrowUpload:
    """A packed escrow, not read yet."""

    escrow: _Packed


@dataclass(frozen=True, slots=True, repr=False)
class EscrowReceipt:
    """The service's signature for an escrow, not verified yet."""

    signature: Signature


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryOrder:
    """A command about a packed request, which is not read yet."""

    word: RecoveryCommand
    request: _Packed


@dataclass(frozen=True, slots=True)
class RecoveryReply:
    """The state of a request at the service, with the answers given so far, not opened yet."""

    state: RecoveryState
    answers: Annotated[tuple[Annotated[RecoveryApproval, PlainValidator(_read_answer)], ...], Strict()] = ()


def encode_recovery_reply(reply: RecoveryReply) -> bytes:
    """Encode the state of a request with its answers."""
    answers = [answer.packed() for answer in reply.answers]
    return wire.pack({"v": VERSION, "state": reply.state, "answers": answers})


_ESCROW = MessageFormat(EscrowUpload, version=VERSION, max_bytes=_MAX_BODY)
_ESCROW_RECEIPT = MessageFormat(EscrowReceipt, version=VERSION, max_bytes=_MAX_BODY, allow_unknown=True)
_ORDER = MessageFormat(RecoveryOrder, version=VERSION, max_bytes=_MAX_BODY)
encode_escrow, decode_escrow = _ESCROW.encode, _ESCROW.decode
encode_escrow_receipt, decode_escrow_receipt = _ESCROW_RECEIPT.encode, _ESCROW_RECEIPT.decode
encode_recovery_command, decode_recovery_command = _ORDER.encode, _ORDER.decode
decode_recovery_reply = MessageFormat(
    RecoveryReply, version=VERSION, max_bytes=_MAX_BODY, allow_unknown=True
).decode


def encode_pem(label: PemLabel, packed: bytes) -> str:
    """Write a request, or an answer to one, as text between two marked lines."""
    letters = base64.b64encode(packed).decode()
    lines = [letters[at : at + _PEM_LINE_CHARS] for at in range(0, len(letters), _PEM_LINE_CHARS)]
    return "\n".join([_boundary("BEGIN", label), *lines, _boundary("END", label), ""])


def decode_pem(label: PemLabel, text: str) -> list[bytes]:
    """Read every block with this label in a text, whatever is around it and however its lines were broken.
    Raises WrenError("no-such-text") when there is none, or one was cut or changed on its way."""
    blocks = re.findall(f"{_boundary('BEGIN', label)}(.*?){_boundary('END', label)}", text, re.DOTALL)
    if not blocks:
        raise WrenError("no-such-text")
    try:
        # A mail program breaks lines and puts ">" before them.
        return [base64.b64decode(re.sub(r"[\s>]", "", block), validate=True) for block in blocks]
    except binascii.Error as fault:
        raise WrenError("no-such-text") from fault


def _boundary(which: str, label: PemLabel) -> str:
    return f"-----{which} WREN RECOVERY {label.upper()}-----"
