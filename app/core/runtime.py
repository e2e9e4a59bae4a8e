"""The composition root: puts the concrete parts of one installed copy together.

One Runtime per process, because the store's files have one owner. It holds nothing of a person.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.core.cases.case_service import CaseService
from app.core.cases.submission import SERVICE_SETTING, load_enrolled_service
from app.core.device.account_recovery import AccountRecovery
from assessments.casework.ids import format_utc
from assessments.casework.records import parse_role
from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow
from assessments.definitions import catalogue
from assessments.definitions.definition import Role
from assessments.definitions.text_packs import PackRefused, TextPack, apply_pack, read_pack
from assessments.errors import BadInstrument, WrenError
from assessments.ports import Keystore, SystemClock
from assessments.store import SalvageReport, Store, UnlockedStore, salvage
from sync.device import exchange
from sync.device.enrolment import EnrolledService, enrol_device
from sync.device.recovery_exchange import upload_escrows
from sync.device.transport import Transport
from sync.device.worker import SendSummary, SyncWorker, drain_outbox
from sync.protocol import TRAINING_AGENCY, FeedChange

__all__ = ["Runtime", "SalvageReport", "data_folder"]

OutboxListener = Callable[[exchange.OutboxStatus, bool], None]

_ROLE, _ENROLLED = "role", "met"

_log = logging.getLogger("wren.app")


def data_folder() -> Path:
    """Where this copy keeps its data: WREN_HOME, else the app's own folder, else the user's data folder.

    ~/.wren, where earlier versions kept it, goes before the user's data folder if it is there.
    """
    named = os.environ.get("WREN_HOME")
    if named:
        return Path(named)
    packed = os.environ.get("FLET_APP_STORAGE_DATA")
    if packed:
        return Path(packed) / "wren"
    earlier = Path.home() / ".wren"
    if earlier.is_dir():
        return earlier
    from platformdirs import user_data_path  # not on a phone, which has a folder of the app

    return user_data_path("wren", appauthor=False) / "device"


class PendingEscrows:
    """The escrows that the service has not yet confirmed by a signed receipt."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_escrows(self) -> list[Escrow]:
        made = [self._store.escrow(author) for author in self._store.authors()]
        confirmed = self._store.settings.get
        return [one for one in made if one is not None and confirmed(f"escrow.{one.author}") != _digest(one)]

    def mark_confirmed(self, escrow: Escrow) -> None:
        self._store.settings.put(f"escrow.{escrow.author}", _digest(escrow))


def _digest(escrow: Escrow) -> str:
    return sealing.digest(escrow.to_bytes()).hex()


