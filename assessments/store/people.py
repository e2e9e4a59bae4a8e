"""Households, the people in them, and the contacts with them.

All of one household is sealed under one key, made when the household is first saved. Each function
is one transaction. Saving again writes the next revision, and the row as it stood goes to `earlier`
just as it was sealed. This room refuses to know assessments and screens.

    save_household(keys, household, persons, relationships)
    household(keys, household.id)
    earlier(keys, household.id)       # what stood there before it was changed
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, insert, select, update

from assessments.casework.casework_records import KINDS, Fact, to_plain
from assessments.casework.records import Contact, Household, Person, Record, Relationship, utc
from assessments.errors import Damaged, NotFound, StoreFault, UnknownFormat
from assessments.store.access.keyring import Keys, Run, check_id
from assessments.store.rows.integrity import Change, note
from assessments.store.rows.sealed_rows import Filed, Found, checked, opened_all, schema_of
from assessments.store.tables import REVISED, table

R = TypeVar("R", bound=Record)
Sealed = tuple[Filed, bytes]

_KEY = table("content_key")
_TABLES: dict[type[Record], str] = {
    Household: "household",
    Person: "person",
    Relationship: "relationship",
    Contact: "contact",
}
# When a row took the place of an earlier one, beside what it holds and under the same seal.
_CHANGED_AT = "changed_at"


@dataclass(frozen=True, slots=True, repr=False)
class Earlier:
    """A record as it stood, and when the next revision took its place; None where that is not known."""

    record: Record
    rev: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Home:
    """A household and all that is filed under it. `changed` are the ids of what has earlier revisions."""

    household: Household
    persons: Found[Person]
    relationships: Found[Relationship]
    contacts: Found[Contact]
    facts: Found[Fact]
    changed_ids: frozenset[str]


def save_household(
    keys: Keys,
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


def save_person(keys: Keys, person: Person) -> None:
    """Write one person of a household that is here."""
    _save_in_household(keys, person.household_id, [person])


def save_relationships(keys: Keys, household_id: str, relationships: Sequence[Relationship]) -> None:
    """Write relationships between people of a household that is here."""
    for relationship in relationships:
        if relationship.household_id != household_id:
            raise StoreFault("other-household")
    _save_in_household(keys, household_id, relationships)


def save_facts(keys: Keys, household_id: str, facts: Sequence[Fact]) -> None:
    """Write facts of one household in one transaction; one saved before gets its next revision."""
    for fact in facts:
        if fact.household_id != household_id:
            raise StoreFault("other-household")
    _save_in_household(keys, household_id, facts)


def homes(keys: Keys) -> Found[Home]:
    """Every household of this person's with all that is filed under it, oldest first, as of one moment."""
    own = (keys.agency, keys.author)
    with keys.database.read_raw() as driver:
        rows = {name: _rows(driver.execute, name, "t.agency = ? AND t.author = ?", *own) for name in REVISED}
        changed = _changed(driver.execute, "agency = ? AND author = ?", *own)
    within: dict[str, dict[str, list[Sealed]]] = {name: defaultdict(list) for name in REVISED}
    for name, found in rows.items():
        for filed, sealed in found:
            within[name][_home_of(filed)].append((filed, sealed))
    records = _opened(keys, Household, rows["household"])
    return Found(
        (
            _home(keys, record, {name: within[name].get(record.id, []) for name in REVISED}, changed)
            for record in records
        ),
        records.unreadable,
    )


def home(keys: Keys, household_id: str) -> Home:
    """One household and all that is filed under it, as of one moment."""
    with keys.database.read_raw() as driver:
        record = _one(driver.execute, keys, Household, household_id)
        rows = {name: _rows_within(driver.execute, name, household_id) for name in REVISED}
        changed = _changed(driver.execute, "household_id = ?", household_id)
    return _home(keys, record, rows, changed)


def facts(keys: Keys, household_id: str) -> Found[Fact]:
    """Everything filed under a household beside its people, oldest first."""
    with keys.database.read_raw() as driver:
        return _opened(keys, Fact, _rows_within(driver.execute, "fact", household_id))


