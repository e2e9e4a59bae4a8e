"""The service's own keys: one that submissions are sealed to, one that signs receipts.

They are in a file that only its owner can read, outside the database, so that a copy of the database opens
nothing. A key is never replaced: older receive keys stay while anything is sealed to them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

from assessments.crypto import sealing
from assessments.errors import Damaged, UnknownFormat
from sync.envelope import derive_kid
from sync.service.key_files import create_key_file

_FORMAT = 1


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
        create_key_file(
            path,
            {
                "format": _FORMAT,
                "receive": [base64.b64encode(sealing.make_receive_key()[0]).decode()],
                "receipt": base64.b64encode(sealing.make_signing_key()[0]).decode(),
            },
        )
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != _FORMAT:
            raise UnknownFormat("newer-service-keys")
        receive = [base64.b64decode(text, validate=True) for text in content["receive"]]
        receipt = base64.b64decode(content["receipt"], validate=True)
        public = sealing.derive_receive_public(receive[-1])
        by_kid = {derive_kid(sealing.derive_receive_public(private)): private for private in receive}
        receipt_public = sealing.derive_signing_public(receipt)
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise Damaged("service-keys") from fault
    return ServiceSecrets(derive_kid(public), public, receipt_public, by_kid, receipt)
