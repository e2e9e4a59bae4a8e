"""What recovery says over the wire, and the text in which it travels by any other means.

This room knows the bodies of docs/sync-protocol.md sections 7 and 8 and a block of text between two
marked lines that can be mailed, printed or read from a stick. It opens nothing and decides nothing: who
may be let in is for two people to say.

    >>> decode_pem("answer", encode_pem("answer", b"sealed"))
    [b'sealed']
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow
from assessments.errors import WrenError
from sync import wire
from sync.errors import Malformed
from sync.protocol import VERSION, split_length_prefixed

RecoveryCommand = Literal["ask", "stop", "done"]
RecoveryState = Literal["asked", "closed", "stopped", "finished"]
PemLabel = Literal["request", "answer"]

_MAX_PACKED = 4096
_MAX_BODY = 8192
_PEM_LINE_CHARS = 64


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryApproval:
    """One side's grant, and who gave it: an alias, never a name."""

    officer: str
    grant: bytes

    def __repr__(self) -> str:
        return "<RecoveryApproval>"

    def packed(self) -> bytes:
        return sealing.length_prefix(self.officer, self.grant)


@dataclass(frozen=True, slots=True)
class RecoveryReply:
    """How a request stands at the service, with the answers given so far."""

    state: RecoveryState
    answers: tuple[RecoveryApproval, ...] = ()


def read_approval(packed: bytes) -> RecoveryApproval:
    """Raises Malformed."""
    (officer, grant), rest = split_length_prefixed(packed, 2)
    try:
        alias = officer.decode()
    except UnicodeDecodeError as fault:
        raise Malformed from fault
    if rest:
        raise Malformed
    return RecoveryApproval(wire.require_name(alias), grant)


def collect_grants(answers: Sequence[RecoveryApproval]) -> list[bytes]:
    """The grants, when two different people gave them; else WrenError("same-officer")."""
    if len({answer.officer.casefold() for answer in answers}) != len(answers):
        raise WrenError("same-officer")
    return [answer.grant for answer in answers]


def derive_request_id(packed: bytes) -> uuid.UUID:
    """The name of a request: the first half of its digest, so that it is the same wherever it arrives."""
    return uuid.UUID(bytes=sealing.digest(packed)[:16])


def escrow_receipt_bytes(agency: str, escrow: Escrow) -> bytes:
    """What the service signs when it has kept an escrow."""
    return sealing.length_prefix(
        "cesc1", agency, escrow.device, escrow.author, sealing.digest(escrow.to_bytes())
    )


def encode_escrow(packed: bytes) -> bytes:
    return wire.pack({"v": VERSION, "escrow": packed})


def decode_escrow(body: bytes) -> bytes:
    """A packed escrow, not read yet; or Malformed."""
    fields = wire.require_map(wire.unpack(body, _MAX_BODY), ("v", "escrow"), version=VERSION)
    return wire.require_bytes(fields["escrow"], None, _MAX_PACKED)


def encode_escrow_receipt(signature: bytes) -> bytes:
    return wire.pack({"v": VERSION, "signature": signature})


def decode_escrow_receipt(body: bytes) -> bytes:
    """The service's signature, not checked yet; or Malformed."""
    fields = wire.require_map(
        wire.unpack(body, _MAX_BODY), ("v", "signature"), version=VERSION, exactly=False
    )
    return wire.require_bytes(fields["signature"], 64)


def encode_recovery_command(word: RecoveryCommand, packed: bytes) -> bytes:
    return wire.pack({"v": VERSION, "word": word, "request": packed})


def decode_recovery_command(body: bytes) -> tuple[RecoveryCommand, bytes]:
    """What is said of a request, and the packed request, not read yet; or Malformed."""
    fields = wire.require_map(wire.unpack(body, _MAX_BODY), ("v", "word", "request"), version=VERSION)
    if fields["word"] not in get_args(RecoveryCommand):
        raise Malformed
    return fields["word"], wire.require_bytes(fields["request"], None, _MAX_PACKED)


def encode_recovery_reply(standing: RecoveryReply) -> bytes:
    answers = [answer.packed() for answer in standing.answers]
    return wire.pack({"v": VERSION, "state": standing.state, "answers": answers})


def decode_recovery_reply(body: bytes) -> RecoveryReply:
    """How a request stands; or Malformed. Whether the answers fit shows when they are joined."""
    fields = wire.require_map(
        wire.unpack(body, _MAX_BODY), ("v", "state", "answers"), version=VERSION, exactly=False
    )
    if fields["state"] not in get_args(RecoveryState):
        raise Malformed
    answers = [wire.require_bytes(row, None, _MAX_PACKED) for row in wire.require_list(fields["answers"])]
    return RecoveryReply(fields["state"], tuple(map(read_approval, answers)))


def encode_pem(kind: PemLabel, packed: bytes) -> str:
    """The bytes as text between two marked lines."""
    letters = base64.b64encode(packed).decode()
    lines = [letters[at : at + _PEM_LINE_CHARS] for at in range(0, len(letters), _PEM_LINE_CHARS)]
    return "\n".join([_pem_boundary("BEGIN", kind), *lines, _pem_boundary("END", kind), ""])


def decode_pem(kind: PemLabel, text: str) -> list[bytes]:
    """Every block of this kind in a text, whatever stands around it and however its lines were broken.

    Raises WrenError("no-such-text") when there is none, or one was cut or changed on its way.
    """
    blocks = re.findall(f"{_pem_boundary('BEGIN', kind)}(.*?){_pem_boundary('END', kind)}", text, re.DOTALL)
    if not blocks:
        raise WrenError("no-such-text")
    try:
        # A mail programme breaks lines and puts ">" before them.
        return [base64.b64decode(re.sub(r"[\s>]", "", block), validate=True) for block in blocks]
    except binascii.Error as fault:
        raise WrenError("no-such-text") from fault


def _pem_boundary(which: str, kind: PemLabel) -> str:
    return f"-----{which} WREN RECOVERY {kind.upper()}-----"
