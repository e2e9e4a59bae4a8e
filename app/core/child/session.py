"""A child's turn at the screen: what the page holds, and what a child can do on it.

This room knows one section's questions in the child's words, what this child gave in this turn, and
the name the child chose to be called. It refuses to know who the child is, what was recorded before,
and every other screen: it has nothing to name them by. Each change is written at once with a pen that
can add and not read; letters are written when the typing rests.

    hand = Hand(Turn(part, "middle", "Kestrel"), write=pen_writes, leave=lock)
    await hand.give("ladder-now", Answered(4))
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import flet as ft

from assessments.casework.child_sessions import TURN, Band, Ended, turn_began, turn_ended
from assessments.definitions.definition import AnswerOption, Item, State
from assessments.engine import form as forms
from assessments.engine.answers import Answered, Entry, NotAnswered, to_plain
from assessments.errors import StoreFault

Place = Literal["hello", "question", "look-back", "end"]
Write = Callable[[str, Any], Awaitable[None]]

REST_S = 0.4


@ft.observable
@dataclass(eq=False)
class Turn:
    """What a page in a child's hands shows. `called` is the name the child chose, or ""."""

    form: forms.Form
    band: Band
    called: str = ""
    place: Place = "hello"
    at: str = ""
    changing: bool = False
    kept: bool = True

    def __repr__(self) -> str:
        return f"<Turn {self.place}>"

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
        return next((item for item in questions if item.link_id == self.at), questions[0])


class Hand:
    """Everything that a child can do in a turn. Call from the event loop."""

    def __init__(self, turn: Turn, write: Write, leave: Callable[[], Awaitable[None]]) -> None:
        self.turn, self.leave = turn, leave
        self._write = write
        self._began = turn_began(turn.form)
        self._letters: dict[str, Entry | None] = {}
        self._unkept: list[tuple[str, Any]] = []
        self._in_turn = asyncio.Lock()
        self._resting: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return "<Hand>"

    # Giving

    async def give(self, link_id: str, entry: Entry | None) -> None:
        """An answer by tap; None takes it back. The one before stays in the list of answers."""
        self._letters.pop(link_id, None)
        self._take()
        self._change(link_id, entry)
        await self._keep()

    def typed(self, link_id: str, entry: Entry | None) -> None:
        """Letters arrived: written when they rest."""
        self._letters[link_id] = entry
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.create_task(self._after_rest())

    def now(self, link_id: str) -> Entry | None:
        """What stands, with letters that are not written yet."""
        if link_id in self._letters:
            return self._letters[link_id]
        return self.turn.form.entries.get(link_id)

    async def pass_by(self, state: State) -> None:
        """ "I don't know" and "Not now": an answer where the question takes it, and on to the next.

        Before the first question only Start is a yes; after the last one there is nothing to pass by.
        """
        if self.turn.place != "question":
            await self.end("stopped" if self.turn.place == "hello" else "finished")
            return
        item = self.turn.question
        self._letters.pop(item.link_id, None)
        if state in item.states:
            self._change(item.link_id, NotAnswered(state))
        await self.go_on()

    # Moving about

    async def start(self) -> None:
        """The child has been told who reads it, and begins."""
        self._unkept.append((TURN, self._began))
        self.turn.at, self.turn.place = self.turn.questions[0].link_id, "question"
        await self._keep()

    async def go_on(self) -> None:
        """The next question, or everything to look at once more."""
        self._take()
        turn = self.turn
        ids = [item.link_id for item in turn.questions]
        after = ids.index(turn.question.link_id) + 1
        if turn.changing or after == len(ids):
            turn.place, turn.changing = "look-back", False
        else:
            turn.at = ids[after]
        await self._keep()

    async def go_back(self) -> None:
        """The question before; from the first one nowhere."""
        self._take()
        turn = self.turn
        ids = [item.link_id for item in turn.questions]
        if turn.place == "look-back":
            turn.at, turn.place = ids[-1], "question"
        elif turn.changing:
            turn.place, turn.changing = "look-back", False
        else:
            turn.at = ids[max(ids.index(turn.question.link_id) - 1, 0)]
        await self._keep()

    def change(self, link_id: str) -> None:
        """Open one question again from the look back."""
        self.turn.at, self.turn.changing, self.turn.place = link_id, True, "question"

    async def stop(self) -> None:
        """Stop: where the question has a stop of its own, that is the answer to it as well."""
        item, own = self.turn.question, own_stop(self.turn.question)
        if self.turn.place == "question" and own is not None:
            self._change(item.link_id, Answered(own.code))
        await self.end("stopped")

    async def end(self, how: Ended) -> None:
        """Stop, or finish: the page goes quiet."""
        self._take()
        # That a child was asked and did not begin is a turn too.
        began = [(TURN, self._began)] if self.turn.place == "hello" else []
        self.turn.place = "end"
        self._unkept += [*began, (TURN, turn_ended(how))]
        await self._keep()

    async def go_again(self) -> None:
        """From the quiet page back to the questions: another turn, of the same child."""
        turn = self.turn
        turn.changing = False
        turn.place = "look-back" if turn.form.entries else "hello"
        if turn.place == "look-back":
            self._unkept.append((TURN, self._began))
        await self._keep()

    async def put_down(self) -> list[tuple[str, Any]]:
        """The page is gone: write what stands, and return what the disk refused."""
        if self._resting is not None:
            self._resting.cancel()
        self._take()
        if self.turn.place in ("question", "look-back"):
            self._unkept.append((TURN, turn_ended("left")))
        await self._keep()
        return self._unkept

    # To the disk

    def _change(self, link_id: str, entry: Entry | None) -> None:
        turn = self.turn
        event = forms.Cleared(link_id) if entry is None else forms.Entered(link_id, entry)
        before = turn.form.entries.get(link_id)
        if entry == before:
            return
        turn.form = forms.update(turn.form, event).form
        self._unkept.append((link_id, None if entry is None else to_plain(entry)))

    def _take(self) -> None:
        letters, self._letters = self._letters, {}
        for link_id, entry in letters.items():
            self._change(link_id, entry)

    async def _keep(self) -> None:
        async with self._in_turn:
            try:
                while self._unkept:
                    await self._write(*self._unkept[0])
                    self._unkept.pop(0)
            except StoreFault:
                # Tried again with the next change; the page asks the child to give the device back.
                self.turn.kept = False
                return
            self.turn.kept = True

    async def _after_rest(self) -> None:
        await asyncio.sleep(REST_S)
        self._take()
        # A cancelled rest must not cut a write short.
        await asyncio.shield(self._keep())


def own_stop(item: Item) -> AnswerOption | None:
    """The choice of a question that means "stop now", not "something should stop"."""
    return item.option("stop") if item.type == "choice" else None


def is_given(entry: Entry | None) -> bool:
    """Whether there is an answer that is not a passing by."""
    return entry is not None and not isinstance(entry, NotAnswered)
