"""Relationship kinds between two people, their inverses, and what follows from them.

A relationship is stored as it was entered; its other direction follows from its kind. Faults never block.

    >>> invert_kind("mother"), invert_kind("half-sibling"), invert_kind("harms")
    ('child', 'half-sibling', 'harmed-by')
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from assessments.casework.records import Relationship

# Each kind and what the other person is then; a kind that is its own other side is mutual.
_INVERSE_PAIRS = (
    ("parent", "child"),
    ("step-parent", "step-child"),
    ("grandparent", "grandchild"),
    ("aunt-uncle", "niece-nephew"),
    ("foster-carer", "foster-child"),
    ("carer", "cared-for"),
    ("host", "guest"),
    ("harms", "harmed-by"),
    ("professional", "supported-by"),
)
_SYMMETRIC_KINDS = (
    *("sibling", "half-sibling", "step-sibling", "partner", "ex-partner"),
    *("lives-with", "spends-time-with"),
)
# Closer words that people use, and the kinds they mean.
_KIND_SYNONYMS = {
    "mother": "parent",
    "father": "parent",
    "stepmother": "step-parent",
    "stepfather": "step-parent",
    "brother": "sibling",
    "sister": "sibling",
}
_INVERSE_KINDS = {
    **dict(_INVERSE_PAIRS),
    **{there: here for here, there in _INVERSE_PAIRS},
    **{kind: kind for kind in _SYMMETRIC_KINDS},
}

# The kinds as a person is offered them, by what they are about.
GROUPS: dict[str, tuple[str, ...]] = {
    "family": (
        *("mother", "father", "parent", "child", "step-parent", "step-child"),
        *("sibling", "half-sibling", "step-sibling"),
        *("grandparent", "grandchild", "aunt-uncle", "niece-nephew"),
    ),
    "couple": ("partner", "ex-partner"),
    "home": (
        *("lives-with", "spends-time-with", "carer", "cared-for"),
        *("foster-carer", "foster-child", "host", "guest"),
    ),
    "harm": ("harms", "harmed-by"),
    "work": ("professional", "supported-by"),
}
KINDS = frozenset(_INVERSE_KINDS) | frozenset(_KIND_SYNONYMS)
SIBLING_KINDS = ("sibling", "half-sibling", "step-sibling")


@dataclass(frozen=True, slots=True, repr=False)
class RelationshipSide:
    """One person's side of a relationship: `kind` of the other, who is the `inverse_kind` of this one."""

    relationship_id: str
    other_id: str
    kind: str
    inverse_kind: str
    is_stored_direction: bool


@dataclass(frozen=True, slots=True, repr=False)
class RelationshipFault:
    """Something that cannot be right: "own-self", "circle" (of parents) or "twice". People by id."""

    code: Literal["own-self", "circle", "twice"]
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class SiblingHint:
    """Two children of one parent without a recorded relationship: they may be this to each other."""

    one_id: str
    other_id: str
    kind: Literal["sibling", "half-sibling"]
    parent_ids: tuple[str, ...]


def normalise_kind(kind: str) -> str:
    """The kind that a closer word means: "mother" is "parent". Other kinds are unchanged."""
    return _KIND_SYNONYMS.get(kind, kind)


def invert_kind(kind: str) -> str:
    """What the other person is then. A kind that is not known here has "other" on its other side."""
    return _INVERSE_KINDS.get(normalise_kind(kind), "other")


def find_active_relationships(relationships: Iterable[Relationship]) -> tuple[Relationship, ...]:
    """The relationships that nobody has undone."""
    return tuple(found for found in relationships if found.undone_at is None)


def find_relationships_of(
    person_id: str, relationships: Iterable[Relationship]
) -> tuple[RelationshipSide, ...]:
    """All that one person is to others, in the order of entry; what was entered from both ends is one."""
    found: dict[tuple[str, str], RelationshipSide] = {}
    for link in find_active_relationships(relationships):
        if link.from_id == link.to_id:
            continue
        inverse = invert_kind(link.kind)
        if link.from_id == person_id:
            tie = RelationshipSide(link.id, link.to_id, link.kind, inverse, is_stored_direction=True)
        elif link.to_id == person_id:
            tie = RelationshipSide(link.id, link.from_id, inverse, link.kind, is_stored_direction=False)
        else:
            continue
        same = (tie.other_id, normalise_kind(tie.kind))
        before = found.get(same)
        if before is None:
            found[same] = tie
        elif before.is_stored_direction != tie.is_stored_direction:
            own, theirs = (before, tie) if before.is_stored_direction else (tie, before)
            found[same] = replace(own, inverse_kind=theirs.inverse_kind, is_stored_direction=True)
    return tuple(found.values())


