"""Hearing children of every age, as visits. practice.md C2-C9, scenarios I1, I4, I6 and I10."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from assessments.definitions import catalogue
from assessments.definitions.ages import fits_age
from assessments.definitions.definition import ABSENT_STATES
from assessments.engine import form as forms
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered
from assessments.engine.scoring import ScoringContext
from tests.scenario import Visit

AGES = {
    "child-voice-2-4": (2, 4),
    "child-voice-4-7": (4, 7),
    "child-voice-7-11": (7, 11),
    "child-voice-11-14": (11, 14),
    "child-voice-14-17": (14, 18),
}
OK = {
    "child-voice-2-4": ("joins-in", "says-yes"),
    "child-voice-4-7": ("yes", "a-bit", "another-way"),
    "child-voice-11-14": ("yes", "a-bit", "type", "draw"),
    "child-voice-14-17": ("yes", "a-bit", "type", "draw"),
    "child-voice-symbols": ("yes",),
    "child-feedback": ("yes",),
}
TALKS = tuple(OK)
GATED = (*TALKS, "child-card", "disclosure")
HARD_STOPS = ("may-harm", "unsure")
SAFE = ("nobody", "at-ease", "sibling")


def childs_items(tool: str) -> set[str]:
    return {item.link_id for item in catalogue.load_tool(tool).walk() if item.for_child}


def shown_with(tool: str, entries: dict[str, AnswerEntry]) -> set[str]:
    loaded = catalogue.load_tool(tool)
    rules = catalogue.load_area("default").rules_for(tool)
    return set(forms.open_form(loaded, rules, ScoringContext(on=date(2026, 3, 5)), entries).visible)


def talk(tool: str, earshot: str = "nobody", ok: str = "") -> Visit:
    """A talk that may begin: who can hear, what was explained, the child's own OK."""
    visit = Visit(tool, on="2026-05-14").enters("earshot", earshot)
    if "told" in visit.form.visible:
        visit.enters("told", ["who-i-am" if tool != "disclosure" else "no-secret"])
    if "child-ok" in visit.form.visible:
        visit.enters("child-ok", ok or OK[tool][0])
    return visit


def last_page(visit: Visit) -> Visit:
    return visit.enters("seen-alone", "yes").enters(
        "demeanour-during", "Drew all the time, looked at the door twice."
    )


@pytest.mark.parametrize("tool", GATED)
def test_nothing_reaches_the_child_while_someone_unsafe_may_hear(tool: str) -> None:
    """Every value of every item that any rule of the tool looks at, by itself, with each hard stop."""
    loaded = catalogue.load_tool(tool)
    watched = {link for item in loaded.walk() for link in item.enable_when.link_ids()} - {"earshot"}
    for stop, link in product(HARD_STOPS, watched | {"child-ok"}):
        item = loaded.index[link]
        values: list[AnswerEntry] = [
            Answered((option.code,) if item.type == "choices" else option.code) for option in item.options
        ]
        for entry in (*values, *(NotAnswered(state) for state in ABSENT_STATES), Answered("x")):
            everything: dict[str, AnswerEntry] = {
                "child-ok": Answered(OK.get(tool, ("yes",))[0]),
                link: entry,
            }
            seen: dict[str, AnswerEntry] = (
                {"seen": Answered("me")} if tool == "child-card" and link != "seen" else {}
            )
            assert not shown_with(tool, {**everything, **seen, "earshot": Answered(stop)}) & childs_items(
                tool
            )


@pytest.mark.parametrize("tool", GATED)
def test_nothing_reaches_the_child_before_it_is_known_who_can_hear(tool: str) -> None:
    entries: dict[str, AnswerEntry] = {
        "child-ok": Answered(OK.get(tool, ("yes",))[0]),
        "seen": Answered("me"),
    }
    assert not shown_with(tool, entries) & childs_items(tool)


