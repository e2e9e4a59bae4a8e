"""A child's turn at the screen: runs what `child_update` decides, and writes each line at once.

It has no way to who the child is, to what was recorded before, or to another screen: lines are written with
a key that can add and not read.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import flet as ft

from app.core.child import child_update
from app.core.plain import Json
from app.core.write_queue import WriteQueue
from assessments.engine.answers import AnswerEntry, NotAnswered
from assessments.errors import StoreFault


@ft.observable
@dataclass(eq=False, repr=False)
class ChildSessionState(child_update.ChildPage):
    """The page as it is drawn; `is_saved` is False while the disk refuses."""

    is_saved: bool = True


class ChildSession:
    """Everything that a child can do in a turn. Call from the event loop."""

    def __init__(
        self,
        state: ChildSessionState,
        write: Callable[[str, Json], Awaitable[None]],
        lock: Callable[[], Awaitable[None]],
    ) -> None:
        self.state, self.lock = state, lock
        self._turn = child_update.ChildTurn(state.form, state.band, state.chosen_name)

        async def write_line(line: child_update.WriteLine) -> None:
            await write(line.link_id, line.plain)

        self._queue = WriteQueue(write_line)

    def current_entry(self, link_id: str) -> AnswerEntry | None:
        """The answer as it stands, with letters that are not written yet."""
        letters = self._turn.letters
        return letters[link_id] if link_id in letters else self._turn.form.entries.get(link_id)

    async def dispatch(self, event: child_update.ChildEvent) -> None:
        """Let the page follow an event, and write the lines that it brings."""
        self._apply(event)
        await self._flush()

    async def set_answer(self, link_id: str, entry: AnswerEntry | None) -> None:
        """Give an answer by tap; None takes it back. The one before stays in the list of answers."""
        await self.dispatch(child_update.AnswerTapped(link_id, entry))

    def queue_input(self, link_id: str, entry: AnswerEntry | None) -> None:
        """Take letters that arrived in a field."""
        self._apply(child_update.LettersTyped(link_id, entry))
        self._queue.restart_debounce(self._save_typing)

    def reopen_question(self, link_id: str) -> None:
        """Open one question again from the look back."""
        self._apply(child_update.QuestionReopened(link_id))

    async def close(self) -> list[tuple[str, Json]]:
        """Write what stands, and return the lines that the disk refused."""
        self._queue.stop_debounce()
        await self.dispatch(child_update.ChildSignal.PAGE_TAKEN)
        return [(line.link_id, line.plain) for line in self._queue.entries]

    def _apply(self, event: child_update.ChildEvent) -> None:
        self._turn, lines = child_update.update(self._turn, event)
        self._queue.add(*lines)
        turn, state = self._turn, self.state
        state.form, state.screen = turn.form, turn.screen
        state.current_link_id, state.is_changing = turn.current_link_id, turn.is_changing

    async def _flush(self) -> None:
        try:
            await self._queue.flush()
        except StoreFault:
            # Tried again with the next change; the page asks the child to give the device back.
            self.state.is_saved = False
        else:
            self.state.is_saved = True

    async def _save_typing(self) -> None:
        await self.dispatch(child_update.ChildSignal.TYPING_RESTED)


def is_given(entry: AnswerEntry | None) -> bool:
    """Whether there is an answer, and not a skip."""
    return entry is not None and not isinstance(entry, NotAnswered)
