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
from assessments.casework.kinship import RelationshipFault, RelationshipSide, SiblingHint
from assessments.casework.records import Person


def relationship_cards(page: HouseholdOverview, one: Person, actions: AppController) -> list[ft.Control]:
    """What needs a look first, then every tie, then what may follow from them."""
    people = {person.id: person for person in page.persons}
    ties = [
        tie for tie in kinship.find_relationships_of(one.id, page.relationships) if tie.other_id in people
    ]
    hints = [
        hint for hint in kinship.sibling_hints(page.relationships) if one.id in (hint.one_id, hint.other_id)
    ]
    others = list(dict.fromkeys(tie.other_id for tie in ties))
    return [
        *(
            _kinship_fault_banner(page, fault)
            for fault in kinship.find_relationship_faults(page.relationships)
            if one.id in fault.person_ids
        ),
        *(
            card(
                text(people[other_id].name, strong=True),
                *(
                    _relationship_row(page, one, people[other_id], tie, actions)
                    for tie in ties
                    if tie.other_id == other_id
                ),
            )
            for other_id in others
        ),
        *([] if ties else [quiet(say("tie.none"))]),
        *(
            _sibling_hint_banner(one, people, hint, actions)
            for hint in hints
            if {hint.one_id, hint.other_id} <= people.keys()
        ),
    ]


def _kinship_fault_banner(page: HouseholdOverview, fault: RelationshipFault) -> ft.Control:
    names = names_by_id(page)
    who = ", ".join(names.get(person_id, "") for person_id in fault.person_ids)
    return banner(say(f"tie.fault.{fault.code}", names=who), tone="help")


def _relationship_row(
    page: HouseholdOverview, one: Person, other: Person, tie: RelationshipSide, actions: AppController
) -> ft.Control:
    told = next(found for found in page.relationships if found.id == tie.relationship_id)
    return ft.Column(
        tight=True,
        spacing=2,
        controls=[
            text(
                describe_relationship_both_ways(
                    tie.kind, tie.inverse_kind, first_name(one), first_name(other)
                )
            ),
            ft.Row(
                wrap=True,
                controls=[
                    quiet_button(
                        say("tie.undo"),
                        partial(actions.people_commands.undo, told),
                        icon=ft.Icons.UNDO,
                        name=say(
                            "tie.undo-name",
                            name=other.name,
                            words=describe_relationship(tie.kind, [first_name(other)]),
                        ),
                    )
                ],
            ),
        ],
    )


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
