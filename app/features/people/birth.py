"""The baby was born: the same record gets a day of birth and a name, and keeps all that was written.

The due day stays; a name from before the birth stays among the other names. No new person is made.

    born(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.controller import Actions, Model
from app.features.shared.draft_form import Form, form_page, use_form, words_field
from app.features.shared.page import calm_page
from app.features.shared.parse_typed import read_day
from app.features.shared.text.people import find_person
from app.kit.controls.cards import card
from app.kit.controls.text import text
from app.kit.messages import say
from assessments.casework.records import Person


@ft.component
@calm_page
def born(model: Model, actions: Actions) -> ft.View:
    """Ask for the day, and for the name as it is now."""
    about = model.screen.target
    page, before = find_person(model, about)
    form = use_form(actions, f"born-{about}", {"day": "", "name": before.name})

    async def save() -> None:
        await actions.people_commands.save(at_birth(before, form.text("name"), form["day"]))

    return form_page(
        model,
        actions,
        form,
        say("born.title"),
        lambda wrong: [
            text(say("born.same-record")),
            card(
                words_field(
                    form,
                    "day",
                    say("add.born"),
                    hint=say("add.born-hint"),
                    problem=wrong.get("day", ""),
                    width=220,
                ),
                words_field(form, "name", say("add.person-name"), problem=wrong.get("name", "")),
            ),
        ],
        problems=lambda: _problems(form, actions),
        save=save,
        caption=page.household.name,
    )


def _problems(form: Form, actions: Actions) -> dict[str, str]:
    found = {}
    day = read_day(form["day"])
    if day is None:
        found["day"] = say("person.problem.day")
    elif day > actions.today():
        found["day"] = say("person.problem.ahead")
    if not form.text("name"):
        found["name"] = say("person.problem.name")
    return found


def at_birth(before: Person, name: str, day: str) -> Person:
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
            "born": read_day(day),
            "roles": roles,
        }
    )
