"""Hearing a child and watching a baby, as visits. practice.md C2-C5, D1-D6, scenarios I1 and I4."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assessments.definitions import catalogue
from assessments.definitions.ages import fits_age
from tests.scenario import Visit

CHILD_PART = ("day-wake", "ladder-now", "people-map", "starter-best", "feelings", "wish")
RATED = (
    "eye-face", "voice", "body", "regulation", "response-to-adults", "adult-response", "comfort", "play",
    "skills", "body-care", "home", "siblings", "carer-state",
)  # fmt: skip


def talk(earshot: str = "nobody", ok: str = "yes") -> Visit:
    """A talk with a child that may begin: who can hear, what was explained, the child's own OK."""
    visit = Visit("child-voice-7-11", on="2026-05-14").enters("earshot", earshot)
    if "child-ok" in visit.form.visible:
        visit.enters("told", ["who-i-am"]).enters("child-ok", ok)
    return visit


def watched() -> Visit:
    visit = Visit("observation-0-12m", on="2026-03-05").enters("state", "quiet-alert")
    return visit.enters("marks", "no")


def test_nothing_is_asked_of_a_child_before_it_is_known_who_can_hear() -> None:
    Visit("child-voice-7-11").expect_hidden(*CHILD_PART).expect_missing("earshot")


@pytest.mark.parametrize("earshot", ["may-harm", "unsure"])
def test_while_someone_unsafe_may_hear_the_childs_part_is_put_away(earshot: str) -> None:
    talk(earshot).expect_hidden(*CHILD_PART, "child-ok", "told").expect_shown("watched", "next-try")


@pytest.mark.parametrize("ok", ["yes", "a-bit", "another-way"])
def test_the_childs_own_ok_opens_the_talk(ok: str) -> None:
    talk(ok=ok).expect_shown(*CHILD_PART)


def test_not_today_is_respected_and_watching_is_offered() -> None:
    talk(ok="not-today").expect_hidden(*CHILD_PART).expect_shown("watched")


def test_a_child_who_does_not_answer_has_not_said_yes() -> None:
    visit = Visit("child-voice-7-11").enters("earshot", "nobody").enters("told", ["who-i-am"])
    visit.does_not_answer("child-pass", "child-ok").expect_hidden(*CHILD_PART).expect_shown("watched")


def test_someone_comes_in_and_what_was_said_is_kept_and_comes_back() -> None:
    visit = talk().says("wish", "Dw i isio mynd i dŷ Nain.")
    visit.enters("earshot", "may-harm").expect_hidden("wish").expect_not_in_output("wish")
    visit.enters("earshot", "nobody").expect_shown("wish").expect_kept("wish")


def test_i4_one_child_says_two_and_the_other_eight_and_neither_is_in_the_other() -> None:
    ned, lottie = talk(), talk()
    ned.enters("ladder-now", 2).says("ladder-now-words", "He asks me what Mum does.")
    lottie.enters("ladder-now", 8)
    assert "ladder-now-words" not in lottie.form.entries
    assert ned.form.entries["ladder-now"] != lottie.form.entries["ladder-now"]


def test_i4_i_dont_want_to_say_is_an_answer() -> None:
    visit = talk().does_not_answer("asked-declined", "day-night")
    assert "day-night" in visit.form.answers


@pytest.mark.parametrize("state", ["child-pass", "asked-unknown"])
@pytest.mark.parametrize("link_id", CHILD_PART)
def test_every_part_can_be_passed_or_not_known(link_id: str, state: str) -> None:
    visit = talk().does_not_answer(state, link_id).expect_no_finding("state-not-offered")
    assert link_id in visit.form.answers


def test_words_keep_origin_prompt_and_every_letter() -> None:
    words = "„Boję się, jak tata krzyczy” 😟 مجھے ڈر لگتا ہے"
    visit = talk().says("wish", words, origin="child-typed", prompt="Tell me about a wish.")
    visit.expect_kept("wish")


