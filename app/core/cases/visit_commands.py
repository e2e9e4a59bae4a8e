"""Filing who was seen in a contact, and finishing it.

What is written of a child is kept whole or not, finished or not: nothing here refuses to save. After
the finish a change is filed as a correction and the first version stays. This room knows no screen.

    await actions.contacts.keep(page, seen)
    silent = await actions.contacts.finish(page, contact, rows, reasons, "met", ())
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from app.core.cases.case_service import Desk, HouseholdPage, away
from app.core.cases.visit_queries import Row, ended_of
from assessments.casework.casework_records import FollowUp, Outcome, Seen
from assessments.casework.records import Contact, new_id
from assessments.casework.visits import accounting
from assessments.casework.visits.closing import Interruption, Reason, finish


class Contacts:
    """What one open desk can do about who was seen."""

    def __init__(
        self, desk: Desk, now: Callable[[], datetime], reread: Callable[[], Awaitable[None]]
    ) -> None:
        self._desk, self._now, self._reload = desk, now, reread

    async def save_observation(self, page: HouseholdPage, seen: Seen) -> None:
        """File what was written of one child."""
        before = accounting.current(page.records_of(Seen), seen.contact_id).get(seen.child_id)
        now = seen.model_copy(update={"written_at": self._now()})
        filed = accounting.revised(before, now, ended_of(page, seen.contact_id), new_id)
        await away(self._desk.save_records, page.household.id, [filed])
        await self._reload()

    async def close_visit(
        self,
        page: HouseholdPage,
        contact: Contact,
        rows: Sequence[Row],
        reasons: Mapping[str, Reason],
        outcome: Outcome,
        answered: Sequence[str],
    ) -> tuple[str, ...]:
        """Finish a contact. Gives the children who have neither a record nor a reason; none when done."""
        found = finish(
            contact,
            [row.standing for row in rows],
            reasons,
            seen={row.child.id: row.observation for row in rows if row.observation is not None},
            before=ended_of(page, contact.id),
            follow_ups=page.records_of(FollowUp),
            at=self._now(),
            new_id=new_id,
            outcome=outcome,
            answered=answered,
        )
        if isinstance(found, Interruption):
            return found.child_ids
        await away(self._desk.save_records, page.household.id, [found.closure, *found.follow_ups])
        await self._reload()
        return ()
