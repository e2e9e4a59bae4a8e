"""Households, the people in them, the contacts with them, casework records, and their revisions.

All of one household is sealed under one key. Each function is one transaction. Saving again writes the next
revision, and the row as it stood is kept as it was sealed.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from assessments.casework.casework_records import RECORD_TYPES_BY_KIND, CaseworkRecord, to_plain
from assessments.casework.ids import format_utc
from assessments.casework.records import Contact, Household, Person, Record, Relationship
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.rows.integrity import RowChange, record_changes
from assessments.store.rows.sealed_rows import (
    AnyRow,
    HouseholdColumns,
    ReadResult,
    SealedRow,
    check_random_id,
    open_rows,
    select_row,
    validate_record,
)
from assessments.store.rows.unlocked_store import UnlockedStore
from assessments.store.tables import REVISED_TABLES, insert

R = TypeVar("R", bound=Record)
HouseholdRecord = Person | Relationship | Contact | CaseworkRecord
RowWithBody = tuple[AnyRow, bytes]

_TABLES: dict[type[Record], str] = {
    Household: "household",
    Person: "person",
    Relationship: "relationship",
    Contact: "contact",
}
_TYPES = {name: kind for kind, name in _TABLES.items()}
# When a row took the place of an earlier one, beside what it holds and under the same seal.
_CHANGED_AT = "changed_at"


@dataclass(frozen=True, slots=True, repr=False)
class Revision:
    """A record as it stood, and when the next revision took its place; None where that is not known."""

    record: Record
    rev: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class HouseholdRecords:
    """A household and all that is filed under it. `changed` are the ids of what has earlier revisions."""

    household: Household
    persons: ReadResult[Person]
    relationships: ReadResult[Relationship]
    contacts: ReadResult[Contact]
    facts: ReadResult[CaseworkRecord]
    changed_ids: frozenset[str]


def save_household(
    unlocked: UnlockedStore,
    household: Household,
    persons: Sequence[Person] = (),
    relationships: Sequence[Relationship] = (),
) -> None:
    """Write a household with people and relationships. Those saved before and not named here stay."""
    with unlocked.database.write() as driver:
        kid, wrap = _household_key(driver, unlocked, household.id)
        _save(driver, unlocked, household, None, kid, wrap)
        records: list[Person | Relationship] = [*persons, *relationships]
        for record in records:
            if record.household_id != household.id:
                raise StoreFault("other-household")
            _save(driver, unlocked, record, household.id, kid, wrap)


def save_record(unlocked: UnlockedStore, record: HouseholdRecord) -> None:
    """Write one record of a household that is here."""
    save_records(unlocked, record.household_id, [record])


def save_records(unlocked: UnlockedStore, household_id: str, records: Sequence[HouseholdRecord]) -> None:
    """Write records of one household that is here, all or none; one saved before gets its next revision."""
    if any(record.household_id != household_id for record in records):
        raise StoreFault("other-household")
    with unlocked.database.write() as driver:
        # Opened, not only found: a household of somebody else's is not one to file under.
        _read_one(driver, unlocked, Household, household_id)
        kid, wrap = _household_key(driver, unlocked, household_id)
        for record in records:
            _save(driver, unlocked, record, household_id, kid, wrap)


def list_household_records(unlocked: UnlockedStore) -> ReadResult[HouseholdRecords]:
    """Every household of this person's with all that is filed under it, oldest first, as of one moment."""
    own = (unlocked.agency, unlocked.author)
    with unlocked.database.read() as driver:
        rows = {
            name: _select_rows(driver, name, "t.agency = ? AND t.author = ?", *own) for name in REVISED_TABLES
        }
        changed = _select_changed_ids(driver, "agency = ? AND author = ?", *own)
    records = _open_all(unlocked, Household, rows.pop("household"))
    within: dict[tuple[str, str], list[RowWithBody]] = defaultdict(list)
    for name, found in rows.items():
        for row, sealed in found:
            home = row.bound_columns[0] if row.bound_columns else row.id
            within[name, home].append((row, sealed))
    opened = (_open_household_records(unlocked, record, within, changed) for record in records)
    return ReadResult(opened, records.unreadable)


