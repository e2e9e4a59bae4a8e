"""A visit file that tells what happened before, and what a grade without the history is called elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.core.cases.case_service import CaseService
from app.core.cases.submission import build_payload
from app.core.runtime import Runtime
from app.features.shared.text.chronology import summarise_household_chronology
from app.visit_file.importer import BadVisit, import_visit, read_visit_file
from assessments.casework.casework_records import Incident, KeyDate
from assessments.definitions import catalogue
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.fhir.results import export_observations
from tests.app.test_screens_around import TODAY, asked_all, fernhollow, know_a_service, open_runtime
from tests.store.made_up import PASSPHRASE

SAMPLEWOOD = json.loads(
    files("app.visit_file.training").joinpath("samplewood.json").read_text(encoding="utf-8")
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseService]:
    runtime: Runtime = open_runtime(tmp_path / "home")
    know_a_service(runtime)
    yield runtime.set_up(PASSPHRASE, "hv1")
    runtime.close()


def played(desk: CaseService, visit: dict[str, Any]) -> dict[str, Any]:
    return import_visit(desk, read_visit_file(visit, lambda error: error.code))


def test_the_training_household_shows_a_rising_picture(desk: CaseService) -> None:
    done = played(desk, SAMPLEWOOD)
    page = desk.household(done["household"])
    found = summarise_household_chronology(page, date(2026, 3, 5))
    assert (len(found.incidents), found.recent_count, found.trajectory.code) == (6, 5, "rising")
    codes = {sign.code for sign in found.findings}
    assert {"near", "several", "threats", "new-tactics", "shortening"} <= codes
    names = {person.id: person.name for person in page.persons}
    first = page.records_of(Incident)[2]
    assert [names[ref] for ref in first.by_ids] == ["Dane Samplewood"]
    assert [(names[child.id], child.saw_it) for child in first.children] == [("Otis Samplewood", True)]
    (hearing,) = page.records_of(KeyDate)
    assert names[hearing.person_id] == "Dane Samplewood"


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"severty": 2}, "household.events 1: only on,"),
        ({"severity": 9}, "household.events 1: these cannot be read: severity."),
        ({"on": "last week"}, "household.events 1: these cannot be read: on."),
        ({"by": ["nobody"]}, "household.events 1: no person has a ref that it names."),
        ({"children": [{"ref": "nobody"}]}, "household.events 1: no person has a ref that it names."),
    ],
)
def test_an_event_that_cannot_be_read_is_told_by_its_place_and_not_its_words(
    desk: CaseService, event: dict[str, Any], fault: str
) -> None:
    visit = fernhollow()
    visit["household"]["events"] = [
        {"on": "2026-01-02", "what": "A secret", "source": "Mair", "severity": 2, **event}
    ]
    with pytest.raises(BadVisit) as refused:
        read_visit_file(visit, lambda error: error.code)
    (sentence,) = refused.value.data["faults"]
    assert sentence.startswith(fault)
    assert "secret" not in sentence
    assert desk.households() == []


@pytest.mark.parametrize(("history", "is_for_now"), [("", True), ("seen", False), ("not-available", False)])
def test_what_is_sent_and_what_is_exported_say_that_a_grade_is_for_now(
    desk: CaseService, history: str, is_for_now: bool
) -> None:
    visit = fernhollow(**asked_all(strangulation="yes"))
    visit["assessments"][0]["context"] = {"history": history}
    done = played(desk, visit)
    record = desk.read_assessment(done["assessments"][0]["id"])
    sent = json.loads(build_payload(desk._keys, record))["assessment"]
    assert sent["result"]["grade"]["value"] == "high"
    assert sent["result"]["grade"]["provisional"] is is_for_now
    assert sent["context"]["history"] == history
    told = {
        one["id"].rsplit("-", 1)[-1]: one
        for one in export_observations(record, catalogue.load_tool("risk-24"))
    }
    assert told["grade"]["status"] == ("preliminary" if is_for_now else "final")
    (heading,) = desk.household(done["household"]).assessments
    assert (heading.grade, heading.provisional) == ("high", is_for_now)


def test_a_history_that_is_no_answer_is_told() -> None:
    visit = fernhollow(**asked_all())
    visit["assessments"][0]["context"] = {"history": "maybe"}
    with pytest.raises(BadVisit) as refused:
        read_visit_file(visit, lambda error: error.code)
    (sentence,) = refused.value.data["faults"]
    assert sentence.endswith("history must be one of seen, none, not-available.")


def test_a_tool_that_does_not_grade_is_never_provisional() -> None:
    for tool in catalogue.list_tool_ids():
        form = forms.open_form(
            catalogue.load_tool(tool), catalogue.load_area().rules_for(tool), ScoringContext(on=TODAY)
        )
        assert form.result.grade.provisional is bool(form.instrument.grades)
        seen = replace(form, context=replace(form.context, history="seen"))
        assert seen.result.grade.provisional is False


def test_an_answer_about_the_history_changes_no_grade() -> None:
    tool = catalogue.load_tool("risk-24")
    entries = {link_id: Answered("yes") for link_id in tool.scales[0].items[:12]}
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool.id), ScoringContext(on=TODAY), entries)
    step = forms.update(form, forms.HistoryAnswered("none", ""))
    assert step.effects == (forms.HistoryAnswered("none", ""),)
    assert replace(form.result.grade, provisional=False) == step.form.result.grade
