"""The lifecycle of a page: opened, covered, reloaded, closed, in the background, idle.

Every page has its own `AppState` and `AppController`. A reload gives the same session back with the page as
it was last drawn, so the page is emptied and locked as soon as its connection goes, and drawn anew when one
comes. Esc locks on a computer, and so does the idle timer, with a warning ten seconds before.
"""

import asyncio
import contextvars
import importlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import cast

import flet as ft

from app.core.cases.case_service import run_blocking
from app.core.controller import AppController, AppState
from app.core.device.account_recovery import AccountRecovery
from app.core.device.selftest import check_once_per_version
from app.core.outbox_update import StatusChanged
from app.core.routes import ROUTES
from app.core.runtime import Runtime, SalvageReport
from app.features.recovery.view import recovery_page
from app.features.shared.page import PageComponent
from app.features.start import view as start
from app.features.unlock.view import unlock_page
from app.kit import theme
from app.kit.controls.fault_boundary import guarded, guarded_render, log_error
from app.kit.controls.status import lock_warning
from app.kit.hooks import memo
from app.kit.idle import IdleTimer
from app.kit.messages import say_error
from app.shell.process import AppProcess
from app.visit_file.training import import_training_households
from assessments.definitions import catalogue
from assessments.errors import Damaged, KeyAbsent, StoreFault, WrenError
from sync.device.exchange import OutboxStatus

COVER_KEY = "Escape"
CHILD_ROUTE = "app.features.child.page:child_page"
_IDLE_CHECK_S = 1.0
_BACKGROUND_STATES = (ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH)


