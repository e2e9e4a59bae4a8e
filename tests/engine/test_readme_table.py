"""The README of the tools says what the tools say. `python -m tests.engine.readme_table` rewrites it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.definitions import catalogue
from tests.engine.readme_table import README, ages, licence, questions, reviewer, tables, with_tables


def test_the_readme_is_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run python -m tests.engine.readme_table"


def test_every_tool_and_every_tool_of_others_has_a_line() -> None:
    made = tables()
    assert made["tools"].count("\n") == len(catalogue.list_tool_ids()) + 1
    assert made["linked"].count("\n") == len(catalogue.load_linked_tools()) + 1
    assert all(f"| `{tool}` |" in made["tools"] for tool in catalogue.list_tool_ids())


def test_a_changed_line_is_stale_and_is_put_right() -> None:
    text = README.read_text(encoding="utf-8")
    stale = text.replace("| `risk-24` | Safety", "| `risk-24` | Other")
    assert stale != text
    assert with_tables(stale) == with_tables(text)


def test_a_readme_without_its_comments_is_refused() -> None:
    with pytest.raises(ValueError, match="tools"):
        with_tables("# The tools\n")


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("child-voice-7-11", "7 to 10 years"),
        ("observation-0-12m", "0 to 11 months"),
        ("young-person-13-17", "13 to 17 years"),
        ("unborn", "before birth"),
        ("risk-24", "any"),
    ],
)
def test_ages_are_whole_and_both_ends_count(tool: str, words: str) -> None:
    assert ages(catalogue.load_tool(tool)) == words


def test_follow_ups_are_not_counted_as_questions() -> None:
    tool = catalogue.load_tool("stalking-11")
    counted = questions(tool)
    assert questions(replace(tool, items=tool.items[1:])) < counted
    assert counted < len([item for item in tool.walk() if item.type not in ("display", "group")])


def test_the_stance_names_whose_wording_it_is_and_what_is_not_used() -> None:
    assert licence("Wording: original to Wren, under Wren's own licence. No text of X is used.") == (
        "Original. No text of X is used."
    )


def test_who_is_to_check_a_tool_is_read_from_its_head_only() -> None:
    assert reviewer("# A tool. Awaiting review by a named\n# lead: see.\n[tool]\n") == "a named lead"
    assert reviewer("# A tool.\n[tool]\n# awaiting review by nobody.\n") == "no one"
