"""Carving rows from the bytes of a SQLite file, page by page, when SQLite itself no longer reads it.

SQLite finds rows by a tree: one bad page hides all below it. Here every page of the file and of its log is
looked at, and each row whose bytes make sense is taken. Its table comes from the tree where that is whole,
else from the row's own shape. The format is sqlite.org/fileformat2.html.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assessments.store.tables import Value

PAGE_BYTES = 4096
SCHEMA = "sqlite_schema"
_LEAF, _INTERIOR = 0x0D, 0x05
_WAL_HEADER, _FRAME_HEADER = 32, 24
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


@dataclass(frozen=True, slots=True, repr=False)
class ColumnShape:
    """What a value in this place can be. `rowid`: it is not in the row but is its number."""

    name: str
    kind: str
    nullable: bool
    rowid: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class TableShape:
    """A table as a row shows it. `key`: the places of the columns that tell its rows apart. One of
    `required_values` is in every row; a last column with content has one of `body_prefixes`."""

    columns: tuple[ColumnShape, ...]
    key: tuple[int, ...] = (0,)
    required_values: tuple[str, ...] = ()
    body_prefixes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class CarvedRow:
    """One row. `tables`: all that it can be of; more than one only where the tree is damaged too."""

    tables: tuple[str, ...]
    values: tuple[Value, ...]


_SCHEMA_SHAPE = TableShape(
    (
        *(ColumnShape(name, "VARCHAR", False) for name in ("type", "name", "tbl_name")),
        ColumnShape("rootpage", "INTEGER", True),
        ColumnShape("sql", "VARCHAR", True),
    )
)


def read_pages(path: Path) -> list[bytes]:
    """The pages as they stand, the first of them number 1, with what the log has newer in place. The log's
    checksums are not asked: a frame that is damaged in one place still holds rows."""
    file = path.read_bytes() if path.exists() else b""
    log_path = path.with_name(path.name + "-wal")
    log = log_path.read_bytes() if log_path.exists() else b""
    size = PAGE_BYTES
    pages = [file[at : at + size].ljust(size, b"\0") for at in range(0, len(file), size)]
    newest: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    salts = log[16:24]
    whole = len(log) >= _WAL_HEADER and struct.unpack_from(">I", log)[0] in _WAL_MAGIC
    for at in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        number, committed = struct.unpack_from(">II", log, at)
        if (whole and log[at + 8 : at + 16] != salts) or not 0 < number < 1 << 24:
            continue
        waiting[number] = log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]
        if committed:
            newest |= waiting
            waiting = {}
    for number, page in newest.items():
        pages.extend(bytes(size) for _ in range(number - len(pages)))
        pages[number - 1] = page
    return pages


def carve_rows(pages: Sequence[bytes], shapes: Mapping[str, TableShape]) -> tuple[list[CarvedRow], int]:
    """Every row that makes sense, and how many pages had something that did not."""
    known = {SCHEMA: _SCHEMA_SHAPE, **shapes}
    carved = {number: _carve_page(pages, number, known) for number, page in enumerate(pages, 1) if any(page)}
    leaves = {number: cells for number, (cells, _) in carved.items()}
    owners = _page_tables(pages, leaves)
    rows = []
    for number, cells in leaves.items():
        for tables, values in cells:
            owner = owners.get(number)
            of = (owner,) if owner in tables else tables
            if of != (SCHEMA,):
                rows.append(CarvedRow(of, values))
    return rows, sum(not is_intact for _, is_intact in carved.values())


Cell = tuple[tuple[str, ...], tuple[Value, ...]]


def _page_tables(pages: Sequence[bytes], leaves: Mapping[int, list[Cell]]) -> dict[int, str]:
    """The table of each page that the tree still leads to."""
    owners: dict[int, str] = {}
    for cells in leaves.values():
        for tables, values in cells:
            if SCHEMA in tables and values[0] == "table" and isinstance(values[3], int):
                todo = [values[3]]
                while todo:
                    number = todo.pop()
                    if 0 < number <= len(pages) and number not in owners:
                        owners[number] = str(values[1])
                        todo += _child_pages(pages[number - 1], number)
    return owners


def _child_pages(page: bytes, number: int) -> list[int]:
    start = 100 if number == 1 else 0
    if page[start] != _INTERIOR:
        return []
    (right,) = struct.unpack_from(">I", page, start + 8)
    below = [
        struct.unpack_from(">I", page, at)[0] for at in _cell_pointers(page, start, 12) if at + 4 <= len(page)
    ]
    return [right, *below]


def _cell_pointers(page: bytes, start: int, header: int) -> list[int]:
    (count,) = struct.unpack_from(">H", page, start + 3)
    count = min(count, (len(page) - start - header) // 2)
    return list(struct.unpack_from(f">{count}H", page, start + header))


def _carve_page(
    pages: Sequence[bytes], number: int, shapes: Mapping[str, TableShape]
) -> tuple[list[Cell], bool]:
    """The rows of a page, by its own list or else wherever one begins; and whether the page makes sense."""
    page, start = pages[number - 1], 100 if number == 1 else 0
    is_intact = page[start] in (0x00, 0x02, _INTERIOR, 0x0A)
    if page[start] == _LEAF:
        listed = [_carve_cell(pages, number, at, shapes) for at in _cell_pointers(page, start, 8)]
        cells = [cell for cell in listed if cell is not None]
        is_intact = len(cells) == len(listed)
        if cells and is_intact:
            return cells, True
    # From the end: rows are moved towards it, and what was left behind is the older.
    found = [_carve_cell(pages, number, at, shapes) for at in range(len(page) - 4, start - 1, -1)]
    # Without a list, what is short and plain may be anything: an entry of an index, for one.
    sure = [
        cell
        for cell in found
        if cell is not None
        and (cell[0] == (SCHEMA,) or any(isinstance(value, bytes) and len(value) >= 32 for value in cell[1]))
    ]
    return sure, is_intact


def _carve_cell(
    pages: Sequence[bytes], number: int, at: int, shapes: Mapping[str, TableShape]
) -> Cell | None:
    page = pages[number - 1]
    try:
        size, at = _read_varint(page, at)
        if size < 2:
            return None
        rowid, at = _read_varint(page, at)
        header_size, header_at = _read_varint(page, at)
        # The longest header of any table has a byte or two for each of its columns.
        if not 2 <= header_size <= min(size, 64):
            return None
        # Tried at every byte of a damaged page: it ends at the first thing that cannot be.
        kinds, widths, left = [], [], size - header_size
        end = at + header_size
        while header_at < end:
            kind, header_at = _read_varint(page, header_at)
            width = _value_width(kind)
            if width is None or width > left:
                return None
            kinds.append(kind)
            widths.append(width)
            left -= width
    except IndexError:
        return None
    if header_at != end or left:
        return None
    payload = _read_payload(pages, page, at, size)
    if payload is None:
        return None
    values: list[Value] = []
    place = header_size
    for kind, width in zip(kinds, widths, strict=True):
        raw = payload[place : place + width]
        place += width
        try:
            values.append(_decode_value(kind, raw))
        except UnicodeDecodeError:
            return None
    signed = rowid - (1 << 64) if rowid >> 63 else rowid
    fits = [(name, _match_shape(shape, signed, values)) for name, shape in shapes.items()]
    tables = tuple(name for name, fitted in fits if fitted is not None)
    return (tables, next(f for _, f in fits if f is not None)) if tables else None


def _read_payload(pages: Sequence[bytes], page: bytes, at: int, size: int) -> bytes | None:
    """The whole record, gathered from the pages that it runs over into."""
    room = len(page)
    if size <= room - 35:
        return page[at : at + size] if at + size <= room else None
    least = (room - 12) * 32 // 255 - 23
    here = least + (size - least) % (room - 4)
    here = here if here <= room - 35 else least
    if at + here + 4 > room:
        return None
    parts, left = [page[at : at + here]], size - here
    (follows,) = struct.unpack_from(">I", page, at + here)
    while left > 0:
        if not 0 < follows <= len(pages):
            return None
        more = pages[follows - 1]
        parts.append(more[4 : 4 + min(left, room - 4)])
        left -= room - 4
        (follows,) = struct.unpack_from(">I", more)
    return b"".join(parts)


def _match_shape(shape: TableShape, rowid: int, values: list[Value]) -> tuple[Value, ...] | None:
    """The values as this table has them, or None. Columns that were added later may be wanting."""
    columns = shape.columns
    if len(values) > len(columns) or not all(column.nullable for column in columns[len(values) :]):
        return None
    fitted: list[Value] = []
    for column, value in zip(columns, values, strict=False):
        if column.rowid and value is None:
            value = rowid
        wanted = {"INTEGER": int, "VARCHAR": str, "BLOB": bytes}[column.kind]
        if not (isinstance(value, wanted) or (value is None and column.nullable)):
            return None
        fitted.append(value)
    if shape.required_values and not any(word in fitted for word in shape.required_values):
        return None
    last = fitted[-1]
    if shape.body_prefixes and isinstance(last, bytes) and last and not last.startswith(shape.body_prefixes):
        return None
    return tuple(fitted)


def _read_varint(page: bytes, at: int) -> tuple[int, int]:
    value = page[at]
    if value < 0x80:
        return value, at + 1
    value = 0
    for place in range(at, at + 8):
        value = (value << 7) | (page[place] & 0x7F)
        if page[place] < 0x80:
            return value, place + 1
    return (value << 8) | page[at + 8], at + 9


def _value_width(kind: int) -> int | None:
    if kind >= 12:
        return (kind - 12) // 2
    # No column of these tables holds a real number (7).
    return 0 if kind in (0, 8, 9) else _INTEGER_BYTES.get(kind)


def _decode_value(kind: int, raw: bytes) -> Value:
    if kind >= 12:
        return raw.decode() if kind % 2 else raw
    if kind == 0:
        return None
    return kind - 8 if kind in (8, 9) else int.from_bytes(raw, "big", signed=True)
