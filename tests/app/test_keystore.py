"""Keys in the system's key store: there, surely not there, or nobody can say."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from flet_secure_storage import KeychainAccessibility

import main
from app.core.device.keystore import SystemKeystore, make_storage, system_keystore
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from assessments.errors import KeyAbsent, KeystoreFault
from assessments.ports import Keystore
from assessments.store import DEVICE_KEY, Store
from assessments.store.access.device import FileKeystore
from tests.app.browser import Browser, Served
from tests.app.headless import Headless
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST

PIN = "482139"


class Keychain:
    """An in-memory SecureStorage with the same methods. `mood` is how the system feels."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.mood = "answers"
        self.called: list[tuple[str, str, dict[str, Any]]] = []

    async def _asked(self, method: str, key: str, options: dict[str, Any]) -> None:
        self.called.append((method, key, options))
        if self.mood == "raises":
            raise RuntimeError(f"{method} {key} failed with {self.values}")
        if self.mood == "silent":
            await asyncio.Event().wait()

    async def get(self, key: str, **options: Any) -> str | None:
        await self._asked("get", key, options)
        return None if self.mood == "reads nothing" else self.values.get(key)

    async def set(self, key: str, value: Any, **options: Any) -> None:
        await self._asked("set", key, options)
        assert isinstance(value, str)
        if self.mood != "forgets":
            self.values[key] = value

    async def contains_key(self, key: str, **options: Any) -> bool:
        await self._asked("contains_key", key, options)
        return key in self.values

    async def remove(self, key: str, **options: Any) -> None:
        await self._asked("remove", key, options)
        if self.mood != "keeps":
            self.values.pop(key, None)

    async def get_all(self, **options: Any) -> dict[str, str]:
        await self._asked("get_all", "", options)
        return dict(self.values)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A page's loop, turning on a thread of its own."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join(5)
    made.close()


@pytest.fixture
def keychain() -> Keychain:
    return Keychain()


@pytest.fixture
def system(keychain: Keychain, loop: asyncio.AbstractEventLoop) -> SystemKeystore:
    return SystemKeystore(keychain, loop, within_s=0.2)  # type: ignore[arg-type]  # the twin of SecureStorage


@pytest.fixture(params=["file", "system"])
def keystore(request: pytest.FixtureRequest, tmp_path: Path) -> Keystore:
    """Each real one in turn: what holds for one holds for the other."""
    if request.param == "file":
        (tmp_path / "keys").mkdir()
        return FileKeystore(tmp_path / "keys")
    made: SystemKeystore = request.getfixturevalue("system")
    return made


def test_what_was_never_written_is_absent(keystore: Keystore) -> None:
    assert keystore.read("secret.hv-1.a") is None
    keystore.remove("secret.hv-1.a")


@pytest.mark.parametrize("value", [bytes(range(256)), bytes(32), b"\xff" * 32, b"\n 7"])
def test_a_value_comes_back_byte_for_byte(keystore: Keystore, value: bytes) -> None:
    keystore.write("secret.hv-1.a", value)
    keystore.write("fails.hv-1", b"3")
    assert keystore.read("secret.hv-1.a") == value
    keystore.write("secret.hv-1.a", value[::-1] + b"longer")
    assert keystore.read("secret.hv-1.a") == value[::-1] + b"longer"
    keystore.remove("secret.hv-1.a")
    assert keystore.read("secret.hv-1.a") is None
    assert keystore.read("fails.hv-1") == b"3"


@pytest.mark.parametrize("mood", ["raises", "silent"])
@pytest.mark.parametrize(
    "asked",
    [
        lambda system: system.read("secret.hv-1.a"),
        lambda system: system.write("secret.hv-1.a", b"new" * 11),
        lambda system: system.remove("secret.hv-1.a"),
        lambda system: system.clear(),
    ],
    ids=["read", "write", "remove", "clear"],
)
def test_no_answer_is_a_fault_and_never_an_absence(
    system: SystemKeystore, keychain: Keychain, mood: str, asked: Callable[[SystemKeystore], Any]
) -> None:
    system.write("secret.hv-1.a", b"k" * 32)
    before = dict(keychain.values)
    keychain.mood = mood
    with pytest.raises(KeystoreFault) as refusal:
        asked(system)
    # What the system says may quote the value: none of it goes further.
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert str(refusal.value) == "keystore-error"
    keychain.mood = "answers"
    assert keychain.values == before
    assert system.read("secret.hv-1.a") == b"k" * 32


