"""A child's turn at the screen: what the page holds, and what a child can do on it.

This room knows one section's questions in the child's words, what this child gave in this turn, and
the name the child chose to be called. It refuses to know who the child is, what was recorded before,
and every other screen: it has nothing to name them by. Each change is written at once with a pen that
can add and not read; letters are written when the typing rests.

    hand = ChildSession(ChildSessionState(part, "middle", "Kestrel"), write=pen_writes, leave=lock)
    await hand.give("ladder-now", Answered(4))
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import flet as ft

from assessments.casework.child_sessions import (
    CHILD_SESSION_KEY,
    AgeBand,
    ChildSessionEnd,
    make_end_entry,
    make_start_entry,
)
from assessments.definitions.definition import AnswerOption, AnswerState, Item
from assessments.engine import form as forms
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered, to_plain
from assessments.errors import StoreFault

ChildScreen = Literal["hello", "question", "look-back", "end"]
WriteLine = Callable[[str, Any], Awaitable[None]]

DEBOUNCE_S = 0.4


@ft.observable
@dataclass(eq=False)
class ChildSessionState:
    """What a page in a child's hands shows. `called` is the name the child chose, or ""."""

    form: forms.Form
    band: AgeBand
    chosen_name: str = ""
    screen: ChildScreen = "hello"
    current_link_id: str = ""
    is_changing: bool = False
    is_saved: bool = True

    def __repr__(self) -> str:
        return f"<ChildSessionState {self.screen}>"

    @property
    def questions(self) -> tuple[Item, ...]:
        """The pages of this turn. The two texts that rename a ladder stand on the ladder's own page."""
        section = self.form.instrument.items[0]
        ends = {end for item in section.items for end in item.ends}
        seen = frozenset(self.form.visible)
        return tuple(item for item in section.items if item.link_id in seen and item.link_id not in ends)

    @property
    def question(self) -> Item:
        """The one on the screen; the first where that one is not asked any more."""
        questions = self.questions
        return next((item for item in questions if item.link_id == self.current_link_id), questions[0])


