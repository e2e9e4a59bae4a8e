"""Changing what is known of one person, or adding one to a household that is here.

The page knows three ways in which a birth can stand: a day, about so many years, not born yet; and the
plain word that it is not known. Whoever needs an interpreter never gets a relative for one: the page
says so. It saves one record, the same as before: what it does not show stays as it was.

    edit_person_page(model, actions)
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.draft_form import DraftForm, choice_field, form_page, form_text_field, use_draft_form
from app.features.shared.page import guarded_page
from app.features.shared.parse_typed import parse_day, parse_whole_number
from app.features.shared.text.people import relationship_label
from app.features.shared.text.person_details import CONCERN_ROLES, NEEDS
from app.kit.controls.cards import card
from app.kit.forms.choices import Choice
from app.kit.messages import has_message, say
from assessments.casework.ids import new_id
from assessments.casework.records import Person
from assessments.errors import NotFound

PERSON_ROLES = ("child", "mother", "father", "carer", "partner", "professional", "other")
_BIRTH_DATE_OPTIONS = ("day", "about", "due", "unknown")
_OLDEST = 120
_LONGEST_NAME = 200


@ft.component
@guarded_page
def edit_person_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for everything of one person on one page, and save it together."""
    about = model.screen.target
    is_new = model.screen.name == "add-person"
    page = model.household(about) if is_new else model.household_of(about)
    before = next((one for one in page.persons if one.id == about), None) if page else None
    form = use_draft_form(actions, f"{model.screen.name}-{about}", _initial_values(before))
    if page is None or (before is None and not is_new):
        raise NotFound
    household = page.household

    async def save() -> None:
        await actions.people_commands.save(_person_from_draft(form, before, household.id, actions))

    def fields(wrong: Any) -> list[ft.Control | None]:
        return [*_identity_fields(form, wrong), *_communication_fields(form)]

    return form_page(
        model,
        actions,
        form,
        say("person.add") if before is None else say("person.change-title", name=before.name),
        fields,
        problems=lambda: validate_person(form, actions),
        save=save,
        caption=household.name,
    )


def _initial_values(one: Person | None) -> dict[str, Any]:
    if one is None:
        way = None
    elif one.born:
        way = "day"
    elif one.due:
        way = "due"
    else:
        way = "about" if one.about_years is not None else "unknown"
    return {
        "name": one.name if one else "",
        "other_names": ", ".join(one.other_names) if one else "",
        "way": way,
        "day": f"{one.born:%d %m %Y}" if one and one.born else "",
        "due": f"{one.due:%d %m %Y}" if one and one.due else "",
        "years": str(one.about_years) if one and one.about_years is not None else "",
        "roles": [role for role in one.roles if role not in ("unborn", *CONCERN_ROLES)] if one else [],
        "marks": [role for role in one.roles if role in CONCERN_ROLES] if one else [],
        "lives": ("here" if one.lives_here else "elsewhere") if one else None,
        "language": one.language if one else "",
        "interpreter": ["yes"] if one and one.interpreter else [],
        "needs": list(one.needs) if one else [],
        "needs_words": one.needs_words if one else "",
        "position": one.position if one else "",
        "agency": one.agency if one else "",
    }


def _identity_fields(form: DraftForm, wrong: Any) -> list[ft.Control | None]:
    # A role that this page does not offer, from a record made elsewhere, stays on offer.
    kept = [role for role in form["roles"] if role not in PERSON_ROLES]
    way = form["way"]
    is_professional = "professional" in form["roles"]
    return [
        card(
            form_text_field(form, "name", say("add.person-name"), problem=wrong.get("name", "")),
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
                problem=wrong.get("way", ""),
            ),
            form_text_field(
                form,
                "day",
                say("add.born"),
                hint=say("add.born-hint"),
                problem=wrong.get("day", ""),
                width=220,
            )
            if way == "day"
            else None,
            form_text_field(
                form,
                "due",
                say("add.due"),
                hint=say("add.born-hint"),
                problem=wrong.get("due", ""),
                width=220,
            )
            if way == "due"
            else None,
            form_text_field(form, "years", say("person.years"), problem=wrong.get("years", ""), width=120)
            if way == "about"
            else None,
        ),
        card(
            choice_field(
                form,
                "roles",
                say("add.role"),
                [Choice(role, relationship_label(role)) for role in (*PERSON_ROLES, *kept)],
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
                problem=wrong.get("lives", ""),
            )
        ),
    ]


def _communication_fields(form: DraftForm) -> list[ft.Control | None]:
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
                [Choice(code, say(f"need.{code}")) for code in (*NEEDS, *_other_needs(form["needs"]))],
                many=True,
            ),
            form_text_field(form, "needs_words", say("person.needs-words"), lines=3),
        ),
    ]


def _other_needs(needs: list[str]) -> list[str]:
    return [code for code in needs if code not in NEEDS and has_message(f"need.{code}")]


def validate_person(form: DraftForm, actions: AppController) -> dict[str, str]:
    """What is still wanting, by the place on the page."""
    found = {}
    if not form.text("name"):
        found["name"] = say("person.problem.name")
    elif len(form.text("name")) > _LONGEST_NAME:
        found["name"] = say("add.problem.long", n=_LONGEST_NAME)
    day, due, years = parse_day(form["day"]), parse_day(form["due"]), parse_whole_number(form["years"])
    match form["way"]:
        case None:
            found["way"] = say("person.problem.way")
        case "day" if day is None:
            found["day"] = say("person.problem.day")
        case "day" if day is not None and day > actions.today():
            found["day"] = say("person.problem.ahead")
        case "due" if due is None:
            found["due"] = say("person.problem.day")
        case "about" if years is None or not 0 <= years <= _OLDEST:
            found["years"] = say("person.problem.years", n=_OLDEST)
    if form["lives"] is None:
        found["lives"] = say("person.problem.lives")
    return found


def _person_from_draft(
    form: DraftForm, before: Person | None, household_id: str, actions: AppController
) -> Person:
    way = form["way"]
    years = parse_whole_number(form["years"]) if way == "about" else None
    same_years = before is not None and before.about_years == years
    roles = [*form["roles"], *form["marks"], *(["unborn"] if way == "due" else [])]
    # An unborn child is a child, whatever else was ticked; a due day that was known stays after birth.
    due = parse_day(form["due"]) if way == "due" else before.due if before and way == "day" else None
    changes = {
        "name": form.text("name"),
        "other_names": tuple(part.strip() for part in form["other_names"].split(",") if part.strip()),
        "born": parse_day(form["day"]) if way == "day" else None,
        "due": due,
        "about_years": years,
        "about_years_on": (before.about_years_on if before and same_years else actions.today())
        if years is not None
        else None,
        "roles": tuple(roles),
        "lives_here": form["lives"] == "here",
        "language": form.text("language"),
        "interpreter": bool(form["interpreter"]),
        "needs": tuple(form["needs"]),
        "needs_words": form["needs_words"],
        "position": form.text("position"),
        "agency": form.text("agency"),
    }
    if before is not None:
        # Checked anew: a copy alone would not be.
        return Person.model_validate({**before.model_dump(), **changes})
    return Person.model_validate({"id": new_id(), "household_id": household_id, **changes})
