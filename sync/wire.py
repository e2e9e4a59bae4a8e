"""Strict reading and writing of msgpack messages. A message is a map whose shape is a dataclass, validated by
pydantic in one call: bounded and of exactly its type, or the whole message is refused with Malformed.
"""

import inspect
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import msgpack  # type: ignore[import-untyped]  # it ships no types
from pydantic import Field, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import core_schema

from sync.errors import Malformed
from sync.signing import NAME_REGEX

T = TypeVar("T")

Name = Annotated[str, Field(strict=True, pattern=f"^{NAME_REGEX}$")]
ShortText = Annotated[str, Field(strict=True, max_length=64)]
Key = Annotated[bytes, Field(strict=True, min_length=32, max_length=32)]
Signature = Annotated[bytes, Field(strict=True, min_length=64, max_length=64)]


class Row:
    """Reads a named tuple that travels as an array of values of these strict types."""

    def __init__(self, *types: Any) -> None:
        self._types = types

    def __get_pydantic_core_schema__(
        self, kind: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """The array is checked in one go; its class is then given without a call in Python."""
        row = core_schema.tuple_schema(list(map(handler.generate_schema, self._types)), strict=True)
        return core_schema.no_info_after_validator_function(partial(tuple.__new__, kind), row)


def pack(value: dict[str, Any]) -> bytes:
    """Encode a message."""
    packed = msgpack.packb(value)
    if not isinstance(packed, bytes):
        raise Malformed
    return packed


class MessageFormat(Generic[T]):
    """Reads and writes one kind of message: the fields of a dataclass, and "v". Every type in the dataclass
    must itself be strict. `allow_unknown` ignores other keys, as in a reply."""

    def __init__(self, kind: type[T], *, version: int, max_bytes: int, allow_unknown: bool = False) -> None:
        self._validator = TypeAdapter(kind).validator
        self._names = tuple(inspect.signature(kind).parameters)
        self._keys = {"v", *self._names}
        self._version = version
        self._max_bytes = max_bytes
        self._allow_unknown = allow_unknown

    def encode(self, message: T) -> bytes:
        """Encode a message."""
        return pack({"v": self._version} | {name: getattr(message, name) for name in self._names})

    def decode(self, body: bytes) -> T:
        """Decode a message. Raises Malformed with the title of the Problem that it is."""
        value = _unpack(body, self._max_bytes)
        if not isinstance(value, dict) or not value.keys() >= self._keys:
            raise Malformed
        version = value["v"]
        if type(version) is not int or version != self._version:
            raise Malformed("unsupported-version")
        if not self._allow_unknown and len(value) != len(self._keys):
            raise Malformed
        try:
            message: T = self._validator.validate_python({name: value[name] for name in self._names})
        except ValidationError as fault:
            kinds = {error["type"] for error in fault.errors(include_url=False, include_input=False)}
        else:
            return message
        # Outside the handler: pydantic's error quotes what was sent, and must not travel with this one.
        raise Malformed("too-many-items" if "too-many-items" in kinds else "malformed-body")


def _unpack(body: bytes, max_bytes: int) -> Any:
    if len(body) > max_bytes:
        raise Malformed("too-large")
    try:
        return msgpack.unpackb(
            body,
            use_list=False,
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
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _refuse_extensions(code: int, _data: bytes) -> Any:
    raise ValueError(code)
