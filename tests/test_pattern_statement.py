"""The statement on one person: the same from any order, the one who does it first, gaps said plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.features.incidents.pattern_text import format_sentence, format_statement
from assessments.casework.casework_records import (
    CaseworkRecord,
    ChildAtIncident,
    ChildObservation,
    Incident,
    KeyDate,
    PatternStatement,
    RecordLink,
    VerbatimQuote,
    WithheldInformation,
)
from assessments.casework.pattern_statement import (
    PatternInput,
    Sentence,
    collect_source_ids,
    compose_statement,
    find_new_sentences,
)
from assessments.casework.phrasing_check import find_phrases
from assessments.casework.records import Contact, Person

TODAY = date(2026, 6, 1)
HOME, OTHER = "home-1", "home-2"


def person(code: str, name: str, home: str = HOME, **more: Any) -> Person:
    return Person(id=code, household_id=home, name=name, **more)


DANE = person("dane", "Dane Thornquill", roles=("partner",))
SIAN = person("sian", "Siân Thornquill", roles=("mother",))
CAI = person("cai", "Cai Thornquill", born=date(2017, 2, 1))
ELA = person("ela", "Ela Thornquill", born=date(2024, 5, 1))
DANE_THERE = person("dane-2", "D. Thornquill", OTHER)
MAIR = person("mair", "Mair Marrowdale", OTHER, roles=("mother",))
OTIS = person("otis", "Otis Marrowdale", OTHER, born=date(2015, 1, 1))
SAME = RecordLink(
    id="l1",
    household_id=HOME,
    kind="same-person",
    own_id="dane",
    other_household_id=OTHER,
    other_id="dane-2",
    decided_at=datetime(2026, 5, 1, tzinfo=UTC),
)
VISIT = Contact(id="c1", household_id=HOME, on=date(2026, 5, 20), kind="visit", role="health-visitor")


def event(code: str, on: date, home: str = HOME, **more: Any) -> Incident:
    facts: dict[str, Any] = {"by_ids": ("dane",), "to_ids": ("sian",), "severity": 2, "source": "mother"}
    return Incident(id=code, household_id=home, on=on, **{**facts, "what": "He broke the door.", **more})


FACTS: tuple[CaseworkRecord, ...] = (
    event(
        "e1",
        date(2026, 1, 3),
        tactics=("T1", "T10"),
        severity=3,
        children=(ChildAtIncident(id="cai", where="on the stairs", heard_it=True, saw_it=False),),
        protective="She locked herself and the children in the bathroom.",
    ),
    event("e2", date(2026, 3, 9), tactics=("T1",), threat="I will find you", precision="about"),
    event("e3", date(2026, 4, 2)),
    event("e4", date(2020, 4, 2), OTHER, by_ids=("dane-2",), to_ids=("mair",), tactics=("T2",), severity=4),
    event("e5", date(2026, 4, 4), by_ids=("sian",), to_ids=("dane",)),
    SAME,
    ChildObservation(
        id="s1",
        household_id=HOME,
        contact_id="c1",
        child_id="cai",
        how="heard",
        said=(VerbatimQuote(id="w1", words="i hide when dane claims it"),),
    ),
    KeyDate(id="m1", household_id=HOME, kind="separation", on=date(2026, 4, 20)),
)
PERSONS = (DANE, SIAN, CAI, ELA, DANE_THERE, MAIR, OTIS)


def known(facts: Sequence[CaseworkRecord] = FACTS, persons: Sequence[Person] = PERSONS) -> PatternInput:
    return PatternInput(persons, facts, (VISIT,))


def said(facts: Sequence[CaseworkRecord] = FACTS, persons: Sequence[Person] = PERSONS) -> list[str]:
    return [format_sentence(one) for one in compose_statement(DANE, known(facts, persons), on=TODAY)]


def codes(facts: Sequence[CaseworkRecord] = FACTS) -> list[str]:
    return [one.code for one in compose_statement(DANE, known(facts), on=TODAY)]


def test_says_who_does_what_to_whom_how_often_and_since_when() -> None:
    assert (
        "Dane has hurt or threatened Siân."
        " Dane did this 2 times that we know of: first on 3 January 2026, last about 9 March 2026."
    ) in said()
    assert "Dane did this to Siân, on 2 April 2026: “He broke the door.”" in said()
    assert "Dane threatened Siân, about 9 March 2026: “I will find you”" in said()


def test_says_what_it_does_to_each_child_by_name_and_what_is_not_known_of_another() -> None:
    found = said()
    assert "Dane did this once while Cai was there." in found
    assert "Dane did this on 3 January 2026 while Cai was here: on the stairs." in found
    assert "Cai said, on 20 May 2026: “i hide when dane claims it”" in found
    assert "Nothing is recorded yet about what this does to Ela." in found
    assert not [words for words in found if "Ela" in words and "stairs" in words]


def test_says_what_the_other_parent_does_to_keep_the_children_safe() -> None:
    found = said()
    assert (
        "Siân did this to keep the children safe, on 3 January 2026:"
        " She locked herself and the children in the bathroom."
    ) in found
    assert ("Nothing is recorded yet about what Mair does to keep the children safe.") in found


def test_reads_across_homes_only_where_somebody_held_the_two_to_be_one() -> None:
    assert "Dane has done this in 2 homes that we know of." in said()
    assert any("Mair" in words and "breath" in words for words in said())
    assert any("Otis" in words for words in said())
    undone = SAME.model_copy(update={"undone_at": datetime(2026, 5, 2, tzinfo=UTC)})
    apart = said([undone if fact is SAME else fact for fact in FACTS])
    assert not [words for words in apart if "Mair" in words or "Otis" in words]
    assert "Nothing is recorded yet about what Dane does in other homes." in apart


def test_what_was_done_to_the_person_is_no_part_of_what_the_person_does() -> None:
    assert "e5" not in collect_source_ids(compose_statement(DANE, known(), on=TODAY))


def test_the_worst_is_one_act_and_never_an_average() -> None:
    assert "Dane did the worst thing we know of on 2 April 2020: level 4 of 4." in said()
    unsure = [
        fact.model_copy(update={"severity": None}) if isinstance(fact, Incident) else fact for fact in FACTS
    ]
    assert "worst" not in codes(unsure)


def test_families_of_behaviour_stand_in_their_own_order() -> None:
    order = [one.data["tactic"] for one in compose_statement(DANE, known(), on=TODAY) if one.code == "tactic"]
    assert order == ["T1", "T2", "T10"]


def test_what_somebody_asked_to_keep_back_is_left_out_and_that_is_said() -> None:
    back = WithheldInformation(id="x1", household_id=HOME, about_id="s1", keep_from=("dane",))
    found = said([*FACTS, back])
    assert not [words for words in found if "i hide" in words]
    assert "We left out 1 thing, because somebody asked us to keep it back." in found


def test_an_empty_record_says_so_and_makes_nothing_up() -> None:
    found = compose_statement(DANE, PatternInput((DANE,), (), ()), on=TODAY)
    assert [one.code for one in found] == ["gap.acts", "gap.children", "gap.homes"]
    assert [one.part for one in found] == ["gaps"] * 3


def test_a_child_who_was_elsewhere_is_not_said_to_have_been_there() -> None:
    away = event("e1", date(2026, 1, 3), tactics=("T1",), children=(ChildAtIncident(id="cai", there=False),))
    found = said([away, *FACTS[1:]])
    assert not [words for words in found if "while Cai" in words]


@given(st.permutations(FACTS), st.permutations(PERSONS))
def test_the_order_in_which_things_were_written_changes_nothing(
    facts: list[CaseworkRecord], persons: list[Person]
) -> None:
    assert compose_statement(DANE, known(facts, persons), on=TODAY) == compose_statement(
        DANE, known(), on=TODAY
    )


def test_every_sentence_rests_on_something_that_is_there() -> None:
    there = {fact.id for fact in FACTS} | {one.id for one in PERSONS}
    for one in compose_statement(DANE, known(), on=TODAY):
        assert one.ids, one.code
        assert set(one.ids) <= there


def test_no_sentence_of_ours_hides_who_did_it_or_uses_a_word_of_the_list() -> None:
    for one in compose_statement(DANE, known(), on=TODAY):
        own = {name: "" if name == "words" else value for name, value in one.data.items()}
        assert find_phrases(format_sentence(replace(one, data=own))) == ()
        if one.part == "acts":
            assert format_sentence(one).startswith("Dane ")


def test_the_words_of_a_child_stay_as_they_came() -> None:
    text = format_statement(compose_statement(DANE, known(), on=TODAY), who="Dane")
    assert "“i hide when dane claims it”" in text
    assert find_phrases(text) == ()


def test_says_which_sentences_are_new_since_it_was_saved() -> None:
    first = compose_statement(DANE, known(), on=TODAY)
    kept = PatternStatement(
        id="p1", household_id=HOME, person_id="dane", words="x", drafted_from=collect_source_ids(first)
    )
    assert find_new_sentences(kept, first) == ()
    later = event("e9", date(2026, 5, 30), tactics=("T4",))
    found = find_new_sentences(kept, compose_statement(DANE, known([*FACTS, later]), on=TODAY))
    assert [one.data["tactic"] for one in found if one.code == "tactic"] == ["T4"]
    assert all("e9" in one.ids for one in found)
    again = event("e9", date(2026, 5, 30), tactics=("T1",))
    counted = find_new_sentences(kept, compose_statement(DANE, known([*FACTS, again]), on=TODAY))
    assert [one.data["n"] for one in counted if one.code == "tactic"] == [3]


def test_a_sentence_never_shows_its_words_in_a_trace() -> None:
    (act,) = [one for one in compose_statement(DANE, known(), on=TODAY) if one.code == "act"]
    assert isinstance(act, Sentence)
    assert repr(act) == "<Sentence act>"


@pytest.mark.parametrize("tactic", [f"T{n}" for n in range(1, 19)])
def test_every_family_of_behaviour_has_its_sentence(tactic: str) -> None:
    found = said([event("e1", date(2026, 1, 3), tactics=(tactic,))])
    assert found[0].startswith("Dane has ")
    assert "something else" not in found[0]


def test_two_with_the_same_first_name_have_their_whole_names() -> None:
    namesake = person("cai-2", "Cai Marrowdale", born=date(2012, 1, 1))
    found = said(persons=[*PERSONS, namesake])
    assert "Dane did this once while Cai Thornquill was there." in found
    assert "Nothing is recorded yet about what this does to Cai Marrowdale." in found


def test_words_that_were_corrected_stand_as_corrected_alone() -> None:
    first = next(fact for fact in FACTS if isinstance(fact, ChildObservation))
    mended = first.model_copy(
        update={"id": "s2", "amends": "s1", "said": (VerbatimQuote(id="w2", words="i hide when dane comes"),)}
    )
    found = [words for words in said([*FACTS, mended]) if words.startswith("Cai said")]
    assert found == ["Cai said, on 20 May 2026: “i hide when dane comes”"]
