"""The locked page with several people, digits, too many tries, and keys that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import flet as ft
import pytest

from app.core.cases.submission import SERVICE_SETTING
from app.core.runtime import Runtime
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from assessments.errors import KeystoreFault
from assessments.ports import Keystore, SystemClock
from assessments.store import Store
from assessments.store.access.device import FileKeystore
from assessments.store.access.unlock_attempts import WAIT_AFTER_FAILURES
from tests.app.headless import Headless
from tests.app.test_screens_around import (
    PASSPHRASE,
    fernhollow,
    know_a_service,
    open_runtime,
    press,
    set_up,
    unlocked,
    until,
)
from tests.store.made_up import CHEAPEST

SECOND = "otter-quilt-marble-fennel"
PIN = "271904"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def runtime(folder: Path) -> Iterator[Runtime]:
    opened = open_runtime(folder)
    set_up(opened, fernhollow())
    yield opened
    opened.close()


class System:
    """The key store of a phone, as far as Wren can tell. `answers` is whether it does."""

    kind = "system"

    def __init__(self, folder: Path) -> None:
        self._files, self.answers = FileKeystore(folder), True

    def read(self, name: str) -> bytes | None:
        self._ask()
        return self._files.read(name)

    def write(self, name: str, value: bytes) -> None:
        self._ask()
        self._files.write(name, value)

    def remove(self, name: str) -> None:
        self._ask()
        self._files.remove(name)

    def _ask(self) -> None:
        if not self.answers:
            raise KeystoreFault


def with_keystore(folder: Path, keystore: Keystore) -> Runtime:
    clock = SystemClock()
    return Runtime(Store.open(folder, clock, CHEAPEST, keystore), clock, folder / "packs")


def add_second(runtime: Runtime) -> None:
    desk = runtime.set_up(SECOND, "SM-2")
    runtime.store.settings.put("met.SM-2", "http://127.0.0.1:9")
    desk.close()


async def wrong(app: Headless, times: int) -> None:
    for _ in range(times):
        await app.type(say("unlock.passphrase"), "otter-quilt-marble-fennek")
        await app.press(say("action.unlock"))
        await until(app, say("problems.title"), "Nothing is lost", "Your records are safe")


# Several people


async def test_several_people_are_asked_who_they_are_and_each_opens_their_own(runtime: Runtime) -> None:
    add_second(runtime)
    async with Headless(make_open_page(runtime)) as app:
        await until(app, "Who are you?")
        await app.press("SM-2")
        await app.type(say("unlock.passphrase"), SECOND)
        await app.press(say("action.unlock"))
        await until(app, say("today.empty"))
        assert not app.sees("Fernhollow")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        assert app.sees("SM-2")
        await app.press(say("action.somebody-else"))
        await until(app, "Who are you?")
        await app.press(say("unlock.first"))
        await app.type(say("unlock.passphrase"), SECOND)
        await app.press(say("action.unlock"))
        await until(app, "That passphrase does not open Wren")
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "Fernhollow")


async def test_what_one_half_typed_never_stands_on_anothers_page(runtime: Runtime) -> None:
    add_second(runtime)
    async with Headless(make_open_page(runtime)) as app:
        await until(app, "Who are you?")
        await app.press(say("unlock.first"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "Fernhollow")
        await press(app, "Add a household", then=say("add.name"))
        await app.type(say("add.name"), "Samplebr")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        await app.press(say("action.somebody-else"))
        await app.press("SM-2")
        await app.type(say("unlock.passphrase"), SECOND)
        await app.press(say("action.unlock"))
        await until(app, say("today.empty"))
        await press(app, "Add a household", then=say("add.name"))
        assert app.field(say("add.name")).value == ""
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        await app.press(say("action.somebody-else"))
        await app.press(say("unlock.first"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("add.name"))
        assert app.field(say("add.name")).value == "Samplebr"


async def test_another_person_joins_with_a_short_name_and_meets_the_service_first(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await app.press(say("action.add-person-here"))
        await until(app, say("join.alias-hint"))
        await app.type(say("join.alias"), "Sian Samplewood")
        await app.type(say("unlock.passphrase"), SECOND)
        await app.type(say("set-up.again"), SECOND)
        await app.press("Midwife")
        await app.press(say("action.set-up"))
        await until(app, "Type a short name of letters and digits")
        await app.type(say("join.alias"), "SM-2")
        await app.press(say("action.set-up"))
        # The service of this test is never there: the words stand, and it goes on later.
        await until(app, say("set-up.passphrase-done"))
        assert runtime.store.authors() == ("hv1", "SM-2")
        assert runtime.is_introduced("hv1")
        assert not runtime.is_introduced("SM-2")
        assert runtime.role("SM-2") == "midwife"
        await app.leave()
        await app.session.connect(app.wire)
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), SECOND)
        await app.press(say("action.unlock"))
        await until(app, say("set-up.passphrase-done"))


async def test_a_short_name_that_is_taken_is_told_beside_it(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await app.press(say("action.add-person-here"))
        await app.type(say("join.alias"), "hv1")
        await app.type(say("unlock.passphrase"), SECOND)
        await app.type(say("set-up.again"), SECOND)
        await app.press("Midwife")
        await app.press(say("action.set-up"))
        await until(app, "Somebody on this device has that short name")
        await app.press(say("action.back"))
        await until(app, say("unlock.title"))


# Digits


async def test_digits_are_tapped_on_our_own_keys_and_never_pass_a_keyboard(folder: Path) -> None:
    runtime = with_keystore(folder, System(folder))
    know_a_service(runtime)
    runtime.set_up(PIN, "hv1").close()
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.pin-empty"))
        assert app.controls(ft.TextField) == []
        await app.press(say("action.unlock"))
        await until(app, say("problems.title"))
        for digit in "2719":
            await app.press(digit)
        await app.press(say("action.delete"))
        for digit in "904":
            await app.press(digit)
        said = [one.label for one in app.controls(ft.Semantics) if getattr(one, "live_region", False)]
        assert "6 digits" in said
        assert not app.sees(PIN)
        await app.press(say("action.unlock"))
        await until(app, say("today.empty"))
    runtime.close()


# Too many tries, and keys that are gone


async def test_the_tries_that_are_left_are_told_when_they_are_few(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await wrong(app, 4)
        assert app.sees(say("error.wrong-passphrase"))
        await wrong(app, 1)
        assert app.sees(say("unlock.left", n=5))


async def test_a_wait_says_until_when_and_no_words_are_taken_until_then(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await wrong(app, 6)
        until_when = runtime.store.attempt_status("hv1").wait_until
        assert until_when is not None
        assert app.sees(f"Try again at {until_when.astimezone():%H:%M}. Nothing is lost.")
        assert app.controls(ft.TextField) == []
        await app.press(say("action.try-again"))
        assert app.controls(ft.TextField) == []
        clock = runtime.clock
        later = clock.now() + max(WAIT_AFTER_FAILURES.values())
        clock.now = lambda: later  # type: ignore[method-assign]  # the wait is over
        await app.press(say("action.try-again"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "Fernhollow")


async def test_after_ten_tries_it_is_locked_for_safety_and_help_is_offered(runtime: Runtime) -> None:
    clock, passed = runtime.clock, timedelta(0)
    real = clock.now
    clock.now = lambda: real() + passed  # type: ignore[method-assign]  # waits are over when we say so
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        for _ in range(10):
            if say("action.try-again") in app.names():
                await app.press(say("action.try-again"))
            await wrong(app, 1)
            passed += max(WAIT_AFTER_FAILURES.values()) * 2
        assert app.sees("Locked for safety after ten wrong tries. Your records are safe.")
        assert app.controls(ft.TextField) == []
        await app.press(say("action.get-help"))
        await until(app, say("recover.title"))
        await app.press(say("action.back"))
        await until(app, "Locked for safety")


async def test_a_key_store_that_does_not_answer_is_asked_again_and_nothing_is_written(folder: Path) -> None:
    keystore = System(folder)
    runtime = with_keystore(folder, keystore)
    know_a_service(runtime)
    runtime.set_up(PIN, "hv1").close()
    keystore.answers = False
    before = {file: file.read_bytes() for file in folder.glob("*.key")}
    async with Headless(make_open_page(runtime)) as app:
        await until(app, "The key store of this device did not answer. Nothing is lost.")
        await app.press(say("action.try-again"))
        assert app.sees("did not answer")
        keystore.answers = True
        await app.press(say("action.try-again"))
        await until(app, say("unlock.pin-empty"))
    assert {file: file.read_bytes() for file in folder.glob("*.key")} == before
    runtime.close()


async def test_a_lost_key_says_that_the_records_are_safe_and_offers_help(
    runtime: Runtime, folder: Path
) -> None:
    store = runtime.store
    row = store._unlocking.read_practitioner("hv1")
    store._unlocking._keystore.remove(f"secret.hv1.{row.secret_slot}")
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "This device has lost its key. Your records are safe.")
        assert say("action.get-help") in app.names()
    assert store.attempt_status("hv1").failed == 0


# Other words


async def test_the_words_are_changed_and_the_old_ones_open_no_more(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await press(app, say("change.passphrase-title"), then=say("change.passphrase-old"))
        await app.type(say("change.passphrase-old"), "not-it-at-all-no")
        await app.type(say("change.passphrase-new"), "short")
        await app.type(say("set-up.again"), "shor")
        await app.press(say("change.passphrase-title"))
        await until(app, "The two passphrases are not the same")
        await app.type(say("set-up.again"), "short")
        await app.press(say("change.passphrase-title"))
        await until(app, "Use at least four words", "That passphrase does not open Wren")
        await app.type(say("change.passphrase-new"), SECOND)
        await app.type(say("set-up.again"), SECOND)
        await app.press(say("change.passphrase-title"))
        await until(app, "That passphrase does not open Wren")
        await app.type(say("change.passphrase-old"), PASSPHRASE)
        await app.press(say("change.passphrase-title"))
        await until(app, "Your passphrase is changed.")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "That passphrase does not open Wren")
        await app.type(say("unlock.passphrase"), SECOND)
        await app.press(say("action.unlock"))
        await until(app, say("change.passphrase-title"))
    assert runtime.store.settings.get(SERVICE_SETTING) is not None
