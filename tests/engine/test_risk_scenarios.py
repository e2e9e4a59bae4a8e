"""Adult risk questions, as visits. Expected results: practice.md A3-A5 and scenarios I1-I10."""

from __future__ import annotations

import pytest

from assessments.definitions import catalogue
from tests.scenario import Visit

TOPICS = (
    "injury", "frightened", "fears", "isolated", "low-mood", "separation", "child-contact", "stalking",
    "pregnancy-baby", "more-often", "getting-worse", "control-jealousy", "weapon", "threat-to-kill",
    "strangulation", "sexual-harm", "others-threatening", "harmed-others", "animals", "money",
    "substances-mental-health", "perpetrator-suicide", "broken-orders", "police-history",
)  # fmt: skip
# Topics that open no route by themselves under the default area, so that counting can be seen alone.
QUIET = (
    "injury", "fears", "isolated", "low-mood", "child-contact", "pregnancy-baby", "sexual-harm",
    "harmed-others", "animals", "money", "substances-mental-health", "perpetrator-suicide",
    "broken-orders", "police-history", "control-jealousy",
)  # fmt: skip


def risk(**context: object) -> Visit:
    return Visit("risk-24", **context)  # type: ignore[arg-type]


def test_the_24_topics_stand_in_the_published_order() -> None:
    assert catalogue.load_tool("risk-24").scales[0].items == TOPICS


def test_nothing_is_selected_when_it_opens() -> None:
    visit = risk()
    assert visit.form.entries == {}
    visit.expect_missing(*TOPICS).expect_band(None).expect_grade(None).expect_no_route()


def test_all_no_is_standard_and_complete() -> None:
    visit = risk().answers_no_to_the_rest()
    visit.expect_nothing_missing().expect_count(0, answered=24).expect_band("standard").expect_no_route()
    visit.expect_grade("standard").finishes().expect_status("completed")


def test_blank_is_never_no() -> None:
    visit = risk().answers("yes", "money")
    visit.expect_count(1, answered=1, not_reached=23).finishes().expect_status("in-progress")


def test_nine_yes_is_standard() -> None:
    risk().answers("yes", *QUIET[:9]).answers_no_to_the_rest().expect_band("standard").expect_grade(
        "standard"
    )


def test_ten_yes_is_medium() -> None:
    risk().answers("yes", *QUIET[:10]).answers_no_to_the_rest().expect_band("medium").expect_grade("medium")


def test_thirteen_yes_is_medium_and_below_the_count_route() -> None:
    visit = risk().answers("yes", *QUIET[:13]).answers_no_to_the_rest()
    visit.expect_count(13).expect_band("medium").expect_no_route("visible-high-risk")


def test_fourteen_yes_opens_the_count_route() -> None:
    visit = risk().answers("yes", *QUIET[:14]).answers_no_to_the_rest()
    visit.expect_band("high").expect_route("visible-high-risk", because="14")
    visit.expect_no_route("danger-indicators").expect_grade("high", floor="high")


def test_unknown_stands_beside_the_count_and_never_in_it() -> None:
    visit = risk().answers("yes", *QUIET[:13]).does_not_answer("asked-unknown", "weapon", "separation")
    visit.answers_no_to_the_rest().expect_count(13, unknown=2, answered=22).expect_band("medium")


def test_the_word_unknown_is_the_state_asked_unknown() -> None:
    risk().answers("unknown", "injury").expect_count(0, unknown=1, answered=0)


def test_declined_is_not_no() -> None:
    risk().does_not_answer("asked-declined", "sexual-harm").expect_count(0, declined=1, answered=0)


def test_not_asked_is_counted_apart_and_does_not_stop_finishing() -> None:
    visit = risk().does_not_answer("not-asked", "weapon", reason="not-safe").answers_no_to_the_rest()
    visit.expect_count(0, not_asked=1, answered=23).expect_nothing_missing()


def test_not_asked_without_a_reason_is_pointed_out() -> None:
    risk().does_not_answer("not-asked", "weapon").expect_finding("reason-missing", "weapon")


def test_all_unknown_has_no_band_and_says_how_many() -> None:
    visit = risk().does_not_answer("asked-unknown", *TOPICS)
    visit.expect_band(None).expect_grade(None).expect_finding("many-unknown", count=24)


