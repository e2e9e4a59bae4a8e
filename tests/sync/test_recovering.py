"""Letting somebody in again, seen from the service: two people, a spoken code, and a log that only grows."""

from __future__ import annotations

import stat
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import psycopg
import pytest

from assessments.crypto import sealing
from assessments.crypto.recovery import (
    ESCROW_SIDES,
    Escrow,
    EscrowSide,
    RecoveryKey,
    RecoveryRequest,
    combine_grants,
    make_escrow,
    recovery_kid,
)
from assessments.errors import Damaged, WrenError
from sync.device.enrolment import EnrolledService, enrol_device
from sync.device.exchange import Failure
from sync.device.recovery_exchange import send_recovery_command, upload_escrows
from sync.errors import EnrolmentFailed
from sync.recovery_messages import (
    RecoveryApproval,
    RecoveryReply,
    collect_grants,
    decode_pem,
    derive_request_id,
    encode_pem,
)
from sync.service.recovery import approvals
from sync.service.recovery.keys import (
    TRAINING_PASSPHRASE,
    load_or_create_recovery_key,
    make_agency_key,
    open_agency_key,
)
from sync.service.settings import ServiceSettings
from tests.sync.world import URL, Device, Line, World, answering, make_keys

WORDS = "an officer's own passphrase"


@dataclass
class Owing:
    """The escrows that a device has still to give."""

    left: list[Escrow]

    def list_escrows(self) -> Sequence[Escrow]:
        return tuple(self.left)

    def mark_confirmed(self, escrow: Escrow) -> None:
        self.left.remove(escrow)


@dataclass
class Person:
    """Somebody with a key on a device, who has forgotten the way to it."""

    world: World
    device: Device
    udk: bytearray = field(default_factory=sealing.make_key)

    def __post_init__(self) -> None:
        known = self.device.service.recovery_keys
        assert known is not None
        self.escrow = make_escrow(self.udk, self.device.keys.device_id, self.device.author, *known)
        self.ask_anew()

    def ask_anew(self) -> None:
        self.one_off, public = sealing.make_receive_key()
        self.request = RecoveryRequest(
            self.device.keys.device_id, self.device.service.agency, self.device.author, public, self.escrow
        )

    async def tell(
        self, word: str = "ask", request: RecoveryRequest | None = None
    ) -> RecoveryReply | Failure:
        transport = self.device.service.make_transport(self.device.keys, self.world.clock, self.device.line)
        try:
            return await send_recovery_command(word, request or self.request, transport)  # type: ignore[arg-type]  # a Word
        finally:
            await transport.close()

    async def standing(self) -> RecoveryReply:
        """How the request stands, over a line that works."""
        standing = await self.tell()
        assert isinstance(standing, RecoveryReply)
        return standing

    async def give(self, owing: Owing) -> Failure | None:
        transport = self.device.service.make_transport(self.device.keys, self.world.clock, self.device.line)
        try:
            return await upload_escrows(owing, transport)
        finally:
            await transport.close()

    @property
    def id(self) -> uuid.UUID:
        return derive_request_id(self.request.to_bytes())

    def private(self, side: EscrowSide) -> bytes:
        if side == "agency":
            return self.world.agency_private(self.device.service.agency)
        return load_or_create_recovery_key(self.world.settings.recovery_key_file)

    def agree(
        self, side: EscrowSide, officer: str, heard: str | None = None, key: EscrowSide | None = None
    ) -> RecoveryApproval:
        return approvals.approve_request(
            self.world.service.database,
            self.id,
            side,
            officer,
            self.request.code if heard is None else heard,
            self.private(key or side),
            self.world.clock.now(),
        )

    def refusal(self, side: EscrowSide, officer: str, heard: str | None = None) -> tuple[str, object]:
        with pytest.raises(WrenError) as refused:
            self.agree(side, officer, heard)
        return refused.value.code, refused.value.data.get("left")


@pytest.fixture
async def person(world: World) -> Person:
    return Person(world, await world.device())


async def test_two_people_together_let_somebody_in(person: Person) -> None:
    assert await person.tell() == RecoveryReply("asked")
    person.agree("agency", "officer-1")
    standing = await person.standing()
    assert len(standing.answers) == 1
    with pytest.raises(Damaged):
        combine_grants(person.one_off, person.request, collect_grants(standing.answers))
    person.agree("service", "officer-2")
    standing = await person.standing()
    assert combine_grants(person.one_off, person.request, collect_grants(standing.answers)) == person.udk
    assert await person.tell("done") == replace(standing, state="finished")
    lines = approvals.list_recovery_log(person.world.service.database)
    said = [(line["word"], line["side"], line["officer"]) for line in lines]
    assert said == [
        ("asked", None, None),
        ("agreed", "agency", "officer-1"),
        ("agreed", "service", "officer-2"),
        ("finished", None, None),
    ]
    hashes = [line["grant_hash"] for line in lines]
    assert hashes[1:3] == [sealing.digest(answer.grant).hex() for answer in standing.answers]
    assert approvals.list_open_requests(person.world.service.database) == []


