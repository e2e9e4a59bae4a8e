"""Cards that ask "Is this the same person?", with the reasons, and the decisions to take back.

Yes and No are saved as links between the two records; "Not now" is saved nowhere, so the question is there
again when the page is opened next. The hints are those of `assessments.casework.matching.persons`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.people.links import not_same_person_lines
from app.features.shared.duplicate_hints import duplicate_decision_buttons, find_person_matches
from app.features.shared.text.days import format_age
from app.kit.controls.cards import card
from app.kit.controls.text import heading, quiet, text
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.matching.persons import PersonMatch
from assessments.casework.records import Person

_NOBODY: frozenset[str] = frozenset()


def duplicate_person_cards(
    model: AppState, actions: AppController, page: HouseholdOverview, one: Person
) -> list[ft.Control]:
    """One card for each hint, and the decided "No" ones, to take back."""
    kept: Any = _cards
    return [kept(model, actions, page, one, key=f"alike-{one.id}")]


@ft.component
def _cards(model: AppState, actions: AppController, page: HouseholdOverview, one: Person) -> ft.Control:
    later, put_off = use_state(_NOBODY)
    controls: list[ft.Control] = []
    for hint in find_person_matches(model, page, one):
        there = model.household_of(hint.other_id)
        other = next((who for who in there.persons if who.id == hint.other_id), None) if there else None
        if there is not None and other is not None and hint.other_id not in later:
            put = partial(put_off, later | {other.id})
            controls.append(_card(actions, page, one, hint, there, other, put))
    controls += not_same_person_lines(model, one, actions)
    return ft.Column(
        tight=True,
        visible=bool(controls),
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=controls,
    )


def _card(
    actions: AppController,
    page: HouseholdOverview,
    one: Person,
    hint: PersonMatch,
    there: HouseholdOverview,
    other: Person,
    put_off: Callable[[], None],
) -> ft.Control:
    async def decide(kind: Literal["same-person", "not-same"]) -> None:
        await actions.people_commands.save_link(kind, page, one.id, there, other.id)

    reasons = ". ".join(say(f"alike.{code}") for code in hint.reasons)
    age, household = format_age(other, actions.today()), there.household.name
    return card(
        heading(say("alike.title")),
        text(say("alike.other", name=other.name, age=age, household=household)),
        quiet(f"{say(f'alike.{hint.level}')}. {reasons}"),
        *duplicate_decision_buttons(
            say("alike.yes"), partial(decide, "same-person"), partial(decide, "not-same"), put_off
        ),
        spacing=8,
    )
