"""Records of people, households, contacts and assessments: immutable, checked, and never printed.

Fields that a newer Wren wrote and this one does not know survive a round trip.

    >>> Person(id="p1", household_id="h1", name="Otis")
    <Person p1>
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assessments.definitions.definition import ROLES, Role
from assessments.engine.scoring import ScoringContext

AssessmentStatus = Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"]
# The statuses of a record whose answers count.
COMPLETED_STATUSES: tuple[AssessmentStatus, ...] = ("completed", "amended")
_ROLE_SYNONYMS: dict[str, Role] = {
    "hv": "health-visitor",
    "mw": "midwife",
    "fca": "family-court-adviser",
    "cafcass": "family-court-adviser",
    "police": "police-officer",
    "pc": "police-officer",
}

ADULT_FROM_YEARS = 18
# Roles that are no place in the family.
CONCERN_ROLES = ("causes-concern", "is-harmed")


def parse_role(word: str) -> Role | None:
    """The role that a word such as "HV" or "Health visitor" names, or None."""
    slug = "-".join(word.strip().lower().replace("_", " ").replace("-", " ").split())
    for role in ROLES:
        if slug == role:
            return role
    return _ROLE_SYNONYMS.get(slug)


class _Unshown(BaseModel):
    """Base of what is frozen and never prints its content."""

    model_config = ConfigDict(frozen=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


class Record(_Unshown):
    """Base of all records: checked, printing their id alone, and keeping unknown fields."""

    # Without hide_input_in_errors, an error message would quote the refused value.
    model_config = ConfigDict(extra="allow", str_strip_whitespace=False, hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=64)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class Household(Record):
    """People whose lives are recorded together. `name` is a working label, never shown outside."""

    name: str = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class FieldUse:
    """Who else reads a field of a person: the service, in a readable column; a visit file, which gives it."""

    service: bool = False
    visit_file: bool = True


_ON_SERVICE = FieldUse(service=True)
_ON_DEVICE = FieldUse()


class Person(Record):
    """An adult or a child. An unborn child has `due` and no `born`; both may be unknown.

    `needs` are codes of communication needs; `position` is what a professional is in the family's life.
    Every field but the ids says its FieldUse: a test fails for one that does not.
    """

    household_id: str
    name: Annotated[str, Field(min_length=1, max_length=200), _ON_SERVICE]
    other_names: Annotated[tuple[str, ...], _ON_DEVICE] = ()
    born: Annotated[date | None, _ON_SERVICE] = None
    due: Annotated[date | None, _ON_SERVICE] = None
    about_years: Annotated[int | None, Field(ge=0, le=120), _ON_DEVICE] = None
    about_years_on: Annotated[date | None, _ON_DEVICE] = None
    roles: Annotated[tuple[str, ...], _ON_SERVICE] = ()
    lives_here: Annotated[bool, _ON_DEVICE] = True
    language: Annotated[str, Field(max_length=60), _ON_DEVICE] = ""
    interpreter: Annotated[bool, _ON_DEVICE] = False
    needs: Annotated[tuple[str, ...], _ON_DEVICE] = ()
    needs_words: Annotated[str, Field(max_length=1_000), _ON_DEVICE] = ""
    position: Annotated[str, Field(max_length=100), _ON_DEVICE] = ""
    agency: Annotated[str, Field(max_length=200), _ON_DEVICE] = ""

    def age_in_years(self, on: date) -> int | None:
        """Completed years on a day, or None when the date of birth is not known or lies ahead."""
        if self.born is None or self.born > on:
            return None
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    def is_child(self, on: date) -> bool:
        """Under 18, unborn, or known as a child; without a date of birth the roles decide."""
        if self.born is not None:
            years = self.age_in_years(on)
            return years is None or years < ADULT_FROM_YEARS
        return self.due is not None or "child" in self.roles or "unborn" in self.roles

    @property
    def is_unborn(self) -> bool:
        """Whether a child is not born yet, as far as is known."""
        return self.born is None and (self.due is not None or "unborn" in self.roles)

    def after_birth(self, name: str, born: date | None) -> Person:
        """The same record once the child is born: the due day stays, and the name before as another name."""
        roles = dict.fromkeys("child" if role == "unborn" else role for role in self.roles or ("child",))
        other_names = self.other_names
        if name != self.name and self.name not in other_names:
            other_names = (*other_names, self.name)
        changes = {"name": name, "other_names": other_names, "born": born, "roles": tuple(roles)}
        # Checked anew: a copy alone would not be.
        return Person.model_validate({**self.model_dump(), **changes})


def person_field_uses() -> Mapping[str, FieldUse]:
    """Return the use of each field of a person, in their order; a field without one is left out."""
    return {
        name: use
        for name, field in Person.model_fields.items()
        for use in field.metadata
        if isinstance(use, FieldUse)
    }


class Relationship(Record):
    """`from_id` is the `kind` of `to_id`: from Otis to Dane, kind "child". A wrong one is undone."""

    household_id: str
    from_id: str
    to_id: str
    kind: str = Field(min_length=1, max_length=60)
    undone_at: AwareDatetime | None = None


class Contact(Record):
    """One visit, appointment, meeting or incident."""

    household_id: str
    on: date
    kind: str = Field(min_length=1, max_length=60)
    role: Role
    place: str = Field(default="", max_length=200)
    present: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of an assessment's answer log. `link_id`: an item, or a key that begins with $. `entry` None
    takes the answer back. `recent_marks`: of the items of the lines before it, the nearest first."""

    sequence: int
    at: datetime
    link_id: str
    entry: Any
    recent_marks: str = ""

    def __repr__(self) -> str:
        return f"<LogLine {self.sequence}>"


class ChildSessionEntry(_Unshown):
    """One answer of a child session: `entry` in plain form, None when taken back."""

    at: AwareDatetime
    link_id: str
    entry: Any


class ChildSessionRecord(_Unshown):
    """One child session. `shown`: the order in which shuffled options were shown. It ended "left" when the
    page was locked or closed before the child finished or stopped."""

    section: str
    began_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    ended: Literal["finished", "stopped", "left"] = "left"
    shown: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    given: tuple[ChildSessionEntry, ...] = ()


class Assessment(Record):
    """One tool, one subject, one occasion; `answers` and `result` in plain form.

    `instrument_hash` pins the exact text of the tool. `origins` say where an answer that is not words came
    from: a child pointed, or an adult tapped what was said. `lost_lines` counts lines of answers that could
    not be read when it was completed: an answer, or a later change, may be missing.
    """

    household_id: str
    contact_id: str
    subject_id: str
    instrument: str
    version: str
    instrument_hash: str
    status: AssessmentStatus = "in-progress"
    author: str
    started_at: AwareDatetime
    completed_at: AwareDatetime | None = None
    area: str = "default"
    context: ScoringContext
    answers: dict[str, Any] = Field(default_factory=dict)
    hidden: dict[str, Any] = Field(default_factory=dict)
    result: dict[str, Any] | None = None
    sittings: tuple[ChildSessionRecord, ...] = ()
    origins: dict[str, str] = Field(default_factory=dict)
    lost_lines: int = Field(default=0, ge=0)
    amends: str | None = None
