"""Pages: the chronology of one household, and of one person in every household where they are known."""

from collections.abc import Callable, Sequence

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.incidents.chronology_entry import chronology_entry_card
from app.features.incidents.possible_duplicate import duplicate_incident_cards
from app.features.shared.page import build_page, guarded_page
from app.features.shared.text.chronology import (
    chronology_headline,
    describe_chronology_findings,
    describe_missing,
    describe_trajectory,
    format_day_with_precision,
    summarise_household_chronology,
)
from app.features.shared.text.days import format_day
from app.features.shared.text.people import find_household, find_person, first_name, visit_day
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import stack
from app.kit.controls.lists import bullet_list
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.drawing.chart import ChartPoint, level_chart
from app.kit.forms.choices import Choice, radio_rows
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework import chronology as c
from assessments.casework import timeline
from assessments.casework.casework_records import (
    ChildObservation,
    Incident,
    KeyDate,
    RecordLink,
    find_linked_ids,
)
from assessments.casework.records import COMPLETED_STATUSES, Person
from assessments.definitions import catalogue

_PAGE_SIZE = 20
_EVERYONE = "everyone"


@guarded_page
def chronology_page(model: AppState, actions: AppController) -> ft.View:
    """Everything of one household, with one child's lines apart where that is asked for."""
    whose, choose = use_state(_EVERYONE)
    page = find_household(model, model.screen.target)
    on = actions.today()
    children = page.children(on)
    found = timeline.build_chronology_entries(
        page.household.id,
        incidents=page.records_of(Incident),
        key_dates=timeline.list_key_dates(page.records_of(KeyDate), page.persons, on),
        contacts=page.contacts,
        graded_assessments=_graded_assessments(page),
    )
    child = next((one for one in children if one.id == whose), None)
    met = {
        seen.contact_id for seen in page.records_of(ChildObservation) if child and seen.child_id == child.id
    }
    shown = timeline.filter_entries_by_child(found, child.id, met) if child else found
    return build_page(
        model,
        actions,
        say("chronology.title"),
        [
            *_summary_cards(summarise_household_chronology(page, on)),
            duplicate_incident_cards(model, actions, page),
            secondary_button(
                say("chronology.add-milestone"),
                lambda: actions.open_screen("milestone", page.household.id),
                icon=ft.Icons.FLAG_OUTLINED,
                fill=True,
            ),
            _child_filter(children, whose, choose) if children else None,
            _not_mentioned_banner(page, child) if child else None,
            _paged_entries(shown, model, actions, home=False) if shown else None,
        ],
        subtitle=page.household.name,
        action=primary_button(
            say("chronology.add-event"),
            lambda: actions.open_screen("event", page.household.id),
            icon=ft.Icons.ADD,
        ),
    )


@guarded_page
def person_chronology_page(model: AppState, actions: AppController) -> ft.View:
    """What one person has done, in every household where they are known."""
    _, person = find_person(model, model.screen.target)
    pages = model.households
    links = [link for page in pages for link in page.records_of(RecordLink)]
    own = find_linked_ids(links, person.id, "same-person")
    events = timeline.find_incidents_by((event for page in pages for event in page.records_of(Incident)), own)
    homes = {event.household_id for event in events} | {
        one.household_id for page in pages for one in page.persons if one.id in own
    }
    milestones = [
        one
        for page in pages
        if page.household.id in homes
        for one in timeline.list_key_dates(page.records_of(KeyDate), page.persons, actions.today())
        if one.person_id in own or one.kind in ("separation", "new-partner", "pregnancy", "birth")
    ]
    found = c.summarise_chronology(
        events,
        milestones,
        on=actions.today(),
        rules=catalogue.load_area().chronology_rules,
        links=links,
    )
    entries = timeline.build_chronology_entries("", incidents=events, key_dates=milestones)
    return build_page(
        model,
        actions,
        say("chronology.of", name=first_name(person)),
        [
            *_summary_cards(found),
            _paged_entries(entries, model, actions, home=True) if entries else None,
        ],
        subtitle=say("chronology.of-note", name=first_name(person)),
    )


def _graded_assessments(page: HouseholdOverview) -> list[timeline.GradedAssessment]:
    return [
        timeline.GradedAssessment(
            id=found.id,
            on=visit_day(page, found),
            tool=found.instrument,
            subject_id=found.subject_id,
            contact_id=found.contact_id,
            grade=found.grade,
            provisional=found.provisional,
        )
        for found in page.assessments
        if found.status in COMPLETED_STATUSES
    ]


