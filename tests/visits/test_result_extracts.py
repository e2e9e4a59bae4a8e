"""What a finished tool holds of a child: the child's own apart from what an adult wrote."""

from __future__ import annotations

from datetime import date

from assessments.casework.records import Assessment
from assessments.casework.result_extracts import extract_results
from assessments.definitions import catalogue
from assessments.engine.scoring import ScoringContext
from tests.visits.families import AT


def finished(tool: str, answers: dict[str, object], status: str = "completed") -> Assessment:
    return Assessment(
        id="a1",
        household_id="home",
        contact_id="c1",
        subject_id="otis",
        instrument=tool,
        version="1",
        instrument_hash="0",
        status=status,  # type: ignore[arg-type]  # checked by the record itself
        author="hv1",
        started_at=AT,
        context=ScoringContext(on=date(2026, 3, 5)),
        answers=answers,
    )


def parts(tool: str, answers: dict[str, object], status: str = "completed") -> list[tuple[str, str, str]]:
    found = extract_results(catalogue.load_tool(tool), finished(tool, answers, status))
    return [(one.part, one.prompt, one.text) for one in found]


def line(words: str, origin: str, prompt: str = "") -> dict[str, str]:
    return {"words": words, "origin": origin, "prompt": prompt}


BREAKFAST = catalogue.load_tool("child-voice-7-11").index["day-breakfast"].text


def test_the_childs_words_come_with_what_was_asked_before_them() -> None:
    answers = {"day-breakfast": [line("i hide", "child-said", "And then?"), line("no shout", "child-typed")]}
    assert parts("child-voice-7-11", answers) == [
        ("words", "And then?", "i hide"),
        ("words", BREAKFAST, "no shout"),
    ]


def test_what_an_adult_saw_or_said_is_not_the_childs() -> None:
    answers = {"day-breakfast": [line("looked away", "adult-observed"), line("he is fine", "adult-said")]}
    assert [part for part, _, _ in parts("child-voice-7-11", answers)] == ["seen", "seen"]


def test_a_yes_to_talking_is_not_yet_the_childs_voice() -> None:
    assert parts("child-voice-7-11", {"child-ok": "yes"}) == []


def test_what_a_child_shows_is_the_childs_and_not_answering_is_nothing() -> None:
    assert [part for part, _, _ in parts("child-voice-7-11", {"ladder-now": 2})] == ["shown"]
    assert parts("child-voice-7-11", {"ladder-now": {"not_answered": "child-pass"}}) == []


def test_seen_alone_all_or_part_of_the_time_is_told_of_a_talk_with_a_child() -> None:
    assert [part for part, _, _ in parts("child-voice-7-11", {"seen-alone": "part"})] == ["alone"]
    assert parts("child-voice-7-11", {"seen-alone": "no"}) == []
    # In this tool the same name asks after the mother.
    assert parts("unborn", {"seen-alone": "yes"}) == []


def test_an_observation_is_an_adults_text() -> None:
    tool = catalogue.load_tool("observation-0-12m")
    link_id = next(item.link_id for item in tool.walk() if item.type == "text")
    assert parts("observation-0-12m", {link_id: "stilled when the door went"}) == [
        ("seen", tool.index[link_id].text, "stilled when the door went")
    ]


def test_a_tool_about_risk_tells_what_it_came_to_and_no_answer() -> None:
    tool = catalogue.load_tool("risk-24")
    done = finished("risk-24", {"injury.detail": "a push"}).model_copy(
        update={"result": {"grade": {"value": tool.grades[-1][0]}}}
    )
    assert [(one.part, one.prompt, one.text) for one in extract_results(tool, done)] == [
        ("risk", tool.title, tool.grades[-1][1])
    ]
    assert [one.text for one in extract_results(tool, finished("risk-24", {}))] == [""]


def test_a_tool_that_is_not_finished_holds_nothing() -> None:
    answers = {"day-breakfast": [line("i hide", "child-said")]}
    assert parts("child-voice-7-11", answers, "in-progress") == []
    assert parts("child-voice-7-11", answers, "entered-in-error") == []


def test_an_answer_that_the_tool_cannot_read_is_left_to_the_record() -> None:
    assert parts("child-voice-7-11", {"day-breakfast": 5, "unheard-of": 1}) == []


LADDER = "child-voice-7-11"
WORDS = ("Not safe at all", "Safe all the time")


def steps(answers: dict[str, object]) -> list[tuple[str, int, int, int, str, str]]:
    found = extract_results(catalogue.load_tool(LADDER), finished(LADDER, answers))
    return [
        (one.prompt, one.step.number, one.step.lowest, one.step.highest, one.step.low, one.step.high)
        for one in found
        if one.step is not None
    ]


def test_a_step_of_a_ladder_comes_with_what_stood_at_both_ends() -> None:
    asked = catalogue.load_tool(LADDER).index["ladder-now"].text
    assert steps({"ladder-now": 0}) == [(asked, 0, 0, 10, *WORDS)]
    named = {"ladder-now": 4, "ladder-bottom": " under the bed ", "ladder-top": "at Nain's"}
    assert steps(named) == [(asked, 4, 0, 10, "under the bed", "at Nain's")]
    assert steps({"ladder-now": 4, "ladder-top": "at Nain's"}) == [(asked, 4, 0, 10, WORDS[0], "at Nain's")]


def test_what_is_counted_without_a_ladder_or_not_answered_is_no_step() -> None:
    assert steps({"ladder-now": {"not_answered": "child-pass"}}) == []
    assert [
        one.step for one in extract_results(catalogue.load_tool("unborn"), finished("unborn", {"weeks": 20}))
    ] == []


def test_what_is_in_a_childs_jar_comes_with_how_big_the_child_made_it() -> None:
    given = [{"who": "when it goes quiet", "place": "big"}, {"who": "maths", "place": "small"}]
    (jar,) = extract_results(catalogue.load_tool(LADDER), finished(LADDER, {"jar": given}))
    assert (jar.part, jar.text) == ("shown", "")
    assert jar.jar == (("Big", "when it goes quiet"), ("Small", "maths"))
    assert "maths" not in repr(jar)
