"""The history of the household, above every tool that grades, and whether it was considered. The question
does not block: a grade without its answer is provisional, says so, and leaves a follow-up.
"""

from collections.abc import Sequence
from datetime import date
from typing import get_args

import flet as ft

from app.core.cases.case_service import OpenAssessment
from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.shared.text import chronology
from app.features.shared.text.chronology import chronology_headline, summarise_household_chronology
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.keyed import column, keyed, keyed_component, row, stack
from app.kit.controls.lists import bullet_list
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.hooks import use_ref
from app.kit.messages import say
from assessments.casework.casework_records import Incident
from assessments.engine.form import HistoryAnswered
from assessments.engine.scoring import HistoryStatus

# How many of the last events, and of what stands out, the card shows before it leads on.
_LAST_INCIDENTS_SHOWN = 3
_FINDINGS_SHOWN = 5


def history_card(model: AppState, actions: AppController, work: OpenAssessment) -> ft.Control | None:
    """Draw counts, trajectory, what stands out, the last incidents, and the question; None without grades."""
    page = _household_if_graded(model, work)
    if page is None:
        return None
    found = summarise_household_chronology(page, actions.today())
    last = found.incidents[-_LAST_INCIDENTS_SHOWN:][::-1]
    headline = text(chronology_headline(found), strong=True)
    shown = card(
        heading(say("known.title")),
        headline if found.incidents else text(say("chronology.none")),
        text(chronology.describe_trajectory(found)) if found.incidents else None,
        bullet_list(chronology.describe_chronology_findings(found)[:_FINDINGS_SHOWN]),
        _last_incidents(last, found.on) if last else None,
        row(quiet_button(say("known.all"), lambda: actions.open_screen("chronology", page.household.id))),
        _history_question(f"{work.assessment.id}.history", actions, work),
    )
    return keyed("known", shown)


def history_row(model: AppState, actions: AppController, work: OpenAssessment) -> ft.Control | None:
    """Draw one line of it that leads to the chronology; None for a tool that gives no grade."""
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


def _last_incidents(last: Sequence[Incident], today: date) -> ft.Control:
    lines = [
        column(
            quiet(chronology.format_day_with_precision(one.on, one.precision, today)),
            ft.Text(one.what, theme_style=theme.BODY, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
            spacing=0,
        )
        for one in last
    ]
    return stack(heading(say("known.last"), level=3), *lines)


@keyed_component
def _history_question(actions: AppController, work: OpenAssessment) -> ft.Control:
    context = work.form.context
    why = use_ref(context.history_why)

    async def choose(history: str | None) -> None:
        for known in get_args(HistoryStatus):
            if known == history:
                reason = why.current if known == "not-available" else ""
                await actions.dispatch(HistoryAnswered(known, reason))

    def type_in(words: str) -> None:
        why.current = words
        actions.autosave.queue_input(HistoryAnswered("not-available", words))

    rows = [Choice(code, say(f"known.{code}")) for code in get_args(HistoryStatus)]
    reason = text_field(
        say("known.why"),
        value=why.current,
        on_change=type_in,
        hint=say("known.why-hint"),
        key=f"{work.assessment.id}.history-why",
    )
    return stack(
        ft.Divider(height=1, thickness=1, color=ft.Colors.OUTLINE_VARIANT),
        heading(say("known.ask"), level=3),
        quiet(say("known.ask-hint")),
        radio_rows(rows, chosen=context.history or None, on_choose=choose, clear=False),
        *([reason] if context.history == "not-available" else []),
        spacing=10,
    )
