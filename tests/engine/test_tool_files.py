"""A bad tool file is told every fault with its line, and never a traceback."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import cli
from assessments.definitions import catalogue
from assessments.definitions.toml_document import TomlDocument
from assessments.definitions.tool_file import read_tool
from tests.examples import examples

GOOD = files("assessments").joinpath("instruments", "risk-24.toml").read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read_tool(text)[1]]


def line_of(text: str, piece: str) -> int:
    return text[: text.rindex(piece)].count("\n") + 1


@pytest.mark.parametrize("tool", catalogue.list_tool_ids())
def test_every_shipped_tool_reads_without_fault(tool: str) -> None:
    instrument = catalogue.load_tool(tool)
    assert instrument.id == tool
    assert all(item.source for item in instrument.walk() if item.type != "group")


@pytest.mark.parametrize("area", catalogue.list_area_ids())
def test_every_area_names_only_what_its_tools_have(area: str) -> None:
    settings_ = catalogue.load_area(area)
    assert settings_.source
    assert settings_.date
    for tool_id, rules in settings_.rules:
        tool = catalogue.load_tool(tool_id)
        routes = {route.id: route for route in tool.routes}
        assert rules.scale in {"", *(scale.id for scale in tool.scales)}
        assert {band.id for band in rules.bands} <= {code for code, _ in tool.grades}
        for name, *_ in (*rules.counts, *rules.events, *rules.repeats):
            assert name in routes
        for name, wanted in rules.indicators:
            assert set(wanted) <= {indicator.id for indicator in routes[name].indicators}
        assert set(rules.name_unknown) <= set(tool.index)


@pytest.mark.parametrize(
    ("piece", "instead", "sentence"),
    [
        ('version = "1.0.0"', 'version = "one"', "version must be three numbers"),
        ('subject = "adult"', 'subject = "grown-up"', "must be one of adult, child"),
        ('link_id = "frightened"', 'link_id = "injury"', "stands in this file twice"),
        ('link_id = "frightened"', 'link_id = "Frightened!"', "small letters"),
        ('link_id = "frightened"', 'link_id = "frightened"\nlink = 3', '"link" is not known here'),
        ('kind = "risk"', "kind = 3", "kind must be text in quotes"),
        ("minutes = [15, 25]", 'minutes = "long"', "minutes must be two whole numbers"),
    ],
)
def test_a_fault_is_named_with_its_line(piece: str, instead: str, sentence: str) -> None:
    assert piece in GOOD
    bad = GOOD.replace(piece, instead, 1)
    found = faults(bad)
    wanted = line_of(bad, instead.split("\n")[-1])
    assert any(text.startswith(f"line {wanted}:") and sentence in text for text in found), found


def test_all_faults_are_told_at_once() -> None:
    bad = GOOD.replace('kind = "risk"', 'kind = "quiz"', 1).replace('version = "1.0.0"', 'version = ""', 1)
    assert len(faults(bad)) >= 2


def test_what_is_not_toml_is_one_fault_with_its_line() -> None:
    found = faults('[instrument]\nid = "x\n')
    assert len(found) == 1
    assert found[0].startswith("line 2: This is not TOML")


def test_rules_that_run_in_a_circle_are_refused_by_name() -> None:
    found = faults(
        small_tool(
            one='enable_when = { all = [{ item = "b", op = "=", value = "yes" }] }',
            two='enable_when = { all = [{ item = "a", op = "=", value = "yes" }] }',
        )
    )
    assert any("wait for each other in a circle: a, b" in text for text in found), found


def test_a_rule_about_itself_is_a_circle() -> None:
    found = faults(small_tool(one='enable_when = { all = [{ item = "a", op = "exists", value = true }] }'))
    assert any("circle: a" in text for text in found), found


def test_a_rule_that_names_nothing_is_refused() -> None:
    found = faults(small_tool(two='enable_when = { all = [{ item = "zebra", op = "=", value = "yes" }] }'))
    assert any('names "zebra"' in text for text in found), found


def test_a_rule_that_waits_for_an_answer_not_offered_is_refused() -> None:
    found = faults(small_tool(two='enable_when = { all = [{ item = "a", op = "=", value = "maybe" }] }'))
    assert any('"maybe", which "a" does not offer' in text for text in found), found


def test_the_small_tool_itself_is_good() -> None:
    assert faults(small_tool()) == []


def small_tool(one: str = "", two: str = "") -> str:
    """A whole tool of two questions, to break in one place at a time."""
    return f"""
[instrument]
id = "small"
version = "1.0.0"
title = "Two questions"
kind = "risk"
subject = "adult"
purpose = "To be broken."
not_for = ["Anyone."]
roles = ["midwife"]
training = "None."
minutes = [1, 2]
reading_age = 9
licence = "Original."
means = "Nothing."
does_not_mean = "Anything."

[[source]]
id = "s"
text = "Made for a test."

[[group]]
link_id = "g"
text = "Both"
source = "s"

[[group.item]]
link_id = "a"
type = "choice"
text = "First?"
options = [{{ code = "yes", text = "Yes" }}, {{ code = "no", text = "No" }}]
states = ["asked-unknown"]
{one}

[[group.item]]
link_id = "b"
type = "choice"
text = "Second?"
options = [{{ code = "yes", text = "Yes" }}, {{ code = "no", text = "No" }}]
states = ["asked-unknown"]
{two}
"""


@settings(max_examples=examples(150))
@given(st.integers(0, 2**32))
def test_a_mangled_file_never_makes_a_traceback(seed: int) -> None:
    chance = random.Random(seed)
    lines = small_tool().splitlines() if seed % 3 else GOOD.splitlines()
    for _ in range(chance.randint(1, 4)):
        number = chance.randrange(len(lines))
        lines[number] = chance.choice(
            [
                "",
                "x = ",
                "[[group]]",
                "[group]",
                lines[number][::-1],
                lines[chance.randrange(len(lines))],
                "text = 3",
                "items = [1, [2]]",
                "options = 5",
                "enable_when = { all = 3 }",
                'each = ["a"]',
            ]
        )
    text = "\n".join(lines)
    _, found = read_tool(text)
    assert all(1 <= fault.line <= len(lines) + 1 for fault in found)


@given(st.text(max_size=200))
@settings(max_examples=examples(100))
def test_any_text_at_all_is_read_without_a_traceback(text: str) -> None:
    assert TomlDocument.parse(text) is not None
    read_tool(text)


def test_the_command_names_file_line_and_sentence(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(small_tool(two="colour = 3"), encoding="utf-8")
    done = CliRunner().invoke(cli, ["tools", "check", str(file)])
    assert done.exit_code == 1
    assert f"{file}:{line_of(file.read_text(encoding='utf-8'), 'colour')}: " in done.output
    as_json = CliRunner().invoke(cli, ["tools", "check", str(tmp_path), "--json"])
    assert json.loads(as_json.output)["faults"][0]["sentence"].startswith('"colour" is not known')


def test_the_command_survives_what_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(cli, ["tools", "check", str(file)])
    assert done.exit_code == 1
    assert "not UTF-8" in done.output


def test_every_tool_that_is_offered_exists_and_lets_someone_of_the_role_use_it() -> None:
    for tool in map(catalogue.load_tool, catalogue.list_tool_ids()):
        for offered in tool.supplements:
            assert set(catalogue.load_tool(offered.tool).roles) & set(tool.roles), (tool.id, offered.tool)
