"""Counts across contacts: what was written is counted, what was not is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

from assessments.casework.casework_records import VisitClosure
from assessments.casework.visits.accounting import ChildStanding
from assessments.casework.visits.statistics import ChildContact, count_child_contacts, count_visit_outcomes
from tests.visits.families import AT, DAY, child, new_id, seen

OTIS = child("Otis")


def met(days_ago: int, state: str | None, **written: object) -> ChildContact:
    one = seen(OTIS, state, contact_id=f"c{days_ago}", **written)
    observed = state == "observed"
    standing = ChildStanding(OTIS.id, state, () if state else ("how",), observed=observed)  # type: ignore[arg-type]  # a state
    return ChildContact(DAY - timedelta(days=days_ago), standing, one)


MET = [
    met(60, "heard", alone=True, at_home=False),
    met(40, "observed", alone=False, at_home=True, sleeping_place_seen=True),
    met(20, "not-seen"),
    met(3, None),
]


def test_counts_the_same_in_any_order() -> None:
    found = {count_child_contacts(order, DAY) for order in permutations(MET)}
    assert len(found) == 1
    counts = found.pop()
    assert (counts.contacts, counts.seen, counts.alone, counts.at_home) == (4, 2, 1, 1)
    assert counts.last_heard_on == DAY - timedelta(days=60)
    assert (
        counts.last_observed_on
        == counts.sleeping_place_seen_on
        == counts.last_seen_on
        == DAY - timedelta(days=40)
    )
    assert (counts.contacts_since_seen, counts.days_since_seen) == (2, 40)


def test_not_written_is_neither_yes_nor_no() -> None:
    counts = count_child_contacts([met(5, "heard")], DAY)
    assert (counts.seen, counts.alone, counts.at_home, counts.sleeping_place_seen_on) == (1, 0, 0, None)


def test_seen_alone_in_a_tool_counts_once_beside_what_was_written() -> None:
    once = met(5, "heard", alone=True)
    both = [replace(once, alone_in_tool=True), replace(met(3, "heard"), alone_in_tool=True)]
    assert count_child_contacts(both, DAY).alone == 2


def test_a_child_never_seen_has_no_last_day_and_every_contact_since() -> None:
    counts = count_child_contacts([met(9, "not-seen"), met(2, None)], DAY)
    assert (counts.last_seen_on, counts.days_since_seen, counts.contacts_since_seen) == (None, None, 2)


def test_a_contact_of_another_day_to_come_is_not_counted() -> None:
    assert count_child_contacts([met(-4, "heard")], DAY).contacts == 0


def ended(contact_id: str, outcome: str, *answered: str) -> VisitClosure:
    return VisitClosure(
        id=new_id(),
        household_id="home",
        contact_id=contact_id,
        at=AT,
        outcome=outcome,
        adult_answered_for=answered,
    )  # type: ignore[arg-type]  # checked by the record itself


def test_visits_are_counted_by_their_last_finish() -> None:
    endings = [
        ended("c1", "no-answer"),
        ended("c1", "met", "dane"),
        ended("c2", "refused"),
        ended("c3", "met", "dane"),
    ]
    counts = count_visit_outcomes(endings)
    assert (counts.closed, counts.refused, counts.no_answer) == (3, 1, 0)
    assert counts.adult_answers == (("dane", 2),)


def test_no_visit_counts_nothing() -> None:
    assert count_visit_outcomes([]).closed == 0
    assert count_child_contacts([], date(2026, 1, 1)).contacts == 0
