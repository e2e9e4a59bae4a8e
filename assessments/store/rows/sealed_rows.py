"""How a record becomes a row and a row a record, with every clear column bound into the seal.

Reading many rows, one that does not open costs that row and not the others: it is named in
`ReadResult.unreadable`, kept as it is, and never dropped. This room knows columns and seals; it refuses
to know what a household or an answer is.

    found = open_rows(rows, open_one)
    found, found.unreadable
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from assessments.casework.records import Record
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.access.keyring import KeyRing

T = TypeVar("T")
R = TypeVar("R", bound=Record)


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


@dataclass(frozen=True, slots=True, repr=False)
class SealedRow:
    """The clear columns of a row. `filed_under` are the columns beside the common ones."""

    table: str
    id: str
    bound_columns: tuple[str, ...]
    rev: int
    schema_id: str
    agency: str
    author: str
    kid: str
    wrap: bytes | None

    def context(self, keys: KeyRing, part: str = "") -> bytes:
        """What the seal is bound to. `part` tells two seals of one row apart."""
        ids = (self.id, *self.bound_columns)
        return keys.row_context(self.table + part, ids, self.rev, self.schema_id, self.agency, self.author)

    def seal(self, keys: KeyRing, body: bytes, part: str = "") -> bytes:
        return keys.seal_row(self.kid, self.wrap, self.context(keys, part), body)

    def open(self, keys: KeyRing, sealed: bytes, part: str = "") -> bytes:
        """The plain bytes. Another schema than this Wren's is `UnknownFormat`."""
        if self.schema_id != schema_of(self.table):
            raise UnknownFormat(part="schema")
        if (self.agency, self.author) != (keys.agency, keys.author):
            raise NotFound(part=self.table)
        return keys.open_row(self.kid, self.wrap, self.context(keys, part), sealed)


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
    rows: Iterable[tuple[SealedRow, bytes]], open_one: Callable[[SealedRow, bytes], T]
) -> ReadResult[T]:
    """Open each row; name those that do not open."""
    records: list[T] = []
    unreadable: list[UnreadableRow] = []
    for filed, sealed in rows:
        try:
            records.append(open_one(filed, sealed))
        except StoreFault as fault:
            unreadable.append(UnreadableRow(filed.table, filed.id, fault.code))
    return ReadResult(records, unreadable)
