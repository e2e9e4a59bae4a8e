"""What can be done on a page that is open: navigate, fill, complete, send.

`AppController` changes the `AppState`. Unlocking and locking are in `Session`; what is typed goes through
`Autosave`. There is one of each per page: nothing of a person is in a module or shared between tabs.

    await controller.unlock(passphrase)
    await controller.dispatch(AnswerEntered("injury", Answered("yes")))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from app.core.autosave import TypedEvent
from app.core.cases.case_service import OutboxStatus, run_blocking
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.people_commands import PeopleCommands
from app.core.cases.visit_commands import VisitCommands
from app.core.device.selftest import check_device
from app.core.session import Session
from app.core.state import TODAY_SCREEN, AppState, Screen, ScreenName, Trail
from assessments.casework.casework_records import CaseworkRecord
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry as Given
from assessments.engine.answers import Origin
from assessments.engine.scoring import ScoringContext

__all__ = ["AppController", "AppState", "Screen"]


class AppController(Session):
    """Everything that can be done on one page. Call from the event loop."""

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Show that something is under way; taps meanwhile are ignored."""
        self.model.busy = True
        try:
            yield
        finally:
            self.model.busy = False

    # Handing over to a child

    async def hand_over(self, chosen_name: str) -> None:
        """Give the page to a child, once everything typed is on the disk."""
        self._autosave.apply_input()
        await self._autosave.flush()
        work = self.model.open_assessment
        if work is not None and self.is_unlocked and not self._autosave.has_unsaved_answers:
            await self.hand_to_child(work, chosen_name)

    async def mark_origin(self, link_id: str, origin: Origin | None) -> None:
        """Mark where an answer that is not words came from; None takes the mark away."""
        handed = self.model.handback_review
        if handed is not None:
            self.model.handback_review = await run_blocking(
                handed.mark_origin, self.case_service, link_id, origin
            )

    # Moving about

    def open_screen(self, name: ScreenName, about: str = "") -> None:
        """Open a page on top of this one."""
        self._set_trail((*self.model.trail, Screen(name, about)))

    async def go_back(self) -> None:
        """Go back one page. What was typed is kept first."""
        await self._autosave.apply_and_flush()
        if self.model.screen.name in ("assess", "finished"):
            await self._load_households()
        if len(self.model.trail) > 1:
            self._set_trail(self.model.trail[:-1])

    async def go_home(self) -> None:
        """Go to the first page."""
        await self._navigate_to((TODAY_SCREEN,))

    async def go_to_household(self, household_id: str) -> None:
        """Leave the assessment and go to the household that it belongs to."""
        await self._navigate_to((TODAY_SCREEN, Screen("household", household_id)))

    async def _navigate_to(self, trail: Trail) -> None:
        await self._autosave.apply_and_flush()
        await self._load_households()
        self.model.open_assessment = None
        self._set_trail(trail)

    def _set_trail(self, trail: Trail) -> None:
        self.model.trail = trail
        self._autosave.update_position()

    def note_scroll(self, offset: float) -> None:
        """Note how far down the page is, in pixels."""
        if self.model.phase == "open":
            self._autosave.update_position(offset)

    # Assessments

    async def start_assessment(self, person_id: str, tool: str) -> None:
        """Open a new assessment of a person, empty, under today's contact with the household."""
        page = self.model.household_of(person_id)
        if page is None or self.model.busy:
            return
        with self._busy():
            contact = await self._find_or_create_contact(page)
            context = ScoringContext(on=contact.on)
            work = await run_blocking(self.case_service.start_assessment, contact, person_id, tool, context)
            self._autosave.clear_item_drafts()
            self.model.open_assessment = work
            self.model.set_save_state("nothing")
            # Back leads to the person, not to the choice that has been made.
            before = (screen for screen in self.model.trail if screen.name != "pick")
            self._set_trail((*before, Screen("assess", work.assessment.id)))

    async def resume_assessment(self, assessment_id: str) -> None:
        """Go on with an assessment where it was left."""
        self.model.open_assessment = await self._autosave.reopen_assessment(assessment_id)
        self.model.set_save_state("nothing")
        self.open_screen("assess", assessment_id)

    async def show_record(self, assessment_id: str) -> None:
        """Show a finished record, and whether it has been sent."""
        self.model.record = await run_blocking(self.case_service.read_assessment, assessment_id)
        await self._load_outbox()
        self.open_screen("record", assessment_id)

    async def dispatch(self, event: forms.FormEvent) -> None:
        """Apply one event to the open form: the page changes at once, the disk follows."""
        self._autosave.apply_input()
        self._autosave.apply_event(event)
        await self._autosave.flush()

    def queue_input(self, event: TypedEvent) -> None:
        """Take letters that arrived in a field: saved when the typing rests."""
        self._autosave.queue_input(event)

    def apply_input(self) -> None:
        """Give the form the letters that arrived."""
        self._autosave.apply_input()

    async def retry_save(self) -> None:
        """Try once more to write what the disk refused."""
        self._autosave.apply_input()
        await self._autosave.flush()

    def current_entry(self, link_id: str) -> Given | None:
        """The entry as it stands, with letters that are not saved yet."""
        return self._autosave.current_entry(link_id)

    @property
    def item_drafts(self) -> Mapping[str, Any]:
        """What was typed and is not an answer yet, by item: saved on this device, never sent."""
        return self._autosave.item_drafts

    def set_item_draft(self, place: str, draft: Any) -> None:
        """Keep what was typed and is not an answer yet; None forgets it."""
        self._autosave.set_item_draft(place, draft)

    def screen_draft(self, screen: str) -> Any:
        """The draft of a screen that is no assessment; None where there is none."""
        return self._autosave.screen_drafts.get(screen)

    def set_screen_draft(self, screen: str, plain: Any) -> None:
        """Keep the draft of a screen as plain JSON; None forgets it. Never a passphrase."""
        self._autosave.set_screen_draft(screen, plain)

    async def complete_assessment(self) -> bool:
        """Complete the open form. True when it is committed, sealed and in the outbox."""
        self._autosave.apply_input()
        await self._autosave.flush()
        work = self.model.open_assessment
        if work is None or self._autosave.has_unsaved_answers or self.model.busy:
            return False
        with self._busy():
            done = await run_blocking(self.case_service.apply_event, work, forms.CompletionRequested())
        self.model.open_assessment = done
        if done.assessment.status != "completed":
            return False
        self._autosave.clear_item_drafts()
        self.model.record = done.assessment
        await self._load_households()
        await self._load_outbox()
        self._runtime.wake()
        self._set_trail((*self.model.trail[:1], Screen("finished", done.assessment.id)))
        return True

    async def _find_or_create_contact(self, page: HouseholdOverview) -> Contact:
        """The contact of today with this household; a new one when there is none yet."""
        today = self._today()
        for contact in page.contacts:
            if contact.on == today and contact.role == self.model.role:
                return contact
        contact = Contact(
            id=new_id(), household_id=page.household.id, on=today, kind="visit", role=self.model.role
        )
        await run_blocking(self.case_service.save_contact, contact)
        await self._load_households()
        return contact

    # Who was seen

    @property
    def visit_commands(self) -> VisitCommands:
        """Recording the children of a contact, and closing it. Raises Locked."""
        return VisitCommands(self.case_service, self._runtime.clock.now, self._load_households)

    async def show_contact(self, household_id: str) -> None:
        """Open the contact of today with a household: who was seen."""
        page = self.model.household(household_id)
        if page is not None:
            self.open_screen("contact", (await self._find_or_create_contact(page)).id)

    # Households

    async def add_household(self, household: Household, persons: tuple[Person, ...]) -> None:
        """Save a new household and open its page."""
        if self.model.busy:
            return
        with self._busy():
            await run_blocking(self.case_service.save_household, household, persons)
            await self._load_households()
        self._autosave.set_screen_draft("add-household", None)
        self._set_trail((TODAY_SCREEN, Screen("household", household.id)))

    async def save_records(self, household_id: str, facts: Sequence[CaseworkRecord]) -> bool:
        """Save records of one household together, and give the open form its history. False while busy."""
        if self.model.busy:
            return False
        with self._busy():
            await self._autosave.apply_and_flush()
            await run_blocking(self.case_service.save_records, household_id, facts)
            await self._load_households()
            if self.model.open_assessment is not None:
                self.model.open_assessment = await run_blocking(
                    self.case_service.refresh_history, self.model.open_assessment
                )
        return True

    @property
    def people_commands(self) -> PeopleCommands:
        """Changes to the people of a household. Raises Locked."""
        return PeopleCommands(self.model, self.case_service, self._runtime.clock.now)

    async def add_training_households(self) -> None:
        """Add the invented households for training."""
        if self.model.busy or self.import_training is None or not self.model.training:
            return
        with self._busy():
            await run_blocking(self.import_training, self.case_service)
            await self._load_households()

    # The device

    async def show_device_report(self) -> None:
        """Run the self-test of this device and show its report."""
        self.model.selftest_report = None
        self.open_screen("device")
        self.model.selftest_report = await run_blocking(
            check_device, self._runtime.store, self._runtime.clock
        )

    # Sending

    async def show_outbox(self) -> None:
        """Show what waits, what was sent, and what needs help."""
        await self._load_outbox()
        self.open_screen("outbox")

    async def send_now(self) -> None:
        """Try everything that waits, at once."""
        self._runtime.wake()

    async def retry_entry(self, entry_id: str) -> None:
        """Put an entry that was set aside back in the queue."""
        await run_blocking(self._runtime.store.outbox.requeue, entry_id)
        await self._load_outbox()
        self._runtime.wake()

    async def update_send_status(self, status: OutboxStatus, sending: bool) -> None:
        """Take the outbox status from the background sender."""
        self.model.send_status, self.model.is_sending = status, sending
        if self.model.screen.name in ("outbox", "finished") and self.model.phase == "open":
            await self._load_outbox()
