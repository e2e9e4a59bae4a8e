"""Saving who was seen in a contact, and closing it.

Nothing is refused for being incomplete. After closing, a change is saved as a correction and the first
version stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from app.core.cases.case_service import CaseService, run_blocking
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import ChildAccount, closure_of
from assessments.casework.casework_records import ChildObservation, FollowUp, VisitOutcome
from assessments.casework.ids import new_id
from assessments.casework.records import Contact
from assessments.casework.visits import accounting
from assessments.casework.visits.closing import NoRecordReason, UnaccountedChildren, close_visit


class VisitCommands:
    """Commands on the children of a contact."""

    def __init__(
        self, service: CaseService, now: Callable[[], datetime], reread: Callable[[], Awaitable[None]]
    ) -> None:
        self._service, self._now, self._reload = service, now, reread

    async def save_observation(self, page: HouseholdOverview, seen: ChildObservation) -> None:
        """File what was written of one child."""
        before = accounting.find_current_observations(page.records_of(ChildObservation), seen.contact_id).get(
            seen.child_id
        )
        now = seen.model_copy(update={"written_at": self._now()})
        filed = accounting.revise_observation(before, now, closure_of(page, seen.contact_id), new_id)
        await run_blocking(self._service.save_records, page.household.id, [filed])
        await self._reload()

    async def close_visit(
        self,
        page: HouseholdOverview,
        contact: Contact,
        rows: Sequence[ChildAccount],
        reasons: Mapping[str, NoRecordReason],
        outcome: VisitOutcome,
        answered: Sequence[str],
    ) -> tuple[str, ...]:
        """Finish a contact. Gives the children who have neither a record nor a reason; none when done."""
        found = close_visit(
            contact,
            [row.standing for row in rows],
            reasons,
            observations={row.child.id: row.observation for row in rows if row.observation is not None},
            last_closure=closure_of(page, contact.id),
            follow_ups=page.records_of(FollowUp),
            at=self._now(),
            new_id=new_id,
            outcome=outcome,
            adults_answering=answered,
        )
        if isinstance(found, UnaccountedChildren):
            return found.child_ids
        await run_blocking(self._service.save_records, page.household.id, [found.closure, *found.follow_ups])
        await self._reload()
        return ()
