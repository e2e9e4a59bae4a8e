"""Drafts of every screen: what was kept before opens, any JSON is read, and a draft becomes a record."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.drafts import Draft
from app.features.household.draft import HouseholdDraft, NewPersonDraft, household_from_draft
from app.features.incidents.update import (
    IncidentDraft,
    KeyDateDraft,
    StatementDraft,
    empty_incident_draft,
    incident_from_draft,
    key_date_from_draft,
    statement_from_draft,
    validate_incident,
    validate_key_date,
)
from app.features.people.person_draft import (
    BirthDraft,
    PersonDraft,
    draft_from_person,
    person_from_draft,
    validate_birth,
    validate_person,
)
from app.features.people.update import (
    AddressDraft,
    LinkDraft,
    RelationshipDraft,
    WithheldDraft,
    address_from_draft,
    draft_from_address,
    validate_address,
    validate_withheld,
    withheld_from_draft,
)
from app.features.shared.day_draft import DayDraft
from app.features.visits.child_observation_draft import (
    ObservationDraft,
    QuoteDraft,
    draft_from_observation,
    observation_from_draft,
    validate_observation,
)
from app.features.visits.update import ClosureDraft, ReasonDraft, validate_closure
from assessments.casework.casework_records import Address, ChildAtIncident, ChildObservation, VerbatimQuote
from assessments.casework.records import Contact, Person

TODAY = date(2026, 5, 14)

# As they lie on devices: written by the version before drafts had types.
KEPT: dict[type[Draft], Any] = {
    PersonDraft: {
        "name": "Bryn",
        "other_names": "Bryn Bach",
        "way": "about",
        "day": "",
        "due": "",
        "years": "50",
        "roles": ["father"],
        "marks": ["causes-concern"],
        "lives": None,
        "language": "Welsh",
        "interpreter": ["yes"],
        "needs": ["hearing"],
        "needs_words": "",
        "position": "",
        "agency": "",
    },
    BirthDraft: {"day": "3 5 20", "name": "Nia"},
    RelationshipDraft: {"other": "p2", "group": "family", "kind": None},
    LinkDraft: {"household": "h2", "other": None, "kind": None},
    AddressDraft: {
        "lines": "1 Fern",
        "kind": "host",
        "confidential": ["yes"],
        "who": ["p1"],
        "host": "",
        "left": [],
    },
    WithheldDraft: {"part": "all", "who": ["p2"], "others": "The school", "asked": None, "why": "Asked"},
    IncidentDraft: {
        "when": "other",
        "day": "2 5",
        "precision": "about",
        "what": "  He said ",
        "source": "Neighbour",
        "place": "",
        "threat": "",
        "injury": "",
        "police": "",
        "outcome": "",
        "protective": "",
        "first-known": "School",
        "time": "9",
        "severity": "unknown",
        "by": ["p2"],
        "to": [],
        "tactics": ["T1"],
        "kept": [],
        "seen-c1": ["saw", "heard"],
        "seen-c2": [],
        "where-c1": "stairs",
        "where-c2": "",
    },
    KeyDateDraft: {
        "when": "today",
        "day": "",
        "precision": "exact",
        "kind": "hearing",
        "person": "",
        "words": "At ten",
    },
    StatementDraft: {"words": "Dane has", "drafted_from": ["e1"], "kept": ["vague"]},
    HouseholdDraft: {
        "name": "Thistlemoor",
        "people": [
            {"key": "1", "name": "Bryn", "role": "child", "born": "2 9", "unknown": False},
            {"key": "8d3f", "name": "", "role": None, "born": "", "unknown": True},
        ],
    },
    ObservationDraft: {
        "how": "heard",
        "said": [{"key": "8d3f", "words": "He shou", "prompt": "", "origin": ""}],
        "due": "2 m",
        "amended_why": "",
        "kept": [],
        "observation": "Looked at the door",
        "interpretation": "",
        "demeanour": "",
        "why_code": "",
        "why": "",
        "plan": "",
        "place": "Kitchen",
        "language": "",
        "interpreter": "",
        "alone": True,
        "at_home": None,
        "sleeping_place_seen": False,
        "present": ["p2", "a friend"],
        "in_earshot": [],
    },
    ClosureDraft: {
        "why": {"c1": {"code": "other", "words": "Asl", "due": "2 m"}},
        "outcome": "met",
        "answered": ["p1"],
    },
    DayDraft: {"when": "yesterday", "day": "", "precision": "exact"},
}
KEPT |= {NewPersonDraft: KEPT[HouseholdDraft]["people"][0], QuoteDraft: KEPT[ObservationDraft]["said"][0]}
KEPT |= {ReasonDraft: KEPT[ClosureDraft]["why"]["c1"]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _all_drafts(of: type[Draft] = Draft) -> set[type[Draft]]:
    return {one for each in of.__subclasses__() for one in (each, *_all_drafts(each))}


def test_every_draft_has_an_example_that_an_earlier_version_kept() -> None:
    ours = {one for one in _all_drafts() if one.__module__.startswith("app.")}
    assert ours == set(KEPT)


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_a_draft_that_an_earlier_version_kept_opens_and_is_kept_the_same(kind: type[Draft]) -> None:
    draft = kind.from_plain(KEPT[kind])
    assert draft != kind()
    assert draft.to_plain() == KEPT[kind]
    assert kind.from_plain(KEPT[kind], kind()).to_plain().keys() <= KEPT[kind].keys()
    assert repr(draft) == f"<{kind.__name__}>"


def test_a_closing_kept_with_parts_of_a_reason_and_a_page_without_kept_phrases_open() -> None:
    closure = ClosureDraft.from_plain({"why": {"c1": {"code": "asleep"}, "c2": {}}, "outcome": None})
    assert closure.why == {"c1": ReasonDraft("asleep"), "c2": ReasonDraft()}
    without = {name: value for name, value in KEPT[ObservationDraft].items() if name != "kept"}
    assert ObservationDraft.from_plain(without) == ObservationDraft.from_plain(KEPT[ObservationDraft])


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_json_is_read_as_a_draft_and_stays_the_same(kind: type[Draft], data: st.DataObject) -> None:
    known: dict[str, Any] = KEPT[kind]
    some = st.fixed_dictionaries({}, optional={name: st.just(known[name]) | JSON for name in known})
    plain = kind.from_plain(data.draw(JSON | some)).to_plain()
    assert kind.from_plain(plain).to_plain() == plain


def test_what_cannot_be_read_stays_as_it_was_and_the_rest_is_read() -> None:
    first = PersonDraft(name="Bryn", roles=("father",), lives="here")
    read = PersonDraft.from_plain({"name": 7, "roles": ["mother", 7], "lives": None, "new": "x"}, first)
    assert (read.name, read.roles, read.lives) == ("Bryn", ("mother",), None)
    people = HouseholdDraft.from_plain({"people": [None, {"key": "2", "name": "Nia"}, 7]}).people
    assert people == (NewPersonDraft("2", "Nia"),)


def test_an_incident_asks_about_the_children_of_today_only() -> None:
    draft = IncidentDraft.from_plain(KEPT[IncidentDraft], empty_incident_draft(["c1", "c3"]))
    assert dict(draft.seen) == {"c1": ("saw", "heard"), "c3": ()}
    assert dict(draft.where) == {"c1": "stairs", "c3": ""}


def test_the_rules_of_drafts_need_no_flet() -> None:
    modules = sorted({kind.__module__ for kind in KEPT})
    code = f"import sys, {', '.join(modules)}; sys.exit('flet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Records


NAMED = PersonDraft(name=" Nia ", way="unknown", lives="here")


@pytest.mark.parametrize(
    ("changes", "wanting"),
    [
        ({}, []),
        ({"name": " "}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
        ({"way": None}, ["way"]),
        ({"way": "day", "day": "31 2 2019"}, ["day"]),
        ({"way": "day", "day": "15 5 2026"}, ["day"]),
        ({"way": "day", "day": "14 5 2026"}, []),
        ({"way": "due", "due": "soon"}, ["due"]),
        ({"way": "due", "due": "15 9 2026"}, []),
        ({"way": "about", "years": "121"}, ["years"]),
        ({"way": "about", "years": ""}, ["years"]),
        ({"way": "about", "years": "50"}, []),
        ({"lives": None}, ["lives"]),
        # What is not asked for any more stands in nobody's way.
        ({"day": "31 2 2019", "years": "no"}, []),
    ],
)
def test_what_is_wanting_of_a_person(changes: dict[str, Any], wanting: list[str]) -> None:
    assert list(validate_person(NAMED.updated(**changes), TODAY)) == wanting


def test_a_person_that_is_opened_and_saved_stays_as_it_was() -> None:
    person = Person.model_validate(
        {
            "id": "p1",
            "household_id": "h1",
            "name": "Nia",
            "other_names": ("Nia Bach",),
            "born": "2019-09-02",
            "due": "2019-08-30",
            "roles": ("child", "is-harmed"),
            "lives_here": False,
            "language": "Welsh",
            "interpreter": True,
            "needs": ("signs",),
            "needs_words": "Makaton",
            "position": "x",
            "agency": "y",
            "a_later_field": "kept",
        }
    )
    assert person_from_draft(draft_from_person(person), person, "h1", TODAY) == person


def test_the_day_of_an_about_age_changes_only_with_the_age() -> None:
    asked = date(2025, 1, 2)
    person = Person(id="p1", household_id="h1", name="Nia", about_years=50, about_years_on=asked)
    draft = draft_from_person(person)
    assert person_from_draft(draft, person, "h1", TODAY).about_years_on == asked
    assert person_from_draft(draft.updated(years="51"), person, "h1", TODAY).about_years_on == TODAY
    unborn = person_from_draft(NAMED.updated(way="due", due="15 9 2026"), None, "h1", TODAY)
    assert (unborn.name, unborn.roles, unborn.due, unborn.is_unborn) == (
        "Nia",
        ("unborn",),
        date(2026, 9, 15),
        True,
    )


@pytest.mark.parametrize(
    ("day", "name", "wanting"),
    [("1 5 2026", "Nia", []), ("", "Nia", ["day"]), ("1 6 2026", " ", ["day", "name"])],
)
def test_what_is_wanting_of_a_birth(day: str, name: str, wanting: list[str]) -> None:
    assert list(validate_birth(BirthDraft(day, name), TODAY)) == wanting


@pytest.mark.parametrize(
    ("roles", "name", "names", "becomes"),
    [
        (("unborn",), "Nia", ("Baby",), ("child",)),
        (("unborn", "child"), "Nia", ("Baby",), ("child",)),
        ((), "Baby", (), ("child",)),
        (("other",), "Baby", (), ("other",)),
    ],
)
def test_a_child_that_is_born_keeps_what_was_known(
    roles: tuple[str, ...], name: str, names: tuple[str, ...], becomes: tuple[str, ...]
) -> None:
    due = date(2026, 5, 20)
    before = Person(id="p1", household_id="h1", name="Baby", due=due, roles=roles, language="Welsh")
    born = before.after_birth(name, TODAY)
    assert (born.id, born.due, born.born, born.language) == ("p1", due, TODAY, "Welsh")
    assert (born.name, born.other_names, born.roles) == (name, names, becomes)


HOME = Address(id="a1", household_id="h1", lines="1 Fern", person_ids=("p1",), confidential=True)


@pytest.mark.parametrize(
    ("changes", "before", "wanting"),
    [
        ({}, None, []),
        ({"kind": None, "lines": " ", "who": ()}, None, ["kind", "lines", "who"]),
        ({"lines": " "}, HOME, []),
        ({"lines": " "}, HOME.model_copy(update={"confidential": False}), ["lines"]),
        ({"lines": "x" * 401}, HOME, ["lines"]),
    ],
)
def test_what_is_wanting_of_an_address(
    changes: dict[str, Any], before: Address | None, wanting: list[str]
) -> None:
    draft = AddressDraft("1 Fern", "home", who=("p1",)).updated(**changes)
    assert list(validate_address(draft, before)) == wanting


def test_a_confidential_address_left_empty_stays_as_it_is() -> None:
    draft = draft_from_address(HOME, None)
    assert draft.lines == ""
    assert address_from_draft(draft, HOME, "h1", TODAY) == HOME
    left = address_from_draft(draft.updated(left=("yes",)), HOME, "h1", TODAY)
    assert left.until == TODAY
    assert address_from_draft(draft.updated(left=("yes",)), left, "h1", date(2027, 1, 1)).until == TODAY
    new = address_from_draft(AddressDraft(" 2 Fern ", "home", who=("p1",)), None, "h1", TODAY)
    assert (new.lines, new.since, new.until, new.confidential) == ("2 Fern", TODAY, None, False)


def test_information_is_withheld_from_people_here_and_by_name() -> None:
    assert list(validate_withheld(WithheldDraft())) == ["part", "who"]
    draft = WithheldDraft(part="names", who=("p2",), others=" The school ,, Gran", why=" Asked ")
    assert validate_withheld(draft) == {}
    record = withheld_from_draft(draft, "p1", "h1")
    assert (record.keep_from, record.asked_by, record.why) == (("p2", "The school", "Gran"), "", "Asked")


COMPLETE = empty_incident_draft(["c1", "c2"]).updated(
    when="today", what=" said ", source=" me ", severity="2"
)


@pytest.mark.parametrize(
    ("changes", "wanting"),
    [
        ({}, []),
        ({"when": "", "what": " ", "source": "", "severity": ""}, ["when", "what", "source", "severity"]),
        ({"when": "other", "day": "2 5"}, ["day"]),
        ({"when": "other", "day": "15 5 2026"}, ["day"]),
        ({"first_known": "x" * 201}, ["first-known"]),
        ({"where": {"c1": "x" * 201, "c2": ""}}, ["where-c1"]),
        ({"time": "25:00"}, ["time"]),
    ],
)
def test_what_is_wanting_of_an_incident(changes: dict[str, Any], wanting: list[str]) -> None:
    assert list(validate_incident(COMPLETE.updated(**changes), TODAY)) == wanting


def test_an_incident_has_an_entry_for_each_child_of_whom_something_is_said() -> None:
    draft = COMPLETE.updated(seen={"c1": ("saw",), "c2": ()}, where={"c1": " stairs ", "c2": ""})
    record = incident_from_draft(draft, "h1", TODAY)
    assert (record.what, record.source, record.severity, record.on) == (" said ", "me", 2, TODAY)
    assert record.children == (ChildAtIncident(id="c1", where="stairs", saw_it=True),)


def test_a_key_date_may_lie_ahead() -> None:
    assert list(validate_key_date(KeyDateDraft(words="x" * 401), TODAY)) == ["kind", "when", "words"]
    draft = KeyDateDraft("other", "15 9 2026", "about", "hearing", words=" At ten ")
    assert validate_key_date(draft, TODAY) == {}
    record = key_date_from_draft(draft, "h1", TODAY)
    assert (record.on, record.precision, record.words) == (date(2026, 9, 15), "about", "At ten")


def test_a_statement_says_whether_a_person_changed_it() -> None:
    draft = StatementDraft("Dane has hit Siân.", ("e1",), ("gone",))
    first = statement_from_draft(draft, "p1", "h1", None, "Dane has hit Siân.")
    assert (first.edited, first.kept_phrases, first.drafted_from) == (False, (), ("e1",))
    again = statement_from_draft(draft.updated(words="Dane hit Siân."), "p1", "h1", first, draft.words)
    assert (again.id, again.edited) == (first.id, True)


def test_a_household_becomes_records_with_a_due_day_for_the_unborn() -> None:
    people = (
        NewPersonDraft("1", " Nia ", "mother", "2 9 1990"),
        NewPersonDraft("2", "Baby", "unborn", "15 9 2026"),
        NewPersonDraft("3", "Bryn", "child", "2 9 2019", unknown=True),
    )
    household, persons = household_from_draft(HouseholdDraft(" Thistlemoor ", people))
    assert (household.name, {one.household_id for one in persons}) == ("Thistlemoor", {household.id})
    assert [(one.name, one.born, one.due, one.roles) for one in persons] == [
        ("Nia", date(1990, 9, 2), None, ("mother",)),
        ("Baby", None, date(2026, 9, 15), ("unborn",)),
        ("Bryn", None, None, ("child",)),
    ]


CONTACT = Contact(id="v1", household_id="h1", on=TODAY, kind="visit", role="health-visitor")


def test_an_observation_that_is_opened_and_saved_stays_as_it_was() -> None:
    quote = VerbatimQuote(id="q1", words=" no ", prompt="Where?", origin="drew", language="Welsh")
    seen = ChildObservation(
        id="s1",
        household_id="h1",
        contact_id="v1",
        child_id="c1",
        how="heard",
        said=(quote,),
        due=TODAY,
        alone=False,
        present=("p2", "a friend"),
        language="Welsh",
        amends="s0",
    )
    draft = draft_from_observation(seen)
    assert observation_from_draft(draft, CONTACT, "c1", seen) == seen
    emptied = draft.with_line("q1", words=" ").updated(due="2 m")
    again = observation_from_draft(emptied, CONTACT, "c1", seen)
    assert again is not None
    assert (again.said, again.due) == ((), None)
    assert observation_from_draft(draft.updated(plan="x" * 1001), CONTACT, "c1", seen) is None


@pytest.mark.parametrize(
    ("changes", "is_correction", "wanting"),
    [
        ({}, False, []),
        ({}, True, ["amended_why"]),
        ({"amended_why": "A slip"}, True, []),
        ({"said": (QuoteDraft("1", "no"),)}, False, ["origin"]),
        ({"due": "2 m"}, False, ["due"]),
        ({"why_code": "other"}, False, ["why"]),
        ({"why_code": "asleep"}, False, []),
    ],
)
def test_what_is_wanting_of_an_observation(
    changes: dict[str, Any], is_correction: bool, wanting: list[str]
) -> None:
    draft = draft_from_observation(None).updated(**changes)
    assert validate_observation(draft, is_correction=is_correction) == wanting


@pytest.mark.parametrize(
    ("why", "places"),
    [
        (ReasonDraft(), ["why-c1"]),
        (ReasonDraft("asleep"), []),
        (ReasonDraft("other"), ["why-c1"]),
        (ReasonDraft("other", "At school", "2 m"), ["day-c1"]),
        (ReasonDraft("asleep", "x" * 1001, "2 5 2026"), ["why-c1"]),
    ],
)
def test_what_stands_in_the_way_of_finishing_a_contact(why: ReasonDraft, places: list[str]) -> None:
    draft = ClosureDraft({"c1": why, "c2": ReasonDraft()})
    assert [place for place, _ in validate_closure(draft, {"c1": "Nia"})] == places
