"""The quiet line under one's own words, on real pages over a real store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import flet as ft
import pytest

from app.features.shared import phrasing_field
from app.kit.messages import say
from assessments.casework.casework_records import Incident
from assessments.engine.answers import Answered, VerbatimLine
from assessments.engine.form import AnswerEntered
from tests.app.headless import Headless
from tests.app.visiting import Visit, visiting

TOOL, ITEM = "child-voice-7-11", "facts"
NOTE = "Mum claims he left."


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrasing_field, "DEBOUNCE_S", 0.01)


async def at_facts(visit: Visit) -> str:
    """Open the page of what the practitioner knows; its label."""
    await visit.begin(visit.alys, TOOL)
    for link_id, code in (("earshot", "nobody"), ("child-ok", "yes")):
        await visit.actions.dispatch(AnswerEntered(link_id, Answered(code)))
    await visit.turn_to(ITEM)
    return label_of(visit)


def label_of(visit: Visit) -> str:
    assert visit.model.open_assessment is not None
    item = visit.model.open_assessment.form.instrument.index[ITEM]
    return item.text if item.required else say("label.optional", label=item.text)


async def remark(app: Headless) -> None:
    """Wait until the typing has rested and the note was read."""
    await asyncio.sleep(0.05)
    await app.settle()


async def test_points_out_a_phrase_once_the_typing_rests_and_says_it_politely(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await visit.app.type(await at_facts(visit), NOTE)
        await remark(visit.app)
        told = say("language.why.doubts", phrase="claims")
        assert visit.app.sees(told)
        live = [
            control
            for control in visit.app.controls(ft.Semantics)
            if isinstance(control, ft.Semantics)
            and control.live_region
            and isinstance(control.content, ft.Text)
            and control.content.value == told
        ]
        assert len(live) == 1


async def test_an_alternative_replaces_that_phrase_alone_and_is_kept(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        label = await at_facts(visit)
        await visit.app.type(label, NOTE)
        await remark(visit.app)
        await visit.app.press(say("language.use", words="said"))
        assert visit.app.field(label).value == "Mum said he left."
        assert not visit.app.sees(say("language.why.doubts", phrase="claims"))
        await visit.actions.retry_save()
        assert visit.kept(ITEM) == Answered("Mum said he left.")


async def test_what_is_kept_is_counted_and_not_pointed_out_again(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await visit.app.type(await at_facts(visit), NOTE)
        await remark(visit.app)
        await visit.app.press(say("language.keep-name", phrase="claims"))
        assert not visit.app.sees(say("language.keep"))
        assert visit.model.open_assessment is not None
        assessment_id = visit.model.open_assessment.assessment.id
        resumed = visit.actions.session.case_service.resume_assessment(assessment_id)
        assert resumed.form.context.kept_phrases == ((ITEM, ("alleges",)),)
        assert visit.actions.session.case_service.read_assessment(assessment_id).context.kept_phrases == (
            (ITEM, ("alleges",)),
        )
        await visit.actions.session.lock()
        await visit.unlock()
        await remark(visit.app)
        assert not visit.app.sees(say("language.keep"))
        await visit.to_check()
        assert visit.app.sees(say("language.kept", n=1))


async def test_a_phrase_that_was_there_before_is_pointed_out_when_the_page_opens(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await at_facts(visit)
        await visit.actions.dispatch(AnswerEntered(ITEM, Answered(NOTE)))
        await visit.turn_to("earshot")
        await visit.turn_to(ITEM)
        await remark(visit.app)
        assert visit.app.sees(say("language.why.doubts", phrase="claims"))


async def test_what_a_child_said_is_never_remarked_on(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await at_facts(visit)
        words = Answered((VerbatimLine("mum claims it was a domestic", "child-said", ""),))
        await visit.actions.dispatch(AnswerEntered("day-breakfast", words))
        await visit.turn_to("day-breakfast")
        await remark(visit.app)
        assert not visit.app.sees(say("language.keep"))
        await visit.turn_to(ITEM)
        await visit.app.type(label_of(visit), "She said “he claims it”.")
        await remark(visit.app)
        assert not visit.app.sees(say("language.keep"))


async def test_an_event_has_the_line_where_its_words_are_ones_own_and_counts_what_is_kept(
    tmp_path: Path,
) -> None:
    async with visiting(tmp_path) as visit:
        visit.actions.open_screen("event", visit.alys.household_id)
        await visit.app.settle()
        await visit.app.press(say("event.today"))
        await visit.app.press(say("severity.unknown"))
        await visit.app.type(say("event.what"), "a domestic")
        await visit.app.type(say("event.source"), "mother")
        await visit.app.press(say("event.more"))
        await visit.app.type(say("event.outcome"), "She claims it was seen to.")
        await remark(visit.app)
        assert not visit.app.sees(say("language.why.minimises", phrase="a domestic"))
        await visit.app.press(say("language.keep-name", phrase="claims"))
        await visit.app.type(say("event.protective"), "She rang her sister.")
        await visit.app.press(say("event.save"))
        (page,) = visit.actions.session.case_service.households()
        (event,) = page.records_of(Incident)
        assert event.kept_phrases == ("alleges",)
        assert event.protective == "She rang her sister."
