"""The session of one person on one page: unlock, come back to the same place, lock.

What is decided is in `session_update`. A lock expires nothing: unlocking comes back to the same screen,
question and half-typed word, also after the app was killed, and each person of a device to their own.
"""

import asyncio
import gc
from contextlib import suppress
from datetime import datetime

from app.core import session_update
from app.core.autosave import Autosave
from app.core.cases.case_service import CaseService, OpenAssessment, run_blocking
from app.core.child.child_session import ChildSession
from app.core.child.handover import Handover
from app.core.device.account_recovery import AccountRecovery
from app.core.device.selftest import check_device
from app.core.runtime import Runtime
from app.core.state import FIRST_AUTHOR, TODAY_SCREEN, AppState, Screen, Trail, read_trail
from assessments.definitions.definition import Role
from assessments.errors import Damaged, KeystoreFault, Locked, NotFound, WrenError, WrongPassphrase

_GC_DELAY_S = 1.0


class Session:
    """Opening and locking of one page. Call from the event loop."""

    def __init__(self, model: AppState, runtime: Runtime) -> None:
        self.model = model
        # Replaced when the store is opened anew. What the disk refused before waits for it.
        self.runtime = runtime
        self._case_service: CaseService | None = None
        # Of the unlocked person; another one after each lock.
        self.autosave = self._new_autosave()
        # What the disk refused before a lock, by author.
        self._unsaved_by_author: dict[str, Autosave] = {}
        self._generation = 0
        self._restored_trail: Trail = (TODAY_SCREEN,)
        self._restored_offset = 0.0
        self._handover = Handover()
        # What a child is about to be given, and the assessment that it belongs to.
        self._next_child: tuple[ChildSession, str] | None = None

    @property
    def case_service(self) -> CaseService:
        """The use cases of the unlocked person. Raises Locked."""
        if self._case_service is None:
            raise Locked
        return self._case_service

    @property
    def is_unlocked(self) -> bool:
        """Whether somebody's keys are open; set-up can go on, and there is something to lock."""
        return self._case_service is not None

    # Before unlocking

    def note_damage(self) -> None:
        """Show on the page whether the store met damage."""
        if self.model.damaged is not self.runtime.store.is_damaged:
            self.model.damaged = self.runtime.store.is_damaged

    async def start(self) -> None:
        """Find out which page comes first."""
        model, store = self.model, self.runtime.store
        model.authors = await run_blocking(store.authors)
        model.credential_kind = store.credential_kind
        model.training = await run_blocking(lambda: self.runtime.is_training)
        model.send_status = await run_blocking(self.runtime.send_status)
        model.store_is_newer = store.read_only
        await self.show_unlock()
        with suppress(KeystoreFault):  # the locked page says that it does not answer
            if await run_blocking(self.account_recovery.pending_author) is not None:
                self.show_recovery()

    async def show_unlock(self) -> None:
        """Show the unlock page; set-up where nobody has set up."""
        await self._dispatch(session_update.SessionSignal.UNLOCK_REQUESTED)
        await self._dispatch(session_update.SessionSignal.PROMPT_READY)

    async def choose_author(self, author: str | None) -> None:
        """Say who it is of several people; None leads back to everybody."""
        await self._dispatch(session_update.AuthorPicked(author))

    async def refresh_unlock_prompt(self) -> None:
        """Read whether the passphrase can be tried now."""
        prompt = self.model.unlock_prompt
        if prompt is not None:
            await self._read_attempts(prompt.author)

    def begin_set_up(self) -> None:
        """Let another person set up on this device."""
        self._apply(session_update.SessionSignal.SET_UP_REQUESTED)
        self.autosave = self._new_autosave()

    # Account recovery

    @property
    def account_recovery(self) -> AccountRecovery:
        """The recovery requests of this device."""
        return self.runtime.account_recovery

    def show_recovery(self) -> None:
        """Show the account recovery page."""
        self._apply(session_update.SessionSignal.RECOVERY_REQUESTED)

    async def unlock_after_recovery(self, author: str, passphrase: str) -> None:
        """Unlock with the passphrase that was just chosen, and come back to the same place."""
        generation = self._start_opening(author)
        service = await run_blocking(self.runtime.unlock, passphrase, author)
        self.runtime.wake()
        await self._restore(service, generation)

    def recovered_elsewhere(self) -> datetime | None:
        """When this person recovered on another device, until the notice is dismissed. Blocking."""
        return self.runtime.recovered_at(self.case_service.author[0])

    def dismiss_recovery_notice(self) -> None:
        """Forget the notice of a recovery elsewhere. Blocking."""
        self.runtime.clear_recovered(self.case_service.author[0])

    # Setting up, unlocking and locking

    @property
    def service_url(self) -> str:
        """The address of the enrolled service; empty before enrolment."""
        return self.runtime.service_url()

    async def set_up(self, passphrase: str, role: Role, url: str, author: str = FIRST_AUTHOR) -> None:
        """Set a passphrase, meet the service and unlock. Raises WeakPassphrase, StoreFault, NotIntroduced."""
        generation, service = self._start_opening(), self._case_service
        if service is None:
            service = await run_blocking(self.runtime.set_up, passphrase, author)
            self.model.authors = await run_blocking(self.runtime.store.authors)
            self.model.unlock_prompt = session_update.UnlockPrompt(author)
            if generation != self._generation:
                await run_blocking(service.close)
                self._apply(session_update.SessionSignal.PROMPT_READY)
                return
            self._case_service = self.autosave.case_service = service
        author, _ = service.author
        await run_blocking(self.runtime.save_role, author, role)
        await self.runtime.introduce(url, service)
        self.model.training = await run_blocking(lambda: self.runtime.is_training)
        if generation == self._generation:
            self.autosave.set_screen_draft("set-up", None)
            await self._restore(service, generation)

    async def unlock(self, passphrase: str) -> None:
        """Unlock and come back to the same place. Raises Locked, StoreFault."""
        generation, prompt = self._start_opening(), self.model.unlock_prompt
        author = prompt.author if prompt is not None else None
        try:
            service = await run_blocking(self.runtime.unlock, passphrase, author)
        except WrenError as error:
            if author is not None:
                await self._dispatch(session_update.PromptFailed(author, error))
            if not isinstance(error, WrongPassphrase):
                self.note_damage()
            if isinstance(error, Damaged):
                self.model.damaged = True  # a person's row that does not open may have a whole second copy
            raise
        try:
            await self._restore(service, generation)
        finally:
            self.note_damage()

    async def accept_losses(self) -> None:
        """Note that the person has read what is missing."""
        await run_blocking(self.case_service.accept_losses)
        self.model.losses = self.case_service.losses

    async def change_passphrase(self, old: str, new: str) -> None:
        """Change the passphrase. Raises Locked for the old one, WeakPassphrase for the new."""
        await run_blocking(self.runtime.store.change_passphrase, self.case_service.author[0], old, new)

    async def lock(self) -> None:
        """Cover the page, save what was typed, drop the keys, forget what was read."""
        await self._dispatch(session_update.SessionSignal.LOCK_REQUESTED)

    async def hand_to_child(self, work: OpenAssessment, chosen_name: str) -> None:
        """Give the page to a child: one section, and no keys but the one for adding to it."""
        generation = self._start_opening()
        child_session = await self._handover.begin(self.case_service, work, chosen_name, self.lock)
        self._next_child = None if child_session is None else (child_session, work.assessment.id)
        await self._dispatch(session_update.ChildReady(generation, exists=child_session is not None))

    # Deciding, and running what was decided

    def _start_opening(self, author: str | None = None) -> int:
        """Take a new generation, and return it."""
        self._apply(session_update.OpeningStarted(author))
        return self._generation

    async def _dispatch(self, event: session_update.SessionEvent) -> None:
        await self._run(self._apply(event))

    def _apply(self, event: session_update.SessionEvent) -> tuple[session_update.SessionEffect, ...]:
        """Change the page at once; return what remains to be done."""
        model = self.model
        before = session_update.SessionState(
            model.phase,
            model.authors,
            model.unlock_prompt,
            self._generation,
            has_keys=self._case_service is not None,
            has_child=model.child_session is not None,
        )
        after, effects = session_update.update(before, event)
        model.phase, model.unlock_prompt, self._generation = after.phase, after.prompt, after.generation
        if not after.has_child:
            model.child_session = None
        return effects

    async def _run(self, effects: tuple[session_update.SessionEffect, ...]) -> None:
        """Run effects in order, each of them also when one before it fails."""
        if effects:
            try:
                await self._run_effect(effects[0])
            finally:
                await self._run(effects[1:])

    async def _run_effect(self, effect: session_update.SessionEffect) -> None:
        model, autosave = self.model, self.autosave
        match effect:
            case session_update.ReadAttempts(author):
                await self._read_attempts(author)
            case session_update.SessionAction.END_CHILD_SESSION:
                await self._handover.end()
            case session_update.SessionAction.COVER:
                autosave.capture_resume_state()
                model.trail, model.record = (TODAY_SCREEN,), None
            case session_update.SessionAction.SHOW_CHILD if self._next_child is not None:
                self._show_child(*self._next_child)
            case session_update.SessionAction.SAVE_TYPING:
                autosave.apply_input()
                await autosave.flush()
            case session_update.SessionAction.SAVE_POSITION:
                await autosave.flush()
            case session_update.SessionAction.DROP_KEYS:
                await self._drop_keys()
            case session_update.SessionAction.SHOW_RESTORED:
                model.trail, self._restored_offset = self._restored_trail, autosave.scroll_offset

    async def _read_attempts(self, author: str) -> None:
        try:
            attempts = await run_blocking(self.runtime.store.attempt_status, author)
        except WrenError as error:
            self._apply(session_update.PromptFailed(author, error))
        else:
            self._apply(session_update.AttemptsRead(author, attempts.is_locked_out, attempts.wait_until))

    def _show_child(self, child_session: ChildSession, assessment_id: str) -> None:
        model, autosave = self.model, self.autosave
        before = (screen for screen in model.trail if screen.name not in ("hand-over", "handed-back"))
        model.trail = (*before, Screen("handed-back", assessment_id))
        autosave.scroll_offset = 0.0
        autosave.capture_resume_state()
        model.child_session, model.trail, self._next_child = child_session, (TODAY_SCREEN,), None

    def _new_autosave(self) -> Autosave:
        return Autosave(self.model, self.runtime.clock.now)

    async def _drop_keys(self) -> None:
        service, self._case_service = self._case_service, None
        autosave, self.autosave = self.autosave, self._new_autosave()
        autosave.case_service = None
        model = self.model
        model.open_assessment, model.households, model.record, model.outbox_entries = None, (), None, ()
        model.losses, model.unreadable_count, model.handback_review = (), 0, None
        if service is not None:
            if autosave.has_unsaved:
                self._unsaved_by_author[service.author[0]] = autosave
            await run_blocking(service.close)
        # Reference cycles are freed once the covered page is drawn: collecting holds everything up.
        asyncio.get_running_loop().call_later(_GC_DELAY_S, gc.collect)

    async def _restore(self, service: CaseService, generation: int) -> None:
        """Show what this person left, unless the page was locked meanwhile."""
        author, _ = service.author
        if self._case_service is not service:
            self._case_service = service
            has_unsaved = author in self._unsaved_by_author
            self.autosave = self._unsaved_by_author.pop(author) if has_unsaved else self._new_autosave()
            self.autosave.case_service = service
        try:
            await self._handover.retry_unsaved(service)
            self._restored_trail = await self._restore_trail()
            is_introduced = await run_blocking(self.runtime.is_introduced, author)
            self.model.role = await run_blocking(self.runtime.role, author)
        except BaseException:
            await self._drop_keys()
            raise
        if generation == self._generation:
            self.model.losses = service.losses
        await self._dispatch(session_update.SessionRestored(generation, is_introduced))

    async def _restore_trail(self) -> Trail:
        """Read what stands on the screens where this person left off; the first page if it is gone."""
        await self.load_households()
        try:
            trail = read_trail((await self.autosave.read_resume_state()).get("trail"))
            for screen in trail:
                await self._load_screen(screen)
        except WrenError:
            self.autosave.scroll_offset = 0.0
            return (TODAY_SCREEN,)
        return trail

    async def _load_screen(self, screen: Screen) -> None:
        """Read what a screen shows. Raises NotFound where that cannot be shown any more."""
        model, about = self.model, screen.target
        match screen.name:
            case "assess" | "hand-over" | "handed-back" | "check":
                if model.open_assessment is None:
                    model.open_assessment = await self.autosave.reopen_assessment(about)
                if model.open_assessment.assessment.status != "in-progress":
                    raise NotFound
                if screen.name == "handed-back":
                    model.handback_review = await self._handover.read_review(self.case_service, about)
            case "record" | "finished":
                model.record = await run_blocking(self.case_service.read_assessment, about)
                await self.load_outbox()
            case "outbox":
                await self.load_outbox()
            case "device" if model.selftest_report is None:
                await self.load_selftest()
            case "household" if model.household(about) is None:
                raise NotFound
            case "pick" | "pattern" if model.household_of(about) is None:
                raise NotFound

    def take_restored_offset(self) -> float:
        """Take how far down the page was when it was left, in pixels; 0 when asked again."""
        offset, self._restored_offset = self._restored_offset, 0.0
        return offset

    async def load_households(self) -> None:
        """Read every household anew."""
        found = await run_blocking(self.case_service.households)
        self.model.households = tuple(found)
        self.model.unreadable_count = len(found.unreadable) + sum(page.unreadable_count for page in found)

    async def load_selftest(self) -> None:
        """Run the self-test of this device."""
        runtime = self.runtime
        self.model.selftest_report = await run_blocking(check_device, runtime.store, runtime.clock)

    async def load_outbox(self) -> None:
        """Read the entries of the outbox."""
        self.model.outbox_entries = tuple(await run_blocking(self.runtime.store.outbox.entries))
