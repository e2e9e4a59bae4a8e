"""What has happened: in one household, or by one person wherever they are known.

This room lays out what `assessments.casework.chronology` found: the first line and the direction, what
stands out,
what is missing, the line over time with the same numbers as a table, and every record with its source.
It works nothing out and leaves nothing out: a filter says what it cannot tell.

    chronology(model, actions)        # the household that the screen is about
    conduct(model, actions)           # one person, in every household where they are known
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.controller import Actions, Model
from app.features.incidents.chronology_entry import entry_card
from app.features.incidents.possible_duplicate import twice_cards
from app.features.shared.page import calm_page, page_of, use_drawn
from app.features.shared.text.chronology import (
    lead_words,
    missing_words,
    picture_of,
    signs_words,
    sure_day,
    trajectory_words,
)
from app.features.shared.text.days import day_words
from app.features.shared.text.people import day_of, find_person, first_name
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.lists import bullets
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.drawing.chart import Dot, level_chart
from app.kit.forms.choices import Choice, radio_rows
from app.kit.messages import say
from assessments.casework import chronology as c
from assessments.casework import timeline
from assessments.casework.casework_records import Event, Link, Milestone, Seen
from assessments.casework.records import Person
from assessments.definitions import catalogue
from assessments.errors import NotFound

_PAGE = 20
_EVERYONE = "everyone"
_DONE = ("completed", "amended")


@ft.component
@calm_page
def chronology(model: Model, actions: Actions) -> ft.View:
    """Everything of one household, with one child's lines apart where that is asked for."""
    whose, choose = use_drawn(_EVERYONE)
    page = model.household(model.screen.target)
    if page is None:
        raise NotFound
    on = actions.today()
    children = page.children(on)
    found = timeline.entries(
        page.household.id,
        events=page.records_of(Event),
        milestones=timeline.milestones_of(page.records_of(Milestone), page.persons, on),
        contacts=page.contacts,
        tools=_tools(page),
    )
    child = next((one for one in children if one.id == whose), None)
    met = {seen.contact_id for seen in page.records_of(Seen) if child and seen.child_id == child.id}
    shown = timeline.about_child(found, child.id, met) if child else found
    return page_of(
        model,
        actions,
        say("chronology.title"),
        [
            *_picture(picture_of(page, on)),
            *twice_cards(model, actions, page),
            secondary_button(
                say("chronology.add-milestone"),
                lambda: actions.open_screen("milestone", page.household.id),
                icon=ft.Icons.FLAG_OUTLINED,
                fill=True,
            ),
            _whose(children, whose, choose) if children else None,
            _unsaid(page, child) if child else None,
            *_listed(shown, model, actions),
        ],
        subtitle=page.household.name,
        action=primary_button(
            say("chronology.add-event"),
            lambda: actions.open_screen("event", page.household.id),
            icon=ft.Icons.ADD,
        ),
    )


@ft.component
@calm_page
def conduct(model: Model, actions: Actions) -> ft.View:
    """What one person has done, in every household where they are known."""
    _, person = find_person(model, model.screen.target)
    pages = model.households
    links = [link for page in pages for link in page.records_of(Link)]
    own = timeline.same_person(links, person.id)
    events = timeline.done_by((event for page in pages for event in page.records_of(Event)), own)
    homes = {event.household_id for event in events} | {
        one.household_id for page in pages for one in page.persons if one.id in own
    }
    milestones = [
        one
        for page in pages
        if page.household.id in homes
        for one in timeline.milestones_of(page.records_of(Milestone), page.persons, actions.today())
        if one.person_id in own or one.kind in ("separation", "new-partner", "pregnancy", "birth")
    ]
    found = c.picture(
        events,
        milestones,
        on=actions.today(),
        rules=catalogue.load_area().chronology_rules,
        links=links,
    )
    return page_of(
        model,
        actions,
        say("chronology.of", name=first_name(person)),
        [
            *_picture(found),
            *_listed(timeline.entries("", events=events, milestones=milestones), model, actions, home=True),
        ],
        subtitle=say("chronology.of-note", name=first_name(person)),
    )


def _tools(page: HouseholdPage) -> list[timeline.Graded]:
    return [
        timeline.Graded(
            id=found.id,
            on=day_of(page, found),
            tool=found.instrument,
            subject_id=found.subject_id,
            contact_id=found.contact_id,
            grade=found.grade,
            provisional=found.provisional,
        )
        for found in page.assessments
        if found.status in _DONE
    ]


