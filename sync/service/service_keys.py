"""The service's own keys, one that submissions are sealed to and one that signs receipts; and key files.

They are in a file that only its owner can read, outside the database, so that a copy of the database opens
nothing. A key is never replaced: older receive keys stay while anything is sealed to them.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assessments.crypto import sealing
from assessments.errors import Damaged, UnknownFormat
from sync.envelope import derive_kid

_FORMAT = 1


def encode_key(raw: bytes | bytearray) -> str:
    """A key as key files hold it, in Base64."""
    return base64.b64encode(raw).decode()


def decode_key(text: str) -> bytes:
    """Raises ValueError or TypeError."""
    return base64.b64decode(text, validate=True)


def create_key_file(path: Path, content: dict[str, Any]) -> bool:
    """Write a file where there is none; False when one was there. It is never replaced, and only its owner
    reads it; a power cut, or two processes at once, leave one whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


@dataclass(frozen=True, slots=True, repr=False)
class ServiceSecrets:
    """`kid` is the current receive key; `receive_private_keys` holds every private receive key by its kid."""

    kid: str
    receive_public: bytes
    receipt_public: bytes
    receive_private_keys: dict[str, bytes] = field(repr=False)
    receipt_private_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Sign with the receipt key."""
        return sealing.sign(self.receipt_private_key, message)


def load_or_create_secrets(path: Path) -> ServiceSecrets:
    """The keys in the file, made at first use. A damaged file is Damaged, and is left as it is."""
    if not path.exists():
        receive_key, receipt_key = sealing.make_receive_key()[0], sealing.make_signing_key()[0]
        content = {"receive": [encode_key(receive_key)], "receipt": encode_key(receipt_key)}
        create_key_file(path, {"format": _FORMAT} | content)
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != _FORMAT:
            raise UnknownFormat("newer-service-keys")
        receive = [decode_key(text) for text in content["receive"]]
        receipt = decode_key(content["receipt"])
        public = sealing.derive_receive_public(receive[-1])
        by_kid = {derive_kid(sealing.derive_receive_public(private)): private for private in receive}
        receipt_public = sealing.derive_signing_public(receipt)
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise Damaged("service-keys") from fault
    return ServiceSecrets(derive_kid(public), public, receipt_public, by_kid, receipt)