async def test_the_list_never_tells_the_code(person: Person) -> None:
    await person.tell()
    (row,) = approvals.list_open_requests(person.world.service.database)
    assert (row["id"], row["author"], row["agreed"], row["wrong_codes"]) == (str(person.id), "hv1", [], 0)
    assert person.request.code not in str(row)
    assert person.request.code.replace("-", "") not in str(row)


@pytest.mark.parametrize(("first", "second"), [ESCROW_SIDES, ESCROW_SIDES[::-1]])
async def test_one_person_cannot_be_both(person: Person, first: EscrowSide, second: EscrowSide) -> None:
    await person.tell()
    person.agree(first, "officer-1")
    assert person.refusal(second, "officer-1")[0] == "same-officer"
    assert person.refusal(second, "OFFICER-1")[0] == "same-officer"
    assert person.refusal(second, "hv1")[0] == "same-officer"
    assert person.refusal(first, "officer-2")[0] == "already-agreed"
    person.agree(second, "officer-2")


async def test_answers_of_one_person_by_file_are_refused_by_the_device(person: Person) -> None:
    answers = [
        approvals.approve_offline(
            person.request, "officer-1", person.request.code, side, person.private(side)
        )
        for side in ESCROW_SIDES
    ]
    with pytest.raises(WrenError, match="same-officer"):
        collect_grants(answers)
    other = replace(answers[1], officer="officer-2")
    travelled = decode_pem(
        "answer", "".join(encode_pem("answer", answer.packed()) for answer in (answers[0], other))
    )
    assert travelled == [answers[0].packed(), other.packed()]
    assert combine_grants(person.one_off, person.request, collect_grants([answers[0], other])) == person.udk


async def test_wrong_codes_are_counted_and_the_fifth_closes(person: Person) -> None:
    await person.tell()
    wrong = "0000-0000" if person.request.code != "0000-0000" else "0000-0001"
    assert [person.refusal(side, "officer-1", wrong) for side in (*ESCROW_SIDES, *ESCROW_SIDES)] == [
        ("wrong-code", left) for left in (4, 3, 2, 1)
    ]
    assert approvals.list_open_requests(person.world.service.database)[0]["wrong_codes"] == 4
    assert person.refusal("agency", "officer-1", wrong) == ("wrong-code", 0)
    assert person.refusal("agency", "officer-1")[0] == "recovery-closed"
    standing = await person.standing()
    assert standing == RecoveryReply("closed")


async def test_nobody_agrees_to_what_was_taken_back(person: Person) -> None:
    await person.tell()
    person.agree("agency", "officer-1")
    await person.tell("stop")
    assert person.refusal("service", "officer-2")[0] == "recovery-closed"
    old, old_answers = person.id, (await person.standing()).answers
    person.ask_anew()
    assert person.id != old
    await person.tell()
    # The agency's answer to the old request does not fit the new one.
    person.agree("service", "officer-2")
    new_answers = (await person.standing()).answers
    with pytest.raises(Damaged):
        combine_grants(person.one_off, person.request, collect_grants([*old_answers, *new_answers]))


async def test_asking_anew_closes_the_earlier_request(person: Person) -> None:
    await person.tell()
    earlier = person.request
    person.ask_anew()
    await person.tell()
    assert [row["id"] for row in approvals.list_open_requests(person.world.service.database)] == [
        str(person.id)
    ]
    assert await person.tell(request=earlier) == RecoveryReply("stopped")


@pytest.mark.parametrize("changed", [{"author": "hv2"}, {"device": "another"}])
async def test_a_request_for_somebody_else_opens_nothing(person: Person, changed: dict[str, str]) -> None:
    swapped = replace(person.request, **changed)  # type: ignore[arg-type]  # names of fields
    for side in ESCROW_SIDES:
        with pytest.raises(WrenError, match="does-not-open"):
            approvals.approve_offline(swapped, "officer-1", swapped.code, side, person.private(side))


