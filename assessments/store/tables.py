"""The schema of the device: its tables as SQLModel classes, how a row is written into one, and nothing else.

What is in clear is here to be seen; everything else is in a sealed column. A table never checks a value
(`records` do) and is never printed. The tables have a registry of their own, so that the service's tables
of the same names can live in the same process.
"""

import re
import sqlite3
from collections.abc import Mapping
from functools import cache

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel

Value = int | str | bytes | None

metadata = MetaData()
# The tables whose rows are put aside as they stood, in `earlier`, when their next revision is written.
REVISED_TABLES = ("household", "person", "relationship", "contact", "fact")


class _TableRow(SQLModel, registry=registry(metadata=metadata)):
    """A table named after its class: ContentKeyRow is `content_key`, unless the class says otherwise."""

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class _SealedTableRow(_TableRow):
    """The clear columns that most rows are filed under; all are bound into the seal."""

    id: str = Field(primary_key=True)
    rev: int
    schema_id: str
    agency: str
    author: str
    kid: str
    body: bytes


class _HouseholdTableRow(_SealedTableRow):
    """Something that belongs to a household."""

    household_id: str = Field(foreign_key="household.id", index=True)


class MigrationRow(_TableRow, table=True):
    """A migration that this file has had."""

    number: int = Field(primary_key=True)
    name: str


class DeviceRow(_TableRow, table=True):
    """This device: its id and keys, sealed under the device's key."""

    id: str = Field(primary_key=True)
    sign_public: bytes
    sign_sealed: bytes
    receive_public: bytes
    receive_sealed: bytes


class PractitionerRow(_TableRow, table=True):
    """A person of this device: see `practitioner`."""

    author: str = Field(primary_key=True)
    agency: str
    wrap: bytes
    sign_public: bytes
    sign_sealed: bytes
    epoch_kid: str
    epoch_sealed: bytes
    secret_slot: str
    device_copy: bytes | None


class AttemptRow(_TableRow, table=True):
    """Unlock attempts, counted before they are made. The key store holds the same count."""

    author: str = Field(primary_key=True)
    failed: int


class EscrowRow(_TableRow, table=True):
    """Two sealed halves of a person's key, and the public keys that they are sealed to."""

    author: str = Field(primary_key=True, foreign_key="practitioner.author")
    body: bytes
    agency_public: bytes
    service_public: bytes


class ContentKeyRow(_TableRow, table=True):
    """One key per household and per assessment, sealed under an epoch key. Deleting it shreds."""

    kid: str = Field(primary_key=True)
    epoch_kid: str
    sealed: bytes


class SettingRow(_TableRow, table=True):
    """A setting, sealed under the device's key."""

    name: str = Field(primary_key=True)
    body: bytes


class HouseholdRow(_SealedTableRow, table=True):
    """A household."""


class PersonRow(_HouseholdTableRow, table=True):
    """A person of a household."""


class RelationshipRow(_HouseholdTableRow, table=True):
    """A relationship between two people of a household."""


class ContactRow(_HouseholdTableRow, table=True):
    """A contact with a household."""


class CaseworkRecordRow(_HouseholdTableRow, table=True):
    """A casework record (incident, address, observation …): which of them is inside the seal."""

    __tablename__ = "fact"


class RevisionRow(_TableRow, table=True):
    """A row as it stood before its next revision, with the seal that it had. `name` is its table."""

    __tablename__ = "earlier"
    name: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    schema_id: str
    agency: str
    author: str
    kid: str
    body: bytes
    household_id: str = Field(foreign_key="household.id", index=True)


class AssessmentRow(_SealedTableRow, table=True):
    """`body` is the summary. The lines of its answers are filed under `number`, this device's own count. The
    index holds all that a list and the integrity count ask for: they read it and not the bodies."""

    __table_args__ = (
        Index("ix_assessment_own", "agency", "author", "number", "household_id", "id", "rev", "state"),
    )
    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    household_id: str = Field(foreign_key="household.id", index=True)
    state: str


class SummaryCacheRow(_TableRow, table=True):
    """The summaries of up to 256 assessments in one sealed body: a copy, so that lists are quick."""

    __tablename__ = "heading"
    kid: str = Field(primary_key=True)
    agency: str
    author: str
    first: int
    body: bytes


class AnswerLogRow(_TableRow, table=True):
    """One line per answer given, never changed, and behind them the list's end. `line` is the assessment's
    number and the place in its list in one integer: a save writes to one page and to no index."""

    __tablename__ = "answer"
    line: int | None = Field(default=None, primary_key=True)
    body: bytes


class ItemDraftsRow(_TableRow, table=True):
    """Where the person left off; revision 0, empty, until there is something to keep."""

    __tablename__ = "place"
    assessment_id: str = Field(primary_key=True, foreign_key="assessment.id")
    rev: int
    body: bytes


class ResumeStateRow(_TableRow, table=True):
    """Where each person left off on this device, and what they had half typed."""

    __tablename__ = "desk_place"
    author: str = Field(primary_key=True)
    rev: int
    body: bytes


class IntegrityCountRow(_TableRow, table=True):
    """How many rows a person has filed, and which, in one sealed sum. See `integrity`."""

    __tablename__ = "tally"
    author: str = Field(primary_key=True)
    rev: int
    body: bytes


class CompletionRow(_TableRow, table=True):
    """The record of a completed assessment."""

    assessment_id: str = Field(primary_key=True, foreign_key="assessment.id")
    rev: int
    body: bytes


class AttachmentRow(_SealedTableRow, table=True):
    """`body` is the metadata; the content is a sealed file of the same id."""

    assessment_id: str = Field(foreign_key="assessment.id", index=True)


class TombstoneRow(_SealedTableRow, table=True):
    """What was deleted, when and by whom; `body` says why."""

    __tablename__ = "purged"
    kind: str
    at: str


class OutboxEntryRow(_TableRow, table=True):
    """Written once. What became of it is in the log, never here."""

    sequence: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    service_kid: str
    digest: bytes
    envelope: bytes
    note: bytes
    author: str


class OutboxLogRow(_TableRow, table=True):
    """What became of an entry of the outbox; only added to."""

    sequence: int | None = Field(default=None, primary_key=True)
    entry_id: str = Field(index=True)
    word: str
    until: str | None
    note: bytes


class OutboxCursorRow(_TableRow, table=True):
    """The position up to which the service's sequence was read."""

    id: int | None = Field(default=None, primary_key=True)
    position: str


def table(name: str) -> Table:
    """The declared table of this name."""
    return metadata.tables[name]


@cache
def column_names(name: str) -> tuple[str, ...]:
    """The declared columns of a table, in their order."""
    return tuple(column.name for column in table(name).columns)


def insert(
    driver: sqlite3.Connection, name: str, columns: Mapping[str, Value], *, or_ignore: bool = False
) -> int:
    """Insert one row. Returns how many rows were written: 0 where one was there and `or_ignore`."""
    statement = _insert_statement(name, tuple(columns), or_ignore=or_ignore)
    return driver.execute(statement, tuple(columns.values())).rowcount


@cache
def _insert_statement(name: str, columns: tuple[str, ...], *, or_ignore: bool) -> str:
    if not set(columns) <= set(column_names(name)):
        raise KeyError("a column that the table does not have")
    verb = "INSERT OR IGNORE" if or_ignore else "INSERT"
    return f"{verb} INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
