"""Page: keep this from …: what, from whom, and who asked for it.

The mark is a record about a person or an address, shown wherever that is shown; it can be lifted. It hides
nothing on this device from the practitioner: it says what must not be passed on.
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.people.drafts import WithheldDraft, validate_withheld, withheld_from_draft
from app.features.shared.draft_form import (
    choice_card,
    choice_field,
    form_page,
    form_text_field,
    use_draft_form,
)
from app.features.shared.page import guarded_page
from app.features.shared.text.people import first_name
from app.features.shared.text.withheld import WITHHOLDABLE_PARTS
from app.kit.controls.cards import card
from app.kit.controls.text import quiet
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.casework.records import Person
from assessments.errors import NotFound


@ft.component
@guarded_page
def edit_withheld_page(model: AppState, actions: AppController) -> ft.View:
    """Ask what is to be kept, from whom, and who asked."""
    about = model.screen.target
    page, one = _find_target(model)
    # An address is kept whole; of a person it may be one part.
    form = use_draft_form(actions, f"keep-from-{about}", WithheldDraft(part=None if one else "all"))
    if page is None:
        raise NotFound

    async def save() -> None:
        await actions.people_commands.save(withheld_from_draft(form.value, about, page.household.id))

    def fields(problems: Mapping[str, str]) -> list[ft.Control | None]:
        return [
            quiet(say("withheld.lead")),
            choice_card(
                form,
                "part",
                say("withheld.what", name=first_name(one)),
                [Choice(part, say(f"withheld.part.{part}")) for part in WITHHOLDABLE_PARTS],
                problems,
            )
            if one is not None
            else None,
            card(
                choice_field(
                    form,
                    "who",
                    say("withheld.who"),
                    [Choice(found.id, found.name) for found in page.persons if found.id != about],
                    problems,
                    many=True,
                ),
                form_text_field(form, "others", say("withheld.others"), hint=say("withheld.others-hint")),
            ),
            card(
                choice_field(
                    form,
                    "asked",
                    say("withheld.who-asked"),
                    [Choice(found.id, found.name) for found in page.persons],
                ),
                form_text_field(form, "why", say("withheld.why"), lines=2),
            ),
        ]

    return form_page(
        model,
        actions,
        form,
        say("withheld.form-title"),
        fields,
        problems=lambda: validate_withheld(form.value),
        save=save,
        caption=one.name if one else say("withheld.an-address"),
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview | None, Person | None]:
    """The household, and the person; no person where it is about an address."""
    about = model.screen.target
    for page in model.households:
        one = next((found for found in page.persons if found.id == about), None)
        if one is not None or any(found.id == about for found in page.records_of(Address)):
            return page, one
    return None, None
