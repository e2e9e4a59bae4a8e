"""Sealed rows: how a record becomes a row and a row a record, with every clear column bound into the seal.

A row that does not open is named in `ReadResult.unreadable`, kept as it is, and costs no other row.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from assessments.casework.records import Record
from assessments.crypto import sealing
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.access.keyring import RowKeys
from assessments.store.tables import column_names

T = TypeVar("T")
R = TypeVar("R", bound=Record)
C = TypeVar("C", bound=tuple[str, ...], covariant=True)

_COMMON_COLUMNS = ("id", "rev", "schema_id", "agency", "author", "kid")


@dataclass(frozen=True, slots=True, repr=False)
class UnreadableRow:
    """A row that is kept and cannot be opened: its table, its id, and why, as an error code."""

    table: str
    id: str
    code: str


class ReadResult(list[T]):
    """Records in order, and what could not be read among them."""

    def __init__(self, records: Iterable[T] = (), unreadable: Iterable[UnreadableRow] = ()) -> None:
        super().__init__(records)
        self.unreadable = tuple(unreadable)

    def __repr__(self) -> str:
        return f"<ReadResult {len(self)}, unreadable {len(self.unreadable)}>"


class HouseholdColumns(NamedTuple):
    """What binds a row of a household."""

    household_id: str


class AssessmentColumns(NamedTuple):
    """What binds an assessment. `number` is this device's own count, as text."""

    household_id: str
    state: str
    number: str

    def __repr__(self) -> str:
        return "<AssessmentColumns>"


class AttachmentColumns(NamedTuple):
    """What binds an attachment."""

    assessment_id: str


class TombstoneColumns(NamedTuple):
    """What binds a tombstone. `at` is UTC, as text."""

    kind: str
    at: str

    def __repr__(self) -> str:
        return "<TombstoneColumns>"


@dataclass(frozen=True, slots=True, repr=False)
class SealedRow(Generic[C]):
    """The clear columns of a row. `bound_columns` are those beside the common ones, bound in their order."""

    table: str
    id: str
    bound_columns: C
    rev: int
    schema_id: str
    agency: str
    author: str
    kid: str
    wrap: bytes | None

    def context(self, part: str = "") -> bytes:
        """What the seal is bound to. `part` tells two seals of one row apart."""
        ids = (self.id, *self.bound_columns)
        return row_context(self.table + part, ids, self.rev, self.schema_id, self.agency, self.author)

    def columns(self) -> dict[str, str | int]:
        """The clear columns as they are written, by name."""
        common = {name: getattr(self, name) for name in _COMMON_COLUMNS}
        names = getattr(self.bound_columns, "_fields", ())
        return common | dict(zip(names, self.bound_columns, strict=True))

    def seal(self, keys: RowKeys, body: bytes, part: str = "") -> bytes:
        """Seal the body under the content key of this row."""
        return keys.seal_row(self.kid, self.wrap, self.context(part), body)

    def open(self, keys: RowKeys, sealed: bytes, part: str = "") -> bytes:
        """The plain bytes. Another schema than this Wren's is `UnknownFormat`."""
        if self.schema_id != schema_of(self.table):
            raise UnknownFormat(part="schema")
        if (self.agency, self.author) != (keys.agency, keys.author):
            raise NotFound(part=self.table)
        return keys.open_row(self.kid, self.wrap, self.context(part), sealed)


AnyRow = SealedRow[tuple[str, ...]]
AssessmentRow = SealedRow[AssessmentColumns]


def row_context(table: str, ids: tuple[str, ...], rev: int, schema: str, agency: str, author: str) -> bytes:
    """Every clear column of a row, as the context of its seal. `ids`: its own id, then what it is under."""
    named = all(isinstance(name, str) for name in (*ids, schema, agency, author))
    if not (named and isinstance(rev, int) and 0 <= rev < 1 << 32):
        raise Damaged(part="row")  # a damaged page may give anything
    return sealing.record_context(table, sealing.length_prefix(*ids), rev, schema, agency, author)


def select_sealed_rows(
    driver: sqlite3.Connection, table: str, columns: type[C], where: str, *args: object
) -> list[tuple[SealedRow[C], bytes]]:
    """Rows as they are filed, each with its sealed body. Names and conditions are never from outside."""
    bound = len(columns.__annotations__)
    found = driver.execute(_select_statement(table, tuple(columns.__annotations__)) + where, args).fetchall()
    return [
        (SealedRow(table, row[0], tuple.__new__(columns, row[1 : bound + 1]), *row[bound + 1 : -1]), row[-1])
        for row in found
    ]


@cache
def _select_statement(table: str, bound: tuple[str, ...]) -> str:
    columns = ", ".join(f"CAST(t.{name} AS TEXT)" for name in bound)
    return (
        f"SELECT t.id, {columns}, t.rev, t.schema_id, t.agency, t.author, t.kid, k.sealed, t.body"  # noqa: S608  # our own names
        f" FROM {table} AS t LEFT JOIN content_key AS k ON k.kid = t.kid WHERE "
    )


def check_random_id(record_id: str) -> str:
    """Row ids are in clear, so they are random: UUID version 4 and nothing else."""
    try:
        parsed = uuid.UUID(record_id)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 4 or str(parsed) != record_id:
        raise StoreFault("id-not-random")
    return record_id


def schema_of(table: str) -> str:
    """The name and version of what a row of this table holds."""
    return f"wren/{table}/1"


def validate_record(kind: type[R], body: bytes | dict[str, Any], row_id: str) -> R:
    """A record from plain bytes, checked. Its faults never carry its content."""
    try:
        record = kind.model_validate_json(body) if isinstance(body, bytes) else kind.model_validate(body)
    except ValidationError:
        raise UnknownFormat(part="record") from None
    if record.id != row_id:
        raise Damaged(part="record")
    return record


def open_rows(
    rows: Iterable[tuple[SealedRow[C], bytes]], open_one: Callable[[SealedRow[C], bytes], T]
) -> ReadResult[T]:
    """Open each row; name those that do not open."""
    records: list[T] = []
    unreadable: list[UnreadableRow] = []
    for row, sealed in rows:
        try:
            records.append(open_one(row, sealed))
        except StoreFault as fault:
            unreadable.append(UnreadableRow(row.table, row.id, fault.code))
    return ReadResult(records, unreadable)


def select_row(driver: sqlite3.Connection, name: str, row_id: str) -> dict[str, Any] | None:
    """The row of this id, by column; None where there is none."""
    names = column_names(name)
    found = driver.execute(f"SELECT {', '.join(names)} FROM {name} WHERE id = ?", (row_id,)).fetchone()  # noqa: S608  # declared names
    return None if found is None else dict(zip(names, found, strict=True))
