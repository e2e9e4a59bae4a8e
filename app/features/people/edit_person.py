"""Pages: change a person, add one, record a birth. What a page does not show stays as it was."""

import flet as ft

from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.features.people.person_draft import BirthDraft, PersonDraft, draft_from_person
from app.features.people.update import update
from app.features.shared.draft_form import DraftForm, coded_choices, form_page, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.text.people import find_household, find_person, relationship_label
from app.features.shared.text.person_details import NEEDS
from app.kit.controls.cards import card
from app.kit.controls.text import text
from app.kit.forms.choices import Choice
from app.kit.messages import has_message, say
from assessments.casework.records import CONCERN_ROLES

PERSON_ROLES = ("child", "mother", "father", "carer", "partner", "professional", "other")
_BIRTH_DATE_OPTIONS = ("day", "about", "due", "unknown")


@guarded_page
def edit_person_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for everything of one person on one page, and save it together."""
    about = model.screen.target
    is_new = model.screen.name == "add-person"
    page, before = (find_household(model, about), None) if is_new else find_person(model, about)
    form = use_draft_form(
        actions, f"{model.screen.name}-{about}", draft_from_person(before) if before else PersonDraft()
    )
    return form_page(
        model,
        form,
        say("person.add") if before is None else say("person.change-title", name=before.name),
        [*_identity_fields(form), *_communication_fields(form)],
        submit=lambda: update(FormState(), actions.submitted(form.value, page, before)),
        save=actions.people_commands.save_changes,
        caption=page.household.name,
    )


def _identity_fields(form: DraftForm[PersonDraft]) -> list[ft.Control | None]:
    # A role that this page does not offer, from a record made elsewhere, stays on offer.
    way, roles, day_hint = form.value.way, form.value.roles, say("add.born-hint")
    offered = dict.fromkeys((*PERSON_ROLES, *roles))
    kin = [Choice(role, relationship_label(role)) for role in offered]
    marks = [Choice(mark, say(f"person.{mark}"), say(f"person.{mark}-hint")) for mark in CONCERN_ROLES]
    places = [Choice(place, say(f"person.lives-{place}")) for place in ("here", "elsewhere")]
    names_hint, is_professional = say("person.other-names-hint"), "professional" in roles
    return [
        card(
            form.text_field("name", say("add.person-name")),
            form.text_field("other_names", say("person.other-names"), hint=names_hint),
        ),
        card(
            form.choice_field("way", say("person.born"), coded_choices("person.way", _BIRTH_DATE_OPTIONS)),
            form.text_field("day", say("add.born"), hint=day_hint, width=220) if way == "day" else None,
            form.text_field("due", say("add.due"), hint=day_hint, width=220) if way == "due" else None,
            form.text_field("years", say("person.years"), width=120) if way == "about" else None,
        ),
        card(
            form.choice_field("roles", say("add.role"), kin, many=True),
            form.text_field("position", say("person.position")) if is_professional else None,
            form.text_field("agency", say("person.agency")) if is_professional else None,
        ),
        card(
            form.choice_field("marks", say("person.marks"), marks, many=True, hint=say("person.marks-hint"))
        ),
        card(form.choice_field("lives", say("person.lives"), places)),
    ]


def _communication_fields(form: DraftForm[PersonDraft]) -> list[ft.Control | None]:
    """How to talk with this person."""
    interpreter = Choice("yes", say("person.interpreter-needed"), say("person.interpreter-never"))
    others = [code for code in form.value.needs if code not in NEEDS and has_message(f"need.{code}")]
    needs = coded_choices("need", (*NEEDS, *others))
    return [
        card(
            form.text_field("language", say("person.language")),
            form.choice_field("interpreter", "", [interpreter], many=True),
        ),
        card(
            form.choice_field("needs", say("person.needs"), needs, many=True),
            form.text_field("needs_words", say("person.needs-words"), lines=3),
        ),
    ]


@guarded_page
def birth_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the day of a birth, and for the name as it is now."""
    page, before = find_person(model, model.screen.target)
    form = use_draft_form(actions, f"born-{before.id}", BirthDraft(name=before.name))
    return form_page(
        model,
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
