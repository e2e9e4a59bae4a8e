"""The one view of a page: which screen is drawn for the phase that the page is in."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Protocol, cast

import flet as ft

from app.core.controller import AppController, AppState
from app.core.device.account_recovery import AccountRecovery
from app.core.routes import ROUTES
from app.features.recovery.view import recovery_page
from app.features.shared.page import PageComponent
from app.features.start.view import salvage_report_page, set_up_page, starting_page, store_fault_page
from app.features.unlock.view import unlock_page
from app.kit.controls.fault_boundary import guarded_render
from app.kit.hooks import memo

CHILD_ROUTE = "app.features.child.page:child_page"


class Lifecycle(Protocol):
    """What the view needs of a page's lifecycle."""

    controller: AppController | None
    account_recovery: AccountRecovery | None

    async def open(self) -> None:
        """Open the store, and show what comes first."""

    async def salvage(self) -> None:
        """Salvage the damaged store."""

    async def unlock_after_recovery(self, author: str, passphrase: str) -> None:
        """Open the store with the recovered key, and unlock."""


@cache
def load_page(route: str) -> PageComponent:
    """Import the page of "module:function"."""
    module, _, name = route.partition(":")
    return cast(PageComponent, getattr(importlib.import_module(module), name))


@ft.component
@guarded_render
def app_view(model: AppState, life: Lifecycle) -> list[ft.Control]:
    """The one view of the page. Screens observe the model themselves: memoised, a change draws them once."""
    actions = life.controller
    if model.phase == "fault":
        if model.salvage_lines:
            return [salvage_report_page(model.salvage_lines, life.open)]
        return [store_fault_page(model.fault, life.open, life.salvage if model.can_salvage else None)]
    if model.phase == "recover" and actions is not None:
        return [
            recovery_page(
                actions.session.account_recovery,
                actions.session.show_unlock,
                actions.session.unlock_after_recovery,
            )
        ]
    if model.phase == "recover" and life.account_recovery is not None:
        return [recovery_page(life.account_recovery, None, life.unlock_after_recovery)]
    if model.phase == "starting" or actions is None:
        return [starting_page()]
    if model.phase == "set-up":
        return [memo(set_up_page)(model, actions, key="set-up")]
    if model.phase == "locked":
        return [memo(unlock_page)(model, actions, key="unlock")]
    if model.phase == "child":
        # No screen of an adult's is named from here on until the page has been locked.
        session, page = model.child_session, load_page(CHILD_ROUTE)
        return [memo(page)(session.state, session, key="child")] if session else [starting_page()]
    screen = model.screen
    return [memo(load_page(ROUTES[screen.name]))(model, actions, key=f"{screen.name}-{screen.target}")]