def test_a_value_that_is_there_and_cannot_be_read_is_not_absent(
    system: SystemKeystore, keychain: Keychain
) -> None:
    system.write("secret.hv-1.a", b"k" * 32)
    keychain.mood = "reads nothing"
    with pytest.raises(KeystoreFault):
        system.read("secret.hv-1.a")
    keychain.mood = "answers"
    keychain.values["wren.secret.hv-1.a"] = "not base64!"
    with pytest.raises(KeystoreFault):
        system.read("secret.hv-1.a")


def test_what_is_not_kept_does_not_count_as_written(system: SystemKeystore, keychain: Keychain) -> None:
    keychain.mood = "forgets"
    with pytest.raises(KeystoreFault):
        system.write("secret.hv-1.a", b"k" * 32)


def test_what_stays_does_not_count_as_removed(system: SystemKeystore, keychain: Keychain) -> None:
    system.write("secret.hv-1.a", b"k" * 32)
    keychain.mood = "keeps"
    with pytest.raises(KeystoreFault):
        system.remove("secret.hv-1.a")


def test_a_page_that_has_ended_is_a_fault() -> None:
    ended = asyncio.new_event_loop()
    ended.close()
    with pytest.raises(KeystoreFault):
        SystemKeystore(Keychain(), ended).read("secret.hv-1.a")  # type: ignore[arg-type]  # the twin


def test_only_the_devices_key_opens_while_the_phone_is_locked(
    system: SystemKeystore, keychain: Keychain
) -> None:
    for name in (DEVICE_KEY, "secret.hv-1.a", "fails.hv-1"):
        system.write(name, b"k" * 32)
        system.read(name)
        system.remove(name)
    for _, key, options in keychain.called:
        expected = (
            KeychainAccessibility.FIRST_UNLOCK_THIS_DEVICE
            if key == f"wren.{DEVICE_KEY}"
            else KeychainAccessibility.UNLOCKED_THIS_DEVICE
        )
        for apple in (options["ios"], options["macos"]):
            assert apple.accessibility is expected
            assert not apple.synchronizable


def test_no_setting_erases_and_nothing_leaves_the_device() -> None:
    storage = make_storage()
    assert storage.android_options.reset_on_error is False
    assert storage.android_options.enforce_biometrics is False
    for apple in (storage.ios_options, storage.macos_options):
        assert apple.accessibility is KeychainAccessibility.UNLOCKED_THIS_DEVICE
        assert not apple.synchronizable


def test_forgetting_leaves_what_is_not_ours(system: SystemKeystore, keychain: Keychain) -> None:
    keychain.values |= {
        "wren.device.key": "old",
        "wren.secret.hv-1.a": "old",
        "wrench": "other",
        "x": "other",
    }
    system.clear()
    assert keychain.values == {"wrench": "other", "x": "other"}


def test_a_store_lives_on_the_systems_key_store(
    system: SystemKeystore, keychain: Keychain, tmp_path: Path
) -> None:
    folder, clock = tmp_path / "home", StoppedClock()
    with closing(Store.open(folder, clock, CHEAPEST, system)) as store:
        store.set_up(PIN, "agency-7", "hv-1").close()
    names = {path.name for path in folder.rglob("*")}
    assert not any(name.endswith((".key", ".secret")) or name.startswith("secret") for name in names)
    with closing(Store.open(folder, clock, CHEAPEST, system)) as store:
        store.unlock(PIN).close()
    keychain.mood = "raises"
    with pytest.raises(KeystoreFault):
        Store.open(folder, clock, CHEAPEST, system)
    keychain.mood = "answers"
    kept = dict(keychain.values)
    keychain.values.clear()
    with pytest.raises(KeyAbsent):
        Store.open(folder, clock, CHEAPEST, system)
    assert keychain.values == {}
    keychain.values |= kept
    with closing(Store.open(folder, clock, CHEAPEST, system)) as store:
        store.unlock(PIN).close()