async def test_a_device_asks_for_nobody_elsewhere(person: Person) -> None:
    for changed in ({"device": "another"}, {"agency": "agency-8"}):
        swapped = replace(person.request, **changed)  # type: ignore[arg-type]  # names of fields
        assert await person.tell(request=swapped) == Failure("refused")
    assert approvals.list_open_requests(person.world.service.database) == []


async def test_a_swapped_one_off_key_has_another_code(person: Person) -> None:
    await person.tell()
    thief, public = sealing.make_receive_key()
    heard = person.request.code
    person.request, person.one_off = replace(person.request, one_off_public=public), thief
    await person.tell()
    assert person.refusal("agency", "officer-1", heard)[0] == "wrong-code"


async def test_every_other_device_of_the_person_hears_of_it(world: World, person: Person) -> None:
    other, stranger = await world.device(), await world.device(agency="agency-8")
    await person.tell()
    person.agree("agency", "officer-1")
    assert (await other.send()).changes == ()
    person.agree("service", "officer-2")
    (change,) = await other.changes(1)
    assert (change.id, change.word, change.reason) == (str(person.id), "recovered", "hv1")
    assert (await person.device.send()).changes == ()
    assert (await stranger.send()).changes == ()


async def test_an_escrow_is_given_until_the_service_signed_for_it(person: Person) -> None:
    owing = Owing([person.escrow])
    for bad in ("offline", "reply-lost", answering(200, b"\x00", "application/vnd.wren+msgpack")):
        person.device.line.plan = [bad]
        assert isinstance(await person.give(owing), Failure)
        assert owing.left
    assert await person.give(owing) is None
    assert owing.left == []
    kept = person.world.rows("SELECT device, author, escrow FROM escrow")
    assert [(row[0], row[1], bytes(row[2])) for row in kept] == [
        (person.device.keys.device_id, "hv1", person.escrow.to_bytes())
    ]


async def test_an_escrow_of_another_device_is_refused(person: Person) -> None:
    owing = Owing([replace(person.escrow, device="another")])
    assert await person.give(owing) == Failure("refused")
    assert person.world.rows("SELECT 1 FROM escrow") == []


async def test_what_was_said_and_kept_cannot_be_changed(person: Person) -> None:
    await person.give(Owing([person.escrow]))
    await person.tell()
    person.agree("agency", "officer-1")
    tables = ("recovery_log", "recovery_request", "recovery_grant", "escrow", "agency_key")
    for table, statement in product(tables, ("UPDATE {} SET agency = 'x'", "DELETE FROM {}", "TRUNCATE {}")):
        with (
            pytest.raises(psycopg.errors.RaiseException),
            person.world.service.database.transaction() as connection,
        ):
            connection.execute(statement.format(table).encode())


async def test_all_that_the_service_has_opens_no_escrow(person: Person) -> None:
    """KEY-9: every byte string in the service's folder and database, tried as a key on both halves."""
    await person.give(Owing([person.escrow]))
    await person.tell()
    person.agree("service", "officer-2")
    private = load_or_create_recovery_key(person.world.settings.recovery_key_file)
    secrets = person.world.service.secrets
    keys = {private, secrets.receipt_private_key, *secrets.receive_private_keys.values()}
    for name in ("escrow", "recovery_grant", "agency_key", "device", "author"):
        for row in person.world.rows(f"SELECT * FROM {name}"):
            keys |= {bytes(value) for value in row if isinstance(value, bytes) and len(value) == 32}
    for key, side in product(keys, ESCROW_SIDES):
        if (key, side) != (private, "service"):
            with pytest.raises(WrenError, match="does-not-open"):
                approvals.approve_offline(person.request, "thief", person.request.code, side, key)
    # With its own half alone it could make a request of its own, and gets no further than one half.
    thief, public = sealing.make_receive_key()
    own = replace(person.request, one_off_public=public)
    answer = approvals.approve_offline(own, "thief", own.code, "service", private)
    for answers in ([answer], [answer, answer]):
        with pytest.raises((Damaged, WrenError)):
            combine_grants(thief, own, collect_grants(answers))


async def test_an_agency_alone_opens_no_escrow(person: Person) -> None:
    private = person.private("agency")
    with pytest.raises(WrenError, match="does-not-open"):
        approvals.approve_offline(person.request, "officer-1", person.request.code, "service", private)
    answer = approvals.approve_offline(person.request, "officer-1", person.request.code, "agency", private)
    with pytest.raises(Damaged):
        combine_grants(person.one_off, person.request, [answer.grant])


