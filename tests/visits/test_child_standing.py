"""How a child stands in a contact, and what is still wanting."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.casework.casework_records import ChildObservation
from assessments.casework.visits.accounting import (
    ToolEvidence,
    compute_child_standing,
    find_current_observations,
    find_relatives_interpreting,
    find_unaccounted_children,
    revise_observation,
)
from assessments.definitions import catalogue
from tests.visits.families import AT, DAY, adult, child, new_id, said, seen

RULES = catalogue.load_child_accounting_rules()
OTIS = child("Otis")
WREN = child("Wren", born=date(2026, 1, 12))


@pytest.mark.parametrize(
    ("written", "done", "state", "missing"),
    [
        (None, (), None, ("how",)),
        ({"how": None, "said": said("no shout")}, (), None, ("how",)),
        ({"how": "heard"}, (), "heard", ("words",)),
        ({"how": "heard", "said": said("   ")}, (), "heard", ("words",)),
        ({"how": "heard", "said": said("he is fine", origin="told-by-adult")}, (), "heard", ("words",)),
        ({"how": "heard", "said": said("no shout")}, (), "heard", ()),
        ({"how": "observed", "interpretation": "worried"}, (), "observed", ("observation",)),
        ({"how": "observed", "observation": "hands over ears"}, (), "observed", ()),
        ({"how": "seen-not-spoken"}, (), "seen-not-spoken", ("reason",)),
        ({"how": "seen-not-spoken", "why_code": "other"}, (), "seen-not-spoken", ("reason",)),
        ({"how": "seen-not-spoken", "why_code": "asleep"}, (), "seen-not-spoken", ()),
        ({"how": "not-seen"}, (), "not-seen", ("reason", "plan", "day")),
        ({"how": "not-seen", "why": "at Nain's"}, (), "not-seen", ("plan", "day")),
        ({"how": "not-seen", "why": "at Nain's", "plan": "see at school", "due": DAY}, (), "not-seen", ()),
        (None, ("heard",), "heard", ()),
        (None, ("observed",), "observed", ()),
        ({"how": "not-seen"}, ("heard",), "heard", ()),
        ({"how": "heard"}, ("observed",), "heard", ("words",)),
    ],
)
def test_a_child_stands_by_what_was_written_and_by_finished_tools(
    written: dict[str, object] | None,
    done: tuple[ToolEvidence, ...],
    state: str | None,
    missing: tuple[str, ...],
) -> None:
    one = seen(OTIS, **written) if written is not None else None  # type: ignore[arg-type]  # how is in it
    found = compute_child_standing(OTIS, one, done, RULES, DAY)
    assert (found.state, found.missing) == (state, missing)
    assert find_unaccounted_children([found]) == ((OTIS.id,) if missing else ())


def test_watching_is_asked_for_under_three_even_when_the_child_was_heard() -> None:
    heard = seen(WREN, "heard", said=said("ba"))
    assert compute_child_standing(WREN, heard, (), RULES, DAY).needs_observation
    assert not compute_child_standing(WREN, heard, ("observed",), RULES, DAY).needs_observation
    watched = heard.model_copy(update={"observation": "turned to the door"})
    assert not compute_child_standing(WREN, watched, (), RULES, DAY).needs_observation
    assert not compute_child_standing(
        OTIS, seen(OTIS, "heard", said=said("hi")), (), RULES, DAY
    ).needs_observation


def test_a_child_is_watched_to_the_day_before_the_third_birthday() -> None:
    heard = {"how": "heard", "said": said("ba")}
    toddler = child("Dot", born=date(2023, 3, 6))
    assert compute_child_standing(toddler, seen(toddler, **heard), (), RULES, DAY).needs_observation  # type: ignore[arg-type]  # how is in it
    assert not compute_child_standing(
        toddler, seen(toddler, **heard), (), RULES, date(2026, 3, 6)
    ).needs_observation  # type: ignore[arg-type]  # the same


def test_a_correction_takes_the_place_of_what_it_amends_and_both_stay() -> None:
    first = seen(OTIS, "heard", said=said("no shout"))
    second = seen(OTIS, "heard", said=said("no shout, Daddy"), amends=first.id)
    other_day = seen(OTIS, "observed", contact_id="c2")
    assert find_current_observations([first, second, other_day], "c1") == {OTIS.id: second}


def test_what_was_written_is_changed_before_the_finish_and_corrected_after_it() -> None:
    first = seen(OTIS, "heard", said=said("no shout"), written_at=AT)
    again = first.model_copy(update={"demeanour": "quiet"})
    assert revise_observation(None, first, None, new_id) is first
    assert revise_observation(first, again, None, new_id).id == first.id
    from assessments.casework.casework_records import VisitClosure

    ended = VisitClosure(id="e1", household_id="home", contact_id="c1", at=AT)
    corrected = revise_observation(first, again, ended, new_id)
    assert corrected.id != first.id
    assert corrected.amends == first.id


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("", []),
        ("Language Line", []),
        ("Dane", ["home-Dane"]),
        ("her husband, dane samplewood", ["home-Dane"]),
    ],
)
def test_points_out_a_relative_named_as_the_interpreter(typed: str, named: list[str]) -> None:
    persons = [adult("Dane", other_names=("Danny",)), adult("Sam", position="interpreter"), OTIS]
    assert list(find_relatives_interpreting(typed, persons)) == named


def test_a_record_of_another_way_of_meeting_is_refused() -> None:
    with pytest.raises(ValueError, match="how"):
        ChildObservation(id="s", household_id="h", contact_id="c", child_id="p", how="fine")  # type: ignore[arg-type]  # on purpose