class PageLifecycle:
    """One page: its state, its controller once the store is open, and the events of the page itself."""

    def __init__(self, page: ft.Page, process: AppProcess) -> None:
        self.model = AppState()
        self.controller: AppController | None = None
        self.account_recovery: AccountRecovery | None = None
        self._page, self._process = page, process
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._idle_timer = IdleTimer(process.lock_after_s)
        self._idle_task: asyncio.Task[None] | None = None
        self._lock_warning = lock_warning()
        process.pages.append(self)
        page.data = self._idle_timer
        page.overlay.append(self._lock_warning)
        page.on_disconnect = guarded(self._on_disconnect, by_hand=False)
        page.on_connect = guarded(self.render, by_hand=False)
        page.on_close = guarded(self.close, by_hand=False)
        page.on_app_lifecycle_state_change = guarded(self._on_lifecycle_change, by_hand=False)
        page.on_keyboard_event = guarded(self._on_key)

    async def open(self) -> None:
        """Open the store behind the first frame, and show what comes first."""
        self.model.phase, self.model.salvage_lines = "starting", ()
        try:
            runtime = await self._runtime()
            if runtime is None:
                return
            if self.controller is None:
                self.controller = AppController(
                    self.model,
                    runtime,
                    _today,
                    self.salvage if self._process.can_salvage else None,
                    import_training_households,
                )
            self.controller.session.runtime = runtime
            self.controller.session.note_damage()
            await self.controller.session.start()
            await run_blocking(_preload_tools)
        except WrenError as error:
            log_error(error)
            self.model.can_salvage = isinstance(error, Damaged) and self._process.can_salvage
            self.model.fault, self.model.phase = say_error(error), "fault"
            return
        if self._unsubscribe is None:
            self._unsubscribe = runtime.subscribe(self._on_send_status)
        if self._idle_task is None:
            self._idle_task = asyncio.create_task(self._watch_idle())
        await run_blocking(check_once_per_version, runtime.store, runtime.clock)

    async def _runtime(self) -> Runtime | None:
        """The opened store; None when its key is absent, and then account recovery is shown."""
        try:
            return await self._process.runtime()
        except KeyAbsent as absent:
            self.account_recovery = await self._process.open_recovery(absent)
            self.model.phase = "recover"
            return None

    async def unlock_after_recovery(self, author: str, passphrase: str) -> None:
        """Open the store with the recovered key, and then this person's session."""
        await self.open()
        if self.controller is not None:
            await self.controller.session.unlock_after_recovery(author, passphrase)

    async def salvage(self) -> None:
        """Salvage the store and show what came back. Pages are locked first; nobody's typing is lost."""
        try:
            self.model.salvage_lines = start.describe_salvage(await self._process.salvage())
            self.model.can_salvage = False
        except WrenError as error:
            log_error(error)
            self.model.fault, self.model.can_salvage = say_error(error), True
        self.model.phase = "fault"
        for page in self._process.pages:
            if page is not self:
                await page.open()

    async def release_store(self) -> None:
        """Lock this page and let go of the store."""
        with suppress(StoreFault):  # what the damaged disk refused is kept for the next unlocking
            await self.lock()
        self._stop_listening()
        self.model.phase = "starting"

    async def lock(self) -> None:
        """Lock this page."""
        if self.controller is not None:
            await self.controller.session.lock()

    async def _watch_idle(self) -> None:
        """Lock when nobody has touched the page for long enough, with a warning before."""
        lock = guarded(self.lock, by_hand=False)
        while True:
            await asyncio.sleep(_IDLE_CHECK_S)
            is_soon = False
            if self.controller is not None and self.controller.session.is_unlocked:
                self.controller.session.note_damage()
                if self._idle_timer.is_expired:
                    await lock()
                is_soon = self._idle_timer.is_near_expiry and not self._idle_timer.is_expired
            if self._lock_warning.visible is not is_soon:
                self._lock_warning.visible = is_soon
                self._lock_warning.update()

    async def _on_disconnect(self) -> None:
        """Empty and lock the page: whoever connects next would see what is drawn."""
        self._page.views = [ft.View(route="/")]
        self._page.update()
        await self.lock()

    def render(self) -> None:
        """Draw this page from the beginning: first, and when its tab reconnects."""
        self._page.render_views(app_view, self.model, self)

    async def close(self) -> None:
        """The page will not come back."""
        self._stop_listening()
        if self in self._process.pages:
            self._process.pages.remove(self)
        if self._idle_task is not None:
            self._idle_task.cancel()
            self._idle_task = None
        await self.lock()

    def _stop_listening(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    async def _on_lifecycle_change(self, event: ft.AppLifecycleStateChangeEvent) -> None:
        if event.state in _BACKGROUND_STATES:
            await self.lock()

    async def _on_key(self, event: ft.KeyboardEvent) -> None:
        if event.key == COVER_KEY:
            await self.lock()

    def _on_send_status(self, status: OutboxStatus, sending: bool) -> None:
        """Take the sender's news, from its task or a thread, into this page's own context."""
        self._loop.call_soon_threadsafe(self._show_send_status, status, sending, context=self._context)

    def _show_send_status(self, status: OutboxStatus, sending: bool) -> None:
        async def update() -> None:
            if self.controller is not None:
                await self.controller.dispatch_outbox(StatusChanged(status, sending))

        task = asyncio.ensure_future(guarded(update, by_hand=False)(), loop=self._loop)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@cache
def load_page(route: str) -> PageComponent:
    """Import the page of "module:function"."""
    module, _, name = route.partition(":")
    return cast(PageComponent, getattr(importlib.import_module(module), name))


@ft.component
@guarded_render
def app_view(model: AppState, life: PageLifecycle) -> list[ft.Control]:
    """The one view of the page. Screens observe the model themselves: memoised, a change draws them once."""
    actions = life.controller
    if model.phase == "fault":
        if model.salvage_lines:
            return [start.salvage_report_page(model.salvage_lines, life.open)]
        return [start.store_fault_page(model.fault, life.open, life.salvage if model.can_salvage else None)]
    if model.phase == "recover" and actions is not None:
        own = actions.session
        return [recovery_page(own.account_recovery, own.show_unlock, own.unlock_after_recovery)]
    if model.phase == "recover" and life.account_recovery is not None:
        return [recovery_page(life.account_recovery, None, life.unlock_after_recovery)]
    if model.phase == "starting" or actions is None:
        return [start.starting_page()]
    if model.phase == "set-up":
        return [memo(start.set_up_page)(model, actions, key="set-up")]
    if model.phase == "locked":
        return [memo(unlock_page)(model, actions, key="unlock")]
    if model.phase == "child":
        # No screen of an adult's is named from here on until the page has been locked.
        session, page = model.child_session, load_page(CHILD_ROUTE)
        return [memo(page)(session.state, session, key="child")] if session else [start.starting_page()]
    screen = model.screen
    return [memo(load_page(ROUTES[screen.name]))(model, actions, key=f"{screen.name}-{screen.target}")]


def make_open_page(
    runtime: Runtime | Callable[[], Runtime],
    open_recovery: Callable[[], AccountRecovery] | None = None,
    salvage: Callable[[], SalvageReport] | None = None,
) -> Callable[[ft.Page], Awaitable[None]]:
    """Make the function that a server or `ft.run` calls for each page.

    Functions given to it are called on a thread, within the page: `open_recovery` opens account recovery
    where the store's key is absent; `salvage` brings back what is whole in a damaged store.
    """
    process = AppProcess(runtime, open_recovery, salvage)

    async def open_page(page: ft.Page) -> None:
        theme.apply_theme(page)
        life = PageLifecycle(page, process)
        life.render()
        await life.open()

    return open_page


def _today() -> date:
    return datetime.now().astimezone().date()


def _preload_tools() -> None:
    """Read every tool once, on a thread: pages that name them then draw without waiting."""
    for tool in catalogue.list_tool_ids():
        try:
            catalogue.load_tool(tool)
        except WrenError as error:
            log_error(error)
