"""INSERT and SELECT of whole rows, with the columns that `tables` declares."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Any

from assessments.store.tables import table

Value = int | str | bytes | None


def insert(
    driver: sqlite3.Connection, name: str, columns: Mapping[str, Value], *, or_ignore: bool = False
) -> int:
    """Insert one row. Returns how many rows were written: 0 where one was there and `or_ignore`."""
    statement = _insert_statement(name, tuple(columns), or_ignore=or_ignore)
    return driver.execute(statement, tuple(columns.values())).rowcount


def select_row(driver: sqlite3.Connection, name: str, row_id: str) -> dict[str, Any] | None:
    """The row of this id, by column; None where there is none."""
    names = _column_names(name)
    found = driver.execute(f"SELECT {', '.join(names)} FROM {name} WHERE id = ?", (row_id,)).fetchone()  # noqa: S608  # declared names
    return None if found is None else dict(zip(names, found, strict=True))


@cache
def _column_names(name: str) -> tuple[str, ...]:
    return tuple(column.name for column in table(name).columns)


@cache
def _insert_statement(name: str, columns: tuple[str, ...], *, or_ignore: bool) -> str:
    if not set(columns) <= set(_column_names(name)):
        raise KeyError("a column that the table does not have")
    verb = "INSERT OR IGNORE" if or_ignore else "INSERT"
    return f"{verb} INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
