"""The right tools for a person on a day, with reasons: nobody is left out for want of a date."""

from __future__ import annotations

from datetime import date

import pytest

from app.kit.messages import has_message
from assessments.definitions import catalogue
from assessments.definitions.definition import ROLES
from assessments.definitions.suggest import COMMUNICATION_NEEDS, suggest

ON = date(2026, 3, 5)


def fitting(**asked: object) -> list[str]:
    return [found.tool for found in suggest(**asked) if found.fits == "yes"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("born", "tool"),
    [
        (date(2026, 1, 12), "observation-0-12m"),
        (date(2023, 9, 30), "observation-1-3y"),
        (date(2023, 3, 5), "observation-3-5y"),
        (date(2022, 3, 6), "child-voice-2-4"),
        (date(2022, 3, 5), "child-voice-4-7"),
        (date(2019, 3, 6), "child-voice-4-7"),
        (date(2019, 3, 5), "child-voice-7-11"),
        (date(2015, 3, 5), "child-voice-11-14"),
        (date(2012, 3, 5), "child-voice-14-17"),
        (date(2008, 3, 6), "child-voice-14-17"),
    ],
)
def test_each_age_has_its_tool_exact_to_the_day(born: date, tool: str) -> None:
    assert tool in fitting(born=born, on=ON, role="health-visitor")


def test_the_day_before_a_birthday_is_another_tool() -> None:
    before = fitting(born=date(2019, 3, 6), on=ON, role="health-visitor")
    after = fitting(born=date(2019, 3, 5), on=ON, role="health-visitor")
    assert "child-voice-7-11" in after
    assert "child-voice-7-11" not in before


def test_an_age_of_one_year_and_365_days_is_still_one() -> None:
    assert "observation-1-3y" in fitting(born=date(2023, 3, 6), on=date(2025, 3, 5), role="health-visitor")


@pytest.mark.parametrize("born", [None, date(2026, 9, 11)])
def test_an_unborn_child_has_a_tool_with_or_without_a_due_date(born: date | None) -> None:
    found = suggest(born=born, on=ON, role="midwife", unborn=True)
    assert [one.tool for one in found if one.fits == "yes"] == ["unborn"]


def test_a_birth_date_that_is_not_known_leaves_every_age_open_with_a_word() -> None:
    found = suggest(born=None, on=ON, role="health-visitor")
    maybe = {one.tool for one in found if "age-not-known" in one.reasons}
    assert {"child-voice-4-7", "child-voice-7-11", "observation-0-12m"} <= maybe


def test_i10_a_child_who_does_not_speak_gets_the_picture_tool_first() -> None:
    found = suggest(
        born=date(2018, 1, 15), on=date(2026, 3, 17), role="health-visitor", needs=["non-verbal", "aac"]
    )
    assert found[0].tool == "child-voice-symbols"
    talk = next(one for one in found if one.tool == "child-voice-7-11")
    assert talk.fits == "maybe"


def test_an_adult_without_a_date_is_offered_what_is_for_adults() -> None:
    assert "risk-24" in fitting(born=None, on=ON, role="health-visitor", adult=True)
    assert "risk-27" in fitting(born=None, on=ON, role="police-officer", adult=True)
    assert "risk-24" not in fitting(born=None, on=ON, role="police-officer", adult=True)


@pytest.mark.parametrize("role", ROLES)
def test_every_tool_is_judged_for_every_role_and_every_reason_has_words(role: str) -> None:
    for born in (None, date(2030, 1, 1), date(2025, 6, 1), date(2010, 1, 1), date(1990, 1, 1)):
        found = suggest(born=born, on=ON, role=role, needs=COMMUNICATION_NEEDS)  # type: ignore[arg-type]
        assert {one.tool for one in found} == set(catalogue.list_tool_ids())
        assert all(has_message(f"suggest.{reason}") for one in found for reason in one.reasons)
