"""How a child stands in a contact, as text.

describe_child_status(row.standing)      # "Observed. Still to add: where"
"""

from __future__ import annotations

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.days import format_day
from app.features.shared.text.people import first_name
from app.kit.messages import say
from assessments.casework.casework_records import FollowUp
from assessments.casework.visits.accounting import ChildStanding, MissingDetail


def describe_child_status(standing: ChildStanding, why: str = "") -> str:
    """Say how a child stands; `why` is the code of the reason given at the finish, "" for none."""
    return ". ".join(part for part in status_and_detail(standing, why) if part)


def status_and_detail(standing: ChildStanding, why: str) -> tuple[str, str]:
    """Return the status, and the detail below it: the reason given, or what is to be added."""
    if standing.is_unaccounted and why:
        return say("seen.no-more"), say(f"why.{why}")
    return say(f"seen.how.{standing.state}") if standing.state else say("seen.nothing"), _describe_missing(
        standing
    )


def _describe_missing(standing: ChildStanding) -> str:
    wants: list[MissingDetail] = [want for want in standing.missing if want != "how"]
    if standing.needs_observation:
        wants.append("observation")
    parts = [say(f"seen.want.{want}") for want in wants]
    return say("seen.wants", what=", ".join(parts)) if parts else ""


def describe_follow_up(page: HouseholdOverview, task: FollowUp) -> str:
    """Say what is still to be done for a person, and by when."""
    person = next((one for one in page.persons if one.id == task.person_id), None)
    what = say(f"todo.{task.code}", name=first_name(person) if person else "")
    if task.due is None:
        return say("todo.no-day", what=what)
    return say("todo.by", what=what, day=format_day(task.due, task.due, near=False))
