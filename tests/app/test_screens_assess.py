"""Filling a tool on the real screens and a real store, pressed and typed as a person would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import flet as ft
import pytest
import pytest_asyncio

from app.features.shared.parse_typed import parse_day, parse_decimal, parse_time, parse_whole_number
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for
from assessments.definitions import catalogue
from assessments.engine.answers import Answered, NotAnswered, PlacedPerson, VerbatimLine
from assessments.engine.form import AnswerEntered, list_pages
from assessments.store.assessments import read_answer_log
from tests.app.visiting import Visit, visiting
from tests.store.made_up import PASSPHRASE

WORDS = "Dw i'n ofni. Żółć gęślą jaźń. میں ڈرتا ہوں۔ 🐦👧🏽 “said”\n  two spaces"
DETAIL = "What can you tell me about that? (optional)"


@pytest_asyncio.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path / "home") as visit:
        yield visit


async def to_the_talk(visit: Visit) -> None:
    """Settle what comes before, so that the child's first question is next."""
    await visit.app.press("Nobody")
    await visit.app.press(say("action.continue"))
    await visit.app.press("Who I am")
    await visit.app.press(say("action.continue"))
    await visit.app.press("Yes")
    await visit.app.press(say("action.continue"))
    assert visit.heading() == "Which day shall we think about?"


async def continue_to(visit: Visit, heading: str) -> None:
    for _ in range(80):
        if visit.heading() == heading:
            return
        await visit.app.press(say("action.continue"))
    raise AssertionError(f"{heading!r} never came")


# Whole tools


