"""Messages are read strictly: what is refused, with which code, and what a reply may hold besides."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from sync import protocol, recovery_messages
from sync.errors import Malformed

ID = "0e3b5f38-0ed6-4f0e-8bb5-6b6a3f4f9a11"
ITEM = [ID, bytes(32), b"sealed"]
REQUEST = {"v": 1, "cursor": "", "items": [ITEM]}
REPLY = {
    "v": 1,
    "outcomes": [[ID, "stored", None, b"r"]],
    "changes": [[ID, "held", "x"]],
    "cursor": "",
    "more": True,
}
ENROLMENT = {"v": 2, "agency": "a", "device": "d", "signing_key": bytes(32), "receive_key": bytes(32)} | {
    "author": "h",
    "author_key": bytes(32),
    "nonce": bytes(16),
}
COMMAND = {"v": 1, "word": "ask", "request": b"packed"}


def code_of(message: Any, read: Any = protocol.decode_request) -> str:
    try:
        read(message if isinstance(message, bytes) else msgpack.packb(message))
    except Malformed as refusal:
        return str(refusal.code)
    return ""


def test_a_message_as_described_is_read() -> None:
    assert code_of(REQUEST) == ""
    assert code_of(REPLY, protocol.decode_reply) == ""
    assert code_of(ENROLMENT, protocol.decode_enrolment) == ""
    assert code_of(COMMAND, recovery_messages.decode_recovery_command) == ""


@pytest.mark.parametrize("key", ["v", "cursor", "items"])
@pytest.mark.parametrize("value", [None, True, 1.0, b"", "", {}, [[]], [{"id": ID}], {"v": 1}])
def test_a_value_of_another_type_is_refused(key: str, value: object) -> None:
    if key == "cursor" and value == "":
        return
    assert code_of(REQUEST | {key: value}) == ("unsupported-version" if key == "v" else "malformed-body")


@pytest.mark.parametrize(
    ("read", "message", "last", "first_refused"),
    [
        (protocol.decode_request, REQUEST, {"cursor": "ż" * 128}, {"cursor": "ż" * 129}),
        (
            protocol.decode_request,
            REQUEST,
            {"items": [["ż" * 64, bytes(32), b""]]},
            {"items": [["ż" * 65, bytes(32), b""]]},
        ),
        (protocol.decode_request, REQUEST, {"items": []}, {"items": [[*ITEM, 1]]}),
        (protocol.decode_request, REQUEST, {"items": [ITEM]}, {"items": [[ID, bytes(31), b""]]}),
        (
            protocol.decode_reply,
            REPLY,
            {"outcomes": [[ID, "conflict", "x" * 64, bytes(1024)]]},
            {"outcomes": [[ID, "conflict", "x" * 64, bytes(1025)]]},
        ),
        (protocol.decode_reply, REPLY, {"outcomes": []}, {"outcomes": [[ID, "kept", None, b""]]}),
        (protocol.decode_reply, REPLY, {"changes": [[ID, "new", None]]}, {"changes": [[ID, "x" * 65, None]]}),
        (protocol.decode_reply, REPLY, {"more": False}, {"more": 1}),
        (protocol.decode_enrolment, ENROLMENT, {"author": "x" * 64}, {"author": "x" * 65}),
        (protocol.decode_enrolment, ENROLMENT, {"agency": "A.b_9-"}, {"agency": "a\n"}),
        (protocol.decode_enrolment, ENROLMENT, {"nonce": bytes(16)}, {"nonce": bytes(17)}),
        (
            recovery_messages.decode_recovery_command,
            COMMAND,
            {"request": bytes(4096)},
            {"request": bytes(4097)},
        ),
        (recovery_messages.decode_recovery_command, COMMAND, {"word": "done"}, {"word": "finished"}),
    ],
)
def test_a_bound_is_exactly_where_the_protocol_puts_it(
    read: Any, message: dict[str, Any], last: dict[str, Any], first_refused: dict[str, Any]
) -> None:
    assert code_of(message | last, read) == ""
    assert code_of(message | first_refused, read) == "malformed-body"


def test_fifty_items_are_taken_and_one_more_is_refused_whatever_it_is() -> None:
    assert code_of(REQUEST | {"items": [ITEM] * 50}) == ""
    assert code_of(REQUEST | {"items": [1] * 51, "cursor": 1}) == "too-many-items"


def test_a_request_with_another_key_is_refused_and_a_reply_is_not() -> None:
    for other in ("x", b"v"):
        assert code_of(REQUEST | {other: 1}) == "malformed-body"
        assert code_of(REPLY | {other: {"a": [1]}}, protocol.decode_reply) == ""
    assert code_of(REQUEST | {"x": 1, "items": [1] * 51}) == "malformed-body"


def test_the_version_is_told_before_anything_else_but_a_missing_key() -> None:
    assert code_of(REQUEST | {"v": 2, "x": 1, "cursor": 7}) == "unsupported-version"
    assert code_of({"v": 2, "cursor": ""}) == "malformed-body"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        b"\x82\xa1v\x01\xa1v\x01",
        msgpack.packb(REQUEST) + b"x",
        msgpack.packb(REQUEST)[:-1],
        msgpack.packb(REQUEST | {"items": msgpack.ExtType(4, b"")}),
        msgpack.packb(REQUEST | {"items": [0] * 4097}),
        msgpack.packb(REQUEST | {f"k{number}": 1 for number in range(14)}),
    ],
)
def test_what_is_not_strictly_msgpack_is_refused(body: bytes) -> None:
    assert code_of(body) == "malformed-body"


def test_a_body_is_measured_before_it_is_read() -> None:
    assert code_of(bytes(2 * 1024 * 1024 + 1)) == "too-large"
    assert code_of(bytes(8193), recovery_messages.decode_escrow) == "too-large"


def test_a_refusal_carries_nothing_of_what_was_sent() -> None:
    with pytest.raises(Malformed) as refused:
        protocol.decode_request(msgpack.packb(REQUEST | {"cursor": 7}))
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)
