"""HTTP transport of the device: bytes out, a reply or a Failure back. The only module that uses httpx.

Every httpx error becomes a FailureKind (a test proves that none is left out), and whatever is received is
read within bounds of size and time, or is "garbled". No redirect is followed, no proxy or certificate is
taken from the environment, no reply is cached.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import httpx

from assessments.crypto import sealing
from assessments.errors import WrenError
from assessments.ports import Clock
from sync.device.exchange import Failure, FailureKind
from sync.protocol import (
    CONTENT_TYPE,
    EXCHANGE_PATH,
    MAX_REPLY_BYTES,
    PROBLEM_TYPE,
    PROBLEM_URN,
    ExchangeReply,
    ExchangeRequest,
    decode_reply,
    encode_request,
)
from sync.signing import signed_headers, time_signature_bytes

T = TypeVar("T")

HTTP_TIMEOUT = httpx.Timeout(30, connect=10)
EXCHANGE_TIMEOUT_S = 120.0

_CLOCK_PROBLEM = f"{PROBLEM_URN}2003"
_PROBLEM_KINDS: dict[str, FailureKind] = {
    f"{PROBLEM_URN}2004": "replayed",
    f"{PROBLEM_URN}2005": "unknown-device",
}

_ERROR_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (httpx.ConnectTimeout, "offline"),
    (httpx.ConnectError, "offline"),
    (httpx.PoolTimeout, "offline"),
    (httpx.ProxyError, "offline"),
    (httpx.UnsupportedProtocol, "offline"),
    (httpx.InvalidURL, "offline"),
    (httpx.TimeoutException, "timeout"),
    (TimeoutError, "timeout"),
    (httpx.NetworkError, "cut"),
    (httpx.RemoteProtocolError, "cut"),
    (httpx.HTTPError, "garbled"),
    (httpx.StreamError, "garbled"),
    (httpx.CookieConflict, "garbled"),
)
_STATUS_KINDS: dict[int, FailureKind] = {
    httpx.codes.REQUEST_TIMEOUT: "timeout",
    httpx.codes.REQUEST_ENTITY_TOO_LARGE: "too-large",
    httpx.codes.TOO_MANY_REQUESTS: "busy",
    httpx.codes.BAD_GATEWAY: "busy",
    httpx.codes.SERVICE_UNAVAILABLE: "busy",
    httpx.codes.GATEWAY_TIMEOUT: "busy",
}
HTTP_ERRORS = tuple(kind for kind, _ in _ERROR_KINDS)


class SigningIdentity(Protocol):
    """A device's id, and signatures by its key, which work while it is locked."""

    @property
    def device_id(self) -> str:
        """The device's id."""

    def sign(self, message: bytes) -> bytes:
        """Make an Ed25519 signature."""


@dataclass(frozen=True, slots=True, repr=False)
class HttpReply:
    """A reply as it came, within bounds."""

    status: int
    content_type: str
    body: bytes


def classify_error(fault: Exception) -> Failure:
    """Map an error of httpx to a Failure."""
    return Failure(next((word for kind, word in _ERROR_KINDS if isinstance(fault, kind)), "garbled"))


