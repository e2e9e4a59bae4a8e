"""One event told twice counts once where a person says so, and is never milder for it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.features.incidents.pattern_text import format_sentence
from app.features.shared.text.chronology import chronology_headline
from assessments.casework import chronology as c
from assessments.casework.casework_records import ChildAtIncident, Incident, RecordLink
from assessments.casework.matching.incidents import deduplicate_incidents, find_possible_duplicate_incidents
from assessments.casework.pattern_statement import PatternInput, compose_statement
from assessments.casework.records import Person
from assessments.definitions.catalogue import load_area

TODAY = date(2026, 3, 5)
RULES = load_area().chronology_rules
DECIDED = datetime(2026, 3, 5, 10, tzinfo=UTC)


def event(name: str, days_ago: int = 3, severity: int | None = 2, **more: Any) -> Incident:
    fields = {"household_id": "h1", "source": "Mother", "what": f"Words {name}.", **more}
    return Incident(id=name, on=TODAY - timedelta(days=days_ago), severity=severity, **fields)


def link(one: str, other: str, kind: Any = "same-event", **more: Any) -> RecordLink:
    return RecordLink(
        id=f"{one}-{other}",
        household_id="h1",
        kind=kind,
        own_id=one,
        other_household_id="h1",
        other_id=other,
        decided_at=DECIDED,
        **more,
    )


def pairs(events: list[Incident], *links: RecordLink) -> list[tuple[str, str]]:
    return [(one.id, other.id) for one, other in find_possible_duplicate_incidents(events, links)]


# ---------------------------------------------------------------- hinted at


def test_records_of_one_day_are_hinted_at_where_nothing_speaks_against_it() -> None:
    told = event("a", tactics=("T1",), by_ids=("dane",), to_ids=("sian",))
    assert pairs([event("b", source="School"), told]) == [("a", "b")]
    assert pairs([told, event("b", tactics=("T1", "T2"), by_ids=("dane",))]) == [("a", "b")]


@pytest.mark.parametrize(
    "other",
    [
        event("b", days_ago=4, tactics=("T1",)),
        event("b", tactics=("T9",)),
        event("b", by_ids=("sian",)),
        event("b", to_ids=("cai",)),
        event("b", time="19:00"),
        event("b", precision="before"),
        event("b", household_id="h2"),
        event("b", household_id="h2", by_ids=("dane-2",)),
    ],
)
def test_records_that_differ_are_not_hinted_at(other: Incident) -> None:
    told = event("a", tactics=("T1",), by_ids=("dane",), to_ids=("sian",), time="08:00")
    assert pairs([told, other]) == []


def test_records_of_two_households_are_hinted_at_where_the_same_person_did_it() -> None:
    told = [event("a", by_ids=("dane",)), event("b", household_id="h2", by_ids=("dane-2",))]
    assert pairs(told, link("dane", "dane-2", "same-person")) == [("a", "b")]


def test_what_somebody_decided_is_not_asked_again_until_it_is_undone() -> None:
    told = [event("a"), event("b"), event("c")]
    assert pairs(told) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert pairs(told, link("a", "b", "not-same")) == [("a", "c"), ("b", "c")]
    # Joined by way of another one.
    assert pairs(told, link("a", "b"), link("b", "c")) == []
    assert pairs(told, link("a", "b", undone_at=DECIDED)) == [("a", "b"), ("a", "c"), ("b", "c")]


# ---------------------------------------------------------------- counted once


def test_nothing_is_joined_that_nobody_joined() -> None:
    told = [event("a"), event("b")]
    assert deduplicate_incidents(told, []) == tuple(told)
    assert deduplicate_incidents(
        told, [link("a", "b", "not-same"), link("a", "b", undone_at=DECIDED)]
    ) == tuple(told)


def test_what_is_joined_says_all_that_either_says_and_is_never_milder() -> None:
    unsure = event("a", days_ago=5, severity=None, precision="about", by_ids=("dane",), threat="I will")
    sure = event(
        "b",
        severity=3,
        source="School",
        tactics=("T1",),
        children=(ChildAtIncident(id="cai", heard_it=True), ChildAtIncident(id="ela", there=False)),
    )
    third = event(
        "c", severity=1, tactics=("T2", "T1"), children=(ChildAtIncident(id="ela", where="on the stairs"),)
    )
    (one,) = deduplicate_incidents([unsure, sure, third], [link("a", "b"), link("c", "b")])
    assert (one.id, one.on, one.precision, one.severity) == ("b", sure.on, "exact", 3)
    assert (one.tactics, one.by_ids, one.threat) == (("T1", "T2"), ("dane",), "I will")
    assert (one.what, one.source) == ("Words b. / Words c. / Words a.", "School / Mother")
    assert [(child.id, child.there, child.heard_it, child.where) for child in one.children] == [
        ("cai", True, True, ""),
        ("ela", True, None, "on the stairs"),
    ]


def seen(events: list[Incident], *links: RecordLink) -> c.ChronologySummary:
    return c.summarise_chronology(events, (), on=TODAY, rules=RULES, links=links)


def test_a_run_is_not_made_longer_by_telling_it_twice_and_the_sentence_says_so() -> None:
    told = [event("a"), event("b"), event("d", 20)]
    apart, joined = seen(told), seen(told, link("a", "b"))
    assert (len(apart.incidents), apart.duplicate_count) == (3, 0)
    assert (len(joined.incidents), joined.duplicate_count) == (2, 1)
    assert "cluster" in {sign.code for sign in apart.findings}
    assert "cluster" not in {sign.code for sign in joined.findings}
    assert joined.gap_days == (17,)
    assert (
        chronology_headline(joined)
        == "2 events in 12 months; gaps 17 days. 1 of them was told twice. It counts once."
    )
    assert "twice" not in chronology_headline(apart)


@given(st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_any_order_of_entry_gives_the_same(chance: random.Random) -> None:
    told = [
        event(name, days, level)
        for name, days, level in zip("abcde", (3, 3, 3, 9, 9), (1, None, 4, 2, 2), strict=True)
    ]
    links = [link("a", "b"), link("c", "b"), link("e", "d")]
    before = seen(told, *links)
    chance.shuffle(told)
    chance.shuffle(links)
    assert seen(told, *links) == before
    assert [one.severity for one in before.incidents] == [2, 4]


def test_a_statement_counts_it_once_and_says_that_it_was_told_twice() -> None:
    dane = Person(id="dane", household_id="h1", name="Dane Quillfeather")
    told = [event(name, by_ids=("dane",), tactics=("T1",)) for name in ("a", "b")]
    told[1] = told[1].model_copy(update={"by_ids": ()})  # the school did not know who
    for links, times in (([], 1), ([link("a", "b")], 1)):
        found = compose_statement(dane, PatternInput([dane], [*told, *links]), on=TODAY)
        (acts,) = [one for one in found if one.code == "tactic"]
        assert acts.data["n"] == times
        twice = [format_sentence(one) for one in found if one.code == "twice"]
        assert twice == (["Dane did 1 thing here that was told twice. It counts once."] if links else [])
    assert {"a", "b"} <= {source for one in found for source in one.ids}
    both = [one.model_copy(update={"by_ids": ("dane",)}) for one in told]
    counts = [
        next(
            one.data["n"]
            for one in compose_statement(dane, PatternInput([dane], [*both, *links]), on=TODAY)
            if one.code == "tactic"
        )
        for links in ([], [link("a", "b")])
    ]
    assert counts == [2, 1]
