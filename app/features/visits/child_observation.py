"""One child in one contact: how they were met, their exact words, what was seen, and what one makes of it.

This room knows one child at a time. What the child said, what was seen and what is made of it stand in
three places. It saves whatever stands there: what is missing is said, never asked for first. After the
contact is finished a change is a correction, with its reason, and the first version stays below it.

    seen(model, actions)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.cases.visit_queries import Row, ended_of, find_contact, roster
from app.core.controller import Actions, Model
from app.features.shared.page import calm_page, page_of, use_drawn, use_kept, use_scroll
from app.features.shared.phrasing_field import worded_field
from app.features.shared.text.days import age_words
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_context import around, before
from app.features.visits.child_observation_draft import (
    Sheet,
    half_of,
    held_as,
    is_unborn,
    kept_of,
    problems_of,
    seen_of,
    whys_for,
)
from app.features.visits.exact_words import exact_words
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import beside_face, card
from app.kit.controls.keyed import place, steady
from app.kit.controls.page_frame import scroll_to_place
from app.kit.controls.status import banner
from app.kit.controls.text import heading, optional, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_area, text_field
from app.kit.forms.problems import error_summary
from app.kit.messages import say
from assessments.casework.casework_records import Seen
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import HOWS, is_watched
from assessments.definitions.catalogue import ledger_rules
from assessments.errors import NotFound

_NO_PROBLEMS: list[str] = []
_TOP = "top"


@ft.component
@calm_page
def seen(model: Model, actions: Actions) -> ft.View:
    """Write down one child, and keep it."""
    about = model.screen.target
    page, here, row = _find(model, about)
    child, name = row.child, first_name(row.child)
    first = actions.screen_draft(held_as(about)) or half_of(row.observation)
    sheet = use_kept(Sheet(first, lambda half: actions.set_screen_draft(held_as(about), half))).current
    times, draw = use_drawn(0)
    sheet.redraw = lambda: draw(times + 1)
    problems, show_problems = use_drawn(_NO_PROBLEMS)
    scroll = use_scroll(actions)
    ended = ended_of(page, here.id)
    is_correction = ended is not None and row.observation is not None and _is_fixed(row.observation, ended.at)

    async def save() -> None:
        filed = seen_of(sheet.values, here, child.id, row.observation)
        wrong = problems_of(sheet.values, is_correction=is_correction) + ([] if filed else ["long"])
        show_problems(wrong)
        if filed is None or wrong:
            await scroll_to_place(scroll, _TOP)
            return
        await actions.visit_commands.save_observation(page, filed)
        actions.set_screen_draft(held_as(about), None)
        await actions.go_back()

    wrong = {code: say(f"seen.problem.{code}") for code in problems}
    how = sheet.values["how"]
    was_met = how in ("heard", "observed", "seen-not-spoken")
    return page_of(
        model,
        actions,
        say("seen.how", name=name),
        [
            banner(say("seen.correction"), icon=ft.Icons.LOCK_OUTLINED) if is_correction else None,
            _how(child, how, sheet),
            exact_words(name, sheet, wrong) if how == "heard" else None,
            _why(child, sheet, wrong) if how in ("seen-not-spoken", "not-seen") else None,
            _plan(sheet, wrong) if how == "not-seen" else None,
            _observed(child, here, sheet) if was_met else None,
            _made_of_it(sheet) if was_met else None,
            around(page, child, sheet) if was_met else None,
            _correcting(sheet, wrong) if is_correction else None,
            before(page, row.observation) if row.observation is not None else None,
        ],
        top=place(_TOP, _top(child, here, list(wrong.items()), lambda at: scroll_to_place(scroll, at))),
        action=primary_button(say("seen.save"), save),
        saved=quiet(say("seen.held")),
        scroll=scroll,
    )


def _find(model: Model, about: str) -> tuple[HouseholdPage, Contact, Row]:
    contact_id, _, child_id = about.partition(" ")
    page, here = find_contact(model.households, contact_id)
    rows = roster(page, model.households, here)
    row = next((row for row in rows if row.child.id == child_id), None)
    if row is None:
        raise NotFound
    return page, here, row


def _is_fixed(one: Seen, ended_at: datetime) -> bool:
    """Whether it was written before the finish: what came after it may still be changed."""
    return one.written_at is None or one.written_at <= ended_at


def _top(
    child: Person, here: Contact, problems: list[tuple[str, str]], go_to: Callable[[str], Any]
) -> ft.Control:
    """Whom the page is about, so that no word lands on a brother or sister."""
    who = beside_face(child.name, text(child.name, strong=True), quiet(age_words(child, here.on)))
    return ft.Column(tight=True, spacing=14, controls=steady(who, error_summary(problems, go_to=go_to)))


def _how(child: Person, chosen: str | None, sheet: Sheet) -> ft.Control:
    hows = ("observed", "not-seen") if is_unborn(child) else HOWS
    kind = "unborn" if is_unborn(child) else "hint"
    return card(
        radio_rows(
            [Choice(how, say(f"seen.how.{how}"), say(f"seen.{kind}.{how}")) for how in hows],
            chosen=chosen,
            on_choose=lambda code: sheet.set_values(draw=True, how=code),
        ),
    )


def _why(child: Person, sheet: Sheet, wrong: dict[str, str]) -> ft.Control:
    half = sheet.values
    not_seen = half["how"] == "not-seen"
    return place(
        "why",
        card(
            heading(say("seen.why-not-seen" if not_seen else "seen.why-not-spoken", name=first_name(child))),
            radio_rows(
                [Choice(code, say(f"why.{code}")) for code in whys_for(child)],
                chosen=half["why_code"] or None,
                on_choose=lambda code: sheet.set_values(draw=True, why_code=code or ""),
                clear=False,
            ),
            text_field(
                say("seen.why-words") if half["why_code"] == "other" else optional(say("seen.why-words")),
                value=half["why"],
                on_change=lambda words: sheet.set_values(why=words),
                problem=wrong.get("why", ""),
                lines=2,
                key="why",
            ),
        ),
    )


def _plan(sheet: Sheet, wrong: dict[str, str]) -> ft.Control:
    half = sheet.values
    return card(
        text_area(
            say("seen.plan"),
            value=half["plan"],
            on_change=lambda words: sheet.set_values(plan=words),
            hint=say("seen.plan-hint"),
            lines=2,
            key="plan",
        ),
        place(
            "due",
            text_field(
                say("seen.due"),
                value=half["due"],
                on_change=lambda words: sheet.set_values(due=words),
                hint=say("seen.due-hint"),
                problem=wrong.get("due", ""),
                width=220,
                key="due",
            ),
        ),
    )


def _observed(child: Person, here: Contact, sheet: Sheet) -> ft.Control:
    """What was seen, and how the child was: facts, apart from what one makes of them."""
    half, name = sheet.values, first_name(child)
    is_asked = is_watched(child, ledger_rules(), here.on)
    return card(
        heading(say("seen.observed", name=name)),
        banner(say("seen.observe-young", name=name)) if is_asked else None,
        text_area(
            say("seen.observation"),
            value=half["observation"],
            on_change=lambda words: sheet.set_values(observation=words),
            hint=say("seen.observation-hint"),
            key="observation",
        ),
        text_area(
            optional(say("seen.demeanour")),
            value=half["demeanour"],
            on_change=lambda words: sheet.set_values(demeanour=words),
            hint=say("seen.demeanour-hint"),
            lines=2,
            key="demeanour",
        ),
    )


def _made_of_it(sheet: Sheet) -> ft.Control:
    """The writer's own words, and the only ones here that are read for phrases: no child's ever are."""

    async def keep(code: str) -> None:
        sheet.set_values(kept=sorted({*kept_of(sheet.values), code}))

    return card(
        worded_field(
            optional(say("seen.interpretation")),
            value=sheet.values["interpretation"],
            on_change=lambda words: sheet.set_values(interpretation=words),
            kept=lambda: kept_of(sheet.values),
            on_keep=keep,
            hint=say("seen.interpretation-hint"),
            lines=3,
            key="interpretation",
        )
    )


def _correcting(sheet: Sheet, wrong: dict[str, str]) -> ft.Control:
    return place(
        "amended_why",
        card(
            text_field(
                say("seen.amended-why"),
                value=sheet.values["amended_why"],
                on_change=lambda words: sheet.set_values(amended_why=words),
                problem=wrong.get("amended_why", ""),
                lines=2,
                key="amended-why",
            )
        ),
    )
