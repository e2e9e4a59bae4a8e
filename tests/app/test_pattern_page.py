"""The page of the statement: drafted, written over, saved, and never overwritten by what came later."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.features.shared import phrasing_field
from app.kit.messages import say
from assessments.casework.casework_records import Incident, PatternStatement
from assessments.casework.conduct_extracts import CONDUCT_TOOL_ID
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Person
from assessments.engine.answers import Answered
from assessments.engine.form import AnswerEntered, CompletionRequested
from assessments.engine.scoring import ScoringContext
from tests.app.visiting import Visit, visiting

NAME = "Dane"
FIELD = "The statement"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrasing_field, "DEBOUNCE_S", 0.01)


async def dane_with(visit: Visit, *tactics: str) -> Person:
    """A father in the household, with one act for each family of behaviour."""
    home = visit.mother.household_id
    dane = Person(
        id=new_id(),
        household_id=home,
        name=f"{NAME} Samplewood",
        born=date(1988, 2, 2),
        roles=("father", "causes-concern"),
    )
    visit.actions.session.case_service.save_record(dane)
    await act(visit, dane, *tactics)
    return dane


async def act(visit: Visit, dane: Person, *tactics: str) -> None:
    facts = [
        Incident(
            id=new_id(),
            household_id=dane.household_id,
            on=date(2026, 3, 1 + n),
            source="mother",
            severity=2,
            what="-",
            tactics=(tactic,),
            by_ids=(dane.id,),
            to_ids=(visit.mother.id,),
        )
        for n, tactic in enumerate(tactics)
    ]
    await visit.actions.save_records(dane.household_id, facts)


async def open_statement(visit: Visit, dane: Person) -> str:
    visit.actions.open_screen("household", dane.household_id)
    await visit.app.settle()
    await visit.app.press(say("pattern.open", name=NAME))
    return str(visit.app.field(FIELD).value)


def saved(visit: Visit, dane: Person) -> PatternStatement:
    page = visit.actions.session.case_service.household(dane.household_id)
    (found,) = [one for one in page.records_of(PatternStatement) if one.person_id == dane.id]
    return found


async def test_drafts_from_what_is_recorded_and_says_what_is_not(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        words = await open_statement(visit, await dane_with(visit, "T1", "T4"))
        assert "has hurt or threatened Carys" in words
        assert "has watched or tracked Carys" in words
        assert say("pattern.gap.effect", name="Alys") in words
        assert visit.heading() == say("pattern.title", name=NAME)


async def test_what_the_tool_holds_of_a_person_is_drafted_with_its_day_and_can_be_changed(
    tmp_path: Path,
) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit)
        desk = visit.actions.session.case_service
        contact = Contact(
            id=new_id(), household_id=dane.household_id, on=date(2026, 5, 2), kind="visit", role="midwife"
        )
        desk.save_record(contact)
        work = desk.start_assessment(contact, dane.id, CONDUCT_TOOL_ID, ScoringContext(on=contact.on))
        for link_id, value in (
            ("watching", "yes"),
            ("watching.level", "2"),
            ("watching.whom", ("adult",)),
            ("coercive-control", "present"),
            ("coercive-control-because", "He reads her phone."),
            ("keeps-safe", "She keeps a bag at Nain's."),
        ):
            work = desk.apply_event(work, AnswerEntered(link_id, Answered(value)))
        await visit.app.settle()
        assert "watched" not in await open_statement(visit, dane)
        desk.apply_event(work, CompletionRequested())
        visit.actions.open_screen("today")
        await act(visit, dane)
        words = await open_statement(visit, dane)
        assert "has watched or tracked the other adult" in words
        assert "She keeps a bag at Nain's. (From “What one person does”, on 2 May 2026.)" in words
        await visit.app.type(FIELD, "Dane tracks Carys.")
        await visit.app.press(say("pattern.keep"))
        assert saved(visit, dane).words == "Dane tracks Carys."
        assert work.assessment.id in saved(visit, dane).drafted_from


async def test_saves_what_was_written_with_where_it_came_from(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        words = await open_statement(visit, dane)
        await visit.app.press(say("pattern.keep"))
        found = saved(visit, dane)
        assert (found.words, found.edited) == (words, False)
        assert {fact.id for fact in visit.model.households[0].records_of(Incident)} <= set(found.drafted_from)
        assert visit.app.sees(say("pattern.kept-here"))
        await visit.app.type(FIELD, "Dane pushed Carys.")
        await visit.app.press(say("pattern.keep"))
        again = saved(visit, dane)
        assert (again.id, again.words, again.edited) == (found.id, "Dane pushed Carys.", True)


async def test_shows_what_is_new_and_never_writes_over_what_a_person_wrote(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        await open_statement(visit, dane)
        await visit.app.type(FIELD, "In my words.")
        await visit.app.press(say("pattern.keep"))
        await act(visit, dane, "T4")
        await visit.app.settle()
        assert visit.app.field(FIELD).value == "In my words."
        assert visit.app.sees("has watched or tracked")
        assert say("pattern.anew") not in visit.app.names()
        await visit.app.press(say("pattern.add"))
        value = str(visit.app.field(FIELD).value)
        assert value.startswith("In my words.\n\n")
        assert "has watched or tracked Carys" in value
        assert say("pattern.add") not in visit.app.names()
        await visit.app.press(say("pattern.keep"))
        assert saved(visit, dane).words == value


async def test_a_statement_that_nobody_changed_may_be_written_anew(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        await open_statement(visit, dane)
        await visit.app.press(say("pattern.keep"))
        await act(visit, dane, "T4")
        await visit.app.settle()
        await visit.app.press(say("pattern.anew"))
        assert str(visit.app.field(FIELD).value).count("has watched or tracked") == 1


async def test_what_stands_there_unsaved_survives_a_lock(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        await open_statement(visit, dane)
        await visit.app.type(FIELD, "Dane pu")
        await visit.actions.session.lock()
        await visit.unlock()
        assert visit.app.field(FIELD).value == "Dane pu"


async def test_an_empty_statement_is_not_saved(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        await open_statement(visit, dane)
        await visit.app.type(FIELD, " ")
        await visit.app.press(say("pattern.keep"))
        assert visit.app.sees(say("pattern.empty"))
        page: Any = visit.actions.session.case_service.household(dane.household_id)
        assert page.records_of(PatternStatement) == ()


async def test_a_kept_phrase_is_counted_by_code_while_it_stands(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        dane = await dane_with(visit, "T1")
        await open_statement(visit, dane)
        await visit.app.type(FIELD, "A volatile relationship.")
        await visit.app.settle(quiet_s=0.1)
        await visit.app.press(say("language.keep-name", phrase="volatile relationship"))
        await visit.app.press(say("pattern.keep"))
        assert saved(visit, dane).kept_phrases == ("volatile-relationship",)
        assert visit.app.sees(say("language.kept", n=1))
        await visit.app.type(FIELD, "Dane shouted at Carys.")
        await visit.app.press(say("pattern.keep"))
        assert saved(visit, dane).kept_phrases == ()


async def test_an_adult_of_whom_nothing_is_recorded_has_no_statement_to_write(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await dane_with(visit, "T1")
        visit.actions.open_screen("household", visit.mother.household_id)
        await visit.app.settle()
        assert say("pattern.open", name="Carys") not in visit.app.names()
