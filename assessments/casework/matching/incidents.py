"""Duplicate incidents: records that may be of one incident, and the joined record of those that are.

Only a person decides. A joined incident has the worst severity and all texts of its records.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations, groupby

from assessments.casework.casework_records import (
    ChildAtIncident,
    Incident,
    Precision,
    RecordLink,
    find_decided_pairs,
    find_linked_ids,
)

_PRECISION_ORDER: tuple[Precision, ...] = ("exact", "about", "before")
_SEPARATOR = " / "
_TEXT_FIELDS = ("what", "threat", "injury", "outcome", "protective", "source", "place", "police_ref")
_LIST_FIELDS = ("tactics", "by_ids", "to_ids", "kept_phrases")


def group_incident_records(
    incidents: Iterable[Incident], links: Iterable[RecordLink]
) -> tuple[tuple[Incident, ...], ...]:
    """The records of each incident: one, or those that a person joined."""
    joins = [link for link in links if link.kind == "same-event"]
    groups: dict[str, list[Incident]] = {}
    for incident in incidents:
        first = min(find_linked_ids(joins, incident.id, "same-event")) if joins else incident.id
        groups.setdefault(first, []).append(incident)
    return tuple(tuple(group) for group in groups.values())


def deduplicate_incidents(incidents: Iterable[Incident], links: Iterable[RecordLink]) -> tuple[Incident, ...]:
    """Each incident once; one with several records has the day and id of its most precise record."""
    return tuple(combine_incident_records(group) for group in group_incident_records(incidents, links))


def combine_incident_records(group: Sequence[Incident]) -> Incident:
    """One incident of all its records."""
    if len(group) == 1:
        return group[0]
    ordered = sorted(group, key=lambda one: (_PRECISION_ORDER.index(one.precision), one.on, one.id))
    levels = [incident.severity for incident in ordered if incident.severity is not None]
    texts = {name: _join_texts(getattr(incident, name) for incident in ordered) for name in _TEXT_FIELDS}
    lists = {
        name: tuple(dict.fromkeys(part for incident in ordered for part in getattr(incident, name)))
        for name in _LIST_FIELDS
    }
    combined = {"severity": max(levels, default=None), "children": _combine_children(ordered)}
    return ordered[0].model_copy(update={**combined, **texts, **lists})


def find_possible_duplicate_incidents(
    incidents: Iterable[Incident], links: Iterable[RecordLink]
) -> tuple[tuple[Incident, Incident], ...]:
    """Undecided pairs that may be of one incident."""
    known = tuple(links)
    joins = [link for link in known if link.kind == "same-event"]
    settled = find_decided_pairs(known)
    ordered = sorted(incidents, key=lambda incident: (incident.on, incident.id))
    return tuple(
        (one, other)
        for _, day in groupby(ordered, key=lambda incident: incident.on)
        for one, other in combinations(list(day), 2)
        if frozenset((one.id, other.id)) not in settled
        and other.id not in find_linked_ids(joins, one.id, "same-event")
        and _may_be_same_incident(one, other, known)
    )


def _may_be_same_incident(one: Incident, other: Incident, links: Sequence[RecordLink]) -> bool:
    """Whether nothing speaks against it; across households the same person must have done it."""
    if "before" in (one.precision, other.precision) or (one.time and other.time and one.time != other.time):
        return False
    by, to = (
        tuple(
            {min(find_linked_ids(links, person_id, "same-person")) for person_id in getattr(incident, name)}
            for incident in (one, other)
        )
        for name in ("by_ids", "to_ids")
    )
    if one.household_id != other.household_id and not (by[0] & by[1]):
        return False
    kinds = set(one.tactics), set(other.tactics)
    return all(not here or not there or here & there for here, there in (by, to, kinds))


def _join_texts(words: Iterable[str]) -> str:
    return _SEPARATOR.join(dict.fromkeys(part for part in words if part))


def _combine_children(group: Sequence[Incident]) -> tuple[ChildAtIncident, ...]:
    """Each child once: there if any record has them there, and all that they saw or heard."""
    by_child: dict[str, list[ChildAtIncident]] = {}
    for child in (child for incident in group for child in incident.children):
        by_child.setdefault(child.id, []).append(child)
    return tuple(
        said[0].model_copy(
            update={
                "there": any(one.there for one in said),
                "where": _join_texts(one.where for one in said),
                "heard_it": _any_known(one.heard_it for one in said),
                "saw_it": _any_known(one.saw_it for one in said),
            }
        )
        for said in by_child.values()
    )


def _any_known(said: Iterable[bool | None]) -> bool | None:
    """True where anybody says so, None where nobody knows."""
    known = [one for one in said if one is not None]
    return any(known) if known else None
