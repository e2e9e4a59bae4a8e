"""The same answers come to other routes in other areas (practice.md A5).

The table below is A5 read across: one line is one set of facts, and where a door opens. What an area has
and Wren cannot know is not here: Kingston's three *crimes* in twelve months (which events were crimes
is not recorded) and the older repeat rule that needed a crime. Judgement opens those doors. One
example, a weapon and nothing else: a danger sign in Kent, and not by itself in the other two.
"""

from __future__ import annotations

from typing import Any

import pytest

from assessments.definitions import area_settings, catalogue
from tests.scenario import Visit

AREAS = ("default", "kent", "kingston")
ON = "2026-03-31"
THREE_IN_YEAR = ("2025-05-01", "2025-09-12", "2026-03-30")
THREE_IN_SIX_MONTHS = ("2025-10-15", "2025-12-24", "2026-03-30")
FIVE_IN_YEAR = ("2025-04-02", "2025-06-01", "2025-08-20", "2025-11-11", "2026-02-14")
FIVE_IN_SIX_MONTHS = ("2025-10-15", "2025-11-11", "2025-12-24", "2026-02-14", "2026-03-30")
FOURTEEN = (
    "injury", "fears", "isolated", "low-mood", "child-contact", "pregnancy-baby", "sexual-harm",
    "harmed-others", "animals", "money", "substances-mental-health", "broken-orders", "police-history",
    "control-jealousy",
)  # fmt: skip
EVERYWHERE, NOWHERE = AREAS, ()
# Door, what is known, and the areas where the door opens.
DOORS: tuple[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ("visible-high-risk", {}, FOURTEEN, EVERYWHERE),
    ("visible-high-risk", {}, FOURTEEN[:13], NOWHERE),
    ("escalation", {"events": THREE_IN_YEAR}, (), ("default",)),
    ("escalation", {"events": THREE_IN_SIX_MONTHS}, (), ("default", "kent")),
    ("escalation", {"events": FIVE_IN_YEAR}, (), ("default", "kingston")),
    ("escalation", {"events": FIVE_IN_SIX_MONTHS}, (), EVERYWHERE),
    ("repeat", {"last_marac_referral": "2025-04-01"}, ("money",), EVERYWHERE),
    ("repeat", {"last_marac_referral": "2025-03-30"}, ("money",), NOWHERE),
    ("danger-indicators", {}, ("weapon",), ("kent",)),
    ("danger-indicators", {}, ("low-mood", "low-mood-suicide"), ("kent",)),
    ("danger-indicators", {}, ("perpetrator-suicide",), ("kent",)),
    ("danger-indicators", {}, ("strangulation",), EVERYWHERE),
)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("tool", ["risk-24", "risk-27"])
@pytest.mark.parametrize(("door", "context", "yes", "opens_in"), DOORS)
def test_a_door_opens_where_the_area_says(
    tool: str, area: str, door: str, context: dict[str, Any], yes: tuple[str, ...], opens_in: tuple[str, ...]
) -> None:
    visit = Visit(tool, on=ON, area=area, **context).answers("yes", *yes).answers_no_to_the_rest()
    assert visit.route(door).met is (area in opens_in)
    visit.expect_grade("high" if area in opens_in else visit.form.result.band)


@pytest.mark.parametrize("area", AREAS)
def test_judgement_with_written_reasons_opens_its_door_in_every_area(area: str) -> None:
    visit = Visit("risk-24", on=ON, area=area).answers_no_to_the_rest()
    visit.judges("high").expect_no_route("professional-judgement")
    visit.judges("high", "She whispers when he is upstairs.").expect_route("professional-judgement")


@pytest.mark.parametrize(
    ("sign", "opens_in"),
    [
        ("marriage-pressure", EVERYWHERE),
        ("travel-pressure", EVERYWHERE),
        ("family-threats", EVERYWHERE),
        ("kept-at-home", ("kingston",)),
        ("missing-school", ("kingston",)),
        ("relationship-rejected", ("kingston",)),
        ("afraid-of-home", ("kingston",)),
        ("relative-harmed", ("kingston",)),
        ("tried-to-leave", ("kingston",)),
        ("self-harm", NOWHERE),
    ],
)
@pytest.mark.parametrize("area", AREAS)
def test_any_sign_of_honour_based_abuse_is_referred_in_kingston(
    area: str, sign: str, opens_in: tuple[str, ...]
) -> None:
    visit = Visit("honour-10", on=ON, area=area).enters("earshot", "nobody").enters("interpreter", "safe")
    visit.answers("yes", sign).answers_no_to_the_rest()
    assert visit.route("honour-referral").met is (area in opens_in)


def test_one_set_of_answers_reads_differently_side_by_side() -> None:
    met = {}
    for area in AREAS:
        visit = Visit("risk-24", on=ON, area=area, events=FIVE_IN_YEAR).answers("yes", "weapon")
        routes = visit.answers_no_to_the_rest().form.result.routes
        met[area] = {route.id for route in routes if route.met}
    assert met == {
        "default": {"escalation"},
        "kent": {"danger-indicators"},
        "kingston": {"escalation"},
    }


@pytest.mark.parametrize("area", AREAS)
def test_an_area_says_who_it_is_and_where_its_numbers_come_from(area: str) -> None:
    settings = catalogue.load_area(area)
    assert settings.name
    assert "http" in settings.source
    assert settings.date


def test_an_area_says_when_a_page_locks_or_has_it_from_the_one_it_is_based_on() -> None:
    assert [catalogue.load_area(area).lock_after_s for area in AREAS] == [60, 60, 60]


@pytest.mark.parametrize(("seconds", "is_taken"), [(29, False), (30, True), (180, True), (181, False)])
def test_an_area_sets_the_lock_within_what_is_safe(seconds: int, is_taken: bool) -> None:
    head = '[area]\nid = "a"\nname = "A"\nsource = "made up"\ndate = "2026-01-01"\nbased_on = "default"\n'
    area, faults = area_settings.read_area(f"{head}[device]\nlock_after_s = {seconds}\n")
    assert (area is not None, not faults) == (is_taken, is_taken)