def _picture(found: c.Picture) -> list[ft.Control | None]:
    """The first line, the direction, the chart, what stands out and what is missing."""
    if not found.incidents:
        return [banner(say("chronology.none"))]
    signs, lacks = signs_words(found), missing_words(found)
    return [
        card(text(lead_words(found), strong=True), text(trajectory_words(found))),
        card(heading(say("chronology.stands-out")), bullets(signs)) if signs else None,
        _chart_card(found),
        card(heading(say("chronology.missing")), bullets(lacks)) if lacks else None,
    ]


def _chart_card(found: c.Picture) -> ft.Control | None:
    levels = [event for event in found.incidents if event.precision != "before" and event.severity]
    drawn: Any = _chart
    return drawn(found) if levels else None


@ft.component
def _chart(found: c.Picture) -> ft.Control:
    """The line over time; the same numbers as a table, when asked for."""
    is_open, set_open = use_drawn(False)
    dated = [event for event in found.incidents if event.precision != "before"]
    levels = [event.severity for event in dated if event.severity is not None]
    first, last = dated[0].on, max(found.on, dated[-1].on)
    whole = max((last - first).days, 1)
    words = say(
        "chart.words",
        n=len(dated),
        first=day_words(first, found.on),
        last=day_words(dated[-1].on, found.on),
        worst=max(levels),
    )
    dots = [
        Dot((event.on - first).days / whole, event.severity, event.precision == "exact") for event in dated
    ]
    return card(
        heading(say("chart.title")),
        level_chart(
            dots, levels=4, first=day_words(first, found.on), last=day_words(last, found.on), words=words
        ),
        text(words),
        quiet(say("chart.key")),
        quiet(say("chart.key-unknown")) if len(levels) < len(dated) else None,
        ft.Row(
            controls=[
                quiet_button(
                    say("chart.hide-table" if is_open else "chart.show-table"), lambda: set_open(not is_open)
                )
            ]
        ),
        _table(found) if is_open else None,
    )


def _table(found: c.Picture) -> ft.Control:
    """Every event as a row: the day, how serious, and how it is known."""

    def row(day: str, level: str, source: str, *, head: bool = False) -> ft.Control:
        cells = ((day, 5), (level, 4), (source, 5))
        return ft.Container(
            padding=ft.Padding.symmetric(vertical=8),
            border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
            content=ft.Row(
                spacing=8,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Container(
                        expand=share,
                        content=ft.Text(words, theme_style=theme.MARK if head else theme.QUIET),
                    )
                    for words, share in cells
                ],
            ),
        )

    rows = [row(say("chart.day"), say("chart.level"), say("chart.source"), head=True)]
    for event in reversed(found.incidents):
        level = say("severity.short", n=event.severity) if event.severity else say("severity.unknown")
        rows.append(row(sure_day(event.on, event.precision, found.on), level, event.source))
    return ft.Column(tight=True, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=rows)


def _whose(children: Sequence[Person], whose: str, choose: Callable[[str], None]) -> ft.Control:
    choices = [Choice(_EVERYONE, say("chronology.everyone"))]
    choices += [Choice(child.id, first_name(child)) for child in children]
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            heading(say("chronology.whose")),
            radio_rows(choices, chosen=whose, on_choose=lambda code: choose(code or _EVERYONE), clear=False),
        ],
    )


def _unsaid(page: HouseholdPage, child: Person) -> ft.Control | None:
    """How many events are silent about a child: a filter must not look like an absence."""
    silent = [
        event
        for event in page.records_of(Event)
        if child.id not in {*event.to_ids, *(there.id for there in event.children)}
    ]
    return banner(say("chronology.unsaid", n=len(silent), name=first_name(child))) if silent else None


def _listed(
    found: Sequence[timeline.Entry], model: Model, actions: Actions, *, home: bool = False
) -> list[ft.Control | None]:
    drawn: Any = _lines
    return [drawn(tuple(found), model, actions, home)] if found else []


@ft.component
def _lines(found: tuple[timeline.Entry, ...], model: Model, actions: Actions, home: bool) -> ft.Control:
    """The records, a page of them at a time, the newest or the oldest first."""
    newest, set_newest = use_drawn(True)
    upto, set_upto = use_drawn(_PAGE)
    ordered = found[::-1] if newest else found
    order = [Choice("new", say("chronology.newest")), Choice("old", say("chronology.oldest"))]
    rest = len(ordered) - upto
    return ft.Column(
        tight=True,
        spacing=theme.LIST_GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            heading(say("chronology.order")),
            radio_rows(
                order,
                chosen="new" if newest else "old",
                on_choose=lambda code: set_newest(code == "new" if code else newest),
                clear=False,
            ),
            *(entry_card(entry, model, actions, home=home) for entry in ordered[:upto]),
            *(
                [
                    secondary_button(
                        say("chronology.more", n=min(rest, _PAGE)), lambda: set_upto(upto + _PAGE), fill=True
                    )
                ]
                if rest > 0
                else []
            ),
        ],
    )
