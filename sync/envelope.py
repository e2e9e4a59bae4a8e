"""Envelopes: a submission signed by its author and sealed to the service's key.

The layout is section 3 of docs/sync-protocol.md. A payload is opaque bytes: it is never parsed or serialised
again, so the bytes that come out are the bytes that were signed.

    >>> derive_kid(bytes(32))
    'k66687aadf862bd77'
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assessments.casework.ids import format_utc
from assessments.crypto import sealing
from assessments.errors import Damaged, UnknownFormat, WrenError
from sync.dictionary import DICTIONARY_1
from sync.errors import Malformed
from sync.protocol import split_parts

MAX_ENVELOPE_BYTES = 1024 * 1024
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
PAYLOAD_SCHEMA = "wren/assessment/1"

_MAGIC = b"WEN1"
_SUITE = 1
_ZLIB_DICTIONARY_1 = 1
_UNCOMPRESSED = 0
_HPKE_OVERHEAD_BYTES = 48


@dataclass(frozen=True, slots=True, repr=False)
class ServiceKey:
    """The key a submission is sealed to. The `kid` follows from the public key."""

    kid: str
    public: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """What the author signs. `author_seq` counts an author's submissions from one device, from 1,
    without gaps; `previous` is the digest of the statement this one follows, or empty."""

    id: str
    author: str
    device: str
    author_seq: int
    claimed_at: datetime
    schema: str = PAYLOAD_SCHEMA
    rev: int = 1
    previous: bytes = b""

    def signed_bytes(self, payload: bytes, recipients: tuple[str, ...]) -> bytes:
        """The exact bytes under the author's signature."""
        return sealing.length_prefix(
            "cst1",
            self.id,
            self.rev.to_bytes(4, "big"),
            self.previous,
            sealing.digest(payload),
            self.author,
            self.device,
            self.author_seq.to_bytes(8, "big"),
            self.schema,
            sealing.length_prefix(*sorted(recipients)),
            format_utc(self.claimed_at),
        )


@dataclass(frozen=True, slots=True)
class OpenedSubmission:
    """An opened submission. `is_signed_by` checks the signature."""

    statement: Statement
    payload: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def is_signed_by(self, author_key: bytes) -> bool:
        """True when this Ed25519 key made the signature over the statement."""
        return sealing.verify(author_key, self.signed, self.signature)


def derive_kid(public: bytes) -> str:
    """The key id of an X25519 public key."""
    return "k" + sealing.digest(public).hex()[:16]


def seal_submission(
    payload: bytes, statement: Statement, author_sign: Callable[[bytes], bytes], service: ServiceKey
) -> bytes:
    """Sign a payload as its author and seal it to the service: once, at completion. Raises
    WrenError("too-large") when the envelope would be more than the service takes."""
    signed = statement.signed_bytes(payload, (service.kid,))
    plain = sealing.pad(sealing.length_prefix(signed, author_sign(signed), _compress(payload)))
    kid = service.kid.encode()
    sealed = sealing.hpke_seal(service.public, plain, _hpke_info(service.kid, statement.id))
    envelope = _MAGIC + bytes((_SUITE, len(kid))) + kid + sealed
    if len(envelope) > MAX_ENVELOPE_BYTES or len(payload) > MAX_PAYLOAD_BYTES:
        raise WrenError("too-large", size_bytes=len(envelope))
    return envelope


def read_envelope_kid(envelope: bytes) -> str:
    """The id of the key that opens this, from the header, which is not sealed. Raises UnknownFormat."""
    return _split_header(envelope)[0]


def open_submission(envelope: bytes, submission_id: str, keys: Mapping[str, bytes]) -> OpenedSubmission:
    """Open an envelope with the private keys by kid. Raises UnknownFormat ("unknown-format",
    "unknown-encoding", "unknown-service-key"), Damaged ("does-not-open") and Malformed ("malformed")."""
    kid, sealed = _split_header(envelope)
    private = keys.get(kid)
    if private is None:
        raise UnknownFormat("unknown-service-key")
    try:
        plain = sealing.hpke_open(private, sealed, _hpke_info(kid, submission_id))
    except Damaged as refusal:
        raise Damaged("does-not-open") from refusal
    signed, signature, body = _unpad_parts(plain)
    statement, payload_digest, recipients = _read_statement(signed)
    payload = _decompress(body)
    is_whole = sealing.constant_time_equal(sealing.digest(payload), payload_digest)
    if not is_whole or recipients != sealing.length_prefix(kid.encode()):
        raise Malformed("statement-mismatch")
    return OpenedSubmission(statement, payload, signed, signature)


def _hpke_info(kid: str, submission_id: str) -> bytes:
    return sealing.length_prefix(b"cenv1", kid.encode(), submission_id.encode())


def _split_header(envelope: bytes) -> tuple[str, bytes]:
    if envelope[:4] != _MAGIC or len(envelope) < 6 or envelope[4] != _SUITE:
        raise UnknownFormat("unknown-format")
    end = 6 + envelope[5]
    kid = envelope[6:end]
    if len(kid) != envelope[5] or not kid.isascii() or len(envelope) < end + _HPKE_OVERHEAD_BYTES:
        raise UnknownFormat("unknown-format")
    return kid.decode("ascii"), envelope[end:]


def _unpad_parts(plain: bytes) -> list[bytes]:
    try:
        framed = sealing.unpad(plain)
    except Damaged as fault:
        raise Malformed("malformed") from fault
    parts = split_parts(framed, 3)
    if sealing.pad(framed) != plain:
        raise Malformed("malformed")
    return parts


def _read_statement(signed: bytes) -> tuple[Statement, bytes, bytes]:
    parts = split_parts(signed, 11)
    label, id_, rev, previous, payload_digest, author, device, seq, schema, recipients, claimed = parts
    if label != b"cst1" or len(rev) != 4 or len(seq) != 8:
        raise Malformed("malformed")
    try:
        statement = Statement(
            id=id_.decode(),
            author=author.decode(),
            device=device.decode(),
            author_seq=int.from_bytes(seq, "big"),
            claimed_at=datetime.strptime(claimed.decode(), "%Y-%m-%dT%H:%M:%S%z"),
            schema=schema.decode(),
            rev=int.from_bytes(rev, "big"),
            previous=previous,
        )
    except ValueError as fault:
        raise Malformed("malformed") from fault
    return statement, payload_digest, recipients


def _compress(payload: bytes) -> bytes:
    """Compress alone, so that nothing outside this submission shows in its length."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 15, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY_1)
    packed = squeeze.compress(payload) + squeeze.flush()
    if len(packed) < len(payload):
        return bytes((_ZLIB_DICTIONARY_1,)) + packed
    return bytes((_UNCOMPRESSED,)) + payload


def _decompress(body: bytes) -> bytes:
    if not body:
        raise Malformed("malformed")
    encoding, content = body[0], body[1:]
    if encoding == _UNCOMPRESSED:
        return content
    if encoding != _ZLIB_DICTIONARY_1:
        raise UnknownFormat("unknown-encoding")
    inflate = zlib.decompressobj(zdict=DICTIONARY_1)
    try:
        payload = inflate.decompress(content, MAX_PAYLOAD_BYTES)
    except zlib.error as fault:
        raise Malformed("malformed") from fault
    if not inflate.eof or inflate.unused_data:
        raise Malformed("malformed")
    return payload
