"""Account recovery after a forgotten passphrase: ask, read a code out, choose new words.

Draws the state of `update`. A request that waits is found again after the app was closed. No name is
shown but the aliases of those who share the device.

    recovery_page(account_recovery, on_back=to_unlock, on_open=unlock, key="recover")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import flet as ft

from app.core.device.account_recovery import AccountRecovery
from app.features.recovery import update as flow
from app.features.recovery.effects import OnRecovered, RecoveryEffects
from app.features.recovery.request_parts import TypedFields, code_parts, passphrase_parts, request_form
from app.features.shared.page import centred_page
from app.kit.controls.fault_boundary import Handler, guarded_render
from app.kit.controls.page_frame import page_frame
from app.kit.controls.text import text
from app.kit.forms.problems import error_summary
from app.kit.hooks import use_flow, use_ref
from app.kit.messages import say


def recovery_page(
    recovery: AccountRecovery, *, on_back: Handler | None, on_open: OnRecovered, key: str
) -> ft.View:
    """The page, under a name of its own."""
    return cast(Callable[..., ft.View], _recovery_component)(recovery, on_back, on_open, key=key)


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

    async def open_page() -> None:
        await dispatch(flow.RecoverySignal.PAGE_OPENED)

    ft.use_effect(open_page, [], effects.stop)
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
        route="/",
        on_cover=None,
        on_back=on_back,
        top=error_summary([state.problem] if state.problem[1] else [], go_to=lambda _: None),
        key=name,
    )