@pytest.mark.parametrize(("tool", "earshot"), list(product(TALKS, SAFE)))
def test_only_the_childs_own_yes_opens_the_talk(tool: str, earshot: str) -> None:
    loaded = catalogue.load_tool(tool)
    before = {"telling-words", "child-ok", "child-ok-words"}
    for option in loaded.index["child-ok"].options:
        entries: dict[str, AnswerEntry] = {"earshot": Answered(earshot), "child-ok": Answered(option.code)}
        opened = shown_with(tool, entries) & childs_items(tool) - before
        assert bool(opened) is (option.code in OK[tool]), option.code
    for state in ABSENT_STATES:
        entries = {"earshot": Answered(earshot), "child-ok": NotAnswered(state)}
        assert not shown_with(tool, entries) & childs_items(tool) - before, state


@pytest.mark.parametrize("tool", [tool for tool in TALKS if tool != "child-feedback"])
def test_no_yes_today_offers_watching_and_can_be_finished(tool: str) -> None:
    visit = Visit(tool).enters("earshot", "unsure").expect_shown("watched", "next-try")
    last_page(visit).finishes()
    assert visit.form.status == "completed"


@pytest.mark.parametrize("tool", [tool for tool in TALKS if tool != "child-feedback"])
def test_a_talk_is_finished_with_five_entries(tool: str) -> None:
    visit = last_page(talk(tool)).finishes()
    assert visit.form.status == "completed"
    assert len(visit.form.answers) == 5


@pytest.mark.parametrize("tool", [*TALKS, "child-card", "disclosure"])
def test_every_question_for_a_child_can_be_passed_or_not_known(tool: str) -> None:
    for item in catalogue.load_tool(tool).walk():
        # A child of 2 or 3 answers this one with the body: the adult writes how.
        if item.for_child and item.type != "display" and item.link_id != "child-ok":
            assert {"asked-unknown", "child-pass"} <= set(item.states), item.link_id


@pytest.mark.parametrize("tool", AGES)
def test_the_ages_meet_to_the_day(tool: str) -> None:
    start, end = AGES[tool]
    on, loaded = date(2026, 3, 5), catalogue.load_tool(tool)
    assert fits_age(loaded, born=on.replace(year=on.year - start), on=on)
    assert not fits_age(loaded, born=on.replace(year=on.year - start) + timedelta(days=1), on=on)
    assert fits_age(loaded, born=on.replace(year=on.year - end) + timedelta(days=1), on=on)
    assert not fits_age(loaded, born=on.replace(year=on.year - end), on=on)


def test_two_to_four_has_three_named_faces_and_none_in_the_middle() -> None:
    face = catalogue.load_tool("child-voice-2-4").index["face-home"]
    assert [option.picture for option in face.options] == ["face-happy", "face-sad", "face-scared"]


def test_i1_a_toddler_in_earshot_of_the_partner_is_only_watched() -> None:
    visit = Visit("child-voice-2-4", on="2026-03-05").enters("earshot", "may-harm")
    visit.enters("watched", "Hands over ears. Said: no shout.").expect_hidden(
        "teddy-loud", "face-home", "told"
    )
    visit.expect_finding("note", note="not-safe-to-ask")


def test_i1_a_toddlers_words_are_kept_with_no_question_before_them() -> None:
    visit = Visit("disclosure", on="2026-03-05")
    line = {"words": "no shout", "origin": "child-said", "prompt": ""}
    visit.enters("lines", [{"line-time": "10:41", "line-words": [line]}]).expect_finding(
        "same-day", flag="words-written"
    )
    visit.enters("called", ["none"]).finishes()
    assert visit.form.status == "completed"
    visit.expect_finding("note", note="no-one-called")


def test_the_exact_words_tool_shows_no_prompt_beside_the_words() -> None:
    assert not [item.link_id for item in catalogue.load_tool("disclosure").walk() if item.prompt or item.help]


def test_exact_words_need_at_least_one_moment_with_words() -> None:
    visit = Visit("disclosure").enters("called", ["lead"]).finishes()
    assert "lines" in visit.form.missing
    visit.enters("lines", [{"line-time": "10:41"}]).finishes()
    assert visit.form.status == "in-progress"


def test_no_one_called_stands_alone() -> None:
    visit = Visit("disclosure").enters("called", ["police", "none"])
    assert "stands-alone" in {finding.code for finding in visit.form.findings}


