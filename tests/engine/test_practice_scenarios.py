"""Eight invented families, as visits: what happened, what was answered, what must follow.

Scenarios I1, I2, I4, I5, I6, I7, I9 and I10 of the practice research, each played through the real
tools. A safeguarding lead can read it without knowing the code: what a person
enters stands first, what must be so begins with `expect`. One example:

    enquiry = Visit("routine-enquiry", on="2026-03-05").enters("ask-now", "check")
    enquiry.enters("gate-who", "partner").expect_hidden(*THE_FOUR)

What one tool cannot say is not played here, since it belongs to records, people and tasks: who is a
child of whom, an unborn record under its mother, addresses kept confidential, hidden online access,
who may receive what, tasks and their owners, counting misses across records, the chronology, the
words "historical" and the like in free text, and a manager's sign-off.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from assessments.definitions import catalogue
from assessments.definitions.definition import Role
from assessments.definitions.suggest import suggest
from tests.scenario import Visit

THE_FOUR = ("put-down", "scared", "sexual", "hurt")
RATED = catalogue.load_tool("observation-0-12m").scales[0].items


def fits(born: str, on: str, role: Role, *needs: str) -> list[str]:
    """The tools that fit a child on a day, the best first."""
    found = suggest(born=date.fromisoformat(born), on=date.fromisoformat(on), role=role, needs=needs)
    return [one.tool for one in found if one.fits == "yes"]


def asked_alone(on: str) -> Visit:
    """An enquiry whose every check says that it is safe to ask."""
    visit = Visit("routine-enquiry", on=on).enters("ask-now", "check").enters("gate-who", "alone")
    visit.enters("gate-soon", "no").enters("gate-language", "safe").enters("gate-well", "yes")
    return visit.enters("gate-trained", "yes").expect_shown(*THE_FOUR)


def watched(tool: str, on: str, *, unlike: dict[str, tuple[str, str]] | None = None) -> Visit:
    """A child watched: every part not observable, but for those named with a rating and a line."""
    visit = Visit(tool, on=on).enters("state", "quiet-alert").enters("marks", "no")
    for part in RATED:
        rating, line = (unlike or {}).get(part, ("not-observable", ""))
        visit.enters(part, rating)
        if line:
            visit.enters(f"{part}.evidence", line)
    return visit


def talk(tool: str, on: str, ok: str = "yes") -> Visit:
    """A talk with a child in private, explained, with the child's own OK."""
    visit = Visit(tool, on=on).enters("earshot", "nobody").enters("told", ["who-i-am", "can-stop"])
    return visit.enters("child-ok", ok)


def talk_ends(visit: Visit, demeanour: str, *, alone: str = "yes") -> Visit:
    return visit.enters("seen-alone", alone).enters("demeanour-during", demeanour).is_completed()


def answered_no_to_the_rest(visit: Visit) -> Visit:
    """No to every yes-or-no question on screen without an entry, those in supplements too."""
    for link_id in visit.form.missing:
        if {"yes", "no"} <= {option.code for option in visit.tool.index[link_id].options}:
            visit.enters(link_id, "no")
    return visit


# I1. Health visitor, Thu 5 Mar 2026, the Samplewood home. Dane will not leave. Wren is 7 weeks, Otis 2.


def test_i1_while_the_partner_sits_there_the_questions_stay_locked() -> None:
    enquiry = Visit("routine-enquiry", on="2026-03-05").enters("ask-now", "check")
    enquiry.enters("gate-who", "partner").expect_hidden(*THE_FOUR, "safe-home", "decided-by-other")
    enquiry.tries_to_enter("scared", "yes").expect_note("gate-and-reason")


def test_i1_the_visit_asks_for_a_coded_reason_and_the_next_try() -> None:
    enquiry = Visit("routine-enquiry", on="2026-03-05").enters("ask-now", "check")
    enquiry.enters("gate-who", "partner").enters("not-asked-reason", "partner-present")
    enquiry.finishes().expect_status("in-progress").expect_missing("next-date", "next-who", "missed-before")


