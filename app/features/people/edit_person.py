"""Page: change what is known of one person, or add one to a household.

A birth is known as a day, as about so many years, as a due day, or not at all. What the page does not show
stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.core.controller import AppController, AppState
from app.features.people.person_draft import (
    PersonDraft,
    draft_from_person,
    person_from_draft,
    validate_person,
)
from app.features.shared.draft_form import DraftForm, choice_field, form_page, form_text_field, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import relationship_label
from app.features.shared.text.person_details import NEEDS
from app.kit.controls.cards import card
from app.kit.forms.choices import Choice
from app.kit.messages import has_message, say
from assessments.casework.records import CONCERN_ROLES
from assessments.errors import NotFound

PERSON_ROLES = ("child", "mother", "father", "carer", "partner", "professional", "other")
_BIRTH_DATE_OPTIONS = ("day", "about", "due", "unknown")


@ft.component
@guarded_page
def edit_person_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for everything of one person on one page, and save it together."""
    about = model.screen.target
    is_new = model.screen.name == "add-person"
    page = model.household(about) if is_new else model.household_of(about)
    before = next((one for one in page.persons if one.id == about), None) if page else None
    form = use_draft_form(
        actions, f"{model.screen.name}-{about}", draft_from_person(before) if before else PersonDraft()
    )
    if page is None or (before is None and not is_new):
        raise NotFound
    household = page.household

    async def save() -> None:
        await actions.people_commands.save(
            person_from_draft(form.value, before, household.id, actions.today())
        )

    return form_page(
        model,
        actions,
        form,
        say("person.add") if before is None else say("person.change-title", name=before.name),
        lambda problems: [*_identity_fields(form, problems), *_communication_fields(form)],
        problems=lambda: validate_person(form.value, actions.today()),
        save=save,
        caption=household.name,
    )


def _identity_fields(form: DraftForm[PersonDraft], problems: Mapping[str, str]) -> list[ft.Control | None]:
    # A role that this page does not offer, from a record made elsewhere, stays on offer.
    way, roles = form.value.way, form.value.roles
    others = [role for role in roles if role not in PERSON_ROLES]
    is_professional = "professional" in roles
    return [
        card(
            form_text_field(form, "name", say("add.person-name"), problems),
            form_text_field(
                form, "other_names", say("person.other-names"), hint=say("person.other-names-hint")
            ),
        ),
        card(
            choice_field(
                form,
                "way",
                say("person.born"),
                [Choice(code, say(f"person.way.{code}")) for code in _BIRTH_DATE_OPTIONS],
                problems,
            ),
            form_text_field(form, "day", say("add.born"), problems, hint=say("add.born-hint"), width=220)
            if way == "day"
            else None,
            form_text_field(form, "due", say("add.due"), problems, hint=say("add.born-hint"), width=220)
            if way == "due"
            else None,
            form_text_field(form, "years", say("person.years"), problems, width=120)
            if way == "about"
            else None,
        ),
        card(
            choice_field(
                form,
                "roles",
                say("add.role"),
                [Choice(role, relationship_label(role)) for role in (*PERSON_ROLES, *others)],
                many=True,
            ),
            form_text_field(form, "position", say("person.position")) if is_professional else None,
            form_text_field(form, "agency", say("person.agency")) if is_professional else None,
        ),
        card(
            choice_field(
                form,
                "marks",
                say("person.marks"),
                [Choice(mark, say(f"person.{mark}"), say(f"person.{mark}-hint")) for mark in CONCERN_ROLES],
                many=True,
                hint=say("person.marks-hint"),
            )
        ),
        card(
            choice_field(
                form,
                "lives",
                say("person.lives"),
                [Choice(place, say(f"person.lives-{place}")) for place in ("here", "elsewhere")],
                problems,
            )
        ),
    ]


def _communication_fields(form: DraftForm[PersonDraft]) -> list[ft.Control | None]:
    """How to talk with this person."""
    return [
        card(
            form_text_field(form, "language", say("person.language")),
            choice_field(
                form,
                "interpreter",
                "",
                [Choice("yes", say("person.interpreter-needed"), say("person.interpreter-never"))],
                many=True,
            ),
        ),
        card(
            choice_field(
                form,
                "needs",
                say("person.needs"),
                [Choice(code, say(f"need.{code}")) for code in (*NEEDS, *_other_needs(form.value.needs))],
                many=True,
            ),
            form_text_field(form, "needs_words", say("person.needs-words"), lines=3),
        ),
    ]


def _other_needs(needs: tuple[str, ...]) -> list[str]:
    return [code for code in needs if code not in NEEDS and has_message(f"need.{code}")]
