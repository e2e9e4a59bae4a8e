"""What can be done on a page that is open.

`Actions` changes the `Model`: it moves about, fills, finishes and sends. How a page opens and locks is in
`Opening`; what is typed goes through `Keeping`, which has it on the disk within two seconds.

One Model and one Actions per page: nothing of a person is in a module or shared between tabs.

    await actions.unlock(passphrase)
    await actions.dispatch(Entered("injury", Answered("yes")))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.autosave import Typed
from app.core.cases.case_service import HouseholdPage, Status, away
from app.core.cases.people_commands import Family
from app.core.cases.visit_commands import Contacts
from app.core.device.selftest import check_device
from app.core.session import Opening
from app.core.state import TODAY, Model, Screen, ScreenName, Trail
from assessments.casework.casework_records import Fact
from assessments.casework.records import Contact, Household, Person, new_id
from assessments.engine import form as forms
from assessments.engine.answers import Entry as Given
from assessments.engine.answers import Origin
from assessments.engine.scoring import Context

__all__ = ["Actions", "Model", "Screen"]


class Actions(Opening):
    """Everything that can be done on one page. Call from the event loop."""

    # Handing over to a child

    async def hand_over(self, called: str) -> None:
        """Give the page to a child: one section, and no keys but the one for adding to it."""
        self._keeping.take()
        await self._keeping.keep()
        work, desk = self.model.work, self._desk
        if work is None or desk is None or self._keeping.is_refused:
            return
        turn = self._take_turn()
        hand = await self._handover.begin(desk, work, called, self.lock)
        if hand is None or turn != self._turn:
            await self._handover.end()
            return
        model = self.model
        before = (screen for screen in model.trail if screen.name not in ("hand-over", "handed-back"))
        model.trail = (*before, Screen("handed-back", work.assessment.id))
        self._keeping.offset = 0.0
        self._keeping.note_place()
        # The child's page comes first: what an adult reads goes before anything is awaited.
        model.hand, model.phase, model.trail = hand, "child", (TODAY,)
        try:
            await self._keeping.keep()
        finally:
            await self._drop()

    async def mark_origin(self, link_id: str, origin: Origin | None) -> None:
        """Say where an answer that is not words came from."""
        handed = self.model.handed
        if handed is not None:
            self.model.handed = await away(handed.marked, self.desk, link_id, origin)

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

    # Who was seen

    @property
    def contacts(self) -> Contacts:
        """What is written of the children of a contact, and finishing it."""
        return Contacts(self.desk, self._runtime.clock.now, self._read_households)

    async def show_contact(self, household_id: str) -> None:
        """Open the contact of today with a household: who was seen."""
        page = self.model.household(household_id)
        if page is not None:
            self.go("contact", (await self._contact_today(page)).id)

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

    async def keep_facts(self, household_id: str, facts: Sequence[Fact]) -> bool:
        """Keep facts of one household together, and have the open form know of them. False while busy."""
        if self.model.busy:
            return False
        self.model.busy = True
        try:
            await self._keeping.settle()
            await away(self.desk.keep_facts, household_id, facts)
            await self._read_households()
            if self.model.work is not None:
                self.model.work = await away(self.desk.recalled, self.model.work)
        finally:
            self.model.busy = False
        return True

    @property
    def family(self) -> Family:
        """What can be done about the people of a household. Raises Locked."""
        return Family(self.model, self.desk, self._runtime.clock.now)

    async def add_training(self) -> None:
        """Add the invented households to learn with."""
        if self.model.busy or self.train is None or not self.model.training:
            return
        self.model.busy = True
        try:
            await away(self.train, self.desk)
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
