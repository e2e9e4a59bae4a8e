"""Page: an address: where, what kind, who stays there, and whether it is confidential.

A confidential address is not put back into its field: left empty, it stays as it is. A family that takes
somebody in is linked by its own household.
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.core.state import host_household
from app.features.people.drafts import (
    AddressDraft,
    address_from_draft,
    draft_from_address,
    validate_address,
)
from app.features.shared.draft_form import (
    DraftForm,
    choice_card,
    choice_field,
    form_page,
    form_text_field,
    use_draft_form,
)
from app.features.shared.page import guarded_page
from app.kit.controls.cards import card
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework.casework_records import Address, RecordLink
from assessments.errors import NotFound

ADDRESS_KINDS = ("home", "temporary", "refuge", "other-home", "host")


@ft.component
@guarded_page
def edit_address_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one address. Reached from a person, it begins with that person staying there."""
    page, before = _find_target(model)
    about = model.screen.target
    host = host_household(model, page) if page else None
    host_id = host.household.id if host else None
    form = use_draft_form(
        actions,
        f"{model.screen.name}-{about}",
        draft_from_address(before, host_id) if before else AddressDraft(who=(about,), host=host_id),
    )
    if page is None:
        raise NotFound
    household = page.household

    async def save() -> None:
        address = address_from_draft(form.value, before, household.id, actions.today())
        await actions.people_commands.save(address)
        # Only what is said of another family's home says who that family is, or that it is not known.
        chosen = form.value.host or ""
        if address.kind != "host" or chosen == (host_id or ""):
            return
        for link in page.records_of(RecordLink):
            if link.kind == "host" and link.undone_at is None:
                await actions.people_commands.undo(link)
        there = model.household(chosen)
        if there is not None:
            await actions.people_commands.save_link("host", page, household.id, there, chosen)

    return form_page(
        model,
        actions,
        form,
        say("address.add") if before is None else say("address.change"),
        lambda problems: _fields(model, form, page, before, problems),
        problems=lambda: validate_address(form.value, before),
        save=save,
        caption=household.name,
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview | None, Address | None]:
    about = model.screen.target
    if model.screen.name == "add-address":
        return model.household_of(about), None
    for page in model.households:
        for found in page.records_of(Address):
            if found.id == about:
                return page, found
    return None, None


def _fields(
    model: AppState,
    form: DraftForm[AddressDraft],
    page: HouseholdOverview,
    before: Address | None,
    problems: Mapping[str, str],
) -> list[ft.Control | None]:
    others = [there.household for there in model.households if there.household.id != page.household.id]
    is_hidden = before is not None and before.confidential
    return [
        choice_card(
            form,
            "kind",
            say("address.kind"),
            [Choice(kind, say(f"address.kind.{kind}")) for kind in ADDRESS_KINDS],
            problems,
        ),
        card(
            choice_field(
                form,
                "host",
                say("address.host-who"),
                [
                    *(Choice(found.id, found.name) for found in others),
                    Choice("", say("address.host-unknown"), exclusive=True),
                ],
                hint=say("address.host-hint"),
            )
        )
        if form.value.kind == "host" and others
        else None,
        card(
            choice_field(
                form,
                "confidential",
                "",
                [Choice("yes", say("address.confidential"), say("address.confidential-hint"))],
                many=True,
            ),
            form_text_field(
                form,
                "lines",
                say("address.lines"),
                problems,
                hint=say("address.lines-hidden") if is_hidden else "",
                lines=3,
            ),
        ),
        card(
            choice_field(
                form,
                "who",
                say("address.who-stays"),
                [Choice(one.id, one.name) for one in page.persons],
                problems,
                many=True,
            )
        ),
        card(choice_field(form, "left", "", [Choice("yes", say("address.left"))], many=True))
        if before is not None
        else None,
    ]
