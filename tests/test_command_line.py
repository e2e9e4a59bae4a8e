"""The `wren` command as a stranger or a program would use it: real parts, real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.kit.messages import say
from assessments.definitions import catalogue

ROOT = Path(__file__).parent.parent
TOPICS = catalogue.load_tool("risk-24").scales[0].items
PASSPHRASE = "robin hedge kettle lantern"


def wren(
    *arguments: str, home: Path | None = None, passphrase: str = PASSPHRASE
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if home is not None:
        environment |= {"WREN_HOME": str(home), "WREN_PASSPHRASE": passphrase}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip


def json_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answered(tmp_path: Path, **content: Any) -> dict[str, Any]:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    found: dict[str, Any] = json_of(wren("tools", "answer", "risk-24", str(file), "--json"))
    return found


def test_tools_are_listed_and_shown() -> None:
    listed = json_of(wren("tools", "list", "--json"))
    assert {"risk-24", "child-voice-7-11", "observation-0-12m"} <= {tool["id"] for tool in listed}
    shown = json_of(wren("tools", "show", "risk-24", "--json"))
    assert shown["does_not_mean"]
    assert "Source" not in wren("tools", "show", "risk-24").stderr


def test_all_that_is_shipped_checks_green() -> None:
    assert json_of(wren("tools", "check", "--json"))["faults"] == []


def test_an_unknown_tool_is_a_sentence_and_not_a_traceback() -> None:
    done = wren("tools", "show", "no-such-tool")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_form_is_answered_headless(tmp_path: Path) -> None:
    yes = TOPICS[:14]
    found = answered(
        tmp_path,
        answers={topic: "yes" if topic in yes else "no" for topic in TOPICS},
        context={"on": "2026-03-31", "events": [], "last_marac_referral": None, "judgement": None},
    )
    assert found["status"] == "completed"
    assert found["missing"] == []
    assert found["band"] == "high"
    assert found["scales"][0] | {"declined": 0} == {
        "id": "yes-count", "value": 14, "answered": 24, "unknown": 0, "declined": 0, "not_asked": 0,
        "not_applicable": 0, "not_reached": 0, "of": 24,
    }  # fmt: skip
    routes = {route["id"]: route for route in found["routes"]}
    assert set(routes) == {
        "visible-high-risk", "professional-judgement", "escalation", "repeat", "danger-indicators",
    }  # fmt: skip
    assert routes["visible-high-risk"]["met"]
    assert found["grade"]["value"] == "high"
    assert all(reason for route in found["routes"] if route["met"] for reason in route["reasons"])


def test_blank_unknown_and_not_asked_stay_apart(tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "injury": "unknown",
        "money": {"not_answered": "not-asked", "reason": "not-safe"},
    }
    found = answered(tmp_path, answers=answers, context={"on": "2026-03-31"})
    scale = found["scales"][0]
    assert (scale["value"], scale["unknown"], scale["not_asked"], scale["not_reached"]) == (0, 1, 1, 22)
    assert found["status"] == "in-progress"
    assert len(found["missing"]) == 22


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"answers": {"no-such": "yes"}}', '"no-such": no such item'),
        ('{"answers": {"injury": 3}}', '"injury": the value has the wrong shape'),
        ('{"answers": {"injury": {"not_answered": "asleep"}}}', "not_answered must be one of"),
        ('{"answers": {}, "context": {"on": "yesterday"}}', "on: write each date"),
        ('{"answers": {}, "context": {"events": "often"}}', "events must be a list"),
        ('{"answers": {}, "context": {"judgement": 3}}', "judgement must be an object"),
        ('["answers"]', "must hold one JSON object"),
        ("{", "is not JSON"),
    ],
)
def test_bad_input_is_a_sentence_that_names_the_place(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content, encoding="utf-8")
    done = wren("tools", "answer", "risk-24", str(file))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_said_is_never_echoed(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"answers": {"injury": {"words": "PLANTED-SENTENCE"}}}', encoding="utf-8")
    done = wren("tools", "answer", "risk-24", str(file))
    assert done.returncode == 1
    assert "PLANTED" not in done.stdout + done.stderr


def test_without_set_up_or_passphrase_there_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "visit.json"
    file.write_text(json.dumps(a_visit()), encoding="utf-8")
    assert wren("visit", str(file), home=tmp_path / "home").stderr.strip() == say("cli.not-set-up")
    assert json_of(wren("outbox", "--json", home=tmp_path / "home")) == []


def test_a_bad_visit_is_told_all_its_faults_and_keeps_nothing(tmp_path: Path) -> None:
    bad = a_visit()
    bad["contact"]["role"] = "plumber"
    bad["assessments"][0]["subject"] = "nobody"
    bad["assessments"][0]["answers"]["injury"] = 3
    bad["household"]["persons"][0]["age"] = 9
    file = tmp_path / "visit.json"
    file.write_text(json.dumps(bad), encoding="utf-8")
    done = wren("visit", str(file), home=tmp_path / "home")
    assert done.returncode == 1
    for words in (
        "role must be one of",
        "no person has the ref that subject names",
        '"injury"',
        "person 1: only",
    ):
        assert words in done.stderr
    assert "Nothing was kept" in done.stderr


def a_visit() -> dict[str, Any]:
    return {
        "household": {
            "name": "Samplewood",
            "persons": [
                {"ref": "m", "name": "Ifeoma Samplewood", "born": "1998-06-14", "roles": ["mother"]},
                {"ref": "o", "name": "Otis Samplewood", "born": "2017-09-30", "roles": ["child"]},
            ],
            "relationships": [{"from": "m", "to": "o", "kind": "mother"}],
        },
        "contact": {"on": "2026-03-05", "kind": "home-visit", "role": "HV"},
        "assessments": [
            {
                "tool": "risk-24",
                "subject": "m",
                "answers": {"injury": "yes", "injury.detail": "Złoty, ŵy, اردو 🙂"}
                | {topic: "no" for topic in TOPICS if topic != "injury"},
                "context": {},
            }
        ],
    }
