"""What can be done on a page that is open: navigate, fill, complete, send. One controller per page."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from app.core.autosave import Autosave
from app.core.cases.case_service import CaseService, run_blocking
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import Record, SaveRecords, Submitted
from app.core.drafts import Draft
from app.core.outbox_update import OutboxAction, OutboxEvent, OutboxState, Requeue, update
from app.core.people_commands import PeopleCommands
from app.core.runtime import Runtime
from app.core.session import Session
from app.core.state import TODAY_SCREEN, AppState, Screen, ScreenName, Trail
from assessments.casework.casework_records import CaseworkRecord
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.engine import form as forms
from assessments.engine.answers import Origin
from assessments.engine.scoring import ScoringContext

__all__ = ["AppController", "AppState", "Screen"]


class AppController:
    """Everything that can be done on one page. Call from the event loop."""

    def __init__(
        self,
        model: AppState,
        runtime: Runtime,
        today: Callable[[], date],
        salvage: Callable[[], Awaitable[None]] | None = None,
        import_training: Callable[[CaseService], None] | None = None,
    ) -> None:
        self.model, self.session = model, Session(model, runtime)
        self.today, self.salvage, self.import_training = today, salvage, import_training

    def submitted(self, draft: Draft, page: HouseholdOverview, about: Record | None = None) -> Submitted:
        """The event that a draft is to be saved, with what decides about it."""
        return Submitted(draft, page, about, self.model.households, self.today(), self.now())

    def now(self) -> datetime:
        """The moment, as records are marked with it, in UTC."""
        return self.session.runtime.clock.now()

    @property
    def autosave(self) -> Autosave:
        """What is typed, on its way to the disk."""
        return self.session.autosave

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
        await self.retry_save()
        work = self.model.open_assessment
        if work is not None and self.session.is_unlocked and not self.autosave.has_unsaved_answers:
            await self.session.hand_to_child(work, chosen_name)

    async def mark_origin(self, link_id: str, origin: Origin | None) -> None:
        """Mark where an answer that is not words came from; None takes the mark away."""
        handed = self.model.handback_review
        if handed is not None:
            service = self.session.case_service
            self.model.handback_review = await run_blocking(handed.mark_origin, service, link_id, origin)

    # Moving about

    def open_screen(self, name: ScreenName, about: str = "") -> None:
        """Open a page on top of this one."""
        self._set_trail((*self.model.trail, Screen(name, about)))

    async def go_back(self) -> None:
        """Go back one page. What was typed is kept first."""
        await self.autosave.apply_and_flush()
        if self.model.screen.name in ("assess", "finished"):
            await self.session.load_households()
        if len(self.model.trail) > 1:
            self._set_trail(self.model.trail[:-1])

    async def go_home(self) -> None:
        """Go to the first page."""
        await self._navigate_to((TODAY_SCREEN,))

    async def go_to_household(self, household_id: str) -> None:
        """Leave the assessment and go to the household that it belongs to."""
        await self._navigate_to((TODAY_SCREEN, Screen("household", household_id)))

    async def _navigate_to(self, trail: Trail) -> None:
        await self.autosave.apply_and_flush()
        await self.session.load_households()
        self.model.open_assessment = None
        self._set_trail(trail)

    def _set_trail(self, trail: Trail) -> None:
        self.model.trail = trail
        self.autosave.update_position()

    def note_scroll(self, offset: float) -> None:
        """Note how far down the page is, in pixels."""
        if self.model.phase == "open":
            self.autosave.update_position(offset)

    # Assessments

    async def start_assessment(self, person_id: str, tool: str) -> None:
        """Open a new assessment of a person, empty, under today's contact with the household."""
        page = self.model.household_of(person_id)
        if page is None or self.model.busy:
            return
        with self._busy():
            contact = await self._find_or_create_contact(page)
            start, context = self.session.case_service.start_assessment, ScoringContext(on=contact.on)
            work = await run_blocking(start, contact, person_id, tool, context)
            self.autosave.clear_item_drafts()
            self.model.open_assessment = work
            self.model.set_save_state("nothing")
            # Back leads to the person, not to the choice that has been made.
            before = (screen for screen in self.model.trail if screen.name != "pick")
            self._set_trail((*before, Screen("assess", work.assessment.id)))

    async def resume_assessment(self, assessment_id: str) -> None:
        """Go on with an assessment where it was left."""
        self.model.open_assessment = await self.autosave.reopen_assessment(assessment_id)
        self.model.set_save_state("nothing")
        self.open_screen("assess", assessment_id)

    async def show_record(self, assessment_id: str) -> None:
        """Show a finished record, and whether it has been sent."""
        self.model.record = await run_blocking(self.session.case_service.read_assessment, assessment_id)
        await self.session.load_outbox()
        self.open_screen("record", assessment_id)

    async def dispatch(self, event: forms.FormEvent) -> None:
        """Apply one event to the open form: the page changes at once, the disk follows."""
        self.autosave.apply_input()
        self.autosave.apply_event(event)
        await self.autosave.flush()

    async def retry_save(self) -> None:
        """Try once more to write what the disk refused."""
        self.autosave.apply_input()
        await self.autosave.flush()

    async def complete_assessment(self) -> bool:
        """Complete the open form. True when it is committed, sealed and in the outbox."""
        await self.retry_save()
        work = self.model.open_assessment
        if work is None or self.autosave.has_unsaved_answers or self.model.busy:
            return False
        with self._busy():
            apply_event = self.session.case_service.apply_event
            done = await run_blocking(apply_event, work, forms.CompletionRequested())
        self.model.open_assessment = done
        if done.assessment.status != "completed":
            return False
        self.autosave.clear_item_drafts()
        self.model.record = done.assessment
        await self.session.load_households()
        await self.session.load_outbox()
        self.session.runtime.wake()
        self._set_trail((*self.model.trail[:1], Screen("finished", done.assessment.id)))
        return True

    async def _find_or_create_contact(self, page: HouseholdOverview) -> Contact:
        """The contact of today with this household; a new one when there is none yet."""
        today = self.today()
        for contact in page.contacts:
            if contact.on == today and contact.role == self.model.role:
                return contact
        contact = Contact(
            id=new_id(), household_id=page.household.id, on=today, kind="visit", role=self.model.role
        )
        await run_blocking(self.session.case_service.save_record, contact)
        await self.session.load_households()
        return contact

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
            await run_blocking(self.session.case_service.save_household, household, persons)
            await self.session.load_households()
        self.autosave.set_screen_draft("add-household", None)
        self._set_trail((TODAY_SCREEN, Screen("household", household.id)))

    async def save_changes(self, changes: SaveRecords) -> bool:
        """Carry out the effect of a pure update, on records of one household; see `save_records`."""
        return await self.save_records(*_casework_records(changes))

    async def save_visit(self, changes: SaveRecords) -> None:
        """Save records of a contact together. They change nothing in a form that is open."""
        await run_blocking(self.session.case_service.save_records, *_casework_records(changes))
        await self.session.load_households()

    async def save_records(self, household_id: str, facts: Sequence[CaseworkRecord]) -> bool:
        """Save records of one household together, and give the open form its history. False while busy."""
        if self.model.busy:
            return False
        with self._busy():
            await self.autosave.apply_and_flush()
            await run_blocking(self.session.case_service.save_records, household_id, facts)
            await self.session.load_households()
            if self.model.open_assessment is not None:
                refresh = self.session.case_service.refresh_history
                self.model.open_assessment = await run_blocking(refresh, self.model.open_assessment)
        return True

    @property
    def people_commands(self) -> PeopleCommands:
        """Changes to the people of a household. Raises Locked."""
        return PeopleCommands(self.model, self.session.case_service, self.session.runtime.clock.now)

    async def add_training_households(self) -> None:
        """Add the invented households for training."""
        if self.model.busy or self.import_training is None or not self.model.training:
            return
        with self._busy():
            await run_blocking(self.import_training, self.session.case_service)
            await self.session.load_households()

    async def show_device_report(self) -> None:
        """Run the self-test of this device and show its report."""
        self.model.selftest_report = None
        self.open_screen("device")
        await self.session.load_selftest()

    async def dispatch_outbox(self, event: OutboxEvent) -> None:
        """Let the outbox follow an event: a press on its page, or news from the sender."""
        model = self.model
        shows = model.screen.name in ("outbox", "finished") and model.phase == "open"
        state, effects = update(OutboxState(model.send_status, model.is_sending, shows), event)
        model.send_status, model.is_sending = state.status, state.is_sending
        for effect in effects:
            match effect:
                case Requeue(entry_id):
                    await run_blocking(self.session.runtime.store.outbox.requeue, entry_id)
                case OutboxAction.READ_ENTRIES:
                    await self.session.load_outbox()
                case OutboxAction.SHOW_PAGE:
                    self.open_screen("outbox")
                case OutboxAction.SEND:
                    self.session.runtime.wake()


def _casework_records(changes: SaveRecords) -> tuple[str, list[CaseworkRecord]]:
    """The household that the records of an effect belong to, and the records."""
    facts = [record for record in changes.records if isinstance(record, CaseworkRecord)]
    return facts[0].household_id, facts
