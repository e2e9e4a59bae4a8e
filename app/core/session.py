"""Who is here: whose words are asked for, opening, coming back to the same place, and locking.

A lock expires nothing. Unlocking comes back to the same screen, the same question and the same
half-typed word, also after the app was killed; another person on the same device comes back to their
own. The order of a lock is: cover, keep what was typed, drop the keys, forget. An unlocking that is
still under way when the page is covered does not open. This room knows no tool and no answer.

    await opening.choose("hv1")
    await opening.unlock(words)
    await opening.lock()
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime

from app.core.autosave import Keeping
from app.core.cases.case_service import Desk, away
from app.core.child.handover import Handover
from app.core.device.account_recovery import Regaining
from app.core.device.selftest import check_device
from app.core.runtime import Runtime
from app.core.state import FIRST_AUTHOR, TODAY, Door, Model, Screen, Trail, read_trail
from assessments.definitions.definition import Role
from assessments.errors import (
    Damaged,
    KeyAbsent,
    KeystoreFault,
    Locked,
    LockedForSafety,
    NotFound,
    TooManyTries,
    WrenError,
    WrongPassphrase,
)

_SWEEP_AFTER_S = 1.0


class Opening:
    """Coming in and going out. Call from the event loop."""

    def __init__(
        self,
        model: Model,
        runtime: Runtime,
        today: Callable[[], date],
        mend: Callable[[], Awaitable[None]] | None = None,
        train: Callable[[Desk], None] | None = None,
    ) -> None:
        self.model, self._runtime, self._today = model, runtime, today
        # How what is whole in a damaged store is brought back, where that can be done.
        self.mend = mend
        # How the training households are added, where there are any.
        self.train = train
        self._desk: Desk | None = None
        self._keeping = self._new_keeping()
        # What the disk refused before a lock, by author.
        self._refused: dict[str, Keeping] = {}
        # Each opening and each lock takes the turn: whoever lost it meanwhile does not open.
        self._turn = 0
        self._offset_left = 0.0
        self._handover = Handover()

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

    def use(self, runtime: Runtime) -> None:
        """Go on with a store that was opened anew. What the disk refused before waits for it."""
        self._runtime = runtime

    def note_damage(self) -> None:
        """Say on the page that damage was met, as soon as it was."""
        if self.model.damaged is not self._runtime.store.is_damaged:
            self.model.damaged = self._runtime.store.is_damaged

    async def start(self) -> None:
        """Find out which page comes first."""
        model, store = self.model, self._runtime.store
        model.authors = await away(store.authors)
        model.words_kind = store.words_kind
        model.training = await away(lambda: self._runtime.is_training)
        model.status = await away(self._runtime.status)
        model.newer = store.read_only
        await self.to_door()
        with suppress(KeystoreFault):  # the locked page says that it does not answer
            if await away(self.regaining.waiting) is not None:
                model.phase = "recover"

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

    # Asking to be let in again

    @property
    def regaining(self) -> Regaining:
        """What the page for forgotten words asks."""
        return self._runtime.regaining

    def get_help(self) -> None:
        """Go to the page for forgotten words."""
        self.model.phase = "recover"

    async def leave_help(self) -> None:
        """Back to the locked page. A request that waits goes on waiting."""
        await self.look()
        await self.to_door()

    async def let_in(self, author: str, words: str) -> None:
        """Open with the words that were just chosen, and come back to the same place."""
        turn = self._take_turn()
        self.model.door = Door(author)
        desk = await away(self._runtime.unlock, words, author)
        self._runtime.wake()
        await self._opened(desk, turn)

    def recovered_elsewhere(self) -> datetime | None:
        """When this person was let in on another device, until it is seen. Blocking."""
        author, _ = self.desk.author
        return self._runtime.recovered(author)

    def seen_recovered(self) -> None:
        """It was seen. Blocking."""
        author, _ = self.desk.author
        self._runtime.forget_recovered(author)

    # Setting up, opening and locking

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
            self.note_damage()
            if isinstance(error, Damaged):
                self.model.damaged = True  # a person's row that does not open may have a whole second copy
            raise
        try:
            await self._opened(desk, turn)
        finally:
            self.note_damage()

    async def accept_losses(self) -> None:
        """Say no more of what is missing: it has been read."""
        await away(self.desk.accept_losses)
        self.model.losses = self.desk.losses

    async def change_words(self, old: str, new: str) -> None:
        """Choose other words. Raises Locked for the old ones, WeakWords for the new."""
        author, _ = self.desk.author
        await away(self._runtime.store.change_words, author, old, new)

    async def lock(self) -> None:
        """Cover, keep what was typed, drop the keys, forget all that a person said: in this order."""
        self._take_turn()
        model = self.model
        if model.hand is not None:
            model.phase, model.hand = "locked", None
            await self._handover.end()
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
        model.losses, model.unreadable, model.handed = (), 0, None
        if desk is not None:
            if keeping.is_waiting:
                self._refused[desk.author[0]] = keeping
            await away(desk.leave)
        # What goes in circles is freed too, once the covered page is drawn: it holds everything up.
        asyncio.get_running_loop().call_later(_SWEEP_AFTER_S, gc.collect)

    async def _opened(self, desk: Desk, turn: int) -> None:
        """Show what this person left, unless the page was covered meanwhile."""
        author, _ = desk.author
        if self._desk is not desk:
            self._desk = desk
            self._keeping = self._refused.pop(author) if author in self._refused else self._new_keeping()
            self._keeping.desk = desk
        try:
            await self._handover.write_refused(desk)
            trail = await self._left()
            has_met = await away(self._runtime.has_met, author)
            self.model.role = await away(self._runtime.role, author)
        except BaseException:
            await self._drop()
            raise
        if turn != self._turn:
            await self._drop()
            return
        self.model.losses = desk.losses
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
            case "assess" | "hand-over" | "handed-back" | "check":
                if model.work is None:
                    model.work = await self._keeping.reopen(about)
                if model.work.assessment.status != "in-progress":
                    raise NotFound
                if screen.name == "handed-back":
                    model.handed = await self._handover.read(self.desk, about)
            case "record" | "finished":
                model.record = await away(self.desk.record, about)
                await self._read_outbox()
            case "outbox":
                await self._read_outbox()
            case "device" if model.report is None:
                model.report = await away(check_device, self._runtime.store, self._runtime.clock)
            case "household" if model.household(about) is None:
                raise NotFound
            case "pick" | "pattern" if model.household_of(about) is None:
                raise NotFound

    def offset_left(self) -> float:
        """How far down the page was when it was left, in pixels; told once."""
        offset, self._offset_left = self._offset_left, 0.0
        return offset

    async def _read_households(self) -> None:
        found = await away(self.desk.households)
        self.model.households = tuple(found)
        self.model.unreadable = len(found.unreadable) + sum(page.unreadable for page in found)

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
