"""An address: where, what kind, who stays there, and whether it is kept hidden.

An address that is confidential is not put back into its field: the field stands empty, and left empty
the address stays as it is. A family that takes somebody in is linked by its own household: the two stay
two.

    edit_address_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.cases.case_service import HouseholdOverview
from app.core.controller import AppController, AppState
from app.core.state import host_household
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
from assessments.casework.ids import new_id
from assessments.errors import NotFound

ADDRESS_KINDS = ("home", "temporary", "refuge", "other-home", "host")
_LONGEST = 400


@ft.component
@guarded_page
def edit_address_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one address. Reached from a person, it begins with that person staying there."""
    page, before = _find_target(model)
    person_id = model.screen.target if before is None else ""
    host = host_household(model, page) if page else None
    form = use_draft_form(
        actions,
        f"{model.screen.name}-{model.screen.target}",
        {
            "lines": before.lines if before and not before.confidential else "",
            "kind": before.kind if before else None,
            "confidential": ["yes"] if before and before.confidential else [],
            "who": list(before.person_ids) if before else [person_id],
            "host": host.household.id if host else None,
            "left": ["yes"] if before and before.until else [],
        },
    )
    if page is None:
        raise NotFound
    household = page.household

    async def save() -> None:
        kept = _address_from_draft(form, before, household.id, actions)
        await actions.people_commands.save(kept)
        # Only what is said of another family's home says who that family is, or that it is not known.
        host_id = form["host"] or ""
        if kept.kind != "host" or host_id == (host.household.id if host else ""):
            return
        for link in page.records_of(RecordLink):
            if link.kind == "host" and link.undone_at is None:
                await actions.people_commands.undo(link)
        there = model.household(host_id)
        if there is not None:
            await actions.people_commands.save_link("host", page, household.id, there, host_id)

    def fields(wrong: Mapping[str, str]) -> list[ft.Control | None]:
        return _fields(model, form, page, before, wrong)

    return form_page(
        model,
        actions,
        form,
        say("address.add") if before is None else say("address.change"),
        fields,
        problems=lambda: _validate(form, before),
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
    form: DraftForm,
    page: HouseholdOverview,
    before: Address | None,
    wrong: Mapping[str, str],
) -> list[ft.Control | None]:
    others = [there.household for there in model.households if there.household.id != page.household.id]
    is_hidden = before is not None and before.confidential
    return [
        choice_card(
            form,
            "kind",
            say("address.kind"),
            [Choice(kind, say(f"address.kind.{kind}")) for kind in ADDRESS_KINDS],
            wrong,
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
        if form["kind"] == "host" and others
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
                hint=say("address.lines-hidden") if is_hidden else "",
                problem=wrong.get("lines", ""),
                lines=3,
            ),
        ),
        card(
            choice_field(
                form,
                "who",
                say("address.who-stays"),
                [Choice(one.id, one.name) for one in page.persons],
                many=True,
                problem=wrong.get("who", ""),
            )
        ),
        card(choice_field(form, "left", "", [Choice("yes", say("address.left"))], many=True))
        if before is not None
        else None,
    ]


def _validate(form: DraftForm, before: Address | None) -> dict[str, str]:
    found = {}
    if form["kind"] is None:
        found["kind"] = say("address.problem.kind")
    if not form.text("lines") and (before is None or not before.confidential):
        found["lines"] = say("address.problem.lines")
    elif len(form.text("lines")) > _LONGEST:
        found["lines"] = say("add.problem.long", n=_LONGEST)
    if not form["who"]:
        found["who"] = say("address.problem.who")
    return found


def _address_from_draft(
    form: DraftForm, before: Address | None, household_id: str, actions: AppController
) -> Address:
    today = actions.today()
    changes = {
        "lines": form.text("lines") or (before.lines if before else ""),
        "kind": form["kind"],
        "confidential": bool(form["confidential"]),
        "person_ids": tuple(form["who"]),
        "until": ((before.until if before else None) or today) if form["left"] else None,
    }
    if before is not None:
        return Address.model_validate({**before.model_dump(), **changes})
    return Address.model_validate({"id": new_id(), "household_id": household_id, "since": today, **changes})
