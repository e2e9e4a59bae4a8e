"""What the pages of a visit save, or refuse: `update(state, event) -> (state, effects)`.

Pure. The checks and the records are in `child_observation_draft` and `closure_draft`; what follows from a
closure is in `assessments.casework.visits.closing`.

    update(FormState(), ClosureSubmitted(ClosureDraft(), names))     # (FormState({"why-...": "Say ..."}), ())
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from app.core.cases.record_changes import FormState
from app.core.cases.visit_queries import ChildAccount
from app.core.flow import Message
from app.features.visits.child_observation_draft import (
    ObservationDraft,
    observation_from_draft,
    validate_observation,
)
from app.features.visits.closure_draft import ClosureDraft, validate_closure
from app.kit.messages import say
from assessments.casework.casework_records import ChildObservation, VisitClosure, VisitOutcome
from assessments.casework.records import Contact
from assessments.casework.visits.closing import NoRecordReason

OUTCOMES: tuple[VisitOutcome, ...] = ("met", "refused", "no-answer", "cut-short")


class ObservationSubmitted(Message):
    """What was written of one child is to be saved; `before` is what stands there now."""

    draft: ObservationDraft
    contact: Contact
    child_id: str
    before: ChildObservation | None
    closure: VisitClosure | None


class ClosureSubmitted(Message):
    """A contact is to be finished; `names`, by id, are of the children with neither record nor reason."""

    draft: ClosureDraft
    names: Mapping[str, str]


class SaveObservation(Message):
    """Save what was written of one child."""

    record: ChildObservation


class CloseVisit(Message):
    """Finish the contact, with the reasons by child, how it went, and the adults who answered for others."""

    reasons: Mapping[str, NoRecordReason]
    outcome: VisitOutcome
    answered: tuple[str, ...]


VisitEffect: TypeAlias = SaveObservation | CloseVisit


def update(
    state: FormState, event: ObservationSubmitted | ClosureSubmitted
) -> tuple[FormState, tuple[VisitEffect, ...]]:
    """Decide what follows from a draft that is to be saved."""
    effect: VisitEffect | None
    match event:
        case ObservationSubmitted(draft, contact, child_id, before, closure):
            record = observation_from_draft(draft, contact, child_id, before)
            codes = validate_observation(draft, is_correction=is_correction(before, closure))
            problems = {code: say(f"seen.problem.{code}") for code in (*codes, *([] if record else ["long"]))}
            effect = SaveObservation(record) if record else None
        case ClosureSubmitted(draft, names):
            problems = dict(validate_closure(draft, names))
            outcome: VisitOutcome = next((code for code in OUTCOMES if code == draft.outcome), "")
            reasons = {child_id: why.to_reason() for child_id, why in draft.why.items()}
            effect = CloseVisit(reasons, outcome, draft.answered)
    return replace(state, problems=problems), () if problems or effect is None else (effect,)


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
