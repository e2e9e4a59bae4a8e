"""The composition root: the one place that knows every concrete part and puts them together.

    runtime = Runtime.open(data_folder())
    desk = runtime.unlock(passphrase)           # blocking: on a thread
    runtime.worker(changed)                      # sends in the background while somebody watches

One Runtime per process: the store's files have one owner. Nothing of a person is kept here.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.effects import SERVICE, Desk, service_keys
from assessments import catalogue
from assessments.definition import Role
from assessments.errors import BadInstrument
from assessments.ports import Keystore
from assessments.records import role_named
from assessments.store import Store
from assessments.wording import Pack, PackRefused, apply, read_pack
from sync.device.enrolment import ServiceKeys, introduce
from sync.device.exchange import Status, status_of
from sync.device.worker import Summary, Worker, run_until_still

Listener = Callable[[Status, bool], None]

TRAINING_AGENCY = "training"
_ROLE, _MET = "role", "met"


class SystemClock:
    """The clock of this machine, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def data_folder() -> Path:
    """Where this copy keeps its data: WREN_HOME, else the app's own folder, else ~/.wren."""
    named = os.environ.get("WREN_HOME")
    if named:
        return Path(named)
    packed = os.environ.get("FLET_APP_STORAGE_DATA")
    return Path(packed) / "wren" if packed else Path.home() / ".wren"


class Runtime:
    """One installed copy of Wren, opened."""

    def __init__(self, store: Store, clock: SystemClock, packs_folder: Path | None = None) -> None:
        self.store, self.clock, self._packs_folder = store, clock, packs_folder
        self._worker: Worker | None = None
        self._introduced = asyncio.Event()
        self._listeners: list[Listener] = []

    @classmethod
    def open(cls, folder: Path, keystore: Keystore | None = None) -> Runtime:
        """Open the data folder, making it on a first start. Blocking. Raises StoreFault.

        Without a `keystore` of the system, keys are files in the folder.
        """
        clock = SystemClock()
        return cls(Store.open(folder, clock, keystore=keystore), clock, folder / "packs")

    def close(self) -> None:
        self.store.close()

    @property
    def is_training(self) -> bool:
        """Whether this device was introduced to a training service."""
        keys = service_keys(self.store)
        return keys is not None and keys.agency == TRAINING_AGENCY

    def set_up(self, passphrase: str, author: str, agency: str = TRAINING_AGENCY) -> Desk:
        """Choose the passphrase of a new copy. Blocking: a key is derived."""
        return Desk(self.store, self.store.set_up(passphrase, agency, author), self.clock, self.packs())

    def unlock(self, passphrase: str, author: str | None = None) -> Desk:
        """Open the keys of one person; of the first, unless named. Blocking. Raises Locked, StoreFault."""
        return Desk(self.store, self.store.unlock(passphrase, author), self.clock, self.packs())

    async def introduce(self, url: str, desk: Desk, agency: str = TRAINING_AGENCY) -> ServiceKeys:
        """Meet a service once and keep its keys. Raises NotIntroduced."""
        author, author_key = desk.author
        keys = await introduce(
            url, self.store.device, agency=agency, author=author, author_key=author_key, clock=self.clock
        )
        await asyncio.to_thread(self.store.settings.put, SERVICE, json.dumps(keys.to_plain()))
        await asyncio.to_thread(self.store.settings.put, f"{_MET}.{author}", keys.url)
        self._introduced.set()
        return keys

    # Licensed wording

    def packs(self) -> list[Pack]:
        """The organisation's wording packs on this device. One that cannot be read is left out."""
        folder = self._packs_folder
        if folder is None or not folder.is_dir():
            return []
        read = (read_pack(file.read_text(encoding="utf-8"))[0] for file in sorted(folder.glob("*.toml")))
        return [pack for pack in read if pack is not None]

    def add_pack(self, text: str) -> Pack:
        """Keep a wording pack, once it is seen to fit. Raises BadInstrument or PackRefused."""
        pack, faults = read_pack(text)
        if pack is None or self._packs_folder is None:
            raise BadInstrument("bad-pack", faults=faults)
        if pack.kind == "language":
            # One tool in another language inside an app that speaks English would mix the two.
            raise PackRefused("other-language", pack=pack.id)
        apply(pack, catalogue.load(pack.tool), on=self.clock.now().date())
        self._packs_folder.mkdir(mode=0o700, exist_ok=True)
        (self._packs_folder / f"{pack.tool}.toml").write_text(text, encoding="utf-8")
        return pack

    def has_met(self, author: str) -> bool:
        """Whether the service knows this person on this device. It has met the first one with the device."""
        is_first = author in self.store.authors()[:1]
        known = self.store.settings.get(f"{_MET}.{author}") is not None
        return service_keys(self.store) is not None and (is_first or known)

    def service_url(self) -> str:
        """The address of the service this device knows; empty while it knows none."""
        keys = service_keys(self.store)
        return keys.url if keys else ""

    def keep_role(self, author: str, role: Role) -> None:
        self.store.settings.put(f"{_ROLE}.{author}", role)

    def role(self, author: str) -> Role:
        """The role this person chose at set-up; a health visitor's until then."""
        return role_named(self.store.settings.get(f"{_ROLE}.{author}") or "") or "health-visitor"

    async def send(self) -> Summary:
        """Run exchanges until the outbox is empty or nothing moves. Needs no passphrase."""
        keys = service_keys(self.store)
        if keys is None:
            waiting = len(self.store.outbox.due(self.clock.now()))
            return Summary(sent=0, waiting=waiting, set_aside=0, reason=None)
        transport = keys.transport(self.store.device, self.clock)
        try:
            return await run_until_still(self.store.outbox, transport, self.clock)
        finally:
            await transport.close()

    def status(self) -> Status:
        """How the outbox stands at this moment. Blocking."""
        return status_of(self.store.outbox.entries())

    # Sending in the background

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Tell a page how sending stands, now and on each change. Returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def keep_sending(self) -> None:
        """Send by itself for as long as this runs. One task per process, whatever pages come and go."""
        while (keys := service_keys(self.store)) is None:
            await self._introduced.wait()
        transport = keys.transport(self.store.device, self.clock)
        self._worker = Worker(self.store.outbox, transport, self.clock, changed=self._tell)
        try:
            await self._worker.run()
        finally:
            self._worker = None
            await transport.close()

    def wake(self) -> None:
        """Try everything that waits, at once."""
        if self._worker is not None:
            self._worker.wake()

    def _tell(self, status: Status) -> None:
        sending = self._worker is not None and self._worker.sending
        for listener in tuple(self._listeners):
            listener(status, sending)
