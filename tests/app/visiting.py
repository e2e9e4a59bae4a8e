"""A practitioner at work in a made-up household, with a real store in a temporary folder.

The store, the keys and the outbox are real; the service is only a pair of keys, since nothing here
is sent. Nobody in it exists.

    async with visiting(folder) as visit:
        await visit.begin(visit.alys, "child-voice-7-11")
        await visit.app.press("Nobody")
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import flet as ft

from app.core.cases.case_service import SERVICE
from app.core.controller import Actions, Model
from app.core.runtime import Runtime, SystemClock
from app.features.assess.check import check
from app.features.assess.finished import finished
from app.features.assess.record import record
from app.features.assess.view import assess, page_with
from app.features.household.view import household as household_page
from app.features.incidents.chronology_view import chronology, conduct
from app.features.incidents.key_date import milestone
from app.features.incidents.pattern_view import pattern
from app.features.incidents.view import event
from app.kit import theme
from app.kit.controls.text import text
from assessments.casework.records import Household, Person, new_id
from assessments.crypto import sealing
from assessments.engine.answers import Entry
from assessments.engine.form import Moved, pages
from assessments.store import Store
from sync.device.enrolment import ServiceKeys
from sync.envelope import kid_of
from tests.app.headless import Headless
from tests.store.made_up import CHEAPEST, PASSPHRASE

TODAY = date(2026, 5, 14)
SCREENS = {
    "assess": assess,
    "check": check,
    "finished": finished,
    "household": household_page,
    "record": record,
    "event": event,
    "milestone": milestone,
    "chronology": chronology,
    "conduct": conduct,
    "pattern": pattern,
}


@dataclass
class Visit:
    """One page on one store. `app` is driven as a person would."""

    app: Headless
    model: Model
    actions: Actions
    runtime: Runtime
    alys: Person
    bryn: Person
    mother: Person
    baby: Person

    async def begin(self, person: Person, tool: str) -> None:
        await self.actions.start_assessment(person.id, tool)
        await self.app.settle()

    async def turn_to(self, link_id: str) -> None:
        """Turn to the page of a question, as Continue pressed often enough would."""
        assert self.model.open_assessment is not None
        await self.actions.dispatch(Moved(page_with(self.model.open_assessment.form, link_id)))
        await self.app.settle()

    async def to_check(self) -> None:
        """Continue on the last page."""
        assert self.model.open_assessment is not None
        await self.actions.dispatch(Moved(len(pages(self.model.open_assessment.form)) - 1))
        await self.app.settle()
        await self.app.press("Continue")

    async def unlock(self) -> None:
        await self.actions.unlock(PASSPHRASE)
        await self.app.settle()

    def entry(self, link_id: str) -> Entry | None:
        """What the form has."""
        assert self.model.open_assessment is not None
        return self.model.open_assessment.form.entries.get(link_id)

    def kept(self, link_id: str) -> Entry | None:
        """What the disk has."""
        assert self.model.open_assessment is not None
        return self.actions.case_service.resume_assessment(
            self.model.open_assessment.assessment.id
        ).form.entries.get(link_id)

    def heading(self) -> str:
        """The h1 of the page."""
        heads = [s for s in self.app.controls(ft.Semantics) if getattr(s, "heading_level", 0) == 1]
        assert len(heads) == 1
        words = heads[0].content  # type: ignore[attr-defined]  # a Semantics, as chosen above
        assert isinstance(words, ft.Text)
        return str(words.value)


@ft.component
def _page(model: Model, actions: Actions) -> list[ft.Control]:
    screen = SCREENS.get(model.screen.name)
    if model.phase == "open" and screen is not None:
        return [screen(model, actions, key=f"{model.screen.name}-{model.screen.target}")]
    return [ft.View(route="/", controls=[text(model.phase), text(model.screen.name)])]


def household() -> tuple[Household, list[Person]]:
    """Two siblings of 8 and 10, a baby, and their mother."""
    home = new_id()

    def person(name: str, born: date, *roles: str) -> Person:
        return Person(id=new_id(), household_id=home, name=name, born=born, roles=roles)

    return Household(id=home, name="Samplewood"), [
        person("Alys Samplewood", date(2018, 2, 3), "child"),
        person("Bryn Samplewood", date(2016, 1, 9), "child"),
        person("Carys Samplewood", date(1990, 7, 1), "mother"),
        person("Dewi Samplewood", date(2026, 1, 20), "child"),
    ]


def make_runtime(folder: Path) -> Runtime:
    """A store with the cheapest passphrase, set up, that knows a service."""
    runtime = Runtime(Store.open(folder, SystemClock(), CHEAPEST), SystemClock())
    desk = runtime.set_up(PASSPHRASE, "hv1")
    service, agency, recovery = (sealing.make_receive_key()[1] for _ in range(3))
    receipt = sealing.make_signing_key()[1]
    keys = ServiceKeys("http://127.0.0.1:9", "training", kid_of(service), service, receipt, agency, recovery)
    runtime.store.settings.put(SERVICE, json.dumps(keys.to_plain()))
    desk.save_household(*household())
    desk.close()
    return runtime


def open_visit(runtime: Runtime, opened: Callable[[Model, Actions], Any]) -> Callable[[ft.Page], object]:
    """What a page is opened with: the state, already unlocked; `opened` may go on from there."""

    async def open_page(page: ft.Page) -> None:
        theme.dress(page)
        model = Model()
        actions = Actions(model, runtime, lambda: TODAY)
        await actions.start()
        await actions.unlock(PASSPHRASE)
        going_on = opened(model, actions)
        if going_on is not None:
            await going_on
        page.render_views(_page, model, actions)

    return open_page


@asynccontextmanager
async def visiting(folder: Path, *, calm_expected: bool = False) -> AsyncIterator[Visit]:
    """A page of the app, open, for as long as the block runs."""
    runtime = make_runtime(folder)
    found: list[tuple[Model, Actions]] = []
    app = Headless(
        open_visit(runtime, lambda model, actions: found.append((model, actions))),
        calm_expected=calm_expected,
    )
    async with app:
        model, actions = found[0]
        people = {person.name.split()[0]: person for person in model.households[0].persons}
        yield Visit(
            app, model, actions, runtime, people["Alys"], people["Bryn"], people["Carys"], people["Dewi"]
        )
        await actions.lock()
    runtime.close()