class Runtime:
    """One installed copy of Wren, opened."""

    def __init__(self, store: Store, clock: SystemClock, packs_folder: Path | None = None) -> None:
        self.store, self.clock, self._packs_folder = store, clock, packs_folder
        self.account_recovery = AccountRecovery(store.recovery, self._transport)
        self._worker: SyncWorker | None = None
        self._introduced, self._escrows_pending = asyncio.Event(), asyncio.Event()
        # Who is to be introduced once more: an alias and a public key.
        self._pending_introduction: tuple[str, bytes] | None = None
        self._listeners: list[OutboxListener] = []

    @classmethod
    def open(cls, folder: Path, keystore: Keystore | None = None) -> Runtime:
        """Open a data folder, or make it; without a `keystore` keys are files. Blocks. Raises StoreFault."""
        clock = SystemClock()
        return cls(Store.open(folder, clock, keystore=keystore), clock, folder / "packs")

    @staticmethod
    def salvage(folder: Path) -> SalvageReport:
        """Bring back what is whole in a damaged data folder. The damaged files are kept. Blocking."""
        return salvage(folder, SystemClock())

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    @property
    def is_training(self) -> bool:
        """Whether this device was introduced to a training service."""
        keys = load_enrolled_service(self.store)
        return keys is not None and keys.agency == TRAINING_AGENCY

    def set_up(self, passphrase: str, author: str, agency: str = TRAINING_AGENCY) -> CaseService:
        """Choose the passphrase of a new copy. Blocking: a key is derived."""
        return self._make_case_service(self.store.set_up(passphrase, agency, author))

    def unlock(self, passphrase: str, author: str | None = None) -> CaseService:
        """Open the keys of this person, or of the first here. Blocking. Raises WrongPassphrase, Damaged."""
        return self._make_case_service(self.store.unlock(passphrase, author))

    def _make_case_service(self, keys: UnlockedStore) -> CaseService:
        service = CaseService(self.store, keys, self.clock, self.packs())
        if self.store.read_only:
            return service  # nothing is finished here until Wren is updated
        if load_enrolled_service(self.store) is not None and not service.ensure_escrow():
            # A Wren without recovery met the service: it is asked again for its keys.
            self._pending_introduction = service.author
        return service

    async def introduce(self, url: str, service: CaseService) -> EnrolledService:
        """Enrol this device with a service and keep its keys. Raises NotIntroduced."""
        keys = await self._enrol(url, TRAINING_AGENCY, *service.author)
        await asyncio.to_thread(service.ensure_escrow)
        await asyncio.to_thread(self.store.settings.put, f"{_ENROLLED}.{service.author[0]}", keys.url)
        self._introduced.set()
        self._escrows_pending.set()
        return keys

    async def _enrol(self, url: str, agency: str, author: str, author_key: bytes) -> EnrolledService:
        """Enrol at the service for this person, and keep its keys."""
        keys = await enrol_device(
            url, self.store.device, agency=agency, author=author, author_key=author_key, clock=self.clock
        )
        plain = json.dumps(keys.to_plain())
        await asyncio.to_thread(self.store.settings.put, SERVICE_SETTING, plain)
        return keys

    # Licensed wording

    def packs(self) -> list[TextPack]:
        """The organisation's text packs on this device. One that cannot be read is left out."""
        folder = self._packs_folder
        if folder is None or not folder.is_dir():
            return []
        read = (read_pack(file.read_text(encoding="utf-8"))[0] for file in sorted(folder.glob("*.toml")))
        return [pack for pack in read if pack is not None]

    def add_pack(self, text: str) -> TextPack:
        """Keep a wording pack, once it is seen to fit. Raises BadInstrument or PackRefused."""
        pack, faults = read_pack(text)
        if pack is None or self._packs_folder is None:
            raise BadInstrument("bad-pack", faults=faults)
        if pack.kind == "language":
            # One tool in another language inside an app that speaks English would mix the two.
            raise PackRefused("other-language", pack=pack.id)
        apply_pack(pack, catalogue.load_tool(pack.tool), on=self.clock.now().date())
        self._packs_folder.mkdir(mode=0o700, exist_ok=True)
        (self._packs_folder / f"{pack.tool}.toml").write_text(text, encoding="utf-8")
        return pack

    def is_introduced(self, author: str) -> bool:
        """Whether the service knows this person on this device. It has met the first one with the device."""
        is_first = author in self.store.authors()[:1]
        known = self.store.settings.get(f"{_ENROLLED}.{author}") is not None
        return load_enrolled_service(self.store) is not None and (is_first or known)

    def service_url(self) -> str:
        """The address of the enrolled service; empty before enrolment."""
        keys = load_enrolled_service(self.store)
        return keys.url if keys else ""

    def save_role(self, author: str, role: Role) -> None:
        """Save the role that a person chose."""
        self.store.settings.put(f"{_ROLE}.{author}", role)

    def role(self, author: str) -> Role:
        """The role this person chose at set-up; a health visitor's until then."""
        return parse_role(self.store.settings.get(f"{_ROLE}.{author}") or "") or "health-visitor"

    async def send(self) -> SendSummary:
        """Run exchanges until the outbox is empty or nothing moves. Needs no passphrase."""
        transport = await asyncio.to_thread(self._transport)
        if transport is None:
            waiting = len(self.store.outbox.due(self.clock.now()))
            return SendSummary(sent=0, waiting=waiting, set_aside=0, reason=None)
        try:
            await upload_escrows(PendingEscrows(self.store), transport)
            summary = await drain_outbox(self.store.outbox, transport, self.clock)
            await asyncio.to_thread(self._note_recoveries, summary.changes)
            return summary
        finally:
            await transport.close()

    async def upload_escrows(self) -> bool:
        """Upload every unconfirmed escrow now. True when the service has all."""
        transport = await asyncio.to_thread(self._transport)
        if transport is None:
            return False
        try:
            return await upload_escrows(PendingEscrows(self.store), transport) is None
        finally:
            await transport.close()

    def _transport(self) -> Transport | None:
        """A new transport to the service; None where none is known. Blocking."""
        keys = load_enrolled_service(self.store)
        return None if keys is None else keys.make_transport(self.store.device, self.clock)

    def send_status(self) -> exchange.OutboxStatus:
        """How the outbox stands at this moment. Blocking."""
        return exchange.compute_outbox_status(self.store.outbox.entries())

    # Sending in the background

    def subscribe(self, listener: OutboxListener) -> Callable[[], None]:
        """Call a listener on each change of the outbox. Returns the function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run_sender(self) -> None:
        """Send by itself for as long as this runs. One task per process, whatever pages come and go."""
        while (keys := load_enrolled_service(self.store)) is None:
            await self._introduced.wait()
        transport = keys.make_transport(self.store.device, self.clock)
        self._worker = SyncWorker(
            self.store.outbox,
            transport,
            self.clock,
            on_status=self._notify_listeners,
            on_changes=self._note_recoveries,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._worker.run())
                tasks.create_task(self._run_escrow_upload(transport))
        finally:
            self._worker = None
            await transport.close()

    async def _run_escrow_upload(self, transport: Transport) -> None:
        """Upload each escrow until the service has confirmed it."""
        tries = 0
        while True:
            self._escrows_pending.clear()
            failure = await self._upload_escrows(transport)
            tries, rest_s = tries + 1 if failure else 0, None
            if failure:
                policy = exchange.RETRY_POLICIES[failure]
                rest_s = exchange.backoff_delay_s(policy, tries, sealing.make_random_fraction())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._escrows_pending.wait(), rest_s)

    async def _upload_escrows(self, transport: Transport) -> exchange.FailureKind | None:
        # Like the worker, this must outlive any fault: an escrow that is never given is found missing
        # on the day it is needed.
        try:
            await self._repeat_introduction()
            failure = await upload_escrows(PendingEscrows(self.store), transport)
        except WrenError as fault:
            code = fault.code
            _log.warning("escrow-upload-failed %s", code)
            return "broken"
        return failure.kind if failure else None

    async def _repeat_introduction(self) -> None:
        keys = load_enrolled_service(self.store)
        if keys is not None and self._pending_introduction is not None:
            await self._enrol(keys.url, keys.agency, *self._pending_introduction)
            self._pending_introduction = None

    def wake(self) -> None:
        """Try everything that waits, at once."""
        self._escrows_pending.set()
        if self._worker is not None:
            self._worker.wake()

    def _note_recoveries(self, changes: Sequence[FeedChange]) -> None:
        """Note each recovery of an author of this device on another device."""
        for change in changes:
            if change.word == "recovered" and change.reason is not None:
                self.store.settings.put(f"recovered.{change.reason}", format_utc(self.clock.now()))

    def recovered_at(self, author: str) -> datetime | None:
        """When this person recovered on another device; None once the notice is dismissed."""
        kept = self.store.settings.get(f"recovered.{author}")
        return datetime.fromisoformat(kept) if kept else None

    def clear_recovered(self, author: str) -> None:
        """Forget that this person recovered on another device."""
        self.store.settings.put(f"recovered.{author}", "")

    def _notify_listeners(self, status: exchange.OutboxStatus) -> None:
        sending = self._worker is not None and self._worker.sending
        for listener in tuple(self._listeners):
            listener(status, sending)
