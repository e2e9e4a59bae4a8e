"""Cards that ask "Is this the same person?", with the reasons, and the decisions to take back.

The hints are those of `assessments.casework.matching.persons`; what an answer saves is in
`app.core.cases.record_changes`.
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import RecordEnd
from app.core.controller import AppController, AppState
from app.features.people.links import not_same_person_lines
from app.features.shared.duplicate_hints import DuplicateQuestion, find_person_matches, use_duplicate_cards
from app.features.shared.text.days import format_age
from app.kit.controls.keyed import keyed_component
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.matching.persons import PersonMatch
from assessments.casework.records import Person


@keyed_component
def duplicate_person_cards(
    model: AppState, actions: AppController, page: HouseholdOverview, one: Person
) -> ft.Control:
    """One card for each hint, and the decided "No" ones, to take back."""
    found = (_question(model, actions, one, hint) for hint in find_person_matches(model, page, one))
    return use_duplicate_cards(
        actions,
        [question for question in found if question is not None],
        actions.people_commands.save_changes,
        below=not_same_person_lines(model, one, actions),
        spacing=10,
    )


def _question(
    model: AppState, actions: AppController, one: Person, hint: PersonMatch
) -> DuplicateQuestion | None:
    there = model.household_of(hint.other_id)
    other = next((who for who in there.persons if who.id == hint.other_id), None) if there else None
    if there is None or other is None:
        return None
    reasons = ". ".join(say(f"alike.{code}") for code in hint.reasons)
    age, household = format_age(other, actions.today()), there.household.name
    words = say("alike.other", name=other.name, age=age, household=household)
    return DuplicateQuestion(
        RecordEnd(one.household_id, one.id),
        RecordEnd(there.household.id, other.id),
        say("alike.yes"),
        "same-person",
        lambda: (
            heading(say("alike.title")),
            text(words),
            quiet(f"{say(f'alike.{hint.level}')}. {reasons}"),
        ),
    )
