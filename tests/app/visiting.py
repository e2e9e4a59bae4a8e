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

from app.core.cases.submission import SERVICE_SETTING
from app.core.controller import AppController, AppState
from app.core.runtime import Runtime
from app.features.assess.check_answers import check_answers_page
from app.features.assess.completed import completed_page
from app.features.assess.record import record_page
from app.features.assess.view import assessment_page, page_index_of
from app.features.household.view import household_page as household_page
from app.features.incidents.chronology_view import chronology_page, person_chronology_page
from app.features.incidents.pattern_view import pattern_page
from app.features.incidents.view import incident_page, key_date_page
from app.kit import theme
from app.kit.controls.text import text
from app.kit.messages import say
from assessments.casework.ids import new_id
from assessments.casework.records import Household, Person
from assessments.crypto import sealing
from assessments.engine.answers import AnswerEntry
from assessments.engine.form import PageChanged, list_pages
from assessments.ports import SystemClock
from assessments.store import Store
from sync.device.enrolment import EnrolledService
from sync.envelope import derive_kid
from tests.app.headless import Headless
from tests.store.made_up import CHEAPEST, PASSPHRASE

TODAY = date(2026, 5, 14)
SCREENS = {
    "assess": assessment_page,
    "check": check_answers_page,
    "finished": completed_page,
    "household": household_page,
    "record": record_page,
    "event": incident_page,
    "milestone": key_date_page,
    "chronology": chronology_page,
    "conduct": person_chronology_page,
    "pattern": pattern_page,
}


@dataclass
class Visit:
    """One page on one store. `app` is driven as a person would."""

    app: Headless
    model: AppState
    actions: AppController
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
        await self.actions.dispatch(PageChanged(page_index_of(self.model.open_assessment.form, link_id)))
        await self.app.settle()

    async def to_check(self) -> None:
        """Continue on the last page."""
        assert self.model.open_assessment is not None
        await self.actions.dispatch(PageChanged(len(list_pages(self.model.open_assessment.form)) - 1))
        await self.app.settle()
        await self.app.press(say("action.continue"))

    async def unlock(self) -> None:
        await self.actions.session.unlock(PASSPHRASE)
        await self.app.settle()

    def entry(self, link_id: str) -> AnswerEntry | None:
        """What the form has."""
        assert self.model.open_assessment is not None
        return self.model.open_assessment.form.entries.get(link_id)

    def kept(self, link_id: str) -> AnswerEntry | None:
        """What the disk has."""
        assert self.model.open_assessment is not None
        return self.actions.session.case_service.resume_assessment(
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
def _page(model: AppState, actions: AppController) -> list[ft.Control]:
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
    keys = EnrolledService(
        "http://127.0.0.1:9", "training", derive_kid(service), service, receipt, agency, recovery
    )
    runtime.store.settings.put(SERVICE_SETTING, json.dumps(keys.to_plain()))
    desk.save_household(*household())
    desk.close()
    return runtime


def open_visit(
    runtime: Runtime, opened: Callable[[AppState, AppController], Any]
) -> Callable[[ft.Page], object]:
    """What a page is opened with: the state, already unlocked; `opened` may go on from there."""

    async def open_page(page: ft.Page) -> None:
        theme.apply_theme(page)
        model = AppState()
        actions = AppController(model, runtime, lambda: TODAY)
        await actions.session.start()
        await actions.session.unlock(PASSPHRASE)
        going_on = opened(model, actions)
        if going_on is not None:
            await going_on
        page.render_views(_page, model, actions)

    return open_page


@asynccontextmanager
async def visiting(folder: Path, *, calm_expected: bool = False) -> AsyncIterator[Visit]:
    """A page of the app, open, for as long as the block runs."""
    runtime = make_runtime(folder)
    found: list[tuple[AppState, AppController]] = []
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
        await actions.session.lock()
    runtime.close()
