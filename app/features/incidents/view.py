"""Writing down what happened: four things in under a minute, the rest when there is time.

This room draws the form. The day, what was done, how it is known and how serious it was come first; then
each child by name; then, behind one button, all that can wait. Something serious shows the numbers to
call before anything is saved.

    incident_page(model, actions)        # about a household: a new one; about an event: to change it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import flet as ft

from app.core.cases.case_service import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.incidents.draft import (
    CHILD_PRESENCE_CODES,
    PHRASING_CHECKED_FIELDS,
    SEVERITY_UNKNOWN,
    draft_from_incident,
    empty_incident_draft,
    incident_from_draft,
    validate_incident,
)
from app.features.shared.day_field import day_field
from app.features.shared.draft_form import DraftForm, use_draft_form
from app.features.shared.page import build_page, busy_indicator, guarded_page, use_scroll, use_state
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.revisions_link import revisions_link
from app.features.shared.text.people import first_name
from app.kit import theme
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import call_card, card
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import scroll_to, scroll_to_key
from app.kit.controls.text import heading, quiet
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_area, text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for
from assessments.casework.casework_records import Incident
from assessments.casework.records import Person
from assessments.casework.tactics import tactic_groups
from assessments.errors import NotFound

_URGENT_FROM_SEVERITY = 3
_NO_PROBLEMS: dict[str, str] = {}
_OPTIONAL_FIELDS = ("time", "place", "injury", "police", "outcome", "protective", "first-known")


@ft.component
@guarded_page
def incident_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one event, and save it."""
    page, before = _find_target(model)
    children = page.children(actions.today())
    ids = [child.id for child in children]
    first = draft_from_incident(before, ids) if before else empty_incident_draft(ids)
    form = use_draft_form(actions, f"event-{model.screen.target}", first)
    is_open, set_open = use_state(before is not None)
    problems, show_problems = use_state(_NO_PROBLEMS)
    scroll = use_scroll(actions)

    async def save() -> None:
        found = validate_incident(form.values, actions.today())
        show_problems(found)
        if found:
            set_open(is_open or bool(set(found) & {"threat", *_OPTIONAL_FIELDS}))
            await scroll_to(scroll, 0)
            return
        kept = incident_from_draft(form.values, page.household.id, actions.today(), before)
        if await actions.save_records(page.household.id, [kept]):
            form.clear_draft()
            await actions.go_back()

    return build_page(
        model,
        actions,
        say("event.change" if before else "event.title"),
        [
            card(day_field(form, problems)),
            card(_field("what", form, problems, lines=4), _field("source", form, problems)),
            _severity(form, problems),
            _urgent_call_card(form),
            *(_child(child, form, problems) for child in children),
            *(_optional_cards(page, form, problems) if is_open else []),
            *(revisions_link(page, before.id, actions) if before else []),
            None
            if is_open
            else ft.Column(
                tight=True,
                spacing=6,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                controls=[
                    secondary_button(
                        say("event.more"), lambda: set_open(True), icon=ft.Icons.EXPAND_MORE, fill=True
                    ),
                    quiet(say("event.more-note")),
                ],
            ),
        ],
        subtitle=page.household.name,
        top=error_summary(list(problems.items()), go_to=lambda at: scroll_to_key(scroll, at)),
        action=busy_indicator(say("save.saving")) if model.busy else primary_button(say("event.save"), save),
        scroll=scroll,
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview, Incident | None]:
    """The household, and the event to be changed if the screen is about one."""
    about = model.screen.target
    for page in model.households:
        if page.household.id == about:
            return page, None
        for found in page.records_of(Incident):
            if found.id == about:
                return page, found
    raise NotFound


def _field(name: str, form: DraftForm, problems: Mapping[str, str], *, lines: int = 1) -> ft.Control:
    hint = say(f"event.{name}-hint") if name in ("what", "source") else ""
    if name in PHRASING_CHECKED_FIELDS:
        return keyed(name, _phrasing_checked_text(name, form, problems, hint=hint, lines=lines))
    draw = text_area if lines > 1 else text_field
    return keyed(
        name,
        draw(
            say(f"event.{name}"),
            value=form[name],
            on_change=form.setter(name),
            hint=hint,
            problem=problems.get(name, ""),
            lines=lines,
            key=name,
        ),
    )


