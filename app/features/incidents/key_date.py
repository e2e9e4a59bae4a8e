"""Page: a key date, around which danger is known to change: a separation, a release, a hearing, a handover.

The day may lie ahead. A birth is known from the child's own record and needs no entry here, but can have
one. A key date never makes a grade milder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import flet as ft

from app.core.controller import AppController, AppState
from app.features.incidents.draft import KeyDateDraft, key_date_from_draft, validate_key_date
from app.features.shared.day_field import day_field
from app.features.shared.draft_form import form_page, form_text_field, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import first_name
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.problems import problem_line
from app.kit.messages import say
from assessments.casework.casework_records import KeyDate
from assessments.errors import NotFound

_KINDS = get_args(KeyDate.model_fields["kind"].annotation)


@ft.component
@guarded_page
def key_date_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one key date, and save it."""
    page = model.household(model.screen.target)
    if page is None:
        raise NotFound
    form = use_draft_form(actions, f"milestone-{page.household.id}", KeyDateDraft())

    async def save() -> bool:
        record = key_date_from_draft(form.value, page.household.id, actions.today())
        return await actions.save_records(page.household.id, [record])

    def fields(problems: Mapping[str, str]) -> list[ft.Control | None]:
        return [
            keyed(
                "kind",
                card(
                    heading(say("milestone.kind")),
                    problem_line(problems["kind"]) if "kind" in problems else None,
                    radio_rows(
                        [Choice(code, say(f"milestone.{code}")) for code in _KINDS],
                        chosen=form.value.kind or None,
                        on_choose=form.chooser("kind"),
                        clear=False,
                    ),
                ),
            ),
            card(day_field(form, problems)),
            card(
                heading(say("milestone.who")),
                radio_rows(
                    [Choice(person.id, first_name(person)) for person in page.persons],
                    chosen=form.value.person or None,
                    on_choose=form.chooser("person"),
                ),
                form_text_field(form, "words", say("milestone.words"), problems, lines=2),
            ),
        ]

    return form_page(
        model,
        actions,
        form,
        say("milestone.title"),
        fields,
        problems=lambda: validate_key_date(form.value, actions.today()),
        save=save,
        save_label=say("event.save"),
        subtitle=page.household.name,
    )
