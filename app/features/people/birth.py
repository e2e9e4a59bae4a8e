"""The baby was born: the same record gets a day of birth and a name, and keeps all that was written.

The due day stays; a name from before the birth stays among the other names. No new person is made.

    birth_page(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.draft_form import DraftForm, form_page, form_text_field, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.parse_typed import parse_day
from app.features.shared.text.people import find_person
from app.kit.controls.cards import card
from app.kit.controls.text import text
from app.kit.messages import say
from assessments.casework.records import Person


@ft.component
@guarded_page
def birth_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the day, and for the name as it is now."""
    about = model.screen.target
    page, before = find_person(model, about)
    form = use_draft_form(actions, f"born-{about}", {"day": "", "name": before.name})

    async def save() -> None:
        await actions.people_commands.save(person_after_birth(before, form.text("name"), form["day"]))

    return form_page(
        model,
        actions,
        form,
        say("born.title"),
        lambda wrong: [
            text(say("born.same-record")),
            card(
                form_text_field(
                    form,
                    "day",
                    say("add.born"),
                    hint=say("add.born-hint"),
                    problem=wrong.get("day", ""),
                    width=220,
                ),
                form_text_field(form, "name", say("add.person-name"), problem=wrong.get("name", "")),
            ),
        ],
        problems=lambda: _validate(form, actions),
        save=save,
        caption=page.household.name,
    )


def _validate(form: DraftForm, actions: AppController) -> dict[str, str]:
    found = {}
    day = parse_day(form["day"])
    if day is None:
        found["day"] = say("person.problem.day")
    elif day > actions.today():
        found["day"] = say("person.problem.ahead")
    if not form.text("name"):
        found["name"] = say("person.problem.name")
    return found


def person_after_birth(before: Person, name: str, day: str) -> Person:
    """The same child, born. Nothing that was known before is lost."""
    roles = tuple(dict.fromkeys("child" if role == "unborn" else role for role in before.roles)) or ("child",)
    other_names = before.other_names
    if name != before.name and before.name not in other_names:
        other_names = (*other_names, before.name)
    return Person.model_validate(
        {
            **before.model_dump(),
            "name": name,
            "other_names": other_names,
            "born": parse_day(day),
            "roles": roles,
        }
    )
