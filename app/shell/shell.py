"""The app itself: one page from its first frame to its last, and which screen it shows.

This room knows when things happen to a page: it opens, it is covered, its tab is reloaded or closed,
the device puts it in the background, sending gets on. It knows no screen's content and no storage.

- Every page has its own `Model` and `Actions`; what a process has once (the opened store and the
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

from app.core.cases.case_service import Status, away
from app.core.controller import Actions, Model
from app.core.device.account_recovery import Regaining
from app.core.device.selftest import check_once
from app.core.runtime import Runtime, Salvaged
from app.features.assess.check import check
from app.features.assess.finished import finished
from app.features.assess.handback import handed_back
from app.features.assess.handover import hand_over
from app.features.assess.pick import pick
from app.features.assess.record import record
from app.features.assess.view import assess
from app.features.child import child_page
from app.features.household.add_household import add_household
from app.features.household.map_view import household_map
from app.features.household.siblings_view import siblings
from app.features.household.view import household
from app.features.incidents.chronology_view import chronology, conduct
from app.features.incidents.key_date import milestone
from app.features.incidents.pattern_view import pattern
from app.features.incidents.view import event
from app.features.outbox.view import outbox
from app.features.people.add_link import link
from app.features.people.add_relationship import tie
from app.features.people.birth import born
from app.features.people.edit_address import address
from app.features.people.edit_person import change_person
from app.features.people.edit_withheld import keep_from
from app.features.people.view import person
from app.features.recovery.view import recover
from app.features.revisions.view import earlier
from app.features.settings.device_view import device
from app.features.shared.page import Draw
from app.features.start.view import fault, mended, salvaged_words, set_up, starting
from app.features.today.view import today
from app.features.unlock.change_passphrase import change_words
from app.features.unlock.view import unlock
from app.features.visits.child_observation import seen
from app.features.visits.closing import leave
from app.features.visits.view import contact
from app.kit import theme
from app.kit.controls.fault_boundary import calm, calm_render, report
from app.kit.controls.status import stay_band
from app.kit.idle import LOCK_AFTER_S, Idle
from app.kit.messages import say_error
from app.visit_file.training import play_all
from assessments.definitions import catalogue
from assessments.errors import Damaged, KeyAbsent, StoreFault, WrenError

SCREENS: dict[str, Draw] = {
    "today": today,
    "household": household,
    "add-household": add_household,
    "pick": pick,
    "assess": assess,
    "hand-over": hand_over,
    "handed-back": handed_back,
    "check": check,
    "finished": finished,
    "record": record,
    "outbox": outbox,
    "contact": contact,
    "seen": seen,
    "leave": leave,
    "siblings": siblings,
    "device": device,
    "change-words": change_words,
    "event": event,
    "earlier": earlier,
    "milestone": milestone,
    "chronology": chronology,
    "conduct": conduct,
    "person": person,
    "change-person": change_person,
    "add-person": change_person,
    "born": born,
    "tie": tie,
    "address": address,
    "add-address": address,
    "keep-from": keep_from,
    "link": link,
    "map": household_map,
    "pattern": pattern,
}
COVER_KEY = "Escape"
_TICK_S = 1.0
_GONE = (ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH)


def make_open_page(
    runtime: Runtime | Callable[[], Runtime],
    regain: Callable[[], Regaining] | None = None,
    salvage: Callable[[], Salvaged] | None = None,
) -> Callable[[ft.Page], Any]:
    """What a server or `ft.run` is given. A function for `runtime` is called on a thread, within the page.

    So is `regain`: it opens what is left where the store does not open because its key is gone; and
    `salvage`: it brings back what is whole where the store is damaged.
    """
    process = _Process(runtime, regain, salvage)

    async def open_page(page: ft.Page) -> None:
        theme.dress(page)
        life = Life(page, process)
        life.render()
        await life.open()

    return open_page


class _Process:
    """What there is once, however many pages come and go."""

    def __init__(
        self,
        runtime: Runtime | Callable[[], Runtime],
        regain: Callable[[], Regaining] | None,
        salvage: Callable[[], Salvaged] | None,
    ) -> None:
        self._open_runtime = None if isinstance(runtime, Runtime) else runtime
        self._runtime = runtime if isinstance(runtime, Runtime) else None
        self._open_recovery, self._salvage = regain, salvage
        # Every page there is: none of them may use the store while it is mended.
        self.pages: list[Life] = []
        self._open_lock = asyncio.Lock()
        self._sender_task: asyncio.Task[None] | None = None
        self.lock_after_s: float = catalogue.load_area().lock_after_s or LOCK_AFTER_S

    async def runtime(self) -> Runtime:
        """The opened store. Raises StoreFault; the next page, or "Try again", tries anew."""
        async with self._open_lock:
            if self._runtime is None:
                if self._open_runtime is None:
                    raise StoreFault("store-closed")
                self._runtime = await away(self._open_runtime)
            self._start_sender(self._runtime)
            return self._runtime

    @property
    def can_salvage(self) -> bool:
        """Whether what is whole in a damaged store can be brought back, and the store opened anew."""
        return self._open_runtime is not None and self._salvage is not None

    async def salvage(self) -> Salvaged:
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
                await away(runtime.close)
            return await away(self._salvage)

    async def open_recovery(self, absent: KeyAbsent) -> Regaining:
        """What is left where the store does not open for lack of its key; or that fault again."""
        if self._open_recovery is None:
            raise absent
        return await away(self._open_recovery)

    def _start_sender(self, runtime: Runtime) -> None:
        if self._sender_task is None or self._sender_task.done():
            # A context of its own: the task outlives the page that happened to come first.
            self._sender_task = asyncio.get_running_loop().create_task(
                runtime.run_sender(), context=contextvars.Context()
            )


class Life:
    """One page: its state, what can be done on it once the store is open, and what befalls it."""

    def __init__(self, page: ft.Page, process: _Process) -> None:
        self.model = Model()
        self.controller: Actions | None = None
        self.account_recovery: Regaining | None = None
        self._page, self._process = page, process
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._idle_timer = Idle(process.lock_after_s)
        self._idle_task: asyncio.Task[None] | None = None
        self._lock_warning = stay_band()
        process.pages.append(self)
        page.data = self._idle_timer
        page.overlay.append(self._lock_warning)
        page.on_disconnect = calm(self._on_disconnect, by_hand=False)
        page.on_connect = calm(self.render, by_hand=False)
        page.on_close = calm(self.close, by_hand=False)
        page.on_app_lifecycle_state_change = calm(self._on_lifecycle_change, by_hand=False)
        page.on_keyboard_event = calm(self._on_key)

    def __repr__(self) -> str:
        return "<Life>"

    async def open(self) -> None:
        """Open the store behind the first frame, and show what comes first."""
        self.model.phase, self.model.salvage_lines = "starting", ()
        try:
            runtime = await self._runtime()
            if runtime is None:
                return
            if self.controller is None:
                self.controller = Actions(
                    self.model, runtime, _today, self.salvage if self._process.can_salvage else None, play_all
                )
            self.controller.set_runtime(runtime)
            self.controller.note_damage()
            await self.controller.start()
            await away(_read_tools)
        except WrenError as error:
            report(error)
            self.model.can_salvage = isinstance(error, Damaged) and self._process.can_salvage
            self.model.fault, self.model.phase = say_error(error), "fault"
            return
        if self._unsubscribe is None:
            self._unsubscribe = runtime.subscribe(self._on_send_status)
        if self._idle_task is None:
            self._idle_task = asyncio.create_task(self._watch_idle())
        await away(check_once, runtime.store, runtime.clock)

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
            self.model.salvage_lines = salvaged_words(await self._process.salvage())
            self.model.can_salvage = False
        except WrenError as error:
            report(error)
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
        lock = calm(self.lock, by_hand=False)
        while lock is not None:
            await asyncio.sleep(_TICK_S)
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
        self._page.render_views(app, self.model, self)

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
        if event.state in _GONE:
            await self.lock()

    async def _on_key(self, event: ft.KeyboardEvent) -> None:
        if event.key == COVER_KEY:
            await self.lock()

    def _on_send_status(self, status: Status, sending: bool) -> None:
        """The sender has news. Told from its task, or a thread: brought to this page's own context."""
        self._loop.call_soon_threadsafe(self._show_send_status, status, sending, context=self._context)

    def _show_send_status(self, status: Status, sending: bool) -> None:
        async def tell() -> None:
            if self.controller is not None:
                await self.controller.update_send_status(status, sending)

        told = calm(tell, by_hand=False)
        if told is not None:
            task = self._loop.create_task(_run(told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@ft.component
@calm_render
def app(model: Model, life: Life) -> list[ft.Control]:
    """The one view of the page."""
    actions = life.controller
    if model.phase == "fault":
        if model.salvage_lines:
            return [mended(model.salvage_lines, life.open)]
        return [fault(model.fault, life.open, life.salvage if model.can_salvage else None)]
    if model.phase == "recover" and actions is not None:
        return [
            recover(
                actions.account_recovery,
                on_back=actions.show_unlock,
                on_open=actions.unlock_after_recovery,
                key="recover",
            )
        ]
    if model.phase == "recover" and life.account_recovery is not None:
        return [
            recover(life.account_recovery, on_back=None, on_open=life.unlock_after_recovery, key="recover")
        ]
    if model.phase == "starting" or actions is None:
        return [starting()]
    if model.phase == "set-up":
        return [set_up(model, actions, key="set-up")]
    if model.phase == "locked":
        return [unlock(model, actions, key="unlock")]
    if model.phase == "child":
        # No screen of an adult's is named from here on until the page has been locked.
        hand, page = model.child_session, cast(Draw, child_page)
        return [page(hand.state, hand, key="child")] if hand else [starting()]
    screen = model.screen
    return [SCREENS[screen.name](model, actions, key=f"{screen.name}-{screen.target}")]


async def _run(told: Callable[[], Any]) -> None:
    await told()


def _today() -> date:
    return datetime.now().astimezone().date()


def _read_tools() -> None:
    """Read every tool once, on a thread: pages that name them then draw without waiting."""
    for tool in catalogue.tool_ids():
        try:
            catalogue.load(tool)
        except WrenError as error:
            report(error)
