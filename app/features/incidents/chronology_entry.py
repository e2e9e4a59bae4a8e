"""One entry of a chronology: a day, what it was, and the source, as it was written; a line for each child."""

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import closure_of
from app.core.controller import AppController, AppState
from app.features.incidents.possible_duplicate import duplicate_decision_lines
from app.features.shared.text.chronology import format_day_with_precision
from app.features.shared.text.incident import describe_child_presence, first_names_of
from app.features.shared.text.people import tool_title
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card
from app.kit.controls.text import quiet, text
from app.kit.messages import has_message, say
from assessments.casework.casework_records import ChildObservation, Incident, KeyDate
from assessments.casework.records import Contact
from assessments.casework.timeline import ChronologyEntry, GradedAssessment
from assessments.casework.visits.accounting import find_current_observations
from assessments.definitions import catalogue
from assessments.errors import WrenError

_ICONS = {
    "event": ft.Icons.CIRCLE,
    "milestone": ft.Icons.FLAG_OUTLINED,
    "contact": ft.Icons.DOOR_FRONT_DOOR_OUTLINED,
    "tool": ft.Icons.FACT_CHECK_OUTLINED,
}


def chronology_entry_card(
    entry: ChronologyEntry, model: AppState, actions: AppController, *, home: bool = False
) -> ft.Control:
    """One line. `home` names the household that it is filed in."""
    page = model.household(entry.household_id)
    record = entry.record
    precision = record.precision if isinstance(record, Incident | KeyDate) else "exact"
    day = format_day_with_precision(entry.on, precision, actions.today())
    if isinstance(record, Incident) and record.time:
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


def _lines(
    entry: ChronologyEntry, page: HouseholdOverview | None, model: AppState, actions: AppController
) -> list[ft.Control]:
    match entry.record:
        case Incident() as event:
            return _incident_lines(event, page, model, actions)
        case KeyDate() as milestone:
            whose = first_names_of(page, (milestone.person_id,))
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
                *(_how_children_were_met(page, contact) if page else []),
                quiet(say("entry.source", source=say(f"role.{contact.role}"))),
            ]
        case GradedAssessment() as tool:
            return _assessment_lines(tool, page)


def _how_children_were_met(page: HouseholdOverview, contact: Contact) -> list[ft.Control]:
    """How a contact ended where it was no plain visit, and how each child was met, each on a line."""
    ended = closure_of(page, contact.id)
    lines: list[ft.Control] = []
    if ended is not None and ended.outcome not in ("", "met"):
        lines.append(text(say(f"outcome.{ended.outcome}")))
    for child_id, seen in find_current_observations(page.records_of(ChildObservation), contact.id).items():
        name = first_names_of(page, (child_id,))
        if seen.how and name:
            lines.append(quiet(say("entry.child", name=name, words=say(f"seen.how.{seen.how}"))))
    return lines


def _incident_lines(
    event: Incident, page: HouseholdOverview | None, model: AppState, actions: AppController
) -> list[ft.Control]:
    by, to = first_names_of(page, event.by_ids), first_names_of(page, event.to_ids)
    words = [say(f"severity.{event.severity}") if event.severity else say("severity.unknown")]
    words += [say(f"tactic.{code}") for code in event.tactics if has_message(f"tactic.{code}")]
    words += [say("entry.by", names=by)] if by else []
    words += [say("entry.to", names=to)] if to else []
    for child in event.children:
        if name := first_names_of(page, (child.id,)):
            words.append(say("entry.child", name=name, words=describe_child_presence(child)))
    told = (
        ("entry.threat", event.threat),
        ("entry.injury", event.injury),
        ("entry.police", event.police_ref),
        ("entry.outcome", event.outcome),
    )
    words += [say(code, words=said) for code, said in told if said]
    words.append(say("entry.source", source=event.source))
    change = quiet_button(
        say("action.change"),
        lambda: actions.open_screen("event", event.id),
        name=say("entry.change", what=event.what[:60]),
    )
    decided = duplicate_decision_lines(model, event, actions)
    return [text(event.what), *map(quiet, words), *decided, ft.Row(controls=[change])]


def _assessment_lines(tool: GradedAssessment, page: HouseholdOverview | None) -> list[ft.Control]:
    lines: list[ft.Control] = [text(tool_title(tool.tool))]
    whose = first_names_of(page, (tool.subject_id,))
    if whose:
        lines.append(quiet(whose))
    if tool.grade:
        lines.append(text(say("entry.grade", grade=format_grade(tool.tool, tool.grade, tool.provisional))))
    return [*lines, quiet(say("entry.own-source"))]


def format_grade(tool: str, grade: str, provisional: bool) -> str:
    """A grade as its tool says it, with "for now" where the history was not looked at."""
    try:
        words = dict(catalogue.load_tool(tool).grades).get(grade, grade)
    except WrenError:  # the tool is not here any more: its code still says something
        words = grade
    return say("grade.for-now", grade=words) if provisional else words
