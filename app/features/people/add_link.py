"""Page: link a person to a record in another household, as the same human being or as family.

Each household keeps its own record, and each page names the other. Nothing is merged.
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.controller import AppController, AppState
from app.features.people.drafts import LinkDraft
from app.features.shared.draft_form import choice_card, first_missing, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import find_person, first_name
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework.casework_records import LinkKind


@ft.component
@guarded_page
def add_link_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the household, then the person, then what the link is."""
    about = model.screen.target
    page, one = find_person(model, about)
    form = use_draft_form(actions, f"link-{about}", LinkDraft())
    elsewhere = [there for there in model.households if there.household.id != page.household.id]
    there = model.household(form.value.household) if form.value.household else None

    async def save() -> None:
        chosen = form.value
        if there is not None and chosen.other:
            kind: LinkKind = "family" if chosen.kind == "family" else "same-person"
            await actions.people_commands.save_link(kind, page, one.id, there, chosen.other)

    def fields(wrong: Mapping[str, str]) -> list[ft.Control | None]:
        return [
            quiet(say("link.lead")),
            banner(say("link.no-household")) if not elsewhere else None,
            choice_card(
                form,
                "household",
                say("link.household"),
                [Choice(found.household.id, found.household.name) for found in elsewhere],
                wrong,
                clears="other",
            ),
            choice_card(
                form,
                "other",
                say("link.person"),
                [Choice(found.id, found.name, format_age(found, actions.today())) for found in there.persons],
                wrong,
            )
            if there is not None
            else None,
            choice_card(
                form,
                "kind",
                say("link.what", name=first_name(one)),
                [Choice(kind, say(f"link.kind.{kind}")) for kind in ("same-person", "family")],
                wrong,
            )
            if form.value.other
            else None,
        ]

    return form_page(
        model,
        actions,
        form,
        say("link.form-title", name=first_name(one)),
        fields,
        problems=lambda: first_missing(
            form.value,
            household=say("link.problem.household"),
            other=say("link.problem.other"),
            kind=say("link.problem.kind"),
        ),
        save=save,
        caption=page.household.name,
    )
