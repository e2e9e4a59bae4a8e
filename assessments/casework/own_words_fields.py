"""Text fields in the practitioner's own words, and the listed phrases that they chose to keep there.

Exact words of a child or another person are in fields of their own and are never checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessments.casework.phrasing_check import find_phrases
from assessments.definitions.definition import Item, walk_items
from assessments.engine.answers import Answered, AnswerEntry
from assessments.engine.form import Form

KeptPhrases = tuple[tuple[str, tuple[str, ...]], ...]


def is_practitioner_wording(item: Item) -> bool:
    """Whether what is typed here is the practitioner's own wording."""
    return item.type == "text" and not item.for_child and not item.exact_words


def find_kept_phrases(form: Form) -> KeptPhrases:
    """The phrases that the writer chose to keep, by item. One that was reworded later is left out."""
    chosen = dict(form.context.kept_phrases)
    found = {link_id: set[str]() for link_id in chosen}
    for link_id, text in _walk_practitioner_texts(form.instrument.items, form.answers):
        if link_id in found:
            found[link_id] |= {hit.code for hit in find_phrases(text)} & set(chosen[link_id])
    return tuple(sorted((link_id, tuple(sorted(codes))) for link_id, codes in found.items() if codes))


def _walk_practitioner_texts(
    items: tuple[Item, ...], entries: Mapping[str, AnswerEntry]
) -> Iterator[tuple[str, str]]:
    """Every text of the practitioner's own with its item; those in the rows of a group too."""
    for item in walk_items(items):
        entry = entries.get(item.link_id)
        if not isinstance(entry, Answered):
            continue
        if item.repeats and isinstance(entry.value, tuple):
            for row in entry.value:
                if isinstance(row, Mapping):
                    yield from _walk_practitioner_texts(item.items, row)
        elif is_practitioner_wording(item):
            yield item.link_id, str(entry.value)