def test_a_few_unknown_are_not_pointed_out_as_many() -> None:
    visit = risk().does_not_answer("asked-unknown", "money").answers_no_to_the_rest()
    visit.expect_no_finding("many-unknown")


@pytest.mark.parametrize("topic", ["strangulation", "threat-to-kill", "perpetrator-suicide"])
def test_the_three_gravest_topics_are_named_when_not_known(topic: str) -> None:
    risk().does_not_answer("asked-unknown", topic).expect_finding("danger-unknown", topic)


@pytest.mark.parametrize(
    "topic",
    ["strangulation", "threat-to-kill", "stalking", "frightened", "more-often", "getting-worse"],
)
def test_one_danger_indicator_is_high_whatever_the_count(topic: str) -> None:
    visit = risk().answers("yes", topic).answers_no_to_the_rest()
    visit.expect_count(1).expect_band("standard").expect_route("danger-indicators")
    visit.expect_grade("high", floor="high")


@pytest.mark.parametrize("harm", ["injury", "sexual-harm"])
def test_separation_control_and_harm_together_are_a_danger_indicator(harm: str) -> None:
    visit = risk().answers("yes", "separation", "control-jealousy", harm).answers_no_to_the_rest()
    visit.expect_route("danger-indicators").expect_grade("high", floor="high")


def test_two_of_the_cluster_are_not_the_cluster() -> None:
    visit = risk().answers("yes", "separation", "control-jealousy").answers_no_to_the_rest()
    visit.expect_no_route("danger-indicators").expect_grade("standard")


def test_an_unknown_in_the_cluster_does_not_complete_it() -> None:
    visit = risk().answers("yes", "separation", "injury").answers("unknown", "control-jealousy")
    visit.expect_no_route("danger-indicators")


def test_three_events_in_twelve_months_open_the_escalation_route() -> None:
    visit = risk(on="2026-03-31", events=("2025-05-01", "2025-11-12", "2026-03-30"))
    visit.answers_no_to_the_rest().expect_route("escalation", because="3").expect_grade("high", floor="high")


def test_an_event_exactly_twelve_months_ago_counts() -> None:
    visit = risk(on="2026-03-31", events=("2025-03-31", "2025-11-12", "2026-03-31"))
    visit.answers_no_to_the_rest().expect_route("escalation")


def test_an_event_a_day_older_does_not() -> None:
    visit = risk(on="2026-03-31", events=("2025-03-30", "2025-11-12", "2026-03-31"))
    visit.answers_no_to_the_rest().expect_no_route("escalation")


def test_events_after_the_day_do_not_count() -> None:
    visit = risk(on="2026-03-31", events=("2026-01-01", "2026-02-01", "2026-04-01"))
    visit.answers_no_to_the_rest().expect_no_route("escalation")


def test_two_events_on_one_day_are_two_events() -> None:
    visit = risk(on="2026-03-31", events=("2026-03-01", "2026-03-01", "2026-03-02"))
    visit.answers_no_to_the_rest().expect_route("escalation")


def test_kent_looks_back_six_months() -> None:
    events = ("2025-05-01", "2025-11-12", "2026-03-30")
    assert risk(on="2026-03-31", events=events).route("escalation").met
    assert not risk(on="2026-03-31", events=events, area="kent").route("escalation").met


def test_kent_counts_a_weapon_as_a_danger_indicator() -> None:
    assert not risk().answers("yes", "weapon").route("danger-indicators").met
    assert risk(area="kent").answers("yes", "weapon").route("danger-indicators").met


def test_i9_any_abuse_within_twelve_months_of_the_last_referral_is_a_repeat() -> None:
    visit = risk(on="2026-04-09", events=("2026-04-05",), last_marac_referral="2025-09-30")
    visit.answers_no_to_the_rest().expect_route("repeat", because="30 September 2025")
    visit.expect_grade("high", floor="high")


def test_a_yes_answer_is_abuse_for_the_repeat_route() -> None:
    visit = risk(on="2026-04-09", last_marac_referral="2025-09-30").answers("yes", "money")
    visit.expect_route("repeat")


