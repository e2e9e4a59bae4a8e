"""Reading msgpack strictly: each field of the right shape and within its bound, or the whole is refused.

This room knows shapes and sizes of values. It knows no message: those are in `protocol` and `recovery`.

    >>> require_map(unpack(pack({"v": 1, "cursor": ""}), 100), ("v", "cursor"), version=1)["cursor"]
    ''
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack  # type: ignore[import-untyped]  # it ships no types

from sync.errors import Malformed
from sync.signing import NAME_PATTERN

MAX_REASON = 64


def pack(value: dict[str, Any]) -> bytes:
    """The bytes of a message."""
    packed = msgpack.packb(value)
    if not isinstance(packed, bytes):
        raise Malformed
    return packed


def unpack(body: bytes, longest: int) -> Any:
    """The value in a body; Malformed when it is too long or not strictly msgpack."""
    if len(body) > longest:
        raise Malformed("too-large")
    try:
        return msgpack.unpackb(
            body,
            strict_map_key=True,
            object_pairs_hook=_refuse_duplicate_keys,
            ext_hook=_refuse_extensions,
            max_array_len=4096,
            max_map_len=16,
        )
    # ValueError covers msgpack's own faults, wrong UTF-8 and its limits; TypeError a key that cannot be one.
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as fault:
        raise Malformed from fault


def _refuse_duplicate_keys(pairs: Sequence[tuple[Any, Any]]) -> dict[Any, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


def _refuse_extensions(code: int, _data: bytes) -> Any:
    raise ValueError(code)


def require_map(value: Any, names: tuple[str, ...], *, version: int, exactly: bool = True) -> dict[str, Any]:
    """The members of a map, these and (unless not `exactly`) no others, in this version of its form."""
    if not isinstance(value, dict) or not value.keys() >= set(names):
        raise Malformed
    if type(value["v"]) is not int or value["v"] != version:
        raise Malformed("unsupported-version")
    if exactly and len(value) != len(names):
        raise Malformed
    return value


def require_list(value: Any) -> list[Any]:
    """A list of anything."""
    if not isinstance(value, list):
        raise Malformed
    return value


def require_row(value: Any, length: int) -> list[Any]:
    """A list of exactly so many."""
    row = require_list(value)
    if len(row) != length:
        raise Malformed
    return row


def require_text(value: Any, longest: int) -> str:
    """A text of at most so many characters."""
    if not isinstance(value, str) or len(value) > longest:
        raise Malformed
    return value


def require_reason(value: Any) -> str | None:
    """A short text, or None."""
    return None if value is None else require_text(value, MAX_REASON)


def require_name(value: Any) -> str:
    """An agency, a device or an author."""
    if not isinstance(value, str) or NAME_PATTERN.fullmatch(value) is None:
        raise Malformed
    return value


def require_bytes(value: Any, length: int | None, longest: int = 64) -> bytes:
    """Bytes of exactly a length, or of at most `longest`."""
    if not isinstance(value, bytes) or (len(value) != length if length else len(value) > longest):
        raise Malformed
    return value
