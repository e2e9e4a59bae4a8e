"""Each rule for the wording of a tool is broken once, by a file, and seen with its line."""

from __future__ import annotations

import pytest

from assessments.definitions import catalogue
from assessments.definitions.tool_lint import Wording, reading_age
from tests.engine.test_tool_files import small_tool

LINE = 'text = "First?"'


def faults(changed: str, *, child: bool = False) -> list[str]:
    """The faults of a whole tool whose first question has these lines in place of its own."""
    text = small_tool().replace(LINE, changed + ("\nfor_child = true" if child else ""))
    return [str(fault) for fault in catalogue.check_tool(text)]


def test_the_file_that_the_others_are_made_from_is_good() -> None:
    assert faults(LINE) == []
    assert faults('text = "Tell me about home."', child=True) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("What does daddy do at home?", "brings in a person"),
        ("What happens when he comes home?", "brings in a person"),
        ("Tell me about the shouting.", "brings in an act"),
        ("Did someone come in?", "calls for yes or no"),
        ("Why were you up?", "calls for yes or no, or blames"),
        ("Well done! What else is there?", "never praised, scored or rewarded"),
        ("Tell me more to earn a star.", "never praised, scored or rewarded"),
    ],
)
def test_a_childs_question_is_open_and_brings_in_nothing(text: str, says: str) -> None:
    found = faults(f'text = "{text}"', child=True)
    assert any(says in fault for fault in found), found
    assert all(fault.startswith("line 2") for fault in found), "the line of the item"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('text = "Who was there and what did they do?"', "asks two things at once"),
        ('text = "Were you hurt? Are you safe?"', "asks two things at once"),
        ('text = "Enter a valid answer."', "is a word we do not use"),
        ('text = "Name *"', "No asterisks"),
        ('text = "First?"\ninitial = "yes"', "Nothing is pre-selected"),
        (f'text = "{"word " * 30}"', "A sentence here has 30 words"),
        ('text = "First?"\nsource = ""', "source is missing"),
    ],
)
def test_a_question_for_anyone_is_plain(lines: str, says: str) -> None:
    found = faults(lines)
    assert any(says in fault for fault in found), found


def test_a_tool_that_reads_harder_than_it_says_is_told_so() -> None:
    hard = "Characterise the multidimensional interrelationships underpinning household functioning."
    assert any("read at about age" in fault for fault in faults(f'text = "{hard}"'))


def test_an_option_that_nothing_fits_beside_stands_alone() -> None:
    options = 'options = [{ code = "a", text = "One" }, { code = "none", text = "None of these" }]'
    text = small_tool().replace('type = "choice"', 'type = "choices"', 1)
    text = text.replace(
        'options = [{ code = "yes", text = "Yes" }, { code = "no", text = "No" }]', options, 1
    )
    found = [str(fault) for fault in catalogue.check_tool(text)]
    assert any("must have alone = true" in fault for fault in found), found


def test_a_choice_that_offers_no_way_of_not_answering_says_why() -> None:
    text = small_tool().replace('states = ["asked-unknown"]', "", 1)
    assert any("Offer states for not answering" in str(fault) for fault in catalogue.check_tool(text))


def test_a_practitioners_prompt_may_name_what_a_childs_question_may_not() -> None:
    assert faults('text = "Tell me about home."\nprompt = "The child may speak of Dad."', child=True) == []


def test_words_inside_words_are_not_found() -> None:
    assert Wording("a", "Tell me about the kitchen shelf.", for_child=True).find_faults() == []


def test_reading_age_rises_with_the_words() -> None:
    assert reading_age("The cat sat on the mat.") < 7
    assert reading_age("Institutional accountability necessitates documentation.") > 15


@pytest.mark.parametrize("tool", catalogue.list_tool_ids())
def test_every_shipped_tool_keeps_every_rule(tool: str) -> None:
    from importlib.resources import files

    text = files("assessments").joinpath("instruments", f"{tool}.toml").read_text(encoding="utf-8")
    assert catalogue.check_tool(text) == ()