def test_i4_ned_says_two_and_his_words_stay_his() -> None:
    visit = talk("child-voice-11-14", ok="type").enters("safe-now", 2)
    visit.says("safe-now-words", "He asks me what Mum does.", origin="child-typed")
    visit.enters(
        "time", [{"time-who": "Dad", "time-less-good": [{"words": "the questions", "origin": "child-typed"}]}]
    )
    last_page(visit).finishes()
    assert visit.form.status == "completed"


def test_a_young_person_who_feels_at_fault_is_asked_about_it_and_the_adult_is_told_to_answer() -> None:
    visit = talk("child-voice-11-14").enters("own-fault", "never").expect_hidden("own-fault-words")
    visit.enters("own-fault", "often").expect_shown("own-fault-words")
    visit.expect_finding("note", note="own-fault")


def test_a_phone_that_may_be_watched_gets_no_text() -> None:
    visit = talk("child-voice-11-14").enters("device-watched", "may-be")
    visit.expect_finding("note", note="device-watched")


@pytest.mark.parametrize("tool", ["child-voice-11-14", "child-voice-14-17"])
def test_words_about_not_being_alive_are_for_today(tool: str) -> None:
    talk(tool).enters("self-harm-told", "yes").expect_finding("same-day", flag="self-harm-told")


def test_i6_a_boyfriend_who_tracks_the_phone_opens_the_tool_for_own_relationships() -> None:
    visit = talk("child-voice-14-17").expect_hidden("cards", "partner-safe")
    visit.enters("partner", "yes").enters("cards", ["listens", "see-friends"])
    assert "young-person-13-17" not in offered(visit)
    visit.enters("cards", ["listens", "know-where"])
    assert "young-person-13-17" in offered(visit)
    visit.enters("partner", "no").expect_hidden("cards")
    assert "young-person-13-17" not in offered(visit)


@pytest.mark.parametrize("answer", ["with-adult", "not-yet", None])
def test_a_plan_stays_shut_until_an_adult_has_judged_that_it_is_safe(answer: str | None) -> None:
    visit = talk("child-voice-14-17")
    if answer:
        visit.enters("plan-safe", answer)
    visit.expect_hidden("plan-start", "plan-place", "plan-who")


def test_a_plan_in_memory_leaves_nothing_to_carry() -> None:
    visit = talk("child-voice-14-17").enters("plan-safe", "memory").expect_shown("plan-place")
    visit.expect_finding("note", note="plan-memory")
    visit.enters("earshot", "unsure").expect_hidden("plan-start", "plan-place")


def test_i10_pictures_are_kept_in_the_childs_order_with_the_time() -> None:
    visit = talk("child-voice-symbols").does_not_answer(
        "not-asked", "control-cup", "control-shoe", reason="other"
    )
    visit.enters("want-pictures", ["stop", "quiet"]).enters("want-pictures-order", "stop, loud, hide")
    visit.enters("want-pictures-seconds", 14).enters("want-pictures-way", "own-device")
    visit.expect_kept("want-pictures-order")
    visit.expect_finding("note", note="stop-now")


def test_a_child_who_says_yes_to_both_is_asked_nothing_by_yes_and_no() -> None:
    visit = talk("child-voice-symbols").enters("control-cup", "yes").enters("control-shoe", "yes")
    visit.enters("control-result", "all-yes").expect_hidden("check-right", "check-share").expect_shown(
        "home-pictures"
    )
    visit.expect_finding("note", note="all-yes")
    visit.enters("control-shoe", "no").enters("control-result", "both-fit").expect_shown("check-right")


@pytest.mark.parametrize("link_id", ["control-cup", "control-shoe"])
def test_stop_puts_the_pictures_away(link_id: str) -> None:
    visit = talk("child-voice-symbols").enters("control-cup", "yes")
    if link_id == "control-shoe":
        visit.enters("control-shoe", "no").expect_shown("home-pictures")
    visit.enters(link_id, "stop").expect_hidden("home-pictures", "people-map", "check-right")