def test_no_new_abuse_is_no_repeat() -> None:
    visit = risk(on="2026-04-09", events=("2025-09-01",), last_marac_referral="2025-09-30")
    visit.answers_no_to_the_rest().expect_no_route("repeat")


def test_over_twelve_months_after_the_last_referral_is_new_not_a_repeat() -> None:
    visit = risk(on="2026-10-01", last_marac_referral="2025-09-30").answers("yes", "money")
    visit.expect_no_route("repeat")


def test_exactly_twelve_months_after_the_last_referral_is_a_repeat() -> None:
    risk(on="2026-09-30", last_marac_referral="2025-09-30").answers("yes", "money").expect_route("repeat")


def test_judgement_raises_with_its_reason() -> None:
    visit = risk().answers_no_to_the_rest().judges("high", "She checks the window at every car.")
    visit.expect_route("professional-judgement", because="window")
    visit.expect_grade("high", floor="standard", because="window")


def test_judgement_to_medium_raises_and_opens_no_route() -> None:
    visit = risk().answers_no_to_the_rest().judges("medium", "He answered each question for her.")
    visit.expect_grade("medium", because="answered each question").expect_no_route("professional-judgement")


def test_judgement_never_lowers() -> None:
    visit = risk().answers("yes", "strangulation").answers_no_to_the_rest()
    visit.judges("standard", "It was a long time ago.").expect_grade("high", floor="high")
    visit.expect_finding("judgement-below-floor").finishes().expect_status("completed")


def test_judgement_without_a_reason_stands_in_the_way_of_finishing() -> None:
    visit = risk().answers_no_to_the_rest().judges("high", "  ")
    visit.expect_finding("judgement-without-reason").finishes().expect_status("in-progress")


def test_i2_seven_yes_is_standard_by_count_and_says_what_else_matters() -> None:
    visit = risk(on="2026-03-31")
    visit.answers("yes", "frightened", "fears", "isolated", "pregnancy-baby", "control-jealousy")
    visit.answers("yes", "harmed-others", "money").answers_no_to_the_rest()
    visit.expect_count(7).expect_band("standard").expect_route("danger-indicators", because="scared")
    visit.expect_finding("note", "pregnancy-baby")


def test_fear_with_all_else_no_is_pointed_out() -> None:
    visit = risk().answers("yes", "frightened").answers_no_to_the_rest()
    visit.expect_finding("note", "frightened")


def test_i1_an_unsafe_visit_is_recorded_as_not_asked_all_through() -> None:
    visit = risk().does_not_answer("not-asked", *TOPICS, reason="not-safe")
    visit.expect_count(0, not_asked=24).expect_nothing_missing().expect_band(None).expect_grade(None)
    visit.finishes().expect_status("completed")


def test_detail_is_asked_for_when_the_answer_is_yes() -> None:
    risk().expect_hidden("injury.detail").answers("yes", "injury").expect_shown("injury.detail")


def test_a_changed_answer_hides_the_detail_and_keeps_it() -> None:
    visit = risk().answers("yes", "injury").enters("injury.detail", "A bruise on the left arm, Tuesday.")
    visit.answers("no", "injury").expect_hidden("injury.detail").expect_not_in_output("injury.detail")
    visit.answers("yes", "injury").expect_shown("injury.detail").expect_kept("injury.detail")


def test_nothing_can_be_entered_where_nothing_is_shown() -> None:
    risk().tries_to_enter("injury.detail", "typed ahead")


def test_an_answer_taken_back_is_not_reached() -> None:
    risk().answers("yes", "injury").takes_back("injury").expect_missing("injury").expect_count(0)


def test_a_completed_form_takes_nothing_more() -> None:
    visit = risk().answers_no_to_the_rest().finishes().expect_status("completed")
    visit.tries_to_enter("injury", "yes")


def test_a_stopped_form_keeps_what_there_is() -> None:
    risk().answers("yes", "injury").stops().expect_status("stopped").expect_kept("injury")


def test_strangulation_is_something_to_act_on_today() -> None:
    risk().answers("yes", "strangulation").expect_finding("same-day", "strangulation")


def test_an_option_that_is_not_offered_is_named_and_stops_finishing() -> None:
    visit = risk().answers_no_to_the_rest().enters("injury", "perhaps")
    visit.expect_finding("unknown-option", "injury").finishes().expect_status("in-progress")
