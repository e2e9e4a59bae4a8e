"""One event that was told twice and written down twice: counted once, where a person says that it is one.

This room finds records that may be of one event (the same day, nothing in the people or in what kind of
act that speaks against it) and puts together those that somebody joined. Both records stay as they are.
What is put together is never milder than either: the worst severity, and all that any of them says.

    once(events, links)       # as many as there were events, not records
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assessments.casework.casework_records import ChildThere, Event, Link, Precision
from assessments.casework.record_links import decided, joined

_SURE: dict[Precision, int] = {"exact": 0, "about": 1, "before": 2}
_BETWEEN = " / "
_WORDS = ("what", "threat", "injury", "outcome", "protective", "source", "place", "police_ref")


def records(events: Iterable[Event], links: Iterable[Link]) -> tuple[tuple[Event, ...], ...]:
    """The records of each event: one, or those that a person joined."""
    joins = [link for link in links if link.kind == "same-event"]
    groups: dict[str, list[Event]] = {}
    for event in events:
        first = min(joined(joins, event.id, "same-event")) if joins else event.id
        groups.setdefault(first, []).append(event)
    return tuple(tuple(group) for group in groups.values())


def once(events: Iterable[Event], links: Iterable[Link]) -> tuple[Event, ...]:
    """Each event once. One with several records is on its surest day, under the id of that record."""
    return tuple(together(group) for group in records(events, links))


def together(group: Sequence[Event]) -> Event:
    """One event of all its records."""
    if len(group) == 1:
        return group[0]
    ordered = sorted(group, key=lambda event: (_SURE[event.precision], event.on, event.id))
    levels = [event.severity for event in ordered if event.severity is not None]
    return ordered[0].model_copy(
        update={
            "severity": max(levels, default=None),
            **{name: _all_words(getattr(event, name) for event in ordered) for name in _WORDS},
            **{
                name: tuple(dict.fromkeys(part for event in ordered for part in getattr(event, name)))
                for name in ("tactics", "by_ids", "to_ids", "kept_phrases")
            },
            "children": _children(ordered),
        }
    )


def may_be_one(events: Iterable[Event], links: Iterable[Link]) -> tuple[tuple[Event, Event], ...]:
    """Pairs that may be of one event, for a person to decide; none that somebody decided about."""
    known = tuple(links)
    joins = [link for link in known if link.kind == "same-event"]
    settled = decided(known)
    ordered = sorted(events, key=lambda event: (event.on, event.id))
    return tuple(
        (one, other)
        for _, day in groupby(ordered, key=lambda event: event.on)
        for one, other in _pairs(list(day))
        if frozenset((one.id, other.id)) not in settled
        and other.id not in joined(joins, one.id, "same-event")
        and _alike(one, other, known)
    )


def _pairs(day: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    for place, one in enumerate(day):
        yield from ((one, other) for other in day[place + 1 :])


def _alike(one: Event, other: Event, links: Sequence[Link]) -> bool:
    """Nothing known of one speaks against the other. In two households the same person must have done it."""
    if "before" in (one.precision, other.precision) or (one.time and other.time and one.time != other.time):
        return False
    by, to = (
        (_persons(one.by_ids, links), _persons(other.by_ids, links)),
        (_persons(one.to_ids, links), _persons(other.to_ids, links)),
    )
    if one.household_id != other.household_id and not (by[0] & by[1]):
        return False
    kinds = set(one.tactics), set(other.tactics)
    return all(not here or not there or here & there for here, there in (by, to, kinds))


def _persons(person_ids: Iterable[str], links: Sequence[Link]) -> set[str]:
    return {min(joined(links, person_id, "same-person")) for person_id in person_ids}


def _all_words(words: Iterable[str]) -> str:
    return _BETWEEN.join(dict.fromkeys(part for part in words if part))


def _children(records: Sequence[Event]) -> tuple[ChildThere, ...]:
    """Each child once: there if any record has them there, and all that they saw or heard."""
    told: dict[str, list[ChildThere]] = {}
    for child in (child for event in records for child in event.children):
        told.setdefault(child.id, []).append(child)
    return tuple(
        said[0].model_copy(
            update={
                "there": any(one.there for one in said),
                "where": _all_words(one.where for one in said),
                "heard_it": _any(one.heard_it for one in said),
                "saw_it": _any(one.saw_it for one in said),
            }
        )
        for said in told.values()
    )


def _any(said: Iterable[bool | None]) -> bool | None:
    """True where anybody says so, None where nobody knows."""
    known = [one for one in said if one is not None]
    return any(known) if known else None
