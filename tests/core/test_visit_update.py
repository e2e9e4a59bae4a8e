"""The pages of a visit refuse and save the same for the same draft, without Flet, store or clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from app.core.cases.record_changes import FormState
from app.core.cases.visit_queries import ChildAccount
from app.features.visits import update as flow
from app.features.visits.child_observation_draft import ObservationDraft, QuoteDraft
from app.features.visits.update import ClosureDraft, ReasonDraft
from app.kit.messages import say
from assessments.casework.casework_records import CaseworkRecord, ChildObservation, VisitClosure
from assessments.casework.records import Person
from assessments.casework.visits.accounting import ChildStanding
from tests.core.updates import MOTHER, NOON, VISIT, home, saved

BRYN = Person(id="ch", household_id="h1", name="Bryn", roles=("child",), born=date(2019, 5, 1))
ROLL = (ChildAccount(BRYN, "home", ChildStanding("ch", None, ("how",)), None),)
CLOSURE = VisitClosure(id="v1", household_id="h1", contact_id="c1", at=NOON, outcome="met")
ASLEEP, OTHER = ReasonDraft("asleep"), ReasonDraft("other")
WHY = {"why-ch": say("leave.problem", name="Bryn")}


def seen(**more: object) -> ChildObservation:
    plain = {"id": "o1", "household_id": "h1", "contact_id": "c1", "child_id": "ch", **more}
    return ChildObservation.model_validate(plain)


def finish(draft: ClosureDraft, records: Iterable[CaseworkRecord] = ()) -> flow.ClosureSubmitted:
    return flow.ClosureSubmitted(
        draft, home("h1", MOTHER, BRYN, records=records), VISIT, ROLL, {"ch": "Bryn"}, NOON
    )


def write(
    draft: ObservationDraft, before: ChildObservation | None = None, records: Iterable[CaseworkRecord] = ()
) -> flow.ObservationSubmitted:
    return flow.ObservationSubmitted(draft, home("h1", BRYN, records=records), VISIT, "ch", before, NOON)


BEFORE = seen(how="observed", written_at=NOON - timedelta(hours=1))
AFTER = seen(how="observed", written_at=NOON + timedelta(hours=1))
CORRECTED = ObservationDraft(how="observed", amended_why="Wrong child")
SEEN = {
    "type": "ChildObservation",
    "household_id": "h1",
    "contact_id": "c1",
    "child_id": "ch",
    "written_at": NOON,
}
CLOSED = {
    "type": "VisitClosure",
    "household_id": "h1",
    "contact_id": "c1",
    "at": NOON,
    "silent": {"ch": "asleep"},
}
SEE = {"type": "FollowUp", "household_id": "h1", "person_id": "ch", "code": "see", "contact_id": "c1"}

Row = tuple[str, flow.ObservationSubmitted | flow.ClosureSubmitted, dict[str, str], list[dict[str, object]]]
ROWS: list[Row] = [
    ("a silent child is asked about", finish(ClosureDraft()), WHY, []),
    ("another reason needs words", finish(ClosureDraft({"ch": OTHER})), WHY, []),
    ("a day that cannot be read", finish(ClosureDraft({"ch": ASLEEP.updated(due="soon")})),
     {"day-ch": say("seen.problem.due")}, []),
    ("a reason finishes, and asks again",
     finish(ClosureDraft({"ch": ASLEEP.updated(due="1 6 2026")}, "met", ("mo",))), {},
     [{**CLOSED, "outcome": "met", "adult_answered_for": ("mo",)}, {**SEE, "due": date(2026, 6, 1)}]),
    ("how it went may stay open", finish(ClosureDraft({"ch": ASLEEP})), {}, [CLOSED, SEE]),
    ("a second finish amends the first", finish(ClosureDraft({"ch": ASLEEP}), [CLOSURE]), {},
     [{**CLOSED, "amends": "v1"}, SEE]),
    ("what is only missing is no problem", write(ObservationDraft()), {}, [SEEN]),
    ("words need an origin", write(ObservationDraft(said=(QuoteDraft("k", "I hide"),))),
     {"origin": say("seen.problem.origin")}, []),
    ("a text that a record cannot hold", write(ObservationDraft(place="x" * 9000)),
     {"long": say("seen.problem.long")}, []),
    ("a change before the finish keeps the id", write(ObservationDraft(how="observed"), BEFORE), {},
     [{**SEEN, "id": "o1", "how": "observed"}]),
    ("a correction needs its reason", write(ObservationDraft(how="observed"), BEFORE, [CLOSURE]),
     {"amended_why": say("seen.problem.amended_why")}, []),
    ("a correction amends what it corrects", write(CORRECTED, BEFORE, [CLOSURE]), {},
     [{**SEEN, "how": "observed", "amended_why": "Wrong child", "amends": "o1"}]),
    ("what came after the finish may still be changed",
     write(ObservationDraft(how="observed"), AFTER, [CLOSURE]), {},
     [{**SEEN, "id": "o1", "how": "observed"}]),
]  # fmt: skip


def decided(row: Row) -> tuple[dict[str, str], list[dict[str, object]]]:
    state, effects = flow.update(FormState({"old": "problem"}), row[1])
    return dict(state.problems), saved(effects)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    assert decided(row) == row[2:]


def test_a_child_without_a_reason_keeps_the_visit_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "validate_closure", lambda *_: [])
    assert decided(ROWS[0]) == ({}, [])


@pytest.mark.parametrize(
    ("fault", "broken"),
    [("is_correction", lambda *_: True), ("closure_of", lambda *_: None), ("OUTCOMES", ())],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert any(decided(row) != row[2:] for row in ROWS)
