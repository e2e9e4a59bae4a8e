"""One visit with no signal, then signal: the whole of Wren, as a person meets it.

Real processes and a real browser of the size of a phone. The service is down while three records
are made; the app is killed without warning; everything is there when it opens again; the service
comes back and all arrives, to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.kit.messages import say
from assessments.definitions import catalogue
from tests.app.browser import Browser
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, Machine, open_machine

pytestmark = [
    pytest.mark.usefixtures("chromium"),
    pytest.mark.timeout(600),
]

TODAY = date.today()
MOTHER, FIRST, SECOND = "Siân Fernsby-Demo", "Zofia Fernsby-Demo", "Gethin Fernsby-Demo"
TOPICS = catalogue.load_tool("risk-24").scales[0].items

WELSH = "Dw i’n cuddio yn y tŷ bach pan fo’r sŵn yn dechrau. Ŵyn, ŷd, ïe!"
POLISH = "Powiedziała: „Zażółć gęślą jaźń, boję się wracać”."
URDU = "اس نے کہا: مجھے ڈر لگتا ہے، میں گھر نہیں جانا چاہتی۔"
EMOJI = "I feel 😟 then 🙂 and 👩‍👧‍👦"

RISK: dict[str, Any] = dict.fromkeys(TOPICS, "no") | {
    "injury": "yes",
    "injury.detail": POLISH,
    "money": "yes",
    "money.detail": URDU,
}


def talk(place: str, words: str, rung: int) -> dict[str, Any]:
    return {
        "earshot": "nobody",
        "earshot-who": "",
        "told": ["who-i-am", "can-stop"],
        "child-ok": "yes",
        "ladder-now": rung,
        "seen-alone": "yes",
        "place": place,
        "demeanour-during": words,
    }


FIRST_TALK = talk("Kitchen " + EMOJI, WELSH, 2)
# Small letters stay small: nothing that is typed is made right.
SECOND_TALK = talk("garden", "quiet. drew a dog. " + EMOJI, 8)


@pytest.fixture
def machine() -> Iterator[Machine]:
    with open_machine(Machine) as made:
        seed = json.loads(
            (Path(__file__).parents[2] / "app/visit_file/training/fernsby-demo.json").read_text("utf-8")
        )
        # Ages that fit the tool on whatever day this runs, and a contact of another day.
        seed["household"]["persons"][2]["born"] = TODAY.replace(year=TODAY.year - 10, day=1).isoformat()
        seed["household"]["persons"][3]["born"] = TODAY.replace(year=TODAY.year - 8, day=1).isoformat()
        made.set_up(seed)
        yield made


def unlock(app: Browser, left_at: str = "today.households") -> None:
    """Unlock, and come back to where the person left off."""
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), say(left_at))


def start(app: Browser, person: str, tool: str) -> None:
    title = catalogue.load_tool(tool).title
    app.press(say("household.start-for", name=person.split()[0]), exact=False)
    app.expect_text(say("pick.title"))
    app.press(say("pick.start", tool=title), exact=False)


def finish(app: Browser) -> None:
    app.expect_text(say("check.title"))
    app.press(say("action.finish"))
    app.expect_text(say("finished.title"))
    app.press(say("finished.household"))


def test_a_visit_offline_killed_reopened_and_sent(machine: Machine) -> None:
    machine.start_app()
    with Browser(machine.app_url) as app:
        unlock(app)
        app.press("Fernsby-Demo", exact=False)
        start(app, MOTHER, "risk-24")
        expected = fill(app, "risk-24", RISK)
        assert expected.can_complete
        finish(app)
        start(app, FIRST, "child-voice-7-11")
        fill(app, "child-voice-7-11", FIRST_TALK)
        finish(app)
        start(app, SECOND, "child-voice-7-11")
        # The second child's form starts empty: nothing of the first stands in it.
        app.expect_text(catalogue.load_tool("child-voice-7-11").items[0].text)
        assert 'aria-checked="true"' not in app.page.content()
        assert EMOJI not in app.said()
        fill(app, "child-voice-7-11", SECOND_TALK)
        finish(app)
        app.press_for(say("sync.offline-waiting", n=3), say("outbox.waiting", n=3))
        assert app.foreign == []
        assert app.errors == []
    assert [entry["state"] for entry in machine.wren("outbox")] == ["waiting"] * 3

    machine.kill_app()
    machine.start_app()
    with Browser(machine.app_url) as app:
        unlock(app, left_at="outbox.title")
        app.press(say("action.back"))
        app.expect_text(FIRST)
        app.expect_text(SECOND)
        app.press_for(say("sync.offline-waiting", n=3), say("outbox.waiting", n=3))
        machine.start_service()
        app.press(say("action.send-now"))
        app.expect_text(say("sync.sent"), timeout_ms=60_000)
        assert app.foreign == []

    entries = machine.wren("outbox")
    assert [entry["state"] for entry in entries] == ["sent"] * 3
    arrived = {row["id"]: row for row in machine.wren("service", "list", "--data", str(machine.data))}
    assert set(arrived) == {entry["id"] for entry in entries}
    assert {row["state"] for row in arrived.values()} == {"opened"}
    by_subject = {row["subject"]: row for row in arrived.values()}
    assert set(by_subject) == {MOTHER, FIRST, SECOND}
    assert by_subject[MOTHER]["answers"]["injury.detail"] == POLISH
    assert by_subject[MOTHER]["answers"]["money.detail"] == URDU
    for name, answers in ((FIRST, FIRST_TALK), (SECOND, SECOND_TALK)):
        for link_id, value in answers.items():
            if value != "":
                assert by_subject[name]["answers"][link_id] == value
    for row in arrived.values():
        here = machine.wren("show", row["id"])
        assert row["answers"] == here["answers"]
