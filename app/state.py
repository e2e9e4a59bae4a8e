"""What can be done on a page.

`Actions` changes the `Model`: it opens and locks, moves about, fills and finishes. What is typed goes
through `Keeping`, which has it on the disk within two seconds. A lock expires nothing: unlocking comes
back to the same screen, the same question and the same half-typed word, also after the app was killed.
An unlocking that is still under way when the page is covered does not open.

One Model and one Actions per page: nothing of a person is in a module or shared between tabs.

    await actions.unlock(passphrase)
    await actions.dispatch(Entered("injury", Answered("yes")))
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.effects import Desk, HouseholdPage, Status, away
from app.keeping import Keeping, Typed
from app.model import FIRST_AUTHOR, TODAY, Door, Model, Screen, ScreenName, Trail, read_trail
from app.runtime import Runtime
from app.seeds import play_all
from app.selftest import Report, check_device
from app.visit import new_id
from assessments.definition import Role
from assessments.engine import form as forms
from assessments.engine.answers import Entry as Given
from assessments.engine.scoring import Context
from assessments.errors import (
    KeyAbsent,
    KeystoreFault,
    Locked,
    LockedForSafety,
    NotFound,
    TooManyTries,
    WrenError,
    WrongPassphrase,
)
from assessments.records import Contact, Household, Person

__all__ = ["Actions", "Model", "Screen"]


class Actions:
    """Everything that can be done on one page. Call from the event loop."""

    def __init__(self, model: Model, runtime: Runtime, today: Callable[[], date]) -> None:
        self.model, self._runtime, self._today = model, runtime, today
        self._desk: Desk | None = None
        self._keeping = self._new_keeping()
        # What the disk refused before a lock, by author.
        self._refused: dict[str, Keeping] = {}
        # Each opening and each lock takes the turn: whoever lost it meanwhile does not open.
        self._turn = 0
        self._offset_left = 0.0

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
    def has_keys(self) -> bool:
        """Whether somebody's keys are open: there is something to lock, and setting up can go on."""
        return self._desk is not None

    # Opening and locking

    async def start(self) -> None:
        """Find out which page comes first."""
        model, store = self.model, self._runtime.store
        model.authors = await away(store.authors)
        model.words_kind = store.words_kind
        model.training = await away(lambda: self._runtime.is_training)
        model.status = await away(self._runtime.status)
        await self.to_door()

    async def to_door(self) -> None:
        """The page that asks for words; the one that sets up where nobody has."""
        model = self.model
        if model.authors and (model.door is None or model.door.author not in model.authors):
            await self.choose(model.authors[0] if len(model.authors) == 1 else None)
        model.phase = "locked" if model.authors else "set-up"

    async def choose(self, author: str | None) -> None:
        """Say who it is of several people; None leads back to everybody."""
        self.model.door = None if author is None else Door(author)
        await self.look()

    async def look(self) -> None:
        """See whether words are of use now."""
        door = self.model.door
        if door is None:
            return
        try:
            tries = await away(self._runtime.store.tries, door.author)
        except WrenError as error:
            self.model.door = _door_after(door.author, error)
            return
        if tries.gone:
            self.model.door = Door(door.author, "locked-for-safety")
        elif tries.wait_until is not None:
            self.model.door = Door(door.author, "wait", tries.wait_until)
        else:
            self.model.door = Door(door.author)

    def join(self) -> None:
        """Let another person set up on this device."""
        self._keeping = self._new_keeping()
        self.model.door, self.model.phase = None, "set-up"

    def get_help(self) -> None:
        """Somebody's words are no use any more."""
        self.model.phase = "help"

    @property
    def service_url(self) -> str:
        """The address of the service this device knows; empty while it knows none."""
        return self._runtime.service_url()

    async def set_up(self, words: str, role: Role, url: str, author: str = FIRST_AUTHOR) -> None:
        """Choose the words, meet the service, and open. Raises WeakWords, StoreFault, NotIntroduced."""
        turn = self._take_turn()
        desk = self._desk
        if desk is None:
            desk = await away(self._runtime.set_up, words, author)
            self.model.authors = await away(self._runtime.store.authors)
            self.model.door = Door(author)
            if turn != self._turn:
                await away(desk.leave)
                self.model.phase = "locked"
                return
            self._desk = self._keeping.desk = desk
        author, _ = desk.author
        await away(self._runtime.keep_role, author, role)
        await self._runtime.introduce(url, desk)
        self.model.training = await away(lambda: self._runtime.is_training)
        if turn == self._turn:
            self._keeping.begin("set-up", None)
            await self._opened(desk, turn)

    async def unlock(self, words: str) -> None:
        """Open with the words and come back to the same place. Raises Locked, StoreFault."""
        turn, door = self._take_turn(), self.model.door
        try:
            desk = await away(self._runtime.unlock, words, door.author if door is not None else None)
        except WrongPassphrase:
            await self.look()
            raise
        except WrenError as error:
            if door is not None:
                self.model.door = _door_after(door.author, error)
            raise
        await self._opened(desk, turn)

    async def change_words(self, old: str, new: str) -> None:
        """Choose other words. Raises Locked for the old ones, WeakWords for the new."""
        author, _ = self.desk.author
        await away(self._runtime.store.change_words, author, old, new)

    async def lock(self) -> None:
        """Cover, keep what was typed, drop the keys, forget all that a person said: in this order."""
        self._take_turn()
        model = self.model
        if self._desk is None or model.phase == "locked":
            return
        self._keeping.note_place()
        # The cover comes first: what is on the screen goes before anything is awaited.
        model.phase, model.trail, model.record = "locked", (TODAY,), None
        try:
            self._keeping.take()
            await self._keeping.keep()
        finally:
            await self._drop()

    def _take_turn(self) -> int:
        self._turn += 1
        return self._turn

    def _new_keeping(self) -> Keeping:
        return Keeping(self.model, self._runtime.clock.now)

    async def _drop(self) -> None:
        desk, self._desk = self._desk, None
        keeping, self._keeping = self._keeping, self._new_keeping()
        keeping.desk = None
        model = self.model
        model.work, model.households, model.record, model.entries = None, (), None, ()
        if desk is not None:
            if keeping.is_waiting:
                self._refused[desk.author[0]] = keeping
            await away(desk.leave)
        del keeping
        await away(gc.collect)

    async def _opened(self, desk: Desk, turn: int) -> None:
        """Show what this person left, unless the page was covered meanwhile."""
        author, _ = desk.author
        if self._desk is not desk:
            self._desk = desk
            self._keeping = self._refused.pop(author) if author in self._refused else self._new_keeping()
            self._keeping.desk = desk
        try:
            trail = await self._left()
            has_met = await away(self._runtime.has_met, author)
            self.model.role = await away(self._runtime.role, author)
        except BaseException:
            await self._drop()
            raise
        if turn != self._turn:
            await self._drop()
            return
        # Nothing can be finished before a service is known: setting up goes on where it stopped.
        self.model.phase, self.model.trail = "open" if has_met else "set-up", trail
        self._offset_left = self._keeping.offset

    async def _left(self) -> Trail:
        """Read what stands on the screens where this person left off; the first page if it is gone."""
        await self._read_households()
        try:
            trail = read_trail((await self._keeping.read_place()).get("trail"))
            for screen in trail:
                await self._read_for(screen)
        except WrenError:
            self._keeping.offset = 0.0
            return (TODAY,)
        return trail

    async def _read_for(self, screen: Screen) -> None:
        """Read what a screen shows. Raises NotFound where that cannot be shown any more."""
        model, about = self.model, screen.about
        match screen.name:
            case "assess" | "check":
                if model.work is None:
                    model.work = await self._keeping.reopen(about)
                if model.work.assessment.status != "in-progress":
                    raise NotFound
            case "record" | "finished":
                model.record = await away(self.desk.record, about)
                await self._read_outbox()
            case "outbox":
                await self._read_outbox()
            case "household" if model.household(about) is None:
                raise NotFound
            case "pick" if model.household_of(about) is None:
                raise NotFound

    def offset_left(self) -> float:
        """How far down the page was when it was left, in pixels; told once."""
        offset, self._offset_left = self._offset_left, 0.0
        return offset

    async def _read_households(self) -> None:
        self.model.households = tuple(await away(self.desk.households))

    # Moving about

    def go(self, name: ScreenName, about: str = "") -> None:
        """Open a page on top of this one."""
        self._show((*self.model.trail, Screen(name, about)))

    async def back(self) -> None:
        """Go back one page. What was typed is kept first."""
        await self._keeping.settle()
        if self.model.screen.name in ("assess", "finished"):
            await self._read_households()
        if len(self.model.trail) > 1:
            self._show(self.model.trail[:-1])

    async def home(self) -> None:
        """Go to the first page."""
        await self._leave_for((TODAY,))

    async def to_household(self, household_id: str) -> None:
        """Leave the assessment and go to the household that it belongs to."""
        await self._leave_for((TODAY, Screen("household", household_id)))

    async def _leave_for(self, trail: Trail) -> None:
        await self._keeping.settle()
        await self._read_households()
        self.model.work = None
        self._show(trail)

    def _show(self, trail: Trail) -> None:
        self.model.trail = trail
        self._keeping.moved()

    def scrolled(self, offset: float) -> None:
        """The page is this far down now, in pixels."""
        if self.model.phase == "open":
            self._keeping.moved(offset)

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
            self._keeping.forget_half()
            self.model.work, self.model.saved = work, "nothing"
            # Back leads to the person, not to the choice that has been made.
            before = (screen for screen in self.model.trail if screen.name != "pick")
            self._show((*before, Screen("assess", work.assessment.id)))
        finally:
            self.model.busy = False

    async def resume(self, assessment_id: str) -> None:
        """Go on with an assessment where it was left."""
        self.model.work, self.model.saved = await self._keeping.reopen(assessment_id), "nothing"
        self.go("assess", assessment_id)

    async def read(self, assessment_id: str) -> None:
        """Show a finished record, and whether it has been sent."""
        self.model.record = await away(self.desk.record, assessment_id)
        await self._read_outbox()
        self.go("record", assessment_id)

    async def dispatch(self, event: forms.Event) -> None:
        """One event on the open form: the page changes at once, the disk follows."""
        self._keeping.take()
        self._keeping.happen(event)
        await self._keeping.keep()

    def typed(self, event: Typed) -> None:
        """Letters arrived in a field: kept when the typing rests."""
        self._keeping.typed(event)

    def take_typing(self) -> None:
        """Let the form have the letters that arrived."""
        self._keeping.take()

    async def keep_again(self) -> None:
        """Try once more to keep what the disk refused."""
        self._keeping.take()
        await self._keeping.keep()

    def entry(self, link_id: str) -> Given | None:
        """The entry as it stands, with letters that are not kept yet."""
        return self._keeping.entry(link_id)

    @property
    def half(self) -> Mapping[str, Any]:
        """What was typed and is not an answer yet, by its place: kept with the place, never sent."""
        return self._keeping.half

    def hold(self, place: str, half: Any) -> None:
        """Remember what was typed and is not an answer yet; None forgets it."""
        self._keeping.hold(place, half)

    def begun(self, screen: str) -> Any:
        """What stands half typed on a screen that is no assessment, as it was held; None if nothing."""
        return self._keeping.begun.get(screen)

    def hold_begun(self, screen: str, plain: Any) -> None:
        """Remember what stands on such a screen, as plain JSON; None forgets it. Never a passphrase."""
        self._keeping.begin(screen, plain)

    async def finish(self) -> bool:
        """Complete the open form: True when it is committed, sealed and in the outbox."""
        self._keeping.take()
        await self._keeping.keep()
        work = self.model.work
        if work is None or self._keeping.is_refused or self.model.busy:
            return False
        self.model.busy = True
        try:
            done = await away(self.desk.happens, work, forms.Finished())
        finally:
            self.model.busy = False
        self.model.work = done
        if done.assessment.status != "completed":
            return False
        self._keeping.forget_half()
        self.model.record = done.assessment
        await self._read_households()
        await self._read_outbox()
        self._runtime.wake()
        self._show((*self.model.trail[:1], Screen("finished", done.assessment.id)))
        return True

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
        self._keeping.begin("add-household", None)
        self._show((TODAY, Screen("household", household.id)))

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


def _door_after(author: str, error: WrenError) -> Door:
    """Whether words are of use after this."""
    match error:
        case TooManyTries():
            return Door(author, "wait", datetime.fromisoformat(error.data["until"]))
        case LockedForSafety():
            return Door(author, "locked-for-safety")
        case KeystoreFault():
            return Door(author, "keystore-error")
        case KeyAbsent():
            return Door(author, "key-absent")
    return Door(author)
