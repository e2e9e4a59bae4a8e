"""Households, the people in them, and the contacts with them.

All of one household is sealed under one key, made when the household is first saved. Each function
is one transaction. Saving again writes the next revision, and the row as it stood goes to `read_revisions`
just as it was sealed. This room refuses to know assessments and screens.

    save_household(keys, household, persons, relationships)
    read_household(keys, read_household.id)
    read_revisions(keys, read_household.id)       # what stood there before it was changed
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, insert, select, update

from assessments.casework.casework_records import RECORD_TYPES_BY_KIND, CaseworkRecord, to_plain
from assessments.casework.ids import format_utc
from assessments.casework.records import Contact, Household, Person, Record, Relationship
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.access.keyring import Execute, KeyRing, check_random_id
from assessments.store.rows.integrity import RowChange, record_changes
from assessments.store.rows.sealed_rows import ReadResult, SealedRow, open_rows, schema_of, validate_record
from assessments.store.tables import REVISED_TABLES, table

R = TypeVar("R", bound=Record)
RowWithBody = tuple[SealedRow, bytes]

_CONTENT_KEYS = table("content_key")
_TABLES: dict[type[Record], str] = {
    Household: "household",
    Person: "person",
    Relationship: "relationship",
    Contact: "contact",
}
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
    keys: KeyRing,
    household: Household,
    persons: Sequence[Person] = (),
    relationships: Sequence[Relationship] = (),
) -> None:
    """Write a household with people and relationships. Those saved before and not named here stay."""
    with keys.database.write() as connection:
        kid, wrap = _household_key(connection, keys, household.id)
        _save(connection, keys, household, (), kid, wrap)
        filed: list[Person | Relationship] = [*persons, *relationships]
        for record in filed:
            if record.household_id != household.id:
                raise StoreFault("other-household")
            _save(connection, keys, record, (household.id,), kid, wrap)


def save_person(keys: KeyRing, person: Person) -> None:
    """Write one person of a household that is here."""
    _save_in_household(keys, person.household_id, [person])


def save_relationships(keys: KeyRing, household_id: str, relationships: Sequence[Relationship]) -> None:
    """Write relationships between people of a household that is here."""
    for relationship in relationships:
        if relationship.household_id != household_id:
            raise StoreFault("other-household")
    _save_in_household(keys, household_id, relationships)


def save_casework_records(keys: KeyRing, household_id: str, facts: Sequence[CaseworkRecord]) -> None:
    """Write facts of one household in one transaction; one saved before gets its next revision."""
    for fact in facts:
        if fact.household_id != household_id:
            raise StoreFault("other-household")
    _save_in_household(keys, household_id, facts)


def list_household_records(keys: KeyRing) -> ReadResult[HouseholdRecords]:
    """Every household of this person's with all that is filed under it, oldest first, as of one moment."""
    own = (keys.agency, keys.author)
    with keys.database.read_raw() as driver:
        rows = {
            name: _select_rows(driver.execute, name, "t.agency = ? AND t.author = ?", *own)
            for name in REVISED_TABLES
        }
        changed = _select_changed_ids(driver.execute, "agency = ? AND author = ?", *own)
    within: dict[str, dict[str, list[RowWithBody]]] = {name: defaultdict(list) for name in REVISED_TABLES}
    for name, found in rows.items():
        for filed, sealed in found:
            within[name][_household_of(filed)].append((filed, sealed))
    records = _open_all(keys, Household, rows["household"])
    return ReadResult(
        (
            _open_household_records(
                keys, record, {name: within[name].get(record.id, []) for name in REVISED_TABLES}, changed
            )
            for record in records
        ),
        records.unreadable,
    )


def read_household_records(keys: KeyRing, household_id: str) -> HouseholdRecords:
    """One household and all that is filed under it, as of one moment."""
    with keys.database.read_raw() as driver:
        record = _read_one(driver.execute, keys, Household, household_id)
        rows = {name: _select_household_rows(driver.execute, name, household_id) for name in REVISED_TABLES}
        changed = _select_changed_ids(driver.execute, "household_id = ?", household_id)
    return _open_household_records(keys, record, rows, changed)


def read_casework_records(keys: KeyRing, household_id: str) -> ReadResult[CaseworkRecord]:
    """Everything filed under a household beside its people, oldest first."""
    with keys.database.read_raw() as driver:
        return _open_all(keys, CaseworkRecord, _select_household_rows(driver.execute, "fact", household_id))