def find_relationship_faults(relationships: Iterable[Relationship]) -> tuple[RelationshipFault, ...]:
    """What cannot be right, each once, in a fixed order whatever the order of the relationships."""
    links = find_active_relationships(relationships)
    found = {RelationshipFault("own-self", (link.from_id,)) for link in links if link.from_id == link.to_id}
    first_ids: dict[tuple[str, str, str], str] = {}
    for link in links:
        kind = normalise_kind(link.kind)
        same = (link.from_id, link.to_id, kind)
        if first_ids.setdefault(same, link.id) != link.id:
            found.add(RelationshipFault("twice", (link.from_id, link.to_id)))
    found |= {RelationshipFault("circle", circle) for circle in _find_parent_cycles(_children_of(links))}
    return tuple(sorted(found, key=lambda fault: (fault.code, fault.person_ids)))


def parents_of(person_id: str, relationships: Iterable[Relationship]) -> tuple[str, ...]:
    """The ids of a person's parents, not of step-parents, in the order of entry."""
    ties = find_relationships_of(person_id, relationships)
    return tuple(tie.other_id for tie in ties if tie.kind == "child")


def sibling_hints(relationships: Iterable[Relationship]) -> tuple[SiblingHint, ...]:
    """Pairs who share a parent and are not recorded as siblings; half-siblings where one parent is shared and
    each has another."""
    links = find_active_relationships(relationships)
    parents: defaultdict[str, set[str]] = defaultdict(set)
    for parent, children in _children_of(links).items():
        for child in children:
            parents[child].add(parent)
    recorded = {
        frozenset((link.from_id, link.to_id)) for link in links if normalise_kind(link.kind) in SIBLING_KINDS
    }
    found = []
    for one, other in combinations(sorted(parents), 2):
        shared = parents[one] & parents[other]
        if shared and frozenset((one, other)) not in recorded:
            apart = len(shared) == 1 and parents[one] - shared and parents[other] - shared
            kind: Literal["sibling", "half-sibling"] = "half-sibling" if apart else "sibling"
            found.append(SiblingHint(one, other, kind, tuple(sorted(shared))))
    return tuple(found)


def generations(person_ids: Iterable[str], relationships: Iterable[Relationship]) -> dict[str, int]:
    """The generation of each person: 0 is the eldest. Partners share one, and so do siblings. A person
    without relationships is in the eldest. A circle of parents is broken where it closes."""
    ids = tuple(person_ids)
    links = tuple(
        link for link in find_active_relationships(relationships) if link.from_id in ids and link.to_id in ids
    )
    steps = [*_generation_steps(links)]
    depth = dict.fromkeys(ids, 0)
    # As many rounds as there are people reach every end; a circle cannot loop for ever.
    for _ in ids:
        before = dict(depth)
        for elder, younger, step in steps:
            depth[younger] = min(max(depth[younger], depth[elder] + step), len(ids))
            if step == 0:
                depth[elder] = max(depth[elder], depth[younger])
        if depth == before:
            break
    # A parent who married in is level with the other parent: no higher than one above the child.
    for _ in ids:
        lifted = {
            elder: min(depth[younger] - step for up, younger, step in steps if up == elder)
            for elder, _, _ in steps
        }
        changed = {elder: level for elder, level in lifted.items() if level > depth[elder]}
        if not changed:
            break
        depth.update(changed)
    lowest = min(depth.values(), default=0)
    return {person: level - lowest for person, level in depth.items()}


_GENERATIONS_DOWN = {"parent": 1, "step-parent": 1, "foster-carer": 1, "aunt-uncle": 1, "grandparent": 2}
_SAME_GENERATION_KINDS = ("partner", "ex-partner", *SIBLING_KINDS)


def _generation_steps(links: Iterable[Relationship]) -> Iterator[tuple[str, str, int]]:
    for link in links:
        kind = normalise_kind(link.kind)
        if kind in _GENERATIONS_DOWN:
            yield link.from_id, link.to_id, _GENERATIONS_DOWN[kind]
        elif invert_kind(kind) in _GENERATIONS_DOWN:
            yield link.to_id, link.from_id, _GENERATIONS_DOWN[invert_kind(kind)]
        elif kind in _SAME_GENERATION_KINDS:
            yield link.from_id, link.to_id, 0


def _children_of(links: Iterable[Relationship]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.from_id != link.to_id and normalise_kind(link.kind) == "parent":
            found[link.from_id].add(link.to_id)
        elif link.from_id != link.to_id and link.kind == "child":
            found[link.to_id].add(link.from_id)
    return dict(found)


def _find_parent_cycles(children: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """People who are their own ancestors, each circle as sorted ids."""
    beneath: dict[str, set[str]] = {}
    for person in children:
        seen: set[str] = set()
        waiting = [person]
        while waiting:
            more = children.get(waiting.pop(), set()) - seen
            seen |= more
            waiting.extend(more)
        beneath[person] = seen
    own = {person for person, under in beneath.items() if person in under}
    return {
        tuple(sorted(other for other in own if other in beneath[person] and person in beneath[other]))
        for person in own
    }
