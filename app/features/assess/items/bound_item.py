"""An item together with its entry and the ways to change it: all that a control sees of a form, so that a
question in a row of a group is the same as one on a page. A choice is saved at once, typing when it rests.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from app.core.controller import AppController
from app.features.assess.items.drafts import ItemDraft, draft_from_plain
from assessments.definitions.definition import Item
from assessments.engine.answers import AnswerEntry, NotAnswered
from assessments.engine.form import AnswerCleared, AnswerEntered, PhraseKept


@dataclass(frozen=True, slots=True, repr=False)
class BoundItem:
    """One item on a page. `key` is unique on it and holds ids only; `entry` is that of the last drawing."""

    item: Item
    key: str
    entry: AnswerEntry | None
    problem: str
    # Save at once, or when typing rests: an entry (None clears it) and a draft (None clears it).
    set_answer: Callable[[AnswerEntry | None, ItemDraft | None], Awaitable[None]]
    set_answer_debounced: Callable[[AnswerEntry | None, ItemDraft | None], None]
    # The entry at this moment, with typing that is not saved yet.
    current_entry: Callable[[], AnswerEntry | None]
    read_draft: Callable[[], ItemDraft | None]
    # Codes of the phrases that the writer keeps, by the link_id of the text, and the way to keep one.
    kept_phrases: Callable[[str], Collection[str]]
    keep_phrase: Callable[[str, str], Awaitable[None]]

    @property
    def draft(self) -> ItemDraft | None:
        """What was typed and is no answer yet, or None."""
        return self.read_draft()

    @property
    def not_answered(self) -> NotAnswered | None:
        """Why there is no answer, if a way of not answering was chosen."""
        return self.entry if isinstance(self.entry, NotAnswered) else None


def bind_item(
    actions: AppController, item: Item, *, work_id: str, entry: AnswerEntry | None, problem: str = ""
) -> BoundItem:
    """Bind an item of the open form."""
    link_id = item.link_id

    def event(changed: AnswerEntry | None, draft: ItemDraft | None) -> AnswerEntered | AnswerCleared:
        actions.autosave.set_item_draft(link_id, None if draft is None else draft.to_plain())
        return AnswerCleared(link_id) if changed is None else AnswerEntered(link_id, changed)

    def kept_phrases(text_id: str) -> Collection[str]:
        work = actions.model.open_assessment
        return dict(work.form.context.kept_phrases).get(text_id, ()) if work is not None else ()

    return BoundItem(
        item=item,
        key=f"{work_id}.{link_id}",
        entry=entry,
        problem=problem,
        set_answer=lambda changed, draft: actions.dispatch(event(changed, draft)),
        set_answer_debounced=lambda changed, draft: actions.autosave.queue_input(event(changed, draft)),
        current_entry=lambda: actions.autosave.current_entry(link_id),
        read_draft=lambda: draft_from_plain(item, actions.autosave.item_drafts.get(link_id)),
        kept_phrases=kept_phrases,
        keep_phrase=lambda text_id, code: actions.dispatch(PhraseKept(text_id, code)),
    )
