"""Not asked: what stops a question, and what a stop must leave behind (practice.md B3 and B4).

`test_gates` shows that no order of events gets past a stop; these visits show what each stop
looks like, that "not asked" is one tap and a coded reason, that it calls for when and who next, and
that misses in a row say whom to tell. Counting misses over earlier records is not done by a tool: it
asks. One example:

    Visit("routine-enquiry").enters("ask-now", "not-now").expect_missing("next-date", "next-who")
"""

from __future__ import annotations

import pytest

from assessments.definitions import catalogue
from tests.scenario import Visit

# The checks of the enquiry in their order, each with the answer that lets it go on.
CHECKS = {
    "ask-now": "check",
    "gate-who": "alone",
    "gate-soon": "no",
    "gate-language": "safe",
    "gate-well": "yes",
    "gate-trained": "yes",
}
# Taken as typed from practice.md B3: one line, one stop.
HARD_STOPS = (
    ("gate-who", "other-adult"),
    ("gate-who", "partner"),
    ("gate-who", "child"),
    ("gate-who", "may-listen"),
    ("gate-who", "unsure"),
    ("gate-soon", "yes"),
    ("gate-soon", "unsure"),
    ("gate-language", "relative"),
    ("gate-language", "shared-device"),
    ("gate-language", "none-found"),
    ("gate-well", "no"),
    ("gate-trained", "no"),
)
REASONS = catalogue.load_tool("routine-enquiry").index["not-asked-reason"]


@pytest.mark.parametrize(("key", "stop"), HARD_STOPS)
def test_each_hard_stop_alone_shuts_the_enquiry_and_offers_not_asked(key: str, stop: str) -> None:
    visit = Visit("routine-enquiry").enters("ask-now", "check")
    for link_id in list(CHECKS)[1 : list(CHECKS).index(key)]:
        visit.enters(link_id, CHECKS[link_id])
    visit.enters(key, stop).expect_hidden(
        "put-down", "scared", "sexual", "hurt", "safe-home", "lead-in-words"
    )
    visit.expect_shown("not-asked-reason", "next-date", "next-who").expect_note("gate-and-reason")


@pytest.mark.parametrize(("key", "stop"), HARD_STOPS)
def test_a_stop_that_comes_midway_shuts_it_and_keeps_what_was_said(key: str, stop: str) -> None:
    visit = Visit("routine-enquiry")
    for link_id, safe in CHECKS.items():
        visit.enters(link_id, safe)
    visit.enters("put-down", "yes").enters("put-down.detail", "In front of the children.").enters(key, stop)
    visit.expect_hidden("put-down", "scared", "now-or-past").expect_not_in_output("put-down.detail")
    visit.expect_count(0, of=0).expect_no_route().tries_to_enter("scared", "yes")
    visit.enters(key, CHECKS[key]).expect_kept("put-down.detail").expect_count(1)


def test_not_asked_is_one_tap_a_coded_reason_and_when_and_who_next() -> None:
    visit = Visit("routine-enquiry").enters("ask-now", "not-now").expect_hidden("gate-who", "put-down")
    visit.expect_missing("not-asked-reason", "next-date", "next-who", "missed-before")
    visit.enters("not-asked-reason", "urgent-care").enters("next-date", "2026-03-12").finishes()
    visit.expect_status("in-progress").expect_missing("next-who", "missed-before")
    visit.enters("next-who", "Community midwife").enters("missed-before", "no").is_completed()


@pytest.mark.parametrize(
    "code", [o.code for o in catalogue.load_tool("routine-enquiry").index["not-asked-reason"].options]
)
def test_every_coded_reason_can_be_finished(code: str) -> None:
    visit = Visit("routine-enquiry").enters("ask-now", "not-now").enters("not-asked-reason", code)
    visit.does_not_answer("not-applicable", "next-date").enters("next-who", "Nobody here: moved away")
    visit.enters("missed-before", "not-known").is_completed()


def test_the_reasons_are_those_of_the_research_and_no_free_text_stands_in_for_them() -> None:
    assert [option.code for option in REASONS.options] == [
        "partner-present", "other-adult", "child-can-repeat", "no-interpreter", "urgent-care", "not-private",
        "asked-not-to", "already-asked", "not-trained", "own-safety", "other",
    ]  # fmt: skip
    visit = Visit("routine-enquiry").enters("ask-now", "not-now").enters("not-asked-reason", "he was there")
    visit.expect_finding("unknown-option", "not-asked-reason").finishes().expect_status("in-progress")


@pytest.mark.parametrize(
    ("before", "stage", "noted"),
    [
        ("no", "before-28", set()),
        ("once", "before-28", {"second-miss"}),
        ("twice-or-more", "before-28", {"third-miss"}),
        ("no", "from-28", {"miss-from-28-weeks"}),
        ("twice-or-more", "from-28", {"third-miss", "miss-from-28-weeks"}),
        ("not-known", "after-birth", set()),
    ],
)
def test_misses_in_a_row_say_whom_to_tell(before: str, stage: str, noted: set[str]) -> None:
    visit = Visit("routine-enquiry").enters("ask-now", "not-now").enters("missed-before", before)
    visit.enters("stage", stage).expect_note(*noted)
    visit.expect_no_note(*({"second-miss", "third-miss", "miss-from-28-weeks"} - noted))


@pytest.mark.parametrize("earshot", ["someone", "not-sure", "family-interprets", "not-now"])
def test_a_worried_parent_who_can_be_heard_is_not_asked_and_the_next_try_is_called_for(earshot: str) -> None:
    visit = Visit("what-worries-you").enters("earshot", earshot).expect_hidden("what-worries", "neck")
    visit.expect_shown("try-again-on", "try-again-who").expect_note("no-date")
    visit.enters("try-again-on", "2026-03-12").expect_no_note("no-date").is_completed()


@pytest.mark.parametrize(("key", "stop"), [("earshot", "someone"), ("interpreter", "relative")])
def test_honour_questions_that_were_not_safe_ask_for_the_next_try(key: str, stop: str) -> None:
    visit = Visit("honour-10").enters("earshot", "nobody").enters("interpreter", "safe").enters(key, stop)
    visit.expect_missing("next-try").does_not_answer("not-asked", "next-try", reason="not-safe")
    visit.expect_note("act-on-what-is-known")
