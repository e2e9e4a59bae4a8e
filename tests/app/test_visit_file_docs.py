"""docs/visit-files.md lists every key of a visit file: compared with what the reader itself allows."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.visit_file.importer import BadVisit, read_visit_file

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "visit-files.md").read_text(encoding="utf-8")
EXAMPLE = json.loads((ROOT / "examples" / "visit.json").read_text(encoding="utf-8"))
SECTIONS = re.findall(r"^## (\S.*)$", PAGE, re.MULTILINE)[:-1]


def documented(section: str) -> set[str]:
    table = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


def allowed(section: str) -> set[str]:
    """The keys in the fault that an unknown key brings."""
    visit: dict[str, Any] = copy.deepcopy(EXAMPLE)
    visit["linked"] = [{"kind": "host", "household": {"name": "B", "persons": [{"ref": "b", "name": "B"}]}}]
    visit["links"] = [{"kind": "same-person", "from": "otis", "to": "b"}]
    place: Any = visit
    if section != "The file":
        for name in section.split("."):
            place = place[name][0] if isinstance(place[name], list) else place[name]
    place["no_such_key"] = 1
    with pytest.raises(BadVisit) as refused:
        read_visit_file(visit, lambda error: error.code)
    (fault,) = (words for words in refused.value.data["faults"] if "may stand here" in words)
    return set(re.findall(r"\w+", fault.split(": only ")[1].removesuffix(" may stand here.")))


def test_the_example_is_read_without_a_fault() -> None:
    assert read_visit_file(EXAMPLE, lambda error: error.code).assessments


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_listed_and_no_other(section: str) -> None:
    assert documented(section) == allowed(section)
