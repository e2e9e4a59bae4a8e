"""Hints that two records may be about one person, and the answers to that question."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import flet as ft

from app.core.cases import record_changes
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import DuplicateAnswered, RecordEnd, SaveRecords
from app.core.controller import AppController, AppState
from app.kit.controls.buttons import secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import row
from app.kit.controls.text import quiet
from app.kit.hooks import Dispatch, use_flow
from app.kit.messages import say
from assessments.casework.casework_records import LinkKind, RecordLink
from assessments.casework.matching.persons import PersonMatch, find_possible_duplicate_persons
from assessments.casework.records import Person


def find_person_matches(model: AppState, page: HouseholdOverview, one: Person) -> tuple[PersonMatch, ...]:
    """Find who in this practitioner's households may be the same as this person."""
    everyone = (person for there in model.households for person in there.persons)
    links = (link for there in model.households for link in there.records_of(RecordLink))
    return find_possible_duplicate_persons(one, everyone, links, page.relationships)


def use_possible_duplicates(model: AppState, page: HouseholdOverview) -> frozenset[str]:
    """Find who of a household may have another record, by id; again only when the records change."""

    def find() -> frozenset[str]:
        return frozenset(one.id for one in page.persons if find_person_matches(model, page, one))

    found: frozenset[str] = ft.use_memo(find, [model.households, page])
    return found


@dataclass(frozen=True, slots=True, repr=False)
class DuplicateQuestion:
    """Two records that may be about one person or event: what Yes says, and how they are shown."""

    own: RecordEnd
    other: RecordEnd
    yes: str
    kind: LinkKind
    draw: Callable[[], Sequence[ft.Control | None]]


def use_duplicate_cards(
    actions: AppController,
    questions: Sequence[DuplicateQuestion],
    save: Callable[[SaveRecords], Awaitable[object]],
    *,
    below: Sequence[ft.Control] = (),
    spacing: int,
) -> ft.Control:
    """Draw a card for each question that was not put off, with its answers and what they mean."""

    async def run(effect: SaveRecords, _: Dispatch[DuplicateAnswered]) -> None:
        await save(effect)

    nothing: record_changes.PutOff = frozenset()
    put_off, dispatch = use_flow(nothing, record_changes.update_duplicates, run)

    def answer(question: DuplicateQuestion, words: str, kind: LinkKind | None) -> ft.Control:
        def press() -> Awaitable[None]:
            return dispatch(DuplicateAnswered(kind, question.own, question.other, actions.now()))

        return secondary_button(words, press)

    cards = [
        card(
            *question.draw(),
            row(
                answer(question, question.yes, question.kind),
                answer(question, say("alike.no"), "not-same"),
                answer(question, say("alike.later"), None),
                wrap=True,
            ),
            quiet(say("alike.kept-apart")),
            spacing=8,
        )
        for question in questions
        if (question.own, question.other) not in put_off
    ]
    return ft.Column(
        tight=True,
        visible=bool(cards or below),
        spacing=spacing,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[*cards, *below],
    )
