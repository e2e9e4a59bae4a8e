"""What is typed to finish a contact, and what the pages of a visit save, or refuse. Pure.

Nothing is refused for being incomplete. A change after the finish is a correction; the first version stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import FormState, SaveRecords
from app.core.cases.visit_queries import ChildAccount, closure_of
from app.core.drafts import Draft
from app.core.flow import Message
from app.features.shared.parse_typed import parse_day
from app.features.visits.child_observation_draft import (
    ObservationDraft,
    observation_from_draft,
    validate_observation,
)
from app.kit.messages import say
from assessments.casework.casework_records import (
    CaseworkRecord,
    ChildObservation,
    FollowUp,
    VisitClosure,
    VisitOutcome,
)
from assessments.casework.ids import new_id
from assessments.casework.records import Contact
from assessments.casework.visits.accounting import is_reason_given, revise_observation
from assessments.casework.visits.closing import ClosureResult, NoRecordReason, close_visit

_LONGEST = 1000


@dataclass(frozen=True, repr=False)
class ReasonDraft(Draft):
    """Why there is no record of one child: a code, words, and the day of the next try as typed."""

    code: str = ""
    words: str = ""
    due: str = ""

    def to_reason(self) -> NoRecordReason:
        """Return the reason; a day that cannot be read is none."""
        return NoRecordReason(self.code, self.words, parse_day(self.due))


@dataclass(frozen=True, repr=False)
class ClosureDraft(Draft):
    """Reasons by the id of the child, the outcome, and the ids of adults who answered for others."""

    why: Mapping[str, ReasonDraft] = field(default_factory=dict)
    outcome: str | None = None
    answered: tuple[str, ...] = ()

    def reason_of(self, child_id: str) -> ReasonDraft:
        """Return what stands for one child so far."""
        return self.why.get(child_id, ReasonDraft())


def validate_closure(draft: ClosureDraft, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what stands in the way of finishing, child by child: `names` of those with no record, by id."""
    found = []
    for child_id, name in names.items():
        why = draft.reason_of(child_id)
        if not is_reason_given(why.code, why.words):
            found.append((f"why-{child_id}", say("leave.problem", name=name)))
        elif len(why.words) > _LONGEST:
            found.append((f"why-{child_id}", say("seen.problem.long")))
        if why.due.strip() and parse_day(why.due) is None:
            found.append((f"day-{child_id}", say("seen.problem.due")))
    return found


OUTCOMES: tuple[VisitOutcome, ...] = ("met", "refused", "no-answer", "cut-short")


class ObservationSubmitted(Message):
    """What was written of one child is to be saved; `before` is what stands there now."""

    draft: ObservationDraft
    page: HouseholdOverview
    contact: Contact
    child_id: str
    before: ChildObservation | None
    now: datetime


class ClosureSubmitted(Message):
    """A contact is to be finished; `names`, by id, are of the children with neither record nor reason."""

    draft: ClosureDraft
    page: HouseholdOverview
    contact: Contact
    rows: tuple[ChildAccount, ...]
    names: Mapping[str, str]
    now: datetime


def update(
    state: FormState, event: ObservationSubmitted | ClosureSubmitted
) -> tuple[FormState, tuple[SaveRecords, ...]]:
    """Decide what follows from a draft that is to be saved; without an effect the page stays."""
    records: tuple[CaseworkRecord, ...]
    match event:
        case ObservationSubmitted():
            problems, records = _decide_observation(event)
        case ClosureSubmitted():
            problems = dict(validate_closure(event.draft, event.names))
            records = () if problems else _close(event)
    return replace(state, problems=problems), () if problems or not records else (SaveRecords(records),)


def is_correction(before: ChildObservation | None, closure: VisitClosure | None) -> bool:
    """Whether a change corrects what was finished: what was written after the finish may still be changed."""
    if before is None or closure is None:
        return False
    return before.written_at is None or before.written_at <= closure.at


def find_silent_children(
    rows: Sequence[ChildAccount], closure: VisitClosure | None
) -> tuple[ChildAccount, ...]:
    """The children with neither a record nor a reason: finishing asks about each of them."""
    given = closure.silent if closure is not None else {}
    return tuple(row for row in rows if row.standing.is_unaccounted and row.child.id not in given)


def _decide_observation(event: ObservationSubmitted) -> tuple[dict[str, str], tuple[CaseworkRecord, ...]]:
    draft, before, closure = event.draft, event.before, closure_of(event.page, event.contact.id)
    codes = validate_observation(draft, is_correction=is_correction(before, closure))
    written = observation_from_draft(draft, event.contact, event.child_id, before)
    if written is None:
        return {code: say(f"seen.problem.{code}") for code in (*codes, "long")}, ()
    written = written.model_copy(update={"written_at": event.now})
    problems = {code: say(f"seen.problem.{code}") for code in codes}
    return problems, (revise_observation(before, written, closure, new_id),)


def _close(event: ClosureSubmitted) -> tuple[CaseworkRecord, ...]:
    draft, page = event.draft, event.page
    found = close_visit(
        event.contact,
        [row.standing for row in event.rows],
        {child_id: why.to_reason() for child_id, why in draft.why.items()},
        observations={row.child.id: row.observation for row in event.rows if row.observation is not None},
        last_closure=closure_of(page, event.contact.id),
        follow_ups=page.records_of(FollowUp),
        at=event.now,
        new_id=new_id,
        outcome=next((code for code in OUTCOMES if code == draft.outcome), ""),
        adults_answering=draft.answered,
    )
    return (found.closure, *found.follow_ups) if isinstance(found, ClosureResult) else ()
