"""Page: one contact: every child to account for, here or not; none can be left off it."""

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import ChildAccount, closure_of, find_contact, is_finished, roster
from app.core.controller import AppController, AppState
from app.features.shared.child_status_marks import child_status_badge, describe_child_status
from app.features.shared.page import build_page, guarded_page, side_by_side
from app.features.shared.text.days import format_age, format_day, format_day_and_time
from app.features.visits.child_observation_draft import observation_draft_key, observation_target
from app.kit import theme
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import avatar_row, chevron
from app.kit.controls.keyed import stack
from app.kit.controls.status import banner
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import VisitClosure
from assessments.casework.records import Contact


@guarded_page
def contact_page(model: AppState, actions: AppController) -> ft.View:
    """Show every child of this contact."""
    page, here = find_contact(model.households, model.screen.target)
    rows = roster(page, model.households, here)
    done = is_finished(page, rows, here.id)
    day = format_day(here.on, actions.today())
    return build_page(
        model,
        actions,
        say("contact.title"),
        [
            _visit_status_banner(rows, closure_of(page, here.id), actions, done=done),
            side_by_side([_child(page, here, row, actions) for row in rows]) if rows else None,
        ],
        subtitle=say("contact.of", household=page.household.name, day=day),
        action=None
        if done
        else primary_button(say("contact.finish"), lambda: actions.open_screen("leave", here.id)),
        saved=quiet(say("contact.kept")),
    )


def _visit_status_banner(
    rows: tuple[ChildAccount, ...], ended: VisitClosure | None, actions: AppController, *, done: bool
) -> ft.Control:
    """How far it is, or that it is finished and what a change does now."""
    if not rows:
        return banner(say("household.no-children"))
    if done and ended is not None:
        when = format_day_and_time(ended.at, actions.today())
        return banner(say("contact.finished", when=when), icon=ft.Icons.LOCK_OUTLINED)
    n = sum(1 for row in rows if not row.standing.is_unaccounted)
    if ended is not None:
        return banner(say("contact.open-again"), tone="help")
    return banner(say("contact.so-far", n=n, of=len(rows)), tone="calm" if n == len(rows) else "help")


def _child(page: HouseholdOverview, here: Contact, row: ChildAccount, actions: AppController) -> ft.Control:
    """One child as one thing to tap, with a mark that fills it."""
    child, about = row.child, observation_target(here.id, row.child.id)
    lines = [format_age(child, here.on)]
    if not child.lives_here or row.listed_because != "home":
        lines.append(
            say(
                f"contact.through.{row.listed_because}"
                if row.listed_because != "home"
                else "contact.elsewhere"
            )
        )
    if actions.autosave.screen_drafts.get(observation_draft_key(about)) is not None:
        lines.append(say("contact.half"))
    ended = closure_of(page, here.id)
    why = ended.silent.get(child.id, "") if ended is not None else ""
    looks = stack(
        avatar_row(
            child.name,
            ft.Text(child.name, theme_style=theme.H2),
            *(quiet(line) for line in lines if line),
            end=chevron(),
        ),
        child_status_badge(row.standing, why),
        spacing=12,
    )
    return tappable(
        ". ".join((child.name, *(line for line in lines if line), describe_child_status(row.standing, why))),
        looks,
        lambda: actions.open_screen("seen", about),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        radius=theme.CARD_RADIUS,
        padding=(16, 16),
        identifier=f"child-{child.id}",
    )
