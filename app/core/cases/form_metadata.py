"""The metadata of an open form, saved beside its answers, and the context read back from it.

Metadata are lines of the same append-only list, under names that no item can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from app.core.cases.prior_history import save_history, with_history
from app.core.plain import Json
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.engine import form as forms
from assessments.engine.scoring import Judgement, ScoringContext
from assessments.errors import StoreFault
from assessments.store import UnlockedStore, assessments
from assessments.store.rows.summaries import list_summaries

_JUDGEMENT = "$judgement"
_VERSION = "$version"
_NOT_DONE = "$not-done."
_KEPT_PHRASES = "$language."

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
