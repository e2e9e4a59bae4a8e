"""A new household as typed: its name and its people, what is wanting, and the records they become."""

from dataclasses import dataclass, field
from datetime import date

from app.core.drafts import Draft
from app.features.shared.parse_typed import parse_day
from app.kit.messages import say
from assessments.casework.ids import new_id
from assessments.casework.records import Household, Person

_LONGEST_NAME = 200


@dataclass(frozen=True, repr=False)
class NewPersonDraft(Draft):
    """One person of a new household. `born` is a due day where the role is "unborn"."""

    key: str = field(default_factory=new_id)
    name: str = ""
    role: str | None = None
    born: str = ""
    unknown: bool = False


@dataclass(frozen=True, repr=False)
class HouseholdDraft(Draft):
    """A new household: it begins with one person to fill in."""

    name: str = ""
    people: tuple[NewPersonDraft, ...] = (NewPersonDraft("1"),)


def validate_household(draft: HouseholdDraft, today: date) -> dict[str, str]:
    """Return what is still wanting, by the place on the page."""
    name = draft.name.strip()
    found = {} if name else {"name": say("add.problem.name")}
    if len(name) > _LONGEST_NAME:
        found["name"] = say("add.problem.long", n=_LONGEST_NAME)
    for n, one in enumerate(draft.people, start=1):
        if not one.name.strip():
            found[f"name-{one.key}"] = say("add.problem.person-name", n=n)
        elif len(one.name.strip()) > _LONGEST_NAME:
            found[f"name-{one.key}"] = say("add.problem.long", n=_LONGEST_NAME)
        if one.role is None:
            found[f"role-{one.key}"] = say("add.problem.role", n=n)
        day = parse_day(one.born)
        if not one.unknown and day is None:
            found[f"born-{one.key}"] = say("add.problem.born", n=n)
        elif not one.unknown and one.role != "unborn" and day is not None and day > today:
            found[f"born-{one.key}"] = say("add.problem.ahead", n=n)
    return found


def household_from_draft(draft: HouseholdDraft) -> tuple[Household, tuple[Person, ...]]:
    """Return the records of a draft without problems."""
    household = Household(id=new_id(), name=draft.name.strip())
    return household, tuple(_person(one, household.id) for one in draft.people)


def _person(one: NewPersonDraft, household_id: str) -> Person:
    day = None if one.unknown else parse_day(one.born)
    is_unborn = one.role == "unborn"
    return Person(
        id=new_id(),
        household_id=household_id,
        name=one.name.strip(),
        born=None if is_unborn else day,
        due=day if is_unborn else None,
        roles=(one.role or "other",),
    )
