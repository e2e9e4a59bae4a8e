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
        life.show()
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
        self._open = None if isinstance(runtime, Runtime) else runtime
        self._runtime = runtime if isinstance(runtime, Runtime) else None
        self._regain, self._salvage = regain, salvage
        # Every page there is: none of them may use the store while it is mended.
        self.lives: list[Life] = []
        self._opening = asyncio.Lock()
        self._sending: asyncio.Task[None] | None = None
        self.lock_after_s: float = catalogue.load_area().lock_after_s or LOCK_AFTER_S

    async def runtime(self) -> Runtime:
        """The opened store. Raises StoreFault; the next page, or "Try again", tries anew."""
        async with self._opening:
            if self._runtime is None:
                if self._open is None:
                    raise StoreFault("store-closed")
                self._runtime = await away(self._open)
            self._keep_sending(self._runtime)
            return self._runtime

    @property
    def can_mend(self) -> bool:
        """Whether what is whole in a damaged store can be brought back, and the store opened anew."""
        return self._open is not None and self._salvage is not None

    async def mend(self) -> Salvaged:
        """Close the store where it is open, and bring back what is whole in it. Every page is put down."""
        if self._salvage is None:
            raise StoreFault("store-closed")
        for life in self.lives:
            await life.put_down()
        async with self._opening:
            sending, self._sending = self._sending, None
            if sending is not None:
                sending.cancel()
                await asyncio.wait([sending])
            runtime, self._runtime = self._runtime, None
            if runtime is not None:
                await away(runtime.close)
            return await away(self._salvage)

    async def regain(self, absent: KeyAbsent) -> Regaining:
        """What is left where the store does not open for lack of its key; or that fault again."""
        if self._regain is None:
            raise absent
        return await away(self._regain)

    def _keep_sending(self, runtime: Runtime) -> None:
        if self._sending is None or self._sending.done():
            # A context of its own: the task outlives the page that happened to come first.
            self._sending = asyncio.get_running_loop().create_task(
                runtime.keep_sending(), context=contextvars.Context()
            )


