"""Cards of what one person is to others, from both sides, with contradictions and siblings that may follow.

A relationship that was wrong is undone, never deleted. Siblings that follow from a shared parent are a
question; only the practitioner's Yes is saved. The rules are those of `assessments.casework.kinship`.
"""

from __future__ import annotations

from functools import partial

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController
from app.features.people.update import make_relationship
from app.features.shared.text.people import (
    describe_relationship,
    describe_relationship_both_ways,
    first_name,
    names_by_id,
)
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import quiet, text
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.kinship import RelationshipSide, SiblingHint
from assessments.casework.records import Person


def relationship_cards(page: HouseholdOverview, one: Person, actions: AppController) -> list[ft.Control]:
    """What needs a look first, then every tie, then what may follow from them."""
    people, names = {person.id: person for person in page.persons}, names_by_id(page)
    found = kinship.find_relationships_of(one.id, page.relationships)
    ties = [tie for tie in found if tie.other_id in people]
    controls: list[ft.Control] = []
    for fault in kinship.find_relationship_faults(page.relationships):
        if one.id in fault.person_ids:
            who = ", ".join(names.get(person_id, "") for person_id in fault.person_ids)
            controls.append(banner(say(f"tie.fault.{fault.code}", names=who), tone="help"))
    for other_id in dict.fromkeys(tie.other_id for tie in ties):
        other = people[other_id]
        own = [_relationship_row(page, one, other, tie, actions) for tie in ties if tie.other_id == other_id]
        controls.append(card(text(other.name, strong=True), *own))
    if not ties:
        controls.append(quiet(say("tie.none")))
    hints = [
        _sibling_hint_banner(one, people, hint, actions)
        for hint in kinship.sibling_hints(page.relationships)
        if one.id in (hint.one_id, hint.other_id) and {hint.one_id, hint.other_id} <= people.keys()
    ]
    return [*controls, *hints]


def _relationship_row(
    page: HouseholdOverview, one: Person, other: Person, tie: RelationshipSide, actions: AppController
) -> ft.Control:
    told = next(found for found in page.relationships if found.id == tie.relationship_id)
    own, name = first_name(one), first_name(other)
    undo = quiet_button(
        say("tie.undo"),
        partial(actions.people_commands.undo, told),
        icon=ft.Icons.UNDO,
        name=say("tie.undo-name", name=other.name, words=describe_relationship(tie.kind, [name])),
    )
    words = text(describe_relationship_both_ways(tie.kind, tie.inverse_kind, own, name))
    return ft.Column(tight=True, spacing=2, controls=[words, ft.Row(wrap=True, controls=[undo])])


def _sibling_hint_banner(
    one: Person, people: dict[str, Person], hint: SiblingHint, actions: AppController
) -> ft.Control:
    other = people[hint.other_id if hint.one_id == one.id else hint.one_id]

    async def told() -> None:
        await actions.people_commands.save(make_relationship(one.household_id, one.id, hint.kind, other.id))

    return banner(
        say(f"tie.hint.{hint.kind}", one=first_name(one), other=first_name(other)),
        action=ft.Row(wrap=True, controls=[secondary_button(say("tie.hint.yes"), told)]),
    )
