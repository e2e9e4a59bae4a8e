"""Locking loses nothing, shows nothing, and cannot be undone by what was under way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import flet as ft
import pytest

from app.core.autosave import Autosave
from app.core.cases.case_service import CaseService
from app.core.controller import AppController, AppState
from app.core.routes import ROUTES
from app.core.runtime import Runtime
from app.features.start.view import starting_page, store_fault_page
from app.kit.messages import say
from app.shell.lifecycle import app_view as shown_app
from app.shell.lifecycle import make_open_page
from assessments.casework.casework_records import Address
from assessments.store import UnlockedStore
from tests.app.headless import Headless, Node
from tests.app.test_screens_around import (
    PASSPHRASE,
    TODAY,
    asked_all,
    fernhollow,
    open_runtime,
    press,
    set_up,
    unlocked,
    until,
)

NEVER_SEEN = (
    "abuse", "violence", "domestic", "child", "family", "household", "risk", "safeguard", "danger", "victim",
    "perpetrator", "police", "marac", "midwi", "health visitor", "cafcass", "agency", "training", "case",
    "assess", "fernhollow", "cai",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def runtime(folder: Path) -> Iterator[Runtime]:
    opened = open_runtime(folder)
    set_up(opened, fernhollow(**asked_all()))
    yield opened
    opened.close()


async def unlock(app: Headless, *then: str) -> None:
    await until(app, say("unlock.title"))
    await app.type(say("unlock.passphrase"), PASSPHRASE)
    await app.press(say("action.unlock"))
    await until(app, *then)


# Cover


def cover_of(app: Headless) -> Node:
    found = [
        (control, inside)
        for control, inside in app.nodes()
        if isinstance(control, ft.Semantics) and control.label == "Cover"
    ]
    assert len(found) == 1
    return found[0]


async def test_every_page_of_an_open_wren_has_cover_in_the_same_corner(runtime: Runtime) -> None:
    found: list[tuple[AppState, AppController]] = []

    async def open_page(page: ft.Page) -> None:
        model = AppState()
        actions = AppController(model, runtime, lambda: TODAY)
        await actions.session.start()
        await actions.session.unlock(PASSPHRASE)
        found.append((model, actions))
        page.render_views(shown_app, model, _Life(actions))

    async with Headless(open_page) as app:
        model, actions = found[0]
        page = model.households[0]
        record = page.assessments[0].id
        place = Address(id=str(uuid4()), household_id=page.household.id, lines="4 Sample Row")
        assert await actions.save_records(page.household.id, [place])
        await actions.start_assessment(page.persons[0].id, "risk-24")
        assert model.open_assessment is not None
        work, person = model.open_assessment.assessment.id, page.persons[0].id
        about = {"household": page.household.id, "pick": person, "pattern": person}
        about |= dict.fromkeys(("assess", "check", "hand-over", "handed-back"), work)
        about |= {"finished": record, "record": record}
        visit, child = page.contacts[0].id, page.children(TODAY)[0].id
        home = ("event", "milestone", "chronology", "map", "add-person")
        about |= dict.fromkeys(home, page.household.id)
        one = (
            "conduct",
            "person",
            "earlier",
            "change-person",
            "born",
            "tie",
            "add-address",
            "keep-from",
            "link",
        )
        about |= dict.fromkeys(one, person)
        about |= {"address": place.id}
        about |= {"contact": visit, "leave": visit, "seen": f"{visit} {child}", "siblings": page.household.id}
        for name in ROUTES:
            model.record = actions.session.case_service.read_assessment(record)
            actions.open_screen(name, about.get(name, ""))
            await app.settle()
            control, inside = cover_of(app)
            row = next(one for one in inside if isinstance(one, ft.Row))
            # The last thing of the top row, after what takes up the room: nothing can push it about.
            assert row.controls[-1] in (control, *inside), name
            assert row.controls[-2].expand or row.controls[-3].expand, name
            column = inside[inside.index(row) - 2]
            assert isinstance(column, ft.Column)
            assert column.scroll is None, name
            await app.press(say("action.cover"))
            assert model.phase == "locked", name
            await actions.session.unlock(PASSPHRASE)
            await app.settle()
            assert model.screen.name == name
        await actions.session.lock()


class _Life:
    """As much of a page's life as drawing it asks for."""

    def __init__(self, actions: AppController) -> None:
        self.controller = actions


async def test_before_there_is_anything_to_cover_there_is_no_cover(folder: Path) -> None:
    for draw in (starting_page, lambda: store_fault_page("x", lambda: None)):

        async def open_page(page: ft.Page, draw: Callable[[], ft.View] = draw) -> None:
            page.views = [draw()]
            page.update()

        async with Headless(open_page) as app:
            assert say("action.cover") not in app.names()
    runtime = open_runtime(folder)
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("set-up.title"))
        assert say("action.cover") not in app.names()
    runtime.close()


