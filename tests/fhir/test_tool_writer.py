"""A tool that is written and read again is the same tool."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.definitions import catalogue
from assessments.definitions import definition as d
from assessments.definitions.tool_file import read_tool
from assessments.definitions.tool_writer import write_tool

CHANGES = ("hash",)


@pytest.mark.parametrize("tool_id", catalogue.list_tool_ids())
def test_a_tool_written_and_read_again_is_the_same(tool_id: str) -> None:
    tool = catalogue.load_tool(tool_id)
    again, faults = read_tool(write_tool(tool))
    assert not faults
    assert again is not None
    for field in fields(tool):
        if field.name not in CHANGES:
            assert getattr(again, field.name) == getattr(tool, field.name), field.name


@given(st.lists(st.text(min_size=1).filter(lambda words: bool(words.strip())), min_size=4, max_size=4))
def test_any_words_come_back_to_the_letter(words: list[str]) -> None:
    title, text, option, help_words = (part.strip() for part in words)
    tool = catalogue.load_tool("risk-24")
    options = (d.AnswerOption("a", option, weight=0, coding="u|x y"), d.AnswerOption("b.c", "B", weight=1.5))
    question = d.Item(
        *("q", "choice", text),
        options=options,
        help=help_words,
        states=("not-asked",),
        source="topics",
        foreign_id=text,
        codes=("s|c|d",),
    )
    scale = d.Scale("sum", "Sum", ("q",), sums=True)
    groups = (d.Item("g", "group", title, items=(question,), source="topics"),)
    small = replace(
        tool, title=title, items=groups, scales=(scale,), routes=(), flags=(), notes=(), supplements=()
    )
    again, faults = read_tool(write_tool(small))
    assert not faults
    assert again is not None
    assert (again.title, again.items, again.scales) == (title, groups, (scale,))


def test_follow_ups_that_all_questions_share_are_said_once() -> None:
    text = write_tool(catalogue.load_tool("risk-24"))
    written = [line for line in text.splitlines() if 'suffix = "detail"' in line]
    assert 0 < len(written) < 24
    assert all(one != two for one, two in pairwise(text.splitlines()) if one.startswith("link_id"))
