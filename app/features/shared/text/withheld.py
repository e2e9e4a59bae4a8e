"""Withheld information as text: who a record, or a part of it, is kept from.

describe_withheld_from(page, person.id, "address")      # "Kept from Dane"
"""

from __future__ import annotations

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.people import names_by_id
from app.kit.messages import say
from assessments.casework.casework_records import WithheldInformation

WITHHOLDABLE_PARTS = ("all", "address", "born", "names", "needs", "ties")


def withheld_records(
    page: HouseholdOverview, about_id: str, part: str | None = None
) -> tuple[WithheldInformation, ...]:
    """Return what is withheld about a record now; of one part of it where `part` is given.

    What is withheld of the whole record is withheld of each part.
    """
    return tuple(
        fact
        for fact in page.records_of(WithheldInformation)
        if fact.about_id == about_id
        and fact.lifted_at is None
        and (part is None or fact.part in (part, "", "all"))
    )


def describe_withheld_from(page: HouseholdOverview, about_id: str, part: str | None = None) -> str:
    """Say "Kept from Dane and the school"; "" for nobody."""
    names = names_by_id(page)
    who: dict[str, None] = {}
    for fact in withheld_records(page, about_id, part):
        who |= dict.fromkeys(names.get(one, one) for one in fact.keep_from)
    return say("withheld.from", names=", ".join(who)) if who else ""