def read_household_records(unlocked: UnlockedStore, household_id: str) -> HouseholdRecords:
    """One household and all that is filed under it, as of one moment."""
    with unlocked.database.read() as driver:
        record = _read_one(driver, unlocked, Household, household_id)
        rows = {
            (name, household_id): _select_household_rows(driver, name, household_id)
            for name in REVISED_TABLES
        }
        changed = _select_changed_ids(driver, "household_id = ?", household_id)
    return _open_household_records(unlocked, record, rows, changed)


def read_casework_records(unlocked: UnlockedStore, household_id: str) -> ReadResult[CaseworkRecord]:
    """Everything filed under a household beside its people, oldest first."""
    with unlocked.database.read() as driver:
        return _open_all(unlocked, CaseworkRecord, _select_household_rows(driver, "fact", household_id))


def read_revisions(unlocked: UnlockedStore, household_id: str) -> ReadResult[Revision]:
    """All that was changed in a household, as it stood before, in the order in which it was changed."""
    with unlocked.database.read() as driver:
        before = _select_household_rows(driver, "earlier", household_id)
        changed = {row.id for row, _ in before}
        now = [
            row
            for name in REVISED_TABLES
            for row in _select_household_rows(driver, name, household_id)
            if row[0].id in changed
        ]
    opened: dict[tuple[str, str, int], datetime] = {}

    def read(row: AnyRow, sealed: bytes) -> tuple[AnyRow, Record]:
        plain = _parse_json(row.open(unlocked.keys, sealed))
        if _CHANGED_AT in plain:
            opened[row.table, row.id, row.rev] = datetime.fromisoformat(plain[_CHANGED_AT])
        return row, _decode_record(row.table, plain, row.id)

    found = open_rows(before, read)
    # Only for when they took the place of another: what does not open is named where it is read.
    open_rows(now, read)
    return ReadResult(
        (Revision(record, row.rev, opened.get((row.table, row.id, row.rev + 1))) for row, record in found),
        found.unreadable,
    )


def read_record(unlocked: UnlockedStore, kind: type[R], record_id: str) -> R:
    """One household, person, relationship or contact. Raises NotFound, Damaged."""
    with unlocked.database.read() as driver:
        return _read_one(driver, unlocked, kind, record_id)


def _household_key(driver: sqlite3.Connection, unlocked: UnlockedStore, home: str) -> tuple[str, bytes]:
    known = driver.execute(
        "SELECT k.kid, k.sealed FROM content_key AS k JOIN household AS h ON h.kid = k.kid WHERE h.id = ?",
        (home,),
    ).fetchone()
    return known or unlocked.create_content_key(driver)


def _save(
    driver: sqlite3.Connection,
    unlocked: UnlockedStore,
    record: Record,
    household_id: str | None,
    kid: str,
    wrap: bytes,
) -> None:
    name = "fact" if isinstance(record, CaseworkRecord) else _TABLES[type(record)]
    before = select_row(driver, name, check_random_id(record.id))
    if before is not None and (
        (before["agency"], before["author"]) != (unlocked.agency, unlocked.author)
        or (household_id is not None and before["household_id"] != household_id)
    ):
        raise StoreFault("other-household")
    rev_before = before["rev"] if before else None
    # After damage an earlier revision may be all that is left.
    (last_rev,) = driver.execute(
        "SELECT coalesce(max(rev), 0) FROM earlier WHERE name = ? AND id = ?", (name, record.id)
    ).fetchone()
    columns = () if household_id is None else HouseholdColumns(household_id)
    rev = max(last_rev, rev_before or 0) + 1
    row: AnyRow = unlocked.new_row(name, record.id, columns, kid, wrap, rev)
    changes = [RowChange(name, record.id, rev_before, row.rev)]
    if before is not None:
        # A household's own row is kept under itself. It may be there already: damage may bring a row back.
        kept = {"household_id": before["id"], **before, "name": name}
        if insert(driver, "earlier", kept, or_ignore=True):
            changes.append(RowChange("earlier", f"{name} {record.id}", None, before["rev"]))
    body = row.seal(unlocked.keys, _encode_record(record, unlocked.now() if row.rev > 1 else None))
    record_changes(driver, unlocked, *changes)
    if before is None:
        insert(driver, name, {**row.columns(), "body": body})
    else:
        driver.execute(
            f"UPDATE {name} SET rev = ?, schema_id = ?, kid = ?, body = ? WHERE id = ?",  # noqa: S608  # as above
            (row.rev, row.schema_id, kid, body, record.id),
        )


