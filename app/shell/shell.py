"""The app itself: one page from its first frame to its last, and which screen it shows.

This room knows when things happen to a page: it opens, it is covered, its tab is reloaded or closed,
the device puts it in the background, sending gets on. It knows no screen's content and no storage.

- Every page has its own `AppState` and `AppController`; what a process has once (the opened store and the
  task that sends) is held by `make_open_page`'s own object and knows nothing of anybody.
- A reload gives the same session back, with the page as it was last drawn: so it is emptied and locked
  as soon as its connection goes, and drawn anew when one comes.
- Esc covers the screen on a computer: the same as "Cover". So does silence: a minute without a tap, a
  key or a scroll, or what the area says, with a word ten seconds before.
- The address stays "/" whatever is shown.

    serve_app(make_open_page(runtime))                          # in the browser
    ft.run(make_open_page(open_packed))                         # packed: opened behind the first frame
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, cast

import flet as ft

from app.core.cases.case_service import OutboxStatus, run_blocking
from app.core.controller import AppController, AppState
from app.core.device.account_recovery import AccountRecovery
from app.core.device.selftest import check_once_per_version
from app.core.runtime import Runtime, SalvageReport
from app.features.assess.check_answers import check_answers_page
from app.features.assess.completed import completed_page
from app.features.assess.handback import handback_page
from app.features.assess.handover import handover_page
from app.features.assess.record import record_page
from app.features.assess.tool_picker import tool_picker_page
from app.features.assess.view import assessment_page
from app.features.child import child_page
from app.features.household.add_household import add_household_page
from app.features.household.map_view import household_map_page
from app.features.household.siblings_view import siblings_page
from app.features.household.view import household_page
from app.features.incidents.chronology_view import chronology_page, person_chronology_page
from app.features.incidents.key_date import key_date_page
from app.features.incidents.pattern_view import pattern_page
from app.features.incidents.view import incident_page
from app.features.outbox.view import outbox_page
from app.features.people.add_link import add_link_page
from app.features.people.add_relationship import add_relationship_page
from app.features.people.birth import birth_page
from app.features.people.edit_address import edit_address_page
from app.features.people.edit_person import edit_person_page
from app.features.people.edit_withheld import edit_withheld_page
from app.features.people.view import person_page
from app.features.recovery.view import recovery_page
from app.features.revisions.view import revisions_page
from app.features.settings.device_view import device_page
from app.features.shared.page import PageComponent
from app.features.start.view import (
    describe_salvage,
    salvage_report_page,
    set_up_page,
    starting_page,
    store_fault_page,
)
from app.features.today.view import today_page
from app.features.unlock.change_passphrase import change_passphrase_page
from app.features.unlock.view import unlock_page
from app.features.visits.child_observation import child_observation_page
from app.features.visits.closing import close_visit_page
from app.features.visits.view import contact_page
from app.kit import theme
from app.kit.controls.fault_boundary import guarded, guarded_render, log_error
from app.kit.controls.status import lock_warning
from app.kit.hooks import memo
from app.kit.idle import LOCK_AFTER_S, IdleTimer
from app.kit.messages import say_error
from app.visit_file.training import import_training_households
from assessments.definitions import catalogue
from assessments.errors import Damaged, KeyAbsent, StoreFault, WrenError

SCREENS: dict[str, PageComponent] = {
    "today": today_page,
    "household": household_page,
    "add-household": add_household_page,
    "pick": tool_picker_page,
    "assess": assessment_page,
    "hand-over": handover_page,
    "handed-back": handback_page,
    "check": check_answers_page,
    "finished": completed_page,
    "record": record_page,
    "outbox": outbox_page,
    "contact": contact_page,
    "seen": child_observation_page,
    "leave": close_visit_page,
    "siblings": siblings_page,
    "device": device_page,
    "change-words": change_passphrase_page,
    "event": incident_page,
    "earlier": revisions_page,
    "milestone": key_date_page,
    "chronology": chronology_page,
    "conduct": person_chronology_page,
    "person": person_page,
    "change-person": edit_person_page,
    "add-person": edit_person_page,
    "born": birth_page,
    "tie": add_relationship_page,
    "address": edit_address_page,
    "add-address": edit_address_page,
    "keep-from": edit_withheld_page,
    "link": add_link_page,
    "map": household_map_page,
    "pattern": pattern_page,
}
COVER_KEY = "Escape"
_IDLE_CHECK_S = 1.0
_BACKGROUND_STATES = (ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH)


def make_open_page(
    runtime: Runtime | Callable[[], Runtime],
    regain: Callable[[], AccountRecovery] | None = None,
    salvage: Callable[[], SalvageReport] | None = None,
) -> Callable[[ft.Page], Any]:
    """What a server or `ft.run` is given. A function for `runtime` is called on a thread, within the page.

    So is `regain`: it opens what is left where the store does not open because its key is gone; and
    `salvage`: it brings back what is whole where the store is damaged.
    """
    process = _AppProcess(runtime, regain, salvage)

    async def open_page(page: ft.Page) -> None:
        theme.apply_theme(page)
        life = PageLifecycle(page, process)
        life.render()
        await life.open()

    return open_page


class _AppProcess:
    """What there is once, however many pages come and go."""

    def __init__(
        self,
        runtime: Runtime | Callable[[], Runtime],
        regain: Callable[[], AccountRecovery] | None,
        salvage: Callable[[], SalvageReport] | None,
    ) -> None:
        self._open_runtime = None if isinstance(runtime, Runtime) else runtime
        self._runtime = runtime if isinstance(runtime, Runtime) else None
        self._open_recovery, self._salvage = regain, salvage
        # Every page there is: none of them may use the store while it is mended.
        self.pages: list[PageLifecycle] = []
        self._open_lock = asyncio.Lock()
        self._sender_task: asyncio.Task[None] | None = None
        self.lock_after_s: float = catalogue.load_area().lock_after_s or LOCK_AFTER_S

    async def runtime(self) -> Runtime:
        """The opened store. Raises StoreFault; the next page, or "Try again", tries anew."""
        async with self._open_lock:
            if self._runtime is None:
                if self._open_runtime is None:
                    raise StoreFault("store-closed")
                self._runtime = await run_blocking(self._open_runtime)
            self._start_sender(self._runtime)
            return self._runtime

    @property
    def can_salvage(self) -> bool:
        """Whether what is whole in a damaged store can be brought back, and the store opened anew."""
        return self._open_runtime is not None and self._salvage is not None

    async def salvage(self) -> SalvageReport:
        """Close the store where it is open, and bring back what is whole in it. Every page is put down."""
        if self._salvage is None:
            raise StoreFault("store-closed")
        for life in self.pages:
            await life.release_store()
        async with self._open_lock:
            sending, self._sender_task = self._sender_task, None
            if sending is not None:
                sending.cancel()
                await asyncio.wait([sending])
            runtime, self._runtime = self._runtime, None
            if runtime is not None:
                await run_blocking(runtime.close)
            return await run_blocking(self._salvage)

    async def open_recovery(self, absent: KeyAbsent) -> AccountRecovery:
        """What is left where the store does not open for lack of its key; or that fault again."""
        if self._open_recovery is None:
            raise absent
        return await run_blocking(self._open_recovery)

    def _start_sender(self, runtime: Runtime) -> None:
        if self._sender_task is None or self._sender_task.done():
            # A context of its own: the task outlives the page that happened to come first.
            self._sender_task = asyncio.get_running_loop().create_task(
                runtime.run_sender(), context=contextvars.Context()
            )


class PageLifecycle:
    """One page: its state, what can be done on it once the store is open, and what befalls it."""

    def __init__(self, page: ft.Page, process: _AppProcess) -> None:
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

    def __repr__(self) -> str:
        return "<PageLifecycle>"

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
            self.controller.set_runtime(runtime)
            self.controller.note_damage()
            await self.controller.start()
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
        """The opened store; None when its key is gone, and then the page for that is shown."""
        try:
            return await self._process.runtime()
        except KeyAbsent as absent:
            self.account_recovery = await self._process.open_recovery(absent)
            self.model.phase = "recover"
            return None

    async def unlock_after_recovery(self, author: str, words: str) -> None:
        """The key is back: open the store with it, and then this person's records."""
        await self.open()
        if self.controller is not None:
            await self.controller.unlock_after_recovery(author, words)

    async def salvage(self) -> None:
        """Bring back what is whole, and say what came back. It locks first; nobody's typing is lost."""
        try:
            self.model.salvage_lines = describe_salvage(await self._process.salvage())
            self.model.can_salvage = False
        except WrenError as error:
            log_error(error)
            self.model.fault, self.model.can_salvage = say_error(error), True
        self.model.phase = "fault"
        for life in self._process.pages:
            if life is not self:
                await life.open()

    async def release_store(self) -> None:
        """Cover this page and let go of the store."""
        with suppress(StoreFault):  # what the damaged disk refused is kept for the next unlocking
            await self.lock()
        self._stop_listening()
        self.model.phase = "starting"

    async def lock(self) -> None:
        """Cover this page."""
        if self.controller is not None:
            await self.controller.lock()

    async def _watch_idle(self) -> None:
        """Lock when nobody has touched the page for long enough, with a word before."""
        lock = guarded(self.lock, by_hand=False)
        while lock is not None:
            await asyncio.sleep(_IDLE_CHECK_S)
            has_keys = self.controller is not None and self.controller.is_unlocked
            if has_keys and self.controller is not None:
                self.controller.note_damage()
            if has_keys and self._idle_timer.is_expired:
                await lock()
            self._show_lock_warning(
                has_keys and self._idle_timer.is_near_expiry and not self._idle_timer.is_expired
            )

    def _show_lock_warning(self, is_soon: bool) -> None:
        if self._lock_warning.visible is not is_soon:
            self._lock_warning.visible = is_soon
            self._lock_warning.update()

    async def _on_disconnect(self) -> None:
        """The tab is reloaded or closed: what is drawn is what the next one to come would see."""
        self._page.views = [ft.View(route="/")]
        self._page.update()
        await self.lock()

    def render(self) -> None:
        """Draw this page from the beginning: first, and when its tab is back."""
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
        """The sender has news. Told from its task, or a thread: brought to this page's own context."""
        self._loop.call_soon_threadsafe(self._show_send_status, status, sending, context=self._context)

    def _show_send_status(self, status: OutboxStatus, sending: bool) -> None:
        async def tell() -> None:
            if self.controller is not None:
                await self.controller.update_send_status(status, sending)

        told = guarded(tell, by_hand=False)
        if told is not None:
            task = self._loop.create_task(_run_guarded(told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@ft.component
@guarded_render
def app_view(model: AppState, life: PageLifecycle) -> list[ft.Control]:
    """The one view of the page. Screens observe the model themselves: memoised, a change draws them once."""
    actions = life.controller
    if model.phase == "fault":
        if model.salvage_lines:
            return [salvage_report_page(model.salvage_lines, life.open)]
        return [store_fault_page(model.fault, life.open, life.salvage if model.can_salvage else None)]
    if model.phase == "recover" and actions is not None:
        return [
            recovery_page(
                actions.account_recovery,
                on_back=actions.show_unlock,
                on_open=actions.unlock_after_recovery,
                key="recover",
            )
        ]
    if model.phase == "recover" and life.account_recovery is not None:
        return [
            recovery_page(
                life.account_recovery, on_back=None, on_open=life.unlock_after_recovery, key="recover"
            )
        ]
    if model.phase == "starting" or actions is None:
        return [starting_page()]
    if model.phase == "set-up":
        return [memo(set_up_page)(model, actions, key="set-up")]
    if model.phase == "locked":
        return [memo(unlock_page)(model, actions, key="unlock")]
    if model.phase == "child":
        # No screen of an adult's is named from here on until the page has been locked.
        hand, page = model.child_session, cast(PageComponent, child_page)
        return [memo(page)(hand.state, hand, key="child")] if hand else [starting_page()]
    screen = model.screen
    return [memo(SCREENS[screen.name])(model, actions, key=f"{screen.name}-{screen.target}")]


async def _run_guarded(told: Callable[[], Any]) -> None:
    await told()


def _today() -> date:
    return datetime.now().astimezone().date()


def _preload_tools() -> None:
    """Read every tool once, on a thread: pages that name them then draw without waiting."""
    for tool in catalogue.list_tool_ids():
        try:
            catalogue.load_tool(tool)
        except WrenError as error:
            log_error(error)
