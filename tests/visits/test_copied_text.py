"""Text that stands under two children is pointed out; what each child said is not taken for a fault."""

from __future__ import annotations

import pytest

from assessments.casework.matching.text import Passage, find_copied_text
from assessments.definitions import catalogue

RULES = catalogue.load_child_accounting_rules()
CALM = "Settled and stayed close to Mum for the whole visit."


def found(one: str, other: str, *, whose: str = "seen", same_child: bool = False) -> list[tuple[str, str]]:
    passages = [
        Passage("otis", whose, "1", one),  # type: ignore[arg-type]  # one of the two
        Passage("otis" if same_child else "wren", "seen" if whose == "seen" else "own", "2", other),
    ]
    return [(copy.one.text, copy.other.text) for copy in find_copied_text(passages, RULES)]


@pytest.mark.parametrize(
    "other",
    [
        CALM,
        CALM.upper(),
        "settled, and stayed close to mum, for the whole visit",
        "Wren looked tired. " + CALM + " Fed well at noon and again at two.",
        "Settled and stayed close to Mam for the whole visit.",
    ],
)
def test_points_out_text_that_is_nearly_the_same(other: str) -> None:
    assert len(found(CALM, other)) == 1


@pytest.mark.parametrize(
    "other",
    [
        "",
        "Held hands over ears when Dane spoke, and said no shout.",
        "Settled.",
        "Stilled when Dane spoke and settled only on Ifeoma.",
    ],
)
def test_says_nothing_of_text_that_is_each_childs_own(other: str) -> None:
    assert found(CALM, other) == []


def test_a_short_sentence_may_be_true_of_two_children() -> None:
    assert found("Asleep in the cot.", "Asleep in the cot.") == []


def test_text_of_one_child_may_come_again() -> None:
    assert found(CALM, CALM, same_child=True) == []


def test_a_childs_words_are_held_against_words_only() -> None:
    quote = "I hide under the stairs when it gets loud"
    own = [Passage("otis", "own", "1", quote), Passage("wren", "seen", "2", quote)]
    assert find_copied_text(own, RULES) == ()
    both = find_copied_text([own[0], Passage("wren", "own", "2", quote)], RULES)
    assert [copy.whose for copy in both] == ["own"]


def test_a_pair_of_places_is_named_once_however_much_was_copied() -> None:
    more = CALM + " Watched the door and startled at each loud step outside."
    assert len(found(more, more)) == 1


def test_what_was_copied_is_not_shown_by_a_repr() -> None:
    passages = [Passage("otis", "seen", "1", CALM), Passage("wren", "seen", "2", CALM)]
    assert "Settled" not in repr(passages) + repr(find_copied_text(passages, RULES))