def read_revisions(keys: KeyRing, household_id: str) -> ReadResult[Revision]:
    """All that was changed in a household, as it stood before, in the order in which it was changed."""
    with keys.database.read_raw() as driver:
        before = _select_household_rows(driver.execute, "earlier", household_id)
        changed = {filed.id for filed, _ in before}
        now = [
            row
            for name in REVISED_TABLES
            for row in _select_household_rows(driver.execute, name, household_id)
            if row[0].id in changed
        ]
    opened: dict[tuple[str, str, int], datetime] = {}

    def read(filed: SealedRow, sealed: bytes) -> tuple[SealedRow, Record]:
        plain = _parse_json(filed.open(keys, sealed))
        if _CHANGED_AT in plain:
            opened[filed.table, filed.id, filed.rev] = datetime.fromisoformat(plain[_CHANGED_AT])
        return filed, _decode_record(filed.table, plain, filed.id)

    found = open_rows(before, read)
    # Only for when they took the place of another: what does not open is named where it is read.
    open_rows(now, read)
    return ReadResult(
        (
            Revision(record, filed.rev, opened.get((filed.table, filed.id, filed.rev + 1)))
            for filed, record in found
        ),
        found.unreadable,
    )


def save_contact(keys: KeyRing, contact: Contact) -> None:
    """Write one visit, appointment, meeting or incident."""
    _save_in_household(keys, contact.household_id, [contact])


def list_households(keys: KeyRing) -> ReadResult[Household]:
    """This person's households, oldest first."""
    with keys.database.read_raw() as driver:
        rows = _select_rows(
            driver.execute, "household", "t.agency = ? AND t.author = ?", keys.agency, keys.author
        )
    return _open_all(keys, Household, rows)


def read_household(
    keys: KeyRing, household_id: str
) -> tuple[Household, ReadResult[Person], ReadResult[Relationship], ReadResult[Contact]]:
    """One household, the people in it and the contacts with them, as of one moment."""
    found = read_household_records(keys, household_id)
    return found.household, found.persons, found.relationships, found.contacts


def read_person(keys: KeyRing, person_id: str) -> Person:
    with keys.database.read_raw() as driver:
        return _read_one(driver.execute, keys, Person, person_id)


def read_contact(keys: KeyRing, contact_id: str) -> Contact:
    with keys.database.read_raw() as driver:
        return _read_one(driver.execute, keys, Contact, contact_id)


def _household_key(connection: Connection, keys: KeyRing, household_id: str) -> tuple[str, bytes]:
    rows = table("household")
    known = connection.execute(
        select(_CONTENT_KEYS.c.kid, _CONTENT_KEYS.c.sealed)
        .join(rows, rows.c.kid == _CONTENT_KEYS.c.kid)
        .where(rows.c.id == household_id)
    ).first()
    if known:
        return known.kid, known.sealed
    return keys.create_content_key(connection.exec_driver_sql)


def _save_in_household(keys: KeyRing, household_id: str, records: Sequence[Record]) -> None:
    with keys.database.write() as connection:
        # Opened, not only found: a household of somebody else's is not one to file under.
        _read_one(connection.exec_driver_sql, keys, Household, household_id)
        kid, wrap = _household_key(connection, keys, household_id)
        for record in records:
            _save(connection, keys, record, (household_id,), kid, wrap)


def _save(
    connection: Connection, keys: KeyRing, record: Record, filed_under: tuple[str, ...], kid: str, wrap: bytes
) -> None:
    is_fact = isinstance(record, CaseworkRecord)
    rows = table("fact" if is_fact else _TABLES[type(record)])
    before = connection.execute(select(rows).where(rows.c.id == check_random_id(record.id))).first()
    if before is not None and (
        before.agency != keys.agency
        or before.author != keys.author
        or (bool(filed_under) and before.household_id != filed_under[0])
    ):
        raise StoreFault("other-household")
    filed = SealedRow(
        table=rows.name,
        id=record.id,
        bound_columns=filed_under,
        rev=_last_rev(connection, rows.name, before, record.id) + 1,
        schema_id=schema_of(rows.name),
        agency=keys.agency,
        author=keys.author,
        kid=kid,
        wrap=wrap,
    )
    columns = {
        "rev": filed.rev,
        "schema_id": filed.schema_id,
        "kid": kid,
        "body": filed.seal(keys, _encode_record(record, keys.now() if filed.rev > 1 else None)),
    }
    changes = [RowChange(rows.name, record.id, before.rev if before else None, filed.rev)]
    if before is not None and _save_revision(connection, rows.name, before):
        changes.append(RowChange("earlier", f"{rows.name} {record.id}", None, before.rev))
    record_changes(connection.exec_driver_sql, keys, *changes)
    if before is not None:
        connection.execute(update(rows).where(rows.c.id == record.id).values(columns))
        return
    columns |= {"id": record.id, "agency": keys.agency, "author": keys.author}
    if filed_under:
        columns["household_id"] = filed_under[0]
    connection.execute(insert(rows).values(columns))


