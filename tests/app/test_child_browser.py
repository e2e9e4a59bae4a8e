"""A child's turn in a real browser: back, other addresses and sizes, a reload, and a finger that drags."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error

from app.features.child.activities.placement_views import MAP_SIZE, default_spot
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from assessments.definitions import catalogue
from tests.app.browser import PHONE, Browser, Served
from tests.app.child_device import MIDDLE, YOUNG, hand_over, made_up

pytestmark = pytest.mark.usefixtures("chromium")

ADULTS = (
    YOUNG.split()[0],
    MIDDLE.split()[0],
    "Thistlecombe",
    say("action.cover"),
    say("action.add-household"),
)


def safe(app: Browser) -> None:
    """Nothing of an adult's is on the page, once it has had the time to come."""
    app.settle()
    heard = app.said()
    assert not [words for words in ADULTS if words in heard], heard


def test_no_way_of_the_browsers_leads_out_of_a_childs_page(tmp_path: Path) -> None:
    runtime = made_up(tmp_path / "home")
    with Served(make_open_page(runtime)) as served, Browser(served.url, size=PHONE) as app:
        hand_over(app, runtime, YOUNG, "faces")
        safe(app)
        question = catalogue.load_tool("child-voice-4-7").index["face-home"].text
        app.press_for(say("child.start"), question)
        app.check("Sad")
        for width, height in ((844, 390), (320, 640), PHONE):
            app.page.set_viewport_size({"width": width, "height": height})
            safe(app)
            app.expect_text(question)
        for address in ("#/today", "#/household/1"):
            app.page.evaluate(f"location.hash = '{address}'")
            safe(app)
        app.page.evaluate(
            "history.pushState({}, '', '/record'); dispatchEvent(new PopStateEvent('popstate'))"
        )
        safe(app)
        for _ in range(4):
            app.page.evaluate("setTimeout(() => history.back(), 0)")
            with suppress(Error):  # the page itself may be left
                app.wait_frames(10)
            app.page.wait_for_load_state()
            if not app.page.url.startswith(app.url):
                # Out of Wren altogether: coming back is a reload.
                app.page.go_forward()
                app.wake()
            safe(app)
        app.page.keyboard.press("Escape")
        safe(app)
        app.page.goto(app.url + "/today")
        app.wake()
        app.expect_text(say("unlock.title"))
        safe(app)
        app.page.reload()
        app.wake()
        app.expect_text(say("unlock.title"))
        safe(app)
    runtime.close()


def test_a_name_can_be_dragged_to_another_ring_with_a_finger(tmp_path: Path) -> None:
    runtime = made_up(tmp_path / "home")
    with Served(make_open_page(runtime)) as served, Browser(served.url, size=PHONE) as app:
        tool = catalogue.load_tool("child-voice-7-11")
        hand_over(app, runtime, MIDDLE, "people")
        app.press_for(say("child.start"), tool.index["people-map"].text)
        app.fill(say("child.rings.name"), "Nan")
        app.press("Not sure", role="checkbox")
        app.expect_text(say("people.move", who="Nan"))
        app.scroll(-5000)
        first = app.page.get_by_role("heading", name="I can tell them").bounding_box()
        assert first is not None
        # The map stands above its list; its middle is in the middle of the page.
        middle = (PHONE[0] / 2, first["y"] - 18 - MAP_SIZE / 2)
        spot = [middle[axis] + at * MAP_SIZE / 200 for axis, at in enumerate(default_spot(2, 4, 0))]
        app.page.mouse.move(*spot)
        app.page.mouse.down()
        for step in range(1, 11):
            app.page.mouse.move(*(spot[axis] + (middle[axis] - spot[axis]) * step / 11 for axis in (0, 1)))
            app.wait_frames(2)
        app.page.mouse.up()
        app.expect_text("I can tell them\n\nNan")
    runtime.close()
