"""The metadata of an open form, its history among them, and the context read back from both.

Metadata are lines of the same append-only list as the answers, under names that no item can have. Whether
the history was seen is saved for the person and the contact, so that it is asked once.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Literal

from app.core.plain import Json
from assessments.casework.casework_records import FollowUp, HistoryReview, Incident, RecordLink
from assessments.casework.ids import new_id
from assessments.casework.matching.incidents import deduplicate_incidents
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.engine import form as forms
from assessments.engine.scoring import HistoryStatus, Judgement, ScoringContext
from assessments.errors import StoreFault
from assessments.store import UnlockedStore, assessments, people
from assessments.store.rows.summaries import list_summaries

_JUDGEMENT = "$judgement"
_VERSION = "$version"
_NOT_DONE = "$not-done."
_KEPT_PHRASES = "$language."
_ASK_HISTORY: Literal["ask-history"] = "ask-history"

MetadataEffect = (
    forms.JudgementGiven | forms.HistoryAnswered | forms.SupplementDeferred | forms.SaveKeptPhrases
)


def save_metadata(keys: UnlockedStore, assessment: Assessment, effect: MetadataEffect) -> None:
    """Keep one thing that is no answer: committed when this returns."""
    match effect:
        case forms.JudgementGiven(judgement):
            _write(keys, assessment.id, _JUDGEMENT, asdict(judgement) if judgement else None)
        case forms.HistoryAnswered(history, why):
            save_history(keys, assessment, history, why)
        case forms.SupplementDeferred(tool, reason):
            _write(keys, assessment.id, f"{_NOT_DONE}{tool}", reason or None)
        case forms.SaveKeptPhrases(link_id, codes):
            _write(keys, assessment.id, f"{_KEPT_PHRASES}{link_id}", list(codes))


def save_version(keys: UnlockedStore, assessment_id: str, instrument: Instrument) -> None:
    """Go on under this version of the tool."""
    pinned = {"version": instrument.version, "instrument_hash": instrument.hash}
    _write(keys, assessment_id, _VERSION, pinned)


def read_moved_version(kept: Mapping[str, Any]) -> dict[str, str]:
    """The version that the form was moved to, as fields of the record; empty where it was not."""
    return kept.get(_VERSION) or {}


def _write(keys: UnlockedStore, assessment_id: str, name: str, plain: Json) -> None:
    assessments.append_answer(keys, assessment_id, name, plain)


def current_context(
    keys: UnlockedStore, assessment: Assessment, instrument: Instrument, kept: Mapping[str, Any]
) -> ScoringContext:
    """The context as it stands: what is known of before, own judgement, which tools are done or not."""
    judged = kept.get(_JUDGEMENT)
    return replace(
        with_history(keys, assessment, assessment.context) if instrument.grades else assessment.context,
        judgement=Judgement(**judged) if judged else assessment.context.judgement,
        misses=count_misses(keys, assessment.subject_id, assessment.instrument),
        done=completed_in_contact(keys, assessment),
        not_done=tuple(
            (name.removeprefix(_NOT_DONE), reason)
            for name, reason in kept.items()
            if name.startswith(_NOT_DONE) and reason
        ),
        kept_phrases=tuple(
            sorted(
                (name.removeprefix(_KEPT_PHRASES), tuple(codes))
                for name, codes in kept.items()
                if name.startswith(_KEPT_PHRASES)
            )
        ),
    )


def count_misses(keys: UnlockedStore, subject_id: str, tool: str) -> int:
    """How often in a row, up to now, this tool came to nothing for this person."""
    if not catalogue.load_tool(tool).missed_when:
        return 0
    count = 0
    for heading in reversed(list_summaries(keys)):
        if (heading.subject_id, heading.instrument, heading.status) == (subject_id, tool, "completed"):
            try:
                findings = (assessments.get(keys, heading.id).result or {}).get("findings", ())
            except StoreFault:
                continue  # it is shown as unreadable where it is listed; what is new is not held up
            if not any(finding["code"] == "missed" for finding in findings):
                break
            count += 1
    return count


def completed_in_contact(keys: UnlockedStore, assessment: Assessment) -> tuple[str, ...]:
    """The tools completed in the same contact, whoever they are about."""
    headings = list_summaries(keys, assessment.household_id)
    return tuple(
        found.instrument
        for found in headings
        if found.contact_id == assessment.contact_id and found.status == "completed"
    )


def with_history(keys: UnlockedStore, assessment: Assessment, context: ScoringContext) -> ScoringContext:
    """The context with the days of known events, and whether the history was seen in this contact."""
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
    before = [
        fact.id for fact in found if isinstance(fact, HistoryReview) and _is_same_occasion(fact, assessment)
    ]
    judged = HistoryReview(
        # Saying it anew is a revision of what was said in the same contact.
        id=before[0] if before else new_id(),
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
