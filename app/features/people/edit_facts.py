"""Pages: what is said about a person: a relationship, a link, an address, and information withheld.

Of a link each household keeps its own record, and each page names the other: nothing is merged.
"""

from collections.abc import Iterable

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, find_record, host_household
from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people import update as flow
from app.features.shared.draft_form import DraftForm, coded_choices, form_page, named_choices, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import (
    describe_relationship,
    describe_relationship_both_ways,
    find_person,
    first_name,
)
from app.features.shared.text.person_details import WITHHOLDABLE_PARTS
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.casework_records import Address
from assessments.casework.records import Person
from assessments.errors import NotFound

ADDRESS_KINDS = ("home", "temporary", "refuge", "other-home", "host")


@guarded_page
def add_relationship_page(model: AppState, actions: AppController) -> ft.View:
    """Ask who the other person is, what the relationship is about, and what it is."""
    page, one = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"tie-{one.id}", flow.RelationshipDraft())
    others = [found for found in page.persons if found.id != one.id]
    other = next((found for found in others if found.id == form.value.other), None)
    kind, kinds = form.value.kind, kinship.GROUPS.get(form.value.group or "", ())
    own, name = first_name(one), first_name(other) if other else ""
    groups, what = coded_choices("tie.group", kinship.GROUPS), say("tie.what", one=own, other=name)
    choices = [Choice(code, describe_relationship(code, [name])) for code in kinds]
    return form_page(
        model,
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
        submit=lambda: flow.update(FormState(), actions.submitted(form.value, page, one)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


@guarded_page
def add_link_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the household, then the person, then what the link is."""
    page, one = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"link-{one.id}", flow.LinkDraft())
    elsewhere = [there.household for there in model.households if there.household.id != page.household.id]
    there = model.household(form.value.household) if form.value.household else None
    people = _people_by_age(there.persons, actions) if there else []
    what, kinds = say("link.what", name=first_name(one)), ("same-person", "family")
    return form_page(
        model,
        form,
        say("link.form-title", name=first_name(one)),
        [
            quiet(say("link.lead")),
            None if elsewhere else banner(say("link.no-household")),
            form.choice_card("household", say("link.household"), named_choices(elsewhere), clears="other"),
            form.choice_card("other", say("link.person"), people) if there is not None else None,
            form.choice_card("kind", what, coded_choices("link.kind", kinds)) if form.value.other else None,
        ],
        submit=lambda: flow.update(FormState(), actions.submitted(form.value, page, one)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


def _people_by_age(people: Iterable[Person], actions: AppController) -> list[Choice]:
    return [Choice(one.id, one.name, format_age(one, actions.today())) for one in people]


@guarded_page
def edit_address_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one address. A confidential one is not put back into its field: left empty, it stays."""
    about = model.screen.target
    page, before = _find_address(model, about)
    host = host_household(page, model.households)
    host_id = host.household.id if host else None
    form = use_draft_form(
        actions,
        f"{model.screen.name}-{about}",
        flow.draft_from_address(before, host_id) if before else flow.AddressDraft(who=(about,), host=host_id),
    )
    return form_page(
        model,
        form,
        say("address.add") if before is None else say("address.change"),
        _address_fields(model, form, page, before),
        submit=lambda: flow.update(FormState(), actions.submitted(form.value, page, before)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


def _find_address(model: AppState, about: str) -> tuple[HouseholdOverview, Address | None]:
    if model.screen.name == "add-address":
        return find_person(model, about)[0], None
    found = find_record(model.households, Address, about)
    if found is None:
        raise NotFound
    return found


def _address_fields(
    model: AppState, form: DraftForm[flow.AddressDraft], page: HouseholdOverview, before: Address | None
) -> list[ft.Control | None]:
    others = [there.household for there in model.households if there.household.id != page.household.id]
    hosts = [*named_choices(others), Choice("", say("address.host-unknown"), exclusive=True)]
    confidential = Choice("yes", say("address.confidential"), say("address.confidential-hint"))
    hint = say("address.lines-hidden") if before is not None and before.confidential else ""
    return [
        form.choice_card("kind", say("address.kind"), coded_choices("address.kind", ADDRESS_KINDS)),
        card(form.choice_field("host", say("address.host-who"), hosts, hint=say("address.host-hint")))
        if form.value.kind == "host" and others
        else None,
        card(
            form.choice_field("confidential", "", [confidential], many=True),
            form.text_field("lines", say("address.lines"), hint=hint, lines=3),
        ),
        card(form.choice_field("who", say("address.who-stays"), named_choices(page.persons), many=True)),
        card(form.choice_field("left", "", [Choice("yes", say("address.left"))], many=True))
        if before is not None
        else None,
    ]


@guarded_page
def edit_withheld_page(model: AppState, actions: AppController) -> ft.View:
    """Ask what must not be passed on, to whom, and who asked. It hides nothing from the practitioner."""
    target = model.screen.target
    page, about = find_record(model.households, Address, target) or find_person(model, target)
    one = about if isinstance(about, Person) else None
    # An address is kept whole; of a person it may be one part.
    form = use_draft_form(actions, f"keep-from-{target}", flow.WithheldDraft(part=None if one else "all"))
    people, parts = named_choices(page.persons), coded_choices("withheld.part", WITHHOLDABLE_PARTS)
    others = [choice for choice in people if choice.code != target]
    return form_page(
        model,
        form,
        say("withheld.form-title"),
        [
            quiet(say("withheld.lead")),
            form.choice_card("part", say("withheld.what", name=first_name(one)), parts) if one else None,
            card(
                form.choice_field("who", say("withheld.who"), others, many=True),
                form.text_field("others", say("withheld.others"), hint=say("withheld.others-hint")),
            ),
            card(
                form.choice_field("asked", say("withheld.who-asked"), people),
                form.text_field("why", say("withheld.why"), lines=2),
            ),
        ],
        submit=lambda: flow.update(FormState(), actions.submitted(form.value, page, about)),
        save=actions.people_commands.save_changes,
        caption=one.name if one else say("withheld.an-address"),
    )
