"""The pages around an assessment, in a real Flet session over a real store in a temporary folder."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import flet as ft
import pytest
import uvicorn

from app.core.cases.submission import SERVICE_SETTING
from app.core.controller import AppController, AppState
from app.core.runtime import Runtime
from app.features.assess.record import record_page
from app.features.assess.tool_picker import describe_not_offered
from app.features.household.draft import HouseholdDraft, NewPersonDraft, validate_household
from app.features.shared.text.days import format_age, format_day
from app.features.today.view import today_page
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from app.visit_file.importer import import_visit, read_visit_file
from assessments.casework.records import Person
from assessments.crypto import sealing
from assessments.definitions import catalogue
from assessments.definitions.suggest import suggest
from assessments.ports import SystemClock
from assessments.store import Store
from sync.device.enrolment import EnrolledService
from sync.envelope import derive_kid
from sync.service.main import create_app
from sync.service.settings import ServiceSettings
from tests.app.browser import Browser, Served
from tests.app.headless import Headless
from tests.store.made_up import CHEAPEST

PASSPHRASE = "kettle-orchard-violet-train"
SAID = "Dw i'n mynd at Nain. Żółw śpi. میں گھر جاتا ہوں 🐢"
TODAY = date.today()


def open_runtime(folder: Path) -> Runtime:
    """A store with the cheapest passphrase that the floors allow."""
    clock = SystemClock()
    return Runtime(Store.open(folder, clock, CHEAPEST), clock, folder / "packs")


def know_a_service(runtime: Runtime, agency: str = "training") -> None:
    """Keep the keys of a service that is never there: everything but sending works."""
    service_key, *recovery = (sealing.make_receive_key()[1] for _ in range(3))
    _, receipt_key = sealing.make_signing_key()
    keys = EnrolledService(
        "http://127.0.0.1:9", agency, derive_kid(service_key), service_key, receipt_key, *recovery
    )
    runtime.store.settings.put(SERVICE_SETTING, json.dumps(keys.to_plain()))


def set_up(runtime: Runtime, *visits: dict[str, Any], agency: str = "training") -> None:
    """A device in use: a passphrase, a known service, and these visits on it."""
    know_a_service(runtime, agency)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    for visit in visits:
        import_visit(desk, read_visit_file(visit, lambda error: error.code))
    desk.close()


def born(**ago: int) -> str:
    return (TODAY - timedelta(**ago)).isoformat()


def fernhollow(**assessment: Any) -> dict[str, Any]:
    """Two siblings of 8 and 10 and their mother; with one assessment, if one is given."""
    return {
        "household": {
            "name": "Fernhollow",
            "persons": [
                {"ref": "mair", "name": "Mair Fernhollow", "born": "1990-09-03", "roles": ["mother"]},
                {"ref": "cai", "name": "Cai Fernhollow", "born": born(days=3700), "roles": ["child"]},
                {"ref": "ela", "name": "Ela Fernhollow", "born": born(days=3000), "roles": ["child"]},
            ],
            "relationships": [
                {"from": "mair", "to": "cai", "kind": "mother"},
                {"from": "mair", "to": "ela", "kind": "mother"},
                {"from": "cai", "to": "ela", "kind": "brother"},
            ],
        },
        "contact": {"on": TODAY.isoformat(), "kind": "home-visit", "role": "health-visitor"},
        "assessments": [assessment] if assessment else [],
    }


RISK_ITEMS = tuple(link_id for scale in catalogue.load_tool("risk-24").scales for link_id in scale.items)


def asked_all(**answers: str) -> dict[str, Any]:
    """Every one of the 24 topics: no, unless it says otherwise."""
    return {
        "tool": "risk-24",
        "subject": "mair",
        "answers": {**dict.fromkeys(RISK_ITEMS, "no"), **answers},
        "context": {},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def runtime(folder: Path) -> Iterator[Runtime]:
    opened = open_runtime(folder)
    yield opened
    opened.close()


@asynccontextmanager
async def unlocked(runtime: Runtime, **more: Any) -> AsyncIterator[Headless]:
    async with Headless(make_open_page(runtime), **more) as app:
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("today.households"), say("today.empty"))
        yield app


async def until(app: Headless, *any_of: str, timeout_s: float = 10.0) -> None:
    """Wait until one of these is on the page."""
    deadline = time.monotonic() + timeout_s
    while not any(app.sees(words) for words in any_of):
        assert time.monotonic() < deadline, f"never seen: {any_of}; there is {app.texts()}"
        await asyncio.sleep(0.02)
    await app.settle()


async def press(app: Headless, start: str, *, then: str) -> None:
    """Tap the thing whose name starts so, and wait for what comes."""
    name = next((name for name in app.names() if name.startswith(start)), start)
    await app.press(name)
    await until(app, then)


def headings(app: Headless) -> list[str]:
    """The h1s of the page."""
    found = []
    for control, _ in app.nodes():
        if isinstance(control, ft.Semantics) and control.heading_level == 1:
            assert isinstance(control.content, ft.Text)
            found.append(control.content.value or "")
    return found


def fields(app: Headless, label: str) -> list[ft.TextField]:
    """Every field with this label, in order."""
    found = []
    for control, inside in app.nodes():
        named = any(isinstance(outer, ft.Semantics) and outer.label == label for outer in inside)
        if isinstance(control, ft.TextField) and named:
            found.append(control)
    return found


# Unlocking and locking


async def test_a_wrong_passphrase_is_told_and_the_cursor_waits_in_an_empty_field(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), "kettle-orchard-violet-trains")
        await app.submit(say("unlock.passphrase"))
        await until(app, say("problems.title"))
        assert app.sees(say("error.wrong-passphrase"))
        field = app.field(say("unlock.passphrase"))
        assert (field.value, field.autofocus, field.password) == ("", True, True)
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.submit(say("unlock.passphrase"))
        await until(app, "Cai Fernhollow")


async def test_an_empty_passphrase_asks_for_one_and_derives_nothing(runtime: Runtime) -> None:
    set_up(runtime)
    async with Headless(make_open_page(runtime)) as app:
        await app.press(say("action.unlock"))
        await until(app, say("problems.title"))
        assert app.sees(say("unlock.passphrase-empty"))


async def test_the_locked_page_says_what_waits_and_nothing_of_anybody(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**asked_all()))
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("outbox.waiting", n=1))
        said = " ".join(app.texts()).lower()
        for word in ("fernhollow", "cai", "child", "household", "abuse", "risk", "safety"):
            assert word not in said
        assert app.page.title == "Wren"
        assert app.page.route == "/"


async def test_deriving_the_key_never_holds_the_loop(runtime: Runtime) -> None:
    set_up(runtime)
    async with Headless(make_open_page(runtime)) as app:
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        longest = 0.0

        async def beat() -> None:
            nonlocal longest
            while True:
                started = time.monotonic()
                await asyncio.sleep(0.005)
                longest = max(longest, time.monotonic() - started)

        beating = asyncio.create_task(beat())
        began = time.monotonic()
        await app.press(say("action.unlock"))
        await until(app, say("today.empty"))
        took = time.monotonic() - began
        beating.cancel()
        assert longest < max(0.1, took / 2)


async def test_cover_blanks_the_page_and_unlocking_comes_back_to_the_same_one(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        assert not app.sees("Fernhollow")
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("action.start-tool"))
        assert headings(app) == ["Fernhollow"]


async def test_a_reload_or_a_closed_tab_locks(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime) as app:
        assert app.sees("Cai Fernhollow")
        await app.leave()
        # This is what the session gives to whoever connects next, before anything is drawn.
        assert app.texts() == []
        await app.session.connect(app.wire)
        await until(app, say("unlock.title"))
        assert not app.sees("Fernhollow")


@pytest.mark.parametrize("state", ["hide", "pause"])
async def test_going_to_the_background_locks(runtime: Runtime, state: str) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime) as app:
        await app.session.dispatch_event(app.page._i, "app_lifecycle_state_change", {"state": state})
        await until(app, say("unlock.title"))


async def test_escape_covers_and_no_other_key_does(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime) as app:
        for key, covered in (("A", False), ("Escape", True)):
            pressed = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
            await app.session.dispatch_event(app.page._i, "keyboard_event", pressed)
            await app.settle()
            assert app.sees(say("unlock.title")) is covered


async def test_two_tabs_share_nothing(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    open_page = make_open_page(runtime)
    async with Headless(open_page) as other:
        await until(other, say("unlock.title"))
        async with Headless(open_page) as mine:
            await until(mine, say("unlock.title"))
            await mine.type(say("unlock.passphrase"), PASSPHRASE)
            await mine.press(say("action.unlock"))
            await until(mine, "Cai Fernhollow")
            await press(mine, "Fernhollow", then=say("action.start-tool"))
            await other.settle()
            assert other.sees(say("unlock.title"))
            assert not other.sees("Fernhollow")
            await other.leave()
            assert mine.sees(say("action.start-tool"))


# Trouble


def damage(folder: Path) -> None:
    """Write over a page in the middle of the database, as a failing disk would."""
    path = folder / "wren.db"
    whole = bytearray(path.read_bytes())
    assert len(whole) > 5 * 4096
    whole[2 * 4096 : 5 * 4096] = b"\x5a" * (3 * 4096)
    path.write_bytes(whole)


async def test_a_damaged_store_is_a_clear_sentence_and_is_left_as_it_is(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow())
    runtime.close()
    damage(folder)
    before = (folder / "wren.db").read_bytes()
    async with Headless(make_open_page(lambda: open_runtime(folder)), calm_expected=True) as app:
        await until(app, say("fault.title"))
        assert app.sees(say("selftest.pages.look"))
        await press(app, say("action.try-again"), then=say("fault.title"))
        assert all("Fernhollow" not in line for line in app.log)
    assert (folder / "wren.db").read_bytes() == before


async def test_a_store_of_a_newer_wren_is_read_and_not_written(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow())
    with runtime.store._database.write() as driver:
        driver.execute("INSERT INTO migration VALUES (1000, 'from-the-future')")
    runtime.close()
    runtime = open_runtime(folder)
    async with unlocked(runtime, calm_expected=True) as app:
        await until(app, "You can read and send")
        await press(app, "Fernhollow", then=say("action.start-tool"))
        assert app.sees("Cai Fernhollow")
    runtime.close()


async def test_what_is_whole_in_a_damaged_store_is_brought_back(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow())
    runtime.close()
    (folder / "wren.db").write_bytes(bytes(100) + (folder / "wren.db").read_bytes()[100:])

    open_page = make_open_page(lambda: open_runtime(folder), salvage=lambda: Runtime.salvage(folder))
    async with Headless(open_page, calm_expected=True) as app:
        await until(app, say("fault.title"))
        await press(app, say("action.mend"), then=say("salvage.title"))
        assert app.sees(say("salvage.households", n=1))
        assert app.sees("People: 3")
        await press(app, say("action.continue"), then=say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "Cai Fernhollow")
        assert not app.sees("something is not right")


async def test_what_is_missing_is_said_until_it_has_been_read(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow())
    with runtime.store._database.write() as driver:
        driver.execute("DELETE FROM person WHERE rowid = 2")
    async with unlocked(runtime) as app:
        await until(app, say("loss.missing", what="People", n=1))
        await app.press(say("action.loss-read"))
        await app.settle()
        assert not app.sees("People missing")
        assert app.sees("Fernhollow")
    runtime.close()


async def test_opening_is_tried_again_and_goes_on(folder: Path) -> None:
    folder.mkdir()
    blocked = folder / "wren.db"
    blocked.mkdir()
    opened: list[Runtime] = []

    def open_it() -> Runtime:
        opened.append(open_runtime(folder))
        return opened[-1]

    async with Headless(make_open_page(open_it), calm_expected=True) as app:
        await until(app, say("fault.title"))
        blocked.rmdir()
        await press(app, say("action.try-again"), then=say("set-up.title"))
    opened[-1].close()


async def test_a_handler_that_breaks_is_told_calmly_and_the_page_stays(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime, calm_expected=True) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await press(app, say("household.start-for", name="Cai"), then=say("pick.title"))
        runtime.close()
        await app.press("Start My day and my wishes")
        await until(app, "Nothing has been deleted", "Your work is kept")
        assert headings(app) == ["Choose a tool"]
        assert all("Fernhollow" not in line for line in app.log)


async def test_a_page_that_cannot_be_drawn_is_calm_and_leads_home(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    model = AppState()
    actions = AppController(model, runtime, lambda: TODAY)
    await actions.session.unlock(PASSPHRASE)
    actions.open_screen("record", "a record that is not here")

    def open_page(page: ft.Page) -> None:
        page.render_views(broken, model)

    @ft.component
    def broken(shown: AppState) -> list[ft.Control]:
        return [
            (record_page if shown.screen.name == "record" else today_page)(
                shown, actions, key=shown.screen.name
            )
        ]

    async with Headless(open_page, calm_expected=True) as app:
        assert headings(app) == ["That did not work"]
        assert app.sees(say("error.not-found"))
        await press(app, say("action.home"), then="Cai Fernhollow")


# Setting up


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """The real service with its own PostgreSQL, on a free port."""
    app = create_app(ServiceSettings(tmp_path / "service"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
        app.state.service.close()


async def test_setting_up_meets_the_service_and_what_is_finished_is_sent_by_itself(
    runtime: Runtime, service: str
) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("set-up.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.type(say("set-up.again"), PASSPHRASE)
        await app.press(say("role.family-court-adviser"))
        await app.type(say("set-up.service"), service)
        await app.press(say("action.set-up"))
        await until(app, say("today.empty"), timeout_s=20)
        assert app.sees(say("app.training"))
        assert app.sees(say("sync.waiting", n=0))
        assert runtime.role("hv1") == "family-court-adviser"
        desk = runtime.unlock(PASSPHRASE)
        import_visit(desk, read_visit_file(fernhollow(**asked_all()), lambda error: error.code))
        runtime.wake()
        await until(app, say("sync.sent"), timeout_s=20)
        await press(app, say("sync.sent"), then="Sent today at")
        assert app.sees("Last sent today at")
        assert say("action.send-now") not in app.names()


@pytest.mark.usefixtures("chromium")
def test_a_reload_in_a_real_browser_shows_nothing_and_unlocks_to_the_same_page(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    with Served(make_open_page(runtime)) as served, Browser(served.url) as app:
        for then in ("Add a household", say("household.start-for", name="Cai")):
            app.expect_text(say("unlock.title"))
            assert "Fernhollow" not in app.said()
            assert app.too_small() == []
            # A fill in the first frames after a reload can be mixed up with the field's own focus.
            app.settle()
            app.fill(say("unlock.passphrase"), PASSPHRASE)
            app.press_for(say("action.unlock"), then)
            assert app.page.title() == "Wren"
            assert app.page.url == f"{served.url}/"
            if then == "Add a household":
                assert app.too_small() == []
                app.press(next(n["name"] for n in app.tappables() if n["name"].startswith("Fernhollow")))
                app.expect_text(say("household.start-for", name="Cai"))
            app.page.reload()
            app.wake()
        app.expect_text(say("unlock.title"))
        assert "Fernhollow" not in app.said()
        assert app.foreign == []
        assert app.errors == []


async def test_setting_up_says_what_is_wanting_and_keeps_what_was_typed(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("set-up.title"))
        assert app.chosen() == []
        await app.type(say("unlock.passphrase"), "too short")
        await app.type(say("set-up.again"), "too short")
        await app.press(say("action.set-up"))
        await until(app, say("problems.title"))
        assert app.sees(say("set-up.problem.role"))
        await app.press("Midwife")
        await app.press(say("action.set-up"))
        await until(app, say("error.few-words"))
        assert app.field(say("unlock.passphrase")).value == "too short"
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.type(say("set-up.again"), PASSPHRASE + "s")
        await app.press(say("action.set-up"))
        await until(app, "The two passphrases are not the same")
        assert app.chosen() == ["Midwife"]
        assert runtime.store.is_set_up() is False


async def test_without_a_service_the_passphrase_stands_and_setting_up_goes_on_later(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("set-up.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.type(say("set-up.again"), PASSPHRASE)
        await app.press("Health visitor")
        await app.press(say("action.set-up"))
        await until(app, "The service cannot be reached")
        await until(app, say("set-up.passphrase-done"))
        await app.leave()
        await app.session.connect(app.wire)
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("set-up.passphrase-done"))


async def test_in_training_the_invented_households_can_be_added(runtime: Runtime) -> None:
    set_up(runtime)
    async with unlocked(runtime) as app:
        assert app.sees(say("app.training"))
        await app.press(say("action.add-training"))
        await until(app, "Samplewood")
        assert say("action.add-training") not in app.names()


async def test_outside_training_there_are_no_invented_households(runtime: Runtime) -> None:
    set_up(runtime, agency="north-county")
    async with unlocked(runtime) as app:
        assert not app.sees("Training")
        assert say("action.add-training") not in app.names()


# Today and the household


async def test_every_child_is_listed_with_what_was_heard_of_that_child_alone(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**day_with("cai")))
    async with unlocked(runtime) as app:
        row = next(name for name in app.names() if name.startswith("Fernhollow"))
        assert row.startswith("Fernhollow. Cai Fernhollow, 10 years. Heard today. ")
        assert row.endswith(" Ela Fernhollow, 8 years. Not yet heard or seen")


async def test_unfinished_work_comes_first_and_is_gone_on_with(runtime: Runtime) -> None:
    unfinished = {"tool": "risk-24", "subject": "mair", "answers": {"injury": "yes"}, "context": {}}
    set_up(runtime, fernhollow(**unfinished))
    async with unlocked(runtime) as app:
        texts = app.texts()
        assert texts.index(say("today.go-on-with", tool="Safety questions, 24")) < texts.index("Fernhollow")
        assert any("Mair Fernhollow. Started today at" in text for text in texts)


async def test_a_household_shows_children_first_each_with_their_own(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**day_with("ela")))
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        texts = app.texts()
        cai, ela, mair = (texts.index(f"{name} Fernhollow") for name in ("Cai", "Ela", "Mair"))
        assert (
            texts.index(say("household.children")) < cai < ela < texts.index(say("household.adults")) < mair
        )
        assert "My day and my wishes" not in texts[cai:ela]
        assert "My day and my wishes" in texts[ela:mair]
        assert "Completed" in texts[ela:mair]
        assert "Mother Mair. Brother of Ela" in texts[cai:ela]
        assert "Mother of Cai and Ela" in texts[mair:]


# Choosing a tool


async def test_tools_for_another_age_stand_apart_and_cannot_be_started(runtime: Runtime) -> None:
    set_up(runtime, fernhollow())
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await press(app, say("household.start-for", name="Cai"), then=say("pick.title"))
        offered = [name for name in app.names() if name.startswith("Start ")]
        assert offered[0] == "Start My day and my wishes", "what is made for this age stands first"
        assert "Start Watching a baby, 0 to 12 months" not in offered
        assert app.sees(
            say("pick.other-age", ages=say("pick.ages-between", low=say("pick.birth"), high="12 months"))
        )
        assert not app.sees("Do not interview")
        await app.press("What it is not for: My day and my wishes")
        assert app.sees("Do not interview")


def test_a_tool_for_other_work_says_for_whose() -> None:
    found = suggest(born=date(1990, 9, 3), on=TODAY, role="police-officer")
    said = describe_not_offered(next(one for one in found if one.tool == "risk-24"))
    assert said == "For health visitors, midwives, family court advisers."


async def test_without_a_date_of_birth_the_tools_are_offered_with_a_word(runtime: Runtime) -> None:
    visit = fernhollow()
    visit["household"]["persons"][1]["born"] = None
    set_up(runtime, visit)
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("age.unknown"))
        await press(app, say("household.start-for", name="Cai"), then=say("pick.title"))
        assert app.sees("The date of birth is not known. Check that the tool fits")
        offered = [name for name in app.names() if name.startswith("Start ")]
        assert {"Start My day and my wishes", "Start Watching a baby, 0 to 12 months"} <= set(offered)


# Reading a record, and what waits


def day_with(ref: str) -> dict[str, Any]:
    """A talk with a child, with exact words in four scripts."""
    return {"tool": "child-voice-7-11", "subject": ref, "answers": TALK, "context": {}}


TALK: dict[str, Any] = {
    "earshot": "nobody",
    "screen-safe": "yes",
    "told": ["who-i-am", "can-stop"],
    "child-ok": "yes",
    "ladder-now": 7,
    "people-map": [{"who": "Nain", "place": "can-tell"}, {"who": "Mrs Test", "place": "can-tell"}],
    "starter-at-night": [{"words": SAID, "origin": "child-said", "prompt": "And then?"}],
    "wish": {"not_answered": "child-pass"},
    "seen-alone": "yes",
    "demeanour-during": "Quiet at first, then drew a tortoise.",
}


async def test_a_record_is_read_in_words_with_its_result_and_how_sending_stands(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**asked_all(injury="yes", strangulation="yes", weapon="unknown")))
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await press(app, "Safety questions, 24", then=say("record.result"))
        assert app.sees("Waiting to send.")
        assert app.sees("Mair Fernhollow, 36 years") or app.sees("Mair Fernhollow")
        assert app.sees("Pressure on the neck or stopped breath.")
        assert app.sees("23 of 24 answered, 1 not known")
        assert "Not known" in app.texts()
        assert app.controls(ft.TextField) == []
        assert not any(name.startswith("Change") for name in app.names())
        assert app.chosen() == []


async def test_exact_words_come_back_in_quotation_marks_with_their_origin(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**day_with("cai")))
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await press(app, "My day and my wishes", then=say("record.title"))
        texts = app.texts()
        assert texts[texts.index(f"“{SAID}”") + 1] == "The child said it. Asked just before: And then?"
        assert any("Nain, Mrs Test" in text for text in app.texts())
        assert app.sees("7 of 10")
        assert app.sees("Not now")


async def test_the_outbox_says_what_waits_calmly_and_lets_it_be_read(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**asked_all()))
    async with unlocked(runtime) as app:
        pill = next(name for name in app.names() if "waiting" in name)
        await app.press(pill)
        await until(app, say("outbox.title"))
        assert app.sees("1 record waiting to send.")
        assert app.sees("What waits is locked and safe on this device.")
        assert app.sees("Safety questions, 24: Mair Fernhollow")
        assert "Send this one again: Safety questions, 24: Mair Fernhollow" not in app.names()
        await press(app, "Read Safety questions, 24", then=say("record.result"))
        await app.press(say("action.back"))
        await until(app, "What waits is locked")


async def test_what_was_set_aside_says_why_and_can_be_sent_again(runtime: Runtime) -> None:
    set_up(runtime, fernhollow(**asked_all()))
    entry = runtime.store.outbox.entries()[0]
    runtime.store.outbox.set_aside(entry.id, "damaged")
    async with unlocked(runtime) as app:
        await press(app, say("sync.help", n=1), then=say("outbox.title"))
        assert app.sees(say("sync.help", n=1))
        assert app.sees("What is kept here is damaged and cannot be sent.")
        await app.press("Send this one again: Safety questions, 24: Mair Fernhollow")
        await until(app, say("outbox.entry-waiting"))
        assert runtime.store.outbox.entries()[0].state == "waiting"


# Adding a household


async def test_a_household_is_added_and_its_page_opens(runtime: Runtime) -> None:
    set_up(runtime)
    async with unlocked(runtime) as app:
        await app.press("Add a household")
        await until(app, say("add.name"))
        await app.press(say("action.save-household"))
        await until(app, say("problems.title"))
        assert app.sees(say("add.problem.role", n=1))
        await app.type(say("add.name"), "Thistlemoor")
        await app.type(say("add.person-name"), "Bryn Thistlemoor")
        await app.press("Child")
        await app.type(say("add.born"), "27 3 2019")
        await app.press(say("action.add-person"))
        second = fields(app, "Name")[1]
        app.session.apply_patch(second._i, {"value": "Łucja Thistlemoor"})
        await app.session.dispatch_event(second._i, "change", "Łucja Thistlemoor")
        await app.press(say("kin.mother"), nth=1)
        await app.press("Not known", nth=1)
        assert [field.value for field in fields(app, "Name")] == ["Bryn Thistlemoor", "Łucja Thistlemoor"]
        await app.press(say("action.save-household"))
        await until(app, say("action.start-tool"))
        assert headings(app) == ["Thistlemoor"]
        texts = app.texts()
        assert (
            texts.index("Bryn Thistlemoor")
            < texts.index(say("household.adults"))
            < texts.index("Łucja Thistlemoor")
        )
        assert app.sees(say("age.unknown"))
        await app.press(say("action.back"))
        await until(app, say("today.households"))
        assert app.sees("Thistlemoor")


def test_what_is_wanting_of_a_new_household_is_named_by_place() -> None:
    def wanting(one: NewPersonDraft, name: str = "Thistlemoor") -> list[str]:
        return list(validate_household(HouseholdDraft(name, (one,)), TODAY))

    ahead = (TODAY + timedelta(days=40)).strftime("%d %m %Y")
    assert wanting(NewPersonDraft("1", "Bryn", "child", "31 2 2019")) == ["born-1"]
    assert wanting(NewPersonDraft("1", "Bryn", "child", ahead)) == ["born-1"]
    assert wanting(NewPersonDraft("1", "Baby", "unborn", ahead)) == []
    assert wanting(NewPersonDraft("1", "Bryn", "child", "", unknown=True)) == []
    assert wanting(NewPersonDraft("1", "x" * 201, "child", unknown=True), "x" * 201) == ["name", "name-1"]


# Words


@pytest.mark.parametrize(
    ("born_on", "said"),
    [
        (date(2026, 3, 1), "3 days"),
        (date(2026, 1, 12), "7 weeks"),
        (date(2025, 9, 5), "25 weeks"),
        (date(2025, 9, 4), "6 months"),
        (date(2024, 3, 5), "23 months"),
        (date(2024, 3, 4), "2 years"),
        (date(2018, 1, 24), "8 years"),
        (date(2026, 6, 14), "Not yet born. Due 14 June"),
        (None, "Date of birth not known"),
    ],
)
def test_ages_are_said_as_the_nhs_does(born_on: date | None, said: str) -> None:
    person = Person(id="p", household_id="h", name="Bryn", born=born_on)
    assert format_age(person, date(2026, 3, 4)) == said


def test_days_near_by_have_names() -> None:
    on = date(2026, 3, 4)
    assert [format_day(date(2026, 3, day), on) for day in (4, 3, 1)] == ["today", "yesterday", "1 March"]
    assert format_day(date(2025, 12, 31), on) == "31 December 2025"
