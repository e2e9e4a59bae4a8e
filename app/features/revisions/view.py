"""What was written of a person or an event before it was changed: newest first, only what differs.

This room compares each revision with the one that took its place, in the words of their own pages. A
child who was unborn shows all that was known before the birth. What somebody asked to be kept from
another has its mark here too. It shows; nothing is changed or taken back here.

    earlier(model, actions)
    *earlier_row(page, person.id, actions)     # the way in, where something was changed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import flet as ft

from app.core.cases.case_service import Earlier, EarlierFound, HouseholdPage
from app.core.controller import Actions, Model
from app.features.shared.page import calm_page, page_of, use_drawn, use_scroll, working
from app.features.shared.text.chronology import sure_day
from app.features.shared.text.days import moment_words
from app.features.shared.text.incident import WORDS, names_in, there_words
from app.features.shared.text.person import about_rows, marks_words
from app.features.shared.text.withheld import kept_badge, kept_words
from app.kit.controls.lists import AnswerRow, answer_list
from app.kit.controls.status import banner
from app.kit.controls.text import quiet
from app.kit.messages import knows, say
from assessments.casework.casework_records import Event
from assessments.casework.records import Person, Record
from assessments.errors import NotFound

_NOT_READ: EarlierFound | None = None


@dataclass(frozen=True, slots=True, repr=False)
class _Version:
    """One revision as it is shown."""

    title: str
    rows: list[AnswerRow]


@ft.component
@calm_page
def earlier(model: Model, actions: Actions) -> ft.View:
    """Show what stood in one record before."""
    page, now = _about(model)
    found, show = use_drawn(_NOT_READ)
    scroll = use_scroll(actions)

    async def read() -> None:
        show(await actions.people_commands.read_revisions(page))

    ft.use_effect(read, [])
    return page_of(
        model,
        actions,
        say("earlier.title"),
        [
            kept_badge(page, now.id, "all" if isinstance(now, Person) else None),
            *(
                _shown(page, now, found, actions.today())
                if found is not None
                else [working(say("earlier.reading"))]
            ),
        ],
        caption=page.household.name,
        subtitle=now.name if isinstance(now, Person) else _when(now, actions.today()),
        scroll=scroll,
    )


def _about(model: Model) -> tuple[HouseholdPage, Person | Event]:
    for page in model.households:
        records: tuple[Person | Event, ...] = (*page.persons, *page.records_of(Event))
        for record in records:
            if record.id == model.screen.target:
                return page, record
    raise NotFound


def _shown(page: HouseholdPage, now: Person | Event, found: EarlierFound, on: date) -> list[ft.Control]:
    own = sorted((one for one in found if one.record.id == now.id), key=lambda one: one.rev)
    versions = _versions(page, own, now, on)
    lost = any(one.id == now.id for one in found.unreadable)
    return [
        *([banner(say("earlier.unreadable"), tone="help")] if lost else []),
        *([quiet(say("earlier.lead" if versions else "earlier.same"))] if versions or not lost else []),
        *(answer_list(one.title, one.rows, on_change=None) for one in reversed(versions)),
    ]


def _versions(page: HouseholdPage, own: Sequence[Earlier], now: Record, on: date) -> list[_Version]:
    """The revisions that said something else than the next one, in their order."""
    shown = []
    for one, after in zip(own, [*(each.record for each in own), now][1:], strict=True):
        until = (
            say("earlier.until", when=moment_words(one.changed_at, on))
            if one.changed_at is not None
            else say("earlier.until-unknown")
        )
        if _is_birth(one.record, after):
            known = [row for row in _rows(page, one.record, on) if row.answer]
            shown.append(_Version(say("earlier.birth", until=until), known))
        elif rows := _differing(_rows(page, one.record, on), _rows(page, after, on)):
            shown.append(_Version(until, rows))
    return shown


def _is_birth(before: Record, after: Record) -> bool:
    return (
        isinstance(before, Person)
        and isinstance(after, Person)
        and before.due is not None
        and before.born is None
        and after.born is not None
    )


def _differing(before: list[AnswerRow], after: list[AnswerRow]) -> list[AnswerRow]:
    """The rows of before that say something else now; a part that was empty is shown as empty."""
    was, is_now = ({row.target: row for row in rows} for rows in (before, after))
    places = dict.fromkeys([*was, *is_now])
    blank = {place: AnswerRow(row.question, "", place, row.note) for place, row in is_now.items()}
    shown = [was.get(place) or blank[place] for place in places]
    return [row for row in shown if row.answer != (is_now[row.target].answer if row.target in is_now else "")]


def _rows(page: HouseholdPage, record: Record, on: date) -> list[AnswerRow]:
    """A record in words, one row for each part."""
    match record:
        case Person():
            name = AnswerRow(
                say("add.person-name"), record.name, "name", kept_words(page, record.id, "names")
            )
            marks = AnswerRow(say("person.marks"), marks_words(record), "marks")
            return [name, *about_rows(page, record, on), marks]
        case Event():
            return _event_rows(page, record, on)
    return []


def _event_rows(page: HouseholdPage, event: Event, on: date) -> list[AnswerRow]:
    severity = say(f"severity.{event.severity}") if event.severity else say("severity.unknown")
    parts = {
        "when": _when(event, on),
        "severity": severity,
        **{name: getattr(event, own) for name, (own, _) in WORDS.items()},
        "by": names_in(page, event.by_ids),
        "to": names_in(page, event.to_ids),
        "tactics": ". ".join(say(f"tactic.{code}") for code in event.tactics if knows(f"tactic.{code}")),
    }
    return [
        *(AnswerRow(say(f"event.{name}"), words, name) for name, words in parts.items()),
        *(
            AnswerRow(say("event.child", name=name), there_words(child), child.id)
            for child in event.children
            if (name := names_in(page, (child.id,)))
        ),
    ]


def _when(event: Event, on: date) -> str:
    day = sure_day(event.on, event.precision, on)
    return say("day.at", day=day, at=event.time) if event.time else day
