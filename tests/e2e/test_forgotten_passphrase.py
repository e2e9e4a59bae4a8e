"""A forgotten passphrase, as a person meets it: a code is read out, two people agree, nothing is lost.

Real processes and a real browser. One assessment is half finished when the passphrase is forgotten; the
app is killed while the request waits; afterwards the same assessment is finished and sent.

    WREN_PICTURES=docs/screens python -m pytest tests/e2e/test_forgotten_passphrase.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.kit.messages import say
from assessments.definitions import catalogue
from sync.service.recovery.keys import TRAINING_PASSPHRASE
from tests.app.browser import PHONE, WIDE, Browser
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, ROOT, Machine, open_machine

needs_browser = pytest.mark.usefixtures("chromium")
pytestmark = pytest.mark.timeout(600)

Done = subprocess.CompletedProcess[str]

NEW_WORDS = "purple window gravel oak"
OFFICER = "an officer's own passphrase"
WELSH = "Dw i’n cuddio yn y tŷ bach pan fo’r sŵn yn dechrau."
CHILD = "Gethin Fernsby-Demo"
TOOL = "child-voice-7-11"
TALK: dict[str, Any] = {
    "earshot": "nobody",
    "told": ["who-i-am", "can-stop"],
    "child-ok": "yes",
    "ladder-now": 4,
    "seen-alone": "yes",
    "place": "Kitchen",
    "demeanour-during": WELSH,
}


@pytest.fixture
def machine() -> Iterator[Machine]:
    with open_machine(Machine) as made:
        seed = json.loads((ROOT / "app/visit_file/training/fernsby-demo.json").read_text("utf-8"))
        born = date.today().replace(year=date.today().year - 8, day=1)
        seed["household"]["persons"][3]["born"] = born.isoformat()
        seed["assessments"] = []
        made.set_up(seed)
        made.start_service()
        yield made


def run(machine: Machine, *arguments: str, **more: str) -> Done:
    """One `wren recovery` command, with more in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "recovery", *arguments],
        env=machine.environment | more, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def agree(machine: Machine, side: str, officer: str, code: str, *more: str) -> Done:
    (pending,) = machine.wren("recovery", "list", "--data", str(machine.data))
    return run(
        machine, "approve", pending["id"], "--as", side, "--officer", officer, "--code", code,
        "--data", str(machine.data), WREN_PASSPHRASE=TRAINING_PASSPHRASE,
    )  # fmt: skip


def picture(app: Browser, name: str) -> None:
    """For docs/screens, when asked for."""
    folder = os.environ.get("WREN_PICTURES")
    if folder:
        for size, width in ((PHONE, "phone"), (WIDE, "wide")):
            app.page.set_viewport_size({"width": size[0], "height": size[1]})
            app.settle()
            app.shot(Path(folder) / f"recover-{name}-{width}.png")
        app.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        app.settle()


def code_on(app: Browser) -> str:
    found = re.search(re.escape(say("recover.code-said", letters="")) + r"([0-9A-Z, ]+)", app.said())
    assert found is not None
    return found[1].replace(" ", "").replace(",", "-")


def unlock(app: Browser, words: str, then: str) -> None:
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), words)
    app.press_for(say("action.unlock"), then)


def choose_words(app: Browser) -> None:
    app.fill(say("unlock.passphrase"), "short words")
    app.fill(say("set-up.again"), "other words")
    app.press_for(say("recover.save"), say("set-up.problem.passphrase-differs"))
    app.fill(say("set-up.again"), "short words")
    app.press_for(say("recover.save"), say("error.few-words"))
    app.fill(say("unlock.passphrase"), NEW_WORDS)
    app.fill(say("set-up.again"), NEW_WORDS)
    app.press(say("recover.save"))


def until_sent(machine: Machine) -> None:
    for _ in range(60):
        if machine.wren("service", "list", "--data", str(machine.data)):
            return
    raise AssertionError("nothing arrived")


def go_on_to_the_check(app: Browser) -> None:
    """From where Wren opened: the check page that was left, or the first page."""
    for _ in range(100):
        if say("check.title") in app.said() or say("today.go-on") in app.said():
            break
        app.settle()
    if say("check.title") not in app.said():
        app.press(say("today.go-on-with", tool=catalogue.load_tool(TOOL).title), exact=False)
        app.press_for(say("action.continue"), say("check.title"))


