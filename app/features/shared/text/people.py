"""A person in short lines: first name, family, and what has been heard or seen so far. Each line is made from
that person's own records alone, so that nothing of one child stands under another.
"""

from datetime import date

from app.core.cases.case_service import AssessmentSummary
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import count_visits_of_child
from app.core.controller import AppState
from app.core.state import FIRST_AUTHOR
from app.features.shared.text.days import format_day
from app.kit.controls.lists import TaskStatus
from app.kit.messages import has_message, say
from assessments.casework import kinship
from assessments.casework.records import COMPLETED_STATUSES, Person
from assessments.casework.visits.statistics import ChildCounts
from assessments.definitions import catalogue
from assessments.errors import NotFound, WrenError


def first_name(person: Person) -> str:
    """Return what a person is called within a sentence."""
    return person.name.split()[0] if person.name.split() else person.name


def find_household(model: AppState, household_id: str) -> HouseholdOverview:
    """Find a household. Raises NotFound."""
    page = model.household(household_id)
    if page is None:
        raise NotFound
    return page


def find_person(model: AppState, person_id: str) -> tuple[HouseholdOverview, Person]:
    """Find a person with the overview of their household. Raises NotFound."""
    page = model.household_of(person_id)
    if page is None:
        raise NotFound
    return page, next(found for found in page.persons if found.id == person_id)


def describe_last_heard(page: HouseholdOverview, person_id: str, today: date) -> str:
    """Say in one line what has been heard or seen of a child so far; never empty."""
    found = counts_of_child(page, person_id, today)
    days = (("child.heard", found.last_heard_on), ("child.observed", found.last_observed_on))
    lines = [say(code, day=_on_day(day, today)) for code, day in days if day is not None]
    if not lines and found.last_seen_on is not None:
        return say("child.seen-only", day=_on_day(found.last_seen_on, today))
    if not lines and any(own.status == "in-progress" for own in page.assessments_of(person_id)):
        return say("task.in-progress")
    if len(lines) == 2:
        return say("label.and-so-on", one=lines[0], other=lines[1])
    return lines[0] if lines else say("child.not-yet")


def counts_of_child(page: HouseholdOverview, person_id: str, today: date) -> ChildCounts:
    """Count the visits, and the last days, of one child of a household."""
    child = next(person for person in page.persons if person.id == person_id)
    return count_visits_of_child(page, child, today)


def visit_day(page: HouseholdOverview, found: AssessmentSummary) -> date:
    """Return the day of the visit that an assessment belongs to, else that of the assessment itself."""
    on = next((contact.on for contact in page.contacts if contact.id == found.contact_id), None)
    return on or (found.completed_at or found.started_at).astimezone().date()


def tool_title(tool: str) -> str:
    """Return the title of a tool; its id when this version does not have the tool."""
    try:
        return catalogue.load_tool(tool).title
    except WrenError:
        return tool


def task_status(found: AssessmentSummary) -> TaskStatus:
    """Return the status of an assessment for a task list."""
    if found.status in (*COMPLETED_STATUSES, "entered-in-error"):
        return "completed"
    return "in-progress" if found.status == "in-progress" else "incomplete"


def describe_family(page: HouseholdOverview, person: Person, on: date) -> str:
    """Describe a family: of a child who they have ("Mother Siân"), of an adult whose they are."""
    names = {found.id: first_name(found) for found in page.persons}
    own: dict[str, list[str]] = {}
    has = []
    for tie in kinship.find_relationships_of(person.id, page.relationships):
        if tie.other_id not in names:
            continue
        if not tie.is_stored_direction and person.is_child(on) and has_message(f"kin.{tie.inverse_kind}"):
            has.append(say("kin.has", kind=relationship_label(tie.inverse_kind), name=names[tie.other_id]))
        elif tie.is_stored_direction or not person.is_child(on):
            own.setdefault(tie.kind, []).append(names[tie.other_id])
    own_words = [describe_relationship(kind, who) for kind, who in own.items()]
    roles = [relationship_label(role) for role in person.roles if has_message(f"kin.{role}")]
    return ". ".join([*has, *own_words] or roles)


def describe_relationship(kind: str, names: list[str]) -> str:
    """Say what somebody is to others: "Mother of Wren and Otis", "Lives with Gwen"."""
    if has_message(f"tie.{kind}"):
        return say(f"tie.{kind}", names=join_names(names))
    return say("kin.of", kind=relationship_label(kind), names=join_names(names))


def describe_relationship_both_ways(is_: str, has: str, own: str, other: str) -> str:
    """Describe a relationship from both sides: "Ifeoma: Mother of Otis", and "Otis: Child of Ifeoma"."""
    return say(
        "tie.both",
        one=own,
        one_words=describe_relationship(is_, [other]),
        other=other,
        other_words=describe_relationship(has, [own]),
    )


def names_by_id(page: HouseholdOverview) -> dict[str, str]:
    """Return everyone's full name by id."""
    return {person.id: person.name for person in page.persons}


def describe_causes_concern(person: Person) -> str:
    """Say that an adult causes concern, which every practitioner must know; else ""."""
    return say("person.causes-concern") if "causes-concern" in person.roles else ""


def relationship_label(kind: str) -> str:
    """Return a kind of relationship as it is written by itself: "Ex-partner"."""
    return say(f"kin.{kind}") if has_message(f"kin.{kind}") else kind[:1].upper() + kind[1:]


def _on_day(day: date, today: date) -> str:
    words = format_day(day, today)
    return words if (today - day).days in (0, 1) else say("day.on", day=words)


def join_names(names: list[str]) -> str:
    """Join names as a sentence does: "Wren", "Wren and Otis"."""
    if len(names) == 1:
        return names[0]
    return say("label.list-end", first=", ".join(names[:-1]), last=names[-1])


def author_display_name(author: str) -> str:
    """Return the name of an author; the first one of a device was never asked for it."""
    return say("unlock.first") if author == FIRST_AUTHOR else author