def test_i1_the_second_miss_running_names_whom_to_tell() -> None:
    new_birth = Visit("routine-enquiry", on="2026-01-26").enters("ask-now", "not-now")
    new_birth.enters("not-asked-reason", "partner-present").enters("next-date", "2026-03-05")
    new_birth.enters("next-who", "Health visitor").enters("missed-before", "no").is_completed()
    new_birth.expect_no_note("second-miss", "third-miss")
    today = Visit("routine-enquiry", on="2026-03-05").enters("ask-now", "check").enters("gate-who", "partner")
    today.enters("not-asked-reason", "partner-present").enters("next-date", "2026-03-12")
    today.enters("next-who", "Named health visitor, at clinic").enters("missed-before", "once")
    today.is_completed().expect_note("second-miss").expect_no_note("third-miss")


def test_i1_baby_and_toddler_each_have_a_watching_tool_of_their_own() -> None:
    assert "observation-0-12m" in fits("2026-01-12", "2026-03-05", "health-visitor")
    assert "observation-1-3y" in fits("2023-09-30", "2026-03-05", "health-visitor")
    wren = watched(
        "observation-0-12m",
        "2026-03-05",
        unlike={
            "eye-face": ("0", "Face fixed and flat for four minutes."),
            "response-to-adults": ("1", "Stills when Dane speaks. Settles on Ifeoma."),
            "home": ("0", "A fresh hole in the hallway door."),
        },
    )
    otis = Visit("observation-1-3y", on="2026-03-05")
    assert wren.form.entries
    assert otis.form.entries == {}, "the second child's form starts empty"


def test_i1_without_the_linking_question_neither_observation_can_be_signed_off() -> None:
    for tool in ("observation-0-12m", "observation-1-3y"):
        child = watched(tool, "2026-03-05").expect_missing("linking").finishes()
        child.expect_status("in-progress").enters("linking", "yes").finishes()
        child.expect_status("in-progress").expect_missing("linking-because")
        child.enters("linking-because", "Stills when he speaks.").expect_note("linked").is_completed()


def test_i1_what_otis_said_is_kept_as_a_quote_with_no_prompt() -> None:
    otis = (
        watched("observation-1-3y", "2026-03-05").says("child-words", "no shout").expect_kept("child-words")
    )
    assert otis.given["child-words"] == [{"words": "no shout", "origin": "child-said", "prompt": ""}]


# I2. Midwife, the Testerby booking on 10 Feb 2026 (9+4) and again on 31 Mar 2026 (16+4).


def test_i2_a_partner_on_a_video_call_means_not_asked_at_booking() -> None:
    booking = Visit("routine-enquiry", on="2026-02-10").enters("ask-now", "check")
    booking.enters("gate-who", "may-listen").expect_hidden(*THE_FOUR)
    booking.enters("not-asked-reason", "not-private").enters("next-date", "2026-03-31")
    booking.enters("next-who", "Same midwife").enters("missed-before", "no").enters("stage", "before-28")
    booking.is_completed().expect_count(0, of=0).expect_no_route().expect_no_note("miss-from-28-weeks")


def test_i2_two_yes_of_four_is_positive_and_opens_what_comes_next() -> None:
    enquiry = asked_alone("2026-03-31").answers("yes", "put-down", "scared").answers("no", "sexual", "hurt")
    enquiry.enters("decided-by-other", ["money"]).enters("pregnant", "yes").enters("safe-home", "yes")
    enquiry.expect_count(2, of=4).expect_route("positive", because="2")
    enquiry.expect_shown("now-or-past", "suicide-thoughts", "children-where", "pregnancy-harm")
    enquiry.expect_note("pregnancy").expect_offered("risk-24", "unborn", "frequency-control")
    enquiry.enters("now-or-past", "now").answers("no", "strangulation", "suicide-thoughts")
    enquiry.enters("safe-now", "yes").enters("children-where", "Piran, 6, at school. Not seen today.")
    enquiry.enters("done-now", ["risk", "unborn"]).enters("hidden-online", "not-yet")
    enquiry.expect_note("not-hidden").enters("hidden-online", "yes").expect_no_note("not-hidden")
    enquiry.is_completed().expect_no_flag()


def test_i2_seven_yes_is_standard_by_count_and_three_reasons_say_more() -> None:
    risk = Visit("risk-24", on="2026-03-31")
    risk.answers("yes", "frightened", "fears", "isolated", "pregnancy-baby", "control-jealousy")
    risk.answers("yes", "harmed-others", "money").answers_no_to_the_rest().expect_count(7)
    risk.expect_band("standard").expect_no_route("visible-high-risk")
    risk.expect_note("pregnancy-and-control", "control-and-history", "each-child")
    risk.expect_route("danger-indicators", because="scared").expect_grade("high", floor="high")


