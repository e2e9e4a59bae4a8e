"""Paths, bodies and bounds: from a request to a reply, or to a Problem that repeats nothing of the request.

A body is read within limits, `auth` checks who sent it, and `intake` or `recovery` decides. FastAPI's own
checks of bodies are not used: they answer bytes that are not UTF-8 with a fault, and quote the input.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from psycopg import Connection
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from assessments.crypto import sealing
from assessments.crypto.recovery import RecoveryKey, read_escrow
from assessments.errors import StoreFault
from assessments.ports import Clock
from sync import protocol
from sync import recovery_messages as messages
from sync.errors import Malformed
from sync.protocol import CONTENT_TYPE, MAX_REQUEST_BYTES, TRAINING_AGENCY, EnrolmentReply, ExchangeReply
from sync.service import auth, feed, intake, problems
from sync.service.auth import RequestAuthenticator
from sync.service.database import ServiceDatabase
from sync.service.problems import RequestRefused
from sync.service.recovery import approvals, keys
from sync.service.service_keys import ServiceSecrets
from sync.service.vault import SubmissionOpener
from sync.signing import Claim, content_digest, read_claim

BODY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, repr=False)
class ServiceEndpoints:
    """The parts that a request needs."""

    database: ServiceDatabase
    secrets: ServiceSecrets
    authenticator: RequestAuthenticator
    opener: SubmissionOpener
    clock: Clock
    recovery_key: RecoveryKey
    training_key_file: Path

    def exchange(self, claim: Claim, body: bytes) -> bytes:
        """Store a batch; returns its outcomes and this device's changes."""
        agency, device = claim.agency, claim.device
        self._authenticate(claim)
        request = protocol.decode_request(body)
        now = self.clock.now()
        outcomes = intake.store_batch(self.database, self.secrets, agency, device, request.items, now)
        self.opener.enqueue(agency, [outcome.id for outcome in outcomes if outcome.status == "stored"])
        with self.database.transaction() as connection:
            changes, cursor, more = feed.read_changes(connection, agency, device, request.cursor)
        return protocol.encode_reply(ExchangeReply(tuple(outcomes), changes, cursor, more))

    def enrol(self, claim: Claim, body: bytes) -> bytes:
        """Enrol a device that holds the key it sends; returns the service's keys."""
        enrolment = protocol.decode_enrolment(body)
        if (claim.agency, claim.device) != (enrolment.agency, enrolment.device):
            raise RequestRefused(problems.BAD_SIGNATURE)
        self.authenticator.authenticate(claim, enrolment.signing_key)
        now = self.clock.now()
        with self.database.transaction() as connection:
            # Without it no escrow could be made, and a forgotten passphrase would lose work.
            agency_recovery = self._load_agency_recovery_key(connection, enrolment.agency, now)
            auth.save_enrolment(connection, enrolment, now)
        secrets = self.secrets
        names = (enrolment.agency, enrolment.device, secrets.kid)
        public = (
            secrets.receive_public,
            secrets.receipt_public,
            agency_recovery.public,
            self.recovery_key.public,
        )
        welcome = EnrolmentReply(*names, *public, b"")
        signature = secrets.sign(welcome.signed_bytes(enrolment.nonce))
        return protocol.encode_enrolment_reply(replace(welcome, signature=signature))

    def save_escrow(self, claim: Claim, body: bytes) -> bytes:
        """Store a device's escrow; returns the service's signature for it."""
        self._authenticate(claim)
        try:
            escrow = read_escrow(messages.decode_escrow(body).escrow)
        except StoreFault as fault:
            raise Malformed from fault
        if escrow.device != claim.device:
            raise RequestRefused(problems.BAD_SIGNATURE)
        with self.database.transaction() as connection:
            keys.save_escrow(connection, claim.agency, escrow, self.clock.now())
        signature = self.secrets.sign(messages.escrow_receipt_bytes(claim.agency, escrow))
        return messages.encode_escrow_receipt(messages.EscrowReceipt(signature))

    def update_recovery(self, claim: Claim, body: bytes) -> bytes:
        """Apply a command about a recovery request; returns its state."""
        self._authenticate(claim)
        order = messages.decode_recovery_command(body)
        with self.database.transaction() as connection:
            standing = approvals.apply_recovery_command(
                connection, claim.agency, claim.device, order.word, order.request, self.clock.now()
            )
        return messages.encode_recovery_reply(standing)

    def _authenticate(self, claim: Claim) -> None:
        with self.database.transaction() as connection:
            device_key = auth.load_device_key(connection, claim.agency, claim.device)
        self.authenticator.authenticate(claim, device_key)

    def _load_agency_recovery_key(self, connection: Connection, agency: str, now: datetime) -> RecoveryKey:
        key = keys.load_agency_key(connection, agency)
        if key is None and agency == TRAINING_AGENCY:
            key = keys.load_or_create_training_key(self.training_key_file)
            keys.save_agency_key(connection, agency, key, now)
        if key is None:
            raise RequestRefused(problems.NO_AGENCY_KEY)
        return key

    def read_health(self) -> dict[str, object]:
        """That the database answers, and the age in seconds of the oldest submission that is not opened.
        Raises DatabaseUnavailable."""
        with self.database.transaction() as connection:
            connection.execute("SELECT 1")
        waiting = self.opener.backlog()
        age = None if waiting.oldest is None else self.clock.now() - waiting.oldest
        return {
            "status": "up",
            "version": protocol.VERSION,
            "unopened": waiting.count,
            "oldest_unopened_s": None if age is None else max(0, int(age.total_seconds())),
        }


