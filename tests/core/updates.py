"""What the table tests of the updates share: an invented household, and records without their new ids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import Record, SaveRecords, Submitted
from app.core.drafts import Draft
from assessments.casework.casework_records import CaseworkRecord
from assessments.casework.records import Contact, Household, Person

TODAY = date(2026, 5, 14)
NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)
MOTHER = Person(id="mo", household_id="h1", name="Siân", roles=("mother",))
UNBORN = Person(id="un", household_id="h1", name="Bean", roles=("unborn",), due=date(2026, 6, 1))
AUNT = Person(id="au", household_id="h2", name="Nia", roles=("other",))
VISIT = Contact(id="c1", household_id="h1", on=TODAY, kind="visit", role="health-visitor")


def home(household_id: str, *persons: Person, records: Iterable[CaseworkRecord] = ()) -> HouseholdOverview:
    household = Household(id=household_id, name=f"Home {household_id}")
    return HouseholdOverview(household, persons, (), (), (), tuple(records))


HERE, THERE = home("h1", MOTHER, UNBORN), home("h2", AUNT)


def submitted(draft: Draft, about: Record | None = None, page: HouseholdOverview = HERE) -> Submitted:
    return Submitted(draft, page, about, (page, THERE), TODAY, NOON)


def saved(effects: Iterable[object]) -> list[dict[str, object]]:
    """What the effects save, by the values that are not a record's defaults; a new id is left out."""
    found = []
    for effect in effects:
        assert isinstance(effect, SaveRecords)
        for record in effect.records:
            plain = record.model_dump(exclude_defaults=True)
            if len(record.id) == 36:
                plain.pop("id")
            found.append({"type": type(record).__name__, **plain})
    return found
