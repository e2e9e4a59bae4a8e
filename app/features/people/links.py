"""Cards of records elsewhere that are linked to a person, or may be theirs. Nothing is merged."""

from collections.abc import Iterator
from functools import partial

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import RecordEnd
from app.core.controller import AppController, AppState
from app.features.shared.duplicate_hints import DuplicateQuestion, find_person_matches, use_duplicate_cards
from app.features.shared.text.days import format_age
from app.features.shared.text.people import describe_relationship_both_ways, first_name
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.keyed import keyed_component
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.casework_records import RecordLink, find_links_of
from assessments.casework.matching.persons import PersonMatch
from assessments.casework.records import Person


def linked_persons(model: AppState, one: Person) -> Iterator[tuple[RecordLink, HouseholdOverview, Person]]:
    """Every standing link of a person with the other end, whichever household it is filed under."""
    for here in model.households:
        for link, other_id in find_links_of(here.records_of(RecordLink), one.id):
            there = model.household_of(other_id)
            other = next((who for who in there.persons if who.id == other_id), None) if there else None
            if there is not None and other is not None:
                yield link, there, other


def link_cards(model: AppState, one: Person, actions: AppController) -> list[ft.Control]:
    """One card for each record that somebody linked."""
    found = [
        _card(link, there, other, actions)
        for link, there, other in linked_persons(model, one)
        if link.kind != "not-same"
    ]
    return found or [quiet(say("link.none"))]


def not_same_person_lines(model: AppState, one: Person, actions: AppController) -> list[ft.Control]:
    """Records that somebody said are of two people: one line each, with a way to take it back."""
    lines: list[ft.Control] = []
    for link, there, other in linked_persons(model, one):
        if link.kind == "not-same":
            words = quiet(say("link.not-same", name=other.name, household=there.household.name))
            lines.append(ft.Row(wrap=True, controls=[words, _undo(link, actions)]))
    return lines


def _card(link: RecordLink, there: HouseholdOverview, other: Person, actions: AppController) -> ft.Control:
    names = {person.id: first_name(person) for person in there.persons}
    ties = [
        describe_relationship_both_ways(tie.kind, tie.inverse_kind, first_name(other), names[tie.other_id])
        for tie in kinship.find_relationships_of(other.id, there.relationships)
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


def _undo(link: RecordLink, actions: AppController) -> ft.Control:
    return quiet_button(say("link.undo"), partial(actions.people_commands.undo, link), icon=ft.Icons.UNDO)


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
