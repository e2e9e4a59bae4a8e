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

from app.core.autosave import Autosave
from app.core.cases.case_service import CaseService, run_blocking
from app.core.child.handover import Handover
from app.core.device.account_recovery import AccountRecovery
from app.core.device.selftest import check_device
from app.core.runtime import Runtime
from app.core.state import FIRST_AUTHOR, TODAY_SCREEN, AppState, Screen, Trail, UnlockPrompt, read_trail
from assessments.definitions.definition import Role
from assessments.errors import (
    Damaged,
    KeyAbsent,
    KeystoreFault,
    Locked,
    LockedOut,
    NotFound,
    TooManyAttempts,
    WrenError,
    WrongPassphrase,
)

_GC_DELAY_S = 1.0


class Session:
    """Coming in and going out. Call from the event loop."""

    def __init__(
        self,
        model: AppState,
        runtime: Runtime,
        today: Callable[[], date],
        mend: Callable[[], Awaitable[None]] | None = None,
        train: Callable[[CaseService], None] | None = None,
    ) -> None:
        self.model, self._runtime, self._today = model, runtime, today
        # How what is whole in a damaged store is brought back, where that can be done.
        self.salvage = mend
        # How the training households are added, where there are any.
        self.import_training = train
        self._case_service: CaseService | None = None
        self._autosave = self._new_autosave()
        # What the disk refused before a lock, by author.
        self._unsaved_by_author: dict[str, Autosave] = {}
        # Each opening and each lock takes the turn: whoever lost it meanwhile does not open.
        self._generation = 0
        self._restored_offset = 0.0
        self._handover = Handover()

    @property
    def case_service(self) -> CaseService:
        """The desk of the unlocked person. Raises Locked."""
        if self._case_service is None:
            raise Locked
        return self._case_service

    def today(self) -> date:
        """The day it is here."""
        return self._today()

    @property
    def is_unlocked(self) -> bool:
        """Whether somebody's keys are open: there is something to lock, and setting up can go on."""
        return self._case_service is not None

    # Opening and locking

    def set_runtime(self, runtime: Runtime) -> None:
        """Go on with a store that was opened anew. What the disk refused before waits for it."""
        self._runtime = runtime

    def note_damage(self) -> None:
        """Say on the page that damage was met, as soon as it was."""
        if self.model.damaged is not self._runtime.store.is_damaged:
            self.model.damaged = self._runtime.store.is_damaged

    async def start(self) -> None:
        """Find out which page comes first."""
        model, store = self.model, self._runtime.store
        model.authors = await run_blocking(store.authors)
        model.credential_kind = store.credential_kind
        model.training = await run_blocking(lambda: self._runtime.is_training)
        model.send_status = await run_blocking(self._runtime.send_status)
        model.store_is_newer = store.read_only
        await self.show_unlock()
        with suppress(KeystoreFault):  # the locked page says that it does not answer
            if await run_blocking(self.account_recovery.pending_author) is not None:
                model.phase = "recover"

    async def show_unlock(self) -> None:
        """The page that asks for words; the one that sets up where nobody has."""
        model = self.model
        if model.authors and (model.unlock_prompt is None or model.unlock_prompt.author not in model.authors):
            await self.choose_author(model.authors[0] if len(model.authors) == 1 else None)
        model.phase = "locked" if model.authors else "set-up"

    async def choose_author(self, author: str | None) -> None:
        """Say who it is of several people; None leads back to everybody."""
        self.model.unlock_prompt = None if author is None else UnlockPrompt(author)
        await self.refresh_unlock_prompt()

    async def refresh_unlock_prompt(self) -> None:
        """See whether words are of use now."""
        door = self.model.unlock_prompt
        if door is None:
            return
        try:
            tries = await run_blocking(self._runtime.store.attempt_status, door.author)
        except WrenError as error:
            self.model.unlock_prompt = _prompt_after_error(door.author, error)
            return
        if tries.is_locked_out:
            self.model.unlock_prompt = UnlockPrompt(door.author, "locked-for-safety")
        elif tries.wait_until is not None:
            self.model.unlock_prompt = UnlockPrompt(door.author, "wait", tries.wait_until)
        else:
            self.model.unlock_prompt = UnlockPrompt(door.author)

    def begin_set_up(self) -> None:
        """Let another person set up on this device."""
        self._autosave = self._new_autosave()
        self.model.unlock_prompt, self.model.phase = None, "set-up"

    # Asking to be let in again

    @property
    def account_recovery(self) -> AccountRecovery:
        """What the page for forgotten words asks."""
        return self._runtime.account_recovery

    def show_recovery(self) -> None:
        """Go to the page for forgotten words."""
        self.model.phase = "recover"

    async def leave_recovery(self) -> None:
        """Back to the locked page. A request that waits goes on waiting."""
        await self.refresh_unlock_prompt()
        await self.show_unlock()

    async def unlock_after_recovery(self, author: str, words: str) -> None:
        """Open with the words that were just chosen, and come back to the same place."""
        turn = self._next_generation()
        self.model.unlock_prompt = UnlockPrompt(author)
        desk = await run_blocking(self._runtime.unlock, words, author)
        self._runtime.wake()
        await self._restore(desk, turn)

    def recovered_elsewhere(self) -> datetime | None:
        """When this person was let in on another device, until it is seen. Blocking."""
        author, _ = self.case_service.author
        return self._runtime.recovered_at(author)

    def dismiss_recovery_notice(self) -> None:
        """It was seen. Blocking."""
        author, _ = self.case_service.author
        self._runtime.clear_recovered(author)

    # Setting up, opening and locking

    @property
    def service_url(self) -> str:
        """The address of the service this device knows; empty while it knows none."""
        return self._runtime.service_url()

    async def set_up(self, words: str, role: Role, url: str, author: str = FIRST_AUTHOR) -> None:
        """Choose the words, meet the service, and open. Raises WeakWords, StoreFault, NotIntroduced."""
        turn = self._next_generation()
        desk = self._case_service
        if desk is None:
            desk = await run_blocking(self._runtime.set_up, words, author)
            self.model.authors = await run_blocking(self._runtime.store.authors)
            self.model.unlock_prompt = UnlockPrompt(author)
            if turn != self._generation:
                await run_blocking(desk.close)
                self.model.phase = "locked"
                return
            self._case_service = self._autosave.case_service = desk
        author, _ = desk.author
        await run_blocking(self._runtime.save_role, author, role)
        await self._runtime.introduce(url, desk)
        self.model.training = await run_blocking(lambda: self._runtime.is_training)
        if turn == self._generation:
            self._autosave.set_screen_draft("set-up", None)
            await self._restore(desk, turn)

    async def unlock(self, words: str) -> None:
        """Open with the words and come back to the same place. Raises Locked, StoreFault."""
        turn, door = self._next_generation(), self.model.unlock_prompt
        try:
            desk = await run_blocking(self._runtime.unlock, words, door.author if door is not None else None)
        except WrongPassphrase:
            await self.refresh_unlock_prompt()
            raise
        except WrenError as error:
            if door is not None:
                self.model.unlock_prompt = _prompt_after_error(door.author, error)
            self.note_damage()
            if isinstance(error, Damaged):
                self.model.damaged = True  # a person's row that does not open may have a whole second copy
            raise
        try:
            await self._restore(desk, turn)
        finally:
            self.note_damage()

    async def accept_losses(self) -> None:
        """Say no more of what is missing: it has been read."""
        await run_blocking(self.case_service.accept_losses)
        self.model.losses = self.case_service.losses

    async def change_passphrase(self, old: str, new: str) -> None:
        """Choose other words. Raises Locked for the old ones, WeakWords for the new."""
        author, _ = self.case_service.author
        await run_blocking(self._runtime.store.change_passphrase, author, old, new)

    async def lock(self) -> None:
        """Cover, keep what was typed, drop the keys, forget all that a person said: in this order."""
        self._next_generation()
        model = self.model
        if model.child_session is not None:
            model.phase, model.child_session = "locked", None
            await self._handover.end()
        if self._case_service is None or model.phase == "locked":
            return
        self._autosave.capture_resume_state()
        # The cover comes first: what is on the screen goes before anything is awaited.
        model.phase, model.trail, model.record = "locked", (TODAY_SCREEN,), None
        try:
            self._autosave.apply_input()
            await self._autosave.flush()
        finally:
            await self._drop_keys()

    def _next_generation(self) -> int:
        self._generation += 1
        return self._generation

    def _new_autosave(self) -> Autosave:
        return Autosave(self.model, self._runtime.clock.now)

    async def _drop_keys(self) -> None:
        desk, self._case_service = self._case_service, None
        keeping, self._autosave = self._autosave, self._new_autosave()
        keeping.case_service = None
        model = self.model
        model.open_assessment, model.households, model.record, model.outbox_entries = None, (), None, ()
        model.losses, model.unreadable_count, model.handback_review = (), 0, None
        if desk is not None:
            if keeping.has_unsaved:
                self._unsaved_by_author[desk.author[0]] = keeping
            await run_blocking(desk.close)
        # What goes in circles is freed too, once the covered page is drawn: it holds everything up.
        asyncio.get_running_loop().call_later(_GC_DELAY_S, gc.collect)

    async def _restore(self, desk: CaseService, turn: int) -> None:
        """Show what this person left, unless the page was covered meanwhile."""
        author, _ = desk.author
        if self._case_service is not desk:
            self._case_service = desk
            self._autosave = (
                self._unsaved_by_author.pop(author)
                if author in self._unsaved_by_author
                else self._new_autosave()
            )
            self._autosave.case_service = desk
        try:
            await self._handover.retry_unsaved(desk)
            trail = await self._restore_trail()
            has_met = await run_blocking(self._runtime.is_introduced, author)
            self.model.role = await run_blocking(self._runtime.role, author)
        except BaseException:
            await self._drop_keys()
            raise
        if turn != self._generation:
            await self._drop_keys()
            return
        self.model.losses = desk.losses
        # Nothing can be finished before a service is known: setting up goes on where it stopped.
        self.model.phase, self.model.trail = "open" if has_met else "set-up", trail
        self._restored_offset = self._autosave.scroll_offset

    async def _restore_trail(self) -> Trail:
        """Read what stands on the screens where this person left off; the first page if it is gone."""
        await self._load_households()
        try:
            trail = read_trail((await self._autosave.read_resume_state()).get("trail"))
            for screen in trail:
                await self._load_screen(screen)
        except WrenError:
            self._autosave.scroll_offset = 0.0
            return (TODAY_SCREEN,)
        return trail

    async def _load_screen(self, screen: Screen) -> None:
        """Read what a screen shows. Raises NotFound where that cannot be shown any more."""
        model, about = self.model, screen.target
        match screen.name:
            case "assess" | "hand-over" | "handed-back" | "check":
                if model.open_assessment is None:
                    model.open_assessment = await self._autosave.reopen_assessment(about)
                if model.open_assessment.assessment.status != "in-progress":
                    raise NotFound
                if screen.name == "handed-back":
                    model.handback_review = await self._handover.read_review(self.case_service, about)
            case "record" | "finished":
                model.record = await run_blocking(self.case_service.read_assessment, about)
                await self._load_outbox()
            case "outbox":
                await self._load_outbox()
            case "device" if model.selftest_report is None:
                model.selftest_report = await run_blocking(
                    check_device, self._runtime.store, self._runtime.clock
                )
            case "household" if model.household(about) is None:
                raise NotFound
            case "pick" | "pattern" if model.household_of(about) is None:
                raise NotFound

    def take_restored_offset(self) -> float:
        """How far down the page was when it was left, in pixels; told once."""
        offset, self._restored_offset = self._restored_offset, 0.0
        return offset

    async def _load_households(self) -> None:
        found = await run_blocking(self.case_service.households)
        self.model.households = tuple(found)
        self.model.unreadable_count = len(found.unreadable) + sum(page.unreadable_count for page in found)

    async def _load_outbox(self) -> None:
        self.model.outbox_entries = tuple(await run_blocking(self._runtime.store.outbox.entries))


def _prompt_after_error(author: str, error: WrenError) -> UnlockPrompt:
    """Whether words are of use after this."""
    match error:
        case TooManyAttempts():
            return UnlockPrompt(author, "wait", datetime.fromisoformat(error.data["until"]))
        case LockedOut():
            return UnlockPrompt(author, "locked-for-safety")
        case KeystoreFault():
            return UnlockPrompt(author, "keystore-error")
        case KeyAbsent():
            return UnlockPrompt(author, "key-absent")
    return UnlockPrompt(author)
