"""Carries out what the recovery flow decided, and dispatches what came of it.

The status is polled by `app.core.device.account_recovery`; this module holds no state of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from app.core.device.account_recovery import AccountRecovery, RecoveryStatus, StatusPolling
from app.features.recovery import update as flow
from app.kit.hooks import Dispatch
from app.kit.messages import say_error
from assessments.errors import WrenError

OnRecovered = Callable[[str, str], Awaitable[None]]


class RecoveryEffects:
    """The effects of one page. `on_open` takes the author and the new passphrase."""

    def __init__(self, recovery: AccountRecovery, on_open: OnRecovered) -> None:
        self._recovery, self._on_open, self._polling = recovery, on_open, StatusPolling(recovery)

    def stop(self) -> None:
        """End the polling: the page is closed."""
        self._polling.stop()

    async def run(self, effect: flow.RecoveryEffect, dispatch: Dispatch[flow.RecoveryEvent]) -> None:
        """Carry out one effect; a refusal is dispatched and never raised."""
        try:
            await self._run(effect, dispatch)
        except WrenError as error:
            place = "words" if isinstance(effect, flow.FinishRecovery) else "page"
            await dispatch(flow.RecoveryRefused(place, say_error(error)))

    async def _run(self, effect: flow.RecoveryEffect, dispatch: Dispatch[flow.RecoveryEvent]) -> None:
        match effect:
            case flow.RecoveryAction.FIND_AUTHORS:
                await dispatch(flow.AuthorsFound(*await self._recovery.find_waiting()))
            case flow.RequestRecovery(author):
                await dispatch(flow.StatusRead(await self._recovery.request_recovery(author)))
            case flow.ReadStatus(author):
                await dispatch(flow.StatusRead(await self._recovery.read_status(author)))
            case flow.StartPolling(author):

                async def show(status: RecoveryStatus) -> None:
                    await dispatch(flow.StatusPolled(status))

                self._polling.start(author, show)
            case flow.RecoveryAction.STOP_POLLING:
                self._polling.stop()
            case flow.CancelRequest(author):
                await self._recovery.cancel(author)
                await dispatch(flow.RecoverySignal.REQUEST_STOPPED)
            case flow.CopyText(text):
                # Sealed for two keys that this device does not have: the one text that may be copied.
                await ft.Clipboard().set(text)
                await dispatch(flow.RecoverySignal.TEXT_COPIED)
            case flow.FinishRecovery(status, secret):
                await self._recovery.finish(status.author, status.answers, secret)
                await self._on_open(status.author, secret)
                await dispatch(flow.RecoverySignal.RECOVERY_FINISHED)