@pytest.mark.parametrize("link_id", ["check-right", "check-more"])
def test_stop_ends_the_checking(link_id: str) -> None:
    visit = talk("child-voice-symbols").enters("control-cup", "yes").enters("control-shoe", "no")
    visit.enters("control-result", "both-fit").enters("check-more", "no").expect_shown("check-share")
    visit.enters(link_id, "stop").expect_hidden("check-share")


def test_a_child_card_is_finished_with_six_taps() -> None:
    visit = Visit("child-card").enters("where", "other-room").enters("seen", "me").enters("earshot", "nobody")
    visit.enters("spoken", "alone").enters("demeanour", ["quiet-still"]).enters(
        "injury", "none-seen"
    ).finishes()
    assert visit.form.status == "completed"


def test_a_child_who_was_kept_from_the_police_is_for_today() -> None:
    visit = Visit("child-card").enters("where", "other-room").enters("seen", "no")
    visit.enters("unseen-why", "kept-away").expect_finding("same-day", flag="not-found").expect_hidden(
        "demeanour", "spoken"
    ).finishes()
    assert visit.form.status == "completed"
    visit.expect_finding("note", note="still-to-see")


def test_words_spoken_unasked_are_kept_even_when_someone_can_hear() -> None:
    visit = Visit("child-card").enters("seen", "me").enters("earshot", "may-harm")
    visit.expect_shown("words", "move-first").expect_hidden("say", "need").says("words", "kan jeg gå nå 🦊")
    visit.expect_kept("words")


@pytest.mark.parametrize("moves", ["no", {"not_answered": "asked-unknown"}])
def test_a_mark_on_a_child_who_may_not_move_about_is_for_today(moves: object) -> None:
    visit = Visit("child-card").enters("seen", "me").enters("injury", "yes").enters("injury-baby", moves)
    visit.expect_finding("same-day", flag="injury-baby")


def test_a_limp_child_is_an_ambulance() -> None:
    Visit("child-card").enters("seen", "colleague").enters("demeanour", ["limp"]).expect_finding(
        "same-day", flag="limp"
    )


def test_feedback_has_no_score_and_a_child_may_keep_it_from_the_boss() -> None:
    loaded = catalogue.load_tool("child-feedback")
    assert not loaded.scales
    assert not loaded.routes
    assert not loaded.grades
    visit = talk("child-feedback").enters("felt-safe", "no").enters("pass-on", "no").finishes()
    assert visit.form.status == "completed"
    visit.expect_finding("note", note="not-safe-felt").expect_finding("note", note="keep-from-boss")


@pytest.mark.parametrize("tool", [*TALKS, "child-card"])
def test_harm_told_is_for_today_and_offers_the_exact_words(tool: str) -> None:
    visit = Visit(tool).enters("harm-told", "yes").expect_finding("same-day", flag="harm-told")
    assert "disclosure" in offered(visit)


@pytest.mark.parametrize("tool", [tool for tool in GATED if tool != "child-voice-symbols"])
def test_a_promise_asks_for_its_day(tool: str) -> None:
    Visit(tool).expect_hidden("promise-date").enters("promise", "Ring on Friday").expect_shown("promise-date")


def offered(visit: Visit) -> set[str]:
    return {offer.tool for offer in visit.form.result.offers}


@pytest.mark.parametrize("tool", [tool for tool, ok in OK.items() if "draw" in ok])
def test_whoever_would_rather_draw_has_a_paper_before_all_else(tool: str) -> None:
    drawing = [item.link_id for item in catalogue.load_tool(tool).walk() if item.type == "drawing"]
    assert drawing == ["picture"]
    ids = [link_id for link_id in talk(tool, ok="draw").form.visible if link_id in childs_items(tool)]
    assert ids[: ids.index("picture")] == ["telling-words", "child-ok", "child-ok-words"]
    for ok in OK[tool]:
        assert ("picture" in talk(tool, ok=ok).form.visible) == (ok == "draw")


def test_how_safe_is_asked_in_one_order_all_through_a_talk() -> None:
    tool = catalogue.load_tool("child-voice-14-17").index
    assert [option.code for option in tool["partner-safe"].options] == [
        option.code for option in tool["safe-words"].options
    ]
