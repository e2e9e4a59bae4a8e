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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, insert, literal_column, select, update

from assessments.errors import NotFound, StoreFault, UnknownFormat
from assessments.facts import KINDS, Fact, to_plain
from assessments.records import Contact, Household, Person, Record, Relationship, utc
from assessments.store.filing import Filed, Found, checked, opened_all, schema_of
from assessments.store.keyring import Keys, check_id
from assessments.store.tables import REVISED, table
from assessments.store.tally import Change, note

R = TypeVar("R", bound=Record)

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


def facts(keys: Keys, household_id: str) -> Found[Fact]:
    """Everything filed under a household beside its people, oldest first."""
    with keys.database.read() as connection:
        rows = _rows_within(connection, "fact", household_id)
    return opened_all(rows, lambda filed, sealed: _fact(_plain(filed.open(keys, sealed)), filed.id))


def earlier(keys: Keys, household_id: str) -> Found[Earlier]:
    """All that was changed in a household, as it stood before, in the order in which it was changed."""
    with keys.database.read() as connection:
        before = _rows_within(connection, "earlier", household_id)
        changed = {filed.id for filed, _ in before}
        now = [
            row
            for name in REVISED
            for row in _rows_within(connection, name, household_id)
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


def changed_ids(keys: Keys, household_id: str) -> frozenset[str]:
    """The ids of what has earlier revisions. Opens nothing."""
    rows = keys.database.rows("SELECT DISTINCT id FROM earlier WHERE household_id = ?", (household_id,))
    return frozenset(row_id for (row_id,) in rows)


def save_contact(keys: Keys, contact: Contact) -> None:
    """Write one visit, appointment, meeting or incident."""
    _save_in_household(keys, contact.household_id, [contact])


def households(keys: Keys) -> Found[Household]:
    """This person's households, oldest first."""
    return _all(keys, Household)


def household(
    keys: Keys, household_id: str
) -> tuple[Household, Found[Person], Found[Relationship], Found[Contact]]:
    """One household and all that is filed under it, as of one moment."""
    with keys.database.read() as connection:
        return (
            _one(connection, keys, Household, household_id),
            _within(connection, keys, Person, household_id),
            _within(connection, keys, Relationship, household_id),
            _within(connection, keys, Contact, household_id),
        )


def person(keys: Keys, person_id: str) -> Person:
    with keys.database.read() as connection:
        return _one(connection, keys, Person, person_id)


def contact(keys: Keys, contact_id: str) -> Contact:
    with keys.database.read() as connection:
        return _one(connection, keys, Contact, contact_id)


def _household_key(connection: Connection, keys: Keys, household_id: str) -> tuple[str, bytes]:
    rows = table("household")
    known = connection.execute(
        select(_KEY.c.kid, _KEY.c.sealed)
        .join(rows, rows.c.kid == _KEY.c.kid)
        .where(rows.c.id == household_id)
    ).first()
    if known:
        return known.kid, known.sealed
    return keys.file_content_key(connection.exec_driver_sql)


def _save_in_household(keys: Keys, household_id: str, records: Sequence[Record]) -> None:
    with keys.database.write() as connection:
        # Opened, not only found: a household of somebody else's is not one to file under.
        _one(connection, keys, Household, household_id)
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
        filed_under=filed_under,
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


def _filed(name: str, row: Row[Any]) -> tuple[Filed, bytes]:
    home = row.id if name == "household" else row.household_id
    # A household is filed under nothing, and so is what it was before.
    under = () if home == row.id else (home,)
    table_name = row.name if name == "earlier" else name
    return (
        Filed(table_name, row.id, under, row.rev, row.schema_id, row.agency, row.author, row.kid, row.sealed),
        row.body,
    )


def _all(keys: Keys, kind: type[R]) -> Found[R]:
    name = _TABLES[kind]
    rows = table(name)
    statement = (
        select(rows, _KEY.c.sealed)
        .join(_KEY, _KEY.c.kid == rows.c.kid, isouter=True)
        .where(rows.c.agency == keys.agency, rows.c.author == keys.author)
        .order_by(literal_column(f"{name}.rowid"))
    )
    with keys.database.read() as connection:
        found = connection.execute(statement).all()
    return opened_all(
        (_filed(name, row) for row in found),
        lambda filed, sealed: _checked(kind, _plain(filed.open(keys, sealed)), filed.id),
    )


def _rows_within(connection: Connection, name: str, household_id: str) -> list[tuple[Filed, bytes]]:
    rows = table(name)
    home = rows.c.id if name == "household" else rows.c.household_id
    statement = (
        select(rows, _KEY.c.sealed)
        .join(_KEY, _KEY.c.kid == rows.c.kid, isouter=True)
        .where(home == household_id)
        .order_by(literal_column(f"{name}.rowid"))
    )
    return [_filed(name, row) for row in connection.execute(statement)]


def _within(connection: Connection, keys: Keys, kind: type[R], household_id: str) -> Found[R]:
    return opened_all(
        _rows_within(connection, _TABLES[kind], household_id),
        lambda filed, sealed: _checked(kind, _plain(filed.open(keys, sealed)), filed.id),
    )


def _one(connection: Connection, keys: Keys, kind: type[R], record_id: str) -> R:
    name = _TABLES[kind]
    rows = table(name)
    row = connection.execute(
        select(rows, _KEY.c.sealed)
        .join(_KEY, _KEY.c.kid == rows.c.kid, isouter=True)
        .where(rows.c.id == record_id)
    ).first()
    if row is None:
        raise NotFound(part=name)
    filed, sealed = _filed(name, row)
    return _checked(kind, _plain(filed.open(keys, sealed)), record_id)
