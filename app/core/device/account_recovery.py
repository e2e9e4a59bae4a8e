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

from assessments.crypto.recovery import SIDES, Request, Side, grant_side
from assessments.errors import NotFound
from assessments.ports import Clock, Keystore
from assessments.store import Recovery
from assessments.store.access.passphrase_policy import WordsKind
from sync.device.exchange import Failure
from sync.device.recovery import tell
from sync.device.transport import Transport
from sync.recovery import Answer, State, Word, grants_of, read_answer, unwrap, wrap


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A request that waits. `state` is None when the service was not reached just now."""

    author: str
    code: str
    request_text: str
    state: State | None = None
    answers: tuple[Answer, ...] = ()

    def __repr__(self) -> str:
        return "<Asked>"

    @property
    def agreed(self) -> tuple[Side, ...]:
        """The sides that have agreed, as far as it is known here."""
        sides = {grant_side(answer.grant) for answer in self.answers}
        return tuple(side for side in SIDES if side in sides)

    @property
    def is_agreed(self) -> bool:
        return self.agreed == SIDES


class Regaining:
    """The people of one device, and their requests. `line` gives the way to the service."""

    def __init__(self, recovery: Recovery, line: Callable[[], Transport | None] | None = None) -> None:
        self._recovery, self._open_transport = recovery, line

    @property
    def has_key(self) -> bool:
        """Whether the device's own key is here: without it nothing can be signed, and all goes as text."""
        return self._open_transport is not None

    @classmethod
    def open(cls, folder: Path, clock: Clock, keystore: Keystore | None = None) -> Regaining:
        """For a folder whose store does not open for lack of its key. Blocking."""
        return cls(Recovery.open(folder, clock, keystore))

    @property
    def credential_kind(self) -> WordsKind:
        """Whether a PIN is enough on this device."""
        return self._recovery.unlocking.credential_kind

    def authors(self) -> tuple[str, ...]:
        """Everybody who has set up here. Blocking."""
        return self._recovery.unlocking.authors()

    def pending_author(self) -> str | None:
        """Whose request waits, of the first one found. Blocking."""
        return next((author for author in self.authors() if self._recovery.pending(author)), None)

    async def request_recovery(self, author: str) -> Asked:
        """Begin a request, or take up the one that waits. Raises NotFound("no-escrow")."""
        request = await asyncio.to_thread(self._recovery.begin_request, author)
        return await self._send_word("ask", request)

    async def read_status(self, author: str) -> Asked:
        """How the request that waits stands. Raises NotFound("no-such-request"), and begins none."""
        return await self._send_word("ask", await self._pending_request(author))

    async def cancel(self, author: str) -> None:
        """Stop asking: at once here, and at the service if it can be reached."""
        request = await asyncio.to_thread(self._recovery.pending, author)
        await asyncio.to_thread(self._recovery.cancel, author)
        if request is not None:
            await self._send_word("stop", request)

    async def finish(self, author: str, answers: Sequence[Answer], new_words: str) -> None:
        """Let this person in with new words. Raises WeakWords, Damaged, WrenError("same-officer")."""
        grants = grants_of(answers)
        request = await self._pending_request(author)
        await asyncio.to_thread(self._recovery.finish, author, grants, new_words)
        await self._send_word("done", request)

    async def _pending_request(self, author: str) -> Request:
        request = await asyncio.to_thread(self._recovery.pending, author)
        if request is None:
            raise NotFound("no-such-request")
        return request

    async def _send_word(self, word: Word, request: Request) -> Asked:
        asked = Asked(request.author, request.code, wrap("request", request.to_bytes()))
        transport = await asyncio.to_thread(self._open_transport) if self._open_transport else None
        if transport is None:
            return asked
        try:
            standing = await tell(word, request, transport)
        finally:
            await transport.close()
        if isinstance(standing, Failure):
            return asked
        return Asked(asked.author, asked.code, asked.request_text, standing.state, standing.answers)


def read_answers(text: str) -> tuple[Answer, ...]:
    """Every answer in a text, one of each side. Raises WrenError("no-such-text")."""
    read = [read_answer(packed) for packed in unwrap("answer", text)]
    return tuple({grant_side(answer.grant): answer for answer in read}.values())
