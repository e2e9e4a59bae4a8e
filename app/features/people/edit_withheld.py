"""Page: keep this from …: what, from whom, and who asked for it.

The mark is a record about a person or an address, shown wherever that is shown; it can be lifted. It hides
nothing on this device from the practitioner: it says what must not be passed on.
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, find_record
from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people.drafts import WithheldDraft
from app.features.people.update import update
from app.features.shared.draft_form import coded_choices, form_page, named_choices, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import first_name
from app.features.shared.text.person_details import WITHHOLDABLE_PARTS
from app.kit.controls.cards import card
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.casework.records import Person
from assessments.errors import NotFound


@ft.component
@guarded_page
def edit_withheld_page(model: AppState, actions: AppController) -> ft.View:
    """Ask what is to be kept, from whom, and who asked."""
    found = _find_target(model)
    about = found[1] if found else None
    one = about if isinstance(about, Person) else None
    # An address is kept whole; of a person it may be one part.
    form = use_draft_form(
        actions, f"keep-from-{model.screen.target}", WithheldDraft(part=None if one else "all")
    )
    if found is None:
        raise NotFound
    page = found[0]
    people, parts = named_choices(page.persons), coded_choices("withheld.part", WITHHOLDABLE_PARTS)
    others = [choice for choice in people if choice.code != model.screen.target]
    return form_page(
        model,
        actions,
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
        submit=lambda: update(FormState(), actions.submitted(form.value, page, about)),
        save=actions.people_commands.save_changes,
        caption=one.name if one else say("withheld.an-address"),
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview, Person | Address] | None:
    about = model.screen.target
    for page in model.households:
        for one in page.persons:
            if one.id == about:
                return page, one
    return find_record(model.households, Address, about)
