"""Page: a key date, around which danger is known to change: a separation, a release, a hearing, a handover.

The day may lie ahead. A birth is known from the child's own record and needs no entry here, but can have
one. A key date never makes a grade milder.
"""

from __future__ import annotations

from typing import get_args

import flet as ft

from app.core.controller import AppController, AppState
from app.features.incidents.draft import KeyDateDraft
from app.features.incidents.update import IncidentState, update
from app.features.shared.day_field import day_field
from app.features.shared.draft_form import coded_choices, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import find_household, first_name
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.problems import problem_line
from app.kit.messages import say
from assessments.casework.casework_records import KeyDate

_KINDS = get_args(KeyDate.model_fields["kind"].annotation)


@ft.component
@guarded_page
def key_date_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one key date, and save it."""
    page = find_household(model, model.screen.target)
    form = use_draft_form(actions, f"milestone-{page.household.id}", KeyDateDraft())
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
        submit=lambda: update(IncidentState(), actions.submitted(form.value, page)),
        save=actions.save_changes,
        save_label=say("event.save"),
        subtitle=page.household.name,
    )
