"""Account recovery: the request, the answers of two approvers, and a new passphrase.

Without a transport the request and the answers travel as text. Nothing of a person is held: a waiting
request is in the key store, and its status is read each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from assessments.crypto.recovery import ESCROW_SIDES, EscrowSide, RecoveryRequest, read_grant_side
from assessments.errors import NotFound, WrenError
from assessments.ports import Clock, Keystore
from assessments.store import RecoveryRequests
from assessments.store.access.passphrase_policy import CredentialKind
from sync import recovery_messages as messages
from sync.device.exchange import Failure
from sync.device.recovery_exchange import send_recovery_command
from sync.device.transport import Transport

POLL_INTERVAL_S = 4.0


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryStatus:
    """A request that waits. `state` is None when the service was not reached just now."""

    author: str
    code: str
    request_text: str
    state: messages.RecoveryState | None = None
    answers: tuple[messages.RecoveryApproval, ...] = ()

    @property
    def agreed(self) -> tuple[EscrowSide, ...]:
        """The sides that have agreed, as far as this device knows."""
        sides = {read_grant_side(answer.grant) for answer in self.answers}
        return tuple(side for side in ESCROW_SIDES if side in sides)

    @property
    def is_agreed(self) -> bool:
        """Whether every side has agreed."""
        return self.agreed == ESCROW_SIDES


class AccountRecovery:
    """The recovery requests of the people of one device. `open_transport` blocks."""

    def __init__(
        self, recovery: RecoveryRequests, open_transport: Callable[[], Transport | None] | None = None
    ) -> None:
        self._recovery, self._open_transport = recovery, open_transport

    @property
    def has_key(self) -> bool:
        """Whether the device has its own key. Without it nothing is signed, and all travels as text."""
        return self._open_transport is not None

    @classmethod
    def open(cls, folder: Path, clock: Clock, keystore: Keystore | None = None) -> AccountRecovery:
        """Open the requests of a folder whose store does not open because its key is gone. Blocking."""
        return cls(RecoveryRequests.open(folder, clock, keystore))

    @property
    def credential_kind(self) -> CredentialKind:
        """Whether this device asks for a PIN or a passphrase."""
        return self._recovery.unlocking.credential_kind

    def authors(self) -> tuple[str, ...]:
        """Everybody who has set up here. Blocking."""
        return self._recovery.unlocking.authors()

    def pending_author(self) -> str | None:
        """Whose request waits, of the first one found. Blocking."""
        return next((author for author in self.authors() if self._recovery.pending(author)), None)

    async def find_waiting(self) -> tuple[tuple[str, ...], str]:
        """Everybody who has set up here, and whose request waits; "" when nobody's does."""
        authors = await asyncio.to_thread(self.authors)
        return authors, await asyncio.to_thread(self.pending_author) or ""

    async def request_recovery(self, author: str) -> RecoveryStatus:
        """Begin a request, or take up the one that waits. Raises NotFound("no-escrow")."""
        request = await asyncio.to_thread(self._recovery.begin_request, author)
        return await self._send_command("ask", request)

    async def read_status(self, author: str) -> RecoveryStatus:
        """Read the status of the request that waits. Raises NotFound("no-such-request")."""
        return await self._send_command("ask", await self._pending_request(author))

    async def cancel(self, author: str) -> None:
        """Withdraw the request: at once here, and at the service if it can be reached."""
        request = await asyncio.to_thread(self._recovery.pending, author)
        await asyncio.to_thread(self._recovery.cancel, author)
        if request is not None:
            await self._send_command("stop", request)

    async def finish(
        self, author: str, answers: Sequence[messages.RecoveryApproval], passphrase: str
    ) -> None:
        """Set a new passphrase. Raises WeakPassphrase, Damaged, WrenError("same-officer")."""
        grants = messages.collect_grants(answers)
        request = await self._pending_request(author)
        await asyncio.to_thread(self._recovery.finish, author, grants, passphrase)
        await self._send_command("done", request)

    async def _pending_request(self, author: str) -> RecoveryRequest:
        request = await asyncio.to_thread(self._recovery.pending, author)
        if request is None:
            raise NotFound("no-such-request")
        return request

    async def _send_command(
        self, command: messages.RecoveryCommand, request: RecoveryRequest
    ) -> RecoveryStatus:
        status = RecoveryStatus(
            request.author, request.code, messages.encode_pem("request", request.to_bytes())
        )
        transport = await asyncio.to_thread(self._open_transport) if self._open_transport else None
        if transport is None:
            return status
        try:
            reply = await send_recovery_command(command, request, transport)
        finally:
            await transport.close()
        if isinstance(reply, Failure):
            return status
        return replace(status, state=reply.state, answers=reply.answers)


class StatusPolling:
    """Reads the status of one waiting request every `POLL_INTERVAL_S` seconds, until stopped."""

    def __init__(self, recovery: AccountRecovery) -> None:
        self._recovery = recovery
        self._task: asyncio.Task[None] | None = None

    def start(self, author: str, on_status: Callable[[RecoveryStatus], Awaitable[None]]) -> None:
        """Poll for this author, in place of whoever was polled before."""
        self.stop()
        self._task = asyncio.create_task(self._poll(author, on_status))

    def stop(self) -> None:
        """Poll no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _poll(self, author: str, on_status: Callable[[RecoveryStatus], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(POLL_INTERVAL_S)
            with suppress(WrenError):
                await on_status(await self._recovery.read_status(author))


def read_answers(text: str) -> tuple[messages.RecoveryApproval, ...]:
    """Read every answer in a text, one of each side. Raises WrenError("no-such-text")."""
    read = [messages.read_approval(packed) for packed in messages.decode_pem("answer", text)]
    return tuple({read_grant_side(answer.grant): answer for answer in read}.values())