def test_i2_the_unborn_child_has_a_record_and_piran_a_line_that_asks_for_his_own() -> None:
    baby = Visit("unborn", on="2026-03-31").enters("body-today", ["none"]).enters("weeks", 16)
    baby.enters("days", 4).enters("due-date", "2026-09-11").enters("control", "yes")
    baby.enters("siblings", [{"child-who": "Piran, 6, stepchild", "child-own-record": "no"}])
    baby.expect_note("pregnancy-and-control", "each-child").is_completed()
    baby.expect_no_flag().expect_offered("risk-24", "perpetrator-pattern")


# I4. Cafcass, Thu 14 May 2026, a school room. Ned is 13, Lottie is 9, and they see it differently.


def test_i4_brother_and_sister_are_heard_each_with_a_tool_for_their_age() -> None:
    assert fits("2012-10-09", "2026-05-14", "family-court-adviser")[0] == "child-voice-11-14"
    assert fits("2016-07-01", "2026-05-14", "family-court-adviser")[0] == "child-voice-7-11"


def test_i4_two_of_ten_and_eight_of_ten_stay_two_records_and_no_number_opens_anything() -> None:
    ned = talk("child-voice-11-14", "2026-05-14", ok="type").enters("safe-now", 2)
    ned.says("safe-now-words", "He asks me what Mum does.", origin="child-typed")
    lottie = talk("child-voice-7-11", "2026-05-14").enters("ladder-now", 8)
    lottie.does_not_answer("asked-declined", "day-night")
    lottie.enters("observations", "She drew Dad larger than the house.")
    talk_ends(ned, "Quiet. Looked at the door.").expect_no_flag().expect_kept("safe-now-words")
    talk_ends(lottie, "Chatty, then still when nights came up.").expect_no_flag()
    assert "day-night" in lottie.form.answers, "I don't want to say is an answer, and is stored"
    for child in (ned, lottie):
        assert child.form.result.scales == ()
        assert child.form.result.routes == ()


def test_i4_using_services_and_unwanted_contact_after_parting_are_named_as_a_pattern() -> None:
    hugo = Visit("perpetrator-pattern", on="2026-05-14").answers("yes", "services", "stalking")
    hugo.enters("services.acts", ["contact", "through-child"]).enters("services.level", "1")
    hugo.enters("stalking.acts", ["others", "through-child"]).enters("stalking.level", "2")
    hugo.enters("separation", "past").enters("says", "Calls what happened historical.")
    hugo.expect_note("parting-and-stalking", "children-missing", "keeps-safe-missing")
    hugo.expect_offered("stalking-11").enters("coercive-control", "present")
    hugo.enters("coercive-control-because", "Asks Ned what Marta does, since she left.")
    hugo.enters("children", [{"child-who": "Ned"}, {"child-who": "Lottie"}])
    hugo.expect_no_note("children-missing").is_completed()


# I5. Health visitor, Thu 19 Feb 2026. Amahle with Kagiso (8) and Neo (4), in a friend's house.


def test_i5_a_right_to_stay_used_as_a_threat_opens_its_own_branch() -> None:
    amahle = Visit("what-worries-you", on="2026-02-19").enters("earshot", "nobody")
    amahle.says("what-worries", "My visa is with Tendai.", origin="adult-said").enters(
        "control-status", "yes"
    )
    amahle.expect_note("no-recourse").expect_offered("perpetrator-pattern", "frequency-control")
    tendai = Visit("perpetrator-pattern", on="2026-02-19").enters("status", "yes").enters("status.level", "2")
    tendai.enters("status.acts", ["dependent", "threat-removal"]).expect_note("status")


def test_i5_kagiso_and_neo_each_speak_in_a_way_for_their_age() -> None:
    assert fits("2017-02-27", "2026-02-19", "health-visitor")[0] == "child-voice-7-11"
    assert "child-voice-4-7" in fits("2021-12-05", "2026-02-19", "health-visitor")
    neo = talk("child-voice-4-7", "2026-02-19")
    neo.enters("weather-map", [{"who": "the big bed", "place": "sun"}, {"who": "stairs", "place": "storm"}])
    talk_ends(neo, "Pointed, and did not speak.").expect_kept("weather-map")