def test_words_without_an_origin_are_not_taken() -> None:
    from assessments.errors import BadAnswer

    with pytest.raises(BadAnswer, match="no-origin"):
        talk().enters("wish", [{"words": "mine"}])


def test_fact_observation_and_interpretation_have_three_places() -> None:
    talk().expect_shown("facts", "observations", "interpretations")


def test_a_talk_is_complete_with_what_is_needed_and_nothing_more() -> None:
    visit = talk().enters("seen-alone", "yes").enters("demeanour-during", "Spoke softly, looked at the door.")
    visit.expect_nothing_missing().finishes().expect_status("completed")


def test_an_unsafe_talk_can_be_finished_as_watching() -> None:
    visit = talk("may-harm").enters("watched", "Held his hands over his ears.")
    for link_id in visit.form.missing:
        item = visit.tool.index[link_id]
        visit.enters(link_id, item.options[0].code if item.options else "Quiet.")
    visit.finishes().expect_status("completed")


def test_a_number_off_the_ladder_stops_finishing() -> None:
    talk().enters("ladder-now", 11).expect_finding("out-of-range", "ladder-now", max=10)


def test_a_baby_is_watched_before_anything_is_read_into_it() -> None:
    order = [item.link_id for item in catalogue.load_tool("observation-0-12m").walk()]
    assert order.index("state") < order.index("description") < order.index("comparison")
    assert order.index("comparison") < order.index("interpretation") < order.index("linking")


@pytest.mark.parametrize("link_id", RATED)
def test_each_rating_wants_a_line_of_evidence(link_id: str) -> None:
    visit = watched().enters(link_id, "2").expect_shown(f"{link_id}.evidence")
    visit.expect_missing(f"{link_id}.evidence")


@pytest.mark.parametrize("link_id", RATED)
def test_not_observable_is_no_rating_and_wants_none(link_id: str) -> None:
    watched().enters(link_id, "not-observable").expect_hidden(f"{link_id}.evidence")


def test_i1_the_linking_question_stands_in_the_way_of_finishing() -> None:
    visit = watched()
    for link_id in RATED:
        visit.enters(link_id, "not-observable")
    visit.expect_missing("linking").finishes().expect_status("in-progress")
    visit.enters("linking", "yes").expect_missing("linking-because")
    visit.enters("linking-because", "Stills when he speaks, settles on her.").finishes()
    visit.expect_status("completed")


def test_a_mark_on_a_baby_is_something_for_today() -> None:
    watched().enters("marks", "yes").expect_finding("same-day", "marks")


def test_a_threat_to_a_child_is_something_for_today() -> None:
    watched().enters("threat-to-child", "yes").expect_finding("same-day", "threat-to-child")


def test_each_adult_has_a_row_of_their_own() -> None:
    rows = [
        {"adult-who": "Mother", "adult-before": "Quiet", "adult-after": "Reached out"},
        {"adult-who": "Father", "adult-before": "Quiet", "adult-after": "Went still"},
    ]
    watched().enters("adults", rows).expect_kept("adults")


BORN = date(2019, 3, 5)


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2026, 3, 4), False),
        (date(2026, 3, 5), True),
        (date(2030, 3, 4), True),
        (date(2030, 3, 5), False),
    ],
)
def test_the_age_of_a_tool_is_exact_to_the_day(day: date, fits: bool) -> None:
    assert fits_age(catalogue.load_tool("child-voice-7-11"), BORN, day) is fits


def test_a_baby_of_one_year_less_a_day_is_in_and_of_one_year_is_not() -> None:
    tool, born = catalogue.load_tool("observation-0-12m"), date(2025, 6, 8)
    assert fits_age(tool, born, date(2026, 6, 7)) is True
    assert fits_age(tool, born, date(2026, 6, 8)) is False
    assert fits_age(tool, born, born - timedelta(days=1)) is False


def test_an_unknown_birth_date_is_neither_in_nor_out() -> None:
    assert fits_age(catalogue.load_tool("child-voice-7-11"), None, date(2026, 1, 1)) is None
