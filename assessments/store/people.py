"""Households, the people in them, and the contacts with them.

All of one household is sealed under one key, made when the household is first saved. Each function
is one transaction. This room refuses to know assessments and screens.

    save_household(keys, household, persons, relationships)
    household(keys, household.id)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Connection, Row, insert, literal_column, select, update

from assessments.errors import NotFound, StoreFault, UnknownFormat
from assessments.facts import KINDS, Fact, to_plain
from assessments.records import Contact, Household, Person, Record, Relationship
from assessments.store.filing import Filed, Found, checked, opened_all, schema_of
from assessments.store.keyring import Keys, check_id
from assessments.store.tables import table

R = TypeVar("R", bound=Record)

_KEY = table("content_key")
_TABLES: dict[type[Record], str] = {
    Household: "household",
    Person: "person",
    Relationship: "relationship",
    Contact: "contact",
}


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
    return opened_all(rows, lambda filed, sealed: _fact(filed.open(keys, sealed), filed.id))


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
        rev=before.rev + 1 if before else 1,
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
        "body": filed.seal(keys, _body(record)),
    }
    if before is not None:
        connection.execute(update(rows).where(rows.c.id == record.id).values(columns))
        return
    columns |= {"id": record.id, "agency": keys.agency, "author": keys.author}
    if filed_under:
        columns["household_id"] = filed_under[0]
    connection.execute(insert(rows).values(columns))


def _body(record: Record) -> bytes:
    if isinstance(record, Fact):
        return json.dumps(to_plain(record), ensure_ascii=False).encode()
    return record.model_dump_json().encode()


def _fact(body: bytes, row_id: str) -> Fact:
    plain = json.loads(body)
    kind = KINDS.get(plain["kind"])
    if kind is None:
        raise UnknownFormat(part="fact")
    return checked(kind, plain["record"], row_id)


def _filed(name: str, row: Row[tuple[object, ...]]) -> tuple[Filed, bytes]:
    under = () if name == "household" else (row.household_id,)
    return (
        Filed(name, row.id, under, row.rev, row.schema_id, row.agency, row.author, row.kid, row.sealed),
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
        lambda filed, sealed: checked(kind, filed.open(keys, sealed), filed.id),
    )


def _rows_within(connection: Connection, name: str, household_id: str) -> list[tuple[Filed, bytes]]:
    rows = table(name)
    statement = (
        select(rows, _KEY.c.sealed)
        .join(_KEY, _KEY.c.kid == rows.c.kid, isouter=True)
        .where(rows.c.household_id == household_id)
        .order_by(literal_column(f"{name}.rowid"))
    )
    return [_filed(name, row) for row in connection.execute(statement)]


def _within(connection: Connection, keys: Keys, kind: type[R], household_id: str) -> Found[R]:
    return opened_all(
        _rows_within(connection, _TABLES[kind], household_id),
        lambda filed, sealed: checked(kind, filed.open(keys, sealed), filed.id),
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
    return checked(kind, filed.open(keys, sealed), record_id)