async def test_the_covered_page_could_be_anybodys(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        said = " ".join([*app.texts(), *app.names(), str(app.page.title), app.page.route or ""]).lower()
        assert [word for word in NEVER_SEEN if word in said] == []


# The order of things, and what is under way


async def test_the_page_goes_first_then_the_words_are_kept_then_the_keys_go(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    async with unlocked(runtime) as app:
        await press(app, "Add a household", then=say("add.name"))
        await app.type(say("add.name"), "Samplebrook")

        def noted(kind: type, name: str) -> None:
            real = getattr(kind, name)

            def wrapped(self: Any, *arguments: Any) -> Any:
                order.append(f"{name}, locked page drawn: {app.sees(say('unlock.title'))}")
                return real(self, *arguments)

            monkeypatch.setattr(kind, name, wrapped)

        noted(CaseService, "save_resume_state")
        noted(UnlockedStore, "close")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    assert order[0].startswith("save_resume_state")
    assert order[-1] == "close, locked page drawn: True"
    assert sum(line.startswith("close") for line in order) == 1


async def test_an_unlocking_that_is_still_under_way_does_not_open_behind_the_cover(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived, go_on = threading.Event(), threading.Event()
    opened: list[CaseService] = []
    real = runtime.unlock

    def slow(*words: Any) -> CaseService:
        desk = real(*words)
        opened.append(desk)
        derived.set()
        assert go_on.wait(10)
        return desk

    monkeypatch.setattr(runtime, "unlock", slow)
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        pressing = asyncio.create_task(app.press(say("action.unlock")))
        await asyncio.to_thread(derived.wait, 10)
        await app.session.dispatch_event(app.page._i, "app_lifecycle_state_change", {"state": "hide"})
        go_on.set()
        await pressing
        await app.settle()
        assert app.sees(say("unlock.title"))
        assert not app.sees("Fernhollow")
        assert opened[0]._keys.is_open is False
        await unlock(app, "Fernhollow")


# Coming back


async def test_a_household_half_typed_is_there_after_a_lock(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Add a household", then=say("add.name"))
        await app.type(say("add.name"), "Samplebr")
        await app.type(say("add.person-name"), "Iwan Samp")
        await app.press(say("kin.carer"))
        await app.press(say("action.add-person"))
        await app.scroll(340)
        await app.press(say("action.cover"))
        await unlock(app, "Name of the household")
        assert app.field(say("add.name")).value == "Samplebr"
        assert app.chosen() == ["Carer"]
        assert app.sees("Person 2")
        scrolls = [args for name, args in app.wire.called if name == "scroll_to"]
        assert scrolls[-1]["offset"] == 340


async def test_a_household_half_typed_is_there_after_the_app_was_killed(
    runtime: Runtime, folder: Path
) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Add a household", then=say("add.name"))
        await app.type(say("add.name"), "Samplebr")
        await app.wait_for_autosave()
        # Another process opens what is on the disk at this moment; nothing was locked or closed.
        again = open_runtime(folder)
        async with Headless(make_open_page(again)) as later:
            await unlock(later, "Name of the household")
            assert later.field(say("add.name")).value == "Samplebr"
        again.close()


async def test_what_was_saved_stands_on_no_new_page(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Add a household", then=say("add.name"))
        await app.type(say("add.name"), "Samplebrook")
        await app.type(say("add.person-name"), "Iwan Samplebrook")
        await app.press(say("kin.carer"))
        await app.press("Not known")
        await app.press(say("action.save-household"))
        await until(app, "Samplebrook")
        await app.press(say("action.back"))
        await press(app, "Add a household", then=say("add.name"))
        assert app.field(say("add.name")).value == ""


async def test_half_a_passphrase_is_held_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Any] = []
    monkeypatch.setattr(Autosave, "set_screen_draft", lambda self, screen, plain: held.append(plain))
    runtime = open_runtime(folder)
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("set-up.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press("Midwife")
    assert held[-1]["role"] == "midwife"
    assert "kettle" not in str(held)
    runtime.close()


@pytest.mark.parametrize("harm", ["UPDATE desk_place SET body = zeroblob(300)", "DELETE FROM desk_place"])
async def test_a_lost_place_costs_the_place_and_nothing_else(runtime: Runtime, harm: str) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        with runtime.store._database.write() as driver:
            driver.execute(harm)
        await unlock(app, "Households")


async def test_a_place_about_something_that_is_gone_leads_to_the_first_page(runtime: Runtime) -> None:
    desk = runtime.unlock(PASSPHRASE)
    for trail in ([["household", "gone"]], [["assess", "gone"]], [["somewhere", ""]], [], "garbled"):
        desk.save_resume_state({"trail": trail})
        async with unlocked(runtime) as app:
            assert app.sees(say("today.households"))
    desk.close()
