"""A device and the service, in one process, over a line that behaves and one that does not."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

import httpx
import psycopg
import pytest

from assessments.crypto import sealing
from assessments.ports import Outcome
from sync import protocol
from sync.device.enrolment import enrol_device
from sync.device.worker import drain_outbox
from sync.errors import BadReceipt, EnrolmentFailed
from sync.protocol import CONTENT_TYPE, check_receipt
from sync.service import vault
from sync.service.admin import list_submissions
from sync.service.main import create_app
from tests.sync.world import URL, WORDS, Device, Line, World, answering, make_keys


def assert_stored_once(world: World, device: Device) -> None:
    """Everything the device finished is in the service, once, byte for byte; and nothing else of it."""
    kept = world.rows("SELECT id::text, envelope FROM submission WHERE device = %s", device.keys.device_id)
    assert {id_: bytes(envelope) for id_, envelope in kept} == device.finished


async def test_content_arrives_character_for_character(world: World) -> None:
    device = await world.device()
    answers = {
        "injury": "yes",
        "words": [{"words": WORDS, "origin": "child-typed", "prompt": ""}],
        "why": {"not_answered": "not-asked", "reason": "not-safe"},
        "odd": "half \ud83d of a pair, nul \x00, zero-width \u200b\u200d",
        "ladder": 7,
    }
    submission_id = device.finish(answers, "child-voice-7-11")
    assert (await device.send()).sent == 1
    world.settle()
    (row,) = list_submissions(world.settings)
    assert row["id"] == submission_id
    assert (row["state"], row["reason"]) == ("opened", None)
    assert row["answers"] == answers
    assert list(row["answers"]) == list(answers)
    assert (row["tool"], row["subject"], row["household"]) == (
        "child-voice-7-11",
        "Otis Brackenthwaite",
        "Brackenthwaite",
    )


@pytest.mark.parametrize("seed", range(25))
async def test_a_bad_line_loses_nothing_and_stores_once(world: World, seed: int) -> None:
    device = await world.device(seed=seed, rate=0.5)
    for number in range(12):
        device.finish({"words": "x" * (number * 900)})
    for _ in range(200):
        summary = await device.send()
        kept = {row[0] for row in world.rows("SELECT id::text FROM submission")}
        for entry in device.outbox.entries():
            if entry.state == "sent":
                assert entry.id in kept
                receipt = Outcome(entry.id, "stored", None, device.outbox.receipt(entry.id))
                check_receipt(receipt, entry.digest, device.keys.device_id, device.service.receipt_key)
        if not summary.waiting:
            break
        world.clock.move(seconds=400)
    assert set(device.states().values()) == {"sent"}
    assert_stored_once(world, device)


@pytest.mark.parametrize("trouble", ["reply-lost", "cut", "request-lost", "duplicate"])
async def test_keeps_the_work_whatever_happens_to_one_request(world: World, trouble: str) -> None:
    device = await world.device()
    device.line.plan = [trouble] * 3
    submission_id = device.finish()
    for _ in range(4):
        await device.send()
    assert device.states() == {submission_id: "sent"}
    assert_stored_once(world, device)


BAD_SERVICES: dict[str, Any] = {
    "500": answering(500),
    "500 with a page": answering(500, b"<html>oh</html>", "text/html"),
    "413": answering(413),
    "401": answering(401),
    "403": answering(403, b"{}", "application/problem+json"),
    "404": answering(404),
    "429": answering(429),
    "503": answering(503),
    "redirect": answering(302),
    "nothing": answering(200),
    "no content": answering(204),
    "empty of the right type": answering(200, b"", CONTENT_TYPE),
    "garbage": answering(200, b"\xff\x00\xfe" * 100, CONTENT_TYPE),
    "wrong content type": answering(200, b"ok", "text/plain"),
    "a portal": answering(200, b"<html>Sign in to Wi-Fi</html>", "text/html"),
    "an endless reply": answering(200, b"\x00" * (2 * 1024 * 1024), CONTENT_TYPE),
    "deep msgpack": answering(200, b"\x91" * 5000, CONTENT_TYPE),
    "no outcomes": answering(
        200, protocol.encode_reply(protocol.ExchangeReply((), (), "", False)), CONTENT_TYPE
    ),
    "a problem of lists": answering(401, b"[1]", "application/problem+json"),
    "a clock without a signature": answering(
        401, b'{"type":"urn:wren:problem:2003","time":"2030-01-01T00:00:00Z"}', "application/problem+json"
    ),
    "offline": "offline",
}


@pytest.mark.parametrize("kind", BAD_SERVICES)
async def test_no_service_can_make_work_look_sent_or_set_it_aside(world: World, kind: str) -> None:
    device = await world.device()
    for _ in range(7):
        device.finish()
    device.line.always = BAD_SERVICES[kind]
    summary = await device.send()
    assert (summary.sent, summary.waiting, summary.set_aside) == (0, 7, 0)
    assert len(device.line.requests) <= 8
    assert any(entry.attempts and entry.reason and entry.next_try_at for entry in device.outbox.entries())
    device.line.always = None
    assert (await device.send()).sent == 7
    assert_stored_once(world, device)


async def test_a_slow_service_is_given_up_and_asked_again(world: World) -> None:
    device = await world.device()
    device.finish()

    async def slow(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        raise AssertionError

    device.line.always = slow
    transport = device.service.make_transport(device.keys, world.clock, device.line)
    transport._timeout_s = 0.05
    summary = await drain_outbox(device.outbox, transport, world.clock)
    assert (summary.waiting, summary.reason) == (1, "timeout")
    device.line.always = None
    assert (await device.send()).sent == 1


async def test_three_poisoned_of_fifty_hold_nobody_up(world: World) -> None:
    device = await world.device()
    good = [device.finish() for _ in range(47)]
    bad_kid = device.finish()
    envelope = device.outbox.envelope(bad_kid)
    device.outbox.add(bad_kid, "x", envelope.replace(device.service.kid.encode(), b"k" + b"0" * 16))
    device.outbox.add("not-a-uuid", "x", envelope)
    taken = device.finish()
    assert (await device.send()).sent == 48
    device.outbox.add(taken, "x", device.seal(taken, b"{}"))
    fresh = [device.finish() for _ in range(3)]
    summary = await device.send()
    assert (summary.sent, summary.waiting, summary.set_aside) == (3, 0, 1)
    reasons = {entry.id: entry.reason for entry in device.outbox.entries() if entry.state == "set-aside"}
    assert reasons == {
        bad_kid: "unknown-service-key",
        "not-a-uuid": "malformed-id",
        taken: "other-content",
    }
    assert {device.states()[each] for each in (*good, *fresh)} == {"sent"}
    assert world.rows("SELECT count(*) FROM submission") == [(51,)]
    assert world.rows("SELECT id::text FROM conflict") == [(taken,)]


async def test_entry_that_makes_the_service_stumble_does_not_stay_in_front(world: World) -> None:
    device = await world.device()
    poison = [device.finish() for _ in range(2)]
    good = [device.finish() for _ in range(20)]

    async def stumble(request: httpx.Request) -> httpx.Response:
        if any(each.encode() in request.content for each in poison):
            return httpx.Response(500)
        answer: httpx.Response = await device.line.inner.handle_async_request(request)
        return answer

    device.line.always = stumble
    for _ in range(3):
        await device.send()
        world.clock.move(seconds=1000)
    states = device.states()
    assert {states[each] for each in good} == {"sent"}
    assert {states[each] for each in poison} == {"waiting"}


async def test_a_damaged_envelope_on_the_device_is_set_aside_alone(world: World) -> None:
    device = await world.device()
    damaged, good = device.finish(), device.finish()
    device.outbox._envelopes[damaged] = b"rotten"
    summary = await device.send()
    assert (summary.sent, summary.set_aside) == (1, 1)
    assert device.states() == {damaged: "set-aside", good: "sent"}


async def test_five_identical_posts_at_once_make_one_row(world: World) -> None:
    device = await world.device()
    submission_id = device.finish()
    request = protocol.ExchangeRequest(
        "",
        (
            protocol.SubmissionItem(
                submission_id, sealing.digest(device.finished[submission_id]), device.finished[submission_id]
            ),
        ),
    )
    transports = [device.service.make_transport(device.keys, world.clock, Line(world.app)) for _ in range(5)]
    replies = await asyncio.gather(*(transport.exchange(request) for transport in transports))
    outcomes = [reply.outcomes[0] for reply in replies if isinstance(reply, protocol.ExchangeReply)]
    assert sorted(outcome.status for outcome in outcomes) == ["duplicate"] * 4 + ["stored"]
    assert len({outcome.receipt for outcome in outcomes}) == 1
    assert_stored_once(world, device)
    for transport in transports:
        await transport.close()


async def test_a_forged_receipt_is_not_believed(world: World) -> None:
    device = await world.device()
    submission_id = device.finish()
    foreign, _ = sealing.make_signing_key()

    async def forge(request: httpx.Request) -> httpx.Response:
        real = await device.line.inner.handle_async_request(request)
        reply = protocol.decode_reply(await real.aread())
        item = protocol.SubmissionItem(submission_id, device.outbox.entries()[0].digest, b"")

        def sign(said: bytes) -> bytes:
            return sealing.sign(foreign, said)

        receipt = protocol.make_receipt(item, device.keys.device_id, "stored", world.clock.now(), 1, sign)
        forged = protocol.ExchangeReply(
            (Outcome(submission_id, "stored", None, receipt),), (), reply.cursor, False
        )
        return await answering(200, protocol.encode_reply(forged), CONTENT_TYPE)(request)

    device.line.always = forge
    summary = await device.send()
    assert (summary.sent, summary.waiting) == (0, 1)
    device.line.always = None
    await device.send()
    assert device.states() == {submission_id: "sent"}


async def test_every_receipt_is_for_these_bytes_this_device_and_this_word(world: World) -> None:
    device = await world.device()
    submission_id = device.finish()
    await device.send()
    entry = device.outbox.entries()[0]
    receipt = device.outbox.receipt(submission_id)
    key, name = device.service.receipt_key, device.keys.device_id
    check_receipt(Outcome(submission_id, "stored", None, receipt), entry.digest, name, key)
    check_receipt(Outcome(submission_id, "duplicate", None, receipt), entry.digest, "another", key)
    wrong = [
        (Outcome(submission_id, "conflict", None, receipt), entry.digest, name),
        (Outcome(submission_id, "rejected", None, receipt), entry.digest, name),
        (Outcome("other", "stored", None, receipt), entry.digest, name),
        (Outcome(submission_id, "stored", None, receipt), bytes(32), name),
        (Outcome(submission_id, "stored", None, receipt), entry.digest, "another"),
        (Outcome(submission_id, "stored", None, b""), entry.digest, name),
        *(
            (
                Outcome(
                    submission_id,
                    "stored",
                    None,
                    receipt[:at] + bytes((receipt[at] ^ 1,)) + receipt[at + 1 :],
                ),
                entry.digest,
                name,
            )
            for at in range(len(receipt))
        ),
    ]
    for outcome, digest, device_id in wrong:
        with pytest.raises(BadReceipt):
            check_receipt(outcome, digest, device_id, key)


async def test_a_device_with_a_wrong_clock_sends_all_the_same(world: World) -> None:
    device = await world.device()
    device.finish()
    device.clock = type(world.clock)(world.clock.now())
    device.clock.move(days=-400)
    assert (await device.send()).sent == 1
    assert len(device.line.requests) == 2


async def test_an_unsigned_time_does_not_move_the_device(world: World) -> None:
    device = await world.device()
    device.finish()
    device.line.always = answering(
        401,
        b'{"type":"urn:wren:problem:2003","time":"2030-01-01T00:00:00Z","time_signature":"AAAA"}',
        "application/problem+json",
    )
    summary = await device.send()
    assert (summary.waiting, summary.reason) == (1, "refused")
    assert len(device.line.requests) == 1


async def test_changes_say_opened_and_held_with_the_reason(world: World) -> None:
    device = await world.device()
    good = device.finish()
    held = device.finish(schema="wren/assessment/99")
    mixed = device.finish(household={"id": good, "name": "x"})
    unreadable = device.finish(assessment=7)
    await device.send()
    world.settle()
    assert {change.id: (change.word, change.reason) for change in await device.changes(4)} == {
        good: ("opened", None),
        held: ("held", "unknown-schema"),
        mixed: ("held", "payload-mismatch"),
        unreadable: ("held", "malformed"),
    }
    assert (await device.send()).changes == ()
    assert_stored_once(world, device)


@pytest.mark.parametrize(("depth", "reason"), [(260, "too-deep"), (100_000, "malformed")])
async def test_answers_nested_too_deep_are_held_and_the_next_is_opened(
    world: World, depth: int, reason: str
) -> None:
    device = await world.device()
    deep = str(uuid.uuid4())
    content = json.dumps(device.payload(deep, {"injury": "planted"}, "risk-24")).encode()
    nested = content.replace(b'"planted"', b"[" * depth + b"]" * depth)
    device.queue(deep, device.seal(deep, nested))
    good = device.finish()
    await device.send()
    world.settle()
    changes = {change.id: (change.word, change.reason) for change in await device.changes(2)}
    assert changes == {deep: ("held", reason), good: ("opened", None)}


@pytest.mark.parametrize("fault", [ZeroDivisionError, MemoryError, psycopg.errors.ProgramLimitExceeded])
async def test_a_fault_nobody_foresaw_holds_its_own_submission_only(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    device = await world.device()
    broken = device.finish({"injury": WORDS})
    good = device.finish()
    project = vault._insert_assessment

    def odd(connection: Any, stored: vault.StoredSubmission, *more: Any) -> None:
        project(connection, stored, *more)
        if str(stored.id) == broken:
            raise fault(WORDS)

    monkeypatch.setattr(vault, "_insert_assessment", odd)
    await device.send()
    world.settle()
    changes = {change.id: (change.word, change.reason) for change in await device.changes(2)}
    assert changes == {broken: ("held", "unforeseen"), good: ("opened", None)}
    # Whole or not at all: nothing of the held one is in the readable tables.
    assert world.rows("SELECT id::text FROM assessment") == [(good,)]
    assert fault.__name__ in caplog.text
    assert WORDS not in caplog.text


async def test_one_that_fails_with_the_database_leaves_the_others_to_be_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await world.device()
    fails = device.finish()
    good = [device.finish() for _ in range(3)]
    project = vault._insert_assessment

    def shut_down(connection: Any, stored: vault.StoredSubmission, *more: Any) -> None:
        if str(stored.id) == fails:
            raise psycopg.errors.AdminShutdown
        project(connection, stored, *more)

    monkeypatch.setattr(vault, "_insert_assessment", shut_down)
    monkeypatch.setattr(vault, "_RETRY_AFTER_S", 0.01)
    await device.send()
    deadline = time.monotonic() + 60
    while len(world.rows("SELECT id FROM assessment")) < len(good):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    # It is not held: the fault says nothing of what was to be written, and it is tried again.
    assert world.rows("SELECT id::text FROM change WHERE word = 'held'") == []
    monkeypatch.setattr(vault, "_insert_assessment", project)
    world.settle()
    assert len(world.rows("SELECT id FROM assessment")) == len(good) + 1


async def test_a_submission_by_an_author_nobody_introduced_is_held(world: World) -> None:
    device = await world.device()
    device.author = "someone-else"
    stranger = device.finish()
    device.author = "hv1"
    device.author_private = sealing.make_signing_key()[0]
    forged = device.finish()
    await device.send()
    world.settle()
    changes = {change.id: change.reason for change in await device.changes(2)}
    assert changes == {stranger: "unknown-author", forged: "bad-signature"}


async def test_what_was_held_is_opened_when_its_cause_is_gone(world: World) -> None:
    device = await world.device()
    device.author_private, author_public = sealing.make_signing_key()
    submission_id = device.finish()
    await device.send()
    world.settle()
    await introduce_again(world, device, author_public)
    app = create_app(world.settings, world.clock)
    assert app.state.service.opener.wait_until_idle(20)
    app.state.service.close()
    words = [(c.id, c.word) for c in await device.changes(2)]
    assert words == [(submission_id, "held"), (submission_id, "opened")]


async def introduce_again(world: World, device: Device, author_public: bytes) -> None:
    await enrol_device(
        URL,
        device.keys,
        agency="agency-7",
        author="hv1",
        author_key=author_public,
        clock=world.clock,
        http_transport=Line(world.app),
    )


async def test_agencies_do_not_meet(world: World) -> None:
    one, other = await world.device(agency="one"), await world.device(agency="other")
    shared = one.finish()
    other.queue(shared, other.seal(shared, b"{}"))
    assert (await one.send()).sent == (await other.send()).sent == 1
    world.settle()
    assert {change.id for change in await other.changes(1)} == {shared}
    assert world.rows("SELECT agency, id::text FROM submission ORDER BY agency") == [
        ("one", shared),
        ("other", shared),
    ]


async def test_an_item_beyond_the_bound_travels_alone(world: World) -> None:
    device = await world.device()
    for _ in range(3):
        device.finish()
    noise = sealing.make_random(90_000).hex()
    device.finish({"words": noise})
    for _ in range(60):
        device.finish()
    assert (await device.send()).sent == 64
    sizes = [
        [len(item.envelope) for item in protocol.decode_request(request.content).items]
        for request in device.line.requests
    ]
    assert all(len(each) == 1 or (sum(each) <= 64 * 1024 and len(each) <= 50) for each in sizes if each)
    assert any(len(each) == 1 and each[0] > 64 * 1024 for each in sizes)


async def test_a_known_device_with_other_keys_is_refused(world: World) -> None:
    device = await world.device()
    with pytest.raises(EnrolmentFailed) as refusal:
        await enrol_device(
            URL,
            make_keys(device.keys.device_id),
            agency="agency-7",
            author="hv1",
            author_key=bytes(32),
            clock=world.clock,
            http_transport=Line(world.app),
        )
    assert refusal.value.code == "device-known"


async def test_an_unknown_device_waits(world: World) -> None:
    device = await world.device()
    device.keys = make_keys()
    device.finish()
    summary = await device.send()
    assert (summary.waiting, summary.reason) == (1, "unknown-device")
