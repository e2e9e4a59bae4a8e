"""The tables of threats and hazards are whole, and every test that they name is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEMANDED = [
    f"{part}-{number}"
    for part, last in (("STO", 10), ("CRY", 14), ("KEY", 12), ("LCK", 9), ("UIX", 8))
    for number in range(1, last + 1)
]
HAZARDS = [f"H{number}" for number in range(1, 16)]
PAGES = {"threat-model.md": DEMANDED, "hazard-log.md": HAZARDS}
HONEST = ("not done", "needs a phone", "partly")
_ROW = re.compile(r"^\| ((?:STO|CRY|KEY|LCK|UIX)-\d+|H\d+) \|(.*)\|$", re.MULTILINE)
# A test, and where it stands for several the one that is meant.
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[(\w+)\])?`")


def rows(text: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _ROW.finditer(text)]


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of the functions in a file; none when there is no such file."""
    if not (ROOT / path).is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def unshown(text: str) -> list[str]:
    """The tests named that are not there, and the lines that show nothing and do not say so."""
    missing = [
        f"{path}::{name}"
        for path, test, rule in _TEST.findall(text)
        for name in filter(None, (test, rule))
        if name not in functions_of(path)
    ]
    silent = [
        row for row, says in rows(text) if not _TEST.search(says) and not any(word in says for word in HONEST)
    ]
    return missing + silent


@pytest.mark.parametrize("page", PAGES)
def test_every_line_is_there_once_and_shows_something_or_says_that_it_does_not(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    assert [row for row, _ in rows(text)] == PAGES[page]
    assert unshown(text) == []


def test_a_test_that_is_not_there_and_a_silent_line_are_caught() -> None:
    gone = "| STO-1 | x | `tests/test_threat_model.py::test_that_was_renamed` `tests/nowhere.py::test_x` |"
    assert unshown(gone) == ["tests/test_threat_model.py::test_that_was_renamed", "tests/nowhere.py::test_x"]
    assert unshown("`tests/leaks/test_source.py::test_a_planted_fault_is_caught[no_such_rule]`") == [
        "tests/leaks/test_source.py::no_such_rule"
    ]
    assert unshown("| STO-2 | x | by hand |\n| STO-3 | x | not done |") == ["STO-2"]
