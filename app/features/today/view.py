"""Page: the first page: unfinished work, then every household with what has been heard of each child."""

from contextlib import suppress
from datetime import UTC, datetime

import flet as ft

from app.core.cases.case_service import AssessmentSummary, run_blocking
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import is_observation_due
from app.core.controller import AppController, AppState
from app.features.shared.child_status_marks import last_heard_line, not_observed_line
from app.features.shared.page import build_page, busy_indicator, cover_key_hint, guarded_page, side_by_side
from app.features.shared.save_status import salvage_offer_card, unreadable_records_banner
from app.features.shared.text.days import (
    format_age,
    format_day,
    format_day_and_time,
    format_long_day,
    greeting,
)
from app.features.shared.text.people import describe_last_heard, first_name, tool_title
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import avatar, empty_state, nav_row
from app.kit.controls.keyed import beside, row, stack
from app.kit.controls.status import banner
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.records import Person
from assessments.errors import Locked


@guarded_page
def today_page(model: AppState, actions: AppController) -> ft.View:
    """Show what to go on with and who there is."""
    begun = [
        (page, found)
        for page in model.households
        for found in page.assessments
        if found.status == "in-progress"
    ]
    begun.sort(key=lambda pair: pair[1].started_at, reverse=True)
    return build_page(
        model,
        actions,
        greeting(datetime.now(UTC)),
        [
            recovery_notice(actions),
            banner(say("today.newer-store")) if model.store_is_newer else None,
            _losses_banner(model, actions) if model.losses else None,
            unreadable_records_banner(model.unreadable_count),
            salvage_offer_card(actions) if _may_salvage(model) else None,
            _in_progress_list(begun, actions) if begun else None,
            heading(say("today.households")) if model.households else None,
            side_by_side([_household(page, actions) for page in model.households])
            if model.households
            else _empty_state(model, actions),
            cover_key_hint(),
            row(
                quiet_button(say("selftest.title"), actions.show_device_report),
                quiet_button(
                    say(f"change.{model.credential_kind}-title"),
                    lambda: actions.open_screen("change-words"),
                ),
                wrap=True,
            ),
        ],
        subtitle=format_long_day(actions.today()),
        pill=True,
        action=primary_button(
            say("action.add-household"), lambda: actions.open_screen("add-household"), icon=ft.Icons.ADD
        )
        if model.households
        else None,
    )


def _losses_banner(model: AppState, actions: AppController) -> ft.Control:
    """What unlocking found missing, until it has been read."""
    found = [
        say(f"loss.{loss.kind}", what=say(f"loss.what.{loss.table}"), n=loss.expected - loss.found)
        if loss.table
        else say(f"loss.{loss.kind}")
        for loss in model.losses
    ]
    return banner(
        " ".join((say("loss.title"), *found, say("loss.next"))),
        tone="help",
        action=secondary_button(say("action.loss-read"), actions.session.accept_losses),
    )


def _may_salvage(model: AppState) -> bool:
    """Whether rows that are missed may lie on pages of the disk that nothing leads to any more."""
    return model.damaged or any(loss.kind in ("missing", "unchecked") for loss in model.losses)


def _in_progress_list(
    begun: list[tuple[HouseholdOverview, AssessmentSummary]], actions: AppController
) -> ft.Control:
    def begun_row(page: HouseholdOverview, found: AssessmentSummary) -> ft.Control:
        name = next((person.name for person in page.persons if person.id == found.subject_id), "")
        return nav_row(
            say("today.go-on-with", tool=tool_title(found.instrument)),
            note=say("today.started", name=name, when=format_day_and_time(found.started_at, actions.today())),
            icon=ft.Icons.EDIT_OUTLINED,
            on_tap=lambda: actions.resume_assessment(found.id),
        )

    return stack(
        heading(say("today.go-on")),
        *(begun_row(page, found) for page, found in begun),
        spacing=theme.LIST_GAP,
    )


def _household(page: HouseholdOverview, actions: AppController) -> ft.Control:
    """One household as one thing to tap, with a line for every child."""
    today_ = actions.today()
    children = page.children(today_)
    said = [
        f"{child.name}, {format_age(child, today_)}. {describe_last_heard(page, child.id, today_)}"
        for child in children
    ]
    said += [
        say("child.unwatched", name=first_name(child))
        for child in children
        if is_observation_due(page, child, today_)
    ]
    looks = stack(
        row(
            ft.Text(page.household.name, theme_style=theme.H2, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, size=26, color=ft.Colors.ON_SURFACE_VARIANT),
        ),
        *(_child(page, child, actions) for child in children),
        *([quiet(say("household.no-children"))] if not children else []),
        spacing=theme.CARD_GAP,
    )
    return tappable(
        ". ".join((page.household.name, *said)),
        looks,
        lambda: actions.open_screen("household", page.household.id),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        radius=theme.CARD_RADIUS,
        padding=(18, 16),
    )


def _child(page: HouseholdOverview, child: Person, actions: AppController) -> ft.Control:
    on = actions.today()
    return beside(
        avatar(child.name, size=44),
        ft.Text(child.name, theme_style=theme.LEAD),
        quiet(format_age(child, on)),
        last_heard_line(page, child.id, on),
        not_observed_line(child) if is_observation_due(page, child, on) else None,
        gap=12,
        spacing=1,
        top=False,
    )


def _empty_state(model: AppState, actions: AppController) -> ft.Control:
    """Nobody here yet: what to do about it, and invented people where one trains."""
    if model.busy:
        return busy_indicator(say("save.saving"))
    add = primary_button(
        say("action.add-household"), lambda: actions.open_screen("add-household"), icon=ft.Icons.ADD
    )
    learn = secondary_button(say("action.add-training"), actions.add_training_households)
    return empty_state(
        say("today.empty"),
        note=say("today.empty-note"),
        icon=ft.Icons.HOME_OUTLINED,
        action=ft.Column(
            tight=True,
            spacing=theme.LIST_GAP,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            controls=[add, *([learn] if model.training else [])],
        ),
    )


@ft.component
def recovery_notice(actions: AppController) -> ft.Control:
    """The line, or nothing."""
    day, show = use_state("")

    async def read() -> None:
        moment = None
        with suppress(Locked):  # locked since this was drawn: there is nobody to tell
            moment = await run_blocking(actions.session.recovered_elsewhere)
        if moment is not None:
            show(format_day(moment.astimezone().date(), actions.today(), near=False))

    async def put_away() -> None:
        await run_blocking(actions.session.dismiss_recovery_notice)
        show("")

    ft.use_effect(read, [])
    if not day:
        return ft.Container(visible=False)
    return banner(
        say("today.recovered", day=day),
        tone="help",
        action=quiet_button(say("today.recovered-seen"), put_away),
    )
