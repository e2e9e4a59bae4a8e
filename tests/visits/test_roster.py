"""Which children a contact must account for."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.casework.visits.accounting import build_roster
from tests.visits.families import AT, DAY, adult, child, home_of, link


def ids(listed: object) -> list[str]:
    return [f"{one.child.id} {one.basis}" for one in listed]  # type: ignore[attr-defined]  # a roll


def test_lists_every_child_whether_they_live_here_or_not_and_before_birth() -> None:
    here = home_of(
        adult("Ifeoma"),
        child("Otis"),
        child("Piran", lives_here=False),
        child("Baby", born=None, due=date(2026, 9, 11)),
        child("Unknown", born=None),
        child("Grown", born=date(2006, 3, 5)),
    )
    assert ids(build_roster(here, on=DAY)) == [
        "home-Otis home",
        "home-Piran home",
        "home-Baby home",
        "home-Unknown home",
    ]


def test_a_child_is_a_child_to_the_day_before_the_eighteenth_birthday() -> None:
    here = home_of(child("Tansy", born=date(2008, 3, 6)))
    assert ids(build_roster(here, on=DAY)) == ["home-Tansy home"]
    assert ids(build_roster(here, on=date(2026, 3, 6))) == []


def test_lists_the_children_of_the_other_household_of_an_adult() -> None:
    dane, other_dane = adult("Dane"), adult("Dane", home="other")
    there = home_of(other_dane, child("Mabli", home="other"), home="other")
    here = home_of(dane, child("Otis"), links=(link("same-person", dane, other_dane),))
    assert ids(build_roster(here, [there], on=DAY)) == ["home-Otis home", "other-Mabli adult"]


def test_a_link_made_from_the_other_side_counts_as_well() -> None:
    dane, other_dane = adult("Dane"), adult("Dane", home="other")
    back = link("same-person", other_dane, dane)
    there = home_of(other_dane, child("Mabli", home="other"), links=(back,), home="other")
    assert ids(build_roster(home_of(dane), [there], on=DAY)) == ["other-Mabli adult"]


def test_a_child_with_a_record_in_both_households_is_listed_once() -> None:
    dane, other_dane = adult("Dane"), adult("Dane", home="other")
    otis, other_otis = child("Otis"), child("Otis", home="other")
    links = (link("same-person", dane, other_dane), link("same-person", otis, other_otis))
    there = home_of(other_dane, other_otis, child("Mabli", home="other"), home="other")
    assert ids(build_roster(home_of(dane, otis, links=links), [there], on=DAY)) == [
        "home-Otis home",
        "other-Mabli adult",
    ]


@pytest.mark.parametrize("how", ["undone", "not-same", "nobody", "professional"])
def test_lists_nobody_of_a_household_that_is_not_linked_by_an_adult_of_the_family(how: str) -> None:
    here_one = adult("Sam", position="social worker" if how == "professional" else "")
    there_one = adult("Sam", home="other")
    kind = "not-same" if how == "not-same" else "same-person"
    made = link(kind, here_one, there_one, undone_at=AT if how == "undone" else None)
    there = home_of(there_one, child("Mabli", home="other"), home="other")
    here = home_of(here_one, links=() if how == "nobody" else (made,))
    assert ids(build_roster(here, [there], on=DAY)) == []


def test_lists_the_children_of_a_host_family() -> None:
    amahle, host = adult("Amahle"), adult("Gwen", home="host")
    there = home_of(host, child("Bo", home="host"), home="host")
    here = home_of(amahle, child("Neo"), links=(link("host", amahle, host),))
    assert ids(build_roster(here, [there], on=DAY)) == ["home-Neo home", "host-Bo host"]


def test_an_unborn_child_stays_the_same_child_at_birth() -> None:
    unborn = child("Baby", born=None, due=date(2026, 9, 11))
    before = build_roster(home_of(adult("Rhosyn"), unborn), on=DAY)
    born = unborn.model_copy(update={"born": date(2026, 9, 9)})
    after = build_roster(home_of(adult("Rhosyn"), born), on=date(2026, 9, 20))
    assert [one.child.id for one in before] == [one.child.id for one in after] == [unborn.id]
