"""Page: what was written of a person or an incident before it was changed: newest first, only what differs.

What is withheld from somebody has its mark here too.
"""

from collections.abc import Sequence
from datetime import date

import flet as ft

from app.core.cases.case_service import Revision, RevisionsResult
from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.shared.badges import withheld_badge
from app.features.shared.incident_fields import INCIDENT_TEXT_FIELDS
from app.features.shared.page import build_page, busy_indicator, guarded_page, use_scroll
from app.features.shared.text.chronology import format_day_with_precision
from app.features.shared.text.days import format_day_and_time
from app.features.shared.text.incident import describe_child_presence, first_names_of
from app.features.shared.text.person_details import (
    describe_concern_roles,
    describe_withheld_from,
    person_rows,
)
from app.kit.controls.lists import AnswerListRow, answer_list
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.hooks import use_state
from app.kit.messages import has_message, say
from assessments.casework.casework_records import Incident
from assessments.casework.records import Person, Record
from assessments.errors import NotFound

_NOT_READ: RevisionsResult | None = None


# A revision as it is shown: its title, and a row for each part.
ShownRevision = tuple[str, list[AnswerListRow]]


@guarded_page
def revisions_page(model: AppState, actions: AppController) -> ft.View:
    """Show what stood in one record before."""
    page, now = _find_target(model)
    found, show = use_state(_NOT_READ)
    scroll = use_scroll(actions)

    async def read() -> None:
        show(await actions.people_commands.read_revisions(page))

    ft.use_effect(read, [])
    return build_page(
        model,
        actions,
        say("earlier.title"),
        [
            withheld_badge(page, now.id, "all" if isinstance(now, Person) else None),
            *(
                _revision_lists(page, now, found, actions.today())
                if found is not None
                else [busy_indicator(say("earlier.reading"))]
            ),
        ],
        caption=page.household.name,
        subtitle=now.name if isinstance(now, Person) else _when(now, actions.today()),
        scroll=scroll,
    )


def _find_target(model: AppState) -> tuple[HouseholdOverview, Person | Incident]:
    for page in model.households:
        records: tuple[Person | Incident, ...] = (*page.persons, *page.records_of(Incident))
        for record in records:
            if record.id == model.screen.target:
                return page, record
    raise NotFound


def _revision_lists(
    page: HouseholdOverview, now: Person | Incident, found: RevisionsResult, on: date
) -> list[ft.Control]:
    own = sorted((one for one in found if one.record.id == now.id), key=lambda one: one.rev)
    versions = _revisions_with_changes(page, own, now, on)
    lost = any(one.id == now.id for one in found.unreadable)
    return [
        *([banner(say("earlier.unreadable"), tone="help")] if lost else []),
        *([quiet(say("earlier.lead" if versions else "earlier.same"))] if versions or not lost else []),
        *(answer_list(title, rows, on_change=None) for title, rows in reversed(versions)),
    ]


def _revisions_with_changes(
    page: HouseholdOverview, own: Sequence[Revision], now: Record, on: date
) -> list[ShownRevision]:
    """The revisions that said something else than the next one, in their order."""
    shown: list[ShownRevision] = []
    for one, after in zip(own, [*(each.record for each in own), now][1:], strict=True):
        until = (
            say("earlier.until", when=format_day_and_time(one.changed_at, on))
            if one.changed_at is not None
            else say("earlier.until-unknown")
        )
        if _is_birth(one.record, after):
            known = [row for row in _rows(page, one.record, on) if row.answer]
            shown.append((say("earlier.birth", until=until), known))
        elif rows := _changed_rows(_rows(page, one.record, on), _rows(page, after, on)):
            shown.append((until, rows))
    return shown


def _is_birth(before: Record, after: Record) -> bool:
    return (
        isinstance(before, Person)
        and isinstance(after, Person)
        and before.due is not None
        and before.born is None
        and after.born is not None
    )


def _changed_rows(before: list[AnswerListRow], after: list[AnswerListRow]) -> list[AnswerListRow]:
    """The rows of before that say something else now; a part that was empty is shown as empty."""
    was, is_now = ({row.target: row for row in rows} for rows in (before, after))
    places = dict.fromkeys([*was, *is_now])
    blank = {place: AnswerListRow(row.question, "", place, row.note) for place, row in is_now.items()}
    shown = [was.get(place) or blank[place] for place in places]
    return [row for row in shown if row.answer != (is_now[row.target].answer if row.target in is_now else "")]


def _rows(page: HouseholdOverview, record: Record, on: date) -> list[AnswerListRow]:
    """A record in words, one row for each part."""
    match record:
        case Person():
            name = AnswerListRow(
                say("add.person-name"), record.name, "name", describe_withheld_from(page, record.id, "names")
            )
            marks = AnswerListRow(say("person.marks"), describe_concern_roles(record), "marks")
            return [name, *person_rows(page, record, on), marks]
        case Incident():
            return _event_rows(page, record, on)
    return []


def _event_rows(page: HouseholdOverview, event: Incident, on: date) -> list[AnswerListRow]:
    severity = say(f"severity.{event.severity}") if event.severity else say("severity.unknown")
    parts = {
        "when": _when(event, on),
        "severity": severity,
        **{name: getattr(event, own) for name, (own, _) in INCIDENT_TEXT_FIELDS.items()},
        "by": first_names_of(page, event.by_ids),
        "to": first_names_of(page, event.to_ids),
        "tactics": ". ".join(
            say(f"tactic.{code}") for code in event.tactics if has_message(f"tactic.{code}")
        ),
    }
    return [
        *(AnswerListRow(say(f"event.{name}"), words, name) for name, words in parts.items()),
        *(
            AnswerListRow(say("event.child", name=name), describe_child_presence(child), child.id)
            for child in event.children
            if (name := first_names_of(page, (child.id,)))
        ),
    ]


def _when(event: Incident, on: date) -> str:
    day = format_day_with_precision(event.on, event.precision, on)
    return say("day.at", day=day, at=event.time) if event.time else day
