"""What surrounds a recovery: escrows that reach the service, several people, a closed request, being told.

A real service in a process of its own; the device in this one, with its page where there is one.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime

import pytest

from app.core.cases.case_service import CaseService
from app.core.cases.submission import SERVICE_SETTING, load_enrolled_service
from app.core.device.account_recovery import RecoveryStatus
from app.core.runtime import PendingEscrows, Runtime
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from app.visit_file.importer import import_visit, read_visit_file
from assessments.crypto.recovery import EscrowSide
from assessments.errors import StoreFault, WrenError
from assessments.ports import SystemClock
from assessments.store import Store
from sync.service.database import ServiceDatabase
from sync.service.recovery import approvals
from sync.service.recovery.keys import TRAINING_PASSPHRASE, load_or_create_recovery_key, open_agency_key
from sync.service.settings import ServiceSettings
from tests.app.headless import Headless
from tests.e2e.running import PASSPHRASE, Machine, open_machine
from tests.store.made_up import CHEAPEST
from tests.test_command_line import a_visit

COLLEAGUE = "other words for the colleague"
NEW_WORDS = "purple window gravel oak"


@pytest.fixture
def machine() -> Iterator[Machine]:
    with open_machine(Machine) as made:
        made.start_service()
        yield made


@pytest.fixture
def open_device(machine: Machine) -> Iterator[Callable[[str], Runtime]]:
    opened: list[Runtime] = []

    def open_one(name: str) -> Runtime:
        clock = SystemClock()
        opened.append(Runtime(Store.open(machine.home / name, clock, CHEAPEST), clock))
        return opened[-1]

    machine.home.mkdir()
    yield open_one
    for one in opened:
        one.close()


async def introduced(
    runtime: Runtime, machine: Machine, author: str = "hv1", words: str = PASSPHRASE
) -> None:
    desk = runtime.set_up(words, author)
    await runtime.introduce(machine.service_url, desk)
    desk.close()


def agree(machine: Machine, asked: RecoveryStatus, side: EscrowSide, officer: str, heard: str = "") -> None:
    settings = ServiceSettings(machine.data)
    with closing(ServiceDatabase.open(settings)) as database:
        (pending,) = approvals.list_open_requests(database)
        private = (
            open_agency_key(settings.training_key_file, TRAINING_PASSPHRASE).private
            if side == "agency"
            else load_or_create_recovery_key(settings.recovery_key_file)
        )
        id_, now = uuid.UUID(pending["id"]), datetime.now(UTC)
        approvals.approve_request(database, id_, side, officer, heard or asked.code, private, now)


def finish_one(desk: CaseService) -> None:
    import_visit(desk, read_visit_file(a_visit(), lambda error: error.code))


def pending(machine: Machine) -> list[str]:
    with closing(ServiceDatabase.open(ServiceSettings(machine.data))) as database:
        return [row["author"] for row in approvals.list_open_requests(database)]


@asynccontextmanager
async def sending(runtime: Runtime) -> AsyncIterator[None]:
    task = asyncio.create_task(runtime.run_sender())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(happens: Callable[[], bool], otherwise: object = "") -> None:
    deadline = time.monotonic() + 60
    while not await asyncio.to_thread(happens):
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(0.05)


async def sees(app: Headless, words: str) -> None:
    await until(lambda: app.sees(words), f"never seen: {words}; there is {app.texts()}")
    await app.settle()


async def test_the_service_gets_every_escrow_as_soon_as_it_is_there(
    machine: Machine, open_device: Callable[[str], Runtime]
) -> None:
    runtime = open_device("one")
    await introduced(runtime, machine)
    machine.stop_service()
    owed = PendingEscrows(runtime.store)
    assert len(owed.list_escrows()) == 1
    async with sending(runtime):
        await asyncio.sleep(0.5)
        assert len(owed.list_escrows()) == 1
        machine.start_service()
        runtime.wake()
        await until(lambda: not owed.list_escrows())
    await introduced(runtime, machine, "hv2", COLLEAGUE)
    assert [escrow.author for escrow in owed.list_escrows()] == ["hv2"]
    assert await runtime.upload_escrows()
    assert owed.list_escrows() == []


async def test_a_device_that_met_the_service_before_recovery_asks_again_and_goes_on(
    machine: Machine, open_device: Callable[[str], Runtime]
) -> None:
    runtime = open_device("older")
    desk = runtime.set_up(PASSPHRASE, "hv1")
    keys = await runtime.introduce(machine.service_url, desk)
    plain = keys.to_plain()
    del plain["agency_recovery"], plain["service_recovery"]
    runtime.store.settings.put(SERVICE_SETTING, json.dumps(plain))
    with runtime.store._database.write() as driver:
        driver.execute("DELETE FROM escrow")
    desk.close()

    desk = runtime.unlock(PASSPHRASE)
    with pytest.raises(StoreFault) as refusal:
        finish_one(desk)
    assert refusal.value.code == "escrow-missing"
    async with sending(runtime):
        await until(lambda: load_enrolled_service(runtime.store) == keys)
    finish_one(desk)
    assert runtime.store.outbox.entries() != []
    desk.close()
    await runtime.send()
    assert PendingEscrows(runtime.store).list_escrows() == []


async def test_who_shares_a_device_says_who_they_are_and_may_stop_asking(
    machine: Machine, open_device: Callable[[str], Runtime]
) -> None:
    runtime = open_device("shared")
    await introduced(runtime, machine)
    await introduced(runtime, machine, "hv2", COLLEAGUE)
    async with Headless(make_open_page(runtime)) as app:
        await sees(app, say("unlock.title"))
        await app.press(say("unlock.first"))
        await app.press(say("unlock.passphrase-forgot"))
        await sees(app, say("recover.who"))
        await app.press(say("recover.ask"))
        await sees(app, say("recover.who-problem"))
        await app.press("hv2")
        await app.press(say("recover.ask"))
        await sees(app, say("recover.agreed-0"))
        assert await asyncio.to_thread(pending, machine) == ["hv2"]
        asked = await runtime.account_recovery.read_status("hv2")
        await asyncio.to_thread(agree, machine, asked, "agency", "officer-1")
        await app.press(say("recover.look"))
        await sees(app, say("recover.agreed-1"))
        await app.press(say("recover.stop"))
        await sees(app, say("recover.title"))
        assert await asyncio.to_thread(pending, machine) == []
        assert runtime.account_recovery.pending_author() is None
        await app.press(say("action.back"))
        await sees(app, say("unlock.title"))
    again = await runtime.account_recovery.request_recovery("hv2")
    assert again.code != asked.code
    assert again.answers == ()


async def test_a_request_that_was_closed_says_so_and_opens_nothing(
    machine: Machine, open_device: Callable[[str], Runtime]
) -> None:
    runtime = open_device("closed")
    await introduced(runtime, machine)
    asked = await runtime.account_recovery.request_recovery("hv1")
    wrong = "0000-0000" if asked.code != "0000-0000" else "1111-1111"
    for _ in range(approvals.MAX_WRONG_CODES):
        with pytest.raises(WrenError, match="wrong-code"):
            agree(machine, asked, "service", "officer-1", wrong)
    async with Headless(make_open_page(runtime)) as app:
        await sees(app, say("recover.closed"))
    with pytest.raises(WrenError):
        await runtime.account_recovery.finish(
            "hv1", (await runtime.account_recovery.read_status("hv1")).answers, NEW_WORDS
        )
    runtime.unlock(PASSPHRASE).close()


async def test_another_device_of_the_person_is_told_until_it_is_seen(
    machine: Machine, open_device: Callable[[str], Runtime]
) -> None:
    lost, other = open_device("lost"), open_device("other")
    await introduced(lost, machine)
    await introduced(other, machine)
    asked = await lost.account_recovery.request_recovery("hv1")
    agree(machine, asked, "service", "officer-2")
    agree(machine, asked, "agency", "officer-1")
    await other.send()
    async with Headless(make_open_page(other)) as app:
        await sees(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await sees(app, say("today.recovered-seen"))
        await app.press(say("today.recovered-seen"))
        await until(lambda: other.recovered_at("hv1") is None)
        assert not app.sees(say("today.recovered-seen"))
    answers = (await lost.account_recovery.read_status("hv1")).answers
    await lost.account_recovery.finish("hv1", answers, NEW_WORDS)
    lost.unlock(NEW_WORDS).close()
    with pytest.raises(WrenError):
        lost.unlock(PASSPHRASE)
    # The key is a new one, and so is its escrow: the service gets that too.
    assert len(PendingEscrows(lost.store).list_escrows()) == 1
    assert await lost.upload_escrows()
