"""A child draws with a real pointer, the app is killed, and the drawing is there again."""

from __future__ import annotations

from pathlib import Path

from app.messages import say
from tests.app.browser import Browser
from tests.e2e.running import PASSPHRASE, Machine

TOOL = "Rooms and weather"
QUESTION = "Let's draw where you live."
Places = tuple[tuple[float, float], ...]
HOUSE: Places = ((0.2, 0.8), (0.2, 0.4), (0.5, 0.2), (0.8, 0.4), (0.8, 0.8), (0.2, 0.8))
LINE: Places = ((0.1, 0.1), (0.9, 0.1))


class Paper:
    """The paper on the page, by the place that a screen reader is given."""

    def __init__(self, app: Browser) -> None:
        self.app = app
        app.look_for(app.page.get_by_role("img", name=say("draw.paper"), exact=True))
        app.scroll(180)
        app.page.wait_for_timeout(600)
        box = app.page.get_by_role("img", name=say("draw.paper"), exact=True).bounding_box()
        assert box is not None
        self.box = box

    def _at(self, across: float, down: float) -> tuple[float, float]:
        box = self.box
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def draw(self, places: Places) -> None:
        mouse = self.app.page.mouse
        mouse.move(*self._at(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self._at(*place), steps=12)
            self.app.page.wait_for_timeout(40)
        mouse.up()
        self.app.page.wait_for_timeout(400)

    def tap(self, across: float, down: float) -> None:
        self.app.page.mouse.click(*self._at(across, down))
        self.app.page.wait_for_timeout(400)

    def picture(self) -> bytes:
        """What is painted on the paper, without its edge."""
        self.app.page.mouse.move(5, 5)
        self.app.page.wait_for_timeout(500)
        box = self.box
        inside = {"x": box["x"] + 8, "y": box["y"] + 8, "width": box["width"] - 16, "height": 330}
        return self.app.page.screenshot(clip=inside)  # type: ignore[arg-type]  # a rectangle


def unlock(app: Browser, then: str) -> None:
    app.expect_text(say("unlock.title"))
    # A fill in the first frames can be mixed up with the field's own focus.
    app.page.wait_for_timeout(1000)
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), then)


def to_the_paper(app: Browser) -> None:
    unlock(app, say("action.add-training"))
    app.press(say("action.add-training"))
    app.press("Fernsby-Demo", exact=False)
    app.expect_text(say("household.children"))
    app.press(say("household.start-for", name="Gethin"), exact=False)
    app.expect_text(say("pick.title"))
    app.press(say("pick.start", tool=TOOL), exact=False)
    for words in ("Nobody", "Who I am", "Yes"):
        app.check(words)
        app.press(say("action.continue"))
    app.expect_text(QUESTION)


def test_what_a_child_drew_is_there_after_the_app_was_killed(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    try:
        machine.start_service()
        machine.wren("setup", "--url", machine.service_url)
        machine.start_app()
        with Browser(machine.app_url) as app:
            to_the_paper(app)
            paper = Paper(app)
            empty = paper.picture()
            paper.draw(HOUSE)
            with_house = paper.picture()
            assert with_house != empty
            paper.draw(LINE)
            assert paper.picture() != with_house
            app.press(say("draw.undo"))
            paper = Paper(app)
            assert paper.picture() == with_house
            app.check(say("draw.stickers"))
            app.check(say("draw.sticker.dog"))
            paper = Paper(app)
            paper.tap(0.5, 0.6)
            drawn = paper.picture()
            assert drawn not in (with_house, empty)
            assert app.errors == []
        machine.kill_app()
        machine.start_app()
        with Browser(machine.app_url) as app:
            unlock(app, QUESTION)
            assert Paper(app).picture() == drawn
            assert app.errors == []
            assert app.foreign == []
    finally:
        machine.stop()
