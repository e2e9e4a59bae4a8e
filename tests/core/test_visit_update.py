"""The pages of a visit refuse and save the same for the same draft, without Flet, store or clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core.cases.record_changes import FormState
from app.features.visits import update as flow
from app.features.visits.child_observation_draft import ObservationDraft, QuoteDraft
from app.features.visits.closure_draft import ClosureDraft, ReasonDraft
from app.kit.messages import say
from assessments.casework.casework_records import ChildObservation, VisitClosure
from assessments.casework.visits.closing import NoRecordReason
from tests.core.faults import passing_rows
from tests.core.updates import NOON, VISIT

ASLEEP = ReasonDraft("asleep")
OTHER = ReasonDraft("other")
START = FormState()
CLOSURE = VisitClosure(id="v1", household_id="h1", contact_id="c1", at=NOON, outcome="met")


def seen(**more: object) -> ChildObservation:
    plain = {"id": "o1", "household_id": "h1", "contact_id": "c1", "child_id": "ch", **more}
    return ChildObservation.model_validate(plain)


def finish(draft: ClosureDraft) -> flow.ClosureSubmitted:
    return flow.ClosureSubmitted(draft, {"ch": "Bryn"})


def write(
    draft: ObservationDraft, before: ChildObservation | None = None, closure: VisitClosure | None = None
) -> flow.ObservationSubmitted:
    return flow.ObservationSubmitted(draft, VISIT, "ch", before, closure)


BEFORE = seen(how="observed", written_at=NOON - timedelta(hours=1))
AFTER = BEFORE.model_copy(update={"written_at": NOON + timedelta(hours=1)})
CORRECTED = ObservationDraft(how="observed", amended_why="Wrong child")
Row = tuple[
    str, FormState, flow.ObservationSubmitted | flow.ClosureSubmitted, FormState, tuple[flow.VisitEffect, ...]
]
ROWS: list[Row] = [
    ("a silent child is asked about", START, finish(ClosureDraft()),
     FormState({"why-ch": say("leave.problem", name="Bryn")}), ()),
    ("another reason needs words", START, finish(ClosureDraft({"ch": OTHER})),
     FormState({"why-ch": say("leave.problem", name="Bryn")}), ()),
    ("a day that cannot be read", START, finish(ClosureDraft({"ch": ASLEEP.updated(due="soon")})),
     FormState({"day-ch": say("seen.problem.due")}), ()),
    ("a reason finishes", FormState({"why-ch": "no"}),
     finish(ClosureDraft({"ch": ASLEEP.updated(due="1 6 2026")}, "met", ("mo",))), START,
     (flow.CloseVisit({"ch": NoRecordReason("asleep", "", date(2026, 6, 1))}, "met", ("mo",)),)),
    ("how it went may stay open", START, finish(ClosureDraft({"ch": ASLEEP})), START,
     (flow.CloseVisit({"ch": NoRecordReason("asleep", "", None)}, "", ()),)),
    ("what is only missing is no problem", START, write(ObservationDraft(), seen()), START,
     (flow.SaveObservation(seen()),)),
    ("words need an origin", START, write(ObservationDraft(said=(QuoteDraft("k", "I hide"),)), seen()),
     FormState({"origin": say("seen.problem.origin")}), ()),
    ("a text that a record cannot hold", START, write(ObservationDraft(place="x" * 9000), seen()),
     FormState({"long": say("seen.problem.long")}), ()),
    ("a correction needs its reason", START, write(ObservationDraft(how="observed"), BEFORE, CLOSURE),
     FormState({"amended_why": say("seen.problem.amended_why")}), ()),
    ("a correction", START, write(CORRECTED, BEFORE, CLOSURE), START,
     (flow.SaveObservation(seen(how="observed", amended_why="Wrong child")),)),
    ("what came after the finish may still be changed", START,
     write(ObservationDraft(how="observed"), AFTER, CLOSURE), START,
     (flow.SaveObservation(seen(how="observed")),)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, state, event, expected, effects = row
    assert flow.update(state, event) == (expected, effects)


@pytest.mark.parametrize(
    ("fault", "broken"),
    [("is_correction", lambda *_: True), ("validate_closure", lambda *_: []), ("OUTCOMES", ())],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert passing_rows(ROWS, flow.update) < len(ROWS)
