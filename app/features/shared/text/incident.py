"""Incidents as text: "Saw it, heard it, in the kitchen"."""

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.people import first_name
from app.kit.messages import say
from assessments.casework.casework_records import ChildAtIncident


def describe_child_presence(child: ChildAtIncident) -> str:
    """Say where a child was during an incident, and what they saw or heard of it."""
    said = [*([say("there.saw")] if child.saw_it else []), *([say("there.heard")] if child.heard_it else [])]
    if not child.there:
        said.append(say("there.elsewhere"))
    elif not said:
        said.append(say("there.there"))
    if child.where:
        said.append(child.where)
    return ", ".join([said[0], *(part[:1].lower() + part[1:] for part in said[1:])])


def first_names_of(page: HouseholdOverview | None, ids: tuple[str, ...]) -> str:
    """List the first names of these people, in the order of their household."""
    persons = page.persons if page else ()
    return ", ".join(first_name(person) for person in persons if person.id in ids)
