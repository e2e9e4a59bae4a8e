"""The real app in a real browser: a planted visit, killed half-way, finished, sent; then every file is read.

Read are the data folder, the home and temporary folders of the processes, all that they printed, and
the browser's whole profile (storage, databases, cache, sessions), while all is running and after. Not
read are the memory of the processes and the pixels on the screen.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Playwright

from app.kit.messages import say
from assessments.definitions import catalogue
from tests.app.browser import FLAGS, PHONE, Browser
from tests.browser_here import find_browser
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, Machine, open_machine
from tests.leaks.planted import ACCENTS, BORN, MARK, Planter
from tests.leaks.scan import files, leaks

pytestmark = [
    pytest.mark.usefixtures("chromium"),
    pytest.mark.timeout(600),
]

WORDS = (MARK, ACCENTS, BORN, "1979-11-06", PASSPHRASE)
TODAY = date.today()
TOOL = catalogue.load_tool("child-voice-7-11")
FIRST_RING = TOOL.index["people-map"].options[0].code
CHILD = f"{MARK}child {ACCENTS}"


class Watched(Machine):
    """A machine whose processes have a home and a temporary folder that nobody else writes to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.own, self.temporary, self.profile = (folder / name for name in ("own", "temporary", "profile"))
        self.own.mkdir()
        self.temporary.mkdir(mode=0o777)
        self.temporary.chmod(0o777)

    @property
    def environment(self) -> dict[str, str]:
        own, here = str(self.own), {**super().environment}
        here = {name: value for name, value in here.items() if not name.startswith("XDG_")}
        return here | {"HOME": own, "TMPDIR": str(self.temporary)}

    @property
    def places(self) -> list[Path]:
        return [self.home, self.own, self.temporary, self.profile, self.logs]


