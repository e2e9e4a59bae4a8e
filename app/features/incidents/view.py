"""Pages: an incident, with a household as its target for a new one; and a key date."""

from collections.abc import Sequence
from typing import get_args

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, find_record
from app.core.cases.record_changes import SaveRecords
from app.core.controller import AppController, AppState
from app.features.incidents import update as flow
from app.features.shared.badges import revisions_link
from app.features.shared.day_field import day_field
from app.features.shared.draft_form import DraftForm, coded_choices, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.text.people import find_household, first_name
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
from assessments.casework.casework_records import Incident, KeyDate
from assessments.casework.records import Person
from assessments.casework.tactics import tactic_groups
from assessments.errors import NotFound

_URGENT_FROM_SEVERITY = 3


@guarded_page
def incident_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one event, and save it."""
    page, before = _find_target(model)
    children = page.children(actions.today())
    ids = [child.id for child in children]
    first = flow.draft_from_incident(before, ids) if before else flow.empty_incident_draft(ids)
    form = use_draft_form(actions, f"event-{model.screen.target}", first)
    is_open, set_open = use_state(before is not None)

    def submit() -> tuple[flow.IncidentState, tuple[SaveRecords, ...]]:
        state, effects = flow.update(
            flow.IncidentState(is_open=is_open), actions.submitted(form.value, page, before)
        )
        set_open(state.is_open)
        return state, effects

    more = secondary_button(say("event.more"), lambda: set_open(True), icon=ft.Icons.EXPAND_MORE, fill=True)
    return form_page(
        model,
        form,
        say("event.change" if before else "event.title"),
        [
            card(day_field(form)),
            card(_field("what", form, lines=4), _field("source", form)),
            _severity(form),
            _urgent_call_card(form),
            *(_child(child, form) for child in children),
            *(_optional_cards(page, form) if is_open else []),
            *(revisions_link(page, before.id, actions) if before else []),
            None if is_open else stack(more, quiet(say("event.more-note")), spacing=6),
        ],
        submit=submit,
        save=actions.save_changes,
        save_label=say("event.save"),
        subtitle=page.household.name,
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview, Incident | None]:
    """The household, and the event to be changed if the screen is about one."""
    about = model.screen.target
    page = model.household(about)
    found = (page, None) if page else find_record(model.households, Incident, about)
    if found is None:
        raise NotFound
    return found


def _field(name: str, form: DraftForm[flow.IncidentDraft], *, lines: int = 1) -> ft.Control:
    hint = say(f"event.{name}-hint") if name in ("what", "source") else ""
    if name not in flow.PHRASING_CHECKED_FIELDS:
        return form.text_field(name, say(f"event.{name}"), hint=hint, lines=lines)

    return keyed(
        name,
        phrasing_checked_field(
            say(f"event.{name}"),
            value=form.value.text(name),
            on_change=form.setter(name),
            kept=lambda: form.value.kept,
            on_keep=form.keep_phrase,
            hint=hint,
            problem=form.problems.get(name, ""),
            lines=lines,
            key=name,
        ),
    )


def _severity(form: DraftForm[flow.IncidentDraft]) -> ft.Control:
    levels = [Choice(n, say(f"severity.{n}"), say(f"severity.{n}.hint")) for n in "1234"]
    return keyed(
        "severity",
        card(
            heading(say("event.severity")),
            quiet(say("event.severity-hint")),
            problem_line(form.problems["severity"]) if "severity" in form.problems else None,
            radio_rows(
                [*levels, Choice(flow.SEVERITY_UNKNOWN, say("severity.unknown"), exclusive=True)],
                chosen=form.value.severity or None,
                on_choose=form.chooser("severity"),
                clear=False,
            ),
        ),
    )


def _urgent_call_card(form: DraftForm[flow.IncidentDraft]) -> ft.Control | None:
    severity = form.value.severity
    if not severity.isdigit() or int(severity) < _URGENT_FROM_SEVERITY:
        return None
    return call_card(say("event.urgent"), say("event.urgent-do"), numbers_for(("emergency", "named-nurse")))


def _child(child: Person, form: DraftForm[flow.IncidentDraft]) -> ft.Control:
    """One child, by themselves."""
    at, now = f"where-{child.id}", form.value
    presence = [
        Choice(code, say(f"there.{code}"), exclusive=code == "elsewhere")
        for code in flow.CHILD_PRESENCE_CODES
    ]

    def choose(codes: tuple[str, ...]) -> None:
        form.change(draw=True, seen={**form.value.seen, child.id: codes})

    def type_in(words: str) -> None:
        form.change(where={**form.value.where, child.id: words})

    where = text_field(
        say("event.where"),
        value=now.where[child.id],
        on_change=type_in,
        problem=form.problems.get(at, ""),
        key=at,
    )
    return card(
        heading(say("event.child", name=first_name(child))),
        quiet(say("event.child-hint")),
        checkbox_rows(presence, chosen=now.seen[child.id], on_choose=choose),
        keyed(at, where),
    )


def _optional_cards(page: HouseholdOverview, form: DraftForm[flow.IncidentDraft]) -> list[ft.Control]:
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
        card(_field("threat", form, lines=3), *(_field(name, form) for name in flow.OPTIONAL_FIELDS)),
    ]


def _tactics(form: DraftForm[flow.IncidentDraft]) -> ft.Control:
    parts: list[ft.Control] = [heading(say("event.tactics"))]
    for group, codes in tactic_groups().items():

        def choose(chosen: tuple[str, ...], own: Sequence[str] = codes) -> None:
            others = tuple(code for code in form.value.tactics if code not in own)
            form.change(draw=True, tactics=(*others, *chosen))

        chosen = [code for code in form.value.tactics if code in codes]
        parts.append(heading(say(f"tactic-group.{group}"), level=3))
        parts.append(checkbox_rows(coded_choices("tactic", codes), chosen=chosen, on_choose=choose))
    return card(*parts, spacing=theme.LIST_GAP)


_KINDS = get_args(KeyDate.model_fields["kind"].annotation)


@guarded_page
def key_date_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one key date, and save it."""
    page = find_household(model, model.screen.target)
    form = use_draft_form(actions, f"milestone-{page.household.id}", flow.KeyDateDraft())
    kind = radio_rows(
        coded_choices("milestone", _KINDS),
        chosen=form.value.kind or None,
        on_choose=form.chooser("kind"),
        clear=False,
    )
    person = radio_rows(
        [Choice(person.id, first_name(person)) for person in page.persons],
        chosen=form.value.person or None,
        on_choose=form.chooser("person"),
    )
    wrong = form.problems.get("kind")
    return form_page(
        model,
        form,
        say("milestone.title"),
        [
            keyed("kind", card(heading(say("milestone.kind")), problem_line(wrong) if wrong else None, kind)),
            card(day_field(form)),
            card(
                heading(say("milestone.who")),
                person,
                form.text_field("words", say("milestone.words"), lines=2),
            ),
        ],
        submit=lambda: flow.update(flow.IncidentState(), actions.submitted(form.value, page)),
        save=actions.save_changes,
        save_label=say("event.save"),
        subtitle=page.household.name,
    )