def _last_rev(connection: Connection, name: str, before: Row[Any] | None, record_id: str) -> int:
    """The highest revision there ever was. After damage an earlier one may be all that is left."""
    kept = connection.exec_driver_sql(
        "SELECT coalesce(max(rev), 0) FROM earlier WHERE name = ? AND id = ?", (name, record_id)
    ).scalar_one()
    return max(int(kept), before.rev if before is not None else 0)


def _save_revision(connection: Connection, name: str, before: Row[Any]) -> bool:
    """Put aside a row just as it is sealed. False where it is there: damage may bring a row back twice."""
    home = before.id if name == "household" else before.household_id
    sealed = (before.schema_id, before.agency, before.author, before.kid, before.body)
    kept = connection.exec_driver_sql(
        "INSERT OR IGNORE INTO earlier (name, id, rev, schema_id, agency, author, kid, body, household_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, before.id, before.rev, *sealed, home),
    )
    return kept.rowcount == 1


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
    if name == "fact":
        return _decode_casework_record(plain, row_id)
    kind = next((made for made, its_name in _TABLES.items() if its_name == name), None)
    if kind is None:
        raise UnknownFormat(part="record")
    return _validate(kind, plain, row_id)


def _validate(kind: type[R], plain: dict[str, Any], row_id: str) -> R:
    return validate_record(
        kind, {name: value for name, value in plain.items() if name != _CHANGED_AT}, row_id
    )


def _decode_casework_record(plain: dict[str, Any], row_id: str) -> CaseworkRecord:
    kind = RECORD_TYPES_BY_KIND.get(plain["kind"])
    if kind is None:
        raise UnknownFormat(part="fact")
    return validate_record(kind, plain["record"], row_id)


def _select_rows(run: Execute, name: str, where: str, *args: str) -> list[RowWithBody]:
    """Rows as they are filed, oldest first. Names and conditions are from this file, never from outside."""
    own_name = "t.name" if name == "earlier" else f"'{name}'"
    under = "t.id" if name == "household" else "t.household_id"
    found = run(
        f"SELECT {own_name}, t.id, {under}, t.rev, t.schema_id, t.agency, t.author, t.kid, k.sealed, t.body"  # noqa: S608
        f" FROM {name} AS t LEFT JOIN content_key AS k ON k.kid = t.kid WHERE {where} ORDER BY t.rowid",
        args,
    ).fetchall()
    # A household is filed under nothing, and so is what it was before.
    return [
        (SealedRow(table_name, row_id, () if home == row_id else (home,), *rest), body)
        for table_name, row_id, home, *rest, body in found
    ]


def _select_household_rows(run: Execute, name: str, household_id: str) -> list[RowWithBody]:
    return _select_rows(run, name, f"t.{'id' if name == 'household' else 'household_id'} = ?", household_id)


def _select_changed_ids(run: Execute, where: str, *args: str) -> dict[str, set[str]]:
    """The ids of what has earlier revisions, by household. Opens nothing."""
    changed: dict[str, set[str]] = defaultdict(set)
    for home, row_id in run(f"SELECT household_id, id FROM earlier WHERE {where}", args):  # noqa: S608  # as above
        changed[home].add(row_id)
    return changed


def _household_of(filed: SealedRow) -> str:
    return filed.bound_columns[0] if filed.bound_columns else filed.id


def _open_household_records(
    keys: KeyRing,
    household: Household,
    rows: Mapping[str, list[RowWithBody]],
    changed: Mapping[str, set[str]],
) -> HouseholdRecords:
    return HouseholdRecords(
        household,
        _open_all(keys, Person, rows["person"]),
        _open_all(keys, Relationship, rows["relationship"]),
        _open_all(keys, Contact, rows["contact"]),
        _open_all(keys, CaseworkRecord, rows["fact"]),
        frozenset(changed.get(household.id, ())),
    )


def _open_all(keys: KeyRing, kind: type[R], rows: Iterable[RowWithBody]) -> ReadResult[R]:
    return open_rows(rows, lambda filed, sealed: _open_record(keys, kind, filed, sealed))


def _open_record(keys: KeyRing, kind: type[R], filed: SealedRow, sealed: bytes) -> R:
    """One record. What is the same to the byte, columns and all, has been opened and checked before."""
    known = keys.record_cache.get((filed, sealed))
    if known is None:
        known = keys.record_cache[filed, sealed] = _decode_record(
            filed.table, _parse_json(filed.open(keys, sealed)), filed.id
        )
    if not isinstance(known, kind):
        raise Damaged(part="record")
    return known


def _read_one(run: Execute, keys: KeyRing, kind: type[R], record_id: str) -> R:
    name = _TABLES[kind]
    rows = _select_rows(run, name, "t.id = ?", record_id)
    if not rows:
        raise NotFound(part=name)
    return _open_record(keys, kind, *rows[0])
