"""Cards that ask "Is this the same event?", and what was decided beside each record, to take back."""

from functools import partial

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, find_record
from app.core.cases.record_changes import RecordEnd, SaveRecords, make_undone
from app.core.controller import AppController, AppState
from app.features.shared.badges import withheld_badge
from app.features.shared.duplicate_hints import DuplicateQuestion, use_duplicate_cards
from app.features.shared.text.days import format_day
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.casework_records import Incident, RecordLink, find_links_of
from assessments.casework.matching.incidents import find_possible_duplicate_incidents

IncidentPair = tuple[Incident, Incident]


@ft.component
def duplicate_incident_cards(model: AppState, actions: AppController, page: HouseholdOverview) -> ft.Control:
    """A card for each pair, one of them in this household, that may be one event."""

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
    questions = [_question(model, actions, pair) for pair in found]
    return use_duplicate_cards(actions, questions, actions.save_changes, spacing=theme.CARD_GAP)


def _question(model: AppState, actions: AppController, pair: IncidentPair) -> DuplicateQuestion:
    own, other = (RecordEnd(event.household_id, event.id) for event in pair)
    return DuplicateQuestion(
        own, other, say("twice.yes"), "same-event", lambda: _draw_pair(model, actions, pair)
    )


def _draw_pair(model: AppState, actions: AppController, pair: IncidentPair) -> list[ft.Control | None]:
    day = format_day(pair[0].on, actions.today())
    parts: list[ft.Control | None] = [heading(say("twice.title")), quiet(day[:1].upper() + day[1:])]
    for event in pair:
        page = model.household(event.household_id)
        source = quiet(say("entry.source", source=event.source))
        parts += [text(event.what), source, withheld_badge(page, event.id) if page is not None else None]
    return parts


def duplicate_decision_lines(model: AppState, event: Incident, actions: AppController) -> list[ft.Control]:
    """What somebody decided about this record and another, each with a way to take it back."""
    lines: list[ft.Control] = []
    for page in model.households:
        for link, other_id in find_links_of(page.records_of(RecordLink), event.id):
            found = find_record(model.households, Incident, other_id)
            if found is not None:
                words = say(f"twice.{link.kind}", source=found[1].source)
                named = f"{say('link.undo')}: {words}"
                undo = quiet_button(
                    say("link.undo"), partial(_undo, actions, link), icon=ft.Icons.UNDO, name=named
                )
                lines.append(ft.Row(wrap=True, controls=[quiet(words), undo]))
    return lines


async def _undo(actions: AppController, link: RecordLink) -> None:
    await actions.save_changes(SaveRecords((make_undone(link, actions.now()),)))