def make_routes(endpoints: ServiceEndpoints) -> list[Route]:
    """All paths of the service."""

    async def health(_request: Request) -> Response:
        read = await run_in_threadpool(endpoints.read_health)
        return JSONResponse(read, headers={"cache-control": "no-store"})

    signed = {
        protocol.EXCHANGE_PATH: endpoints.exchange,
        protocol.DEVICES_PATH: endpoints.enrol,
        protocol.ESCROW_PATH: endpoints.save_escrow,
        protocol.RECOVERY_PATH: endpoints.update_recovery,
    }
    routes = [Route(path, _signed_endpoint(answer), methods=["POST"]) for path, answer in signed.items()]
    return [*routes, Route(protocol.HEALTH_PATH, health, methods=["GET"])]


def _signed_endpoint(answer: Callable[[Claim, bytes], bytes]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # A query is not under the signature, so there is none.
        if request.scope.get("query_string"):
            raise RequestRefused(problems.NO_SUCH_PATH)
        body = await _read_bounded_body(request)
        if _single_header(request, "content-type") != CONTENT_TYPE or request.headers.get("content-encoding"):
            raise RequestRefused(problems.WRONG_CONTENT_TYPE)
        digest = _single_header(request, "content-digest")
        if not sealing.constant_time_equal(digest.encode(), content_digest(body).encode()):
            raise RequestRefused(problems.DIGEST_MISMATCH if digest else problems.NOT_SIGNED)
        signature = (_single_header(request, name) for name in ("signature-input", "signature"))
        claim = read_claim(request.method, request.url.path, CONTENT_TYPE, digest, *signature)
        reply = await run_in_threadpool(answer, claim, body)
        return Response(reply, media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})

    return endpoint


def _single_header(request: Request, name: str) -> str:
    """A header field that is given once; "" otherwise."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""


async def _read_bounded_body(request: Request) -> bytes:
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()):
        raise Malformed
    if int(said[:18]) > MAX_REQUEST_BYTES:
        raise RequestRefused(problems.TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_REQUEST_BYTES:
                    raise RequestRefused(problems.TOO_LARGE)
    except TimeoutError:
        raise RequestRefused(problems.TOO_SLOW) from None
    return bytes(body)
