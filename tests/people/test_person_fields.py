"""Every field of a person: whether the service shows it, a visit file gives it, and the form asks for it.

A new field fails here until it says its `FieldUse` and the form writes it.
"""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from app.features.people.person_draft import PersonDraft, person_from_draft
from app.visit_file.file_part import FilePart
from app.visit_file.people import HOUSEHOLD_KEYS, PeopleReader
from assessments.casework.records import Person, person_field_uses
from sync.service import vault

# Ids, and where the service keeps them.
KEYS = {"id": "id", "household_id": "household"}
FIELDS = sorted(Person.model_fields.keys() - KEYS.keys())
# What the service adds of its own: its `agency` is the one that sent the record, not the person's.
SERVICE_COLUMNS = {"agency", "sequence", *KEYS.values()}

FULL: dict[str, Any] = {
    "name": "Nia",
    "other_names": ["Nia Bach"],
    "born": "2019-09-02",
    "due": "2019-08-30",
    "about_years": 6,
    "about_years_on": "2026-05-14",
    "roles": ["child"],
    "lives_here": False,
    "language": "Welsh",
    "interpreter": True,
    "needs": ["signs"],
    "needs_words": "Makaton",
    "position": "Teacher",
    "agency": "School",
}


def columns_of_person() -> set[str]:
    """The columns of the service's table of people, over all migrations."""
    found: set[str] = set()
    for migration in sorted(files("sync.service.migrations").iterdir(), key=lambda path: path.name):
        if migration.name.endswith(".sql"):
            sql = migration.read_text("utf-8")
            for body in re.findall(r"CREATE TABLE person \((.*?)\n\);", sql, re.DOTALL):
                found |= {line.split()[0] for line in body.splitlines() if re.match(r"\s+[a-z]", line)}
            found |= set(re.findall(r"ALTER TABLE person ADD COLUMN (?:IF NOT EXISTS )?(\w+)", sql))
    return found


COLUMNS = columns_of_person() - SERVICE_COLUMNS


def test_every_field_says_who_reads_it() -> None:
    assert sorted(person_field_uses()) == FIELDS
    assert sorted(FULL) == FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_the_service_has_a_readable_column_for_a_field_exactly_if_it_says_so(name: str) -> None:
    written = set(vault.PERSON_COLUMNS)
    assert (name in COLUMNS, name in written) == (person_field_uses()[name].service,) * 2


def test_the_service_has_no_column_that_is_no_field() -> None:
    assert columns_of_person() > SERVICE_COLUMNS
    assert set(FIELDS) >= COLUMNS


@pytest.mark.parametrize("name", FIELDS)
def test_a_visit_file_gives_a_field_exactly_if_it_says_so(name: str) -> None:
    reader = PeopleReader()
    given = {"ref": "nia", "name": "-", name: FULL[name]}
    household = {"name": "Fern", "persons": [given]}
    found = reader.read_household(FilePart(household, "household", HOUSEHOLD_KEYS, reader.faults))
    if person_field_uses()[name].visit_file:
        assert reader.faults == []
        assert found.persons[0].model_dump(mode="json")[name] == FULL[name]
    else:
        assert len(reader.faults) == 1


def test_the_form_writes_every_field() -> None:
    empty = Person(id="p1", household_id="h1", name="-")
    typed = {
        "name": "Nia",
        "other_names": "Nia Bach",
        "roles": ("child",),
        "lives": "elsewhere",
        "language": "Welsh",
        "interpreter": ("yes",),
        "needs": ("signs",),
        "needs_words": "Makaton",
        "position": "Teacher",
        "agency": "School",
    }
    written = set()
    for born in (
        {"way": "day", "day": "2 9 2019"},
        {"way": "due", "due": "2 9 2026"},
        {"way": "about", "years": "6"},
    ):
        person = person_from_draft(PersonDraft().updated(**typed, **born), empty, "h1", date(2026, 5, 14))
        written |= {name for name in FIELDS if getattr(person, name) != getattr(empty, name)}
    assert written == set(FIELDS)