def _summary_cards(found: c.ChronologySummary) -> list[ft.Control | None]:
    """The first line, the direction, the chart, what stands out and what is missing."""
    if not found.incidents:
        return [banner(say("chronology.none"))]
    signs, lacks = describe_chronology_findings(found), describe_missing(found)
    is_charted = any(event.precision != "before" and event.severity for event in found.incidents)
    return [
        card(text(chronology_headline(found), strong=True), text(describe_trajectory(found))),
        card(heading(say("chronology.stands-out")), bullet_list(signs)) if signs else None,
        _chart(found) if is_charted else None,
        card(heading(say("chronology.missing")), bullet_list(lacks)) if lacks else None,
    ]


@ft.component
def _chart(found: c.ChronologySummary) -> ft.Control:
    """The line over time; the same numbers as a table, when asked for."""
    is_open, set_open = use_state(False)
    dated = [event for event in found.incidents if event.precision != "before"]
    levels = [event.severity for event in dated if event.severity is not None]
    first, last = dated[0].on, max(found.on, dated[-1].on)
    whole = max((last - first).days, 1)
    words = say(
        "chart.words",
        n=len(dated),
        first=format_day(first, found.on),
        last=format_day(dated[-1].on, found.on),
        worst=max(levels),
    )
    toggle = say("chart.hide-table" if is_open else "chart.show-table")
    dots = [
        ChartPoint((event.on - first).days / whole, event.severity, event.precision == "exact")
        for event in dated
    ]
    return card(
        heading(say("chart.title")),
        level_chart(
            dots, levels=4, first=format_day(first, found.on), last=format_day(last, found.on), words=words
        ),
        text(words),
        quiet(say("chart.key")),
        quiet(say("chart.key-unknown")) if len(levels) < len(dated) else None,
        ft.Row(controls=[quiet_button(toggle, lambda: set_open(not is_open))]),
        _table(found) if is_open else None,
    )


def _table(found: c.ChronologySummary) -> ft.Control:
    """Every event as a row: the day, how serious, and how it is known."""

    def row(day: str, level: str, source: str, *, head: bool = False) -> ft.Control:
        style = theme.MARK if head else theme.QUIET
        cells: list[ft.Control] = [
            ft.Container(expand=share, content=ft.Text(words, theme_style=style))
            for words, share in ((day, 5), (level, 4), (source, 5))
        ]
        return ft.Container(
            padding=ft.Padding.symmetric(vertical=8),
            border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
            content=ft.Row(spacing=8, vertical_alignment=ft.CrossAxisAlignment.START, controls=cells),
        )

    rows = [row(say("chart.day"), say("chart.level"), say("chart.source"), head=True)]
    for event in reversed(found.incidents):
        level = say("severity.short", n=event.severity) if event.severity else say("severity.unknown")
        rows.append(row(format_day_with_precision(event.on, event.precision, found.on), level, event.source))
    return stack(*rows, spacing=0)


def _child_filter(children: Sequence[Person], whose: str, choose: Callable[[str], None]) -> ft.Control:
    choices = [Choice(_EVERYONE, say("chronology.everyone"))]
    choices += [Choice(child.id, first_name(child)) for child in children]
    return stack(
        heading(say("chronology.whose")),
        radio_rows(choices, chosen=whose, on_choose=lambda code: choose(code or _EVERYONE), clear=False),
    )


def _not_mentioned_banner(page: HouseholdOverview, child: Person) -> ft.Control | None:
    """How many events are silent about a child: a filter must not look like an absence."""
    silent = [
        event
        for event in page.records_of(Incident)
        if child.id not in {*event.to_ids, *(there.id for there in event.children)}
    ]
    return banner(say("chronology.unsaid", n=len(silent), name=first_name(child))) if silent else None


@ft.component
def _paged_entries(
    found: tuple[timeline.ChronologyEntry, ...], model: AppState, actions: AppController, *, home: bool
) -> ft.Control:
    """The records, a page of them at a time, the newest or the oldest first."""
    newest, set_newest = use_state(True)
    upto, set_upto = use_state(_PAGE_SIZE)
    ordered = found[::-1] if newest else found
    order = [Choice("new", say("chronology.newest")), Choice("old", say("chronology.oldest"))]
    rest = len(ordered) - upto
    more = secondary_button(
        say("chronology.more", n=min(rest, _PAGE_SIZE)), lambda: set_upto(upto + _PAGE_SIZE), fill=True
    )
    return stack(
        heading(say("chronology.order")),
        radio_rows(
            order,
            chosen="new" if newest else "old",
            on_choose=lambda code: set_newest(code == "new" if code else newest),
            clear=False,
        ),
        *(chronology_entry_card(entry, model, actions, home=home) for entry in ordered[:upto]),
        *([more] if rest > 0 else []),
        spacing=theme.LIST_GAP,
    )
