"""Authentication of requests: signature, clock and nonce; and the devices and authors that are enrolled.

One signature is checked per request, and the body is never read. Nonces are kept in memory for twice the
allowed clock difference; a replay after a restart is harmless, since `intake` is idempotent.
"""

import base64
import threading
from datetime import datetime

from psycopg import Connection

from assessments.casework.ids import format_utc
from assessments.ports import Clock
from sync.protocol import Enrolment
from sync.service import problems
from sync.service.problems import RequestRefused
from sync.service.service_keys import ServiceSecrets
from sync.signing import MAX_CLOCK_SKEW_S, Claim, time_signature_bytes

_NONCE_LIFETIME_S = 2 * MAX_CLOCK_SKEW_S
_MAX_NONCES = 200_000


class RequestAuthenticator:
    """Checks signature, clock and nonce of requests."""

    def __init__(self, secrets: ServiceSecrets, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._seen_nonces: dict[tuple[str, str, str], float] = {}
        self._lock = threading.Lock()

    def authenticate(self, claim: Claim, device_key: bytes) -> None:
        """Check a request. Raises RequestRefused: BAD_SIGNATURE, CLOCK (with the signed time) or REPLAYED."""
        if not claim.is_signed_by(device_key):
            raise RequestRefused(problems.BAD_SIGNATURE)
        now = self._clock.now()
        if abs(now.timestamp() - claim.created) > MAX_CLOCK_SKEW_S:
            time = format_utc(now)
            signature = self._secrets.sign(time_signature_bytes(claim.nonce, time))
            encoded = base64.b64encode(signature).decode()
            raise RequestRefused(problems.CLOCK, time=time, time_signature=encoded)
        if not self._is_new(claim, now.timestamp()):
            raise RequestRefused(problems.REPLAYED)

    def _is_new(self, claim: Claim, now: float) -> bool:
        key = (claim.agency, claim.device, claim.nonce)
        with self._lock:
            # Oldest first, because a dict keeps its order: what is past its time goes, and
            # the oldest of too many.
            for old, heard_at in list(self._seen_nonces.items())[:64]:
                if heard_at > now - _NONCE_LIFETIME_S and len(self._seen_nonces) < _MAX_NONCES:
                    break
                del self._seen_nonces[old]
            if key in self._seen_nonces:
                return False
            self._seen_nonces[key] = now
            return True


def load_device_key(connection: Connection, agency: str, device: str) -> bytes:
    """The signing key of an enrolled device. Raises RequestRefused(UNKNOWN_DEVICE)."""
    row = connection.execute(
        "SELECT signing_key FROM device WHERE agency = %b AND device = %b", (agency, device), binary=True
    ).fetchone()
    if row is None:
        raise RequestRefused(problems.UNKNOWN_DEVICE)
    return bytes(row[0])


def save_enrolment(connection: Connection, enrolment: Enrolment, now: datetime) -> None:
    """Store a device and an author. Idempotent; other keys of a known device raise DEVICE_KNOWN."""
    connection.execute(
        "INSERT INTO device (agency, device, signing_key, receive_key, enrolled_at)"
        " VALUES (%b, %b, %b, %b, %b) ON CONFLICT DO NOTHING",
        (enrolment.agency, enrolment.device, enrolment.signing_key, enrolment.receive_key, now),
    )
    kept = connection.execute(
        "SELECT signing_key, receive_key FROM device WHERE agency = %b AND device = %b",
        (enrolment.agency, enrolment.device),
        binary=True,
    ).fetchone()
    if kept is None or tuple(map(bytes, kept)) != (enrolment.signing_key, enrolment.receive_key):
        raise RequestRefused(problems.DEVICE_KNOWN)
    connection.execute(
        "INSERT INTO author (agency, device, author, author_key, enrolled_at)"
        " VALUES (%b, %b, %b, %b, %b) ON CONFLICT DO NOTHING",
        (enrolment.agency, enrolment.device, enrolment.author, enrolment.author_key, now),
    )
