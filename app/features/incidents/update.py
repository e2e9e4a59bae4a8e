"""What the pages of incidents and key dates save, or refuse: `update(state, event) -> (state, effects)`.

Pure. The checks and the records are in `draft`.
"""

from __future__ import annotations

from dataclasses import replace

from app.core.cases.record_changes import FormState, SaveRecords, Submitted, decide_form
from app.features.incidents.draft import (
    IncidentDraft,
    KeyDateDraft,
    incident_from_draft,
    key_date_from_draft,
    validate_incident,
    validate_key_date,
)
from assessments.casework.casework_records import Incident

OPTIONAL_FIELDS = ("time", "place", "injury", "police", "outcome", "protective", "first-known")


class IncidentState(FormState):
    """What is wrong, and whether the part that can wait is open."""

    is_open: bool = False


def update(state: IncidentState, event: Submitted) -> tuple[IncidentState, tuple[SaveRecords, ...]]:
    """Decide what follows from a draft that is to be saved. A problem in the part that can wait opens it."""
    household_id, today, about = event.page.household.id, event.today, event.about
    match event.draft:
        case IncidentDraft() as draft:
            problems, before = validate_incident(draft, today), about if isinstance(about, Incident) else None
            opened = state.is_open or not {"threat", *OPTIONAL_FIELDS}.isdisjoint(problems)
            return decide_form(
                replace(state, is_open=opened),
                problems,
                lambda: [incident_from_draft(draft, household_id, today, before)],
            )
        case KeyDateDraft() as key_date:
            return decide_form(
                state,
                validate_key_date(key_date, today),
                lambda: [key_date_from_draft(key_date, household_id, today)],
            )
    return state, ()
