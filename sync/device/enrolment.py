"""Enrolment: a device and a service exchange public keys, each proving that it holds its own. For training no
code is needed. Private keys are not used here but through `sign`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from assessments.crypto import sealing
from assessments.crypto.recovery import RecoveryKey, recovery_kid
from assessments.errors import WrenError
from assessments.ports import Clock
from sync import protocol
from sync.device.exchange import Failure
from sync.device.transport import (
    HttpConnection,
    HttpReply,
    SigningIdentity,
    Transport,
    make_nonce,
    read_problem,
)
from sync.envelope import ServiceKey, derive_kid
from sync.errors import EnrolmentFailed
from sync.protocol import Enrolment, EnrolmentReply
from sync.signing import NAME_PATTERN

_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_KEY_FIELDS = ("service_key", "receipt_key", "agency_recovery", "service_recovery")


class EnrolmentIdentity(SigningIdentity, Protocol):
    """What a device shows at enrolment: the public halves of its two keys."""

    @property
    def sign_public(self) -> bytes:
        """The Ed25519 public key."""

    @property
    def receive_public(self) -> bytes:
        """The X25519 public key."""


@dataclass(frozen=True, slots=True, repr=False)
class EnrolledService:
    """What a device keeps of a service: nothing personal, nothing secret. The recovery keys are empty where
    an older version enrolled the device, which enrols again to get them."""

    url: str
    agency: str
    kid: str
    service_key: bytes
    receipt_key: bytes
    agency_recovery: bytes = b""
    service_recovery: bytes = b""

    @property
    def sealing_key(self) -> ServiceKey:
        """The key that submissions are sealed to."""
        return ServiceKey(self.kid, self.service_key)

    @property
    def recovery_keys(self) -> tuple[RecoveryKey, RecoveryKey] | None:
        """What an escrow is made with: the agency's key and the service's. None when not known yet."""
        agency, service = self.agency_recovery, self.service_recovery
        if not (agency and service):
            return None
        return RecoveryKey(recovery_kid(agency), agency), RecoveryKey(recovery_kid(service), service)

    def to_plain(self) -> dict[str, str]:
        """A form that JSON can carry."""
        plain = {"url": self.url, "agency": self.agency, "kid": self.kid}
        return plain | {name: base64.b64encode(getattr(self, name)).decode() for name in _KEY_FIELDS}

    @classmethod
    def from_plain(cls, plain: dict[str, str]) -> EnrolledService:
        """Read what `to_plain` wrote. Raises KeyError or ValueError."""
        keys = {name: base64.b64decode(plain[name]) for name in _KEY_FIELDS if name in plain}
        return cls(plain["url"], plain["agency"], plain["kid"], **keys)

    def make_transport(
        self, identity: SigningIdentity, clock: Clock, http_transport: httpx.AsyncBaseTransport | None = None
    ) -> Transport:
        """Make a transport to this service."""
        return Transport(
            self.url,
            agency=self.agency,
            identity=identity,
            receipt_key=self.receipt_key,
            clock=clock,
            http_transport=http_transport,
        )


async def enrol_device(
    url: str,
    identity: EnrolmentIdentity,
    *,
    agency: str,
    author: str,
    author_key: bytes,
    clock: Clock,
    http_transport: httpx.AsyncBaseTransport | None = None,
) -> EnrolledService:
    """Enrol this device and one author; returns the keys to keep.

    Raises EnrolmentFailed: "address", "name" (agency, device or author is not 1 to 64 of A-Z a-z 0-9 . _ -),
    "device-known", "no-agency-key", "forged", or a word of `exchange.FailureKind`.
    """
    check_service_url(url)
    if any(NAME_PATTERN.fullmatch(name) is None for name in (agency, identity.device_id, author)):
        raise EnrolmentFailed("name")
    device_keys = (identity.device_id, identity.sign_public, identity.receive_public)
    enrolment = Enrolment(agency, *device_keys, author, author_key, nonce=sealing.make_random(16))
    connection = HttpConnection(url, agency, identity, clock, http_transport)
    try:
        heard = await connection.post(
            protocol.DEVICES_PATH, protocol.encode_enrolment(enrolment), make_nonce()
        )
    finally:
        await connection.close()
    if isinstance(heard, Failure):
        raise EnrolmentFailed(heard.kind)
    welcome = _verify_reply(heard, enrolment)
    keys = {name: getattr(welcome, name) for name in _KEY_FIELDS}
    return EnrolledService(url.rstrip("/"), agency, welcome.kid, **keys)


def check_service_url(url: str) -> None:
    """Refuse all but https, and http on this machine. Raises EnrolmentFailed("address")."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as fault:
        raise EnrolmentFailed("address") from fault
    near = parts.scheme == "http" and host in _LOOPBACK_HOSTS
    if not (host and port_is_fine and (near or parts.scheme == "https")) or parts.query or parts.fragment:
        raise EnrolmentFailed("address")


def _verify_reply(heard: HttpReply, enrolment: Enrolment) -> EnrolmentReply:
    if heard.status != httpx.codes.OK:
        number = str(read_problem(heard).get("type", "")).removeprefix(protocol.PROBLEM_URN)
        causes = {"3001": "device-known", "3002": "no-agency-key", "2003": "clock"}
        raise EnrolmentFailed(causes.get(number, "refused"))
    if heard.content_type != protocol.CONTENT_TYPE:
        raise EnrolmentFailed("garbled")
    try:
        welcome = protocol.decode_enrolment_reply(heard.body)
    except WrenError as fault:
        raise EnrolmentFailed("garbled") from fault
    if (
        (welcome.agency, welcome.device) != (enrolment.agency, enrolment.device)
        or welcome.kid != derive_kid(welcome.service_key)
        or not sealing.verify(welcome.receipt_key, welcome.signed_bytes(enrolment.nonce), welcome.signature)
    ):
        raise EnrolmentFailed("forged")
    return welcome
