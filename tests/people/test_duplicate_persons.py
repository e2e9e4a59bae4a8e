"""Two records that may be of one human being: hinted at, decided by a person, never merged."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.casework.casework_records import RecordLink
from assessments.casework.matching import persons
from assessments.casework.matching.persons import PersonMatch
from assessments.casework.records import Person, Relationship

_numbers = itertools.count()
BORN = date(2023, 9, 30)
NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)


def person(name: str, born: date | None = BORN, home: str = "", **more: Any) -> Person:
    number = next(_numbers)
    return Person(id=f"p{number}", household_id=home or f"h{number}", name=name, born=born, **more)


def found(one: Person, other: Person) -> tuple[str, ...] | None:
    there, back = persons.compare_persons(one, other), persons.compare_persons(other, one)
    assert (there and (there.level, there.reasons)) == (back and (back.level, back.reasons))
    return (there.level, *there.reasons) if there else None


def test_the_same_name_and_day_of_birth_are_likely_one() -> None:
    assert found(person("Otis Samplewood"), person("OTIS  samplewood")) == (
        "likely",
        "same-name",
        "same-born",
    )
    assert found(person("Siân Ffug"), person("Sian Ffug")) == ("likely", "same-name", "same-born")


def test_a_slip_of_the_pen_is_possibly_one() -> None:
    assert found(person("Otis Samplewood"), person("Ottis Samplewood")) == (
        "possible",
        "close-name",
        "same-born",
    )
    swapped = person("Otis Samplewood", date(2023, 5, 9))
    assert found(person("Otis Samplewood", date(2023, 9, 5)), swapped) == (
        "possible",
        "same-name",
        "close-born",
    )


@pytest.mark.parametrize(("one", "other"), [("Neo", "Leo"), ("Kagiso", "Kabelo"), ("Anna", "Hanna")])
def test_twins_are_not_taken_for_one(one: str, other: str) -> None:
    assert found(person(f"{one} Testerby", home="h"), person(f"{other} Testerby", home="h")) is None


def test_a_shared_surname_alone_says_nothing() -> None:
    assert found(person("Wren Samplewood", date(2026, 1, 12)), person("Otis Samplewood")) is None
    assert found(person("Wren Samplewood", None), person("Otis Samplewood", None)) is None


def test_the_same_name_with_another_day_of_birth_is_somebody_else() -> None:
    assert found(person("Otis Samplewood"), person("Otis Samplewood", date(1961, 2, 3))) is None


def test_another_surname_with_the_same_given_name_and_day_is_possibly_one() -> None:
    assert found(person("Otis Samplewood"), person("Otis Inventado")) == (
        "possible",
        "same-given-name",
        "same-born",
    )
    assert found(person("Otis Samplewood", None), person("Otis Inventado", None)) is None


def test_another_name_that_is_known_counts() -> None:
    nick = person("Danny Placeholder", date(1994, 11, 2))
    full = person("Dane Samplewood", date(1994, 11, 2), other_names=("Danny Placeholder",))
    assert found(nick, full) == ("likely", "other-name", "same-born")
    short = person("Dane Samplewood", date(1994, 11, 2), other_names=("Sonny",))
    assert found(person("Sonny Samplewood", date(1994, 11, 2)), short) == (
        "likely",
        "other-name",
        "same-born",
    )


def test_without_a_day_of_birth_the_same_name_is_possibly_one() -> None:
    assert found(person("Callan Testerby", None), person("Callan Testerby")) == (
        "possible",
        "same-name",
        "born-unknown",
    )


def test_an_age_that_somebody_guessed_has_to_fit() -> None:
    about = person("Callan Testerby", None, about_years=29, about_years_on=date(2026, 2, 10))
    assert found(about, person("Callan Testerby", date(1996, 7, 1))) == ("possible", "same-name", "age-fits")
    assert found(about, person("Callan Testerby", date(1971, 7, 1))) is None


def test_an_unborn_child_and_a_baby_of_the_family_born_about_then_are_possibly_one() -> None:
    unborn = person("Baby Testerby", None, due=date(2026, 9, 11))
    assert found(unborn, person("Steren Testerby", date(2026, 9, 2))) == ("possible", "due-near-birth")
    assert found(unborn, person("Steren Testerby", date(2026, 1, 2))) is None
    assert found(unborn, person("Steren Invented", date(2026, 9, 2))) is None


def test_what_somebody_decided_is_not_asked_again_until_it_is_undone() -> None:
    one, other = person("Otis Samplewood"), person("Otis Samplewood")
    for kind in ("same-person", "not-same"):
        link = RecordLink(
            id="l",
            household_id=one.household_id,
            kind=kind,  # type: ignore[arg-type]  # one of the kinds
            own_id=other.id,
            other_household_id=other.household_id,
            other_id=one.id,
            decided_at=NOW,
        )
        assert persons.find_possible_duplicate_persons(one, [one, other], [link]) == ()
        undone = link.model_copy(update={"undone_at": NOW})
        assert [
            hint.other_id for hint in persons.find_possible_duplicate_persons(one, [one, other], [undone])
        ] == [other.id]
    host = link.model_copy(update={"kind": "host"})
    assert persons.find_possible_duplicate_persons(one, [other], [host])


def test_people_who_are_something_to_each_other_are_two() -> None:
    father = person("Otis Samplewood", None, home="h")
    son = person("Otis Samplewood", None, home="h")
    tie = Relationship(id="r", household_id="h", from_id=father.id, to_id=son.id, kind="father")
    assert persons.find_possible_duplicate_persons(father, [son])
    assert persons.find_possible_duplicate_persons(father, [son], relationships=[tie]) == ()


def test_likely_ones_come_first() -> None:
    one = person("Otis Samplewood")
    others = [person("Ottis Samplewood"), person("Otis Samplewood")]
    assert [hint.level for hint in persons.find_possible_duplicate_persons(one, others)] == [
        "likely",
        "possible",
    ]


@given(st.text(max_size=30).filter(str.strip), st.text(max_size=30).filter(str.strip))
def test_any_two_names_are_compared_the_same_way_round_and_back(one: str, other: str) -> None:
    found(person(one, None), person(other, None))
    hint = persons.compare_persons(person(one), person(one))
    assert hint is None or isinstance(hint, PersonMatch)
