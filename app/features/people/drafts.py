"""The drafts of what is said about a person: relationship, link, address and withheld information.

Each page has its draft, what it still lacks, and the record that it becomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.drafts import Draft
from app.features.people.person_draft import split_names
from app.kit.messages import say
from assessments.casework.casework_records import Address, WithheldInformation
from assessments.casework.ids import new_id

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
    """An address. `confidential` and `left` hold "yes" or nothing; `host` is a household's id.

    "" as `host` is the answer that it is not known which family takes them in.
    """

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
