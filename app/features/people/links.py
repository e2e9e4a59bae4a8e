"""The same human being, or family, in other households: linked from either side, never merged.

Each household keeps its own record; a page names the other and what that person is to people there. So
somebody's other households and past partners are seen from here. A link can be undone.

    *link_cards(model, person, actions)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.controller import Actions, Model
from app.features.shared.text.people import both_ways, first_name
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.casework_records import Link
from assessments.casework.records import Person


def linked(model: Model, one: Person) -> Iterator[tuple[Link, HouseholdPage, Person]]:
    """Every standing link of a person with the other end, whichever household it is filed under."""
    for here in model.households:
        for link in here.records_of(Link):
            if link.undone_at is not None or one.id not in (link.own_id, link.other_id):
                continue
            other_id = link.other_id if link.own_id == one.id else link.own_id
            there = model.household_of(other_id)
            other = next((who for who in there.persons if who.id == other_id), None) if there else None
            if there is not None and other is not None:
                yield link, there, other


def link_cards(model: Model, one: Person, actions: Actions) -> list[ft.Control]:
    """One card for each record that somebody linked."""
    found = [
        _card(link, there, other, actions)
        for link, there, other in linked(model, one)
        if link.kind != "not-same"
    ]
    return found or [quiet(say("link.none"))]


def not_same_lines(model: Model, one: Person, actions: Actions) -> list[ft.Control]:
    """Records that somebody said are of two people: one line each, with a way to take it back."""
    return [
        ft.Row(
            wrap=True,
            controls=[
                quiet(say("link.not-same", name=other.name, household=there.household.name)),
                _undo(link, actions),
            ],
        )
        for link, there, other in linked(model, one)
        if link.kind == "not-same"
    ]


def _card(link: Link, there: HouseholdPage, other: Person, actions: Actions) -> ft.Control:
    names = {person.id: first_name(person) for person in there.persons}
    ties = [
        both_ways(tie.kind, tie.inverse_kind, first_name(other), names[tie.other_id])
        for tie in kinship.ties(other.id, there.relationships)
        if tie.other_id in names
    ]
    return card(
        nav_row(
            other.name,
            note=say(f"link.{link.kind}", household=there.household.name),
            icon=ft.Icons.LINK,
            on_tap=lambda: actions.open_screen("person", other.id),
        ),
        *(quiet(words) for words in ties),
        ft.Row(controls=[_undo(link, actions)]),
        spacing=4,
    )


def _undo(link: Link, actions: Actions) -> ft.Control:
    return quiet_button(say("link.undo"), partial(actions.people_commands.undo, link), icon=ft.Icons.UNDO)
