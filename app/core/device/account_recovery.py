"""Being let in again: what the device asks, what the service and two people answer, and new words.

This room joins the store's side of recovery with the line to the service, where there is one; without
one, the request and the answers travel as text. It holds nothing of a person: a request that waits is in
the key store, and how it stands is asked each time.

    asked = await regaining.ask("hv1")          # asked.code is read out, asked.text is passed on
    await regaining.finish("hv1", asked.answers, new_words)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assessments.crypto.recovery import ESCROW_SIDES, EscrowSide, RecoveryRequest, read_grant_side
from assessments.errors import NotFound
from assessments.ports import Clock, Keystore
from assessments.store import RecoveryRequests
from assessments.store.access.passphrase_policy import CredentialKind
from sync.device.exchange import Failure
from sync.device.recovery_exchange import send_recovery_command
from sync.device.transport import Transport
from sync.pem import decode_pem, encode_pem
from sync.recovery_messages import (
    RecoveryApproval,
    RecoveryCommand,
    RecoveryState,
    collect_grants,
    read_approval,
)


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryStatus:
    """A request that waits. `state` is None when the service was not reached just now."""

    author: str
    code: str
    request_text: str
    state: RecoveryState | None = None
    answers: tuple[RecoveryApproval, ...] = ()

    def __repr__(self) -> str:
        return "<RecoveryStatus>"

    @property
    def agreed(self) -> tuple[EscrowSide, ...]:
        """The sides that have agreed, as far as it is known here."""
        sides = {read_grant_side(answer.grant) for answer in self.answers}
        return tuple(side for side in ESCROW_SIDES if side in sides)

    @property
    def is_agreed(self) -> bool:
        return self.agreed == ESCROW_SIDES


class AccountRecovery:
    """The people of one device, and their requests. `line` gives the way to the service."""

    def __init__(
        self, recovery: RecoveryRequests, line: Callable[[], Transport | None] | None = None
    ) -> None:
        self._recovery, self._open_transport = recovery, line

    @property
    def has_key(self) -> bool:
        """Whether the device's own key is here: without it nothing can be signed, and all goes as text."""
        return self._open_transport is not None

    @classmethod
    def open(cls, folder: Path, clock: Clock, keystore: Keystore | None = None) -> AccountRecovery:
        """For a folder whose store does not open for lack of its key. Blocking."""
        return cls(RecoveryRequests.open(folder, clock, keystore))

    @property
    def credential_kind(self) -> CredentialKind:
        """Whether a PIN is enough on this device."""
        return self._recovery.unlocking.credential_kind

    def authors(self) -> tuple[str, ...]:
        """Everybody who has set up here. Blocking."""
        return self._recovery.unlocking.authors()

    def pending_author(self) -> str | None:
        """Whose request waits, of the first one found. Blocking."""
        return next((author for author in self.authors() if self._recovery.pending(author)), None)

    async def request_recovery(self, author: str) -> RecoveryStatus:
        """Begin a request, or take up the one that waits. Raises NotFound("no-escrow")."""
        request = await asyncio.to_thread(self._recovery.begin_request, author)
        return await self._send_word("ask", request)

    async def read_status(self, author: str) -> RecoveryStatus:
        """How the request that waits stands. Raises NotFound("no-such-request"), and begins none."""
        return await self._send_word("ask", await self._pending_request(author))

    async def cancel(self, author: str) -> None:
        """Stop asking: at once here, and at the service if it can be reached."""
        request = await asyncio.to_thread(self._recovery.pending, author)
        await asyncio.to_thread(self._recovery.cancel, author)
        if request is not None:
            await self._send_word("stop", request)

    async def finish(self, author: str, answers: Sequence[RecoveryApproval], new_words: str) -> None:
        """Let this person in with new words. Raises WeakWords, Damaged, WrenError("same-officer")."""
        grants = collect_grants(answers)
        request = await self._pending_request(author)
        await asyncio.to_thread(self._recovery.finish, author, grants, new_words)
        await self._send_word("done", request)

    async def _pending_request(self, author: str) -> RecoveryRequest:
        request = await asyncio.to_thread(self._recovery.pending, author)
        if request is None:
            raise NotFound("no-such-request")
        return request

    async def _send_word(self, word: RecoveryCommand, request: RecoveryRequest) -> RecoveryStatus:
        asked = RecoveryStatus(request.author, request.code, encode_pem("request", request.to_bytes()))
        transport = await asyncio.to_thread(self._open_transport) if self._open_transport else None
        if transport is None:
            return asked
        try:
            standing = await send_recovery_command(word, request, transport)
        finally:
            await transport.close()
        if isinstance(standing, Failure):
            return asked
        return RecoveryStatus(asked.author, asked.code, asked.request_text, standing.state, standing.answers)


def read_answers(text: str) -> tuple[RecoveryApproval, ...]:
    """Every answer in a text, one of each side. Raises WrenError("no-such-text")."""
    read = [read_approval(packed) for packed in decode_pem("answer", text)]
    return tuple({read_grant_side(answer.grant): answer for answer in read}.values())
