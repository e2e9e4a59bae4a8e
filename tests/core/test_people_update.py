"""The pages of people refuse and save the same for the same draft, without Flet, store or clock."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.cases import record_changes
from app.core.cases.record_changes import DuplicateAnswered, FormState, Record, RecordEnd, update_duplicates
from app.core.drafts import Draft
from app.features.people import update as flow
from app.features.people.person_draft import BirthDraft, PersonDraft
from app.features.people.update import AddressDraft, LinkDraft, RelationshipDraft, WithheldDraft
from app.kit.messages import say
from assessments.casework.casework_records import Address, RecordLink
from tests.core.updates import MOTHER, NOON, TODAY, UNBORN, home, saved, submitted

HOST = RecordLink(id="l1", household_id="h1", kind="host", own_id="h1", other_household_id="h2",
                  other_id="h2", decided_at=NOON)  # fmt: skip
HOSTED = home("h1", MOTHER, records=[HOST])
FLAT = Address(id="a1", household_id="h1", lines="1 Mill Lane", kind="host", person_ids=("mo",), since=TODAY)
NEW_ADDRESS = {"type": "Address", "household_id": "h1", "lines": "1 Mill Lane", "person_ids": ("mo",),
               "since": TODAY}  # fmt: skip
TO_AUNT = {"household_id": "h1", "other_household_id": "h2", "decided_at": NOON, "type": "RecordLink"}

Row = tuple[str, Draft, Record | None, dict[str, str], list[dict[str, object]]]
ROWS: list[Row] = [
    ("a person needs a name, a birth and a place", PersonDraft(), None,
     {name: say(f"person.problem.{name}") for name in ("name", "way", "lives")}, []),
    ("a new person", PersonDraft(name=" Tom ", way="unknown", lives="here", roles=("father",)), None, {},
     [{"type": "Person", "household_id": "h1", "name": "Tom", "roles": ("father",)}]),
    ("a birth that lies ahead", BirthDraft("15 5 2026", "Mali"), UNBORN,
     {"day": say("person.problem.ahead")}, []),
    ("a birth keeps the record", BirthDraft("13 5 2026", "Mali"), UNBORN, {},
     [{"type": "Person", "id": "un", "household_id": "h1", "name": "Mali", "other_names": ("Bean",),
       "roles": ("child",), "born": date(2026, 5, 13), "due": date(2026, 6, 1)}]),
    ("a relationship asks for one thing at a time", RelationshipDraft(), MOTHER,
     {"other": say("tie.problem.other")}, []),
    ("then for the group", RelationshipDraft("un"), MOTHER, {"group": say("tie.problem.group")}, []),
    ("a relationship", RelationshipDraft("un", "family", "parent"), MOTHER, {},
     [{"type": "Relationship", "household_id": "h1", "from_id": "mo", "to_id": "un", "kind": "parent"}]),
    ("a link asks for the household first", LinkDraft(), MOTHER,
     {"household": say("link.problem.household")}, []),
    ("a link", LinkDraft("h2", "au", "same-person"), MOTHER, {},
     [{**TO_AUNT, "kind": "same-person", "own_id": "mo", "other_id": "au"}]),
    ("a link as family", LinkDraft("h2", "au", "family"), MOTHER, {},
     [{**TO_AUNT, "kind": "family", "own_id": "mo", "other_id": "au"}]),
    ("a link to a household that is gone saves nothing", LinkDraft("h9", "au", "family"), MOTHER, {}, []),
    ("from whom is asked", WithheldDraft("all"), MOTHER, {"who": say("withheld.problem.who")}, []),
    ("withheld", WithheldDraft("address", others="Dane"), MOTHER, {},
     [{"type": "WithheldInformation", "household_id": "h1", "about_id": "mo", "part": "address",
       "keep_from": ("Dane",)}]),
    ("an address without its lines", AddressDraft(kind="home", who=("mo",)), None,
     {"lines": say("address.problem.lines")}, []),
    ("an address of their own says nothing of a host",
     AddressDraft("1 Mill Lane", "home", who=("mo",), host="h2"), None, {}, [NEW_ADDRESS]),
    ("a host is linked", AddressDraft("1 Mill Lane", "host", who=("mo",), host="h2"), None, {},
     [{**NEW_ADDRESS, "kind": "host"}, {**TO_AUNT, "kind": "host", "own_id": "h1", "other_id": "h2"}]),
    ("a host that is not known is no link", AddressDraft("1 Mill Lane", "host", who=("mo",), host=""),
     None, {}, [{**NEW_ADDRESS, "kind": "host"}]),
]  # fmt: skip


def holds(row: Row) -> bool:
    _, draft, about, problems, records = row
    state, effects = flow.update(FormState(), submitted(draft, about))
    return (state.problems, saved(effects)) == (problems, records)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, draft, about, problems, records = row
    state, effects = flow.update(FormState(), submitted(draft, about))
    assert state.problems == problems
    assert saved(effects) == records


@pytest.mark.parametrize(("host", "count"), [("h2", 1), ("", 2), (None, 2)])
def test_another_host_undoes_the_link_that_stands(host: str | None, count: int) -> None:
    draft = AddressDraft("1 Mill Lane", "host", who=("mo",), host=host)
    _, effects = flow.update(FormState(), submitted(draft, FLAT, HOSTED))
    address, *links = saved(effects)
    assert address["id"] == "a1"
    assert len(links) == count - 1
    assert [(link["id"], link["undone_at"]) for link in links] == [("l1", NOON)] * (count - 1)


OWN, OTHER = RecordEnd("h1", "mo"), RecordEnd("h2", "au")


@pytest.mark.parametrize("kind", ["same-person", "same-event", "not-same"])
def test_yes_and_no_are_saved_as_a_link(kind: record_changes.LinkKind) -> None:
    put_off, effects = update_duplicates(frozenset(), DuplicateAnswered(kind, OWN, OTHER, NOON))
    assert put_off == frozenset()
    assert saved(effects) == [{**TO_AUNT, "kind": kind, "own_id": "mo", "other_id": "au"}]


def test_not_now_is_saved_nowhere() -> None:
    put_off, effects = update_duplicates(frozenset(), DuplicateAnswered(None, OWN, OTHER, NOON))
    assert (put_off, effects) == (frozenset({(OWN, OTHER)}), ())
    assert update_duplicates(put_off, DuplicateAnswered(None, OTHER, OWN, NOON))[0] > put_off


def test_an_undoing_keeps_the_record_with_its_time() -> None:
    withheld = flow.withheld_from_draft(WithheldDraft("all", others="Dane"), "mo", "h1")
    assert record_changes.make_undone(HOST, NOON) == HOST.model_copy(update={"undone_at": NOON})
    assert record_changes.make_undone(withheld, NOON) == withheld.model_copy(update={"lifted_at": NOON})


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("_first_missing", lambda *_: {"kind": "no"}),
        ("_host_links", lambda *_: []),
        ("parse_day", lambda _: TODAY),
    ],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(map(holds, ROWS))
    monkeypatch.setattr(flow, fault, broken)
    assert not all(map(holds, ROWS))
