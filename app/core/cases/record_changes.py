"""What changes records of a household: a draft that is submitted, a link that is decided, an undoing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from app.core.cases.household_queries import HouseholdOverview
from app.core.drafts import Draft
from app.core.flow import Message
from assessments.casework.casework_records import CaseworkRecord, LinkKind, RecordLink, WithheldInformation
from assessments.casework.ids import new_id
from assessments.casework.records import Person, Relationship

Record: TypeAlias = Person | Relationship | CaseworkRecord
Undoable: TypeAlias = Relationship | RecordLink | WithheldInformation


class FormState(Message):
    """What stands in the way of saving a form, by field."""

    problems: Mapping[str, str] = field(default_factory=dict)


State = TypeVar("State", bound=FormState)


class Submitted(Message):
    """A draft is to be saved. `about` is the record that the page is about, as it was before."""

    draft: Draft
    page: HouseholdOverview
    about: Record | None
    households: tuple[HouseholdOverview, ...]
    today: date
    now: datetime

    def household(self, household_id: str) -> HouseholdOverview | None:
        """The household with this id, where it is here."""
        return next((found for found in self.households if found.household.id == household_id), None)


class SaveRecords(Message):
    """Save records, in this order."""

    records: tuple[Record, ...]


def decide_form(
    state: State, problems: Mapping[str, str], records: Callable[[], Sequence[Record]]
) -> tuple[State, tuple[SaveRecords, ...]]:
    """Refuse a draft with its problems, or save what it becomes."""
    return replace(state, problems=problems), () if problems else (SaveRecords(tuple(records())),)


class RecordEnd(Message):
    """One end of a link: a record and the household it is filed in."""

    household_id: str
    record_id: str


def make_link(kind: LinkKind, own: RecordEnd, other: RecordEnd, at: datetime) -> RecordLink:
    """What a practitioner holds to be so between two records. Both stay as they are."""
    return RecordLink(
        id=new_id(),
        household_id=own.household_id,
        kind=kind,
        own_id=own.record_id,
        other_household_id=other.household_id,
        other_id=other.record_id,
        decided_at=at,
    )


def make_undone(record: Undoable, at: datetime) -> Undoable:
    """The record with the time when it was undone. It stays."""
    name = "lifted_at" if isinstance(record, WithheldInformation) else "undone_at"
    return record.model_copy(update={name: at})


class DuplicateAnswered(Message):
    """An answer to "Is this the same?": `kind` is None for "Not now"."""

    kind: LinkKind | None
    own: RecordEnd
    other: RecordEnd
    at: datetime


PutOff: TypeAlias = frozenset[tuple[RecordEnd, RecordEnd]]


def update_duplicates(put_off: PutOff, event: DuplicateAnswered) -> tuple[PutOff, tuple[SaveRecords, ...]]:
    """Save Yes and No as a link; "Not now" is saved nowhere and asked again when the page opens next."""
    if event.kind is None:
        return put_off | {(event.own, event.other)}, ()
    return put_off, (SaveRecords((make_link(event.kind, event.own, event.other, event.at),)),)
