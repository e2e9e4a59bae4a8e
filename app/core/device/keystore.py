"""The system's key store: the keychain of iOS and macOS, Android's, Windows' own.

Used only in an app packed for one of these; everywhere else keys are files (`FileKeystore`). In a browser
Flet has such a store too, with its key beside it: that one protects nothing and is never used.

A value is present, surely absent, or unknown. An exception, no answer in time and a value that cannot be read
are all the third, `KeystoreFault`: nothing is taken for absent because a phone had just woken up.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import flet as ft
import flet_secure_storage as fss  # type: ignore[import-untyped]  # typed, without the marker file

from assessments.errors import KeystoreFault
from assessments.store import DEVICE_KEY

T = TypeVar("T")

ANSWER_TIMEOUT_S = 10.0
_PREFIX = "wren."
_PACKED_FOR = tuple(ft.PagePlatform(name) for name in ("android", "ios", "macos", "windows"))

_AppleOptions: TypeAlias = dict[str, fss.IOSOptions | fss.MacOsOptions]


def _apple(accessibility: fss.KeychainAccessibility) -> _AppleOptions:
    # "This device": never in a backup or on another phone.
    return {
        "ios": fss.IOSOptions(accessibility=accessibility, synchronizable=False),
        "macos": fss.MacOsOptions(accessibility=accessibility, synchronizable=False),
    }


_WHILE_UNLOCKED = _apple(fss.KeychainAccessibility.UNLOCKED_THIS_DEVICE)
# Finished work is sent while the phone is locked, and sending needs the device's key.
_SINCE_FIRST_UNLOCK = _apple(fss.KeychainAccessibility.FIRST_UNLOCK_THIS_DEVICE)


def system_keystore(folder: Path) -> SystemKeystore | None:
    """The system's key store where this app is packed for one, else None. Called within a page.

    A keychain outlives the app's removal: before the first start in a folder that is not there yet,
    what an earlier copy left in it is removed.
    """
    page = ft.context.page
    if page.web or page.platform not in _PACKED_FOR or "FLET_APP_STORAGE_DATA" not in os.environ:
        return None
    keystore = SystemKeystore(make_storage(), page.session.connection.loop)
    if not folder.exists():
        keystore.clear()
    return keystore


def make_storage() -> fss.SecureStorage:
    """Flet's service, with settings that never erase. It belongs to the page it is made within."""
    return fss.SecureStorage(
        android_options=fss.AndroidOptions(
            reset_on_error=False,  # the default erases every key when one read fails
            migrate_on_algorithm_change=True,
            enforce_biometrics=False,
            key_cipher_algorithm=fss.KeyCipherAlgorithm.AES_GCM_NO_PADDING,
        ),
        ios_options=_WHILE_UNLOCKED["ios"],
        macos_options=_WHILE_UNLOCKED["macos"],
    )


class SystemKeystore:
    """`ports.Keystore` over Flet's SecureStorage. Blocking: called from threads, never from the loop."""

    kind: Literal["system", "file"] = "system"

    def __init__(
        self, storage: fss.SecureStorage, loop: asyncio.AbstractEventLoop, within_s: float = ANSWER_TIMEOUT_S
    ) -> None:
        self._storage, self._loop, self._timeout_s = storage, loop, within_s

    def read(self, name: str) -> bytes | None:
        """Read a secret; None where there is none. Blocking, never on the page's loop."""
        return self._run_on_page_loop(self._read(name))

    def write(self, name: str, value: bytes) -> None:
        """Write a secret. Blocking."""
        self._run_on_page_loop(self._write(name, value))

    def remove(self, name: str) -> None:
        """Remove a secret. Blocking."""
        self._run_on_page_loop(self._remove(_PREFIX + name, _options(name)))

    def clear(self) -> None:
        """Remove every value of Wren's, and nobody else's."""
        self._run_on_page_loop(self._clear())

    async def _read(self, name: str) -> bytes | None:
        key, options = _PREFIX + name, _options(name)
        text = await self._storage.get(key, **options)
        if text is not None:
            return base64.b64decode(text, validate=True)
        # Some systems say "nothing" of what they cannot decrypt.
        if await self._storage.contains_key(key, **options):
            raise KeystoreFault
        return None

    async def _write(self, name: str, value: bytes) -> None:
        await self._storage.set(_PREFIX + name, base64.b64encode(value).decode(), **_options(name))
        if await self._read(name) != value:
            raise KeystoreFault

    async def _remove(self, key: str, options: _AppleOptions) -> None:
        await self._storage.remove(key, **options)
        if await self._storage.contains_key(key, **options):
            raise KeystoreFault

    async def _clear(self) -> None:
        for options in (_WHILE_UNLOCKED, _SINCE_FIRST_UNLOCK):
            for key in await self._storage.get_all(**options):
                if key.startswith(_PREFIX):
                    await self._remove(key, options)

    def _run_on_page_loop(self, asked: Coroutine[object, None, T]) -> T:
        """Ask on the page's loop and wait here, for so long and no longer."""
        try:
            future = asyncio.run_coroutine_threadsafe(asked, self._loop)
        except RuntimeError:  # the page's loop has ended
            asked.close()
            raise KeystoreFault from None
        try:
            return future.result(self._timeout_s)
        except Exception:  # whatever a system may say: it is no answer, and its words may quote the value
            future.cancel()
            raise KeystoreFault from None


def _options(name: str) -> _AppleOptions:
    return _SINCE_FIRST_UNLOCK if name == DEVICE_KEY else _WHILE_UNLOCKED