# I6. School nurse and police, Tue 2 Jun 2026. Tansy is 16, Rafe is 8. Two people cause harm.


def tansy(age: str = "16-17") -> Visit:
    visit = Visit("young-person-13-17", on="2026-06-02").enters("earshot", "nobody").enters("age", age)
    visit.enters("phone-seen", "partner").enters("reach", "school").expect_note("send-nothing")
    visit.enters("young-person-ok", "yes").enters("cards-phone", ["tracks", "checks"])
    visit.answers("yes", "turns-up", "home-too")
    return answered_no_to_the_rest(visit)


def test_i6_before_anything_is_asked_the_phone_is_known_to_be_seen() -> None:
    visit = Visit("young-person-13-17", on="2026-06-02").enters("earshot", "nobody").enters("age", "16-17")
    visit.enters("phone-seen", "partner").enters("reach", "text").expect_hidden("cards-phone", "turns-up")
    visit.expect_note("send-nothing", "text-and-phone-seen")


def test_i6_at_sixteen_both_doors_are_open_and_neither_stands_in_for_the_other() -> None:
    visit = tansy().expect_route("high-risk-meeting", because="followed").expect_note("16-17", "harmed-twice")
    visit.expect_route("childrens-services", because="home").is_completed()
    visit.expect_offered("stalking-11", "child-voice-14-17")


def test_i6_the_same_answers_at_fifteen_go_to_childrens_services_only() -> None:
    visit = tansy("13-15").expect_no_route("high-risk-meeting").expect_route("childrens-services")
    visit.expect_note("under-16").expect_offered("child-voice-11-14")


def test_i6_two_people_cause_harm_and_each_has_a_page() -> None:
    boyfriend = Visit("perpetrator-pattern", on="2026-06-02").enters("watching", "yes")
    boyfriend.enters("watching.acts", ["tracker"]).expect_offered("stalking-11")
    stu = Visit("perpetrator-pattern", on="2026-06-02").enters("animals-things", "yes")
    stu.enters("animals-things.acts", ["wrecked"]).expect_not_offered("stalking-11")
    assert not set(stu.form.entries) & set(boyfriend.form.entries)


def test_i6_rafe_is_heard_with_a_talk_for_eight_not_with_his_sisters() -> None:
    assert fits("2009-09-03", "2026-06-02", "health-visitor")[:1] == ["child-voice-14-17"]
    assert "young-person-13-17" in fits("2009-09-03", "2026-06-02", "police-officer")
    assert fits("2018-03-03", "2026-06-02", "health-visitor")[0] == "child-voice-7-11"
    assert "young-person-13-17" not in fits("2018-03-03", "2026-06-02", "health-visitor")


# I7. School nurse and health visitors, Thu 25 Jun 2026. Laleh is 15 and is to fly on Sat 11 July.


def test_i7_the_uncle_does_not_interpret() -> None:
    visit = Visit("honour-10", on="2026-06-25").enters("earshot", "nobody").enters("interpreter", "relative")
    visit.expect_hidden("marriage-pressure", "travel-pressure", "self-harm", "safe-contact")
    visit.tries_to_enter("travel-pressure", "yes").expect_missing("next-try")
    visit.expect_note("relative-interprets", "act-on-what-is-known")


def test_i7_family_pressure_in_another_talk_offers_the_honour_questions() -> None:
    other = Visit("young-person-13-17", on="2026-06-25").enters("earshot", "nobody")
    other.enters("young-person-ok", "yes").expect_not_offered("honour-10").enters("family-pressure", "yes")
    other.expect_offered("honour-10").expect_flag("family-pressure")


def test_i7_a_flight_in_sixteen_days_is_for_today_and_under_sixteen_goes_to_social_care() -> None:
    visit = Visit("honour-10", on="2026-06-25").enters("earshot", "nobody").enters("interpreter", "safe")
    visit.enters("age", "under-16").answers("yes", "travel-pressure", "marriage-pressure")
    visit.expect_note("no-date").enters("travel-date", "2026-07-11").expect_no_note("no-date")
    visit.enters("passport", "family").expect_flag("travel", "marriage", "passport-gone")
    visit.expect_note("lock", "under-16").expect_route("honour-referral", because="not the high-risk meeting")
    visit.answers("no", "kept-at-home", "missing-school", "relationship-rejected", "afraid-of-home")
    visit.answers("no", "family-threats", "relative-harmed", "tried-to-leave", "self-harm")
    visit.finishes().expect_missing("do-not-contact").enters("do-not-contact", "not-yet")
    visit.expect_note("lock-not-set").enters("do-not-contact", "yes").expect_no_note("lock-not-set")
    visit.is_completed().expect_count(2)
    assert "high-risk-meeting" not in {route.id for route in visit.form.result.routes}
    calls = {flag.id: flag.call for flag in visit.tool.flags}
    assert "childrens-social-care" in calls["travel"]
    assert "police" in calls["marriage"]


# I9. Thu 9 Apr 2026. Dilys sent Oona 60 messages on 5 April. The last referral was on 30 Sep 2025.


def test_i9_new_abuse_within_twelve_months_is_a_repeat_though_no_crime_is_seen() -> None:
    context: dict[str, Any] = {"on": "2026-04-09", "last_marac_referral": "2025-09-30"}
    risk = Visit("risk-24", events=("2026-04-05",), **context).answers_no_to_the_rest()
    risk.expect_count(0).expect_route("repeat", because="30 September 2025")
    risk.expect_grade("high", floor="high").is_completed()
    Visit("risk-24", **context).answers_no_to_the_rest().expect_no_route("repeat").expect_grade("standard")


def test_i9_sixty_messages_and_send_her_home_are_two_kinds_of_harm() -> None:
    dilys = Visit("perpetrator-pattern", on="2026-04-09").answers("yes", "stalking", "status")
    dilys.enters("stalking.acts", ["messages"]).enters("status.acts", ["threat-removal"])
    dilys.enters("separation", "recent").expect_note("status", "parting", "parting-and-stalking")
    dilys.expect_offered("stalking-11")


def test_i9_iolo_is_watched_with_each_of_his_mothers_in_turn() -> None:
    assert "observation-0-12m" in fits("2025-06-08", "2026-04-09", "health-visitor")
    rows = [
        {"adult-who": "Dilys", "adult-before": "Playing", "adult-after": "Still, looks at Oona"},
        {"adult-who": "Oona", "adult-before": "Still", "adult-after": "Reaches up, babbles"},
    ]
    iolo = watched("observation-0-12m", "2026-04-09").enters("adults", rows).expect_kept("adults")
    iolo.enters("linking", "possibly").enters("linking-because", "Differs by adult.").is_completed()


# I10. Tue 17 Mar 2026. Ezra is 8, autistic, speaks with a device. Dot is 2. Gwen, 77, has care needs.


def test_i10_ezra_is_heard_in_pictures_first_with_order_and_seconds_kept() -> None:
    assert fits("2018-01-15", "2026-03-17", "health-visitor", "autism", "aac")[0] == "child-voice-symbols"
    ezra = talk("child-voice-symbols", "2026-03-17").enters("ways", ["own-device"])
    ezra.enters("control-cup", "yes").enters("control-shoe", "no").enters("control-result", "both-fit")
    ezra.enters("home-pictures", ["loud", "hide"]).enters("home-pictures-order", "stop, loud, hide")
    ezra.enters("home-pictures-seconds", 9).enters("want-pictures", ["stop"]).expect_note("stop-now")
    talk_ends(ezra, "Rocked, then pointed fast.").expect_kept("home-pictures-order")
    assert ezra.given["home-pictures-seconds"] == 9


def test_i10_no_plan_of_his_own_is_asked_of_a_child_under_seven_or_with_needs_like_ezras() -> None:
    for tool in ("child-voice-2-4", "child-voice-4-7", "child-voice-symbols"):
        plan = {item.link_id for item in catalogue.load_tool(tool).walk() if item.for_child}
        assert not {link_id for link_id in plan if link_id.startswith("plan-")} - {"plan-view"}
    assert "plan-adult" in catalogue.load_tool("child-voice-symbols").index, "the plan is the adult's"


def test_i10_dot_is_watched_by_herself() -> None:
    assert "observation-1-3y" in fits("2023-11-11", "2026-03-17", "health-visitor")
    dot = watched("observation-1-3y", "2026-03-17", unlike={"siblings": ("0", "Ezra hides her behind him.")})
    dot.expect_note("sibling-caring")
