"""The list of phrases: each row finds its example, and nothing that anyone is quoted as saying."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import cli
from app.kit.messages import has_message
from assessments.casework import phrasing_check
from assessments.casework.phrasing_check import (
    PHRASE_REASONS,
    Phrase,
    PhraseHit,
    find_kept_phrases,
    find_phrases,
    is_practitioner_wording,
    load_phrases,
    replace_phrase,
)
from assessments.definitions import catalogue
from assessments.definitions.definition import Item
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.form import AnswerEntered, PhraseKept
from assessments.engine.scoring import ScoringContext

DAY = date(2026, 3, 4)
QUOTES = [("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»"), ("„", "“")]
# What a person may say, with the marks that stand for missing letters and those that own things.
SPOKEN = st.lists(
    st.one_of(
        st.sampled_from([phrase.example.rstrip(".") for phrase in load_phrases()]),
        st.sampled_from(
            ["don’t", "can't", "the boys’ room", "doin’ it", "Nain’s", "Żółw", "🐢", "\n", "and", ","]
        ),
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


def codes(text: str) -> list[str]:
    return [hit.code for hit in find_phrases(text)]


@pytest.mark.parametrize("phrase", load_phrases(), ids=lambda phrase: phrase.code)
def test_a_row_finds_its_example_and_leaves_its_near_miss_alone(phrase: Phrase) -> None:
    assert phrase.code in codes(phrase.example)
    assert codes(phrase.near_miss) == []


@pytest.mark.parametrize("phrase", load_phrases(), ids=lambda phrase: phrase.code)
def test_a_row_finds_its_example_in_capitals_and_over_a_line_break(phrase: Phrase) -> None:
    assert phrase.code in codes(phrase.example.upper())
    assert phrase.code in codes(phrase.example.replace(" ", "\n "))
    assert phrase.code in codes(phrase.example.replace("'", "’"))


@pytest.mark.parametrize("phrase", load_phrases(), ids=lambda phrase: phrase.code)
def test_what_is_offered_instead_is_not_pointed_out_in_its_turn(phrase: Phrase) -> None:
    for words in phrase.instead:
        assert codes(f"She {words} then.") == []


def test_every_reason_has_its_sentence_and_every_row_its_source() -> None:
    assert {phrase.why for phrase in load_phrases()} == set(PHRASE_REASONS)
    assert [why for why in PHRASE_REASONS if not has_message(f"language.why.{why}")] == []
    assert all(phrase.source and phrase.instead for phrase in load_phrases())


@given(before=st.sampled_from(["", "She said: ", "Żółw 🐢 ("]), spoken=SPOKEN, marks=st.sampled_from(QUOTES))
def test_nothing_inside_quotation_marks_is_ever_pointed_out(
    before: str, spoken: str, marks: tuple[str, str]
) -> None:
    opening, closing = marks
    if marks == ("‘", "’"):
        spoken = spoken.replace("\n", " ")
    if marks == ("'", "'"):
        spoken = spoken.replace("\n", " ").replace("’", "'").strip()
    assert codes(f"{before}{opening}{spoken}{closing}") == []


@given(spoken=SPOKEN, marks=st.sampled_from(QUOTES))
def test_a_quotation_that_is_still_being_typed_is_left_alone(spoken: str, marks: tuple[str, str]) -> None:
    opening, _ = marks
    if marks[0] in "‘'":
        # A mark with a space behind it opens nothing.
        spoken = spoken.replace("’", "").replace("'", "").replace("\n", " ").lstrip()
    assert codes(f"He said {opening}{spoken}") == []


@pytest.mark.parametrize(("opening", "closing"), QUOTES)
def test_what_stands_after_a_quotation_is_read_again(opening: str, closing: str) -> None:
    assert codes(f"He said {opening}she claims it{closing}. She keeps going back.") == ["wont-leave"]


def test_an_apostrophe_opens_no_quotation() -> None:
    for text in (
        "The mother's sister didn't stay. She failed to protect him.",
        "The boys' father came 'cause she failed to protect him.",
        'He was 5" taller. She failed to protect him.',
    ):
        assert codes(text) == ["failed-to-protect"]


@given(before=st.text(alphabet="Żó🐢é́\u200d\n .x", max_size=20))
def test_a_place_counts_characters_whatever_stands_before(before: str) -> None:
    text = f"{before} Mum failed to protect him"
    (hit,) = find_phrases(text)
    assert text[hit.start : hit.end] == "failed to protect"


def test_of_two_that_overlap_the_longer_stands() -> None:
    text = "It was an isolated domestic incident, as in a toxic relationship is toxic."
    found = find_phrases(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert codes("It was a dysfunctional violent relationship.") == ["volatile-relationship"]
    assert codes("They called it a domestic argument.") == ["a-domestic"]


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_every_hit_lies_within(text: str) -> None:
    for hit in find_phrases(text):
        assert 0 <= hit.start < hit.end <= len(text)


def test_an_alternative_stands_in_the_place_of_the_phrase_alone() -> None:
    text = "Alleged. She claims he hit her, and claims it twice."
    first, second, third = find_phrases(text)
    assert replace_phrase(text, first, "said") == "Said. She claims he hit her, and claims it twice."
    assert replace_phrase(text, second, "says") == "Alleged. She says he hit her, and claims it twice."
    assert replace_phrase(text, third, "says") == "Alleged. She claims he hit her, and says it twice."


def test_what_is_taken_out_leaves_no_double_space() -> None:
    text = "He hit her as she was winding him up, he said."
    (hit,) = find_phrases(text)
    assert replace_phrase(text, hit, "") == "He hit her as she was, he said."


# ---------------------------------------------------------------- which fields, and what is kept


def text_items() -> list[tuple[str, Item]]:
    return [
        (tool, item)
        for tool in catalogue.list_tool_ids()
        for item in catalogue.load_tool(tool).walk()
        if item.type in ("text", "words")
    ]


def test_a_childs_and_anyones_exact_words_are_never_a_field_of_ones_own() -> None:
    asking = (
        "their own words",
        "write the exact words",
        "write them exactly",
        "exact words where",
        "as she says",
    )
    for tool, item in text_items():
        if item.type == "words" or item.for_child:
            assert not is_practitioner_wording(item)
        if any(words in item.prompt.lower() for words in asking):
            assert not is_practitioner_wording(item), f"{tool} {item.link_id}"


def test_the_practitioners_own_view_is_a_field_of_ones_own() -> None:
    tool = catalogue.load_tool("child-voice-7-11")
    assert all(
        is_practitioner_wording(tool.index[link_id]) for link_id in ("facts", "interpretations", "weight")
    )


def opened(tool: str = "child-voice-7-11") -> forms.Form:
    rules = catalogue.load_area().rules_for(tool)
    form = forms.open_form(catalogue.load_tool(tool), rules, ScoringContext(on=DAY))
    return forms.update(form, AnswerEntered("earshot", Answered("nobody"))).form


def happens(form: forms.Form, *events: forms.FormEvent) -> forms.Form:
    for event in events:
        form = forms.update(form, event).form
    return form


def test_a_phrase_that_is_kept_is_counted_while_it_stands_there() -> None:
    form = opened()
    item = next(link for link in form.visible if is_practitioner_wording(form.instrument.index[link]))
    form = happens(form, AnswerEntered(item, Answered("Mum claims he left.")), PhraseKept(item, "alleges"))
    assert find_kept_phrases(form) == ((item, ("alleges",)),)
    two = happens(form, AnswerEntered(item, Answered("Mum claims it was a domestic.")))
    assert find_kept_phrases(two) == ((item, ("alleges",)),)
    written_anew = happens(form, AnswerEntered(item, Answered("Mum said he left.")))
    assert find_kept_phrases(written_anew) == ()


def test_a_phrase_that_nobody_decided_on_is_not_counted_as_kept() -> None:
    form = opened()
    item = next(link for link in form.visible if is_practitioner_wording(form.instrument.index[link]))
    assert find_kept_phrases(happens(form, AnswerEntered(item, Answered("Mum claims he left.")))) == ()


def test_keeping_a_phrase_asks_for_codes_to_be_kept_and_never_words() -> None:
    step = forms.update(opened(), PhraseKept("facts", "alleges"))
    again = forms.update(step.form, PhraseKept("facts", "a-domestic"))
    assert step.effects == (forms.SaveKeptPhrases("facts", ("alleges",)),)
    assert again.effects == (forms.SaveKeptPhrases("facts", ("a-domestic", "alleges")),)


def test_a_hit_shows_nothing_of_the_text() -> None:
    (hit,) = find_phrases("Ada claims it.")
    assert isinstance(hit, PhraseHit)
    assert "Ada" not in repr(hit)
    assert json.dumps(phrasing_check.PHRASE_REASONS)


# ---------------------------------------------------------------- the command


def run(*arguments: str, given: str = "") -> Any:
    return CliRunner().invoke(cli, ["language", "check", *arguments], input=given)


def test_the_command_gives_each_phrase_with_its_place(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Żółw 🐢.\nMum claims “he claims it”.", encoding="utf-8")
    (hit,) = json.loads(run(str(note), "--json").stdout)
    assert (hit["code"], hit["phrase"], hit["line"], hit["column"]) == ("alleges", "claims", 2, 5)
    assert (hit["start"], hit["length"], hit["why"]) == (12, 6, "doubts")


def test_the_command_speaks_plainly_and_never_fails_a_note() -> None:
    found = run("-", given="It was an isolated\nincident.")
    assert found.exit_code == 0
    assert "-:1:11: These words may cut this off" in found.stdout
    assert "“isolated incident”" in found.stdout
    assert run("-", given="He hit her at home.").stdout.strip() == "Nothing to point out."


def test_the_command_says_when_a_note_cannot_be_read(tmp_path: Path) -> None:
    refused = run(str(tmp_path / "none.txt"))
    assert refused.exit_code == 1
    assert "cannot be read" in refused.stderr
