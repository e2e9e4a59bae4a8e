"""What is known of before, above every tool that grades, and whether it was looked at.

This room shows the picture of the household as it stands and keeps one answer. It holds nobody up: a
grade without that answer is for now, says so, and leaves something to be done.

    history_card(model, actions, work)
"""

from __future__ import annotations

from typing import Any, get_args

import flet as ft

from app.core.cases.case_service import HouseholdOverview, OpenAssessment
from app.core.controller import AppController, AppState
from app.features.shared.page import use_ref
from app.features.shared.text.chronology import (
    chronology_headline,
    describe_chronology_findings,
    describe_trajectory,
    format_day_with_precision,
    summarise_household_chronology,
)
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import keyed
from app.kit.controls.lists import bullet_list
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.chronology import ChronologySummary
from assessments.engine.form import HistoryAnswered
from assessments.engine.scoring import HistoryStatus

# How many of the last events, and of what stands out, the card shows before it leads on.
_LAST_INCIDENTS_SHOWN = 3
_FINDINGS_SHOWN = 5
HISTORY_CARD_KEY = "known"


def history_card(model: AppState, actions: AppController, work: OpenAssessment) -> ft.Control | None:
    """The whole card: counts, direction, what stands out, the last events, and the question.

    None for a tool that gives no grade.
    """
    page = _household_if_graded(model, work)
    if page is None:
        return None
    found = summarise_household_chronology(page, actions.today())
    last = found.incidents[-_LAST_INCIDENTS_SHOWN:][::-1]
    return keyed(
        HISTORY_CARD_KEY,
        card(
            heading(say("known.title")),
            text(chronology_headline(found), strong=True)
            if found.incidents
            else text(say("chronology.none")),
            text(describe_trajectory(found)) if found.incidents else None,
            bullet_list(describe_chronology_findings(found)[:_FINDINGS_SHOWN]),
            _last_incidents(found, [(one.on, one.precision, one.what) for one in last]) if last else None,
            ft.Row(
                controls=[
                    quiet_button(
                        say("known.all"), lambda: actions.open_screen("chronology", page.household.id)
                    )
                ]
            ),
            _keyed_history_question(actions, work),
        ),
    )


def history_row(model: AppState, actions: AppController, work: OpenAssessment) -> ft.Control | None:
    """One line of it that leads to all of it; None for a tool that gives no grade."""
    page = _household_if_graded(model, work)
    if page is None:
        return None
    return nav_row(
        say("known.row"),
        note=chronology_headline(summarise_household_chronology(page, actions.today())),
        icon=ft.Icons.TIMELINE,
        on_tap=lambda: actions.open_screen("chronology", page.household.id),
    )


def _household_if_graded(model: AppState, work: OpenAssessment) -> HouseholdOverview | None:
    return model.household(work.assessment.household_id) if work.form.instrument.grades else None


def _last_incidents(found: ChronologySummary, last: list[Any]) -> ft.Control:
    lines: list[ft.Control] = [heading(say("known.last"), level=3)]
    for on, precision, what in last:
        lines.append(
            ft.Column(
                tight=True,
                spacing=0,
                controls=[
                    quiet(format_day_with_precision(on, precision, found.on)),
                    ft.Text(what, theme_style=theme.BODY, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
                ],
            )
        )
    return ft.Column(
        tight=True, spacing=8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=lines
    )


def _keyed_history_question(actions: AppController, work: OpenAssessment) -> ft.Control:
    drawn: Any = _history_question
    question: ft.Control = drawn(actions, work, key=f"{work.assessment.id}.history")
    return question


@ft.component
@guarded_render
def _history_question(actions: AppController, work: OpenAssessment) -> ft.Control:
    context = work.form.context
    why = use_ref(context.history_why)

    async def choose(history: str | None) -> None:
        for known in get_args(HistoryStatus):
            if known == history:
                await actions.dispatch(
                    HistoryAnswered(known, why.current if known == "not-available" else "")
                )

    def type_in(words: str) -> None:
        why.current = words
        actions.queue_input(HistoryAnswered("not-available", words))

    rows = [Choice(code, say(f"known.{code}")) for code in get_args(HistoryStatus)]
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
