"""Page: an address: where, what kind, who stays there, and whether it is confidential.

A confidential address is not put back into its field: left empty, it stays as it is. A family that takes
somebody in is linked by its own household.
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, find_record, host_household
from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people.drafts import AddressDraft, draft_from_address
from app.features.people.update import update
from app.features.shared.draft_form import DraftForm, coded_choices, form_page, named_choices, use_draft_form
from app.features.shared.page import guarded_page
from app.kit.controls.cards import card
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.errors import NotFound

ADDRESS_KINDS = ("home", "temporary", "refuge", "other-home", "host")


@ft.component
@guarded_page
def edit_address_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one address. Reached from a person, it begins with that person staying there."""
    page, before = _find_target(model)
    about = model.screen.target
    host = host_household(page, model.households) if page else None
    host_id = host.household.id if host else None
    form = use_draft_form(
        actions,
        f"{model.screen.name}-{about}",
        draft_from_address(before, host_id) if before else AddressDraft(who=(about,), host=host_id),
    )
    if page is None:
        raise NotFound
    return form_page(
        model,
        actions,
        form,
        say("address.add") if before is None else say("address.change"),
        _fields(model, form, page, before),
        submit=lambda: update(FormState(), actions.submitted(form.value, page, before)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview | None, Address | None]:
    about = model.screen.target
    if model.screen.name == "add-address":
        return model.household_of(about), None
    return find_record(model.households, Address, about) or (None, None)


def _fields(
    model: AppState, form: DraftForm[AddressDraft], page: HouseholdOverview, before: Address | None
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
