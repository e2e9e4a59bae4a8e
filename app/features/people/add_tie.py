"""Pages: add a relationship within the household, or link a person to a record in another household.

A relationship is shown from both sides before it is saved. Of a link each household keeps its own record,
and each page names the other: nothing is merged.
"""

from __future__ import annotations

from collections.abc import Iterable

import flet as ft

from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people.drafts import LinkDraft, RelationshipDraft
from app.features.people.update import update
from app.features.shared.draft_form import coded_choices, form_page, named_choices, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import (
    describe_relationship,
    describe_relationship_both_ways,
    find_person,
    first_name,
)
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.records import Person


@ft.component
@guarded_page
def add_relationship_page(model: AppState, actions: AppController) -> ft.View:
    """Ask who the other person is, what the relationship is about, and what it is."""
    page, one = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"tie-{one.id}", RelationshipDraft())
    others = [found for found in page.persons if found.id != one.id]
    other = next((found for found in others if found.id == form.value.other), None)
    kind, kinds = form.value.kind, kinship.GROUPS.get(form.value.group or "", ())
    own, name = first_name(one), first_name(other) if other else ""
    groups, what = coded_choices("tie.group", kinship.GROUPS), say("tie.what", one=own, other=name)
    choices = [Choice(code, describe_relationship(code, [name])) for code in kinds]
    return form_page(
        model,
        actions,
        form,
        say("tie.title", name=own),
        [
            form.choice_card("other", say("tie.who"), _people_by_age(others, actions)),
            form.choice_card("group", say("tie.about"), groups, clears="kind") if other else None,
            form.choice_card("kind", what, choices) if other and kinds else None,
            banner(describe_relationship_both_ways(kind, kinship.invert_kind(kind), own, name))
            if other and kind
            else None,
        ],
        submit=lambda: update(FormState(), actions.submitted(form.value, page, one)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


@ft.component
@guarded_page
def add_link_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the household, then the person, then what the link is."""
    page, one = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"link-{one.id}", LinkDraft())
    elsewhere = [there.household for there in model.households if there.household.id != page.household.id]
    there = model.household(form.value.household) if form.value.household else None
    people = _people_by_age(there.persons, actions) if there else []
    what, kinds = say("link.what", name=first_name(one)), ("same-person", "family")
    return form_page(
        model,
        actions,
        form,
        say("link.form-title", name=first_name(one)),
        [
            quiet(say("link.lead")),
            None if elsewhere else banner(say("link.no-household")),
            form.choice_card("household", say("link.household"), named_choices(elsewhere), clears="other"),
            form.choice_card("other", say("link.person"), people) if there is not None else None,
            form.choice_card("kind", what, coded_choices("link.kind", kinds)) if form.value.other else None,
        ],
        submit=lambda: update(FormState(), actions.submitted(form.value, page, one)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


def _people_by_age(people: Iterable[Person], actions: AppController) -> list[Choice]:
    return [Choice(one.id, one.name, format_age(one, actions.today())) for one in people]
