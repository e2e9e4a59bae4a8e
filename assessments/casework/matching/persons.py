"""Duplicate persons: records that may be of one human being, with reasons, for a person to decide.

Compares names (Jaro-Winkler), other names and dates of birth. A shared surname alone is no reason. The same
date of birth with two given names in one household means twins, however similar the names.

    >>> one = Person(id="a", household_id="h", name="Otis Samplewood", born=date(2023, 9, 30))
    >>> two = Person(id="b", household_id="i", name="Ottis Samplewood", born=date(2023, 9, 30))
    >>> compare_persons(one, two)
    PersonMatch(one_id='a', other_id='b', level='possible', reasons=('close-name', 'same-born'))
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import JaroWinkler

from assessments.casework.casework_records import RecordLink, find_decided_pairs
from assessments.casework.records import Person, Relationship

_NameReason = Literal["same-name", "close-name", "other-name", "same-given-name"]
_BirthReason = Literal["same-born", "close-born", "age-fits", "born-unknown", "due-near-birth"]
MatchReason = Literal[_NameReason, _BirthReason]

# How near two names are to be called close, from 0 to 1. Ours, unverified: "Otis" and "Ottis" are
# close (0.95), "Jack" and "Jake" (0.87) and "Neo" and "Leo" (0.78) are not.
_CLOSE_SIMILARITY = 0.9
# A baby comes up to this many days before or after the day it was due. Ours, unverified.
_DUE_TOLERANCE_DAYS = 42
# "About N years" is taken to be right within this many years.
_AGE_TOLERANCE_YEARS = 2


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A hint about two people by id, with why."""

    one_id: str
    other_id: str
    level: Literal["possible", "likely"]
    reasons: tuple[MatchReason, ...]


@dataclass(frozen=True, slots=True, repr=False)
class _NormalisedName:
    given: str
    surname: str


def find_possible_duplicate_persons(
    person: Person,
    others: Iterable[Person],
    links: Iterable[RecordLink] = (),
    relationships: Iterable[Relationship] = (),
) -> tuple[PersonMatch, ...]:
    """Who may be the same as this person, likely ones first; decided and related pairs are left out."""
    settled = find_decided_pairs(links) | {frozenset((tie.from_id, tie.to_id)) for tie in relationships}
    found = [
        alike
        for other in others
        if other.id != person.id and frozenset((person.id, other.id)) not in settled
        if (alike := compare_persons(person, other)) is not None
    ]
    return tuple(sorted(found, key=lambda alike: (alike.level != "likely", alike.other_id)))


def compare_persons(one: Person, other: Person) -> PersonMatch | None:
    """Whether two records may be of one human being, or None. The order does not matter."""
    # Most pairs part here, before any names are compared.
    born = _compare_births(one, other)
    if born is None:
        return None
    name = _compare_names(one, other)
    own, theirs = _normalise_name(one.name), _normalise_name(other.name)
    if born == "due-near-birth":
        # Before birth a name says little: the family's name has to do.
        if name is None and not (own.surname and _is_close_name(own.surname, theirs.surname)):
            return None
        return PersonMatch(one.id, other.id, "possible", (*((name,) if name else ()), born))
    if name is None or (name == "same-given-name" and born != "same-born"):
        return None
    is_one_home = one.household_id == other.household_id
    if born == "same-born" and name == "close-name" and is_one_home and own.given != theirs.given:
        return None
    sure = born == "same-born" and name in ("same-name", "other-name")
    return PersonMatch(one.id, other.id, "likely" if sure else "possible", (name, born))


def _compare_names(one: Person, other: Person) -> _NameReason | None:
    own, theirs = _normalise_name(one.name), _normalise_name(other.name)
    if own == theirs:
        return "same-name"
    if own.surname and theirs.surname:
        if _is_close_name(own.given, theirs.given) and _is_close_name(own.surname, theirs.surname):
            return "close-name"
    elif own.given and own.given == theirs.given:
        # One of them is known by a single name.
        return "same-given-name"
    known_as = {_normalise_name(name) for name in one.other_names} | {own}
    known_there = {_normalise_name(name) for name in other.other_names} | {theirs}
    if any(_matches_other_name(here, there, own, theirs) for here in known_as for there in known_there):
        return "other-name"
    if own.given and own.given == theirs.given:
        return "same-given-name"
    return None


def _matches_other_name(
    here: _NormalisedName, there: _NormalisedName, own: _NormalisedName, theirs: _NormalisedName
) -> bool:
    """Whether a name of one is a name of the other. A nickname alone borrows the own surname."""
    if not here.given or not there.given:
        return False
    same_surname = _is_close_name(here.surname or own.surname, there.surname or theirs.surname)
    return same_surname and _is_close_name(here.given, there.given) and (here != own or there != theirs)


def _compare_births(one: Person, other: Person) -> _BirthReason | None:
    if one.born and other.born:
        if one.born == other.born:
            return "same-born"
        return "close-born" if _may_be_misread_date(one.born, other.born) else None
    for unborn, born in ((one, other), (other, one)):
        if unborn.born is None and unborn.due is not None:
            day = born.born or born.due
            if day is None:
                return None
            return "due-near-birth" if abs((day - unborn.due).days) <= _DUE_TOLERANCE_DAYS else None
    years = [_estimate_birth_year(person) for person in (one, other)]
    if None in years:
        return "born-unknown"
    return "age-fits" if abs((years[0] or 0) - (years[1] or 0)) <= _AGE_TOLERANCE_YEARS else None


def _estimate_birth_year(person: Person) -> int | None:
    if person.born:
        return person.born.year
    if person.about_years is not None and person.about_years_on is not None:
        return person.about_years_on.year - person.about_years
    return None


def _may_be_misread_date(one: date, other: date) -> bool:
    """Whether one day may be the other with day and month exchanged, or with one part wrong."""
    if (one.day, one.month, one.year) == (other.month, other.day, other.year):
        return True
    same = (one.day == other.day) + (one.month == other.month) + (one.year == other.year)
    return same == 2 and abs(one.year - other.year) <= 1


def _is_close_name(one: str, other: str) -> bool:
    return JaroWinkler.similarity(one, other, score_cutoff=_CLOSE_SIMILARITY) > 0


@lru_cache(maxsize=4096)
def _normalise_name(name: str) -> _NormalisedName:
    """The given name and the surname, without accents, marks and capitals."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    ).replace("ł", "l")
    words = re.sub(r"[^\w]+", " ", plain).split()
    return _NormalisedName(words[0], " ".join(words[1:])) if words else _NormalisedName("", "")
