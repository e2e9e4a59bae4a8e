"""Hints that two records may be about one person, and the answers to that question.

use_possible_duplicates(model, page)      # ids of the persons to ask about
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppState
from app.kit.controls.buttons import secondary_button
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import RecordLink
from assessments.casework.matching.persons import PersonMatch, find_possible_duplicate_persons
from assessments.casework.records import Person


def find_person_matches(model: AppState, page: HouseholdOverview, one: Person) -> tuple[PersonMatch, ...]:
    """Find who in this practitioner's households may be the same as this person."""
    everyone = (person for there in model.households for person in there.persons)
    links = (link for there in model.households for link in there.records_of(RecordLink))
    return find_possible_duplicate_persons(one, everyone, links, page.relationships)


def use_possible_duplicates(model: AppState, page: HouseholdOverview | None) -> frozenset[str]:
    """Find who of a household may have another record, by id; again only when the records change."""

    def find() -> frozenset[str]:
        persons = page.persons if page else ()
        return frozenset(one.id for one in persons if page and find_person_matches(model, page, one))

    found: frozenset[str] = ft.use_memo(find, [model.households, page])
    return found


def duplicate_decision_buttons(
    yes: str, on_yes: Callable[[], object], on_no: Callable[[], object], put_off: Callable[[], object]
) -> list[ft.Control]:
    """Draw the answers to "Are these two records of one?", and what becomes of the records."""
    return [
        ft.Row(
            wrap=True,
            controls=[
                secondary_button(yes, on_yes),
                secondary_button(say("alike.no"), on_no),
                secondary_button(say("alike.later"), put_off),
            ],
        ),
        quiet(say("alike.kept-apart")),
    ]
