"""One change draws a page once: counted in the real Flet session, without a browser."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flet as ft
import pytest
from flet.components.component import Renderer

from app.core.controller import AppController, AppState
from app.core.runtime import Runtime
from app.core.state import SaveProgress
from app.features.assess.view import page_index_of
from app.kit.messages import say
from app.shell.lifecycle import app_view
from assessments.engine.form import PageChanged
from tests.app.headless import Headless
from tests.app.test_screens_around import (
    PASSPHRASE,
    TODAY,
    fernhollow,
    open_runtime,
    press,
    set_up,
    unlocked,
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    set_up(opened, fernhollow())
    yield opened
    opened.close()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each component was drawn, by the name of its function."""
    found: Counter[str] = Counter()
    render = Renderer.render

    def counted(self: Renderer, root: Callable[..., Any], *args: Any, **more: Any) -> Any:
        found[root.__name__] += 1
        return render(self, root, *args, **more)

    monkeypatch.setattr(Renderer, "render", counted)
    return found


async def kept(app: Headless, progress: SaveProgress) -> None:
    """Wait until the disk has it and the page says so."""
    deadline = time.monotonic() + 30
    while progress.state != "saved":
        assert time.monotonic() < deadline, progress
        await asyncio.sleep(0.02)
    await app.settle()


async def test_opening_a_household_draws_it_once(runtime: Runtime, drawn: Counter[str]) -> None:
    async with unlocked(runtime) as app:
        drawn.clear()
        await press(app, "Fernhollow", then=say("action.start-tool"))
        assert drawn["household_page"] == 1, drawn


async def test_a_tap_a_letter_and_continue_draw_the_form_once(runtime: Runtime, drawn: Counter[str]) -> None:
    opened: list[AppController] = []

    async def open_page(page: ft.Page) -> None:
        actions = AppController(AppState(), runtime, lambda: TODAY)
        await actions.session.start()
        await actions.session.unlock(PASSPHRASE)
        await actions.start_assessment(actions.model.households[0].persons[0].id, "risk-24")
        opened.append(actions)
        page.render_views(app_view, actions.model, SimpleNamespace(controller=actions, account_recovery=None))

    async with Headless(open_page) as app:
        (actions,) = opened
        progress = actions.model.save_progress
        work = actions.model.open_assessment
        assert work is not None
        await actions.dispatch(PageChanged(page_index_of(work.form, "injury")))
        await app.settle()

        drawn.clear()
        await app.press("Yes")
        await kept(app, progress)
        assert drawn["assessment_page"] == 1, drawn
        assert drawn["_save_status"] > 0

        (field, *_) = app.controls(ft.TextField)
        drawn.clear()
        app.session.apply_patch(field._i, {"value": "a"})
        await app.session.dispatch_event(field._i, "change", "a")
        await kept(app, progress)
        assert drawn["assessment_page"] == 1, drawn

        drawn.clear()
        await app.press(say("action.continue"))
        await kept(app, progress)
        assert drawn["assessment_page"] == 1, drawn
