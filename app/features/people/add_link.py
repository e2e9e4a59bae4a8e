"""Linking a person to a record in another household: the same human being, or family there.

This is how somebody with other households and past partners is followed: each household keeps its own
record, and each page names the other. Nothing is merged.

    add_link_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.draft_form import choice_card, first_missing, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import find_person, first_name
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.forms.choices import Choice
from app.kit.messages import say


@ft.component
@guarded_page
def add_link_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the household, then the person, then what the link is."""
    about = model.screen.target
    page, one = find_person(model, about)
    form = use_draft_form(actions, f"link-{about}", {"household": None, "other": None, "kind": None})
    elsewhere = [there for there in model.households if there.household.id != page.household.id]
    there = model.household(form["household"]) if form["household"] else None

    async def save() -> None:
        if there is not None:
            await actions.people_commands.save_link(form["kind"], page, one.id, there, form["other"])

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
                forgets="other",
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
            if form["other"]
            else None,
        ]

    return form_page(
        model,
        actions,
        form,
        say("link.form-title", name=first_name(one)),
        fields,
        problems=lambda: first_missing(
            form,
            household=say("link.problem.household"),
            other=say("link.problem.other"),
            kind=say("link.problem.kind"),
        ),
        save=save,
        caption=page.household.name,
    )
