"""What is said about a person as typed, and what the pages of people save, or refuse. Pure."""

from dataclasses import dataclass
from datetime import date

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
from app.features.people.person_draft import (
    BirthDraft,
    PersonDraft,
    person_from_draft,
    split_names,
    validate_birth,
    validate_person,
)
from app.features.shared.parse_typed import parse_day
from app.kit.messages import say
from assessments.casework.casework_records import Address, WithheldInformation
from assessments.casework.ids import new_id
from assessments.casework.records import Person, Relationship

_LONGEST_ADDRESS = 400


@dataclass(frozen=True, repr=False)
class RelationshipDraft(Draft):
    """The other person by id, the group of kinds, and what the page's person is to the other."""

    other: str | None = None
    group: str | None = None
    kind: str | None = None


@dataclass(frozen=True, repr=False)
class LinkDraft(Draft):
    """Another household and a person in it, by id, and what the link is."""

    household: str | None = None
    other: str | None = None
    kind: str | None = None


@dataclass(frozen=True, repr=False)
class AddressDraft(Draft):
    """An address. `confidential` and `left` hold "yes" or nothing; `host` is a household or, unknown, ""."""

    lines: str = ""
    kind: str | None = None
    confidential: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    host: str | None = None
    left: tuple[str, ...] = ()


def draft_from_address(address: Address, host_id: str | None) -> AddressDraft:
    """Return a saved address as a draft. A confidential one is not put back into its field."""
    return AddressDraft(
        lines="" if address.confidential else address.lines,
        kind=address.kind,
        confidential=("yes",) if address.confidential else (),
        who=address.person_ids,
        host=host_id,
        left=("yes",) if address.until else (),
    )


def validate_address(draft: AddressDraft, before: Address | None) -> dict[str, str]:
    """Return what is still wanting, by field. A confidential address left empty stays as it is."""
    found = {}
    if draft.kind is None:
        found["kind"] = say("address.problem.kind")
    if not draft.lines.strip() and (before is None or not before.confidential):
        found["lines"] = say("address.problem.lines")
    elif len(draft.lines.strip()) > _LONGEST_ADDRESS:
        found["lines"] = say("add.problem.long", n=_LONGEST_ADDRESS)
    if not draft.who:
        found["who"] = say("address.problem.who")
    return found


def address_from_draft(
    draft: AddressDraft, before: Address | None, household_id: str, today: date
) -> Address:
    """Return the record of a draft without problems. A change keeps the id and the days that are known."""
    changes = {
        "lines": draft.lines.strip() or (before.lines if before else ""),
        "kind": draft.kind,
        "confidential": bool(draft.confidential),
        "person_ids": draft.who,
        "until": ((before.until if before else None) or today) if draft.left else None,
    }
    new = {"id": new_id(), "household_id": household_id, "since": today}
    return Address.model_validate({**(before.model_dump() if before else new), **changes})


@dataclass(frozen=True, repr=False)
class WithheldDraft(Draft):
    """What is kept (one part of a person, or "all"), from whom, who asked for it, and why.

    `who` are ids of people here; `others` are names between commas.
    """

    part: str | None = None
    who: tuple[str, ...] = ()
    others: str = ""
    asked: str | None = None
    why: str = ""

    @property
    def keep_from(self) -> tuple[str, ...]:
        """Everybody from whom it is kept: ids, then names as typed."""
        return (*self.who, *split_names(self.others))


def validate_withheld(draft: WithheldDraft) -> dict[str, str]:
    """Return what is still wanting, by field."""
    found = {} if draft.part else {"part": say("withheld.problem.part")}
    return found if draft.keep_from else {**found, "who": say("withheld.problem.who")}


def withheld_from_draft(draft: WithheldDraft, about_id: str, household_id: str) -> WithheldInformation:
    """Return the record of a draft without problems."""
    return WithheldInformation(
        id=new_id(),
        household_id=household_id,
        about_id=about_id,
        part=draft.part or "",
        keep_from=draft.keep_from,
        asked_by=draft.asked or "",
        why=draft.why.strip(),
    )


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
    """What changes about the family that takes them in: only an address of the kind "host" says who it is."""
    host = host_household(event.page, event.households)
    chosen = draft.host or ""
    if address.kind != "host" or chosen == (host.household.id if host else ""):
        return []
    links: list[Record] = [make_undone(link, event.now) for link in standing_host_links(event.page)]
    if event.household(chosen):
        own = RecordEnd(event.page.household.id, event.page.household.id)
        links.append(make_link("host", own, RecordEnd(chosen, chosen), event.now))
    return links
