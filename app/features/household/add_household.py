"""Page: add a household with everyone in it. It asks for no more than is needed to start."""

from datetime import date

import flet as ft

from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.household.draft import (
    HouseholdDraft,
    NewPersonDraft,
    household_from_draft,
    validate_household,
)
from app.features.shared.draft_form import DraftForm, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, row, stack
from app.kit.controls.text import heading, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say

ROLES_IN_FAMILY = ("child", "unborn", "mother", "father", "carer", "partner", "other")


@guarded_page
def add_household_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the name and the people, and save them together."""
    form = use_draft_form(actions, "add-household", HouseholdDraft())

    def add() -> None:
        form.change(draw=True, people=(*form.value.people, NewPersonDraft()))

    async def save(draft: HouseholdDraft) -> bool:
        # It opens the page of the new household, or does nothing while something else is being saved.
        await actions.add_household(*household_from_draft(draft))
        return False

    return form_page(
        model,
        form,
        say("add.title"),
        [
            card(form.text_field("name", say("add.name"), hint=say("add.name-hint"))),
            *(_person_card(form, one, n) for n, one in enumerate(form.value.people, start=1)),
            ft.Row(controls=[secondary_button(say("action.add-person"), add, icon=ft.Icons.ADD)]),
        ],
        submit=lambda: _decide(form.value, actions.today()),
        save=save,
        save_label=say("action.save-household"),
    )


def _decide(draft: HouseholdDraft, today: date) -> tuple[FormState, tuple[HouseholdDraft, ...]]:
    problems = validate_household(draft, today)
    return FormState(problems), () if problems else (draft,)


def _person_card(form: DraftForm[HouseholdDraft], one: NewPersonDraft, n: int) -> ft.Control:
    """One person to fill in. Without a date of birth the place in the family says who is a child."""
    at = one.key

    def change(*, draw: bool = False, **changes: object) -> None:
        people = form.value.people
        changed = tuple(each.updated(**changes) if each.key == at else each for each in people)
        form.change(draw=draw, people=changed)

    def remove() -> None:
        form.change(draw=True, people=tuple(each for each in form.value.people if each.key != at))

    def field(name: str, label: str, hint: str = "", width: int | None = None) -> ft.Control:
        place = f"{name}-{at}"
        own = text_field(
            label,
            value=getattr(one, name),
            on_change=lambda words: change(draw=False, **{name: words}),
            hint=hint,
            problem=form.problems.get(place, ""),
            width=width,
            key=place,
        )
        return keyed(place, own)

    wrong_role, is_alone = form.problems.get(f"role-{at}"), len(form.value.people) == 1
    role = stack(
        text(say("add.role"), strong=True),
        *([problem_line(wrong_role)] if wrong_role else []),
        radio_rows(
            [Choice(code, say(f"kin.{code}")) for code in ROLES_IN_FAMILY],
            chosen=one.role,
            on_choose=lambda code: change(draw=True, role=code),
            clear=False,
        ),
    )
    return keyed(
        f"person-{at}",
        card(
            heading(say("add.person", n=n)),
            field("name", say("add.person-name")),
            keyed(f"role-{at}", role),
            field("born", say("add.due" if one.role == "unborn" else "add.born"), say("add.born-hint"), 220),
            checkbox_rows(
                [Choice("unknown", say("add.unknown"))],
                chosen=("unknown",) if one.unknown else (),
                on_choose=lambda codes: change(draw=True, unknown=bool(codes)),
            ),
            None if is_alone else row(quiet_button(say("action.remove", n=n), remove)),
        ),
    )
