"""What recovery says over the wire, and the text in which it travels by any other means.

This room knows the bodies of docs/sync-protocol.md sections 7 and 8 and a block of text between two
marked lines that can be mailed, printed or read from a stick. It opens nothing and decides nothing: who
may be let in is for two people to say.

    >>> unwrap("answer", wrap("answer", b"sealed"))
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
from sync.protocol import VERSION, parts_of

Word = Literal["ask", "stop", "done"]
State = Literal["asked", "closed", "stopped", "finished"]
Kind = Literal["request", "answer"]

_MAX_PACKED = 4096
_MAX_BODY = 8192
_LINE = 64


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """One side's grant, and who gave it: an alias, never a name."""

    officer: str
    grant: bytes

    def __repr__(self) -> str:
        return "<Answer>"

    def packed(self) -> bytes:
        return sealing.lp(self.officer, self.grant)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands at the service, with the answers given so far."""

    state: State
    answers: tuple[Answer, ...] = ()


def read_answer(packed: bytes) -> Answer:
    """Raises Malformed."""
    (officer, grant), rest = parts_of(packed, 2)
    try:
        alias = officer.decode()
    except UnicodeDecodeError as fault:
        raise Malformed from fault
    if rest:
        raise Malformed
    return Answer(wire.name(alias), grant)


def grants_of(answers: Sequence[Answer]) -> list[bytes]:
    """The grants, when two different people gave them; else WrenError("same-officer")."""
    if len({answer.officer.casefold() for answer in answers}) != len(answers):
        raise WrenError("same-officer")
    return [answer.grant for answer in answers]


def request_id(packed: bytes) -> uuid.UUID:
    """The name of a request: the first half of its digest, so that it is the same wherever it arrives."""
    return uuid.UUID(bytes=sealing.digest(packed)[:16])


def escrow_receipt(agency: str, escrow: Escrow) -> bytes:
    """What the service signs when it has kept an escrow."""
    return sealing.lp("cesc1", agency, escrow.device, escrow.author, sealing.digest(escrow.to_bytes()))


def encode_escrow(packed: bytes) -> bytes:
    return wire.pack({"v": VERSION, "escrow": packed})


def decode_escrow(body: bytes) -> bytes:
    """A packed escrow, not read yet; or Malformed."""
    fields = wire.fields(wire.unpack(body, _MAX_BODY), ("v", "escrow"), version=VERSION)
    return wire.octets(fields["escrow"], None, _MAX_PACKED)


def encode_receipt(signature: bytes) -> bytes:
    return wire.pack({"v": VERSION, "signature": signature})


def decode_receipt(body: bytes) -> bytes:
    """The service's signature, not checked yet; or Malformed."""
    fields = wire.fields(wire.unpack(body, _MAX_BODY), ("v", "signature"), version=VERSION, exactly=False)
    return wire.octets(fields["signature"], 64)


def encode_word(word: Word, packed: bytes) -> bytes:
    return wire.pack({"v": VERSION, "word": word, "request": packed})


def decode_word(body: bytes) -> tuple[Word, bytes]:
    """What is said of a request, and the packed request, not read yet; or Malformed."""
    fields = wire.fields(wire.unpack(body, _MAX_BODY), ("v", "word", "request"), version=VERSION)
    if fields["word"] not in get_args(Word):
        raise Malformed
    return fields["word"], wire.octets(fields["request"], None, _MAX_PACKED)


def encode_standing(standing: Standing) -> bytes:
    answers = [answer.packed() for answer in standing.answers]
    return wire.pack({"v": VERSION, "state": standing.state, "answers": answers})


def decode_standing(body: bytes) -> Standing:
    """How a request stands; or Malformed. Whether the answers fit shows when they are joined."""
    fields = wire.fields(
        wire.unpack(body, _MAX_BODY), ("v", "state", "answers"), version=VERSION, exactly=False
    )
    if fields["state"] not in get_args(State):
        raise Malformed
    answers = [wire.octets(row, None, _MAX_PACKED) for row in wire.rows(fields["answers"])]
    return Standing(fields["state"], tuple(map(read_answer, answers)))


def wrap(kind: Kind, packed: bytes) -> str:
    """The bytes as text between two marked lines."""
    letters = base64.b64encode(packed).decode()
    lines = [letters[at : at + _LINE] for at in range(0, len(letters), _LINE)]
    return "\n".join([_mark("BEGIN", kind), *lines, _mark("END", kind), ""])


def unwrap(kind: Kind, text: str) -> list[bytes]:
    """Every block of this kind in a text, whatever stands around it and however its lines were broken.

    Raises WrenError("no-such-text") when there is none, or one was cut or changed on its way.
    """
    blocks = re.findall(f"{_mark('BEGIN', kind)}(.*?){_mark('END', kind)}", text, re.DOTALL)
    if not blocks:
        raise WrenError("no-such-text")
    try:
        # A mail programme breaks lines and puts ">" before them.
        return [base64.b64decode(re.sub(r"[\s>]", "", block), validate=True) for block in blocks]
    except binascii.Error as fault:
        raise WrenError("no-such-text") from fault


def _mark(which: str, kind: Kind) -> str:
    return f"-----{which} WREN RECOVERY {kind.upper()}-----"
