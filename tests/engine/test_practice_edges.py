"""The edge cases of the practice research that a tool can express, as visits.

Not played here, since they belong to records, devices and access: a record corrected after it was
sent, two workers offline at once, a deleted account, a practitioner who is a relative, names of
parents withheld, and twins as two linked records. One example:

    Visit("unborn").enters("babies", 2).expect_note("twins")
"""

from __future__ import annotations

from datetime import date

import pytest

from assessments.definitions.ages import fits_age
from assessments.definitions.catalogue import load_tool
from assessments.definitions.suggest import suggest
from tests.scenario import Visit

NO_DATE = suggest(born=None, on=date(2026, 3, 5), role="health-visitor")


def test_a_sibling_at_school_is_still_to_be_seen_with_a_reason() -> None:
    card = Visit("child-card").enters("where", "elsewhere").enters("seen", "no").expect_missing("unseen-why")
    card.enters("unseen-why", "elsewhere").enters("unseen-plan", "School, Monday 9:00.").is_completed()
    card.expect_note("still-to-see").expect_hidden("demeanour", "injury").expect_no_flag("not-found")


def test_an_unborn_twin_asks_for_two_records() -> None:
    Visit("unborn").enters("babies", 1).expect_no_note("twins").enters("babies", 2).expect_note("twins")


@pytest.mark.parametrize(
    ("on", "tool"), [("2026-03-04", "observation-1-3y"), ("2026-03-05", "child-voice-2-4")]
)
def test_a_child_of_one_year_and_365_days_is_one_and_of_two_years_is_two(on: str, tool: str) -> None:
    born, day = date(2024, 3, 5), date.fromisoformat(on)
    assert fits_age(load_tool(tool), born, day)
    assert fits_age(load_tool("child-voice-2-4"), born, day) is (tool == "child-voice-2-4")


def test_without_a_date_of_birth_no_child_tool_is_closed_and_none_is_certain() -> None:
    by_tool = {one.tool: one for one in NO_DATE}
    for tool in ("child-voice-2-4", "child-voice-14-17", "observation-0-12m"):
        assert by_tool[tool].fits == "maybe"
        assert "age-not-known" in by_tool[tool].reasons


def test_two_people_who_harm_one_adult_have_a_frequency_each_and_are_not_added_up() -> None:
    husband = Visit("frequency-control").answers("often", "tracking", "turning-up")
    brother = Visit("frequency-control").answers("never", "tracking", "turning-up")
    husband.expect_route("danger-indicators").expect_offered("stalking-11")
    brother.expect_no_route("danger-indicators").expect_not_offered("stalking-11")


def test_a_weekend_carer_who_harms_is_alone_with_the_children_and_that_time_is_looked_at() -> None:
    visit = Visit("perpetrator-pattern").enters("contact", "alone").enters("handover", "Friday at the gate")
    visit.expect_note("contact-alone").enters("contact", "public").expect_note("contact-not-safe")


def test_control_reasoned_absent_is_a_finding_that_needs_its_reason_and_a_second_look() -> None:
    visit = Visit("perpetrator-pattern").enters("coercive-control", "absent").finishes()
    visit.expect_status("in-progress").expect_missing("coercive-control-because")
    visit.enters("coercive-control-because", "Heard alone three times: sees whom she likes, holds her money.")
    visit.expect_note("control-absent").expect_no_note("control-absent-but").is_completed()


def test_control_marked_absent_beside_a_kind_of_control_is_pointed_out() -> None:
    visit = Visit("perpetrator-pattern").enters("money", "yes").enters("coercive-control", "absent")
    visit.expect_note("control-absent-but")


def test_control_not_known_is_not_absent() -> None:
    visit = Visit("perpetrator-pattern").enters("coercive-control", "not-known")
    visit.expect_note("control-not-known").expect_no_note("control-absent")


@pytest.mark.parametrize("state", ["none-found", "relative", "shared-device"])
def test_a_refused_or_missing_interpreter_means_not_asked(state: str) -> None:
    visit = Visit("routine-enquiry").enters("ask-now", "check").enters("gate-who", "alone")
    visit.enters("gate-soon", "no").enters("gate-language", state).expect_hidden("put-down", "scared")
    visit.expect_shown("not-asked-reason", "next-date", "next-who")


def test_a_child_without_an_interpreter_is_pointed_out_and_can_still_be_watched() -> None:
    visit = Visit("child-voice-7-11").enters("earshot", "nobody").enters("interpreter", "none-found")
    visit.expect_note("no-interpreter")


def test_a_visit_left_after_four_minutes_keeps_every_word_and_is_not_completed() -> None:
    visit = Visit("child-voice-7-11").enters("earshot", "nobody").enters("told", ["who-i-am"])
    visit.enters("child-ok", "yes").says("wish", "Dw i isio mynd i dŷ Nain.").enters("began", "10:02:00")
    visit.enters("ended", "10:06:00").stops().expect_status("stopped").expect_kept("wish")
    visit.finishes().expect_status("stopped").tries_to_enter("seen-alone", "yes")


def test_a_clock_wrong_by_a_day_never_brings_an_event_from_tomorrow_into_the_count() -> None:
    events = ("2026-01-10", "2026-02-10", "2026-03-06")
    behind = Visit("risk-24", on="2026-03-05", events=events).answers_no_to_the_rest()
    right = Visit("risk-24", on="2026-03-06", events=events).answers_no_to_the_rest()
    behind.expect_no_route("escalation")
    right.expect_route("escalation", because="3")


def test_a_referral_dated_tomorrow_is_no_earlier_referral() -> None:
    visit = Visit("risk-24", on="2026-03-05", last_marac_referral="2026-03-06").answers("yes", "money")
    visit.expect_no_route("repeat")


def test_a_tool_called_for_and_not_done_stays_on_the_result_with_its_reason() -> None:
    left = (("stalking-11", "not-safe"),)
    visit = Visit("risk-24", done=("strangulation",), not_done=left).answers(
        "yes", "strangulation", "stalking"
    )
    visit.enters("isolated", "yes").expect_offered("strangulation", state="done")
    visit.expect_offered("stalking-11", state="not-done", reason="not-safe").expect_offered("honour-10")


def test_harm_to_the_neck_in_any_tool_offers_the_questions_about_the_neck() -> None:
    Visit("what-worries-you").enters("earshot", "nobody").enters("neck", "yes").expect_offered(
        "strangulation"
    )
    Visit("unborn").enters("neck", "yes").expect_offered("strangulation")
    Visit("perpetrator-pattern").enters("strangling", "yes").expect_offered("strangulation")
    Visit("frequency-control").enters("neck", "once").expect_offered("strangulation")


@pytest.mark.parametrize("outcome", ["none-seen", "watch", "help"])
def test_a_child_named_in_a_plan_or_belief_is_for_today_whatever_outcome_is_chosen(outcome: str) -> None:
    visit = Visit("adult-mental-health-impact").enters("child-in-beliefs", "yes").enters("outcome", outcome)
    visit.expect_flag("child-in-beliefs")
    notes = {"none-seen": "outcome-too-low", "watch": "outcome-below-protect", "help": "outcome-help-named"}
    visit.expect_note(notes[outcome])
