"""What a page shows, and what can be done on it.

`Model` is the observable state of one page: frozen engine values and where the person is. `Actions`
changes it. An answer changes the model at once, before anything is awaited; then its effect is kept
on a thread, in order, one after the other, and "Saved" is said when the disk has it. What could not
be kept stays in memory, is tried again with the next change, and the page says so.

One Model and one Actions per page: nothing of a person is in a module or shared between tabs.

    await actions.unlock(passphrase)
    await actions.dispatch(Entered("injury", Answered("yes")))
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

import flet as ft

from app.effects import Desk, HouseholdPage, Loss, Status, Work, away, service_keys
from app.regaining import Regaining
from app.runtime import Runtime
from app.seeds import play_all
from app.selftest import Report, check_device
from app.visit import new_id
from assessments.definition import Role
from assessments.engine import form as forms
from assessments.engine.answers import Entry as Given
from assessments.engine.scoring import Context
from assessments.errors import Locked, StoreFault
from assessments.ports import Entry
from assessments.records import Assessment, Contact, Household, Person

Phase = Literal["starting", "set-up", "locked", "recover", "open", "fault"]
Saved = Literal["nothing", "saving", "saved", "failed"]

Typed = forms.Entered | forms.Cleared | forms.Judged | forms.Deferred

TYPING_REST_S = 0.4
TYPING_LONGEST_S = 1.5


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the person is: a name and the id it is about. It holds nothing that was said."""

    name: Literal[
        "today",
        "household",
        "pick",
        "assess",
        "check",
        "finished",
        "record",
        "outbox",
        "device",
        "add-household",
    ]
    about: str = ""


TODAY = Screen("today")


@ft.observable
@dataclass
class Model:
    """The state of one page."""

    phase: Phase = "starting"
    fault: str = ""
    # Whether what is whole can be brought back, and what came back when it was.
    mendable: bool = False
    mended: tuple[str, ...] = ()
    newer: bool = False
    losses: tuple[Loss, ...] = ()
    trail: tuple[Screen, ...] = (TODAY,)
    households: tuple[HouseholdPage, ...] = ()
    contact: Contact | None = None
    work: Work | None = None
    record: Assessment | None = None
    saved: Saved = "nothing"
    saved_at: datetime | None = None
    status: Status = field(default_factory=Status)
    sending: bool = False
    reachable: bool | None = None
    entries: tuple[Entry, ...] = ()
    report: Report | None = None
    training: bool = False
    introduced: bool = False
    role: Role = "health-visitor"
    busy: bool = False

    def __repr__(self) -> str:
        return f"<Model {self.phase}>"

    @property
    def screen(self) -> Screen:
        return self.trail[-1]

    def household(self, household_id: str) -> HouseholdPage | None:
        return next((found for found in self.households if found.household.id == household_id), None)

    def household_of(self, person_id: str) -> HouseholdPage | None:
        return next(
            (page for page in self.households if any(person.id == person_id for person in page.persons)), None
        )


