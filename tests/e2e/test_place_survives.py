"""Half a word on any page is there after the phone was dropped: real processes, a real browser."""

from __future__ import annotations

import pytest

from app.core.write_queue import DEBOUNCE_MAX_S, DEBOUNCE_S
from app.kit.messages import say
from tests.app.browser import Browser
from tests.e2e.running import PASSPHRASE, Machine, open_machine

pytestmark = pytest.mark.usefixtures("chromium")


def unlock(app: Browser, then: str) -> None:
    app.expect_text(say("unlock.title"))
    # A fill in the first frames can be mixed up with the field's own focus.
    app.settle()
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), then)


def letters(app: Browser, label: str) -> str:
    """What stands in a field: the browser is only told once the cursor is there."""
    field = app.field(label)
    field.focus()
    app.settle()
    return field.input_value()


def top_of(app: Browser, name: str) -> float:
    return float(next(node["y"] for node in app.tappables() if node["name"] == name))


def test_half_a_name_is_there_after_cover_and_after_a_kill() -> None:
    with open_machine(Machine) as machine:
        machine.set_up()
        machine.start_app()
        with Browser(machine.app_url) as app:
            unlock(app, say("action.add-household"))
            app.press(say("action.add-household"))
            app.expect_text(say("add.title"))
            app.fill(say("add.name"), "Samplebr")
            app.fill(say("add.person-name"), "Iwan Sam")
            app.check(say("kin.carer"))
            app.scroll(220)
            app.settle()
            was = top_of(app, say("add.person-name"))
            app.page.keyboard.press("Escape")
            app.expect_text(say("unlock.title"))
            assert "Samplebr" not in app.said()
            unlock(app, say("add.title"))
            app.settle()
            assert abs(top_of(app, say("add.person-name")) - was) <= 1
            assert letters(app, say("add.person-name")) == "Iwan Sam"
            app.fill(say("add.person-name"), "Iwan Samplebr")
            app.page.wait_for_timeout((DEBOUNCE_S + DEBOUNCE_MAX_S) * 1000)
        machine.kill_app()
        machine.start_app()
        with Browser(machine.app_url) as app:
            unlock(app, say("add.title"))
            app.settle()
            chosen = app.page.get_by_role("checkbox", name=say("kin.carer"), exact=True)
            assert chosen.get_attribute("aria-checked") == "true"
            assert letters(app, say("add.name")) == "Samplebr"
            assert letters(app, say("add.person-name")) == "Iwan Samplebr"