class ChildSession:
    """Everything that a child can do in a turn. Call from the event loop."""

    def __init__(
        self, turn: ChildSessionState, write: WriteLine, leave: Callable[[], Awaitable[None]]
    ) -> None:
        self.state, self.lock = turn, leave
        self._write = write
        self._start_line = make_start_entry(turn.form)
        self._queued_input: dict[str, AnswerEntry | None] = {}
        self._unsaved: list[tuple[str, Any]] = []
        self._write_lock = asyncio.Lock()
        self._debounce_task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return "<ChildSession>"

    # Giving

    async def set_answer(self, link_id: str, entry: AnswerEntry | None) -> None:
        """An answer by tap; None takes it back. The one before stays in the list of answers."""
        self._queued_input.pop(link_id, None)
        self._apply_input()
        self._apply_change(link_id, entry)
        await self._flush()

    def queue_input(self, link_id: str, entry: AnswerEntry | None) -> None:
        """Letters arrived: written when they rest."""
        self._queued_input[link_id] = entry
        if self._debounce_task is not None:
            self._debounce_task.cancel()
        self._debounce_task = asyncio.create_task(self._flush_after_debounce())

    def current_entry(self, link_id: str) -> AnswerEntry | None:
        """What stands, with letters that are not written yet."""
        if link_id in self._queued_input:
            return self._queued_input[link_id]
        return self.state.form.entries.get(link_id)

    async def skip(self, state: AnswerState) -> None:
        """ "I don't know" and "Not now": an answer where the question takes it, and on to the next.

        Before the first question only Start is a yes; after the last one there is nothing to pass by.
        """
        if self.state.screen != "question":
            await self.end("stopped" if self.state.screen == "hello" else "finished")
            return
        item = self.state.question
        self._queued_input.pop(item.link_id, None)
        if state in item.states:
            self._apply_change(item.link_id, NotAnswered(state))
        await self.go_next()

    # Moving about

    async def start(self) -> None:
        """The child has been told who reads it, and begins."""
        self._unsaved.append((CHILD_SESSION_KEY, self._start_line))
        self.state.current_link_id, self.state.screen = self.state.questions[0].link_id, "question"
        await self._flush()

    async def go_next(self) -> None:
        """The next question, or everything to look at once more."""
        self._apply_input()
        turn = self.state
        ids = [item.link_id for item in turn.questions]
        after = ids.index(turn.question.link_id) + 1
        if turn.is_changing or after == len(ids):
            turn.screen, turn.is_changing = "look-back", False
        else:
            turn.current_link_id = ids[after]
        await self._flush()

    async def go_back(self) -> None:
        """The question before; from the first one nowhere."""
        self._apply_input()
        turn = self.state
        ids = [item.link_id for item in turn.questions]
        if turn.screen == "look-back":
            turn.current_link_id, turn.screen = ids[-1], "question"
        elif turn.is_changing:
            turn.screen, turn.is_changing = "look-back", False
        else:
            turn.current_link_id = ids[max(ids.index(turn.question.link_id) - 1, 0)]
        await self._flush()

    def reopen_question(self, link_id: str) -> None:
        """Open one question again from the look back."""
        self.state.current_link_id, self.state.is_changing, self.state.screen = link_id, True, "question"

    async def stop(self) -> None:
        """Stop: where the question has a stop of its own, that is the answer to it as well."""
        item, own = self.state.question, stop_option(self.state.question)
        if self.state.screen == "question" and own is not None:
            self._apply_change(item.link_id, Answered(own.code))
        await self.end("stopped")

    async def end(self, how: ChildSessionEnd) -> None:
        """Stop, or finish: the page goes quiet."""
        self._apply_input()
        # That a child was asked and did not begin is a turn too.
        began = [(CHILD_SESSION_KEY, self._start_line)] if self.state.screen == "hello" else []
        self.state.screen = "end"
        self._unsaved += [*began, (CHILD_SESSION_KEY, make_end_entry(how))]
        await self._flush()

    async def resume(self) -> None:
        """From the quiet page back to the questions: another turn, of the same child."""
        turn = self.state
        turn.is_changing = False
        turn.screen = "look-back" if turn.form.entries else "hello"
        if turn.screen == "look-back":
            self._unsaved.append((CHILD_SESSION_KEY, self._start_line))
        await self._flush()

    async def close(self) -> list[tuple[str, Any]]:
        """The page is gone: write what stands, and return what the disk refused."""
        if self._debounce_task is not None:
            self._debounce_task.cancel()
        self._apply_input()
        if self.state.screen in ("question", "look-back"):
            self._unsaved.append((CHILD_SESSION_KEY, make_end_entry("left")))
        await self._flush()
        return self._unsaved

    # To the disk

    def _apply_change(self, link_id: str, entry: AnswerEntry | None) -> None:
        turn = self.state
        event = forms.AnswerCleared(link_id) if entry is None else forms.AnswerEntered(link_id, entry)
        before = turn.form.entries.get(link_id)
        if entry == before:
            return
        turn.form = forms.update(turn.form, event).form
        self._unsaved.append((link_id, None if entry is None else to_plain(entry)))

    def _apply_input(self) -> None:
        letters, self._queued_input = self._queued_input, {}
        for link_id, entry in letters.items():
            self._apply_change(link_id, entry)

    async def _flush(self) -> None:
        async with self._write_lock:
            try:
                while self._unsaved:
                    await self._write(*self._unsaved[0])
                    self._unsaved.pop(0)
            except StoreFault:
                # Tried again with the next change; the page asks the child to give the device back.
                self.state.is_saved = False
                return
            self.state.is_saved = True

    async def _flush_after_debounce(self) -> None:
        await asyncio.sleep(DEBOUNCE_S)
        self._apply_input()
        # A cancelled rest must not cut a write short.
        await asyncio.shield(self._flush())


def stop_option(item: Item) -> AnswerOption | None:
    """The choice of a question that means "stop now", not "something should stop"."""
    return item.option("stop") if item.type == "choice" else None


def is_given(entry: AnswerEntry | None) -> bool:
    """Whether there is an answer that is not a passing by."""
    return entry is not None and not isinstance(entry, NotAnswered)
