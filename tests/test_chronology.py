"""What a run of events means: the same for any order of entry, never milder for knowing more."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.casework import chronology as c
from assessments.casework import timeline
from assessments.casework.casework_records import (
    ChildAtIncident,
    Incident,
    KeyDate,
    RecordLink,
    find_linked_ids,
)
from assessments.casework.records import Contact, Person
from assessments.definitions.catalogue import list_area_ids, load_area
from tests.examples import examples

TODAY = date(2026, 3, 5)
RULES = load_area().chronology_rules


def event(name: str, on: date, severity: int | None = 2, **more: Any) -> Incident:
    fields = {"household_id": "h1", "source": "Mother", "what": "He shouted.", **more}
    return Incident(id=name, on=on, severity=severity, **fields)


def ago(name: str, days: int, severity: int | None = 2, **more: Any) -> Incident:
    return event(name, TODAY - timedelta(days=days), severity, **more)


def milestone(kind: str, on: date, **more: Any) -> KeyDate:
    return KeyDate.model_validate({"id": kind, "household_id": "h1", "kind": kind, "on": on, **more})


def seen(events: list[Incident], milestones: tuple[KeyDate, ...] = (), **more: Any) -> c.ChronologySummary:
    return c.summarise_chronology(events, milestones, on=TODAY, rules=RULES, **more)


def codes(found: c.ChronologySummary) -> list[str]:
    return [sign.code for sign in found.findings]


def sign(found: c.ChronologySummary, code: str) -> c.ChronologyFinding:
    return next(one for one in (*found.findings, *found.missing) if one.code == code)


# ---------------------------------------------------------------- what stands out


def test_five_incidents_in_one_month_are_joined() -> None:
    found = seen([ago(str(day), day) for day in (2, 9, 15, 20, 27)])
    cluster = sign(found, "cluster")
    assert (cluster.data["n"], cluster.data["days"], len(cluster.ids)) == (5, 30, 5)


def test_thirty_days_are_thirty_and_not_thirty_one() -> None:
    first = date(2024, 2, 1)
    inside = [event("a", first), event("b", first), event("c", first + timedelta(days=29))]
    outside = [event("a", first), event("b", first), event("c", first + timedelta(days=30))]
    assert first + timedelta(days=29) == date(2024, 3, 1)  # over the end of a leap February
    assert c.find_clusters(inside, RULES)
    assert not c.find_clusters(outside, RULES)


def test_a_day_that_is_about_counts_wherever_it_may_lie() -> None:
    sure = [ago("a", 100), ago("b", 100)]
    assert c.find_clusters([*sure, ago("c", 60, precision="about")], RULES)
    assert not c.find_clusters([*sure, ago("c", 60)], RULES)
    assert not c.find_clusters([*sure, ago("c", 100, precision="before")], RULES)


def test_three_in_twelve_months_to_the_day() -> None:
    leap = date(2024, 2, 29)
    year_before = [event(str(n), date(2023, 2, 28)) for n in range(3)]
    assert c.find_frequent_incidents(year_before, leap, RULES) is not None
    assert (
        c.find_frequent_incidents([event(str(n), date(2023, 2, 27)) for n in range(3)], leap, RULES) is None
    )


def test_each_area_counts_in_its_own_way() -> None:
    events = [ago(str(day), day) for day in (10, 90, 250)]
    doors = {
        area: c.find_frequent_incidents(events, TODAY, load_area(area).chronology_rules)
        for area in list_area_ids()
    }
    assert doors["default"] is not None
    assert doors["kent"] is None  # three in six months
    assert doors["kingston"] is None  # five in twelve


def test_says_gaps_of_142_85_and_63_days_and_that_they_shorten() -> None:
    events = [ago("d", 5), ago("c", 68), ago("b", 153), ago("a", 295)]
    found = seen(events)
    assert (found.recent_count, found.gap_days, found.is_shortening) == (4, (142, 85, 63), True)
    assert sign(found, "shortening").ids == ("a", "b", "c", "d")
    assert not seen([ago("d", 5), ago("c", 105), ago("b", 153), ago("a", 295)]).is_shortening


def test_gaps_of_one_length_neither_shorten_nor_hide_that_others_do() -> None:
    assert not seen([ago(str(day), day) for day in (0, 60, 120, 180)]).is_shortening
    assert seen([ago(str(day), day) for day in (0, 30, 90, 150)]).is_shortening


def test_of_one_day_the_worse_comes_later() -> None:
    assert sign(seen([ago("a", 5, 3), ago("b", 5, 2), ago("c", 5, 1)]), "rising").ids == ("c", "b", "a")


def test_severity_that_rises_over_the_last_three_is_named() -> None:
    assert sign(seen([ago("a", 300, 4), ago("b", 90, 1), ago("c", 30, 2), ago("d", 2, 3)]), "rising").data[
        "steps"
    ] == (1, 2, 3)
    assert "rising" not in codes(seen([ago("b", 90, 3), ago("c", 30, 2), ago("d", 2, 3)]))
    assert "rising" not in codes(seen([ago("b", 90, 2), ago("c", 30, 2), ago("d", 2, 2)]))


def test_what_was_never_there_before_is_new() -> None:
    found = seen([ago("a", 300, tactics=("T1",)), ago("b", 3, tactics=("T1", "T16", "T4"))])
    assert sign(found, "new-tactics").data["tactics"] == ("T4", "T16")
    assert "new-tactics" not in codes(seen([ago("b", 3, tactics=("T16",))]))
    past = [ago("a", 9, tactics=("T16",), precision="before"), ago("b", 3, tactics=("T16",))]
    assert "new-tactics" not in codes(seen(past))


@pytest.mark.parametrize(
    ("what", "threat", "is_threat"),
    [
        ("He said he would KILL her.", "", True),
        ("“If I can’t have you nobody will”", "", True),
        ("He has skill and a kiln.", "", False),
        ("He shouted.", "You will see", True),
        ("He shouted.", "  ", False),
    ],
)
def test_words_of_threat_point_to_their_event(what: str, threat: str, is_threat: bool) -> None:
    found = c.find_threats([ago("a", 3, what=what, threat=threat)])
    assert (found is not None) is is_threat


@pytest.mark.parametrize(
    "kind", ["release", "birth", "hearing", "contact-handover", "new-partner", "pregnancy"]
)
@pytest.mark.parametrize(("days", "is_near"), [(-15, False), (-14, True), (0, True), (14, True), (15, False)])
def test_a_milestone_within_fourteen_days_is_near(kind: str, days: int, is_near: bool) -> None:
    found = seen([], (milestone(kind, TODAY + timedelta(days=days)),))
    assert ("near" in codes(found)) is is_near
    if is_near:
        assert sign(found, "near").data["to_go"] == days


def test_events_around_an_old_hearing_are_joined_to_it() -> None:
    hearing = milestone("hearing", TODAY - timedelta(days=200))
    found = sign(seen([ago("a", 210), ago("b", 150)], (hearing,)), "around")
    assert (found.ids, found.data["n"]) == (("hearing", "a"), 1)


def test_a_separation_opens_a_window_planned_or_past() -> None:
    assert sign(seen([], (milestone("separation", TODAY + timedelta(days=40)),)), "separation").data["ahead"]
    assert "separation" in codes(seen([], (milestone("separation", TODAY - timedelta(days=300)),)))
    assert "separation" not in codes(seen([], (milestone("separation", TODAY - timedelta(days=400)),)))
    unsure = milestone("separation", TODAY - timedelta(days=400), precision="before")
    assert "separation" in codes(seen([], (unsure,)))


def test_a_birth_in_a_persons_record_is_a_milestone_once() -> None:
    baby = Person(id="p1", household_id="h1", name="Wren", born=TODAY - timedelta(days=7))
    assert codes(seen([], timeline.list_key_dates((), [baby], TODAY))) == ["near"]
    written = milestone("birth", TODAY - timedelta(days=7), person_id="p1")
    assert timeline.list_key_dates((written,), [baby], TODAY) == (written,)
    grown = baby.model_copy(update={"born": date(1990, 3, 5)})
    assert timeline.list_key_dates((), [grown], TODAY) == ()
    unborn = Person(id="p2", household_id="h1", name="Baby", due=TODAY + timedelta(days=10))
    assert sign(seen([], timeline.list_key_dates((), [unborn], TODAY)), "near").data["to_go"] == 10


# ---------------------------------------------------------------- whose


def link(own: str, other: str, **more: Any) -> RecordLink:
    fields = {"id": f"{own}-{other}", "household_id": "h1", "kind": "same-person", "other_household_id": "h2"}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return RecordLink.model_validate({**fields, "own_id": own, "other_id": other, "decided_at": at, **more})


def test_one_mans_conduct_is_read_across_households() -> None:
    links = [link("dane-1", "dane-2"), link("dane-3", "dane-2")]
    events = [ago("a", 3, by_ids=("dane-1",)), ago("b", 9, by_ids=("dane-3",), household_id="h3")]
    his = timeline.find_incidents_by(
        [*events, ago("c", 5, by_ids=("sam",))], find_linked_ids(links, "dane-1", "same-person")
    )
    assert [one.id for one in his] == ["b", "a"]
    assert sign(seen(list(his)), "other-households").data["n"] == 2


def test_a_link_that_was_undone_or_denied_joins_nothing() -> None:
    undone = link("dane-1", "dane-2", undone_at=datetime(2026, 2, 1, tzinfo=UTC))
    found = find_linked_ids([undone, link("dane-1", "dane-4", kind="not-same")], "dane-1", "same-person")
    assert found == {"dane-1"}


# ---------------------------------------------------------------- direction, and what is missing


def test_three_dated_events_are_not_enough_for_a_direction() -> None:
    events = [ago(str(n), n * 20) for n in (1, 2, 3)]
    assert seen(events).trajectory.code == "not-enough"
    assert seen([*events, ago("x", 30, precision="before")]).trajectory.code == "not-enough"


def test_four_are_enough_and_gaps_alone_can_point_the_way() -> None:
    assert seen([ago(str(n), n * 20) for n in (1, 2, 3, 4)]).trajectory.code != "not-enough"
    denser = (900, 700, 500, 470, 440, 410)
    assert seen([ago(str(day), day) for day in denser]).trajectory.code == "rising"
    assert seen([ago(str(day), 1310 - day) for day in denser]).trajectory.code == "falling-on-record"


def test_one_thing_that_rises_outweighs_all_that_fall() -> None:
    fewer = [ago(str(day), day, 2) for day in (170, 160, 150, 140, 130, 20)]
    assert seen(fewer).trajectory.code == "falling-on-record"
    assert seen([*fewer[:-1], ago("20", 20, 4)]).trajectory.code == "rising"


def test_nothing_says_stable() -> None:
    even = [ago(str(day), day, 2) for day in (10, 40, 70, 100, 130, 160, 190)]
    assert seen(even).trajectory.code == "unclear"


def test_says_what_is_missing() -> None:
    events = [
        ago("a", 300, None, precision="before"),
        ago("b", 250, None, precision="about", tactics=("T1",)),
        ago("c", 200, 3, tactics=("T1",), children=(ChildAtIncident(id="otis", there=False),)),
    ]
    found = {one.code: one.data.get("n") for one in seen(events, child_ids=("otis",)).missing}
    assert found == {
        "day-unknown": 1,
        "day-about": 1,
        "severity-unknown": 2,
        "tactics-unknown": 1,
        "children-unknown": 2,
        "nothing-since": None,
    }
    assert [one.code for one in seen([]).missing] == ["nothing-recorded"]


def test_a_chronology_holds_all_kinds_and_one_childs_lines_are_found() -> None:
    visit = Contact(id="v", household_id="h1", on=TODAY, kind="visit", role="midwife", present=("otis",))
    tool = timeline.GradedAssessment("t", TODAY, "risk-24", "ifeoma", "v", "high", True)
    own = ago("a", 1, children=(ChildAtIncident(id="otis"),))
    found = timeline.build_chronology_entries(
        "h1", incidents=[own, ago("b", 2)], contacts=[visit], graded_assessments=[tool]
    )
    assert [entry.id for entry in found] == ["b", "a", "v", "t"]
    assert [entry.id for entry in timeline.filter_entries_by_child(found, "otis")] == ["a", "v"]


# ---------------------------------------------------------------- for any order, and for any more

days = st.one_of(
    st.integers(-3, 900),
    st.sampled_from(
        [(TODAY - day).days for day in (date(2024, 2, 29), date(2025, 1, 31), date(2025, 12, 31))]
    ),
)
runs = st.lists(
    st.tuples(
        days,
        st.sampled_from([None, 1, 2, 3, 4]),
        st.sampled_from(["exact", "about", "before"]),
        st.sets(st.sampled_from(["T1", "T2", "T16"])),
    ),
    max_size=14,
).map(
    lambda rows: [
        ago(f"e{n}", day, severity, precision=precision, tactics=tuple(sorted(tactics)))
        for n, (day, severity, precision, tactics) in enumerate(rows)
    ]
)


@given(runs, st.randoms(use_true_random=False))
@settings(max_examples=examples(150))
def test_any_order_of_entry_gives_the_same_picture(events: list[Incident], chance: random.Random) -> None:
    milestones = [milestone("release", TODAY), milestone("separation", TODAY - timedelta(days=30))]
    mixed, turned = list(events), list(milestones)
    chance.shuffle(mixed)
    chance.shuffle(turned)
    assert c.summarise_chronology(mixed, turned, on=TODAY, rules=RULES) == c.summarise_chronology(
        events, milestones, on=TODAY, rules=RULES
    )


@given(runs, runs)
@settings(max_examples=examples(150))
def test_one_more_event_never_takes_a_cluster_away(events: list[Incident], more: list[Incident]) -> None:
    added = [one.model_copy(update={"id": f"more-{one.id}"}) for one in more]
    before, after = c.find_clusters(events, RULES), c.find_clusters([*events, *added], RULES)
    for run in before:
        wider = [one for one in after if set(run.ids) <= set(one.ids)]
        assert len(wider) == 1
        assert wider[0].data["n"] >= run.data["n"]
    assert len(c.select_recent_incidents([*events, *added], TODAY, RULES)) >= len(
        c.select_recent_incidents(events, TODAY, RULES)
    )


@given(runs, st.sampled_from(["separation", "release", "hearing", "birth"]), st.integers(-400, 400))
@settings(max_examples=examples(100))
def test_no_separation_and_no_release_makes_anything_less(
    events: list[Incident], kind: str, days_from_now: int
) -> None:
    one = milestone(kind, TODAY + timedelta(days=days_from_now))
    before, after = seen(events), seen(events, (one,))
    assert all(sign in after.findings for sign in before.findings)
    assert (after.trajectory, after.recent_count, after.missing) == (
        before.trajectory,
        before.recent_count,
        before.missing,
    )
