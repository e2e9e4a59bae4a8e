"""Supplements that the answers call for: shown before completing, and started after it.

A tool that is about another person leads to the household instead of starting. Why a supplement is not
done can be written, and stands in the record either way.
"""

from __future__ import annotations

from collections.abc import Iterable

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.subject_header import subject_of
from app.kit.controls.cards import card, nav_row
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.records import Assessment, Person
from assessments.definitions import catalogue
from assessments.definitions.definition import Role
from assessments.engine.form import Form, SupplementDeferred
from assessments.engine.scoring import SupplementOffer


def offers_card(form: Form, model: AppState, actions: AppController) -> ft.Control | None:
    """Draw the supplements that the answers call for, with room to say why one is not done now."""
    offers = _for_role(form.result.offers, model.role)
    if not offers:
        return None
    return card(heading(say("offers.title")), *(_offer(offer, actions) for offer in offers))


def _offer(offer: SupplementOffer, actions: AppController) -> ft.Control:
    def typed(words: str) -> None:
        actions.autosave.queue_input(SupplementDeferred(offer.tool, words))

    title = catalogue.load_tool(offer.tool).title
    reason = text_field(
        say("offers.why-not", tool=title), value=offer.reason, on_change=typed, key=f"offer-{offer.tool}"
    )
    return keyed(
        f"offer-{offer.tool}",
        stack(
            text(title, strong=True),
            quiet(offer.because),
            quiet(say("offers.done")) if offer.state == "done" else reason,
            spacing=6,
        ),
    )


def offer_rows(done: Assessment, model: AppState, actions: AppController) -> list[ft.Control]:
    """List the tools to go on with after completing, each for the person it is about."""
    offers = [
        SupplementOffer(**offer)
        for offer in (done.result or {}).get("supplements", ())
        if offer["state"] == "offered" and offer["tool"] in catalogue.list_tool_ids()
    ]
    rows = [_row(offer, done, subject_of(model, done), actions) for offer in _for_role(offers, model.role)]
    return [heading(say("offers.next")), *rows] if rows else []


def _row(
    offer: SupplementOffer, done: Assessment, person: Person | None, actions: AppController
) -> ft.Control:
    tool = catalogue.load_tool(offer.tool)
    is_same = person is not None and (
        tool.subject == "either" or (tool.subject == "child") == person.is_child(actions.today())
    )

    async def go_on() -> None:
        if is_same:
            await actions.start_assessment(done.subject_id, tool.id)
        else:
            await actions.go_to_household(done.household_id)

    return nav_row(tool.title, note=offer.because, on_tap=go_on)


def _for_role(offers: Iterable[SupplementOffer], role: Role) -> list[SupplementOffer]:
    return [offer for offer in offers if role in catalogue.load_tool(offer.tool).roles]
