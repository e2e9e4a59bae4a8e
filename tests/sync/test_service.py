"""The service alone: what it decides, keeps, refuses and never says."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import stat
import uuid
from pathlib import Path
from typing import Any

import httpx
import msgpack  # type: ignore[import-untyped]  # it ships no types
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.crypto import sealing
from assessments.errors import Damaged, StoreFault, UnknownFormat
from sync import protocol
from sync.protocol import CONTENT_TYPE, MAX_REQUEST_BYTES, PROBLEM_TYPE, SubmissionItem
from sync.service import feed, intake, problems
from sync.service.database import DatabaseUnavailable, ServiceDatabase, list_migrations
from sync.service.intake import KnownSubmissions, decide_outcomes
from sync.service.service_keys import load_or_create_secrets
from sync.service.settings import ServiceSettings
from sync.signing import signed_headers, time_signature_bytes
from tests.examples import examples
from tests.sync.world import URL, WORDS, Device, World

KID = "k0123456789abcdef"


def an_item(content: bytes = b"one", submission_id: str | None = None, kid: str = KID) -> SubmissionItem:
    envelope = b"WEN1\x01" + bytes((len(kid),)) + kid.encode() + content.ljust(48, b".")
    return SubmissionItem(submission_id or str(uuid.uuid4()), sealing.digest(envelope), envelope)


def words(
    items: list[SubmissionItem], known: KnownSubmissions | None = None
) -> list[tuple[str, str | None, str | None]]:
    return [
        (each.word, each.reason, each.table)
        for each in decide_outcomes(items, known or KnownSubmissions({}, {}), {KID})
    ]


def test_decides_stored_duplicate_and_conflict_within_one_batch() -> None:
    first = an_item()
    other = an_item(b"other", first.id)
    assert words([first, first, other, other, first]) == [
        ("stored", None, "submission"),
        ("duplicate", None, None),
        ("conflict", "other-content", "conflict"),
        ("conflict", "other-content", None),
        ("duplicate", None, None),
    ]


def test_gives_the_first_receipt_again() -> None:
    first, other = an_item(), an_item(b"other")
    other = SubmissionItem(first.id, other.digest, other.envelope)
    known = KnownSubmissions({first.id: (first.digest, b"r1")}, {(first.id, other.digest): b"r2"})
    again = decide_outcomes([first, other], known, {KID})
    assert [(each.word, each.receipt, each.table) for each in again] == [
        ("duplicate", b"r1", None),
        ("conflict", b"r2", None),
    ]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (an_item(submission_id="x"), "malformed-id"),
        (an_item(submission_id=str(uuid.uuid4()).upper()), "malformed-id"),
        (SubmissionItem(str(uuid.uuid4()), bytes(32), b"x"), "digest-mismatch"),
        (SubmissionItem(str(uuid.uuid4()), sealing.digest(b"x"), b"x"), "unknown-format"),
        (an_item(kid="kffffffffffffffff"), "unknown-service-key"),
        (an_item(b"." * (1024 * 1024 + 1)), "too-large"),
    ],
)
def test_rejects_what_can_never_be_taken(item: SubmissionItem, reason: str) -> None:
    assert words([item]) == [("rejected", reason, None)]


async def test_a_replayed_batch_gives_the_same_receipts_and_writes_nothing(world: World) -> None:
    device = await world.device()
    items = [
        SubmissionItem(each, sealing.digest(device.finished[each]), device.finished[each])
        for each in [device.finish() for _ in range(20)]
    ]
    transport = device.service.make_transport(device.keys, world.clock, device.line)
    first = await transport.exchange(protocol.ExchangeRequest("", tuple(items)))
    world.settle()
    before = world.rows("SELECT pg_current_wal_insert_lsn()")
    again = await transport.exchange(protocol.ExchangeRequest("", tuple(items)))
    assert isinstance(first, protocol.ExchangeReply)
    assert isinstance(again, protocol.ExchangeReply)
    assert [each.receipt for each in again.outcomes] == [each.receipt for each in first.outcomes]
    assert {each.status for each in again.outcomes} == {"duplicate"}
    written = world.rows("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", before[0][0])
    assert written[0][0] < 2000
    await transport.close()


async def test_a_batch_that_loses_a_race_looks_again(world: World, database_url: str) -> None:
    device = await world.device()
    agency, name, secrets = device.service.agency, device.keys.device_id, world.service.secrets
    items = []
    for _ in range(3):
        submission_id = device.finish()
        envelope = device.finished[submission_id]
        items.append(SubmissionItem(submission_id, sealing.digest(envelope), envelope))
    at = world.clock.now()
    with psycopg.connect(database_url) as first:
        # The first has inserted and not committed: the second cannot see it, and waits on its key.
        stored = intake._store_batch(first, secrets, agency, name, items[1:2], at)
        second = asyncio.create_task(
            asyncio.to_thread(intake.store_batch, world.service.database, secrets, agency, name, items, at)
        )
        await asyncio.sleep(0.3)
        assert not second.done()
        first.commit()
    outcomes = await second
    assert [each.status for each in outcomes] == ["stored", "duplicate", "stored"]
    assert outcomes[1].receipt == stored[0].receipt
    kept = world.rows("SELECT id::text, receipt FROM submission")
    assert {row[0]: bytes(row[1]) for row in kept} == {each.id: each.receipt for each in outcomes}


async def test_evidence_cannot_be_changed_or_removed(world: World) -> None:
    device = await world.device()
    device.finish()
    await device.send()
    world.settle()
    for statement in (
        "UPDATE submission SET device = 'x'",
        "DELETE FROM submission",
        "TRUNCATE submission",
        "UPDATE change SET word = 'held'",
        "DELETE FROM conflict",
    ):
        with pytest.raises(psycopg.errors.RaiseException), world.service.database.transaction() as connection:
            connection.execute(statement.encode())


def test_a_late_commit_is_not_passed_over(world: World, database_url: str) -> None:
    at = world.clock.now()
    early, late = uuid.uuid4(), uuid.uuid4()
    with psycopg.connect(database_url) as slow, psycopg.connect(database_url) as fast:
        # The slow one has its transaction number first; the fast one the lower sequence and first commit.
        slow.execute("SELECT pg_current_xact_id()")
        feed.append_change(fast, "a", "d", early, "opened", None, at)
        feed.append_change(slow, "a", "d", late, "held", "malformed", at)
        fast.commit()
        with world.service.database.transaction() as connection:
            changes, cursor, _ = feed.read_changes(connection, "a", "d", "")
        assert changes == ()
        slow.commit()
    with world.service.database.transaction() as connection:
        changes, cursor, _ = feed.read_changes(connection, "a", "d", cursor)
        assert {change.id for change in changes} == {str(early), str(late)}
        assert feed.read_changes(connection, "a", "d", cursor) == ((), cursor, False)


def test_changes_come_in_pieces_without_gaps(world: World) -> None:
    ids = [uuid.uuid4() for _ in range(7)]
    for each in ids:
        with world.service.database.transaction() as connection:
            feed.append_change(connection, "a", "d", each, "opened", None, world.clock.now())
            feed.append_change(connection, "a", "other", each, "opened", None, world.clock.now())
    seen, cursor, more = [], "", True
    with world.service.database.transaction() as connection:
        while more:
            changes, cursor, more = feed.read_changes(connection, "a", "d", cursor, limit=3)
            seen += [change.id for change in changes]
    assert seen == [str(each) for each in ids]


@pytest.mark.parametrize("cursor", ["", "x", "0" * 32 + ".1.1", "9" * 128, "\x00", "é"])
def test_a_strange_cursor_starts_from_the_beginning(world: World, cursor: str) -> None:
    with world.service.database.transaction() as connection:
        feed.append_change(connection, "a", "d", uuid.uuid4(), "opened", None, world.clock.now())
    with world.service.database.transaction() as connection:
        assert len(feed.read_changes(connection, "a", "d", cursor)[0]) == 1


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "service-keys.json"
    keys = load_or_create_secrets(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_or_create_secrets(file) == keys
    assert list(file.parent.iterdir()) == [file]
    secret = base64.b64encode(keys.receipt_private_key).decode()
    assert secret not in repr(keys)
    assert repr(keys.receipt_private_key) not in repr(keys)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"format":1,"receive":[],"receipt":""}', "\x00"]
)
def test_a_damaged_key_file_is_said_and_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "service-keys.json"
    file.write_text(content)
    with pytest.raises(Damaged):
        load_or_create_secrets(file)
    assert file.read_text() == content


def test_a_newer_database_is_left_alone(world: World) -> None:
    with world.service.database.transaction() as connection:
        connection.execute("INSERT INTO migration (number, name) VALUES (9999, 'later')")
    with pytest.raises(UnknownFormat):
        ServiceDatabase.open(world.settings)


def test_migrations_are_numbered_without_gaps_and_recorded(world: World) -> None:
    numbers = [number for number, _, _ in list_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert world.rows("SELECT number FROM migration ORDER BY number") == [(number,) for number in numbers]


def test_a_database_that_forgets_is_refused(world: World) -> None:
    with world.service.database.transaction() as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
    with pytest.raises(StoreFault) as refusal:
        ServiceDatabase.open(world.settings)
    assert refusal.value.code == "not-durable"


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        ServiceDatabase.open(ServiceSettings(tmp_path, f"postgresql:///x?host={tmp_path}"))


def test_connections_survive_their_database_being_away(world: World, postgres: str) -> None:
    name = world.rows("SELECT current_database()")[0][0]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
    with pytest.raises(DatabaseUnavailable):
        world.rows("SELECT 1")
    assert world.rows("SELECT 1") == [(1,)]


# What is refused at the door


async def ask(world: World, method: str, path: str, **how: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url=URL) as http:
        return await http.request(method, path, **how)


def assert_problem(response: httpx.Response, problem: problems.Problem) -> None:
    assert response.status_code == problem.status
    assert response.headers["content-type"].startswith(PROBLEM_TYPE)
    said = response.json()
    assert (said["type"], said["title"], said["status"]) == (
        f"urn:wren:problem:{problem.number}",
        problem.title,
        problem.status,
    )


def signed(device: Device, body: bytes, *, seconds: float = 0.0, nonce: str = "N" * 22) -> dict[str, str]:
    return signed_headers(
        "POST",
        "/v1/exchange",
        body,
        CONTENT_TYPE,
        agency=device.service.agency,
        device=device.keys.device_id,
        created=int(device.clock.now().timestamp() + seconds),
        nonce=nonce,
        sign=device.keys.sign,
    )


async def test_health_says_up_and_how_long_the_oldest_was_not_opened(world: World) -> None:
    up = {"status": "up", "version": 1}
    response = await ask(world, "GET", "/v1/health")
    assert response.json() == up | {"unopened": 0, "oldest_unopened_s": None}
    device = await world.device()
    device.finish()
    device.finish(assessment=7)
    await device.send()
    world.settle()
    world.clock.move(days=2)
    response = await ask(world, "GET", "/v1/health")
    assert response.json() == up | {"unopened": 1, "oldest_unopened_s": 2 * 24 * 3600}


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [
        ("GET", "/", problems.NO_SUCH_PATH),
        ("GET", "/docs", problems.NO_SUCH_PATH),
        ("GET", "/openapi.json", problems.NO_SUCH_PATH),
        ("GET", "/v1/exchange", problems.WRONG_METHOD),
        ("PUT", "/v1/devices", problems.WRONG_METHOD),
        ("POST", "/v1/exchange/", problems.NO_SUCH_PATH),
        ("POST", "/v1/exchange?name=Otis", problems.NO_SUCH_PATH),
        ("POST", "/v1/exchange", problems.WRONG_CONTENT_TYPE),
    ],
)
async def test_other_paths_and_methods_are_problems(
    world: World, method: str, path: str, problem: problems.Problem
) -> None:
    assert_problem(await ask(world, method, path), problem)


async def test_the_same_request_passes_once(world: World) -> None:
    device = await world.device()
    body = protocol.encode_request(protocol.ExchangeRequest("", ()))
    headers = signed(device, body)
    assert (await ask(world, "POST", "/v1/exchange", content=body, headers=headers)).status_code == 200
    assert_problem(await ask(world, "POST", "/v1/exchange", content=body, headers=headers), problems.REPLAYED)
    world.clock.move(seconds=299)
    assert_problem(await ask(world, "POST", "/v1/exchange", content=body, headers=headers), problems.REPLAYED)


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_outside_the_window_the_time_is_told_and_signed(world: World, seconds: float) -> None:
    device = await world.device()
    body = protocol.encode_request(protocol.ExchangeRequest("", ()))
    response = await ask(
        world, "POST", "/v1/exchange", content=body, headers=signed(device, body, seconds=seconds)
    )
    assert_problem(response, problems.CLOCK)
    said = response.json()
    assert sealing.verify(
        device.service.receipt_key,
        time_signature_bytes("N" * 22, said["time"]),
        base64.b64decode(said["time_signature"]),
    )
    inside = signed(device, body, seconds=seconds * 299 / 301)
    assert (await ask(world, "POST", "/v1/exchange", content=body, headers=inside)).status_code == 200


async def test_a_changed_body_or_foreign_signature_is_refused(world: World) -> None:
    device, other = await world.device(), await world.device()
    body = protocol.encode_request(protocol.ExchangeRequest("", ()))
    headers = signed(device, body)
    changed = body.replace(b"cursor", b"cursoR")
    assert_problem(
        await ask(world, "POST", "/v1/exchange", content=changed, headers=headers), problems.DIGEST_MISMATCH
    )
    stolen = headers | {"signature": signed(other, body)["signature"]}
    assert_problem(
        await ask(world, "POST", "/v1/exchange", content=body, headers=stolen), problems.BAD_SIGNATURE
    )
    bare = {"content-type": CONTENT_TYPE}
    assert_problem(await ask(world, "POST", "/v1/exchange", content=body, headers=bare), problems.NOT_SIGNED)


async def test_too_much_is_refused_without_being_read(world: World) -> None:
    device = await world.device()
    read = 0

    async def endless() -> Any:
        nonlocal read
        while read < 50_000_000:
            read += 65536
            yield bytes(65536)

    headers = signed(device, b"")
    response = await ask(world, "POST", "/v1/exchange", content=endless(), headers=headers)
    assert_problem(response, problems.TOO_LARGE)
    assert read <= MAX_REQUEST_BYTES + 2 * 65536
    said = headers | {"content-length": str(MAX_REQUEST_BYTES + 1)}
    assert_problem(await ask(world, "POST", "/v1/exchange", content=b"x", headers=said), problems.TOO_LARGE)


async def test_too_many_items_is_said_as_such(world: World) -> None:
    device = await world.device()
    row = [str(uuid.uuid4()), bytes(32), b"x"]
    body = msgpack.packb({"v": 1, "cursor": "", "items": [row] * 51})
    response = await ask(world, "POST", "/v1/exchange", content=body, headers=signed(device, body))
    assert_problem(response, problems.TOO_MANY_ITEMS)


async def test_another_version_is_said_as_such(world: World) -> None:
    device = await world.device()
    body = msgpack.packb({"v": 2, "cursor": "", "items": []})
    response = await ask(world, "POST", "/v1/exchange", content=body, headers=signed(device, body))
    assert_problem(response, problems.UNSUPPORTED_VERSION)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=70)
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NEAR = st.fixed_dictionaries(
    {
        "v": st.just(1) | PLAIN,
        "cursor": st.text(max_size=140) | PLAIN,
        "items": st.lists(
            st.tuples(
                st.uuids().map(str) | st.text(max_size=70),
                st.binary(min_size=32, max_size=32),
                st.binary(max_size=99),
            )
            | PLAIN,
            max_size=3,
        )
        | PLAIN,
    }
)
PATHS = st.sampled_from(["/v1/exchange", "/v1/devices", "/v1/escrow", "/v1/recovery"])
HOSTILE = st.binary(max_size=300) | PLAIN.map(msgpack.packb) | NEAR.map(msgpack.packb)


@settings(max_examples=examples(400), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=HOSTILE,
    number=st.integers(0, 2**62),
    path=PATHS,
)
async def test_no_signed_bytes_make_it_stumble_or_echo(
    world: World, body: bytes, number: int, path: str
) -> None:
    if not world.devices:
        world.devices.append(await world.device())
    device = world.devices[0]
    headers = signed_headers(
        "POST",
        path,
        body,
        CONTENT_TYPE,
        agency="agency-7",
        device=device.keys.device_id,
        created=int(world.clock.now().timestamp()),
        nonce=f"{number:022d}",
        sign=device.keys.sign,
    )
    response = await ask(world, "POST", path, content=body, headers=headers)
    assert response.status_code < 500
    if response.status_code != 200:
        assert response.headers["content-type"].startswith(PROBLEM_TYPE)
        assert set(response.json()) <= {"type", "title", "status", "time", "time_signature"}


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=120)


@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=60),
    fields=st.dictionaries(
        st.sampled_from(["content-type", "content-digest", "signature-input", "signature", "content-length"]),
        HEADER,
    ),
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "PATCH"]),
    path=st.sampled_from(["/v1/exchange", "/v1/devices", "/v1/health", "/"])
    | HEADER.map(lambda text: f"/{text}"),
)
async def test_no_unsigned_bytes_make_it_stumble(
    world: World, body: bytes, fields: dict[str, str], method: str, path: str
) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await world.app(scope, receive, send)
    assert sent[0]["status"] < 500


async def test_a_fault_is_one_calm_line_without_what_was_sent(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await world.device()

    def stumble(*_: Any) -> None:
        raise RuntimeError(WORDS)

    monkeypatch.setattr("sync.service.intake.store_batch", stumble)
    body = protocol.encode_request(protocol.ExchangeRequest("", ()))
    with caplog.at_level(logging.DEBUG):
        response = await ask(world, "POST", "/v1/exchange", content=body, headers=signed(device, body))
    assert_problem(response, problems.FAULT)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("wren")] == [
        "fault RuntimeError"
    ]
    assert WORDS not in caplog.text


async def test_nothing_personal_is_logged_by_a_whole_exchange(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        device = await world.device()
        device.finish({"words": "planted-word-in-answer"})
        device.finish({"words": "planted-word"}, assessment={"id": "planted-word"})
        await device.send()
        world.settle()
        await device.send()
    assert "planted" not in caplog.text
    assert "Brackenthwaite" not in caplog.text


async def test_a_database_without_the_keys_shows_nothing_that_was_typed(world: World) -> None:
    device = await world.device()
    device.finish({"words": "planted-word-in-answer"})
    await device.send()
    kept = world.rows("SELECT envelope, receipt, digest FROM submission")
    assert b"planted" not in b"".join(bytes(part) for row in kept for part in row)
    assert "planted" not in json.dumps(world.rows("SELECT * FROM device"), default=str)


def test_each_problem_has_its_own_number_and_a_line_in_the_protocol() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sync-protocol.md").read_text("utf-8")
    for problem in problems.PROBLEMS:
        assert f"| {problem.number} | {problem.status} | {problem.title} |" in text
    assert len({problem.number for problem in problems.PROBLEMS}) == len(problems.PROBLEMS)
