"""The tool about one person's conduct in the statement: what was recorded, with its day, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.features.incidents.pattern_text import format_sentence
from assessments.casework.casework_records import PatternStatement, WithheldInformation
from assessments.casework.conduct_extracts import CONDUCT_TOOL_ID, ConductExtract, extract_conduct
from assessments.casework.pattern_statement import (
    PatternInput,
    Sentence,
    collect_source_ids,
    compose_statement,
    find_new_sentences,
)
from assessments.casework.phrasing_check import find_phrases
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.engine.scoring import ScoringContext
from tests.test_pattern_statement import DANE, FACTS, HOME, PERSONS, TODAY, VISIT

ON = date(2026, 5, 20)
ANSWERS: dict[str, Any] = {
    "physical": "yes",
    "physical.acts": ["hit", "threat-kill"],
    "physical.often": "often",
    "physical.level": "3",
    "physical.whom": ["adult", "child"],
    "physical.since": "About 2019. Her sister first knew.",
    "physical.effect-children": "Cai gets between them.",
    "watching": "yes",
    "rules": "no",
    "money": {"not_answered": "asked-unknown"},
    "keeps-safe": "She puts them to bed before he is home.",
    "control-began": "When she was pregnant with Cai",
    "children": [
        {
            "child-who": "Ela",
            "child-effect": "Wakes and shakes at night.",
            "child-words": [
                {"words": "dada shout", "origin": "child-said", "prompt": "What is that?"},
                {"words": "she is just tired", "origin": "adult-said", "prompt": ""},
            ],
        }
    ],
}


def finished(answers: dict[str, Any] = ANSWERS, **more: Any) -> Assessment:
    given: dict[str, Any] = {
        "id": "a1",
        "subject_id": "dane",
        "status": "completed",
        "instrument": CONDUCT_TOOL_ID,
    }
    return Assessment(
        **{**given, **more},
        household_id=HOME,
        contact_id="c1",
        version="1",
        instrument_hash="0",
        author="hv1",
        started_at=datetime(2026, 5, 20, 9, tzinfo=UTC),
        context=ScoringContext(on=ON),
        answers=answers,
    )


def held(assessment: Assessment) -> ConductExtract:
    found = extract_conduct(catalogue.load_tool(CONDUCT_TOOL_ID), assessment)
    assert found is not None
    return found


def drafted(*assessments: Assessment, facts: Any = ()) -> tuple[Sentence, ...]:
    return compose_statement(
        DANE, PatternInput(PERSONS, facts, (VISIT,), [held(one) for one in assessments]), on=TODAY
    )


def said(*assessments: Assessment, facts: Any = ()) -> list[str]:
    return [format_sentence(one) for one in drafted(*assessments, facts=facts)]


FROM = "(From “What one person does”, on 20 May 2026.)"


def test_says_who_does_what_to_whom_how_often_and_since_when_in_the_words_of_the_tool() -> None:
    assert (
        "Dane has hurt or threatened the other adult and a child."
        " What was done? Hit, kicked or pushed; Made a threat to kill. How often? Often."
        " What is the worst of it? 3: Hurts, or makes it believable."
        f" Since when? About 2019. Her sister first knew. {FROM}"
    ) in said(finished())


def test_says_the_effect_on_each_child_and_what_the_child_said() -> None:
    found = said(finished())
    assert (
        "Ela: What does it do to this child? Wakes and shakes at night."
        f" What has this child said? “dada shout” {FROM}"
    ) in found
    assert any("What does it do to each child? Cai gets between them." in words for words in found)
    assert not any("just tired" in words for words in found)


def test_says_what_the_other_parent_does_to_keep_the_children_safe() -> None:
    asked = catalogue.load_tool(CONDUCT_TOOL_ID).index["keeps-safe"].text
    safety = [format_sentence(one) for one in drafted(finished()) if one.part == "safety"]
    assert safety == [f"{asked} She puts them to bed before he is home. {FROM}"]


def test_every_sentence_of_the_tool_names_the_tool_and_the_day_and_rests_on_the_record() -> None:
    own = [one for one in drafted(finished()) if one.code.startswith("tool")]
    assert len(own) == 6
    for one in own:
        assert format_sentence(one).endswith(FROM)
        assert one.ids == ("a1",)


def test_a_choice_with_a_reason_stands_with_its_reason() -> None:
    judged = {"coercive-control": "present", "coercive-control-because": "He reads her phone."}
    found = said(finished(judged))
    assert f"Is there coercive control? Present, because: He reads her phone. {FROM}" in found


def test_a_no_and_what_was_not_answered_make_no_sentence() -> None:
    words = "\n".join(said(finished()))
    assert "rules" not in words
    assert "money" not in words


def test_whom_it_is_done_to_is_not_made_up() -> None:
    assert f"Dane has watched or tracked someone whose name is not written down. {FROM}" in said(finished())


def test_what_is_recorded_is_not_said_to_be_unknown() -> None:
    without, with_it = said(facts=FACTS), said(finished(), facts=FACTS)
    for name in ("Ela", "Otis"):
        assert f"Nothing is recorded yet about what this does to {name}." in without
    assert "Nothing is recorded yet about what this does to Ela." not in with_it
    assert "Nothing is recorded yet about what this does to Otis." in with_it
    assert "Nothing is recorded yet about what Dane does." not in said(finished())


def test_what_the_other_parent_does_elsewhere_stays_unknown() -> None:
    gap = "Nothing is recorded yet about what Mair does to keep the children safe."
    assert gap in said(finished(), facts=FACTS)


@pytest.mark.parametrize(
    "other",
    [{"subject_id": "sian"}, {"subject_id": "dane-2"}],
    ids=["another adult", "a record that nobody has linked"],
)
def test_a_record_about_somebody_else_feeds_nothing(other: dict[str, str]) -> None:
    assert not [one for one in drafted(finished(**other)) if one.code.startswith("tool")]


def test_a_linked_record_of_the_same_person_does() -> None:
    assert [one for one in drafted(finished(subject_id="dane-2"), facts=FACTS) if one.code == "tool-tactic"]


def test_what_was_corrected_stands_as_corrected_alone() -> None:
    mended = finished({"watching": "yes"}, id="a2", amends="a1")
    assert [one.data["tactic"] for one in drafted(finished(), mended) if one.code == "tool-tactic"] == ["T4"]


def test_a_record_that_somebody_asked_to_keep_back_is_left_out_and_that_is_said() -> None:
    back = WithheldInformation(id="x1", household_id=HOME, about_id="a1", keep_from=("dane",))
    found = said(finished(), facts=(back,))
    assert not any("What one person does" in words for words in found)
    assert "We left out 1 thing, because somebody asked us to keep it back." in found


def test_a_new_record_is_new_since_the_statement_was_saved() -> None:
    from_before = drafted(facts=FACTS)
    assert "a1" not in collect_source_ids(from_before)
    kept = PatternStatement(
        id="p1", household_id=HOME, person_id="dane", words="x", drafted_from=collect_source_ids(from_before)
    )
    assert {one.ids for one in find_new_sentences(kept, drafted(finished(), facts=FACTS))} == {("a1",)}


def test_an_unfinished_record_and_any_other_tool_hold_nothing() -> None:
    assert extract_conduct(catalogue.load_tool(CONDUCT_TOOL_ID), finished(status="in-progress")) is None
    assert extract_conduct(catalogue.load_tool("risk-24"), finished(instrument="risk-24")) is None


def test_the_families_of_behaviour_are_those_of_the_statement_in_the_same_order() -> None:
    tool = catalogue.load_tool(CONDUCT_TOOL_ID)
    families = [item.link_id for item in tool.walk() if f"{item.link_id}.acts" in tool.index]
    assert len(families) == 18
    assert [families.index(name) + 1 for name in ("physical", "watching", "exposing", "outside-face")] == [
        1,
        4,
        9,
        18,
    ]
    every = held(finished(dict.fromkeys(families, "yes")))
    assert [one.tactic for one in every.answers] == [f"T{number}" for number in range(1, 19)]


def test_the_tools_own_words_blame_nobody_and_no_answer_shows_in_a_trace() -> None:
    tool = catalogue.load_tool(CONDUCT_TOOL_ID)
    names = [item.link_id for item in tool.walk() if item.options]
    every = {name: ["adult"] if name.endswith(".whom") else _all_of(tool.index[name]) for name in names}
    for one in drafted(finished(every)):
        assert find_phrases(format_sentence(one)) == ()
    record = held(finished())
    assert "Cai" not in repr(record) + repr(record.answers)


def _all_of(item: Any) -> Any:
    codes = [option.code for option in item.options]
    return codes if item.type == "choices" else codes[0]
