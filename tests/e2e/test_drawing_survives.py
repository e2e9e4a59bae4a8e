"""A child draws with a real pointer, the app is killed, and the drawing is there again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.kit.messages import say
from tests.app.browser import Browser
from tests.e2e.paper import Paper, Places
from tests.e2e.running import PASSPHRASE, Machine, open_machine

pytestmark = pytest.mark.usefixtures("chromium")

TOOL = "Rooms and weather"
QUESTION = "Let's draw where you live."
HOUSE: Places = ((0.2, 0.8), (0.2, 0.4), (0.5, 0.2), (0.8, 0.4), (0.8, 0.8), (0.2, 0.8))
LINE: Places = ((0.1, 0.1), (0.9, 0.1))


def family() -> dict[str, object]:
    """A child who is five on whatever day this runs."""
    born = (date.today() - timedelta(days=365 * 5 + 40)).isoformat()
    return {
        "household": {
            "name": "Drawn-Demo",
            "persons": [{"ref": "pip", "name": "Pip Drawn-Demo", "born": born, "roles": ["child"]}],
        },
        "contact": {"on": date.today().isoformat(), "kind": "home-visit", "role": "health-visitor"},
        "assessments": [],
    }


def unlock(app: Browser, then: str) -> None:
    app.expect_text(say("unlock.title"))
    # A fill in the first frames can be mixed up with the field's own focus.
    app.settle()
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), then)


def to_the_paper(app: Browser) -> None:
    unlock(app, say("today.households"))
    app.press("Drawn-Demo", exact=False)
    app.press(say("household.start-for", name="Pip"), exact=False)
    app.expect_text(say("pick.title"))
    app.press(say("pick.start", tool=TOOL), exact=False)
    for words in ("Nobody", "Who I am", "Yes"):
        app.check(words)
        app.press(say("action.continue"))
    app.expect_text(QUESTION)


def test_what_a_child_drew_is_there_after_the_app_was_killed() -> None:
    with open_machine(Machine) as machine:
        machine.set_up(family())
        machine.start_app()
        with Browser(machine.app_url) as app:
            to_the_paper(app)
            paper = Paper(app)
            empty = paper.picture()
            paper.draw(HOUSE)
            with_house = paper.picture_after(empty)
            paper.draw(LINE)
            paper.picture_after(with_house)
            app.press(say("draw.undo"))
            paper = Paper(app)
            paper.expect_picture(with_house)
            app.check(say("draw.stickers"))
            app.check(say("draw.sticker.dog"))
            paper = Paper(app)
            paper.tap(0.5, 0.6)
            drawn = paper.picture_after(with_house)
            assert drawn != empty
            assert app.errors == []
        machine.kill_app()
        machine.start_app()
        with Browser(machine.app_url) as app:
            unlock(app, QUESTION)
            Paper(app).expect_picture(drawn)
            assert app.errors == []
            assert app.foreign == []
