"""An address that is hidden, in a real browser: what a finger and a screen reader get."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from tests.app.browser import Browser, Served
from tests.app.test_people_screens import HIDDEN, seed
from tests.app.test_screens_around import PASSPHRASE, open_runtime, set_up

pytestmark = pytest.mark.usefixtures("chromium")


def test_a_finger_that_holds_the_address_down_shows_it_and_it_goes_by_itself(tmp_path: Path) -> None:
    runtime = open_runtime(tmp_path / "home")
    set_up(runtime, seed("foxglove-demo"))
    try:
        with Served(make_open_page(runtime)) as served, Browser(served.url) as app:
            app.fill(say("unlock.passphrase"), PASSPHRASE)
            app.press(say("action.unlock"))
            app.expect_text("Inkwell-Specimen")
            app.press("Foxglove-Demo.", exact=False)
            app.expect_text(say("household.children"))
            app.press(say("person.open-name", name="Neo Foxglove-Demo"))
            app.expect_text(say("address.title"))
            hidden = app.page.get_by_role("button", name=say("address.hidden"), exact=False).first
            app.look_for(hidden)
            box = hidden.bounding_box()
            assert box is not None
            # What is below the screen is in the page as well, where no finger reaches it.
            app.scroll(int(box["y"]) - 400)
            app.settle()
            box = hidden.bounding_box()
            assert box is not None
            assert 0 < box["y"] < 700
            assert HIDDEN not in app.page.content()
            app.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            app.page.mouse.down()
            shown = app.page.get_by_role("button", name=HIDDEN, exact=False)
            shown.wait_for(state="attached", timeout=30_000)
            app.page.mouse.up()
            shown.wait_for(state="detached", timeout=30_000)
            assert HIDDEN not in app.page.content()
    finally:
        runtime.close()
