"""Page: an incident. Its target is a household, for a new one, or the incident to change.

The day, what was done, how it is known and how serious it was come first; then each child by name; then,
behind one button, all that can wait. A serious incident shows the numbers to call before it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.incidents.draft import (
    CHILD_PRESENCE_CODES,
    PHRASING_CHECKED_FIELDS,
    SEVERITY_UNKNOWN,
    IncidentDraft,
    draft_from_incident,
    empty_incident_draft,
    incident_from_draft,
    validate_incident,
)
from app.features.shared.day_field import day_field
from app.features.shared.draft_form import DraftForm, form_page, form_text_field, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.revisions_link import revisions_link
from app.features.shared.text.people import first_name
from app.kit import theme
from app.kit.controls.buttons import secondary_button
from app.kit.controls.cards import call_card, card
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.text import heading, quiet
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.hooks import use_state
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for
from assessments.casework.casework_records import Incident
from assessments.casework.records import Person
from assessments.casework.tactics import tactic_groups
from assessments.errors import NotFound

_URGENT_FROM_SEVERITY = 3
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

    def problems() -> dict[str, str]:
        found = validate_incident(form.value, actions.today())
        set_open(is_open or bool(set(found) & {"threat", *_OPTIONAL_FIELDS}))
        return found

    async def save() -> bool:
        record = incident_from_draft(form.value, page.household.id, actions.today(), before)
        return await actions.save_records(page.household.id, [record])

    def fields(problems: Mapping[str, str]) -> list[ft.Control | None]:
        return [
            card(day_field(form, problems)),
            card(_field("what", form, problems, lines=4), _field("source", form, problems)),
            _severity(form, problems),
            _urgent_call_card(form),
            *(_child(child, form, problems) for child in children),
            *(_optional_cards(page, form, problems) if is_open else []),
            *(revisions_link(page, before.id, actions) if before else []),
            None
            if is_open
            else stack(
                secondary_button(
                    say("event.more"), lambda: set_open(True), icon=ft.Icons.EXPAND_MORE, fill=True
                ),
                quiet(say("event.more-note")),
                spacing=6,
            ),
        ]

    return form_page(
        model,
        actions,
        form,
        say("event.change" if before else "event.title"),
        fields,
        problems=problems,
        save=save,
        save_label=say("event.save"),
        subtitle=page.household.name,
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


def _field(
    name: str, form: DraftForm[IncidentDraft], problems: Mapping[str, str], *, lines: int = 1
) -> ft.Control:
    hint = say(f"event.{name}-hint") if name in ("what", "source") else ""
    if name in PHRASING_CHECKED_FIELDS:
        return keyed(name, _phrasing_checked_text(name, form, problems, hint=hint, lines=lines))
    return form_text_field(form, name, say(f"event.{name}"), problems, hint=hint, lines=lines)


def _phrasing_checked_text(
    name: str, form: DraftForm[IncidentDraft], problems: Mapping[str, str], *, hint: str, lines: int
) -> ft.Control:
    async def keep(code: str) -> None:
        form.change(kept=tuple(sorted({*form.value.kept, code})))

    return phrasing_checked_field(
        say(f"event.{name}"),
        value=form.value.text(name),
        on_change=form.setter(name),
        kept=lambda: form.value.kept,
        on_keep=keep,
        hint=hint,
        problem=problems.get(name, ""),
        lines=lines,
        key=name,
    )


def _severity(form: DraftForm[IncidentDraft], problems: Mapping[str, str]) -> ft.Control:
    levels = [Choice(n, say(f"severity.{n}"), say(f"severity.{n}.hint")) for n in "1234"]
    return keyed(
        "severity",
        card(
            heading(say("event.severity")),
            quiet(say("event.severity-hint")),
            problem_line(problems["severity"]) if "severity" in problems else None,
            radio_rows(
                [*levels, Choice(SEVERITY_UNKNOWN, say("severity.unknown"), exclusive=True)],
                chosen=form.value.severity or None,
                on_choose=form.chooser("severity"),
                clear=False,
            ),
        ),
    )


def _urgent_call_card(form: DraftForm[IncidentDraft]) -> ft.Control | None:
    severity = form.value.severity
    if not severity.isdigit() or int(severity) < _URGENT_FROM_SEVERITY:
        return None
    return call_card(say("event.urgent"), say("event.urgent-do"), numbers_for(("emergency", "named-nurse")))


def _child(child: Person, form: DraftForm[IncidentDraft], problems: Mapping[str, str]) -> ft.Control:
    """One child, by themselves."""
    at, now = f"where-{child.id}", form.value

    def choose(codes: tuple[str, ...]) -> None:
        form.change(draw=True, seen={**form.value.seen, child.id: codes})

    def type_in(words: str) -> None:
        form.change(where={**form.value.where, child.id: words})

    return card(
        heading(say("event.child", name=first_name(child))),
        quiet(say("event.child-hint")),
        checkbox_rows(
            [
                Choice(code, say(f"there.{code}"), exclusive=code == "elsewhere")
                for code in CHILD_PRESENCE_CODES
            ],
            chosen=now.seen[child.id],
            on_choose=choose,
        ),
        keyed(
            at,
            text_field(
                say("event.where"),
                value=now.where[child.id],
                on_change=type_in,
                problem=problems.get(at, ""),
                key=at,
            ),
        ),
    )


def _optional_cards(
    page: HouseholdOverview, form: DraftForm[IncidentDraft], problems: Mapping[str, str]
) -> list[ft.Control]:
    """All that can wait."""
    people = [Choice(person.id, first_name(person)) for person in page.persons]
    return [
        card(
            heading(say("event.by")),
            checkbox_rows(people, chosen=form.value.by, on_choose=form.chooser("by")),
            heading(say("event.to")),
            checkbox_rows(people, chosen=form.value.to, on_choose=form.chooser("to")),
        ),
        _tactics(form),
        card(
            _field("threat", form, problems, lines=3),
            *(_field(name, form, problems) for name in _OPTIONAL_FIELDS),
        ),
    ]


def _tactics(form: DraftForm[IncidentDraft]) -> ft.Control:
    parts: list[ft.Control] = [heading(say("event.tactics"))]
    for group, codes in tactic_groups().items():

        def choose(chosen: tuple[str, ...], own: Sequence[str] = codes) -> None:
            others = tuple(code for code in form.value.tactics if code not in own)
            form.change(draw=True, tactics=(*others, *chosen))

        choices = [Choice(code, say(f"tactic.{code}")) for code in codes]
        parts.append(heading(say(f"tactic-group.{group}"), level=3))
        parts.append(
            checkbox_rows(
                choices, chosen=[code for code in form.value.tactics if code in codes], on_choose=choose
            )
        )
    return card(*parts, spacing=theme.LIST_GAP)
