"""What two people are to each other, from both sides."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.messages import has_message
from assessments.casework import kinship
from assessments.casework.kinship import RelationshipFault, SiblingHint
from assessments.casework.records import Relationship

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
_numbers = itertools.count()


def kinds(one: str, other: str, links: list[Relationship]) -> list[str]:
    """What the first is to the second."""
    return [tie.kind for tie in kinship.find_relationships_of(one, links) if tie.other_id == other]


def tie(one: str, kind: str, other: str, *, undone: bool = False) -> Relationship:
    return Relationship(
        id=f"r{next(_numbers)}",
        household_id="h",
        from_id=one,
        to_id=other,
        kind=kind,
        undone_at=NOW if undone else None,
    )


def sides(person: str, *links: Relationship) -> list[tuple[str, str, str]]:
    return [
        (found.kind, found.other_id, found.inverse_kind)
        for found in kinship.find_relationships_of(person, links)
    ]


@pytest.mark.parametrize("kind", sorted(kinship.KINDS))
def test_the_other_side_of_the_other_side_is_the_kind_itself(kind: str) -> None:
    assert kinship.invert_kind(kinship.invert_kind(kind)) == kinship.normalise_kind(kind)


def test_every_kind_is_offered_and_has_words() -> None:
    offered = {kind for group in kinship.GROUPS.values() for kind in group}
    assert offered <= kinship.KINDS
    assert {kinship.normalise_kind(kind) for kind in offered} == {
        kinship.normalise_kind(kind) for kind in kinship.KINDS
    }
    assert not [
        kind for kind in kinship.KINDS if not (has_message(f"kin.{kind}") or has_message(f"tie.{kind}"))
    ]
    assert not [group for group in kinship.GROUPS if not has_message(f"tie.group.{group}")]


def test_a_mother_is_a_mother_and_her_child_is_her_child() -> None:
    told = tie("ifeoma", "mother", "otis")
    assert sides("ifeoma", told) == [("mother", "otis", "child")]
    assert sides("otis", told) == [("child", "ifeoma", "mother")]


def test_one_tie_that_was_told_from_both_ends_is_said_once_with_both_words() -> None:
    told = [tie("otis", "child", "ifeoma"), tie("ifeoma", "mother", "otis")]
    for links in (told, told[::-1]):
        assert sides("otis", *links) == [("child", "ifeoma", "mother")]
        assert sides("ifeoma", *links) == [("mother", "otis", "child")]


def test_several_people_harm_and_several_are_harmed() -> None:
    links = [
        tie("dane", "harms", "ifeoma"),
        tie("dane", "harms", "otis"),
        tie("uncle", "harms", "ifeoma"),
    ]
    assert [other for _, other, _ in sides("dane", *links)] == ["ifeoma", "otis"]
    assert sides("ifeoma", *links) == [("harmed-by", "dane", "harms"), ("harmed-by", "uncle", "harms")]


def test_a_partner_who_harms_is_both() -> None:
    links = [tie("dane", "partner", "ifeoma"), tie("dane", "harms", "ifeoma")]
    assert kinds("dane", "ifeoma", links) == ["partner", "harms"]


def test_what_was_undone_counts_no_more() -> None:
    links = [tie("ifeoma", "mother", "otis", undone=True), tie("otis", "child", "otis", undone=True)]
    assert sides("otis", *links) == []
    assert kinship.find_relationship_faults(links) == ()


def test_nobody_is_their_own_parent() -> None:
    assert kinship.find_relationship_faults([tie("otis", "parent", "otis")]) == (
        RelationshipFault("own-self", ("otis",)),
    )
    assert sides("otis", tie("otis", "parent", "otis")) == []


def test_a_circle_of_parents_is_pointed_out() -> None:
    links = [
        tie("a", "mother", "b"),
        tie("b", "parent", "c"),
        tie("a", "child", "c"),
        tie("c", "parent", "d"),
    ]
    assert kinship.find_relationship_faults(links) == (RelationshipFault("circle", ("a", "b", "c")),)
    assert kinship.generations("abcd", links)["d"] <= 4


def test_the_same_thing_told_twice_is_pointed_out_and_from_both_ends_is_not() -> None:
    assert kinship.find_relationship_faults([tie("a", "mother", "b"), tie("b", "child", "a")]) == ()
    assert kinship.find_relationship_faults([tie("a", "mother", "b"), tie("a", "parent", "b")]) == (
        RelationshipFault("twice", ("a", "b")),
    )


def test_children_of_one_parent_are_hinted_at_as_siblings_until_it_is_told() -> None:
    links = [tie("ifeoma", "mother", "otis"), tie("wren", "child", "ifeoma")]
    assert kinship.sibling_hints(links) == (SiblingHint("otis", "wren", "sibling", ("ifeoma",)),)
    assert kinship.sibling_hints([*links, tie("otis", "brother", "wren")]) == ()
    assert kinship.sibling_hints([*links, tie("otis", "half-sibling", "wren")]) == ()


def test_children_who_share_one_parent_and_each_have_another_are_hinted_at_as_half_siblings() -> None:
    links = [
        tie("callan", "father", "piran"),
        tie("gwenna", "mother", "piran"),
        tie("callan", "father", "baby"),
        tie("rhosyn", "mother", "baby"),
    ]
    assert kinship.sibling_hints(links) == (SiblingHint("baby", "piran", "half-sibling", ("callan",)),)


def test_three_generations_stand_one_below_the_other() -> None:
    links = [
        tie("gwen", "mother", "hanneke"),
        tie("hanneke", "mother", "ezra"),
        tie("royce", "stepfather", "ezra"),
        tie("royce", "father", "dot"),
        tie("royce", "partner", "hanneke"),
        tie("ezra", "half-sibling", "dot"),
    ]
    levels = kinship.generations(["gwen", "hanneke", "royce", "ezra", "dot"], links)
    assert levels == {"gwen": 0, "hanneke": 1, "royce": 1, "ezra": 2, "dot": 2}


def test_a_parent_who_married_in_stands_beside_the_other_parent() -> None:
    links = [
        tie("gran", "grandparent", "child"),
        tie("gran", "mother", "mum"),
        tie("mum", "mother", "child"),
        tie("dad", "father", "child"),
    ]
    levels = kinship.generations(["gran", "mum", "dad", "child"], links)
    assert levels == {"gran": 0, "mum": 1, "dad": 1, "child": 2}


_people = st.sampled_from("abcd")
_links = st.lists(st.tuples(_people, st.sampled_from(sorted(kinship.KINDS)), _people), max_size=8)


@given(_links, st.randoms(use_true_random=False))
def test_faults_hints_and_sides_do_not_depend_on_the_order_of_telling(parts: list, random) -> None:  # type: ignore[no-untyped-def,type-arg]  # hypothesis gives them
    links = [Relationship(id=f"r{n}", household_id="h", from_id=a, to_id=b, kind=kind)
             for n, (a, kind, b) in enumerate(parts)]  # fmt: skip
    mixed = random.sample(links, len(links))
    assert kinship.find_relationship_faults(links) == kinship.find_relationship_faults(mixed)
    assert kinship.sibling_hints(links) == kinship.sibling_hints(mixed)
    assert kinship.generations("abcd", links).keys() == set("abcd")
    for one, other in itertools.permutations("abcd", 2):
        seen = set(map(kinship.normalise_kind, kinds(one, other, links)))
        back = set(map(kinship.invert_kind, kinds(other, one, mixed)))
        assert seen == back
