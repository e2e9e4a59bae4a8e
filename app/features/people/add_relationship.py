"""What two people are to each other: one is chosen, then what the page's person is to them.

The tie is shown from both sides before it is saved. One who harms several, and one who is harmed by
several, are several ties.

    tie(model, actions)
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.cases.people_commands import new_tie
from app.core.controller import Actions, Model
from app.features.shared.draft_form import choice_card, first_missing, form_page, use_form
from app.features.shared.page import calm_page
from app.features.shared.text.days import age_words
from app.features.shared.text.people import both_ways, find_person, first_name, tie_words
from app.kit.controls.status import banner
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework import kinship


@ft.component
@calm_page
def tie(model: Model, actions: Actions) -> ft.View:
    """Ask who the other person is, what the tie is about, and what it is."""
    about = model.screen.target
    page, one = find_person(model, about)
    form = use_form(actions, f"tie-{about}", {"other": None, "group": None, "kind": None})
    others = [found for found in page.persons if found.id != one.id]
    other = next((found for found in others if found.id == form["other"]), None)

    async def save() -> None:
        await actions.people_commands.save(new_tie(page.household.id, one.id, form["kind"], form["other"]))

    def fields(wrong: Mapping[str, str]) -> list[ft.Control | None]:
        kinds = kinship.GROUPS.get(form["group"] or "", ())
        name = first_name(other) if other else ""
        return [
            choice_card(
                form,
                "other",
                say("tie.who"),
                [Choice(found.id, found.name, age_words(found, actions.today())) for found in others],
                wrong,
            ),
            choice_card(
                form,
                "group",
                say("tie.about"),
                [Choice(group, say(f"tie.group.{group}")) for group in kinship.GROUPS],
                wrong,
                forgets="kind",
            )
            if other
            else None,
            choice_card(
                form,
                "kind",
                say("tie.what", one=first_name(one), other=name),
                [Choice(kind, tie_words(kind, [name])) for kind in kinds],
                wrong,
            )
            if other and kinds
            else None,
            banner(both_ways(form["kind"], kinship.other_side(form["kind"]), first_name(one), name))
            if other and form["kind"]
            else None,
        ]

    return form_page(
        model,
        actions,
        form,
        say("tie.title", name=first_name(one)),
        fields,
        problems=lambda: first_missing(
            form,
            other=say("tie.problem.other"),
            group=say("tie.problem.group"),
            kind=say("tie.problem.kind"),
        ),
        save=save,
        caption=page.household.name,
    )