class Kept(Browser):
    """A browser that keeps its profile in a folder, as a person's own does."""

    def __init__(self, machine: Watched) -> None:
        super().__init__(machine.app_url)
        self._machine = machine

    def _new_context(self, playwright: Playwright) -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            str(self._machine.profile),
            executable_path=find_browser(),
            args=FLAGS,
            env={**self._machine.environment},
            viewport={"width": PHONE[0], "height": PHONE[1]},
        )

    def storage(self) -> str:
        """All that the page keeps in the browser, and what the browser knows it by."""
        kept = self.page.evaluate(
            """async () => JSON.stringify({local: {...localStorage}, session: {...sessionStorage},
                cookies: document.cookie, databases: (await indexedDB.databases()).map(d => d.name),
                caches: await caches.keys(), title: document.title, address: location.href,
                history: history.state})"""
        )
        return str(kept)

    def learns_from(self) -> list[str]:
        """Fields that the browser may complete, correct, check for spelling, or restore with the tab."""
        quiet = "autocomplete=off, autocorrect=off, spellcheck=false"
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('input, textarea')].map(n =>
                ['autocomplete', 'autocorrect', 'spellcheck']
                    .map(a => a + '=' + n.getAttribute(a)).join(', '))"""
        )
        assert found, "no field is on this page"
        return [field for field in found if field != quiet]


@pytest.fixture
def machine() -> Iterator[Watched]:
    with open_machine(Watched) as made:
        yield made


def household() -> dict[str, Any]:
    born = TODAY.replace(year=TODAY.year - 9, day=1).isoformat()
    return {
        "household": {
            "name": f"{MARK}house {ACCENTS}",
            "persons": [
                {"ref": "child", "name": CHILD, "born": born, "roles": ["child"]},
                {"ref": "mother", "name": f"{MARK}mother {ACCENTS}", "born": BORN, "roles": ["mother"]},
            ],
            "relationships": [{"from": "mother", "to": "child", "kind": f"{MARK}kind"}],
        },
        "contact": {"on": TODAY.isoformat(), "kind": f"{MARK}visit", "role": "health-visitor"},
        "assessments": [],
    }


def answers(texts: Planter) -> dict[str, Any]:
    """What the last page needs, with texts, exact words and a person in a ring on the way."""
    return {
        "earshot": "nobody",
        "earshot-who": texts.text(),
        "place": texts.text(),
        "told": ["who-i-am", "can-stop"],
        "child-ok": "yes",
        "ladder-now": 3,
        "ladder-up": [{"words": texts.text(), "origin": "child-said"}],
        "people-map": [{"who": texts.text(), "place": FIRST_RING}],
        "seen-alone": "yes",
        "demeanour-during": texts.text(),
    }


def unlock(app: Browser, left_at: str) -> None:
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), left_at)


def test_a_visit_in_the_browser_leaves_no_word_anywhere(machine: Watched) -> None:
    # Set up here and not copied: what the command for it leaves behind counts, too.
    machine.start_service()
    machine.wren("setup", "--url", machine.service_url)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as visit:
        json.dump(household(), visit)
        visit.flush()
        machine.wren("visit", visit.name)
    machine.stop_service()
    machine.start_app()
    with Kept(machine) as app:
        unlock(app, say("today.households"))
        app.press(f"{MARK}house", exact=False)
        app.press(say("household.start-for", name=CHILD.split()[0]), exact=False)
        app.expect_text(say("pick.title"))
        app.press(say("pick.start", tool=TOOL.title), exact=False)
        fill(app, TOOL.id, answers(Planter()), after=lambda link_id: _look(machine, app, link_id))
        machine.kill_app()
        assert app.foreign == []
    assert {"wren.db-wal", "wren.db"} <= {path.name for path in files([machine.home])}
    assert leaks(machine.places, WORDS) == []

    machine.start_service()
    machine.start_app()
    with Kept(machine) as app:
        unlock(app, TOOL.title)
        go_on = app.page.get_by_role("button", name=say("action.continue"), exact=True)
        while say("check.title") not in app.said():
            # The next page may stand there already.
            with suppress(Error):
                go_on.first.dispatch_event("click", timeout=1_000)
            app.settle()
        app.press(say("action.finish"))
        app.expect_text(say("finished.title"))
        app.expect_text("the service has it", timeout_ms=60_000)
        _look(machine, app, "ladder-now")
    machine.kill_app()
    (entry,) = machine.wren("outbox")
    record = json.dumps(machine.wren("show", entry["id"]), ensure_ascii=False)
    assert record.count(MARK) >= 5, "what was planted arrived"
    assert leaks(machine.places, WORDS) == []


def test_a_page_that_kept_something_is_seen(machine: Watched) -> None:
    machine.set_up()
    machine.start_app()
    with Kept(machine) as app:
        app.expect_text(say("unlock.title"))
        assert leaks(machine.places, WORDS) == []
        assert app.learns_from() == []
        app.page.evaluate("document.querySelector('input').setAttribute('autocomplete', 'on')")
        assert app.learns_from() == ["autocomplete=on, autocorrect=off, spellcheck=false"]
        app.page.evaluate(f"localStorage.setItem('last', '{MARK} 7')")
        app.page.evaluate(f"caches.open('x').then(c => c.put('/a', new Response('{ACCENTS}')))")
        assert MARK in app.storage()
    assert {MARK, ACCENTS} <= {word for _, word, _ in leaks([machine.profile], WORDS)}


def _look(machine: Watched, app: Kept, link_id: str) -> None:
    """While all is running: the fields, what the page keeps in the browser, and every file."""
    if link_id in ("earshot-who", "ladder-up", "place"):
        assert app.learns_from() == []
    if link_id != "ladder-now":
        return
    kept = app.storage()
    assert not any(word in kept for word in WORDS)
    assert (json.loads(kept)["title"], json.loads(kept)["address"]) == ("Wren", f"{machine.app_url}/")
    assert leaks(machine.places, WORDS) == []
