"""One line of a chronology: a day, what it was, and where it is known from.

This room shows a record as it was written and judges nothing. Every line says its source; a child has a
line of their own, with where they were.

    entry_card(entry, page, model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.cases.visit_queries import ended_of
from app.core.controller import Actions, Model
from app.features.incidents.possible_duplicate import told_lines
from app.features.shared.text.chronology import sure_day
from app.features.shared.text.incident import names_in, there_words
from app.features.shared.text.people import tool_title
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card
from app.kit.controls.text import quiet, text
from app.kit.messages import knows, say
from assessments.casework.casework_records import ChildThere, Event, Milestone, Seen
from assessments.casework.records import Contact
from assessments.casework.timeline import Entry, Graded
from assessments.casework.visits.accounting import current
from assessments.definitions import catalogue
from assessments.errors import WrenError

_ICONS = {
    "event": ft.Icons.CIRCLE,
    "milestone": ft.Icons.FLAG_OUTLINED,
    "contact": ft.Icons.DOOR_FRONT_DOOR_OUTLINED,
    "tool": ft.Icons.FACT_CHECK_OUTLINED,
}


def entry_card(entry: Entry, model: Model, actions: Actions, *, home: bool = False) -> ft.Control:
    """One line. `home` names the household that it is filed in."""
    page = model.household(entry.household_id)
    record = entry.record
    precision = record.precision if isinstance(record, Event | Milestone) else "exact"
    day = sure_day(entry.on, precision, actions.today())
    if isinstance(record, Event) and record.time:
        day = say("day.at", day=day, at=record.time)
    where = page.household.name if home and page is not None else ""
    return card(
        ft.Row(
            spacing=10,
            controls=[
                ft.Icon(_ICONS[entry.kind], size=18, color=ft.Colors.PRIMARY),
                ft.Container(expand=True, content=text(day[:1].upper() + day[1:], strong=True)),
                quiet(say(f"entry.{entry.kind}")),
            ],
        ),
        quiet(say("chronology.at-home", household=where)) if where else None,
        *_lines(entry, page, model, actions),
        spacing=8,
    )


def _lines(entry: Entry, page: HouseholdPage | None, model: Model, actions: Actions) -> list[ft.Control]:
    match entry.record:
        case Event() as event:
            return _event(event, page, model, actions)
        case Milestone() as milestone:
            whose = names_in(page, (milestone.person_id,))
            words = say(f"milestone.{milestone.kind}")
            return [
                text(say("label.age", name=words, age=whose) if whose else words),
                *([text(milestone.words)] if milestone.words else []),
                quiet(say("entry.own-source")),
            ]
        case Contact() as contact:
            kind = contact.kind.replace("-", " ")
            return [
                text(kind[:1].upper() + kind[1:]),
                *(_met(page, contact) if page else []),
                quiet(say("entry.source", source=say(f"role.{contact.role}"))),
            ]
        case Graded() as tool:
            return _tool(tool, page)


def _met(page: HouseholdPage, contact: Contact) -> list[ft.Control]:
    """How a contact ended where it was no plain visit, and how each child was met, each on a line."""
    ended = ended_of(page, contact.id)
    lines: list[ft.Control] = []
    if ended is not None and ended.outcome not in ("", "met"):
        lines.append(text(say(f"outcome.{ended.outcome}")))
    for child_id, seen in current(page.records_of(Seen), contact.id).items():
        name = names_in(page, (child_id,))
        if seen.how and name:
            lines.append(quiet(say("entry.child", name=name, words=say(f"seen.how.{seen.how}"))))
    return lines


def _event(event: Event, page: HouseholdPage | None, model: Model, actions: Actions) -> list[ft.Control]:
    severity = say(f"severity.{event.severity}") if event.severity else say("severity.unknown")
    by, to = names_in(page, event.by_ids), names_in(page, event.to_ids)
    lines: list[ft.Control] = [text(event.what), quiet(severity)]
    lines += [quiet(say(f"tactic.{code}")) for code in event.tactics if knows(f"tactic.{code}")]
    lines += [quiet(say("entry.by", names=by))] if by else []
    lines += [quiet(say("entry.to", names=to))] if to else []
    lines += [quiet(_child(child, page)) for child in event.children if names_in(page, (child.id,))]
    told = (
        ("entry.threat", event.threat),
        ("entry.injury", event.injury),
        ("entry.police", event.police_ref),
        ("entry.outcome", event.outcome),
    )
    lines += [quiet(say(code, words=words)) for code, words in told if words]
    lines.append(quiet(say("entry.source", source=event.source)))
    lines += told_lines(model, event, actions)
    change = quiet_button(
        say("action.change"),
        lambda: actions.open_screen("event", event.id),
        name=say("entry.change", what=event.what[:60]),
    )
    return [*lines, ft.Row(controls=[change])]


def _child(child: ChildThere, page: HouseholdPage | None) -> str:
    return say("entry.child", name=names_in(page, (child.id,)), words=there_words(child))


def _tool(tool: Graded, page: HouseholdPage | None) -> list[ft.Control]:
    lines: list[ft.Control] = [text(tool_title(tool.tool))]
    whose = names_in(page, (tool.subject_id,))
    if whose:
        lines.append(quiet(whose))
    if tool.grade:
        lines.append(text(say("entry.grade", grade=grade_words(tool.tool, tool.grade, tool.provisional))))
    return [*lines, quiet(say("entry.own-source"))]


def grade_words(tool: str, grade: str, provisional: bool) -> str:
    """A grade as its tool says it, with "for now" where the history was not looked at."""
    try:
        words = dict(catalogue.load(tool).grades).get(grade, grade)
    except WrenError:  # the tool is not here any more: its code still says something
        words = grade
    return say("grade.for-now", grade=words) if provisional else words
