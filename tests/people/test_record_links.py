"""The links of a record: those that stand, from either end."""

from __future__ import annotations

from datetime import UTC, datetime

from assessments.casework.casework_records import RecordLink, find_links_of

NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)


def link(link_id: str, own: str, other: str, undone: datetime | None = None) -> RecordLink:
    return RecordLink(
        id=link_id,
        household_id="h1",
        kind="same-person",
        own_id=own,
        other_household_id="h2",
        other_id=other,
        decided_at=NOON,
        undone_at=undone,
    )


def test_a_link_is_found_from_both_ends_until_it_is_undone() -> None:
    links = [link("1", "a", "b"), link("2", "c", "a"), link("3", "a", "d", NOON), link("4", "b", "c")]
    assert [(found.id, other) for found, other in find_links_of(links, "a")] == [("1", "b"), ("2", "c")]
    assert [(found.id, other) for found, other in find_links_of(links, "d")] == []
