"""Account recovery after a forgotten passphrase: draws the state of `update`, and carries out its effects.

No name is shown but the aliases of those who share the device.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

import flet as ft

from app.core.device.account_recovery import AccountRecovery, StatusPolling
from app.features.recovery import update as flow
from app.features.recovery.request_parts import TypedFields, code_parts, passphrase_parts, request_form
from app.features.shared.page import centred_page
from app.kit.controls.fault_boundary import Handler, guarded_render
from app.kit.controls.page_frame import page_frame
from app.kit.controls.text import text
from app.kit.forms.problems import error_summary
from app.kit.hooks import Dispatch, use_flow, use_ref
from app.kit.messages import say, say_error
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
                self._polling.start(author, lambda status: dispatch(flow.StatusPolled(status)))
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


def recovery_page(recovery: AccountRecovery, on_back: Handler | None, on_open: OnRecovered) -> ft.View:
    """The page, under a name of its own."""
    return cast(Callable[..., ft.View], _recovery_component)(recovery, on_back, on_open, key="recover")


@ft.component
def _recovery_component(recovery: AccountRecovery, on_back: Handler | None, on_open: OnRecovered) -> ft.View:
    drawn = _recovery_view(recovery, on_back, on_open)
    return drawn if isinstance(drawn, ft.View) else centred_page(say("error.title"), [drawn])


@guarded_render
def _recovery_view(recovery: AccountRecovery, on_back: Handler | None, on_open: OnRecovered) -> ft.View:
    typed = use_ref(TypedFields())

    async def open_cleared(author: str, secret: str) -> None:
        typed.current = TypedFields()
        await on_open(author, secret)

    effects = use_ref(RecoveryEffects(recovery, open_cleared)).current
    state, dispatch = use_flow(flow.RecoveryPageState(), flow.update, effects.run)

    ft.use_effect(partial(dispatch, flow.RecoverySignal.PAGE_OPENED), [], effects.stop)
    has_key, status = recovery.has_key, state.status
    if status is None:
        name, title = "recover-ask", say("recover.title")
        lead = text(say("recover.lead" if has_key else "error.key-absent"), strong=True)
        body = [lead, *request_form(state, dispatch)]
    elif status.is_agreed:
        name, title = "recover-words", say("recover.words-title")
        body = passphrase_parts(state, dispatch, typed.current, recovery.credential_kind)
    else:
        name, title = "recover-code", say("recover.code-title")
        body = code_parts(state, dispatch, typed.current, has_key)
    return page_frame(
        title,
        body,
        on_cover=None,
        on_back=on_back,
        top=error_summary([state.problem] if state.problem[1] else [], go_to=lambda _: None),
        key=name,
    )