# In a page


def answering(values: dict[str, str]) -> dict[str, Callable[[Any], Any]]:
    """The client's end of SecureStorage."""

    def put(asked: Any) -> None:
        values[asked["key"]] = asked["value"]

    return {
        "get": lambda asked: values.get(asked["key"]),
        "set": put,
        "contains_key": lambda asked: asked["key"] in values,
        "remove": lambda asked: values.pop(asked["key"], None) and None,
        "get_all": lambda _: dict(values),
    }


async def set_up_is_shown(app: Headless) -> None:
    async with asyncio.timeout(20):
        while not app.sees(say("set-up.title")):
            await asyncio.sleep(0.02)


async def test_a_packed_app_keeps_its_keys_in_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WREN_HOME", raising=False)
    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path))
    left_over = {"wren.device.key": "of an earlier copy", "other": "kept"}
    values = dict(left_over)
    opened = []

    def open_it() -> Any:
        opened.append(main.open_packed())
        return opened[-1]

    async with Headless(make_open_page(open_it), methods=answering(values)) as app:
        await set_up_is_shown(app)
    assert opened[0].store.credential_kind == "pin"
    assert values.keys() == {"wren.device.key", "other"}
    assert values["wren.device.key"] != "of an earlier copy"
    assert not (tmp_path / "wren" / "device.key").exists()
    opened[0].close()
    kept = dict(values)
    async with Headless(make_open_page(open_it), methods=answering(values)) as app:
        await set_up_is_shown(app)
    assert values == kept
    opened[1].close()


async def test_only_an_app_packed_for_such_a_system_uses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[SystemKeystore | None] = []

    async def look(page: ft.Page) -> None:
        for page.web, page.platform in (
            (False, ft.PagePlatform.ANDROID),
            (False, ft.PagePlatform.LINUX),
            (True, ft.PagePlatform.ANDROID),
        ):
            found.append(await asyncio.to_thread(system_keystore, tmp_path))

    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path))
    async with Headless(look):
        assert [one is not None for one in found] == [True, False, False]
    found.clear()
    monkeypatch.delenv("FLET_APP_STORAGE_DATA")
    async with Headless(look):
        assert found == [None, None, None]


@pytest.mark.usefixtures("chromium")
def test_flets_own_client_answers_like_the_twin() -> None:
    """In Chromium, with the client that Flet ships: its store guards nothing there, but it is the API."""
    told: list[object] = []
    done = threading.Event()

    def talk(storage: Any, loop: asyncio.AbstractEventLoop) -> None:
        try:
            system = SystemKeystore(storage, loop)
            secret = os.urandom(32)
            told.append(system.read("secret.hv-1.a"))
            system.write("secret.hv-1.a", secret)
            system.write(DEVICE_KEY, secret[::-1])
            told.append(system.read("secret.hv-1.a") == secret)
            told.append(system.read(DEVICE_KEY) == secret[::-1])
            system.remove("secret.hv-1.a")
            told.append(system.read("secret.hv-1.a"))
            system.clear()
            told.append(system.read(DEVICE_KEY))
        except KeystoreFault as fault:
            told.append(fault)
        finally:
            done.set()

    async def open_page(page: ft.Page) -> None:
        storage = make_storage()
        page.add(ft.Text("Here is enough to paint. " * 40))
        threading.Thread(target=talk, args=(storage, asyncio.get_running_loop()), daemon=True).start()

    with Served(open_page) as served, Browser(served.url):
        assert done.wait(60)
    assert told == [None, True, True, None, None]
