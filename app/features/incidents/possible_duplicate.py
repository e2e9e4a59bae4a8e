"""Cards that ask "Is this the same event?", and what was decided beside each record.

Yes and No are saved as links between the two records, which stay as they are; "Not now" is saved nowhere. A
form that is open is told at once, because it counts incidents. The hints are those of
`assessments.casework.matching.incidents`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.shared.badges import withheld_badge
from app.features.shared.duplicate_hints import duplicate_decision_buttons
from app.features.shared.text.days import format_day
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card
from app.kit.controls.text import heading, quiet, text
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.casework_records import Incident, RecordLink
from assessments.casework.matching.incidents import find_possible_duplicate_incidents
from assessments.casework.record_links import find_links_of

IncidentPair = tuple[Incident, Incident]
_NONE: frozenset[str] = frozenset()


def duplicate_incident_cards(
    model: AppState, actions: AppController, page: HouseholdOverview
) -> list[ft.Control | None]:
    """A card for each pair, one of them in this household, that may be one event."""
    return [_cards(model, actions, page)]


@ft.component
def _cards(model: AppState, actions: AppController, page: HouseholdOverview) -> ft.Control:
    later, put_off = use_state(_NONE)

    def find() -> tuple[IncidentPair, ...]:
        events = [event for there in model.households for event in there.records_of(Incident)]
        links = [link for there in model.households for link in there.records_of(RecordLink)]
        own = page.household.id
        days = {event.on for event in page.records_of(Incident)}
        near = [event for event in events if event.on in days]
        return tuple(
            pair
            for pair in find_possible_duplicate_incidents(near, links)
            if own in (pair[0].household_id, pair[1].household_id)
        )

    found: tuple[IncidentPair, ...] = ft.use_memo(find, [model.households, page])
    asked = [pair for pair in found if _pair_key(pair) not in later]
    return ft.Column(
        tight=True,
        visible=bool(asked),
        spacing=theme.CARD_GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[_card(model, actions, pair, partial(put_off, later | {_pair_key(pair)})) for pair in asked],
    )


def _pair_key(pair: IncidentPair) -> str:
    return f"{pair[0].id} {pair[1].id}"


def _card(
    model: AppState, actions: AppController, pair: IncidentPair, put_off: Callable[[], None]
) -> ft.Control:
    pages = [model.household(event.household_id) for event in pair]

    async def decide(kind: Literal["same-event", "not-same"]) -> None:
        if pages[0] is not None and pages[1] is not None:
            decided = actions.people_commands.make_link(kind, pages[0], pair[0].id, pages[1], pair[1].id)
            await actions.save_records(pages[0].household.id, [decided])

    day = format_day(pair[0].on, actions.today())
    return card(
        heading(say("twice.title")),
        quiet(day[:1].upper() + day[1:]),
        *(
            part
            for event, page in zip(pair, pages, strict=True)
            for part in (
                text(event.what),
                quiet(say("entry.source", source=event.source)),
                withheld_badge(page, event.id) if page is not None else None,
            )
        ),
        *duplicate_decision_buttons(
            say("twice.yes"), partial(decide, "same-event"), partial(decide, "not-same"), put_off
        ),
        spacing=8,
    )


def duplicate_decision_lines(model: AppState, event: Incident, actions: AppController) -> list[ft.Control]:
    """What somebody decided about this record and another, each with a way to take it back."""
    lines: list[ft.Control] = []
    for page in model.households:
        for link, other_id in find_links_of(page.records_of(RecordLink), event.id):
            other = _find_incident(model, other_id)
            if other is not None:
                words = say(f"twice.{link.kind}", source=other.source)
                named = f"{say('link.undo')}: {words}"
                undo = quiet_button(
                    say("link.undo"), partial(_undo, actions, link), icon=ft.Icons.UNDO, name=named
                )
                lines.append(ft.Row(wrap=True, controls=[quiet(words), undo]))
    return lines


async def _undo(actions: AppController, link: RecordLink) -> None:
    await actions.save_records(link.household_id, [actions.people_commands.make_undone_link(link)])


def _find_incident(model: AppState, event_id: str) -> Incident | None:
    return next(
        (one for page in model.households for one in page.records_of(Incident) if one.id == event_id), None
    )
