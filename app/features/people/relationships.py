"""What one person is to others, each tie from both sides, with what cannot be right and what may follow.

A tie that was wrong is taken back, never deleted. Siblings that follow from a shared parent are a
question; only the practitioner's Yes is kept. This room shows what `assessments.casework.kinship` says.

    *tie_cards(page, person, actions)
"""

from __future__ import annotations

from functools import partial

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.cases.people_commands import new_tie
from app.core.controller import Actions
from app.features.shared.text.people import both_ways, first_name, names_of, tie_words
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import quiet, text
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.kinship import Fault, SiblingHint, Tie
from assessments.casework.records import Person


def tie_cards(page: HouseholdPage, one: Person, actions: Actions) -> list[ft.Control]:
    """What needs a look first, then every tie, then what may follow from them."""
    people = {person.id: person for person in page.persons}
    ties = [tie for tie in kinship.ties(one.id, page.relationships) if tie.other_id in people]
    hints = [
        hint for hint in kinship.sibling_hints(page.relationships) if one.id in (hint.one_id, hint.other_id)
    ]
    others = list(dict.fromkeys(tie.other_id for tie in ties))
    return [
        *(_fault(page, fault) for fault in kinship.faults(page.relationships) if one.id in fault.person_ids),
        *(
            card(
                text(people[other_id].name, strong=True),
                *(
                    _tie(page, one, people[other_id], tie, actions)
                    for tie in ties
                    if tie.other_id == other_id
                ),
            )
            for other_id in others
        ),
        *([] if ties else [quiet(say("tie.none"))]),
        *(
            _hint(one, people, hint, actions)
            for hint in hints
            if {hint.one_id, hint.other_id} <= people.keys()
        ),
    ]


def _fault(page: HouseholdPage, fault: Fault) -> ft.Control:
    names = names_of(page)
    who = ", ".join(names.get(person_id, "") for person_id in fault.person_ids)
    return banner(say(f"tie.fault.{fault.code}", names=who), tone="help")


def _tie(page: HouseholdPage, one: Person, other: Person, tie: Tie, actions: Actions) -> ft.Control:
    told = next(found for found in page.relationships if found.id == tie.relationship_id)
    return ft.Column(
        tight=True,
        spacing=2,
        controls=[
            text(both_ways(tie.kind, tie.inverse_kind, first_name(one), first_name(other))),
            ft.Row(
                wrap=True,
                controls=[
                    quiet_button(
                        say("tie.undo"),
                        partial(actions.people_commands.undo, told),
                        icon=ft.Icons.UNDO,
                        name=say(
                            "tie.undo-name", name=other.name, words=tie_words(tie.kind, [first_name(other)])
                        ),
                    )
                ],
            ),
        ],
    )


def _hint(one: Person, people: dict[str, Person], hint: SiblingHint, actions: Actions) -> ft.Control:
    other = people[hint.other_id if hint.one_id == one.id else hint.one_id]

    async def told() -> None:
        await actions.people_commands.save(new_tie(one.household_id, one.id, hint.kind, other.id))

    return banner(
        say(f"tie.hint.{hint.kind}", one=first_name(one), other=first_name(other)),
        action=ft.Row(wrap=True, controls=[secondary_button(say("tie.hint.yes"), told)]),
    )