class Life:
    """One page: its state, what can be done on it once the store is open, and what befalls it."""

    def __init__(self, page: ft.Page, process: _Process) -> None:
        self.model = Model()
        self.actions: Actions | None = None
        self.regaining: Regaining | None = None
        self._page, self._process = page, process
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwatch: Callable[[], None] | None = None
        self._idle = Idle(process.lock_after_s)
        self._watching: asyncio.Task[None] | None = None
        self._stay = stay_band()
        process.lives.append(self)
        page.data = self._idle
        page.overlay.append(self._stay)
        page.on_disconnect = calm(self._cut_off, by_hand=False)
        page.on_connect = calm(self.show, by_hand=False)
        page.on_close = calm(self.end, by_hand=False)
        page.on_app_lifecycle_state_change = calm(self._lifecycle, by_hand=False)
        page.on_keyboard_event = calm(self._key)

    def __repr__(self) -> str:
        return "<Life>"

    async def open(self) -> None:
        """Open the store behind the first frame, and show what comes first."""
        self.model.phase, self.model.mended = "starting", ()
        try:
            runtime = await self._runtime()
            if runtime is None:
                return
            if self.actions is None:
                self.actions = Actions(
                    self.model, runtime, _today, self.mend if self._process.can_mend else None, play_all
                )
            self.actions.use(runtime)
            self.actions.note_damage()
            await self.actions.start()
            await away(_read_tools)
        except WrenError as error:
            report(error)
            self.model.mendable = isinstance(error, Damaged) and self._process.can_mend
            self.model.fault, self.model.phase = say_error(error), "fault"
            return
        if self._unwatch is None:
            self._unwatch = runtime.watch(self._heard)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch_idle())
        await away(check_once, runtime.store, runtime.clock)

    async def _runtime(self) -> Runtime | None:
        """The opened store; None when its key is gone, and then the page for that is shown."""
        try:
            return await self._process.runtime()
        except KeyAbsent as absent:
            self.regaining = await self._process.regain(absent)
            self.model.phase = "recover"
            return None

    async def let_in(self, author: str, words: str) -> None:
        """The key is back: open the store with it, and then this person's records."""
        await self.open()
        if self.actions is not None:
            await self.actions.let_in(author, words)

    async def mend(self) -> None:
        """Bring back what is whole, and say what came back. It locks first; nobody's typing is lost."""
        try:
            self.model.mended = salvaged_words(await self._process.mend())
            self.model.mendable = False
        except WrenError as error:
            report(error)
            self.model.fault, self.model.mendable = say_error(error), True
        self.model.phase = "fault"
        for life in self._process.lives:
            if life is not self:
                await life.open()

    async def put_down(self) -> None:
        """Cover this page and let go of the store."""
        with suppress(StoreFault):  # what the damaged disk refused is kept for the next unlocking
            await self.lock()
        self._stop_hearing()
        self.model.phase = "starting"

    async def lock(self) -> None:
        """Cover this page."""
        if self.actions is not None:
            await self.actions.lock()

    async def _watch_idle(self) -> None:
        """Lock when nobody has touched the page for long enough, with a word before."""
        lock = calm(self.lock, by_hand=False)
        while lock is not None:
            await asyncio.sleep(_TICK_S)
            has_keys = self.actions is not None and self.actions.has_keys
            if has_keys and self.actions is not None:
                self.actions.note_damage()
            if has_keys and self._idle.is_over:
                await lock()
            self._say_soon(has_keys and self._idle.is_nearly_over and not self._idle.is_over)

    def _say_soon(self, is_soon: bool) -> None:
        if self._stay.visible is not is_soon:
            self._stay.visible = is_soon
            self._stay.update()

    async def _cut_off(self) -> None:
        """The tab is reloaded or closed: what is drawn is what the next one to come would see."""
        self._page.views = [ft.View(route="/")]
        self._page.update()
        await self.lock()

    def show(self) -> None:
        """Draw this page from the beginning: first, and when its tab is back."""
        self._page.render_views(app, self.model, self)

    async def end(self) -> None:
        """The page will not come back."""
        self._stop_hearing()
        if self in self._process.lives:
            self._process.lives.remove(self)
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        await self.lock()

    def _stop_hearing(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    async def _lifecycle(self, event: ft.AppLifecycleStateChangeEvent) -> None:
        if event.state in _GONE:
            await self.lock()

    async def _key(self, event: ft.KeyboardEvent) -> None:
        if event.key == COVER_KEY:
            await self.lock()

    def _heard(self, status: Status, sending: bool) -> None:
        """The sender has news. Told from its task, or a thread: brought to this page's own context."""
        self._loop.call_soon_threadsafe(self._tell, status, sending, context=self._context)

    def _tell(self, status: Status, sending: bool) -> None:
        async def tell() -> None:
            if self.actions is not None:
                await self.actions.heard(status, sending)

        told = calm(tell, by_hand=False)
        if told is not None:
            task = self._loop.create_task(_run(told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@ft.component
@calm_render
def app(model: Model, life: Life) -> list[ft.Control]:
    """The one view of the page."""
    actions = life.actions
    if model.phase == "fault":
        if model.mended:
            return [mended(model.mended, life.open)]
        return [fault(model.fault, life.open, life.mend if model.mendable else None)]
    if model.phase == "recover" and actions is not None:
        return [recover(actions.regaining, on_back=actions.to_door, on_open=actions.let_in, key="recover")]
    if model.phase == "recover" and life.regaining is not None:
        return [recover(life.regaining, on_back=None, on_open=life.let_in, key="recover")]
    if model.phase == "starting" or actions is None:
        return [starting()]
    if model.phase == "set-up":
        return [set_up(model, actions, key="set-up")]
    if model.phase == "locked":
        return [unlock(model, actions, key="unlock")]
    if model.phase == "child":
        # No screen of an adult's is named from here on until the page has been locked.
        hand, page = model.hand, cast(Draw, child_page)
        return [page(hand.turn, hand, key="child")] if hand else [starting()]
    screen = model.screen
    return [SCREENS[screen.name](model, actions, key=f"{screen.name}-{screen.about}")]


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
