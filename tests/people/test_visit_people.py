"""The people of a visit file: read whole, and told every fault at once without a word of what it says."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import pytest

from app.visit_file.importer import BadVisit, VisitFile, read_visit_file
from assessments.casework import kinship
from assessments.casework.casework_records import Address, RecordLink, WithheldInformation

SEEDS = [seed for seed in files("app.visit_file.training").iterdir() if seed.name.endswith(".json")]


def read(given: dict[str, Any]) -> VisitFile:
    return read_visit_file(given, lambda error: error.code)


def seed(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(
        files("app.visit_file.training").joinpath(f"{name}.json").read_text("utf-8")
    )
    return given


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_every_training_household_is_read_and_its_ties_can_be_right(path: Any) -> None:
    plan = read(json.loads(path.read_text("utf-8")))
    for family in (plan.main_household, *plan.linked_households):
        assert kinship.find_relationship_faults(family.relationships) == ()
        assert not [tie for tie in family.relationships if tie.kind not in kinship.KINDS]


def test_addresses_links_and_what_is_withheld_become_facts_of_the_household() -> None:
    plan = read(seed("foxglove-demo"))
    [address] = [fact for fact in plan.main_household.records if isinstance(fact, Address)]
    [link] = [fact for fact in plan.main_household.records if isinstance(fact, RecordLink)]
    kept = [fact for fact in plan.main_household.records if isinstance(fact, WithheldInformation)]
    assert address.person_ids == tuple(plan.refs[ref] for ref in ("amahle", "kagiso", "neo"))
    assert (link.own_id, link.other_id) == (
        plan.main_household.household.id,
        plan.linked_households[0].household.id,
    )
    assert kept[1].keep_from == (plan.refs["tendai"], "The after-school club")
    assert {fact.household_id for fact in plan.main_household.records} == {plan.main_household.household.id}


def test_two_records_of_one_person_may_be_linked_in_the_file() -> None:
    given = {
        **seed("testerby"),
        "links": [{"kind": "same-person", "from": "callan", "to": "callan-before"}],
    }
    plan = read(given)
    link = next(
        fact
        for fact in plan.main_household.records
        if isinstance(fact, RecordLink) and fact.kind == "same-person"
    )
    assert (link.own_id, link.other_id) == (plan.refs["callan"], plan.refs["callan-before"])
    assert link.other_household_id == plan.linked_households[0].household.id


def spoiled(change: str) -> dict[str, Any]:
    given = copy.deepcopy(seed("foxglove-demo"))
    home = given["household"]
    match change:
        case "address-kind":
            home["addresses"][0]["kind"] = "castle-of-Mx-Secret"
        case "address-person":
            home["addresses"][0]["persons"] = ["nobody-Secret"]
        case "address-key":
            home["addresses"][0]["line"] = "Secret"
        case "withheld-about":
            home["withheld"][0]["about"] = "nobody-Secret"
        case "linked-kind":
            given["linked"][0]["kind"] = "Secret"
        case "linked-empty":
            given["linked"][0]["household"]["persons"] = []
        case "years":
            home["persons"][0]["about_years"] = "Secret"
        case "link-ends":
            given["links"] = [{"kind": "same-person", "from": "amahle", "to": "neo"}]
    return given


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("address-kind", "address 1: kind"),
        ("address-person", "address 1: no person"),
        ("address-key", "address 1: only"),
        ("withheld-about", "withheld 1: no person"),
        ("linked-kind", "linked 1: kind"),
        ("linked-empty", "linked 1.persons is empty"),
        ("years", "person 1: about_years"),
        ("link-ends", "link 1: from must be"),
    ],
)
def test_a_fault_names_its_place_and_never_what_stands_there(change: str, place: str) -> None:
    with pytest.raises(BadVisit) as refused:
        read(spoiled(change))
    faults = refused.value.data["faults"]
    assert any(fault.startswith(place) for fault in faults), faults
    assert not any("Secret" in fault for fault in faults)