@needs_browser
def test_two_people_let_somebody_in_and_the_half_finished_work_is_there(machine: Machine) -> None:
    machine.start_app()
    with Browser(machine.app_url) as app:
        unlock(app, PASSPHRASE, say("today.households"))
        app.press("Fernsby-Demo", exact=False)
        app.press(say("household.start-for", name=CHILD.split()[0]), exact=False)
        app.expect_text(say("pick.title"))
        app.press(say("pick.start", tool=catalogue.load_tool(TOOL).title), exact=False)
        fill(app, TOOL, TALK)
        app.expect_text(say("check.title"))
        app.press(say("action.cover"), exact=False)
        unlock(app, "robin hedge kettle lamp", say("problems.title"))
        picture(app, "unlock")
        app.press_for(say("unlock.passphrase-forgot"), say("recover.how"))
        picture(app, "ask")
        app.press_for(say("recover.ask"), say("recover.agreed-0"))
        code = code_on(app)
        picture(app, "code")
    machine.kill_app()

    wrong = agree(machine, "agency", "officer-1", "0000-0000")
    assert wrong.stderr.strip() == say("error.wrong-code", left=4)
    agreed = agree(machine, "agency", "officer-1", code.lower().replace("-", " "))
    assert agreed.returncode == 0, agreed.stderr
    assert code not in agreed.stdout + agreed.stderr + wrong.stderr
    same = agree(machine, "service", "officer-1", code)
    assert same.stderr.strip() == say("error.same-officer")
    early = run(machine, "finish", WREN_NEW_PASSPHRASE=NEW_WORDS)
    assert early.stderr.strip() == say("recover.agreed-1")

    machine.start_app()
    with Browser(machine.app_url) as app:
        # The request waited, and so did its page.
        app.expect_text(say("recover.agreed-1"))
        assert code_on(app) == code
        picture(app, "one-agreed")
        assert agree(machine, "service", "officer-2", code).returncode == 0
        # Nobody taps: the page looks by itself.
        app.expect_text(say("recover.words-lead"))
        picture(app, "words")
        choose_words(app)
        go_on_to_the_check(app)
        app.press(say("action.finish"))
        app.expect_text(say("finished.title"))
        until_sent(machine)
        app.press_for(say("finished.household"), say("household.children"))
        app.press_for(say("action.cover"), say("unlock.title"))
        unlock(app, PASSPHRASE, say("error.wrong-passphrase"))
        unlock(app, NEW_WORDS, CHILD)
        assert app.foreign == []
        assert app.errors == []

    (row,) = machine.wren("service", "list", "--data", str(machine.data))
    assert row["answers"]["demeanour-during"] == WELSH
    log = machine.wren("recovery", "log", "--data", str(machine.data))
    said = [(line["word"], line["officer"]) for line in log]
    assert said == [
        ("asked", None),
        ("wrong-code", "officer-1"),
        ("agreed", "officer-1"),
        ("agreed", "officer-2"),
        ("finished", None),
    ]


def test_an_agency_that_keeps_its_key_to_itself_and_no_connection_at_all(tmp_path: Path) -> None:
    """Keys by a ceremony, requests and answers as files, the service's process not even running."""
    key, question, answers = tmp_path / "agency.json", tmp_path / "request.txt", []
    with open_machine(Machine) as machine:
        made = run(
            machine, "key", "--agency", "training", "--out", str(key), "--json", WREN_PASSPHRASE=OFFICER
        )
        public = json.loads(made.stdout)["public"]
        data = ("--data", str(machine.data))
        machine.wren("recovery", "admit", "--agency", "training", "--public", public, *data)
        machine.start_service()
        kids = machine.wren("setup", "--url", machine.service_url)["recovery_kids"]
        assert kids[0] == json.loads(made.stdout)["kid"]
        machine.stop_service()
        # The agency's half is nowhere at the service.
        assert not (machine.data / "training-agency-key.json").exists()
        code = machine.wren("recovery", "request", "--out", str(question))["code"]
        for side, officer, words in (("agency", "officer-1", OFFICER), ("service", "officer-2", PASSPHRASE)):
            answers.append(tmp_path / f"{side}.txt")
            done = run(
                machine, "approve", "--as", side, "--officer", officer, "--code", code, "--key", str(key),
                "--request", str(question), "--out", str(answers[-1]), *data, WREN_PASSPHRASE=words,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        one = run(machine, "finish", "--grant", str(answers[0]), WREN_NEW_PASSPHRASE=NEW_WORDS)
        assert one.returncode == 1
        both = ["--grant", str(answers[0]), "--grant", str(answers[1])]
        done = run(machine, "finish", *both, WREN_NEW_PASSPHRASE=NEW_WORDS)
        assert done.returncode == 0, done.stderr
        assert machine.wren("outbox") == []
        again = run(machine, "finish", *both, WREN_NEW_PASSPHRASE="other words than these")
        assert again.returncode == 1


@needs_browser
def test_a_device_that_lost_its_key_is_let_in_by_text(machine: Machine) -> None:
    """No key, so no signature and no line: the request goes out as text, and the answers come back so."""
    for lost in machine.home.glob("device.key"):
        lost.unlink()
    for lost in machine.home.glob("*secret*"):
        lost.unlink()
    machine.start_app()
    question, answers = machine.home.parent / "request.txt", []
    with Browser(machine.app_url) as app:
        app.expect_text(say("recover.title"))
        app.press_for(say("recover.ask"), say("recover.no-key"))
        code = code_on(app)
        picture(app, "by-text")
        shown = run(machine, "request", "--out", str(question), "--json")
        assert json.loads(shown.stdout)["code"] == code
        for side, officer in (("agency", "officer-1"), ("service", "officer-2")):
            answers.append(machine.home.parent / f"{side}.txt")
            done = run(
                machine, "approve", "--as", side, "--officer", officer, "--code", code,
                "--request", str(question), "--out", str(answers[-1]), "--data", str(machine.data),
                WREN_PASSPHRASE=TRAINING_PASSPHRASE,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        app.fill(say("recover.paste"), answers[0].read_text())
        app.press_for(say("recover.use"), say("recover.one-answer"))
        app.fill(say("recover.paste"), "".join(file.read_text() for file in answers))
        app.press_for(say("recover.use"), say("recover.words-lead"))
        choose_words(app)
        app.expect_text(say("today.households"))
        app.expect_text("Fernsby-Demo")
        assert app.errors == []
