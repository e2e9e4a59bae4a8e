"""What a process has once, however many pages come and go: the opened store and the task that sends."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Protocol

from app.core.cases.case_service import run_blocking
from app.core.device.account_recovery import AccountRecovery
from app.core.runtime import Runtime, SalvageReport
from app.kit.idle import LOCK_AFTER_S
from assessments.definitions import catalogue
from assessments.errors import KeyAbsent, StoreFault


class OpenPage(Protocol):
    """A page that may be using the store."""

    async def release_store(self) -> None:
        """Lock the page and let go of the store."""

    async def open(self) -> None:
        """Open the store again, and show what comes first."""


class AppProcess:
    """The store, its sender, and every page of this process. It holds nothing of a person."""

    def __init__(
        self,
        runtime: Runtime | Callable[[], Runtime],
        open_recovery: Callable[[], AccountRecovery] | None,
        salvage: Callable[[], SalvageReport] | None,
    ) -> None:
        self._open_runtime = None if isinstance(runtime, Runtime) else runtime
        self._runtime = runtime if isinstance(runtime, Runtime) else None
        self._open_recovery, self._salvage = open_recovery, salvage
        # No page may use the store while it is salvaged.
        self.pages: list[OpenPage] = []
        self._open_lock = asyncio.Lock()
        self._sender_task: asyncio.Task[None] | None = None
        self.lock_after_s: float = catalogue.load_area().lock_after_s or LOCK_AFTER_S

    async def runtime(self) -> Runtime:
        """The opened store. Raises StoreFault; the next page, or "Try again", tries anew."""
        async with self._open_lock:
            if self._runtime is None:
                if self._open_runtime is None:
                    raise StoreFault("store-closed")
                self._runtime = await run_blocking(self._open_runtime)
            self._start_sender(self._runtime)
            return self._runtime

    @property
    def can_salvage(self) -> bool:
        """Whether a damaged store can be salvaged, and opened anew."""
        return self._open_runtime is not None and self._salvage is not None

    async def salvage(self) -> SalvageReport:
        """Lock every page, close the store, and salvage it."""
        if self._salvage is None:
            raise StoreFault("store-closed")
        for page in self.pages:
            await page.release_store()
        async with self._open_lock:
            sender, self._sender_task = self._sender_task, None
            if sender is not None:
                sender.cancel()
                await asyncio.wait([sender])
            runtime, self._runtime = self._runtime, None
            if runtime is not None:
                await run_blocking(runtime.close)
            return await run_blocking(self._salvage)

    async def open_recovery(self, absent: KeyAbsent) -> AccountRecovery:
        """Open account recovery where the store's key is absent. Raises `absent` where that cannot be."""
        if self._open_recovery is None:
            raise absent
        return await run_blocking(self._open_recovery)

    def _start_sender(self, runtime: Runtime) -> None:
        if self._sender_task is None or self._sender_task.done():
            # A context of its own: the task outlives the page that happened to come first.
            self._sender_task = asyncio.get_running_loop().create_task(
                runtime.run_sender(), context=contextvars.Context()
            )
