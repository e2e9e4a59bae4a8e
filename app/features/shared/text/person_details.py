"""All that is recorded of one person, a row for each part, and from whom a part is withheld."""

from datetime import date

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.days import format_day
from app.features.shared.text.people import names_by_id, relationship_label
from app.kit.controls.lists import AnswerListRow
from app.kit.messages import has_message, say
from assessments.casework.casework_records import WithheldInformation
from assessments.casework.records import CONCERN_ROLES, Person

WITHHOLDABLE_PARTS = ("all", "address", "born", "names", "needs", "ties")


def withheld_records(
    page: HouseholdOverview, about_id: str, part: str | None = None
) -> tuple[WithheldInformation, ...]:
    """Return what is withheld about a record now; of one part of it where `part` is given, which includes
    what is withheld of the whole record."""
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


NEEDS = ("no-words", "symbols", "signs", "hearing", "sight", "autism", "learning", "quiet-place", "other")


def person_rows(page: HouseholdOverview, one: Person, on: date) -> list[AnswerListRow]:
    """List all that is recorded of a person, a row for each part."""

    def row(place: str, answer: str, part: str = "") -> AnswerListRow:
        note = describe_withheld_from(page, one.id, part) if part else ""
        return AnswerListRow(say(f"person.{place}"), answer, place, note)

    days = [
        say("person.born-on", day=format_day(one.born, on, near=False)) if one.born else "",
        say("age.about", n=one.about_years) if one.born is None and one.about_years is not None else "",
        say("person.was-due", day=format_day(one.due, on, near=False)) if one.due else "",
    ]
    speaks = [one.language, say("person.interpreter-needed") if one.interpreter else ""]
    needs = [say(f"need.{code}") if has_message(f"need.{code}") else code for code in one.needs]
    rows = [
        row("born", ". ".join(day for day in days if day), "born"),
        row("place", ", ".join(relationship_label(role) for role in one.roles if has_message(f"kin.{role}"))),
        row("lives", say("person.lives-here" if one.lives_here else "person.lives-elsewhere")),
        row("language", ". ".join(part for part in speaks if part)),
        row("needs", ". ".join(part for part in (*needs, one.needs_words) if part), "needs"),
    ]
    if one.other_names:
        rows.insert(0, row("other-names", ", ".join(one.other_names), "names"))
    if one.position or one.agency:
        rows.append(row("work", ", ".join(part for part in (one.position, one.agency) if part)))
    return rows


def describe_concern_roles(one: Person) -> str:
    """Say which roles of concern a person has, which every practitioner must know; else ""."""
    return ". ".join(say(f"person.{mark}") for mark in CONCERN_ROLES if mark in one.roles)