def earlier(keys: Keys, household_id: str) -> Found[Earlier]:
    """All that was changed in a household, as it stood before, in the order in which it was changed."""
    with keys.database.read_raw() as driver:
        before = _rows_within(driver.execute, "earlier", household_id)
        changed = {filed.id for filed, _ in before}
        now = [
            row
            for name in REVISED
            for row in _rows_within(driver.execute, name, household_id)
            if row[0].id in changed
        ]
    opened: dict[tuple[str, str, int], datetime] = {}

    def read(filed: Filed, sealed: bytes) -> tuple[Filed, Record]:
        plain = _plain(filed.open(keys, sealed))
        if _CHANGED_AT in plain:
            opened[filed.table, filed.id, filed.rev] = datetime.fromisoformat(plain[_CHANGED_AT])
        return filed, _record(filed.table, plain, filed.id)

    found = opened_all(before, read)
    # Only for when they took the place of another: what does not open is named where it is read.
    opened_all(now, read)
    return Found(
        (
            Earlier(record, filed.rev, opened.get((filed.table, filed.id, filed.rev + 1)))
            for filed, record in found
        ),
        found.unreadable,
    )


def save_contact(keys: Keys, contact: Contact) -> None:
    """Write one visit, appointment, meeting or incident."""
    _save_in_household(keys, contact.household_id, [contact])


def households(keys: Keys) -> Found[Household]:
    """This person's households, oldest first."""
    with keys.database.read_raw() as driver:
        rows = _rows(driver.execute, "household", "t.agency = ? AND t.author = ?", keys.agency, keys.author)
    return _opened(keys, Household, rows)


def household(
    keys: Keys, household_id: str
) -> tuple[Household, Found[Person], Found[Relationship], Found[Contact]]:
    """One household, the people in it and the contacts with them, as of one moment."""
    found = home(keys, household_id)
    return found.household, found.persons, found.relationships, found.contacts


def person(keys: Keys, person_id: str) -> Person:
    with keys.database.read_raw() as driver:
        return _one(driver.execute, keys, Person, person_id)


def contact(keys: Keys, contact_id: str) -> Contact:
    with keys.database.read_raw() as driver:
        return _one(driver.execute, keys, Contact, contact_id)


def _household_key(connection: Connection, keys: Keys, household_id: str) -> tuple[str, bytes]:
    rows = table("household")
    known = connection.execute(
        select(_KEY.c.kid, _KEY.c.sealed)
        .join(rows, rows.c.kid == _KEY.c.kid)
        .where(rows.c.id == household_id)
    ).first()
    if known:
        return known.kid, known.sealed
    return keys.create_content_key(connection.exec_driver_sql)


def _save_in_household(keys: Keys, household_id: str, records: Sequence[Record]) -> None:
    with keys.database.write() as connection:
        # Opened, not only found: a household of somebody else's is not one to file under.
        _one(connection.exec_driver_sql, keys, Household, household_id)
        kid, wrap = _household_key(connection, keys, household_id)
        for record in records:
            _save(connection, keys, record, (household_id,), kid, wrap)


def _save(
    connection: Connection, keys: Keys, record: Record, filed_under: tuple[str, ...], kid: str, wrap: bytes
) -> None:
    is_fact = isinstance(record, Fact)
    rows = table("fact" if is_fact else _TABLES[type(record)])
    before = connection.execute(select(rows).where(rows.c.id == check_id(record.id))).first()
    if before is not None and (
        before.agency != keys.agency
        or before.author != keys.author
        or (bool(filed_under) and before.household_id != filed_under[0])
    ):
        raise StoreFault("other-household")
    filed = Filed(
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
        "body": filed.seal(keys, _body(record, keys.now() if filed.rev > 1 else None)),
    }
    changes = [Change(rows.name, record.id, before.rev if before else None, filed.rev)]
    if before is not None and _keep_earlier(connection, rows.name, before):
        changes.append(Change("earlier", f"{rows.name} {record.id}", None, before.rev))
    note(connection.exec_driver_sql, keys, *changes)
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