def _encode_record(record: Record, changed_at: datetime | None) -> bytes:
    plain = to_plain(record) if isinstance(record, CaseworkRecord) else record.model_dump(mode="json")
    if changed_at is not None:
        plain[_CHANGED_AT] = format_utc(changed_at)
    return json.dumps(plain, ensure_ascii=False).encode()


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(body)
    except ValueError:
        raise UnknownFormat(part="record") from None
    if not isinstance(plain, dict):
        raise UnknownFormat(part="record")
    return plain


def _decode_record(name: str, plain: dict[str, Any], row_id: str) -> Record:
    kind = _TYPES.get(name)
    content = {key: value for key, value in plain.items() if key != _CHANGED_AT}
    if name == "fact":
        kind, content = RECORD_TYPES_BY_KIND.get(plain["kind"]), plain["record"]
    if kind is None:
        raise UnknownFormat(part="fact" if name == "fact" else "record")
    return validate_record(kind, content, row_id)


def _select_rows(driver: sqlite3.Connection, name: str, where: str, *args: str) -> list[RowWithBody]:
    """Rows as they are filed, oldest first. Names and conditions are from this file, never from outside."""
    own_name = "t.name" if name == "earlier" else f"'{name}'"
    under = "t.id" if name == "household" else "t.household_id"
    found = driver.execute(
        f"SELECT {own_name}, t.id, {under}, t.rev, t.schema_id, t.agency, t.author, t.kid, k.sealed, t.body"  # noqa: S608
        f" FROM {name} AS t LEFT JOIN content_key AS k ON k.kid = t.kid WHERE {where} ORDER BY t.rowid",
        args,
    ).fetchall()
    # A household is filed under nothing, and so is what it was before.
    return [
        (SealedRow(table_name, row_id, () if home == row_id else HouseholdColumns(home), *rest), body)
        for table_name, row_id, home, *rest, body in found
    ]


def _select_household_rows(driver: sqlite3.Connection, name: str, household_id: str) -> list[RowWithBody]:
    column = "id" if name == "household" else "household_id"
    return _select_rows(driver, name, f"t.{column} = ?", household_id)


def _select_changed_ids(driver: sqlite3.Connection, where: str, *args: str) -> dict[str, set[str]]:
    """The ids of what has earlier revisions, by household. Opens nothing."""
    changed: dict[str, set[str]] = defaultdict(set)
    for home, row_id in driver.execute(f"SELECT household_id, id FROM earlier WHERE {where}", args):  # noqa: S608  # as above
        changed[home].add(row_id)
    return changed


def _open_household_records(
    unlocked: UnlockedStore,
    household: Household,
    rows: Mapping[tuple[str, str], list[RowWithBody]],
    changed: Mapping[str, set[str]],
) -> HouseholdRecords:
    def opened(name: str, kind: type[R]) -> ReadResult[R]:
        return _open_all(unlocked, kind, rows.get((name, household.id), ()))

    return HouseholdRecords(
        household,
        opened("person", Person),
        opened("relationship", Relationship),
        opened("contact", Contact),
        opened("fact", CaseworkRecord),
        frozenset(changed.get(household.id, ())),
    )


def _open_all(unlocked: UnlockedStore, kind: type[R], rows: Iterable[RowWithBody]) -> ReadResult[R]:
    return open_rows(rows, lambda row, sealed: _open_record(unlocked, kind, row, sealed))


def _open_record(unlocked: UnlockedStore, kind: type[R], row: AnyRow, sealed: bytes) -> R:
    """One record. What is the same to the byte, columns and all, has been opened and checked before."""
    known = unlocked.caches.records.get((row, sealed))
    if known is None:
        known = unlocked.caches.records[row, sealed] = _decode_record(
            row.table, _parse_json(row.open(unlocked.keys, sealed)), row.id
        )
    if not isinstance(known, kind):
        raise Damaged(part="record")
    return known


def _read_one(driver: sqlite3.Connection, unlocked: UnlockedStore, kind: type[R], record_id: str) -> R:
    name = _TABLES[kind]
    rows = _select_rows(driver, name, "t.id = ?", record_id)
    if not rows:
        raise NotFound(part=name)
    return _open_record(unlocked, kind, *rows[0])
