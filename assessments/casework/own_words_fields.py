"""Which fields hold the practitioner's own words, and which phrases of the list they keep there.

What a child or anybody else said stands in fields of its own and is never looked at: exact words with
their origin, what a child types, and text that is somebody's words as they said them. This room knows
forms and the list of `language`; it refuses to know screens.

    still_kept(form)      # (("facts", ("alleges",)),)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessments.casework.phrasing_check import find
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, Entry, walk
from assessments.engine.form import Form

KeptPhrases = tuple[tuple[str, tuple[str, ...]], ...]


def is_own(item: Item) -> bool:
    """Whether what is typed here is the practitioner's own wording."""
    return item.type == "text" and not item.for_child and not item.exact_words


def still_kept(form: Form) -> KeptPhrases:
    """The phrases that the writer chose to keep and that stand in the record, by the item they stand in.

    One that was kept and later written differently is not counted.
    """
    chosen = dict(form.context.kept_phrases)
    found = {link_id: set[str]() for link_id in chosen}
    for link_id, text in _own_texts(form.instrument.items, form.answers):
        if link_id in found:
            found[link_id] |= {hit.code for hit in find(text)} & set(chosen[link_id])
    return tuple(sorted((link_id, tuple(sorted(codes))) for link_id, codes in found.items() if codes))


def _own_texts(items: tuple[Item, ...], entries: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """Every text of the practitioner's own with its item; those in the rows of a group too."""
    for item in walk(items):
        entry = entries.get(item.link_id)
        if not isinstance(entry, Answered):
            continue
        if item.repeats and isinstance(entry.value, tuple):
            for row in entry.value:
                if isinstance(row, Mapping):
                    yield from _own_texts(item.items, row)
        elif is_own(item):
            yield item.link_id, str(entry.value)
