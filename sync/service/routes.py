"""Paths, bodies and bounds: from a request to a reply, or to a Problem that says nothing about the request.

This room reads bytes within limits, asks `auth` who it is, and hands over; it decides nothing about a
submission. FastAPI's own checks of bodies are not used: they answer bytes that are not UTF-8 with a
fault, and quote the input.

    FastAPI(routes=routes(desk))
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from psycopg import Connection
from psycopg.rows import TupleRow
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from assessments.crypto import sealing
from assessments.crypto.recovery import RecoveryKey, read_escrow
from assessments.errors import StoreFault
from assessments.ports import Clock
from sync import protocol
from sync.errors import Malformed
from sync.protocol import CONTENT_TYPE, MAX_REQUEST_BYTES, TRAINING_AGENCY, Reply, Welcome
from sync.recovery import decode_escrow, decode_word, encode_receipt, encode_standing, escrow_receipt
from sync.service import auth, feed, intake, problems
from sync.service.auth import Gate
from sync.service.database import Database
from sync.service.problems import Refused
from sync.service.recovery import requests
from sync.service.recovery.keys import make_training_key
from sync.service.service_keys import ServiceSecrets
from sync.service.vault import Opener
from sync.signing import Claim, content_digest, read_claim

WHOLE_BODY_S = 60.0


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """The parts that a request needs."""

    database: Database
    secrets: ServiceSecrets
    authenticator: Gate
    opener: Opener
    clock: Clock
    recovery_key: RecoveryKey
    training_key_file: Path

    def exchange(self, claim: Claim, body: bytes) -> bytes:
        """Take a batch; give its outcomes and this device's changes."""
        agency, device = claim.agency, claim.device
        self._authenticate(claim)
        request = protocol.decode_request(body)
        now = self.clock.now()
        outcomes = intake.take(self.database, self.secrets, agency, device, request.items, now)
        self.opener.enqueue(agency, [outcome.id for outcome in outcomes if outcome.status == "stored"])
        with self.database.transaction() as connection:
            changes, cursor, more = feed.read(connection, agency, device, request.cursor)
        return protocol.encode_reply(Reply(tuple(outcomes), changes, cursor, more))

    def enrol(self, claim: Claim, body: bytes) -> bytes:
        """Make a device known, when it holds the key it brings; give the service's keys."""
        enrolment = protocol.decode_enrolment(body)
        if (claim.agency, claim.device) != (enrolment.agency, enrolment.device):
            raise Refused(problems.BAD_SIGNATURE)
        self.authenticator.authenticate(claim, enrolment.signing_key)
        now = self.clock.now()
        with self.database.transaction() as connection:
            # Without it no escrow can be made, and work would be begun that nobody could let back in to.
            agency_recovery = self._load_agency_recovery_key(connection, enrolment.agency, now)
            auth.enrol(connection, enrolment, now)
        keys = self.secrets
        welcome = Welcome(
            enrolment.agency,
            enrolment.device,
            keys.kid,
            keys.receive_public,
            keys.receipt_public,
            agency_recovery.public,
            self.recovery_key.public,
            b"",
        )
        signature = keys.sign(welcome.signed_bytes(enrolment.nonce))
        return protocol.encode_welcome(replace(welcome, signature=signature))

    def save_escrow(self, claim: Claim, body: bytes) -> bytes:
        """Keep a device's escrow beside its own copy; give the service's word on it."""
        self._authenticate(claim)
        try:
            escrow = read_escrow(decode_escrow(body))
        except StoreFault as fault:
            raise Malformed from fault
        if escrow.device != claim.device:
            raise Refused(problems.BAD_SIGNATURE)
        with self.database.transaction() as connection:
            requests.keep_escrow(connection, claim.agency, escrow, self.clock.now())
        return encode_receipt(self.secrets.sign(escrow_receipt(claim.agency, escrow)))

    def update_recovery(self, claim: Claim, body: bytes) -> bytes:
        """Take what a device says of a request to be let in again; give how it stands."""
        self._authenticate(claim)
        word, packed = decode_word(body)
        with self.database.transaction() as connection:
            standing = requests.say_of(connection, claim.agency, claim.device, word, packed, self.clock.now())
        return encode_standing(standing)

    def _authenticate(self, claim: Claim) -> None:
        with self.database.transaction() as connection:
            device_key = auth.device_key(connection, claim.agency, claim.device)
        self.authenticator.authenticate(claim, device_key)

    def _load_agency_recovery_key(
        self, connection: Connection[TupleRow], agency: str, now: datetime
    ) -> RecoveryKey:
        key = requests.agency_key(connection, agency)
        if key is None and agency == TRAINING_AGENCY:
            key = make_training_key(self.training_key_file)
            requests.admit(connection, agency, key, now)
        if key is None:
            raise Refused(problems.NO_AGENCY_KEY)
        return key

    def check_database(self) -> None:
        """Returns when the database answers; DatabaseAway when not."""
        with self.database.transaction() as connection:
            connection.execute("SELECT 1")


def routes(desk: Desk) -> list[Route]:
    """All paths of the service."""

    async def health(_request: Request) -> Response:
        await run_in_threadpool(desk.check_database)
        return JSONResponse(
            {"status": "up", "version": protocol.VERSION}, headers={"cache-control": "no-store"}
        )

    return [
        Route(protocol.EXCHANGE_PATH, _signed(desk.exchange), methods=["POST"]),
        Route(protocol.DEVICES_PATH, _signed(desk.enrol), methods=["POST"]),
        Route(protocol.ESCROW_PATH, _signed(desk.save_escrow), methods=["POST"]),
        Route(protocol.RECOVERY_PATH, _signed(desk.update_recovery), methods=["POST"]),
        Route(protocol.HEALTH_PATH, health, methods=["GET"]),
    ]


def _signed(answer: Callable[[Claim, bytes], bytes]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # A query is not under the signature, so there is none.
        if request.scope.get("query_string"):
            raise Refused(problems.NO_SUCH_PATH)
        body = await _bounded_body(request)
        if _only(request, "content-type") != CONTENT_TYPE or request.headers.get("content-encoding"):
            raise Refused(problems.WRONG_CONTENT_TYPE)
        digest = _only(request, "content-digest")
        if not sealing.same(digest.encode(), content_digest(body).encode()):
            raise Refused(problems.DIGEST_MISMATCH if digest else problems.NOT_SIGNED)
        claim = read_claim(
            request.method,
            request.url.path,
            CONTENT_TYPE,
            digest,
            _only(request, "signature-input"),
            _only(request, "signature"),
        )
        reply = await run_in_threadpool(answer, claim, body)
        return Response(reply, media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})

    return endpoint


def _only(request: Request, name: str) -> str:
    """A header field that is given once; "" otherwise."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""


async def _bounded_body(request: Request) -> bytes:
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()):
        raise Malformed
    if int(said[:18]) > MAX_REQUEST_BYTES:
        raise Refused(problems.TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(WHOLE_BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_REQUEST_BYTES:
                    raise Refused(problems.TOO_LARGE)
    except TimeoutError:
        raise Refused(problems.TOO_SLOW) from None
    return bytes(body)
