"""Recovery without the passphrase: an escrow in two halves, requests, and grants.

A person's key (UDK) is cut into two halves at set-up; either alone says nothing about it. One is sealed to
the recovery key of the agency, one to that of the service. Who forgot the passphrase makes a request with
a one-off key; each side opens its half and seals it again to that key; both together give the UDK back, and
only the device ever holds it. Who may agree and how requests travel is decided elsewhere; the device and
the service both use these formats.

    escrow = make_escrow(udk, device, author, agency_key, service_key)
    request = RecoveryRequest(device, agency, author, one_off_public, escrow)
    grants = [make_grant(agency_private, request, "agency"), make_grant(service_private, request, "service")]
    udk = combine_grants(one_off_private, request, grants)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assessments.crypto import sealing
from assessments.errors import Damaged, UnknownFormat

EscrowSide = Literal["agency", "service"]
ESCROW_SIDES: tuple[EscrowSide, EscrowSide] = ("agency", "service")

_ESCROW_MAGIC, _REQUEST_MAGIC, _GRANT_MAGIC = b"CKE1", b"CKQ1", b"CKG1"
# Letters and digits that cannot be taken for one another when they are read out.
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryKey:
    """The public half of a recovery key, 32 bytes, and its name."""

    kid: str
    public: bytes


def recovery_kid(public: bytes) -> str:
    """The name of a recovery key: the first 16 hex digits of its digest."""
    return sealing.digest(public).hex()[:16]


@dataclass(frozen=True, slots=True, repr=False)
class Escrow:
    """The two sealed halves of one person's key on one device."""

    device: str
    author: str
    agency_kid: str
    agency_half: bytes
    service_kid: str
    service_half: bytes

    def half(self, side: EscrowSide) -> tuple[str, bytes]:
        """The name of the key that opens this side's half, and the half."""
        if side == "agency":
            return self.agency_kid, self.agency_half
        return self.service_kid, self.service_half

    def to_bytes(self) -> bytes:
        """The bytes that are stored: magic and length-prefixed parts."""
        fields = (self.device, self.author, self.agency_kid, self.agency_half)
        return _ESCROW_MAGIC + sealing.length_prefix(*fields, self.service_kid, self.service_half)


def read_escrow(packed: bytes) -> Escrow:
    """Raises UnknownFormat for another format, Damaged for bytes that do not add up."""
    parts = _split_parts(_ESCROW_MAGIC, packed, 6)
    device, author, agency_kid, service_kid = (_decode_text(parts[place]) for place in (0, 1, 2, 4))
    return Escrow(device, author, agency_kid, parts[3], service_kid, parts[5])


def make_escrow(
    udk: sealing.Key, device: str, author: str, agency: RecoveryKey, service: RecoveryKey
) -> Escrow:
    """Cut the key in two and seal each half to its side."""
    pad = sealing.make_key()
    other = _xor(udk, pad)
    halves = [
        sealing.hpke_seal(key.public, bytes(half), _half_context(side, key.kid, device, author))
        for side, key, half in (("agency", agency, pad), ("service", service, other))
    ]
    sealing.wipe(pad)
    sealing.wipe(other)
    return Escrow(device, author, agency.kid, halves[0], service.kid, halves[1])


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryRequest:
    """Somebody asks to be let in again. Nothing in it is secret; all of it is under the code."""

    device: str
    agency: str
    author: str
    one_off_public: bytes
    escrow: Escrow

    def to_bytes(self) -> bytes:
        """The bytes that travel: magic and length-prefixed parts."""
        fields = (self.device, self.agency, self.author, self.one_off_public)
        return _REQUEST_MAGIC + sealing.length_prefix(*fields, self.escrow.to_bytes())

    @property
    def code(self) -> str:
        """What is read out on the phone, so that both sides know they speak of the same request."""
        digest = sealing.digest(sealing.length_prefix("ck1", "check", self.to_bytes()))
        number = int.from_bytes(digest[:5], "big")
        letters = [_CODE_ALPHABET[(number >> (5 * place)) & 31] for place in range(_CODE_LENGTH)]
        return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def read_recovery_request(packed: bytes) -> RecoveryRequest:
    """Raises UnknownFormat or Damaged."""
    device, agency, author, one_off_public, escrow = _split_parts(_REQUEST_MAGIC, packed, 5)
    if len(one_off_public) != sealing.KEY_BYTES:
        raise Damaged(part="recovery")
    return RecoveryRequest(
        _decode_text(device), _decode_text(agency), _decode_text(author), one_off_public, read_escrow(escrow)
    )


def matches_code(request: RecoveryRequest, heard: str) -> bool:
    """Whether a code that was heard is this request's, however it was written down."""
    plain = "".join(heard.split()).replace("-", "").upper()
    # The letters that are left out of the code are heard and typed all the same.
    plain = plain.translate(str.maketrans("ILO", "110"))
    return sealing.constant_time_equal(plain.encode(), request.code.replace("-", "").encode())


def make_grant(private: sealing.Key, request: RecoveryRequest, side: EscrowSide) -> bytes:
    """One side's grant. Raises Damaged where the half was made for another key, device or person."""
    kid, sealed = request.escrow.half(side)
    half = sealing.hpke_open(private, sealed, _half_context(side, kid, request.device, request.author))
    return _GRANT_MAGIC + sealing.length_prefix(
        side, sealing.hpke_seal(request.one_off_public, half, _grant_context(side, request))
    )


def read_grant_side(grant: bytes) -> EscrowSide:
    """Which side gave this grant. Raises UnknownFormat or Damaged."""
    side = _decode_text(_split_parts(_GRANT_MAGIC, grant, 2)[0])
    for known in ESCROW_SIDES:
        if side == known:
            return known
    raise UnknownFormat(part="recovery")


def combine_grants(
    one_off_private: sealing.Key, request: RecoveryRequest, grants: Sequence[bytes]
) -> bytearray:
    """The UDK from one grant of each side. Raises Damaged when one is missing or another's."""
    sealed = {read_grant_side(grant): _split_parts(_GRANT_MAGIC, grant, 2)[1] for grant in grants}
    if len(sealed) != len(ESCROW_SIDES):
        raise Damaged(part="recovery", missing=True)
    halves = [
        sealing.hpke_open(one_off_private, sealed[side], _grant_context(side, request))
        for side in ESCROW_SIDES
    ]
    return _xor(*halves)


def _half_context(side: str, kid: str, device: str, author: str) -> bytes:
    return sealing.length_prefix("ck1", "escrow", side, kid, device, author)


def _grant_context(side: EscrowSide, request: RecoveryRequest) -> bytes:
    return sealing.length_prefix("ck1", "grant", side, request.to_bytes())


def _xor(one: sealing.Key, other: sealing.Key) -> bytearray:
    if len(one) != sealing.KEY_BYTES or len(other) != sealing.KEY_BYTES:
        raise Damaged(part="recovery")
    return bytearray(a ^ b for a, b in zip(one, other, strict=True))


def _split_parts(magic: bytes, packed: bytes, count: int) -> list[bytes]:
    """The parts of `lp`, exactly so many and nothing after them."""
    if not packed.startswith(magic):
        raise UnknownFormat(part="recovery")
    parts = sealing.split_length_prefixed(packed[len(magic) :], "recovery")
    if len(parts) != count:
        raise Damaged(part="recovery")
    return parts


def _decode_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Damaged(part="recovery") from None