async def test_the_risk_questions_are_filled_whole_and_finished(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    assert visit.app.chosen() == []
    assert not visit.app.sees("Question")
    await continue_to(visit, "Did this person hurt your body, this time?")
    for n in range(1, 25):
        assert visit.app.sees(f"Question {n} of 24")
        assert visit.app.chosen() == []
        await visit.app.press("Yes" if n in (1, 15) else "Not known" if n == 20 else "No")
        await visit.app.press(say("action.continue"))
    await continue_to(visit, say("check.title"))
    assert visit.app.sees("Yes answers: 2 of 24")
    assert visit.app.sees("23 of 24 answered, 1 not known")
    assert visit.app.sees("Pressure on the neck or stopped breath.")
    await visit.app.press(say("action.finish"))
    assert visit.heading() == "This record is finished"
    assert visit.app.sees(say("finished.waiting", device=say("device.phone")))
    (entry,) = visit.runtime.store.outbox.entries()
    assert visit.model.record is not None
    assert entry.id == visit.model.record.id
    assert visit.model.record.answers["strangulation"] == "yes"
    assert visit.model.record.result is not None
    assert visit.model.record.result["grade"]["value"] == "high"


async def test_the_second_sibling_starts_empty(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await visit.app.type("Who was in the room or near it? (optional)", "Only us")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    await visit.app.type("Exact words", "The kettle")
    await visit.app.press(say("origin.choice.child-said"))
    await visit.turn_to("seen-alone")
    await visit.app.press("Yes, all of the time")
    await visit.app.press(say("action.continue"))
    await visit.app.type("During the talk", "Calm, looked at the door once")
    await continue_to(visit, say("check.title"))
    await visit.app.press(say("action.finish"))
    assert visit.app.sees("Bryn Samplewood")
    assert visit.app.sees(say("child.not-yet"))

    await visit.begin(visit.bryn, "child-voice-7-11")
    assert visit.app.sees("Bryn Samplewood, 10 years")
    for _ in range(3):
        assert visit.app.chosen() == []
        assert not any(visit.app.sees(words) for words in ("Only us", "The kettle", "Calm", "Alys"))
        assert not any(getattr(field, "value", "") for field in visit.app.controls(ft.TextField))
        await visit.app.press(say("action.continue"))
    assert visit.model.open_assessment is not None
    assert visit.model.open_assessment.form.entries == {}


async def test_the_childs_part_is_put_away_while_it_is_not_safe(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await visit.app.press("Someone who may be causing harm")
    await visit.app.press(say("action.continue"))
    assert visit.heading() == "Watch, do not ask"
    assert visit.model.open_assessment is not None
    for page in list_pages(visit.model.open_assessment.form):
        assert not any(item.for_child for item in page.items)


async def test_each_adult_is_a_row_and_one_can_be_taken_out(visit: Visit) -> None:
    await visit.begin(visit.baby, "observation-0-12m")
    await visit.turn_to("adults")
    await visit.app.press("Add: Adult")
    who = "Who is this adult to the baby? (optional)"
    await visit.app.type(who, say("kin.mother"))
    await visit.app.press("Add: Adult")
    assert visit.app.sees("Adult 2")
    await visit.app.press(say("rows.remove", name="Adult 1"))
    await visit.app.press(say("rows.keep"))
    await visit.app.press(say("rows.remove", name="Adult 1"))
    await visit.app.press(say("rows.out"))
    assert not visit.app.sees("Adult 2")
    assert not visit.app.sees(say("kin.mother"))
    assert visit.kept("adults") == Answered(({},))


# Nothing is lost


async def test_typing_and_continuing_at_once_loses_nothing(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("injury")
    await visit.app.press("Yes")
    await visit.app.type(DETAIL, "Pushed on Sunday")
    await visit.app.press(say("action.continue"))
    assert visit.heading() == "Are you very scared of this person?"
    assert visit.kept("injury.detail") == Answered("Pushed on Sunday")


async def test_a_detail_typed_just_before_its_question_goes_is_kept(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("injury")
    await visit.app.press("Yes")
    await visit.app.type(DETAIL, "Pushed on Sunday")
    await visit.app.press("No")
    assert visit.kept("injury.detail") == Answered("Pushed on Sunday")
    await visit.to_check()
    assert visit.app.sees(say("check.hidden"))
    assert visit.app.sees("Pushed on Sunday")


async def test_fast_taps_are_kept_in_their_order(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("injury")
    rows = {
        control.label: control.content
        for control, _ in visit.app.nodes()
        if isinstance(control, ft.Semantics) and control.label in ("Yes", "No", "Not known")
    }
    taps = ["Yes", "No", "Not known", "Yes", "No", "Yes", "Not known"]
    await asyncio.gather(*(visit.app.session.dispatch_event(rows[name]._i, "click", None) for name in taps))
    await visit.app.settle()
    assert visit.model.open_assessment is not None
    lines = read_answer_log(
        visit.actions.session.case_service._keys, visit.model.open_assessment.assessment.id
    )
    plain = {"Yes": "yes", "No": "no", "Not known": {"not_answered": "asked-unknown"}}
    assert [line.entry for line in lines] == [plain[name] for name in taps]
    assert visit.kept("injury") == NotAnswered("asked-unknown")
    assert visit.app.chosen() == ["Not known"]


async def test_locking_while_typing_comes_back_to_the_same_question_with_the_text(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("frightened")
    await visit.app.press("Yes")
    await visit.app.type(DETAIL, "She said she")
    await visit.actions.session.lock()
    await visit.app.settle()
    assert not visit.app.sees("She said she")
    assert visit.model.open_assessment is None
    await visit.unlock()
    assert visit.heading() == "Are you very scared of this person?"
    assert visit.app.field(DETAIL).value == "She said she"


async def test_words_of_every_script_come_back_equal_after_locking(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    await visit.app.type("Exact words", WORDS)
    await visit.app.press("The child typed it")
    await visit.actions.session.lock()
    await visit.unlock()
    line = VerbatimLine(WORDS, "child-typed", "Tell me about waking up.")
    assert visit.entry("day-wake") == visit.kept("day-wake") == Answered((line,))
    assert visit.app.sees(f"“{WORDS}”")


async def test_words_without_their_origin_are_asked_for_and_never_lost(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    await visit.app.type("Exact words", "The kettle")
    await visit.app.press(say("action.continue"))
    assert visit.heading() == "Tell me about waking up."
    assert visit.app.sees(say("problems.title"))
    assert visit.app.sees(say("problem.origin"))
    assert visit.entry("day-wake") is None
    # Neither locking nor going away and coming back drops what is only half there.
    await visit.actions.session.lock()
    await visit.unlock()
    assert visit.app.field("Exact words").value == "The kettle"
    await visit.app.press(say("action.back"))
    await visit.app.press(say("action.continue"))
    assert visit.app.field("Exact words").value == "The kettle"
    await visit.app.press(say("origin.choice.child-said"))
    await visit.app.press(say("action.continue"))
    line = VerbatimLine("The kettle", "child-said", "Tell me about waking up.")
    assert visit.kept("day-wake") == Answered((line,))


async def test_half_a_line_survives_closing_the_app_and_stands_in_the_way_of_finishing(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    await visit.app.type("Exact words", "The kettle")
    await visit.app.press(say("action.back"))
    assert visit.model.open_assessment is not None
    assessment_id = visit.model.open_assessment.assessment.id
    await visit.actions.go_home()
    await visit.actions.resume_assessment(assessment_id)
    await visit.app.settle()
    visit.actions.open_screen("check", assessment_id)
    await visit.app.settle()
    problem = "Tell me about waking up. Say where the words came from."
    assert visit.app.sees(problem)
    await visit.app.press(say("action.finish"))
    assert visit.heading() == "Check what you recorded"
    await visit.app.press(problem)
    assert visit.app.field("Exact words").value == "The kettle"


async def test_more_lines_keep_their_prompt_and_one_can_be_taken_out(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    await visit.app.type("Exact words", "The kettle")
    await visit.app.press(say("origin.choice.child-said"))
    await visit.app.press(say("words.add"))
    assert visit.app.sees("“The kettle”")
    await visit.app.type(say("words.line", n=2), "And shouting")
    await visit.app.press(say("words.asked-change"))
    await visit.app.type(say("words.asked"), "What then?")
    await visit.app.press("The child typed it")
    await visit.app.press(say("action.continue"))
    lines = (
        VerbatimLine("The kettle", "child-said", "Tell me about waking up."),
        VerbatimLine("And shouting", "child-typed", "What then?"),
    )
    assert visit.kept("day-wake") == Answered(lines)
    await visit.app.press(say("action.back"))
    await visit.app.press("Change: The kettle")
    await visit.app.press("Take line 1 out")
    assert visit.kept("day-wake") == Answered(lines[1:])


async def test_text_is_put_aside_by_not_now_and_comes_back(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.turn_to("ladder-bottom")
    label = visit.heading()
    await visit.app.type(label, "The swamp")
    await visit.app.press("Not now")
    assert visit.kept("ladder-bottom") == NotAnswered("child-pass")
    assert not visit.app.controls(ft.TextField)
    await visit.app.press(say("action.choose-again"))
    assert visit.app.field(label).value == "The swamp"
    assert visit.kept("ladder-bottom") == Answered("The swamp")


async def test_a_full_disk_is_told_calmly_and_the_next_success_keeps_everything_in_order(
    tmp_path: Path,
) -> None:
    async with visiting(tmp_path / "home", calm_expected=True) as visit:
        await visit.begin(visit.mother, "risk-24")
        await visit.turn_to("injury")
        await visit.app.press("Yes")
        database = visit.runtime.store._database
        (used,) = database._driver.execute("PRAGMA page_count").fetchone()
        database._driver.execute(f"PRAGMA max_page_count={used}")
        story = "He came back. " * 285
        await visit.app.type(DETAIL, "x")
        field = visit.app.field(DETAIL)
        visit.app.session.apply_patch(field._i, {"value": story})
        await visit.app.session.dispatch_event(field._i, "change", story)
        await visit.app.wait_for_autosave()
        assert visit.app.sees(say("save.failed"))
        assert visit.app.sees("What you saved before is safe")
        assert visit.app.sees(story)
        await visit.app.press(say("action.continue"))
        await visit.app.press("No")
        assert visit.app.sees(say("save.failed"))
        database._driver.execute("PRAGMA max_page_count=1000000")
        await visit.app.press(say("action.try-again"))
        assert visit.app.sees("Saved on this phone at")
        assert visit.kept("injury.detail") == Answered(story)
        assert visit.kept("frightened") == Answered("no")


async def test_what_a_full_disk_refused_outlives_a_lock(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home", calm_expected=True) as visit:
        await visit.begin(visit.mother, "risk-24")
        await visit.turn_to("injury")
        await visit.app.press("Yes")
        database = visit.runtime.store._database
        (used,) = database._driver.execute("PRAGMA page_count").fetchone()
        database._driver.execute(f"PRAGMA max_page_count={used}")
        story = "He came back. " * 285
        field = visit.app.field(DETAIL)
        visit.app.session.apply_patch(field._i, {"value": story})
        await visit.app.session.dispatch_event(field._i, "change", story)
        await visit.app.press(say("action.cover"))
        assert visit.model.phase == "locked"
        await visit.unlock()
        assert visit.app.field(DETAIL).value == story
        database._driver.execute("PRAGMA max_page_count=1000000")
        await visit.app.press(say("action.continue"))
        assert visit.kept("injury.detail") == Answered(story)


# What stands on a page


async def test_continue_is_never_stopped_by_a_missing_answer(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.to_check()
    assert visit.app.sees(say("check.missing", n=0))
    assert visit.app.sees(say("check.missing-more", n=18))
    await visit.app.press(say("action.finish"))
    assert visit.heading() == "Check what you recorded"
    await visit.app.press("Are you very scared of this person?")
    assert visit.heading() == "Are you very scared of this person?"
    await visit.app.press("No")
    await visit.app.press(say("action.continue"))
    assert visit.heading() == "Check what you recorded"
    assert visit.app.sees(say("check.missing-more", n=17))


async def test_change_leads_to_the_question_and_straight_back(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.to_check()
    for way in (say("action.continue"), say("action.back")):
        await visit.app.press("Change: Did this person hurt your body, this time?")
        assert visit.heading() == "Did this person hurt your body, this time?"
        await visit.app.press(way)
        assert visit.heading() == "Check what you recorded"
    await visit.app.go_back()
    assert visit.model.screen.name == "assess"


async def test_a_blank_stands_as_a_blank(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.to_check()
    assert visit.app.texts().count(say("label.not-recorded")) >= 24
    assert not any(text == "No" for text in visit.app.texts())


async def test_not_asked_opens_its_reasons(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("injury")
    await visit.app.press("Not asked")
    await visit.app.type(say("label.optional", label=say("reason.note")), "He came in")
    await visit.app.press(say("reason.choice.not-safe"))
    await visit.app.press(say("action.continue"))
    assert visit.kept("injury") == NotAnswered("not-asked", "not-safe", "He came in")


async def test_none_of_these_leaves_no_other_choice_beside_it(visit: Visit) -> None:
    await visit.begin(visit.baby, "observation-0-12m")
    await visit.turn_to("collapse")
    ticks = [option.text for option in catalogue.load_tool("observation-0-12m").index["collapse"].options]
    await visit.app.press(ticks[0])
    await visit.app.press(ticks[1])
    assert visit.app.chosen() == ticks[:2]
    await visit.app.press("None of these")
    assert visit.app.chosen() == ["None of these"]


async def test_a_same_day_card_is_on_the_page_at_once_and_stays_to_the_end(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("threat-to-kill")
    assert not visit.app.sees("999")
    await visit.app.press("Yes")
    assert visit.app.sees("A threat to kill that was believed.")
    assert "999" in visit.app.texts()
    assert any(name == "scroll_to" for name, _ in visit.app.wire.called)
    await visit.to_check()
    assert "999" in visit.app.texts()


async def test_every_flag_of_every_tool_has_its_numbers() -> None:
    for tool in catalogue.list_tool_ids():
        for flag in catalogue.load_tool(tool).flags:
            assert all(numbers_for([name]) for name in flag.call), (tool, flag.id)


async def test_judgement_can_raise_and_has_no_way_to_lower(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("threat-to-kill")
    await visit.app.press("Yes")
    await visit.to_check()
    grades = [text for _, text in catalogue.load_tool("risk-24").grades]
    assert grades[-1] in visit.app.names()
    assert not any(grade in visit.app.names() for grade in grades[:-1])


async def test_a_raised_grade_needs_its_reason(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.turn_to("injury")
    await visit.app.press("No")
    await visit.to_check()
    standard, medium, high = (text for _, text in catalogue.load_tool("risk-24").grades)
    assert {standard, medium, high} <= set(visit.app.names())
    await visit.app.press(medium)
    assert visit.app.sees(say("problem.judgement-without-reason"))
    await visit.app.type(say("judgement.reason"), "Her face")
    await visit.app.wait_for_autosave()
    assert not visit.app.sees(say("problem.judgement-without-reason"))
    assert visit.app.sees("Your own judgement raises it.")
    assert visit.model.open_assessment is not None
    again = visit.actions.session.case_service.resume_assessment(visit.model.open_assessment.assessment.id)
    assert again.form.result.grade.value == "medium"
    assert again.form.context.judgement is not None
    assert again.form.context.judgement.reason == "Her face"


async def test_people_are_placed_moved_and_taken_off_by_tapping(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.turn_to("people-map")
    name = say("people.name")
    assert "I can tell them" not in visit.app.names()
    for who, ring in (("Nan", "I can tell them"), ("Taid Ifor", "Not sure")):
        await visit.app.type(name, who)
        await visit.app.press(ring)
        assert not visit.app.field(name).value
    assert visit.kept("people-map") == Answered(
        (PlacedPerson("Nan", "can-tell"), PlacedPerson("Taid Ifor", "not-sure"))
    )
    await visit.app.press(say("people.move", who="Nan"))
    await visit.app.press("Not safe")
    assert visit.kept("people-map") == Answered(
        (PlacedPerson("Nan", "not-safe"), PlacedPerson("Taid Ifor", "not-sure"))
    )
    await visit.app.press(say("people.move", who="Taid Ifor"))
    await visit.app.press(say("people.remove"))
    assert visit.kept("people-map") == Answered((PlacedPerson("Nan", "not-safe"),))
    await visit.app.type(name, "Miss Oakley")
    await visit.app.press(say("action.continue"))
    assert visit.app.sees(say("problem.place"))


async def test_a_number_out_of_range_and_a_day_that_cannot_be_read_stop_continue(visit: Visit) -> None:
    await visit.begin(visit.baby, "observation-0-12m")
    weeks, minutes = (
        "How many weeks early was the baby born? (optional)",
        "For how many minutes did you watch? (optional)",
    )
    await visit.app.type(weeks, "40")
    await visit.app.type(minutes, "five")
    assert not visit.app.sees(say("problems.title"))
    await visit.app.press(say("action.continue"))
    assert visit.app.sees("How many weeks early was the baby born? Write a number from 0 to 18.")
    assert visit.app.sees("For how many minutes did you watch? Write a whole number.")
    assert visit.app.field(weeks).value == "40"
    assert visit.app.field(minutes).value == "five"
    await visit.actions.session.lock()
    await visit.unlock()
    assert visit.app.field(minutes).value == "five"


async def test_the_childs_question_is_never_mixed_with_what_is_for_the_adult(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    await visit.app.press(say("action.continue"))
    texts = visit.app.texts()
    at = texts.index("Who is there? What do you hear first?")
    assert "For you" in texts[:at]
    assert visit.heading() == "Tell me about waking up."
    assert {"I don't know", "Not now", "I don't want to say"} <= set(visit.app.names())


async def test_no_name_is_in_the_title_the_address_or_the_keys(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-7-11")
    await to_the_talk(visit)
    assert visit.app.page.title == "Wren"
    assert visit.app.page.route == "/"
    for control, _ in visit.app.nodes():
        assert "Alys" not in str(getattr(control, "key", ""))
    assert PASSPHRASE not in str(visit.app.log)


# Reading what was typed


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("14 5 2026", date(2026, 5, 14)),
        ("14/05/2026", date(2026, 5, 14)),
        (" 1st May 26 ", date(2026, 5, 1)),
        ("3 September 2026", date(2026, 9, 3)),
        ("2026-05-14", date(2026, 5, 14)),
        ("31 2 2026", None),
        ("5 2026", None),
        ("soon", None),
        ("1 Mayonnaise 2026", None),
    ],
)
def test_reads_a_day_as_people_write_it(typed: str, day: date | None) -> None:
    assert parse_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("14:02", time(14, 2)),
        ("9.05", time(9, 5)),
        ("1402", time(14, 2)),
        ("2.30 pm", time(14, 30)),
        ("12 am", time(0, 0)),
        ("12pm", time(12, 0)),
        ("9", None),
        ("25:00", None),
        ("14 pm", None),
        ("later", None),
    ],
)
def test_reads_a_time_and_does_not_guess_morning_or_night(typed: str, moment: time | None) -> None:
    assert parse_time(typed) == moment


def test_reads_numbers_and_nothing_else() -> None:
    assert [parse_whole_number(text) for text in (" 12 ", "-3", "five", "1.5", "")] == [
        12,
        -3,
        None,
        None,
        None,
    ]
    assert [parse_decimal(text) for text in ("1.5", "2", "1,5")] == [1.5, 2.0, None]


async def test_a_tool_that_is_called_for_is_offered_and_one_not_done_says_why(
    visit: Visit,
) -> None:
    await visit.begin(visit.mother, "risk-24")
    for link_id in catalogue.load_tool("risk-24").scales[0].items:
        value = "yes" if link_id in ("strangulation", "stalking") else "no"
        await visit.actions.dispatch(AnswerEntered(link_id, Answered(value)))
    await visit.to_check()
    neck, following = catalogue.load_tool("strangulation").title, catalogue.load_tool("stalking-11").title
    assert visit.app.sees(neck)
    await visit.app.type(say("offers.why-not", tool=following), "She had to leave.")
    await visit.app.press(say("action.finish"))
    await visit.app.settle()
    assert visit.heading() == say("finished.title")
    record = visit.model.record
    assert record is not None
    offered = {one["tool"]: (one["state"], one["reason"]) for one in (record.result or {})["supplements"]}
    assert offered["strangulation"] == ("offered", "")
    assert offered["stalking-11"] == ("not-done", "She had to leave.")
    assert visit.app.sees(neck)
    assert not visit.app.sees(following)
    await visit.app.press(next(name for name in visit.app.names() if name.startswith(neck)))
    await visit.app.settle()
    assert visit.model.open_assessment is not None
    assert visit.model.open_assessment.assessment.instrument == "strangulation"
    assert visit.model.open_assessment.assessment.contact_id == record.contact_id
