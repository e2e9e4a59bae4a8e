"""Escrows as the service keeps them, and the keys that open their halves: its own, and agencies' key files.

The service's key is in a file of its own, so that the part that receives never needs it. An agency's key is
made by its officer and sealed under that person's passphrase; only the public half goes to a service.
Neither is ever replaced: older escrows still need it. For training the service makes the agency's key too,
under a published passphrase: both halves are then on one machine, and guard invented people only.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from assessments.crypto import sealing
from assessments.crypto.kdf import Kdf, best_kdf, derive_kek, read_kdf
from assessments.crypto.recovery import Escrow, RecoveryKey, recovery_kid
from assessments.errors import Damaged, UnknownFormat, WrenError
from sync.protocol import TRAINING_AGENCY
from sync.service.service_keys import create_key_file, decode_key, encode_key

# Printed on the screen and in the README: it guards invented people only.
TRAINING_PASSPHRASE = "robin hedge kettle lantern"  # noqa: S105 - no secret

_FORMAT = 1


@dataclass(frozen=True, slots=True, repr=False)
class AgencyKey:
    """An agency's recovery key, opened."""

    agency: str
    private: bytes
    public: bytes


def load_or_create_recovery_key(path: Path) -> bytes:
    """The private half of the service's recovery key, made at first use. A damaged file is left as it is."""
    if not path.exists():
        create_key_file(path, {"format": _FORMAT, "recovery": encode_key(sealing.make_receive_key()[0])})
    private = _read_key_file(path, "service-recovery-key", "recovery")["recovery"]
    if len(private) != sealing.KEY_BYTES:
        raise Damaged("service-recovery-key")
    return bytes(private)


def derive_recovery_key(private: sealing.Key) -> RecoveryKey:
    """The half that devices get."""
    public = sealing.derive_receive_public(private)
    return RecoveryKey(recovery_kid(public), public)


def make_agency_key(path: Path, agency: str, passphrase: str) -> RecoveryKey:
    """Make an agency's key in a new file, sealed under a passphrase. WrenError("file-exists") when taken."""
    private, public = sealing.make_receive_key()
    kdf, salt = best_kdf(), sealing.make_random(16)
    kek = _derive_kek(kdf, passphrase, salt, agency)
    content = {
        "format": _FORMAT,
        "agency": agency,
        "public": encode_key(public),
        "kdf": encode_key(kdf.header()),
        "salt": encode_key(salt),
        "sealed": encode_key(sealing.seal(kek, bytes(private), _context(agency, public))),
    }
    sealing.wipe(private)
    sealing.wipe(kek)
    if not create_key_file(path, content):
        raise WrenError("file-exists")
    return RecoveryKey(recovery_kid(public), public)


def open_agency_key(path: Path, passphrase: str) -> AgencyKey:
    """Open an agency's key file. WrenError("wrong-key-passphrase") when it does not open."""
    content = _read_key_file(path, "agency-key", "public", "kdf", "salt", "sealed")
    agency = content["agency"]
    kek = _derive_kek(read_kdf(content["kdf"]), passphrase, content["salt"], agency)
    try:
        private = sealing.open_sealed(kek, content["sealed"], _context(agency, content["public"]))
    except Damaged:
        raise WrenError("wrong-key-passphrase") from None
    finally:
        sealing.wipe(kek)
    return AgencyKey(agency, private, content["public"])


def load_or_create_training_key(path: Path) -> RecoveryKey:
    """The training agency's key in the service's own folder, made at first use: its public half."""
    if not path.exists():
        return make_agency_key(path, TRAINING_AGENCY, TRAINING_PASSPHRASE)
    public = _read_key_file(path, "agency-key", "public")["public"]
    return RecoveryKey(recovery_kid(public), public)


def save_agency_key(connection: Connection, agency: str, key: RecoveryKey, now: datetime) -> None:
    """Give this key to the agency's devices from now on. Again is harmless."""
    connection.execute(
        "INSERT INTO agency_key (agency, kid, public, admitted_at) VALUES (%b, %b, %b, %b)"
        " ON CONFLICT DO NOTHING",
        (agency, key.kid, key.public, now),
    )


def load_agency_key(connection: Connection, agency: str) -> RecoveryKey | None:
    """The newest key of an agency, or None."""
    row = connection.execute(
        "SELECT kid, public FROM agency_key WHERE agency = %b ORDER BY sequence DESC LIMIT 1",
        (agency,),
        binary=True,
    ).fetchone()
    return RecoveryKey(row[0], bytes(row[1])) if row else None


def save_escrow(connection: Connection, agency: str, escrow: Escrow, now: datetime) -> None:
    """Keep a copy of an escrow. The same again is harmless."""
    packed = escrow.to_bytes()
    connection.execute(
        "INSERT INTO escrow (agency, device, author, digest, escrow, received_at)"
        " VALUES (%b, %b, %b, %b, %b, %b) ON CONFLICT DO NOTHING",
        (agency, escrow.device, escrow.author, sealing.digest(packed), packed, now),
    )


def _derive_kek(kdf: Kdf, passphrase: str, salt: bytes, agency: str) -> bytearray:
    # An officer may sit at any machine, so no secret of a device takes part.
    return derive_kek(kdf, passphrase.encode(), salt, b"", sealing.length_prefix("ck1", "agency-kek", agency))


def _context(agency: str, public: bytes) -> bytes:
    return sealing.length_prefix("ck1", "agency-recovery", agency, public)


def _read_key_file(path: Path, part: str, *names: str) -> dict[str, Any]:
    """The named parts of a key file as bytes, and its agency where it has one."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != _FORMAT:
            raise UnknownFormat(part)
        read: dict[str, Any] = {name: decode_key(content[name]) for name in names}
    except FileNotFoundError:
        raise WrenError("no-key-file") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise Damaged(part) from fault
    return read | {"agency": str(content.get("agency", ""))}
