"""The person that a page is about, at its top, so that no answer lands on the wrong child."""

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.text.days import format_age
from app.features.shared.text.people import tool_title
from app.kit.controls.cards import avatar
from app.kit.controls.keyed import beside
from app.kit.controls.text import quiet, text
from app.kit.messages import say
from assessments.casework.records import Assessment, Person


def subject_of(model: AppState, assessment: Assessment) -> Person | None:
    """Return the person that an assessment is about; None while the households are not read."""
    page = model.household_of(assessment.subject_id)
    persons = page.persons if page else ()
    return next((person for person in persons if person.id == assessment.subject_id), None)


def subject_header(model: AppState, actions: AppController, assessment: Assessment) -> ft.Control:
    """Draw initials, name and age, and the tool below."""
    person = subject_of(model, assessment)
    title = tool_title(assessment.instrument)
    if person is None:
        return quiet(title)
    named = say("label.age", name=person.name, age=format_age(person, actions.today()))
    lines = (text(named, strong=True), quiet(title))
    return beside(avatar(person.name, size=44), *lines, gap=12, spacing=0, top=False)
