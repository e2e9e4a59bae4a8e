"""What the desk does beside the screens: misses in a row, versions, licensed words, tools done together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core.cases.case_service import CaseService
from app.core.cases.household_queries import HouseholdOverview
from app.core.runtime import Runtime
from assessments.casework.ids import new_id
from assessments.casework.records import Contact
from assessments.definitions import catalogue
from assessments.definitions.text_packs import PackRefused
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.errors import NotFound
from tests.app.test_screens_around import TODAY, fernhollow, open_runtime, set_up
from tests.store.made_up import PASSPHRASE

NOT_ASKED = {
    "ask-now": "not-now",
    "not-asked-reason": "partner-present",
    "next-who": "The same midwife",
    "missed-before": "not-known",
}
PACK = """
[pack]
id = "made-up"
kind = "wording"
tool = "risk-24"
version = "1.0.0"
holder = "Made-up Trust"
licence = "By letter"
expires = "2099-12-31"

[text]
injury = "Licensed words?"
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    set_up(opened, fernhollow())
    yield opened
    opened.close()


@pytest.fixture
def desk(runtime: Runtime) -> CaseService:
    return runtime.unlock(PASSPHRASE)


def home(desk: CaseService) -> HouseholdOverview:
    return desk.households()[0]


def contact(desk: CaseService, on: date) -> Contact:
    made = Contact(id=new_id(), household_id=home(desk).household.id, on=on, kind="visit", role="midwife")
    desk.save_record(made)
    return made


def mother(desk: CaseService) -> str:
    return next(person.id for person in home(desk).persons if "mother" in person.roles)


def enquiry(desk: CaseService, on: date, answers: dict[str, str]) -> list[tuple[int, str]]:
    """One routine enquiry, finished; what it says of misses."""
    work = desk.start_assessment(contact(desk, on), mother(desk), "routine-enquiry", ScoringContext(on=on))
    for link_id, value in {**answers, "next-date": (on + timedelta(days=14)).isoformat()}.items():
        if link_id in work.form.visible:
            work = desk.apply_event(work, forms.AnswerEntered(link_id, Answered(value)))
    work = desk.apply_event(work, forms.CompletionRequested())
    assert work.form.status == "completed", work.form.missing
    return [(f.data["count"], f.data["level"]) for f in work.form.findings if f.code == "missed"]


def test_misses_in_a_row_are_counted_across_contacts(desk: CaseService) -> None:
    assert enquiry(desk, TODAY - timedelta(days=30), NOT_ASKED) == [(1, "first")]
    assert enquiry(desk, TODAY - timedelta(days=20), NOT_ASKED) == [(2, "alert")]
    assert enquiry(desk, TODAY - timedelta(days=10), NOT_ASKED) == [(3, "escalate")]


def test_what_was_asked_already_at_this_stage_is_no_miss_and_ends_the_row(desk: CaseService) -> None:
    enquiry(desk, TODAY - timedelta(days=30), NOT_ASKED)
    assert enquiry(desk, TODAY - timedelta(days=20), NOT_ASKED | {"not-asked-reason": "already-asked"}) == []
    assert enquiry(desk, TODAY, NOT_ASKED) == [(1, "first")]


def test_a_tool_done_in_the_same_contact_is_said_to_be_done(desk: CaseService) -> None:
    here = contact(desk, TODAY)
    neck = desk.start_assessment(here, mother(desk), "strangulation", ScoringContext(on=TODAY))
    for link_id in [item.link_id for item in neck.form.instrument.walk()]:
        item = neck.form.instrument.index[link_id]
        if item.required and link_id in neck.form.visible:
            value = (item.options[0].code,) if item.type == "choices" else item.options[0].code
            neck = desk.apply_event(neck, forms.AnswerEntered(link_id, Answered(value)))
    neck = desk.apply_event(neck, forms.CompletionRequested())
    assert neck.form.status == "completed", neck.form.missing
    risk = desk.start_assessment(here, mother(desk), "risk-24", ScoringContext(on=TODAY))
    for link_id in risk.form.instrument.scales[0].items:
        value = "yes" if link_id == "strangulation" else "no"
        risk = desk.apply_event(risk, forms.AnswerEntered(link_id, Answered(value)))
    done = desk.apply_event(risk, forms.CompletionRequested()).assessment
    offered = {one["tool"]: one["state"] for one in (done.result or {})["supplements"]}
    assert offered["strangulation"] == "done"


def test_a_form_is_opened_with_the_very_tool_it_was_begun_with(
    desk: CaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = desk.start_assessment(contact(desk, TODAY), mother(desk), "risk-24", ScoringContext(on=TODAY))
    assert desk.preview_newest_version(work) is None
    monkeypatch.setattr(catalogue, "load_tool", lambda tool, version="": _other(tool))
    with pytest.raises(NotFound, match="other-version"):
        desk.resume_assessment(work.assessment.id)


def _other(tool: str) -> object:
    from assessments.definitions.tool_file import read_tool
    from tests.engine.test_tool_files import GOOD

    assert tool == "risk-24"
    return read_tool(GOOD + "\n# one byte more\n")[0]


def test_licensed_words_stand_on_the_form_and_ours_come_back(runtime: Runtime) -> None:
    ours = catalogue.load_tool("risk-24").index["injury"].text
    runtime.add_pack(PACK)
    desk = runtime.unlock(PASSPHRASE)
    work = desk.start_assessment(contact(desk, TODAY), mother(desk), "risk-24", ScoringContext(on=TODAY))
    assert work.form.instrument.index["injury"].text == "Licensed words?"
    assert work.assessment.instrument_hash == catalogue.load_tool("risk-24").hash
    assert (
        desk.resume_assessment(work.assessment.id).form.instrument.index["injury"].text == "Licensed words?"
    )
    with pytest.raises(PackRefused, match="expired"):
        runtime.add_pack(PACK.replace("2099-12-31", "2020-01-01"))
    for file in (runtime._packs_folder or Path()).glob("*.toml"):
        file.write_text(PACK.replace("2099-12-31", "2020-01-01"), encoding="utf-8")
    again = runtime.unlock(PASSPHRASE)
    assert again.resume_assessment(work.assessment.id).form.instrument.index["injury"].text == ours


def test_a_language_pack_is_not_mixed_into_an_app_that_speaks_another(runtime: Runtime) -> None:
    with pytest.raises(PackRefused, match="other-language"):
        runtime.add_pack(PACK.replace('kind = "wording"', 'kind = "language"\nlanguage = "cy"'))
