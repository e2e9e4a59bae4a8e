"""What is known of before, above every tool that grades, and whether it was looked at.

This room shows the picture of the household as it stands and keeps one answer. It holds nobody up: a
grade without that answer is for now, says so, and leaves something to be done.

    known_card(model, actions, work)
"""

from __future__ import annotations

from typing import Any, get_args

import flet as ft

from app.core.cases.case_service import HouseholdPage, Work
from app.core.controller import Actions, Model
from app.features.shared.page import use_kept
from app.features.shared.text.chronology import (
    lead_words,
    picture_of,
    signs_words,
    sure_day,
    trajectory_words,
)
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.fault_boundary import calm_render
from app.kit.controls.keyed import place
from app.kit.controls.lists import bullets
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.chronology import Picture
from assessments.engine.form import Recalled
from assessments.engine.scoring import History

# How many of the last events, and of what stands out, the card shows before it leads on.
_LAST = 3
_SIGNS = 5
PLACE = "known"


def known_card(model: Model, actions: Actions, work: Work) -> ft.Control | None:
    """The whole card: counts, direction, what stands out, the last events, and the question.

    None for a tool that gives no grade.
    """
    page = _page(model, work)
    if page is None:
        return None
    found = picture_of(page, actions.today())
    last = found.incidents[-_LAST:][::-1]
    return place(
        PLACE,
        card(
            heading(say("known.title")),
            text(lead_words(found), strong=True) if found.incidents else text(say("chronology.none")),
            text(trajectory_words(found)) if found.incidents else None,
            bullets(signs_words(found)[:_SIGNS]),
            _last(found, [(one.on, one.precision, one.what) for one in last]) if last else None,
            ft.Row(
                controls=[
                    quiet_button(
                        say("known.all"), lambda: actions.open_screen("chronology", page.household.id)
                    )
                ]
            ),
            _asked(actions, work),
        ),
    )


def known_row(model: Model, actions: Actions, work: Work) -> ft.Control | None:
    """One line of it that leads to all of it; None for a tool that gives no grade."""
    page = _page(model, work)
    if page is None:
        return None
    return nav_row(
        say("known.row"),
        note=lead_words(picture_of(page, actions.today())),
        icon=ft.Icons.TIMELINE,
        on_tap=lambda: actions.open_screen("chronology", page.household.id),
    )


def _page(model: Model, work: Work) -> HouseholdPage | None:
    return model.household(work.assessment.household_id) if work.form.instrument.grades else None


def _last(found: Picture, last: list[Any]) -> ft.Control:
    lines: list[ft.Control] = [heading(say("known.last"), level=3)]
    for on, precision, what in last:
        lines.append(
            ft.Column(
                tight=True,
                spacing=0,
                controls=[
                    quiet(sure_day(on, precision, found.on)),
                    ft.Text(what, theme_style=theme.BODY, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
                ],
            )
        )
    return ft.Column(
        tight=True, spacing=8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=lines
    )


def _asked(actions: Actions, work: Work) -> ft.Control:
    drawn: Any = _question
    question: ft.Control = drawn(actions, work, key=f"{work.assessment.id}.history")
    return question


@ft.component
@calm_render
def _question(actions: Actions, work: Work) -> ft.Control:
    context = work.form.context
    why = use_kept(context.history_why)

    async def choose(history: str | None) -> None:
        for known in get_args(History):
            if known == history:
                await actions.dispatch(Recalled(known, why.current if known == "not-available" else ""))

    def type_in(words: str) -> None:
        why.current = words
        actions.queue_input(Recalled("not-available", words))

    rows = [Choice(code, say(f"known.{code}")) for code in get_args(History)]
    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            ft.Divider(height=1, thickness=1, color=ft.Colors.OUTLINE_VARIANT),
            heading(say("known.ask"), level=3),
            quiet(say("known.ask-hint")),
            radio_rows(rows, chosen=context.history or None, on_choose=choose, clear=False),
            *(
                [
                    text_field(
                        say("known.why"),
                        value=why.current,
                        on_change=type_in,
                        hint=say("known.why-hint"),
                        key=f"{work.assessment.id}.history-why",
                    )
                ]
                if context.history == "not-available"
                else []
            ),
        ],
    )
