"""Page: the baby was born. The same record gets a day of birth and a name, and keeps all that was written.

The due day stays; a name from before the birth stays among the other names. No new person is made.
"""

from __future__ import annotations

import flet as ft

from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people.person_draft import BirthDraft
from app.features.people.update import update
from app.features.shared.draft_form import form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import find_person
from app.kit.controls.cards import card
from app.kit.controls.text import text
from app.kit.messages import say


@ft.component
@guarded_page
def birth_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the day, and for the name as it is now."""
    page, before = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"born-{before.id}", BirthDraft(name=before.name))
    return form_page(
        model,
        actions,
        form,
        say("born.title"),
        [
            text(say("born.same-record")),
            card(
                form.text_field("day", say("add.born"), hint=say("add.born-hint"), width=220),
                form.text_field("name", say("add.person-name")),
            ),
        ],
        submit=lambda: update(FormState(), actions.submitted(form.value, page, before)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )
