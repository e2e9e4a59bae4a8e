"""Preview of moving a form in progress to another version of its tool.

A form stays with the version it was begun with until a person moves it. Entries are never deleted,
so moving back gives the same form.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.definitions.definition import Instrument, Item
from assessments.engine.answers import AnswerEntry
from assessments.engine.validation import validate_entry


@dataclass(frozen=True, slots=True, repr=False)
class RewordedItem:
    """An item whose text differs between two versions."""

    link_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, repr=False)
class MovePreview:
    """What moving a form would do. Only `unread` concerns entries: they are kept, but not read."""

    before: str
    after: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    reworded: tuple[RewordedItem, ...]
    unread: tuple[str, ...]
    to_look_at: tuple[str, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether the two versions are alike for this form."""
        return not (self.added or self.gone or self.reworded or self.unread or self.to_look_at)


def preview_move(old: Instrument, new: Instrument, entries: Mapping[str, AnswerEntry]) -> MovePreview:
    """Compare two versions for a form with these entries.

    `unread` are entries whose item is gone or of another kind; `to_look_at` those that the new
    version does not accept as they are.
    """
    before, after = old.index, new.index
    unread = [link_id for link_id in entries if not _same_kind(before.get(link_id), after.get(link_id))]
    return MovePreview(
        before=old.version,
        after=new.version,
        added=tuple(link_id for link_id in after if link_id not in before),
        gone=tuple(link_id for link_id in before if link_id not in after),
        reworded=tuple(
            RewordedItem(link_id, before[link_id].text, item.text)
            for link_id, item in after.items()
            if link_id in before and before[link_id].text != item.text
        ),
        unread=tuple(unread),
        to_look_at=tuple(
            link_id
            for link_id, entry in entries.items()
            if link_id not in unread and validate_entry(after[link_id], entry)
        ),
    )


def _same_kind(before: Item | None, after: Item | None) -> bool:
    return (
        before is not None
        and after is not None
        and (before.type, before.repeats) == (after.type, after.repeats)
    )