def _phrasing_checked_text(
    name: str, form: DraftForm, problems: Mapping[str, str], *, hint: str, lines: int
) -> ft.Control:
    async def keep(code: str) -> None:
        form.set_value("kept", sorted({*form["kept"], code}))

    return phrasing_checked_field(
        say(f"event.{name}"),
        value=form[name],
        on_change=form.setter(name),
        kept=lambda: form["kept"],
        on_keep=keep,
        hint=hint,
        problem=problems.get(name, ""),
        lines=lines,
        key=name,
    )


def _severity(form: DraftForm, problems: Mapping[str, str]) -> ft.Control:
    levels = [Choice(n, say(f"severity.{n}"), say(f"severity.{n}.hint")) for n in "1234"]
    return keyed(
        "severity",
        card(
            heading(say("event.severity")),
            quiet(say("event.severity-hint")),
            problem_line(problems["severity"]) if "severity" in problems else None,
            radio_rows(
                [*levels, Choice(SEVERITY_UNKNOWN, say("severity.unknown"), exclusive=True)],
                chosen=form["severity"] or None,
                on_choose=lambda code: form.choose("severity", code or ""),
                clear=False,
            ),
        ),
    )


def _urgent_call_card(form: DraftForm) -> ft.Control | None:
    if not form["severity"].isdigit() or int(form["severity"]) < _URGENT_FROM_SEVERITY:
        return None
    return call_card(say("event.urgent"), say("event.urgent-do"), numbers_for(("emergency", "named-nurse")))


def _child(child: Person, form: DraftForm, problems: Mapping[str, str]) -> ft.Control:
    """One child, by themselves."""
    at = f"where-{child.id}"
    return card(
        heading(say("event.child", name=first_name(child))),
        quiet(say("event.child-hint")),
        checkbox_rows(
            [
                Choice(code, say(f"there.{code}"), exclusive=code == "elsewhere")
                for code in CHILD_PRESENCE_CODES
            ],
            chosen=form[f"seen-{child.id}"],
            on_choose=form.chooser(f"seen-{child.id}"),
        ),
        keyed(
            at,
            text_field(
                say("event.where"),
                value=form[at],
                on_change=form.setter(at),
                problem=problems.get(at, ""),
                key=at,
            ),
        ),
    )


def _optional_cards(
    page: HouseholdOverview, form: DraftForm, problems: Mapping[str, str]
) -> list[ft.Control]:
    """All that can wait."""
    people = [Choice(person.id, first_name(person)) for person in page.persons]
    return [
        card(
            heading(say("event.by")),
            checkbox_rows(people, chosen=form["by"], on_choose=form.chooser("by")),
            heading(say("event.to")),
            checkbox_rows(people, chosen=form["to"], on_choose=form.chooser("to")),
        ),
        _tactics(form),
        card(
            _field("threat", form, problems, lines=3),
            *(_field(name, form, problems) for name in _OPTIONAL_FIELDS),
        ),
    ]


def _tactics(form: DraftForm) -> ft.Control:
    parts: list[ft.Control] = [heading(say("event.tactics"))]
    for group, codes in tactic_groups().items():

        def choose(chosen: tuple[str, ...], own: Sequence[str] = codes) -> None:
            form.choose("tactics", [*(code for code in form["tactics"] if code not in own), *chosen])

        choices = [Choice(code, say(f"tactic.{code}")) for code in codes]
        parts.append(heading(say(f"tactic-group.{group}"), level=3))
        parts.append(
            checkbox_rows(
                choices, chosen=[code for code in form["tactics"] if code in codes], on_choose=choose
            )
        )
    return card(*parts, spacing=theme.LIST_GAP)
