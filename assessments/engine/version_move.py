"""Preview of moving a form in progress to another version of its tool.

A form stays with the version it was begun with until a person moves it. Entries are never deleted,
so moving back gives the same form.

    preview_move(old, new, form.entries).unread    # entries that the new version cannot read
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessments.definitions.definition import Instrument, Item
from assessments.engine.answers import AnswerEntry
from assessments.engine.enablement import find_visible_items
from assessments.engine.form import Form
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


def move_form(form: Form, new: Instrument) -> Form:
    """The form under another version. Entries that it cannot read stay out of it, and in the store."""
    old = form.instrument.index
    kept = {
        link_id: entry
        for link_id, entry in form.entries.items()
        if _same_kind(old.get(link_id), new.index.get(link_id))
    }
    return replace(form, instrument=new, entries=kept, visible=find_visible_items(new, kept), page=0)


def find_breaking_changes(old: Instrument, new: Instrument) -> tuple[str, ...]:
    """What forbids `new` to follow `old`: sentences. link_ids and codes are for ever."""
    faults = []
    for link_id, item in old.index.items():
        later = new.index.get(link_id)
        if later is None:
            if link_id not in new.retired:
                faults.append(f'"{link_id}" is gone. Name it in retired, or keep it.')
            continue
        if later.type != item.type or later.repeats != item.repeats:
            faults.append(f'"{link_id}" was of type {item.type} and is now {later.type}. Use a new link_id.')
        faults += [
            f'"{link_id}" no longer has the option "{option.code}". Keep it with retired = true.'
            for option in item.options
            if later.option(option.code) is None
        ]
    faults += [
        f'"{link_id}" was retired and is used again.' for link_id in old.retired if link_id in new.index
    ]
    faults += [f'"{link_id}" was retired before. Keep it in retired.' for link_id in old.retired
               if link_id not in new.retired and link_id not in new.index]  # fmt: skip
    return tuple(faults)


def _same_kind(before: Item | None, after: Item | None) -> bool:
    return (
        before is not None
        and after is not None
        and (before.type, before.repeats) == (after.type, after.repeats)
    )
