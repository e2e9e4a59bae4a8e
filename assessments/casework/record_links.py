"""Record links: what a practitioner decided about two records, that they are of one thing, or of two.

A device hints and never decides. A link joins records without merging them; it stands until it is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from assessments.casework.casework_records import RecordLink

SameRecordKind = Literal["same-person", "same-event"]


def find_decided_pairs(links: Iterable[RecordLink]) -> set[frozenset[str]]:
    """The pairs that a person has decided about, either way, and has not undone."""
    return {
        frozenset((link.own_id, link.other_id))
        for link in links
        if link.kind in ("same-person", "same-event", "not-same") and link.undone_at is None
    }


def find_links_of(links: Iterable[RecordLink], record_id: str) -> Iterator[tuple[RecordLink, str]]:
    """Yield each link of a record that stands, with the id at its other end."""
    for link in links:
        if link.undone_at is None and record_id in (link.own_id, link.other_id):
            yield link, link.other_id if link.own_id == record_id else link.own_id


def find_linked_ids(links: Iterable[RecordLink], record_id: str, kind: SameRecordKind) -> frozenset[str]:
    """Every record joined to this one by active links, directly or through others."""
    active = [link for link in links if link.kind == kind and link.undone_at is None]
    found, grown = {record_id}, True
    while grown:
        more = {
            name
            for link in active
            if found & {link.own_id, link.other_id}
            for name in (link.own_id, link.other_id)
        }
        grown = not more <= found
        found |= more
    return frozenset(found)


def find_same_person_ids(links: Iterable[RecordLink], person_id: str) -> frozenset[str]:
    """Every record of one human being, in however many households."""
    return find_linked_ids(links, person_id, "same-person")
