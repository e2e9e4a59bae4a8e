"""A day around which danger is known to change: a separation, a release, a hearing, a handover.

This room asks for what, when and about whom. A day may lie ahead. A birth is known from the child's own
record and needs no entry here, but can have one. No such day ever makes a picture milder.

    milestone(model, actions)
"""

from __future__ import annotations

from typing import get_args

import flet as ft

from app.core.controller import Actions, Model
from app.features.shared.day_field import NO_DAY, day_in, sureness, when_parts, when_problems
from app.features.shared.draft_form import use_form
from app.features.shared.page import calm_page, page_of, use_drawn, use_scroll, working
from app.features.shared.text.people import first_name
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import place
from app.kit.controls.page_frame import scroll_to, scroll_to_place
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from assessments.casework.casework_records import Milestone
from assessments.casework.records import new_id
from assessments.errors import NotFound

_KINDS = get_args(Milestone.model_fields["kind"].annotation)
_LONGEST = 400
_NO_PROBLEMS: dict[str, str] = {}


_NEW = {**NO_DAY, "kind": "", "person": "", "words": ""}


@ft.component
@calm_page
def milestone(model: Model, actions: Actions) -> ft.View:
    """Ask for one such day, and save it."""
    page = model.household(model.screen.target)
    if page is None:
        raise NotFound
    form = use_form(actions, f"milestone-{page.household.id}", _NEW)
    problems, show_problems = use_drawn(_NO_PROBLEMS)
    scroll = use_scroll(actions)

    async def save() -> None:
        today = actions.today()
        found = {} if form["kind"] else {"kind": say("milestone.problem.kind")}
        found |= when_problems(form.values, today, ahead=True)
        if len(form["words"]) > _LONGEST:
            found["words"] = say("event.problem.long", n=_LONGEST)
        show_problems(found)
        if found:
            await scroll_to(scroll, 0)
            return
        kept = Milestone.model_validate(
            {
                "id": new_id(),
                "household_id": page.household.id,
                "on": day_in(form.values, today),
                "precision": sureness(form.values),
                "kind": form["kind"],
                "person_id": form["person"],
                "words": form.text("words"),
            }
        )
        if await actions.save_records(page.household.id, [kept]):
            form.clear_draft()
            await actions.go_back()

    return page_of(
        model,
        actions,
        say("milestone.title"),
        [
            place(
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
            card(when_parts(form, problems)),
            card(
                heading(say("milestone.who")),
                radio_rows(
                    [Choice(person.id, first_name(person)) for person in page.persons],
                    chosen=form["person"] or None,
                    on_choose=lambda code: form.choose("person", code or ""),
                ),
                place(
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
        top=error_summary(list(problems.items()), go_to=lambda at: scroll_to_place(scroll, at)),
        action=working(say("save.saving")) if model.busy else primary_button(say("event.save"), save),
        scroll=scroll,
    )
