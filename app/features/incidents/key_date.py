"""A day around which danger is known to change: a separation, a release, a hearing, a handover.

This room asks for what, when and about whom. A day may lie ahead. A birth is known from the child's own
record and needs no entry here, but can have one. No such day ever makes a picture milder.

    key_date_page(model, actions)
"""

from __future__ import annotations

from typing import get_args

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.day_field import (
    EMPTY_DAY_FIELDS,
    day_field,
    day_from_form,
    precision_from_form,
    validate_day_field,
)
from app.features.shared.draft_form import use_draft_form
from app.features.shared.page import build_page, busy_indicator, guarded_page, use_scroll, use_state
from app.features.shared.text.people import first_name
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import scroll_to, scroll_to_key
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from assessments.casework.casework_records import KeyDate
from assessments.casework.ids import new_id
from assessments.errors import NotFound

_KINDS = get_args(KeyDate.model_fields["kind"].annotation)
_LONGEST = 400
_NO_PROBLEMS: dict[str, str] = {}


_EMPTY_KEY_DATE = {**EMPTY_DAY_FIELDS, "kind": "", "person": "", "words": ""}


@ft.component
@guarded_page
def key_date_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for one such day, and save it."""
    page = model.household(model.screen.target)
    if page is None:
        raise NotFound
    form = use_draft_form(actions, f"milestone-{page.household.id}", _EMPTY_KEY_DATE)
    problems, show_problems = use_state(_NO_PROBLEMS)
    scroll = use_scroll(actions)

    async def save() -> None:
        today = actions.today()
        found = {} if form["kind"] else {"kind": say("milestone.problem.kind")}
        found |= validate_day_field(form.values, today, ahead=True)
        if len(form["words"]) > _LONGEST:
            found["words"] = say("event.problem.long", n=_LONGEST)
        show_problems(found)
        if found:
            await scroll_to(scroll, 0)
            return
        kept = KeyDate.model_validate(
            {
                "id": new_id(),
                "household_id": page.household.id,
                "on": day_from_form(form.values, today),
                "precision": precision_from_form(form.values),
                "kind": form["kind"],
                "person_id": form["person"],
                "words": form.text("words"),
            }
        )
        if await actions.save_records(page.household.id, [kept]):
            form.clear_draft()
            await actions.go_back()

    return build_page(
        model,
        actions,
        say("milestone.title"),
        [
            keyed(
                "kind",
                card(
                    heading(say("milestone.kind")),
                    problem_line(problems["kind"]) if "kind" in problems else None,
                    radio_rows(
                        [Choice(code, say(f"milestone.{code}")) for code in _KINDS],
                        chosen=form["kind"] or None,
                        on_choose=lambda code: form.choose("kind", code or ""),
                        clear=False,
                    ),
                ),
            ),
            card(day_field(form, problems)),
            card(
                heading(say("milestone.who")),
                radio_rows(
                    [Choice(person.id, first_name(person)) for person in page.persons],
                    chosen=form["person"] or None,
                    on_choose=lambda code: form.choose("person", code or ""),
                ),
                keyed(
                    "words",
                    text_field(
                        say("milestone.words"),
                        value=form["words"],
                        on_change=form.setter("words"),
                        problem=problems.get("words", ""),
                        lines=2,
                        key="words",
                    ),
                ),
            ),
        ],
        subtitle=page.household.name,
        top=error_summary(list(problems.items()), go_to=lambda at: scroll_to_key(scroll, at)),
        action=busy_indicator(say("save.saving")) if model.busy else primary_button(say("event.save"), save),
        scroll=scroll,
    )
