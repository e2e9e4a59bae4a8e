"""Page: add a relationship: the other person, then what the page's person is to them.

It is shown from both sides before it is saved. Somebody who harms several people has several relationships.
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.cases.people_commands import new_relationship
from app.core.controller import AppController, AppState
from app.features.people.drafts import RelationshipDraft
from app.features.shared.draft_form import choice_card, first_missing, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import (
    describe_relationship,
    describe_relationship_both_ways,
    find_person,
    first_name,
)
from app.kit.controls.status import banner
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework import kinship


@ft.component
@guarded_page
def add_relationship_page(model: AppState, actions: AppController) -> ft.View:
    """Ask who the other person is, what the tie is about, and what it is."""
    about = model.screen.target
    page, one = find_person(model, about)
    form = use_draft_form(actions, f"tie-{about}", RelationshipDraft())
    others = [found for found in page.persons if found.id != one.id]
    other = next((found for found in others if found.id == form.value.other), None)

    async def save() -> None:
        chosen = form.value
        await actions.people_commands.save(
            new_relationship(page.household.id, one.id, chosen.kind or "", chosen.other or "")
        )

    def fields(wrong: Mapping[str, str]) -> list[ft.Control | None]:
        kind, kinds = form.value.kind, kinship.GROUPS.get(form.value.group or "", ())
        name = first_name(other) if other else ""
        return [
            choice_card(
                form,
                "other",
                say("tie.who"),
                [Choice(found.id, found.name, format_age(found, actions.today())) for found in others],
                wrong,
            ),
            choice_card(
                form,
                "group",
                say("tie.about"),
                [Choice(group, say(f"tie.group.{group}")) for group in kinship.GROUPS],
                wrong,
                clears="kind",
            )
            if other
            else None,
            choice_card(
                form,
                "kind",
                say("tie.what", one=first_name(one), other=name),
                [Choice(code, describe_relationship(code, [name])) for code in kinds],
                wrong,
            )
            if other and kinds
            else None,
            banner(describe_relationship_both_ways(kind, kinship.invert_kind(kind), first_name(one), name))
            if other and kind
            else None,
        ]

    return form_page(
        model,
        actions,
        form,
        say("tie.title", name=first_name(one)),
        fields,
        problems=lambda: first_missing(
            form.value,
            other=say("tie.problem.other"),
            group=say("tie.problem.group"),
            kind=say("tie.problem.kind"),
        ),
        save=save,
        caption=page.household.name,
    )
