"""One name, one meaning: no two classes in app, assessments and sync share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Two classes of one name, each with the decision that says why. None at present.
ALLOWED: dict[str, str] = {}


def classes(source: str) -> Iterator[str]:
    return (node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))


def shared_names(sources: dict[str, str]) -> dict[str, list[str]]:
    """Class names that stand in more than one file, with the files."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, source in sources.items():
        for name in classes(source):
            places[name].append(path)
    return {name: found for name, found in places.items() if len(found) > 1}


def test_no_two_classes_share_a_name() -> None:
    sources = {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for package in ("app", "assessments", "sync")
        for path in (ROOT / package).rglob("*.py")
    }
    found = shared_names(sources)
    assert {name: found[name] for name in found if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "a name is allowed twice that stands once"


def test_a_second_class_of_one_name_is_seen() -> None:
    assert shared_names({"a.py": "class Page: ...", "b.py": "class Page: ...\nclass Other: ..."}) == {
        "Page": ["a.py", "b.py"]
    }
