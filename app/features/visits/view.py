"""Who was seen in a contact: every child the family has, here or not, each with how they stand.

This room shows and leads on; it writes nothing. No child can be left off it, and the one with nothing
stands out. Finishing asks about the silent ones first (`leave`).

    contact(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.cases.visit_queries import Row, ended_of, find_contact, is_finished, roster
from app.core.controller import Actions, Model
from app.features.shared.page import calm_page, page_of, side_by_side
from app.features.shared.text.child_status import state_mark, state_words
from app.features.shared.text.days import age_words, day_words, moment_words
from app.features.visits.child_observation_draft import about_of, held_as
from app.kit import theme
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import beside_face, onward
from app.kit.controls.status import banner
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import Ended
from assessments.casework.records import Contact


@ft.component
@calm_page
def contact(model: Model, actions: Actions) -> ft.View:
    """Show every child of this contact."""
    page, here = find_contact(model.households, model.screen.target)
    rows = roster(page, model.households, here)
    done = is_finished(page, rows, here.id)
    day = day_words(here.on, actions.today())
    return page_of(
        model,
        actions,
        say("contact.title"),
        [
            _standing(rows, ended_of(page, here.id), actions, done=done),
            side_by_side([_child(page, here, row, actions) for row in rows]) if rows else None,
        ],
        subtitle=say("contact.of", household=page.household.name, day=day),
        action=None
        if done
        else primary_button(say("contact.finish"), lambda: actions.open_screen("leave", here.id)),
        saved=quiet(say("contact.kept")),
    )


def _standing(rows: tuple[Row, ...], ended: Ended | None, actions: Actions, *, done: bool) -> ft.Control:
    """How far it is, or that it is finished and what a change does now."""
    if not rows:
        return banner(say("household.no-children"))
    if done and ended is not None:
        when = moment_words(ended.at, actions.today())
        return banner(say("contact.finished", when=when), icon=ft.Icons.LOCK_OUTLINED)
    n = sum(1 for row in rows if not row.standing.is_unaccounted)
    if ended is not None:
        return banner(say("contact.open-again"), tone="help")
    tone = "calm" if n == len(rows) else "help"
    return banner(say("contact.so-far", n=n, of=len(rows)), tone=tone)  # type: ignore[arg-type]  # one of the tones


def _child(page: HouseholdPage, here: Contact, row: Row, actions: Actions) -> ft.Control:
    """One child as one thing to tap, with a mark that fills it."""
    child, about = row.child, about_of(here.id, row.child.id)
    lines = [age_words(child, here.on)]
    if not child.lives_here or row.listed_because != "home":
        lines.append(
            say(
                f"contact.through.{row.listed_because}"
                if row.listed_because != "home"
                else "contact.elsewhere"
            )
        )
    if actions.screen_draft(held_as(about)) is not None:
        lines.append(say("contact.half"))
    ended = ended_of(page, here.id)
    why = ended.silent.get(child.id, "") if ended is not None else ""
    looks = ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            beside_face(
                child.name,
                ft.Text(child.name, theme_style=theme.H2),
                *(quiet(line) for line in lines if line),
                end=onward(),
            ),
            state_mark(row.standing, why),
        ],
    )
    return tappable(
        ". ".join((child.name, *(line for line in lines if line), state_words(row.standing, why))),
        looks,
        lambda: actions.open_screen("seen", about),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        radius=theme.CARD_RADIUS,
        padding=(16, 16),
        identifier=f"child-{child.id}",
    )
