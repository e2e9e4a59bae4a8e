"""The pages of incidents and key dates refuse and save the same for the same draft, without Flet."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.cases.record_changes import Record
from app.core.drafts import Draft
from app.features.incidents import update as flow
from app.features.incidents.update import IncidentDraft, KeyDateDraft
from assessments.casework.casework_records import Incident
from tests.core.updates import TODAY, saved, submitted

TOLD = IncidentDraft(when="today", what="He shouted. ", source=" Siân ", severity="2")
LONG = "x" * 5000
BEFORE = Incident(id="i1", household_id="h1", on=TODAY, what="Before", source="Siân", by_ids=("mo",))
SAVED = {"type": "Incident", "household_id": "h1", "on": TODAY, "what": "He shouted. ", "source": "Siân",
         "severity": 2}  # fmt: skip
CLOSED, OPEN = flow.IncidentState(), flow.IncidentState(is_open=True)

Row = tuple[str, flow.IncidentState, Draft, Record | None, set[str], bool, list[dict[str, object]]]
ROWS: list[Row] = [
    ("nothing is said", CLOSED, IncidentDraft(), None, {"when", "what", "source", "severity"}, False, []),
    ("an incident", CLOSED, TOLD, None, set(), False, [SAVED]),
    ("how serious may be unknown", CLOSED, TOLD.updated(severity="unknown"), None, set(), False,
     [{name: value for name, value in SAVED.items() if name != "severity"}]),
    ("a problem in the part that can wait opens it", CLOSED, TOLD.updated(time="25:70"), None, {"time"},
     True, []),
    ("so does a threat that is too long", CLOSED, TOLD.updated(threat=LONG), None, {"threat"}, True, []),
    ("a problem above leaves it closed", CLOSED, TOLD.updated(source=""), None, {"source"}, False, []),
    ("what is open stays open", OPEN, TOLD.updated(source=""), None, {"source"}, True, []),
    ("a change keeps the id", OPEN, TOLD, BEFORE, set(), True, [{**SAVED, "id": "i1"}]),
    ("a key date needs a kind and a day", CLOSED, KeyDateDraft(), None, {"kind", "when"}, False, []),
    ("a key date may lie ahead", CLOSED, KeyDateDraft(when="other", day="1 6 2026", kind="hearing"), None,
     set(), False, [{"type": "KeyDate", "household_id": "h1", "on": date(2026, 6, 1), "kind": "hearing"}]),
    ("an incident may not", CLOSED, TOLD.updated(when="other", day="1 6 2026"), None, {"day"}, False, []),
]  # fmt: skip


def decided(row: Row) -> tuple[set[str], bool, list[dict[str, object]]]:
    _, state, draft, about, *_ = row
    after, effects = flow.update(state, submitted(draft, about))
    return set(after.problems), after.is_open, saved(effects)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    assert decided(row) == row[4:]


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("OPTIONAL_FIELDS", ()),
        ("validate_key_date", lambda *_: {"kind": "no"}),
        ("validate_incident", lambda *_: {"what": "no"}),
    ],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert any(decided(row) != row[4:] for row in ROWS)