async def test_a_request_by_file_needs_a_known_person(person: Person) -> None:
    database, now = person.world.service.database, person.world.clock.now()
    assert approvals.import_request(database, person.request.to_bytes(), now) == person.id
    stranger = replace(person.request, author="hv9")
    with pytest.raises(WrenError, match="unknown-device"):
        approvals.import_request(database, stranger.to_bytes(), now)
    person.agree("service", "officer-2")


async def test_no_agency_key_no_introduction(world: World) -> None:
    async def meet(agency: str) -> EnrolledService:
        return await enrol_device(
            URL, make_keys(), agency=agency, author="hv1", author_key=bytes(32), clock=world.clock,
            http_transport=Line(world.app),
        )  # fmt: skip

    with pytest.raises(EnrolmentFailed) as refused:
        await meet("agency-without")
    assert refused.value.code == "no-agency-key"
    assert world.rows("SELECT 1 FROM device WHERE agency = 'agency-without'") == []
    assert not world.settings.training_key_file.exists()
    keys = await meet("training")
    opened = open_agency_key(world.settings.training_key_file, TRAINING_PASSPHRASE)
    assert keys.recovery_keys is not None
    assert keys.recovery_keys[0] == RecoveryKey(recovery_kid(opened.public), opened.public)
    assert (await meet("training")).recovery_keys == keys.recovery_keys
    assert EnrolledService.from_plain(keys.to_plain()) == keys


async def test_settings_kept_before_recovery_are_read(world: World) -> None:
    keys = (await world.device()).service
    plain = keys.to_plain()
    del plain["agency_recovery"], plain["service_recovery"]
    older = EnrolledService.from_plain(plain)
    assert older.recovery_keys is None
    assert older.sealing_key == keys.sealing_key


async def test_a_swapped_recovery_key_is_a_forged_welcome(world: World) -> None:
    world.agency_private("agency-7")
    line = Line(world.app)
    real = await enrol_device(
        URL,
        make_keys(),
        agency="agency-7",
        author="hv1",
        author_key=bytes(32),
        clock=world.clock,
        http_transport=line,
    )

    async def swapped(request: object) -> object:
        response = await line._pass(request)  # type: ignore[arg-type]  # a request of httpx
        body = (await response.aread()).replace(real.agency_recovery, bytes(32))
        return await answering(200, body, "application/vnd.wren+msgpack")(request)  # type: ignore[arg-type]

    line.plan = [swapped]  # type: ignore[list-item]  # a function that answers
    with pytest.raises(EnrolmentFailed) as refused:
        await enrol_device(
            URL, make_keys(), agency="agency-7", author="hv1", author_key=bytes(32), clock=world.clock,
            http_transport=line,
        )  # fmt: skip
    assert refused.value.code == "forged"


def test_recovery_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    file = ServiceSettings(tmp_path).recovery_key_file
    private = load_or_create_recovery_key(file)
    assert load_or_create_recovery_key(file) == private
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("{}")
    with pytest.raises(Damaged):
        load_or_create_recovery_key(file)


def test_an_agencys_key_opens_for_its_passphrase_only(tmp_path: Path) -> None:
    file = tmp_path / "agency.json"
    made = make_agency_key(file, "agency-7", WORDS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    opened = open_agency_key(file, WORDS)
    assert (opened.agency, opened.public) == ("agency-7", made.public)
    assert sealing.derive_receive_public(opened.private) == made.public
    for wrong in ("", WORDS + " ", TRAINING_PASSPHRASE):
        with pytest.raises(WrenError, match="wrong-key-passphrase"):
            open_agency_key(file, wrong)
    with pytest.raises(WrenError, match="file-exists"):
        make_agency_key(file, "agency-7", WORDS)
    file.write_text(file.read_text().replace("agency-7", "agency-8"))
    with pytest.raises(WrenError, match="wrong-key-passphrase"):
        open_agency_key(file, WORDS)
    with pytest.raises(WrenError, match="no-key-file"):
        open_agency_key(tmp_path / "none.json", WORDS)


@pytest.mark.parametrize("changed", ["> ", "\t", "\r"])
def test_text_survives_the_mail(changed: str) -> None:
    packed = bytes(range(256))
    text = (
        "Dear all,\n"
        + "\n".join(changed + line for line in encode_pem("request", packed).splitlines())
        + "\nBye"
    )
    assert decode_pem("request", text) == [packed]


@pytest.mark.parametrize(
    "text", ["", "hello", encode_pem("answer", b"x"), encode_pem("request", b"sealed").replace("c2", "c*")]
)
def test_other_text_is_no_request(text: str) -> None:
    with pytest.raises(WrenError, match="no-such-text"):
        decode_pem("request", text)
