"""Frozen results stay as they are until a person changes them, with a source.

`python -m tests.engine.golden` prints the same differences without pytest. Nothing here ever writes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.definitions import catalogue
from tests.engine.golden import Case, cases, differences, files

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_comes_to_the_frozen_result(case: Case) -> None:
    assert differences(case.frozen, case.result()) == []


def test_every_set_of_answers_is_named_once_and_says_where_its_result_is_from() -> None:
    for file in files():
        names = [case["name"] for case in file["cases"]]
        assert len(names) == len(set(names))
        assert all(case["source"].startswith("practice.md ") for case in file["cases"])
        assert all(set(case["results"]) == set(catalogue.list_area_ids()) for case in file["cases"])


def test_the_newest_version_of_each_tool_is_the_one_that_is_frozen() -> None:
    frozen = {file["tool"]: file["version"] for file in files()}
    assert set(frozen) == {"risk-24", "risk-27", "routine-enquiry", "honour-10"}
    assert frozen == {tool: catalogue.load_tool(tool).version for tool in frozen}


def test_one_answer_more_is_seen_as_a_difference_and_said_in_words() -> None:
    case = next(one for one in CASES if one.name == "thirteen yes, none a danger sign by itself")
    now = replace(case, answers={**case.answers, "control-jealousy": "yes"}).result()
    assert "band: frozen medium, now high" in differences(case.frozen, now)
    assert "routes visible-high-risk: frozen False, now True" in differences(case.frozen, now)
    assert "scales 1 value: frozen 13, now 14" in differences(case.frozen, now)


def test_a_route_that_came_or_went_is_seen_as_a_difference() -> None:
    case = next(one for one in CASES if one.name == "nothing answered yet")
    fewer = {**case.frozen, "routes": {"visible-high-risk": False}}
    assert "routes escalation: frozen nothing, now False" in differences(fewer, case.result())
    assert "routes escalation: frozen False, now nothing" in differences(case.frozen, fewer)
