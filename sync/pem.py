"""PEM text of a recovery request or an answer to one, for mail, paper or a memory stick.

>>> decode_pem("answer", encode_pem("answer", b"sealed"))
[b'sealed']
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal

from assessments.errors import WrenError

PemLabel = Literal["request", "answer"]

_LINE_CHARS = 64


def encode_pem(label: PemLabel, packed: bytes) -> str:
    """Write bytes as text between two marked lines."""
    letters = base64.b64encode(packed).decode()
    lines = [letters[at : at + _LINE_CHARS] for at in range(0, len(letters), _LINE_CHARS)]
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
