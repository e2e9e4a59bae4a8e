"""An item together with its entry and the ways to change it.

This room knows the two speeds of change: a tap is an answer at once, letters are an answer when the
typing rests. `half` is what was typed and is not an answer yet; it is kept beside the answers and
shown again, and never becomes one by itself. The controls of `items` see a form through this alone,
so that a question in a row of a group is the same as one on a page.

    bind_item(actions, item).tap(Answered("yes"))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from app.core.controller import AppController
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import AnswerEntry, NotAnswered
from assessments.engine.form import AnswerCleared, AnswerEntered, PhraseKept


@dataclass(frozen=True, slots=True)
class BoundItem:
    """One item on a page. `place` is unique on it; `name` names it for keys and holds ids only."""

    item: Item
    place: str
    key: str
    entry: AnswerEntry | None
    problem: str
    # At once, and with the letters: an entry (None takes it back), and what is half-typed (None: nothing).
    set_answer: Callable[[AnswerEntry | None, Any], Awaitable[None]]
    set_answer_debounced: Callable[[AnswerEntry | None, Any], None]
    # What stands at this moment, with letters that are not kept yet.
    current_entry: Callable[[], AnswerEntry | None]
    read_draft: Callable[[], Any]
    # Codes of phrases that stay as they are, by the link_id of the text, and how one is kept.
    kept_phrases: Callable[[str], Collection[str]]
    keep_phrase: Callable[[str, str], Awaitable[None]]

    def __repr__(self) -> str:
        return f"<BoundItem {self.item.link_id}>"

    @property
    def draft(self) -> Any:
        """What was typed and is not an answer yet, or None."""
        return self.read_draft()

    @property
    def not_answered(self) -> NotAnswered | None:
        """Why there is no answer, if that was said."""
        return self.entry if isinstance(self.entry, NotAnswered) else None


def bind_item(
    actions: AppController, item: Item, *, work_id: str, entry: AnswerEntry | None, problem: str = ""
) -> BoundItem:
    """An item of the open form."""

    def event(changed: AnswerEntry | None) -> AnswerEntered | AnswerCleared:
        return AnswerCleared(item.link_id) if changed is None else AnswerEntered(item.link_id, changed)

    async def tap(changed: AnswerEntry | None, half: Any = None) -> None:
        actions.set_item_draft(item.link_id, half)
        await actions.dispatch(event(changed))

    def typed(changed: AnswerEntry | None, half: Any = None) -> None:
        actions.set_item_draft(item.link_id, half)
        actions.queue_input(event(changed))

    def kept(link_id: str) -> Collection[str]:
        work = actions.model.open_assessment
        return dict(work.form.context.kept_phrases).get(link_id, ()) if work is not None else ()

    return BoundItem(
        item=item,
        place=item.link_id,
        key=f"{work_id}.{item.link_id}",
        entry=entry,
        problem=problem,
        set_answer=tap,
        set_answer_debounced=typed,
        current_entry=lambda: actions.current_entry(item.link_id),
        read_draft=lambda: actions.item_drafts.get(item.link_id),
        kept_phrases=kept,
        keep_phrase=lambda link_id, code: actions.dispatch(PhraseKept(link_id, code)),
    )


def not_answered_label(item: Item, state: str) -> str:
    """What a way of not answering is called for this item."""
    return dict(item.state_words).get(state) or say(f"state.{state}")
