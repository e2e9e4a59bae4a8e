"""What is known from before, for the open form, and what follows from reviewing it or not.

Whether the history was seen is saved for the person and the contact, so that it is asked once; completing
without it leaves a task.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from assessments.casework.casework_records import FollowUp, HistoryReview, Incident, RecordLink
from assessments.casework.ids import new_id
from assessments.casework.matching.incidents import deduplicate_incidents
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.engine.scoring import HistoryStatus, ScoringContext
from assessments.store import UnlockedStore, people

_ASK_HISTORY: Literal["ask-history"] = "ask-history"


def with_history(keys: UnlockedStore, assessment: Assessment, context: ScoringContext) -> ScoringContext:
    """The context with the days of known events, and whether the history was seen in this contact.

    An event that somebody said was told twice counts once.
    """
    found = people.read_casework_records(keys, assessment.household_id)
    events = deduplicate_incidents(
        (fact for fact in found if isinstance(fact, Incident)),
        [fact for fact in found if isinstance(fact, RecordLink)],
    )
    days = [event.on for event in events if event.precision != "before"]
    context = replace(context, events=tuple(sorted((*assessment.context.events, *days))))
    for fact in found:
        if isinstance(fact, HistoryReview) and _is_same_occasion(fact, assessment):
            context = replace(context, history=fact.history, history_why=fact.why)
    return context


def save_history(keys: UnlockedStore, assessment: Assessment, history: HistoryStatus, why: str) -> None:
    """Keep the answer for this person and contact, and end what was still to be asked of them."""
    found = people.read_casework_records(keys, assessment.household_id)
    asked = [
        fact.model_copy(update={"done_on": assessment.context.on})
        for fact in found
        if isinstance(fact, FollowUp) and (fact.code, fact.person_id) == (_ASK_HISTORY, assessment.subject_id)
        if fact.done_on is None
    ]
    # Saying it anew is a revision of what was said in the same contact.
    before = next(
        (
            fact.id
            for fact in found
            if isinstance(fact, HistoryReview) and _is_same_occasion(fact, assessment)
        ),
        "",
    )
    judged = HistoryReview(
        id=before or new_id(),
        household_id=assessment.household_id,
        contact_id=assessment.contact_id,
        subject_id=assessment.subject_id,
        history=history,
        why=why,
    )
    people.save_records(keys, assessment.household_id, [judged, *asked])


def add_history_follow_up(keys: UnlockedStore, assessment: Assessment) -> None:
    """The history was not looked at: it is to be, soon. Said once, however often it was not."""
    found = people.read_casework_records(keys, assessment.household_id)
    if any(
        isinstance(fact, FollowUp)
        and (fact.code, fact.person_id, fact.done_on) == (_ASK_HISTORY, assessment.subject_id, None)
        for fact in found
    ):
        return
    days = catalogue.load_area(assessment.area).chronology_rules.history_due_days
    ask = FollowUp(
        id=new_id(),
        household_id=assessment.household_id,
        person_id=assessment.subject_id,
        code=_ASK_HISTORY,
        due=assessment.context.on + timedelta(days=days),
        contact_id=assessment.contact_id,
    )
    people.save_records(keys, assessment.household_id, [ask])


def _is_same_occasion(fact: HistoryReview, assessment: Assessment) -> bool:
    return (fact.contact_id, fact.subject_id) == (assessment.contact_id, assessment.subject_id)