class Actions:
    """Everything that can be done on one page. Call from the event loop."""

    def __init__(self, model: Model, runtime: Runtime, today: Callable[[], date]) -> None:
        self.model, self._runtime, self._today = model, runtime, today
        self._desk: Desk | None = None
        self._keeping = asyncio.Lock()
        self._unkept: list[tuple[Work, forms.Effect]] = []
        self._typing: dict[str, Typed] = {}
        self._half: dict[str, Any] = {}
        self._place_moved = False
        self._typing_since = 0.0
        self._typing_task: asyncio.Task[None] | None = None
        self._resume: tuple[str, int] | None = None

    @property
    def desk(self) -> Desk:
        """The desk of the unlocked person. Raises Locked."""
        if self._desk is None:
            raise Locked
        return self._desk

    def today(self) -> date:
        """The day it is here."""
        return self._today()

    @property
    def has_passphrase(self) -> bool:
        """Whether the passphrase is chosen and open: setting up can go on from there."""
        return self._desk is not None

    # Opening and locking

    async def start(self) -> None:
        """Find out which page comes first."""
        is_set_up = await away(self._runtime.store.is_set_up)
        await self._read_settings()
        self.model.newer = self._runtime.store.read_only
        self.model.status = await away(self._runtime.status)
        self.model.phase = "locked" if is_set_up else "set-up"
        if await away(self.regaining.waiting) is not None:
            self.model.phase = "recover"

    async def set_up(self, passphrase: str, role: Role, url: str) -> None:
        """Choose the passphrase, meet the service, and open. Raises WeakWords, NotIntroduced."""
        if self._desk is None:
            is_set_up = await away(self._runtime.store.is_set_up)
            open_desk = self._runtime.unlock if is_set_up else self._runtime.set_up
            self._desk = await away(open_desk, passphrase, *(() if is_set_up else ("hv1",)))
        await away(self._runtime.keep_role, role)
        await self._runtime.introduce(url, self.desk)
        await self._read_settings()
        await self._opened()

    async def unlock(self, passphrase: str) -> None:
        """Open with the passphrase and come back to the same question. Raises WrongPassphrase."""
        self._desk = await away(self._runtime.unlock, passphrase)
        await self._opened()

    # Asking to be let in again

    @property
    def regaining(self) -> Regaining:
        """What the page for a forgotten passphrase asks."""
        return self._runtime.regaining

    def get_help(self) -> None:
        """Go to the page for a forgotten passphrase."""
        self.model.phase = "recover"

    def leave_help(self) -> None:
        """Back to the passphrase. A request that waits goes on waiting."""
        self.model.phase = "locked"

    def recovered_elsewhere(self) -> datetime | None:
        """When this person was let in on another device, until it is seen. Blocking."""
        return self._runtime.recovered(self.desk.author[0])

    def seen_recovered(self) -> None:
        """It was seen. Blocking."""
        self._runtime.forget_recovered(self.desk.author[0])

    async def let_in(self, author: str, words: str) -> None:
        """Open with the words that were just chosen, and come back to the same question."""
        self._desk = await away(self._runtime.unlock, words, author)
        self._runtime.wake()
        await self._opened()

    async def lock(self) -> None:
        """Keep what was typed, drop the keys, and forget all that a person said. Expires nothing."""
        if self._desk is None or self.model.phase == "locked":
            return
        work, page = self.model.work, self.model.work.form.page if self.model.work else 0
        self._resume = (work.assessment.id, page) if work else None
        # The cover comes first: what is on the screen goes before anything is awaited.
        self.model.phase = "locked"
        self.model.record = None
        try:
            self.take_typing()
            await self._keep()
        finally:
            await self._drop()

    async def _drop(self) -> None:
        desk, self._desk = self._desk, None
        model = self.model
        model.work, model.households, model.contact, model.record = None, (), None, None
        self._typing.clear()
        self._half = {}
        if desk is not None:
            await away(desk.leave)

    async def accept_losses(self) -> None:
        """Say no more of what is missing: it has been read."""
        await away(self.desk.accept_losses)
        self.model.losses = self.desk.losses

    async def _opened(self) -> None:
        self.model.losses = self.desk.losses
        await self._read_households()
        if self._resume is not None:
            assessment_id, page = self._resume
            self._resume = None
            work = await self._reopened(assessment_id)
            if work.assessment.status == "in-progress":
                self.model.work = replace(work, form=replace(work.form, page=page))
        screen = self.model.screen
        if screen.name in ("record", "finished"):
            self.model.record = await away(self.desk.record, screen.about)
        if screen.name in ("assess", "check") and self.model.work is None:
            self.model.trail = (TODAY,)
        # Nothing can be finished before a service is known: setting up goes on where it stopped.
        self.model.phase = "open" if self.model.introduced else "set-up"

    async def _reopened(self, assessment_id: str) -> Work:
        """The assessment as it was left, with what the disk had no room for at the time."""
        self._half = dict((await away(self.desk.place, assessment_id)).get("half", {}))
        with contextlib.suppress(StoreFault):
            await self._keep()
        if self._unkept and self._unkept[-1][0].assessment.id == assessment_id:
            return self._unkept[-1][0]
        return await away(self.desk.resume, assessment_id)

    async def _read_settings(self) -> None:
        self.model.introduced = await away(service_keys, self._runtime.store) is not None
        self.model.training = await away(lambda: self._runtime.is_training)
        self.model.role = await away(self._runtime.role)

    async def _read_households(self) -> None:
        self.model.households = tuple(await away(self.desk.households))

    # Moving about

    def go(self, name: str, about: str = "") -> None:
        """Open a page on top of this one."""
        self.model.trail = (*self.model.trail, Screen(name, about))  # type: ignore[arg-type]  # names are checked by the router

    async def back(self) -> None:
        """Go back one page. What was typed is kept first."""
        await self._keep_typing()
        if self.model.screen.name in ("assess", "finished"):
            await self._read_households()
        if len(self.model.trail) > 1:
            self.model.trail = self.model.trail[:-1]

    async def home(self) -> None:
        """Go to the first page."""
        await self._keep_typing()
        await self._read_households()
        self.model.work = None
        self.model.trail = (TODAY,)

    async def to_household(self, household_id: str) -> None:
        """Leave the assessment and go to the household that it belongs to."""
        await self._keep_typing()
        await self._read_households()
        self.model.work = None
        self.model.trail = (TODAY, Screen("household", household_id))

    # Assessments

    async def begin(self, person_id: str, tool: str) -> None:
        """Open a new assessment of a person, empty, under today's contact with the household."""
        page = self.model.household_of(person_id)
        if page is None or self.model.busy:
            return
        self.model.busy = True
        try:
            contact = await self._contact_today(page)
            context = Context(on=contact.on)
            work = await away(self.desk.start, contact, person_id, tool, context)
            self._half = {}
            self.model.work, self.model.saved = work, "nothing"
            # Back leads to the person, not to the choice that has been made.
            before = (screen for screen in self.model.trail if screen.name != "pick")
            self.model.trail = (*before, Screen("assess", work.assessment.id))
        finally:
            self.model.busy = False

    async def resume(self, assessment_id: str) -> None:
        """Go on with an assessment where it was left."""
        work = await away(self.desk.resume, assessment_id)
        place = await away(self.desk.place, assessment_id)
        self._half = dict(place.get("half", {}))
        step = forms.update(work.form, forms.Moved(int(place.get("page", 0))))
        self.model.work, self.model.saved = replace(work, form=step.form), "nothing"
        self.go("assess", assessment_id)

    async def read(self, assessment_id: str) -> None:
        """Show a finished record, and whether it has been sent."""
        self.model.record = await away(self.desk.record, assessment_id)
        await self._read_outbox()
        self.go("record", assessment_id)

    async def dispatch(self, event: forms.Event) -> None:
        """One event on the open form: the page changes at once, the disk follows."""
        self.take_typing()
        self._happen(event)
        await self._keep()

    def _happen(self, event: forms.Event) -> None:
        work = self.model.work
        if work is None:
            return
        step = forms.update(work.form, event)
        self.model.work = changed = replace(work, form=step.form, problems=None)
        self._unkept += [(changed, effect) for effect in step.effects]
        self._place_moved = self._place_moved or isinstance(event, forms.Moved)
        if self._unkept:
            self.model.saved = "saving"

    async def keep_again(self) -> None:
        """Try once more to keep what the disk refused."""
        self.take_typing()
        await self._keep()

    @property
    def half(self) -> Mapping[str, Any]:
        """What was typed and is not an answer yet, by its place: kept with the place, never sent."""
        return self._half

    def hold(self, place: str, half: Any) -> None:
        """Remember what was typed and is not an answer yet; None forgets it."""
        if self._half.get(place) == half:
            return
        self._half = {key: value for key, value in self._half.items() if key != place}
        if half is not None:
            self._half[place] = half
        self._place_moved = True
        self._rest()

    def entry(self, link_id: str) -> Given | None:
        """The entry as it stands, with letters that are not kept yet."""
        event = self._typing.get(link_id)
        if isinstance(event, forms.Entered):
            return event.entry
        if event is not None or self.model.work is None:
            return None
        return self.model.work.form.entries.get(link_id)

    async def finish(self) -> bool:
        """Complete the open form: True when it is committed, sealed and in the outbox."""
        self.take_typing()
        await self._keep()
        work = self.model.work
        if work is None or self._unkept or self.model.busy:
            return False
        self.model.busy = True
        try:
            done = await away(self.desk.happens, work, forms.Finished())
        finally:
            self.model.busy = False
        self.model.work = done
        if done.assessment.status != "completed":
            return False
        self._half = {}
        self.model.record = done.assessment
        await self._read_households()
        await self._read_outbox()
        self._runtime.wake()
        self.model.trail = (*self.model.trail[:1], Screen("finished", done.assessment.id))
        return True

    def typed(self, event: Typed) -> None:
        """Letters arrived in a field: keep them when the typing rests, and now and then meanwhile."""
        match event:
            case forms.Judged():
                self._typing["$judgement"] = event
            case forms.Deferred(tool, _):
                self._typing[f"$offer.{tool}"] = event
            case _:
                self._typing[event.link_id] = event
        self._rest()

    def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        if self._typing_task is not None and not self._typing_task.done():
            if loop.time() - self._typing_since < TYPING_LONGEST_S:
                self._typing_task.cancel()
        else:
            self._typing_since = loop.time()
        self.model.saved = "saving"
        self._typing_task = asyncio.create_task(self._after_rest())

    async def _after_rest(self) -> None:
        await asyncio.sleep(TYPING_REST_S)
        # A cancelled rest must not cut a write short: what begins here runs to its end.
        with contextlib.suppress(StoreFault):  # the page says so by `saved`, and it is tried again
            await asyncio.shield(self._keep_typing())

    async def _keep_typing(self) -> None:
        """Keep what stands half-typed, now."""
        if self._typing or self._unkept or self._place_moved:
            self.take_typing()
            await self._keep()

    def take_typing(self) -> None:
        """Let the form have the letters that arrived, in the order of the fields, without waiting."""
        typed, self._typing = self._typing, {}
        for event in typed.values():
            self._happen(event)

    async def _keep(self) -> None:
        """Keep what is not kept yet, in order. A fault leaves it for the next try and says so."""
        async with self._keeping:
            try:
                while self._unkept:
                    work, effect = self._unkept[0]
                    await away(self.desk.run, work, effect)
                    self._unkept.pop(0)
                    self.model.saved_at = self._runtime.clock.now()
                await self._keep_place()
            except StoreFault:
                self.model.saved = "failed"
                raise
            if self.model.saved in ("saving", "failed") and not self._typing and not self._place_moved:
                self.model.saved = "saved"

    async def _keep_place(self) -> None:
        work = self.model.work
        if work is None or self._desk is None or not self._place_moved:
            return
        self._place_moved = False
        try:
            await away(self.desk.keep_place, work, {"page": work.form.page, "half": self._half})
        except StoreFault:
            self._place_moved = True
            raise
        self.model.saved_at = self._runtime.clock.now()

    async def _contact_today(self, page: HouseholdPage) -> Contact:
        """The contact of today with this household; a new one when there is none yet."""
        today = self._today()
        for contact in page.contacts:
            if contact.on == today and contact.role == self.model.role:
                return contact
        contact = Contact(
            id=new_id(), household_id=page.household.id, on=today, kind="visit", role=self.model.role
        )
        await away(self.desk.keep_contact, contact)
        await self._read_households()
        return contact

    # Households

    async def add_household(self, household: Household, persons: tuple[Person, ...]) -> None:
        """Keep a new household and open its page."""
        if self.model.busy:
            return
        self.model.busy = True
        try:
            await away(self.desk.keep_household, household, persons)
            await self._read_households()
        finally:
            self.model.busy = False
        self.model.trail = (TODAY, Screen("household", household.id))

    async def add_training(self) -> None:
        """Add the invented households to learn with."""
        if self.model.busy or not self.model.training:
            return
        self.model.busy = True
        try:
            await away(play_all, self.desk)
            await self._read_households()
        finally:
            self.model.busy = False

    # The device

    async def about_device(self) -> None:
        """Look at this device, and show what was found."""
        self.model.report = None
        self.go("device")
        self.model.report = await away(check_device, self._runtime.store, self._runtime.clock)

    # Sending

    async def show_outbox(self) -> None:
        await self._read_outbox()
        self.go("outbox")

    async def send_now(self) -> None:
        """Ask for everything that waits to be tried at once."""
        self._runtime.wake()

    async def send_again(self, entry_id: str) -> None:
        """Put an entry that was set aside back in the queue."""
        await away(self._runtime.store.outbox.requeue, entry_id)
        await self._read_outbox()
        self._runtime.wake()

    async def heard(self, status: Status, sending: bool) -> None:
        """The background sender says how things stand. Read from the outbox, never from a reply."""
        self.model.status, self.model.sending = status, sending
        if self.model.screen.name in ("outbox", "finished") and self.model.phase == "open":
            await self._read_outbox()

    async def _read_outbox(self) -> None:
        self.model.entries = tuple(await away(self._runtime.store.outbox.entries))
