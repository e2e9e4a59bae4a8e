"""Filling a tool in Chromium: letters go through a real client, and everything is large enough to touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.controller import AppController, AppState
from app.kit.messages import say
from assessments.engine.answers import Answered, VerbatimLine
from tests.app.browser import Browser, Served
from tests.app.visiting import make_runtime, open_visit
from tests.store.made_up import PASSPHRASE

pytestmark = pytest.mark.usefixtures("chromium")

WORDS = "Dw i'n ofni. Żółć. میں ڈرتا ہوں۔ 🐦👧🏽 “said”\nand a second line"


def test_a_childs_words_reach_the_disk_as_they_were_typed(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path / "home")
    opened: list[AppState] = []

    async def begin(model: AppState, actions: AppController) -> None:
        opened.append(model)
        alys = next(person for person in model.households[0].persons if person.name.startswith("Alys"))
        await actions.start_assessment(alys.id, "child-voice-7-11")

    with Served(open_visit(runtime, begin)) as served, Browser(served.url) as app:
        app.check("Nobody")
        app.press(say("action.continue"))
        app.check("Who I am")
        app.press(say("action.continue"))
        app.check("Yes")
        app.press(say("action.continue"))
        app.expect_text("Which day shall we think about?")
        app.press(say("action.continue"))
        app.fill("Exact words", WORDS)
        assert app.page.locator("h1").all_inner_texts() == ["Tell me about waking up."]
        assert app.page.title() == "Wren"
        app.press(say("action.continue"))
        app.expect_text(say("problems.title"))
        app.expect_value("Exact words", WORDS)
        app.check(say("origin.choice.child-said"))
        app.press(say("action.continue"))
        app.expect_text("Tell me about breakfast.")
        app.field("Exact words").focus()
        app.settle()
        assert app.field("Exact words").input_value() == ""
        for node in app.tappables():
            # A row half under the bottom bar is given as its visible half.
            if node["y"] > 110 and node["y"] + node["height"] < 740:
                assert node["name"], node
                assert node["height"] >= 47.5, node
        app.press(say("action.cover"))
        app.expect_text("locked")
        assert app.foreign == []
        assert app.errors == []
    (model,) = opened
    assert model.open_assessment is None
    desk = runtime.unlock(PASSPHRASE)
    (page,) = desk.households()
    kept = desk.resume_assessment(page.assessments[0].id).form.entries["day-wake"]
    assert kept == Answered((VerbatimLine(WORDS, "child-said", "Tell me about waking up."),))
    runtime.close()
