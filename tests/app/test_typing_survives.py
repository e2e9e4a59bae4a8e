"""Whatever befalls the page at any moment of typing, what was typed before the last rest is there.

A machine with the real store: it types into a question and into a half-filled page, moves about, rests,
covers, unlocks, and is killed: then another store is opened on what lies on the disk at that moment.
After a kill everything up to the last rest is there; after a lock, every letter. Resting is made short,
so that it really happens; how long it takes is nobody's claim here.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core import write_queue
from app.core.controller import AppController, AppState
from app.core.runtime import Runtime
from assessments.engine.answers import Answered
from assessments.engine.form import AnswerEntered, PageChanged
from tests.app.test_screens_around import PASSPHRASE, TODAY, fernhollow, open_runtime, set_up
from tests.app.visiting import page_index_of
from tests.examples import examples

QUESTION = "injury.detail"
LETTERS = st.text("abc é\U0001f422", min_size=1, max_size=3)


class Typing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.rest, write_queue.DEBOUNCE_S = write_queue.DEBOUNCE_S, 0.0
        self.loop = asyncio.new_event_loop()
        self.stores: list[Runtime] = []
        self.answer = self.half = self.name = ""
        self.rested = ("", "", "")

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        first = open_runtime(self.folder)
        set_up(first, fernhollow())
        self.open(first)
        page = self.model.households[0]
        self.run(self.actions.start_assessment(page.persons[0].id, "risk-24"))
        self.run(self.actions.dispatch(AnswerEntered("injury", Answered("yes"))))
        assert self.model.open_assessment is not None
        self.work_id = self.model.open_assessment.assessment.id
        self.page = page_index_of(self.model.open_assessment.form, QUESTION)
        self.run(self.actions.dispatch(PageChanged(self.page)))

    def open(self, runtime: Runtime) -> None:
        self.stores.append(runtime)
        self.model = AppState()
        self.actions = AppController(self.model, runtime, lambda: TODAY)
        self.run(self.actions.session.start())
        self.run(self.actions.session.unlock(PASSPHRASE))

    @property
    def is_open(self) -> bool:
        return self.model.phase == "open"

    # What a person does

    @precondition(lambda self: self.is_open)
    @rule(letters=LETTERS)
    def types_an_answer(self, letters: str) -> None:
        self.answer += letters
        self.call(self.actions.autosave.queue_input, AnswerEntered(QUESTION, Answered(self.answer)))

    @precondition(lambda self: self.is_open)
    @rule(letters=LETTERS)
    def types_half_an_answer(self, letters: str) -> None:
        self.half += letters
        self.call(self.actions.autosave.set_item_draft, "fears", self.half)

    @precondition(lambda self: self.is_open)
    @rule(letters=LETTERS)
    def types_a_name(self, letters: str) -> None:
        self.name += letters
        self.call(self.actions.autosave.set_screen_draft, "add-household", {"name": self.name, "people": []})

    @precondition(lambda self: self.is_open)
    @rule()
    def rests(self) -> None:
        async def until_still() -> None:
            for _ in range(200):
                await asyncio.sleep(0.005)
                if not self.actions.autosave.has_unsaved:
                    return
            raise AssertionError("what was typed was never kept")

        self.run(until_still())
        self.rested = (self.answer, self.half, self.name)

    # What befalls the page

    @precondition(lambda self: self.is_open)
    @rule()
    def is_covered(self) -> None:
        self.run(self.actions.session.lock())
        self.is_all_on_the_disk()

    @precondition(lambda self: not self.is_open)
    @rule()
    def is_unlocked(self) -> None:
        self.run(self.actions.session.unlock(PASSPHRASE))
        self.check(exactly=True)

    @precondition(lambda self: self.is_open)
    @rule()
    def is_covered_while_it_saves(self) -> None:
        async def both() -> None:
            saving = asyncio.create_task(self.actions.retry_save())
            await asyncio.sleep(0)
            await self.actions.session.lock()
            await saving

        self.run(both())
        self.is_all_on_the_disk()

    @rule()
    def is_killed(self) -> None:
        # Nothing is closed: the copy is what another process would find.
        copy = Path(tempfile.mkdtemp(dir=self.folder.parent))
        shutil.copytree(self.folder, copy, dirs_exist_ok=True)
        self.folder = copy
        self.open(open_runtime(copy))
        self.check(exactly=False)
        self.answer, self.half, self.name = self.shown()
        self.rested = (self.answer, self.half, self.name)

    # What must hold

    def is_all_on_the_disk(self) -> None:
        assert not self.actions.session._unsaved_by_author, "something is only in memory"
        self.rested = (self.answer, self.half, self.name)

    def call(self, act: Any, *arguments: Any) -> None:
        async def now() -> None:
            act(*arguments)

        self.run(now())

    def shown(self) -> tuple[str, str, str]:
        entry = self.actions.autosave.current_entry(QUESTION)
        begun = self.actions.autosave.screen_drafts.get("add-household") or {"name": ""}
        answer = str(entry.value) if isinstance(entry, Answered) else ""
        return answer, str(self.actions.autosave.item_drafts.get("fears") or ""), str(begun["name"])

    def check(self, *, exactly: bool) -> None:
        assert self.model.screen.name == "assess"
        assert self.model.screen.target == self.work_id
        assert self.model.open_assessment is not None
        assert self.model.open_assessment.form.page == self.page
        typed = (self.answer, self.half, self.name)
        for shown, rested, whole in zip(self.shown(), self.rested, typed, strict=True):
            assert shown.startswith(rested), "something that had been kept is gone"
            assert whole.startswith(shown), "something stands there that nobody typed"
            assert not exactly or shown == whole

    @invariant()
    def a_covered_page_holds_nothing(self) -> None:
        if hasattr(self, "actions") and not self.is_open:
            assert self.model.open_assessment is None
            assert not self.model.households
            assert not self.actions.autosave.has_unsaved
            assert not self.actions.session.is_unlocked

    def teardown(self) -> None:
        if hasattr(self, "actions"):
            self.run(self.actions.session.lock())
        for runtime in self.stores:
            runtime.close()
        self.loop.close()
        write_queue.DEBOUNCE_S = self.rest


def test_what_was_typed_before_the_last_rest_is_there() -> None:
    run_state_machine_as_test(
        Typing,
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=12,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
