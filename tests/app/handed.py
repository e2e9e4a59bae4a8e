"""A real page of the whole app with a child's turn on it, for tests of what a child can reach.

The household is invented, and its words are chosen so that finding one on a child's page means that
it leaked. `World` outlives its pages: `kill` throws one away with no last word and opens another.

    async with World(folder) as world:
        await world.hand_over("faces")
        await world.app.press("Happy")
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import flet as ft

from app.core.cases.case_service import CaseService
from app.core.child.child_session import ChildSession
from app.core.runtime import Runtime
from app.features.assess.view import page_index_of
from app.kit import theme
from app.kit.messages import say
from app.shell.lifecycle import PageLifecycle
from app.shell.process import AppProcess
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.engine.answers import Answered, VerbatimLine
from assessments.engine.form import AnswerEntered, PageChanged
from assessments.engine.scoring import ScoringContext
from assessments.ports import SystemClock
from assessments.store import Store
from tests.app.headless import Headless, _walk
from tests.app.test_screens_around import know_a_service
from tests.store.made_up import CHEAPEST, PASSPHRASE

# Nothing of this may ever stand on a page in a child's hands.
MOTHER, BROTHER, CHILD, HOUSEHOLD = (
    "Marigold Thistlecombe",
    "Osric Thistlecombe",
    "Petra Thistlecombe",
    "Quillon",
)
BROTHERS_WORDS = "the shed is my hideout"
ADULTS_WORDS = "grandmother stood in the hallway"
PLANTED = (*MOTHER.split(), *BROTHER.split(), "Petra", HOUSEHOLD, BROTHERS_WORDS, ADULTS_WORDS)

TODAY = date.today()


class World:
    """One device with one page at a time."""

    def __init__(self, folder: Path, tool: str = "child-voice-4-7", age: int = 5, **opening: Any) -> None:
        self._folder, self._tool, self._age, self._opening = folder, tool, age, opening
        self.kills = 0

    async def __aenter__(self) -> World:
        clock = SystemClock()
        self.runtime = Runtime(Store.open(self._folder, clock, CHEAPEST), clock, self._folder / "packs")
        know_a_service(self.runtime)
        home = new_id()
        born = TODAY.replace(day=1, year=TODAY.year - self._age)
        self.child = Person(id=new_id(), household_id=home, name=CHILD, born=born, roles=("child",))
        self.brother = Person(
            id=new_id(),
            household_id=home,
            name=BROTHER,
            born=born.replace(year=born.year - 3),
            roles=("child",),
        )
        mother = Person(id=new_id(), household_id=home, name=MOTHER, roles=("mother",))
        desk = self.runtime.set_up(PASSPHRASE, "hv1")
        desk.save_household(Household(id=home, name=HOUSEHOLD), [self.child, self.brother, mother])
        self.contact = Contact(id=new_id(), household_id=home, on=TODAY, kind="visit", role="health-visitor")
        desk.save_record(self.contact)
        self._brothers_words(desk)
        desk.close()
        self.process = AppProcess(self.runtime, None, None)
        await self._open()
        return self

    def _brothers_words(self, desk: CaseService) -> None:
        """Another child has said something before."""
        work = desk.start_assessment(
            self.contact, self.brother.id, "child-voice-7-11", ScoringContext(on=TODAY)
        )
        for link_id, value in (("earshot", "nobody"), ("child-ok", "yes")):
            work = desk.apply_event(work, AnswerEntered(link_id, Answered(value)))
        words = (VerbatimLine(BROTHERS_WORDS, "child-said", ""),)
        desk.apply_event(work, AnswerEntered("starter-best", Answered(words)))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.app.__aexit__(kind, error, trace)
        if self.process._sender_task is not None:
            self.process._sender_task.cancel()
        self.runtime.close()

    async def _open(self) -> None:
        async def open_page(page: ft.Page) -> None:
            theme.apply_theme(page)
            self.life = PageLifecycle(page, self.process)
            self.life.render()
            await self.life.open()

        self.app = Headless(open_page, **self._opening)
        await self.app.__aenter__()

    async def kill(self) -> None:
        """The app dies in the child's hands, and is started again on the same folder."""
        self.kills += 1
        hand = self.life.model.child_session
        for dies in (self.life._idle_task, hand and hand._queue.debounce_task):
            if dies is not None:
                dies.cancel()
        self.app.abandon()
        await self._open()

    @property
    def hand(self) -> ChildSession:
        hand = self.life.model.child_session
        assert hand is not None
        return hand

    async def unlock(self, words: str = PASSPHRASE) -> None:
        await self.app.type(say("unlock.passphrase"), words)
        await self.app.press(say("action.unlock"))

    async def until(self, happens: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not happens():
            assert time.monotonic() < deadline, self.app.texts()
            await asyncio.sleep(0.01)
        await self.app.settle()

    async def begin(self) -> None:
        """The adult unlocks and fills the tool up to the child's part."""
        actions = self.life.controller
        assert actions is not None
        await self._unlocked()
        await actions.start_assessment(self.child.id, self._tool)
        for link_id, value in (
            ("earshot", "nobody"),
            ("earshot-who", ADULTS_WORDS),
            ("told", ("can-stop",)),
            ("child-ok", "yes"),
        ):
            await actions.dispatch(AnswerEntered(link_id, Answered(value)))

    async def _unlocked(self) -> None:
        model, actions = self.life.model, self.life.controller
        assert actions is not None
        if model.phase != "open":
            await actions.session.choose_author("hv1")
            await actions.session.show_unlock()
            await actions.session.unlock(PASSPHRASE)
        assert model.phase == "open", model.phase

    async def hand_over_quickly(self, section: str, called: str) -> None:
        """The same end as `hand_over`, with as few pages drawn on the way as can be."""
        actions = self.life.controller
        assert actions is not None
        await self._unlocked()
        work = actions.session.case_service.start_assessment(
            self.contact, self.child.id, self._tool, ScoringContext(on=TODAY)
        )
        for link_id, value in (("earshot", "nobody"), ("earshot-who", ADULTS_WORDS), ("child-ok", "yes")):
            work = actions.session.case_service.apply_event(work, AnswerEntered(link_id, Answered(value)))
        actions.session.case_service.save_item_drafts(
            work, {"page": page_index_of(work.form, section), "half": {}}
        )
        await actions.resume_assessment(work.assessment.id)
        await actions.hand_over(called)

    async def turn_to(self, section: str) -> None:
        model, actions = self.life.model, self.life.controller
        assert actions is not None
        assert model.open_assessment is not None
        await actions.dispatch(PageChanged(page_index_of(model.open_assessment.form, section)))
        await self.app.settle()

    async def hand_over(self, section: str, called: str = "Kestrel") -> None:
        """The adult's way, from the tool's page to the child's hands."""
        await self.begin()
        await self.turn_to(section)
        await self.app.press(say("hand-over.offer"))
        if called:
            await self.app.type(say("label.optional", label=say("hand-over.called")), called)
        await self.app.press(say("hand-over.go"))
        await self.until(lambda: self.life.model.phase == "child")

    # What a child could find

    def drawn(self) -> str:
        """Everything on the page, seen or only heard, on views that are covered too."""
        found: list[str] = []
        for control, _ in _walk([self.app.page.views, self.app.page._dialogs, self.app.page.overlay]):
            for name in ("value", "label", "tooltip", "hint_text", "hint"):
                words = getattr(control, name, None)
                if isinstance(words, str):
                    found.append(words)
        return "\n".join(found)

    def leaks(self, drawn: str | None = None) -> list[str]:
        """What is on the page, or on the page's model, that belongs to an adult or another child."""
        model, drawn = self.life.model, self.drawn() if drawn is None else drawn
        found = [words for words in PLANTED if words in drawn]
        if model.phase != "open":
            kept = (
                model.households,
                model.open_assessment,
                model.record,
                model.outbox_entries,
                model.losses,
                model.handback_review,
            )
            found += [type(part).__name__ for part in kept if part]
        return found