class HttpConnection:
    """Signed POST requests over httpx, with bounds of size and time. `http_transport` takes the place of the
    network."""

    def __init__(
        self,
        url: str,
        agency: str,
        identity: SigningIdentity,
        clock: Clock,
        http_transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.agency, self.device_id = agency, identity.device_id
        self._url, self._identity, self._clock = url.rstrip("/"), identity, clock
        self._http_transport = http_transport
        self._timeout_s = EXCHANGE_TIMEOUT_S
        self._http: httpx.AsyncClient | None = None

    async def post(
        self, path: str, body: bytes, nonce: str, clock_offset_s: float = 0.0
    ) -> HttpReply | Failure:
        """Sign, send and read, or say why not. `clock_offset_s` is what the service's clock is ahead."""
        headers = signed_headers(
            *("POST", path, body, CONTENT_TYPE),
            agency=self.agency,
            device=self.device_id,
            created=int(self._clock.now().timestamp() + clock_offset_s),
            nonce=nonce,
            sign=self._identity.sign,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(path, body, headers)
        except HTTP_ERRORS as fault:
            return classify_error(fault)

    async def close(self) -> None:
        """Close the connection. Repeated calls do nothing."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _send(self, path: str, body: bytes, headers: dict[str, str]) -> HttpReply | Failure:
        if self._http is None:
            self._http = httpx.AsyncClient(
                transport=self._http_transport,
                timeout=HTTP_TIMEOUT,
                trust_env=False,
                follow_redirects=False,
                headers={},
            )
            # httpx names itself, its version and its codings in every request: bytes that nobody needs.
            self._http.headers.clear()
        async with self._http.stream("POST", self._url + path, content=body, headers=headers) as response:
            read = bytearray()
            # Raw: a reply never has a content coding, so nothing can swell while it is read.
            async for piece in response.aiter_raw():
                read += piece
                if len(read) > MAX_REPLY_BYTES:
                    return Failure("garbled")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return HttpReply(response.status_code, kind, bytes(read))


class Transport(HttpConnection):
    """Signed requests to a service that this device is enrolled at."""

    def __init__(
        self,
        url: str,
        *,
        agency: str,
        identity: SigningIdentity,
        receipt_key: bytes,
        clock: Clock,
        http_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(url, agency, identity, clock, http_transport)
        self.receipt_key = receipt_key

    async def exchange(
        self, request: ExchangeRequest, clock_offset_s: float = 0.0
    ) -> ExchangeReply | Failure:
        """One exchange. `clock_offset_s` is what the service's clock is ahead of this one."""
        return await self.post_signed(EXCHANGE_PATH, encode_request(request), decode_reply, clock_offset_s)

    async def post_signed(
        self, path: str, body: bytes, decode: Callable[[bytes], T], clock_offset_s: float = 0.0
    ) -> T | Failure:
        """One signed request and its reply, read; or why there is none."""
        nonce = make_nonce()
        heard = await self.post(path, body, nonce, clock_offset_s)
        if isinstance(heard, Failure):
            return heard
        if heard.status != httpx.codes.OK:
            problem = read_problem(heard)
            if problem.get("type") == _CLOCK_PROBLEM:
                return self._clock_failure(problem, nonce)
            return Failure(_PROBLEM_KINDS.get(str(problem.get("type"))) or classify_status(heard.status))
        if heard.content_type != CONTENT_TYPE:
            return Failure("garbled")
        try:
            return decode(heard.body)
        except WrenError:
            return Failure("garbled")

    def _clock_failure(self, problem: dict[str, object], nonce: str) -> Failure:
        try:
            time = str(problem["time"])
            signature = base64.b64decode(str(problem["time_signature"]), validate=True)
            theirs = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except (KeyError, ValueError):
            return Failure("refused")
        if not sealing.verify(self.receipt_key, time_signature_bytes(nonce, time), signature):
            return Failure("refused")
        return Failure("clock", (theirs - self._clock.now()).total_seconds())


def make_nonce() -> str:
    """Make a nonce: 22 characters that no request had before."""
    return base64.urlsafe_b64encode(sealing.make_random(16)).decode().rstrip("=")


def read_problem(heard: HttpReply) -> dict[str, object]:
    """The members of a Problem, or none when the reply is something else."""
    if heard.content_type != PROBLEM_TYPE:
        return {}
    try:
        problem = json.loads(heard.body)
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def classify_status(status: int) -> FailureKind:
    """What a status other than 200 means to the device. Total over all numbers."""
    if status in _STATUS_KINDS:
        return _STATUS_KINDS[status]
    if 500 <= status < 600:
        return "broken"
    return "refused" if 400 <= status < 500 else "garbled"