def _keep_earlier(connection: Connection, name: str, before: Row[Any]) -> bool:
    """Put aside a row just as it is sealed. False where it is there: damage may bring a row back twice."""
    home = before.id if name == "household" else before.household_id
    sealed = (before.schema_id, before.agency, before.author, before.kid, before.body)
    kept = connection.exec_driver_sql(
        "INSERT OR IGNORE INTO earlier (name, id, rev, schema_id, agency, author, kid, body, household_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, before.id, before.rev, *sealed, home),
    )
    return kept.rowcount == 1


def _body(record: Record, changed_at: datetime | None) -> bytes:
    plain = to_plain(record) if isinstance(record, Fact) else record.model_dump(mode="json")
    if changed_at is not None:
        plain[_CHANGED_AT] = utc(changed_at)
    return json.dumps(plain, ensure_ascii=False).encode()


def _plain(body: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(body)
    except ValueError:
        raise UnknownFormat(part="record") from None
    if not isinstance(plain, dict):
        raise UnknownFormat(part="record")
    return plain


def _record(name: str, plain: dict[str, Any], row_id: str) -> Record:
    if name == "fact":
        return _fact(plain, row_id)
    kind = next((made for made, its_name in _TABLES.items() if its_name == name), None)
    if kind is None:
        raise UnknownFormat(part="record")
    return _checked(kind, plain, row_id)


def _checked(kind: type[R], plain: dict[str, Any], row_id: str) -> R:
    return checked(kind, {name: value for name, value in plain.items() if name != _CHANGED_AT}, row_id)


def _fact(plain: dict[str, Any], row_id: str) -> Fact:
    kind = KINDS.get(plain["kind"])
    if kind is None:
        raise UnknownFormat(part="fact")
    return checked(kind, plain["record"], row_id)


def _rows(run: Run, name: str, where: str, *args: str) -> list[Sealed]:
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
        (Filed(table_name, row_id, () if home == row_id else (home,), *rest), body)
        for table_name, row_id, home, *rest, body in found
    ]


def _rows_within(run: Run, name: str, household_id: str) -> list[Sealed]:
    return _rows(run, name, f"t.{'id' if name == 'household' else 'household_id'} = ?", household_id)


def _changed(run: Run, where: str, *args: str) -> dict[str, set[str]]:
    """The ids of what has earlier revisions, by household. Opens nothing."""
    changed: dict[str, set[str]] = defaultdict(set)
    for home, row_id in run(f"SELECT household_id, id FROM earlier WHERE {where}", args):  # noqa: S608  # as above
        changed[home].add(row_id)
    return changed


def _home_of(filed: Filed) -> str:
    return filed.bound_columns[0] if filed.bound_columns else filed.id


def _home(
    keys: Keys,
    household: Household,
    rows: Mapping[str, list[Sealed]],
    changed: Mapping[str, set[str]],
) -> Home:
    return Home(
        household,
        _opened(keys, Person, rows["person"]),
        _opened(keys, Relationship, rows["relationship"]),
        _opened(keys, Contact, rows["contact"]),
        _opened(keys, Fact, rows["fact"]),
        frozenset(changed.get(household.id, ())),
    )


def _opened(keys: Keys, kind: type[R], rows: Iterable[Sealed]) -> Found[R]:
    return opened_all(rows, lambda filed, sealed: _open(keys, kind, filed, sealed))


def _open(keys: Keys, kind: type[R], filed: Filed, sealed: bytes) -> R:
    """One record. What is the same to the byte, columns and all, has been opened and checked before."""
    known = keys.record_cache.get((filed, sealed))
    if known is None:
        known = keys.record_cache[filed, sealed] = _record(
            filed.table, _plain(filed.open(keys, sealed)), filed.id
        )
    if not isinstance(known, kind):
        raise Damaged(part="record")
    return known


def _one(run: Run, keys: Keys, kind: type[R], record_id: str) -> R:
    name = _TABLES[kind]
    rows = _rows(run, name, "t.id = ?", record_id)
    if not rows:
        raise NotFound(part=name)
    return _open(keys, kind, *rows[0])
