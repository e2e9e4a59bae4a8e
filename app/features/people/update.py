"""What the pages of people save, or refuse, of a draft: `update(state, event) -> (state, effects)`.

Pure. The checks and the records of the longer drafts are in `drafts` and `person_draft`.
"""

from __future__ import annotations

from app.core.cases.household_queries import host_household, standing_host_links
from app.core.cases.record_changes import (
    FormState,
    Record,
    RecordEnd,
    SaveRecords,
    Submitted,
    decide_form,
    make_link,
    make_undone,
)
from app.core.drafts import Draft
from app.features.people.drafts import (
    AddressDraft,
    LinkDraft,
    RelationshipDraft,
    WithheldDraft,
    address_from_draft,
    validate_address,
    validate_withheld,
    withheld_from_draft,
)
from app.features.people.person_draft import (
    BirthDraft,
    PersonDraft,
    person_from_draft,
    validate_birth,
    validate_person,
)
from app.features.shared.parse_typed import parse_day
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.casework.ids import new_id
from assessments.casework.records import Person, Relationship


def update(state: FormState, event: Submitted) -> tuple[FormState, tuple[SaveRecords, ...]]:
    """Decide what follows from a draft that is to be saved."""
    return decide_form(state, _problems(event), lambda: _records(event))


def make_relationship(household_id: str, from_id: str, kind: str, to_id: str) -> Relationship:
    """A new relationship: the first is the `kind` of the second."""
    return Relationship(id=new_id(), household_id=household_id, from_id=from_id, to_id=to_id, kind=kind)


def _problems(event: Submitted) -> dict[str, str]:
    match event.draft:
        case PersonDraft() as draft:
            return validate_person(draft, event.today)
        case BirthDraft() as draft:
            return validate_birth(draft, event.today)
        case AddressDraft() as draft:
            return validate_address(draft, event.about if isinstance(event.about, Address) else None)
        case WithheldDraft() as draft:
            return validate_withheld(draft)
        case RelationshipDraft() as draft:
            return _first_missing(draft, "tie", "other", "group", "kind")
        case LinkDraft() as draft:
            return _first_missing(draft, "link", "household", "other", "kind")
    return {}


def _first_missing(draft: Draft, flow: str, *names: str) -> dict[str, str]:
    """The first of these fields that is empty, with the sentence that asks for it."""
    missing = (name for name in names if not getattr(draft, name))
    return next(({name: say(f"{flow}.problem.{name}")} for name in missing), {})


def _records(event: Submitted) -> list[Record]:
    household_id, about = event.page.household.id, event.about
    match event.draft, about:
        case PersonDraft() as draft, Person() | None:
            return [person_from_draft(draft, about, household_id, event.today)]
        case BirthDraft() as draft, Person():
            return [about.after_birth(draft.name.strip(), parse_day(draft.day))]
        case RelationshipDraft() as draft, Person():
            return [make_relationship(household_id, about.id, draft.kind or "", draft.other or "")]
        case LinkDraft(str(there), str(other), kind), Person() if event.household(there):
            own, end = RecordEnd(household_id, about.id), RecordEnd(there, other)
            return [make_link("family" if kind == "family" else "same-person", own, end, event.now)]
        case WithheldDraft() as draft, Person() | Address():
            return [withheld_from_draft(draft, about.id, household_id)]
        case AddressDraft() as draft, Address() | None:
            address = address_from_draft(draft, about, household_id, event.today)
            return [address, *_host_links(event, draft, address)]
    return []


def _host_links(event: Submitted, draft: AddressDraft, address: Address) -> list[Record]:
    """What changes about the family that takes them in.

    Only what is said of another family's home says who that family is, or that it is not known.
    """
    host = host_household(event.page, event.households)
    chosen = draft.host or ""
    if address.kind != "host" or chosen == (host.household.id if host else ""):
        return []
    links: list[Record] = [make_undone(link, event.now) for link in standing_host_links(event.page)]
    if event.household(chosen):
        own = RecordEnd(event.page.household.id, event.page.household.id)
        links.append(make_link("host", own, RecordEnd(chosen, chosen), event.now))
    return links
