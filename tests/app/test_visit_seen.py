"""Who was seen may stand in a visit file: read whole before anything is kept, no value told in a fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.cases.case_service import CaseService
from app.visit_file.importer import BadVisit, import_visit, read_visit_file
from assessments.casework.casework_records import ChildObservation
from tests.app.test_screens_around import PASSPHRASE, fernhollow, open_runtime, set_up


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseService]:
    runtime = open_runtime(tmp_path / "home")
    set_up(runtime)
    opened = runtime.unlock(PASSPHRASE)
    yield opened
    opened.close()
    runtime.close()


def visit(*seen: dict[str, Any]) -> dict[str, Any]:
    return fernhollow() | {"seen": list(seen)}


def faults(*seen: dict[str, Any]) -> list[str]:
    with pytest.raises(BadVisit) as refused:
        read_visit_file(visit(*seen), lambda error: error.code)
    found: list[str] = list(refused.value.data["faults"])
    return found


def test_who_was_seen_is_kept_under_the_contact_child_by_child(desk: CaseService) -> None:
    given = visit(
        {
            "child": "cai",
            "how": "heard",
            "said": [{"words": "i hide", "prompt": "And then?", "origin": "said"}],
            "present": ["mair", "a neighbour"],
            "alone": False,
        },
        {
            "child": "ela",
            "how": "not-seen",
            "why_code": "elsewhere",
            "plan": "At school",
            "due": "2026-05-21",
        },
    )
    done = import_visit(desk, read_visit_file(given, lambda error: error.code))
    page = desk.household(done["household"])
    cai, ela = page.records_of(ChildObservation)
    assert (cai.child_id, cai.contact_id) == (done["persons"]["cai"], done["contact"])
    assert [(line.words, line.prompt, line.origin) for line in cai.said] == [("i hide", "And then?", "said")]
    assert (cai.present, cai.alone, cai.at_home) == ((done["persons"]["mair"], "a neighbour"), False, None)
    assert (ela.how, ela.due) == ("not-seen", date(2026, 5, 21))


def test_a_file_without_it_keeps_nothing_of_it(desk: CaseService) -> None:
    done = import_visit(desk, read_visit_file(fernhollow(), lambda error: error.code))
    assert desk.household(done["household"]).records_of(ChildObservation) == ()


@pytest.mark.parametrize(
    ("one", "told"),
    [
        ({"child": "nobody", "how": "heard"}, "child must be the ref of a person, each once."),
        ({"child": "cai", "how": "fine"}, "how cannot be read."),
        ({"child": "cai", "how": "heard", "due": "soon"}, "due cannot be read."),
        ({"child": "cai", "how": "heard", "said": [{"prompt": "?"}]}, "said cannot be read."),
        ({"child": "cai", "how": "heard", "said": [{"words": "x", "by": "y"}]}, "said: only words,"),
        ({"child": "cai", "how": "heard", "id": "x"}, "only child, how"),
        ({"child": "cai", "amends": "x"}, "only child, how"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_kept(one: dict[str, Any], told: str) -> None:
    found = faults(one)
    assert len(found) == 1
    assert told in found[0]
    assert not any(value in found[0] for value in ("nobody", "fine", "soon"))


def test_a_child_stands_in_it_once() -> None:
    assert faults({"child": "cai", "how": "heard"}, {"child": "cai", "how": "observed"}) == [
        "seen 2: child must be the ref of a person, each once."
    ]
