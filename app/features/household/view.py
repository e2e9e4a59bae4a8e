"""Page: one household: every child first, each with their own records alone, then the adults."""

from collections.abc import Callable, Sequence

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, allows_pattern_statement
from app.core.cases.visit_queries import count_visits, is_observation_due, open_follow_ups
from app.core.controller import AppController, AppState
from app.features.shared.badges import withheld_badge
from app.features.shared.child_status_marks import follow_up_line, last_heard_line, not_observed_line
from app.features.shared.duplicate_hints import use_possible_duplicates
from app.features.shared.page import build_page, guarded_page, side_by_side
from app.features.shared.save_status import unreadable_records_banner
from app.features.shared.text.chronology import chronology_headline, summarise_household_chronology
from app.features.shared.text.days import format_age, format_day
from app.features.shared.text.people import (
    describe_causes_concern,
    describe_family,
    find_household,
    first_name,
    task_status,
    tool_title,
    visit_day,
)
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import avatar, card, nav_row
from app.kit.controls.keyed import beside, row
from app.kit.controls.lists import Task, task_list
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.records import Person


@guarded_page
def household_page(model: AppState, actions: AppController) -> ft.View:
    """Show everyone in the household with their own records."""
    page = find_household(model, model.screen.target)
    marked = use_possible_duplicates(model, page)
    on, household = actions.today(), page.household
    children, adults = page.children(on), page.adults(on)

    def opens(screen: str) -> Callable[[], None]:
        return lambda: actions.open_screen(screen, household.id)

    def cards(people: Sequence[Person]) -> ft.Control | None:
        return side_by_side([_person_card(page, one, actions, marked) for one in people]) if people else None

    return build_page(
        model,
        actions,
        household.name,
        [
            unreadable_records_banner(page.unreadable_count),
            nav_row(
                say("household.who-seen"),
                note=say("household.who-seen-note"),
                icon=ft.Icons.HOW_TO_REG_OUTLINED,
                on_tap=lambda: actions.show_contact(household.id),
            ),
            nav_row(
                say("chronology.title"),
                note=chronology_headline(summarise_household_chronology(page, on)),
                icon=ft.Icons.TIMELINE,
                on_tap=opens("chronology"),
            ),
            heading(say("household.children")),
            cards(children),
            banner(say("household.no-children")) if not children else None,
            nav_row(say("siblings.title"), icon=ft.Icons.VIEW_COLUMN_OUTLINED, on_tap=opens("siblings"))
            if len(children) > 1
            else None,
            *_visit_counts_card(page),
            heading(say("household.adults")) if adults else None,
            cards(adults),
            nav_row(say("map.title"), note=say("map.note"), icon=ft.Icons.HUB_OUTLINED, on_tap=opens("map")),
            secondary_button(say("person.add"), opens("add-person"), icon=ft.Icons.PERSON_ADD_OUTLINED),
        ],
        pill=True,
    )


def _person_card(
    page: HouseholdOverview, person: Person, actions: AppController, marked: frozenset[str]
) -> ft.Control:
    on, name = actions.today(), first_name(person)
    is_child, has_pattern = person.is_child(on), allows_pattern_statement(page, person)
    badge, own = withheld_badge(page, person.id), page.assessments_of(person.id)
    lines = (
        format_age(person, on),
        describe_family(page, person, on),
        describe_causes_concern(person),
        say("alike.line") if person.id in marked else "",
    )

    def opens(screen: str) -> Callable[[], None]:
        return lambda: actions.open_screen(screen, person.id)

    return card(
        beside(
            avatar(person.name),
            heading(person.name, level=3),
            *(quiet(line) for line in lines if line),
            last_heard_line(page, person.id, on) if is_child else None,
            badge,
            not_observed_line(person) if is_observation_due(page, person, on) else None,
            *(follow_up_line(page, task) for task in open_follow_ups(page, person.id)),
            gap=14,
        ),
        nav_row(say("chronology.of", name=name), icon=ft.Icons.TIMELINE, on_tap=opens("conduct"))
        if has_pattern and not is_child
        else None,
        row(
            quiet_button(say("person.open"), opens("person"), name=say("person.open-name", name=person.name)),
            wrap=True,
        ),
        _records(page, person, actions) if own else None,
        secondary_button(
            say("action.start-tool"),
            opens("pick"),
            icon=ft.Icons.ADD,
            fill=True,
            name=say("household.start-for", name=name),
        ),
        secondary_button(say("pattern.open", name=name), opens("pattern"), icon=ft.Icons.EDIT_NOTE, fill=True)
        if has_pattern
        else None,
    )


def _visit_counts_card(page: HouseholdOverview) -> list[ft.Control]:
    """What can be counted across visits: refused, nobody in, and who answers for the others."""
    found = count_visits(page)
    names = {person.id: first_name(person) for person in page.persons}
    counted = {"refused": found.refused, "no-answer": found.no_answer}
    lines = [say(f"visits.{code}", n=n, of=found.closed) for code, n in counted.items() if n]
    lines += [
        say("visits.answered", name=names[adult], n=n, of=found.closed)
        for adult, n in found.adult_answers
        if adult in names
    ]
    return [card(heading(say("visits.title"), level=3), *(text(line) for line in lines))] if lines else []


def _records(page: HouseholdOverview, person: Person, actions: AppController) -> ft.Control:
    """This person's own records, the newest first."""
    own = {found.id: found for found in page.assessments_of(person.id)}

    async def open_record(record_id: str) -> None:
        if own[record_id].status == "in-progress":
            await actions.resume_assessment(record_id)
        else:
            await actions.show_record(record_id)

    on = actions.today()
    return task_list(
        [
            Task(
                tool_title(found.instrument),
                found.id,
                task_status(found),
                say("household.visit", day=format_day(visit_day(page, found), on)),
            )
            for found in own.values()
        ],
        on_open=open_record,
    )
