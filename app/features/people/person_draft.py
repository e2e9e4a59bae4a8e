"""One person as typed: the draft of the page that adds or changes a person, its checks, and the record."""

from dataclasses import dataclass
from datetime import date

from app.core.drafts import Draft
from app.features.shared.parse_typed import parse_day, parse_whole_number
from app.kit.messages import say
from assessments.casework.ids import new_id
from assessments.casework.records import CONCERN_ROLES, Person

_OLDEST = 120
_LONGEST_NAME = 200
# What the record holds under the same name: those with spaces around it, and those as they came.
_TRIMMED_FIELDS = ("name", "language", "position", "agency")
_SAME_FIELDS = ("needs", "needs_words")


@dataclass(frozen=True, repr=False)
class PersonDraft(Draft):
    """`way` is how the birth is known: "day", "about" (so many years), "due", "unknown", or None.

    `roles` are places in the family, `marks` the other roles; `interpreter` holds "yes" or nothing.
    """

    name: str = ""
    other_names: str = ""
    way: str | None = None
    day: str = ""
    due: str = ""
    years: str = ""
    roles: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    lives: str | None = None
    language: str = ""
    interpreter: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_words: str = ""
    position: str = ""
    agency: str = ""


def draft_from_person(person: Person) -> PersonDraft:
    """Return a saved person as a draft, to be changed."""
    if person.born:
        way = "day"
    elif person.due:
        way = "due"
    else:
        way = "about" if person.about_years is not None else "unknown"
    return PersonDraft(
        other_names=", ".join(person.other_names),
        way=way,
        day=f"{person.born:%d %m %Y}" if person.born else "",
        due=f"{person.due:%d %m %Y}" if person.due else "",
        years="" if person.about_years is None else str(person.about_years),
        roles=tuple(role for role in person.roles if role not in ("unborn", *CONCERN_ROLES)),
        marks=tuple(role for role in person.roles if role in CONCERN_ROLES),
        lives="here" if person.lives_here else "elsewhere",
        interpreter=("yes",) if person.interpreter else (),
        **{name: getattr(person, name) for name in (*_TRIMMED_FIELDS, *_SAME_FIELDS)},
    )


def validate_person(draft: PersonDraft, today: date) -> dict[str, str]:
    """Return what is still wanting, by field."""
    found = {}
    if not draft.name.strip():
        found["name"] = say("person.problem.name")
    elif len(draft.name.strip()) > _LONGEST_NAME:
        found["name"] = say("add.problem.long", n=_LONGEST_NAME)
    years = parse_whole_number(draft.years)
    match draft.way:
        case None:
            found["way"] = say("person.problem.way")
        case "day":
            found |= validate_birth_day(draft.day, today)
        case "due" if parse_day(draft.due) is None:
            found["due"] = say("person.problem.day")
        case "about" if years is None or not 0 <= years <= _OLDEST:
            found["years"] = say("person.problem.years", n=_OLDEST)
    if draft.lives is None:
        found["lives"] = say("person.problem.lives")
    return found


def validate_birth_day(typed: str, today: date) -> dict[str, str]:
    """Return what is wrong with a day of birth, under "day": it cannot be read, or lies ahead."""
    day = parse_day(typed)
    if day is None:
        return {"day": say("person.problem.day")}
    return {"day": say("person.problem.ahead")} if day > today else {}


def person_from_draft(draft: PersonDraft, before: Person | None, household_id: str, today: date) -> Person:
    """Return the record of a draft without problems. A change keeps the id and whatever is not asked for."""
    way = draft.way
    years = parse_whole_number(draft.years) if way == "about" else None
    same_years = before is not None and before.about_years == years
    # An unborn child is a child, whatever else was ticked; a due day that was known stays after birth.
    due = parse_day(draft.due) if way == "due" else before.due if before and way == "day" else None
    changes = {
        **{name: getattr(draft, name).strip() for name in _TRIMMED_FIELDS},
        **{name: getattr(draft, name) for name in _SAME_FIELDS},
        "other_names": split_names(draft.other_names),
        "born": parse_day(draft.day) if way == "day" else None,
        "due": due,
        "about_years": years,
        "about_years_on": (before.about_years_on if before and same_years else today)
        if years is not None
        else None,
        "roles": (*draft.roles, *draft.marks, *(("unborn",) if way == "due" else ())),
        "lives_here": draft.lives == "here",
        "interpreter": bool(draft.interpreter),
    }
    # Checked anew: a copy alone would not be.
    kept = before.model_dump() if before is not None else {"id": new_id(), "household_id": household_id}
    return Person.model_validate({**kept, **changes})


def split_names(typed: str) -> tuple[str, ...]:
    """Return the names in a text that separates them by commas."""
    return tuple(part.strip() for part in typed.split(",") if part.strip())


@dataclass(frozen=True, repr=False)
class BirthDraft(Draft):
    """The day on which an unborn child was born, and the name as it is now."""

    day: str = ""
    name: str = ""


def validate_birth(draft: BirthDraft, today: date) -> dict[str, str]:
    """Return what is still wanting, by field."""
    found = validate_birth_day(draft.day, today)
    return found if draft.name.strip() else {**found, "name": say("person.problem.name")}
