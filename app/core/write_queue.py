"""A queue of writes: in order, one at a time, debounced. What the disk refuses stays for the next try."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Entry = TypeVar("Entry")

DEBOUNCE_S = 0.4
DEBOUNCE_MAX_S = 1.5


class WriteQueue(Generic[Entry]):
    """What is not on the disk yet. Call from the event loop. Hold `lock` for writes beside the queue."""

    def __init__(self, write: Callable[[Entry], Awaitable[None]]) -> None:
        self._write = write
        self.lock = asyncio.Lock()
        self.entries: list[Entry] = []
        self.debounce_task: asyncio.Task[None] | None = None
        self._debounce_started = 0.0

    def add(self, *entries: Entry) -> None:
        """Put entries at the end."""
        self.entries += entries

    async def flush(self) -> None:
        """Write everything, the oldest first. Raises StoreFault."""
        async with self.lock:
            await self.write_entries()

    async def write_entries(self) -> None:
        """The same for whoever holds the lock."""
        while self.entries:
            await self._write(self.entries[0])
            self.entries.pop(0)

    def restart_debounce(self, save: Callable[[], Awaitable[None]]) -> None:
        """Run `save` after DEBOUNCE_S without another call; after DEBOUNCE_MAX_S whatever is called."""
        loop = asyncio.get_running_loop()
        if self.debounce_task is not None and not self.debounce_task.done():
            if loop.time() - self._debounce_started < DEBOUNCE_MAX_S:
                self.debounce_task.cancel()
        else:
            self._debounce_started = loop.time()
        self.debounce_task = asyncio.create_task(_save_after_debounce(save))

    def stop_debounce(self) -> None:
        """Forget what was to run."""
        if self.debounce_task is not None:
            self.debounce_task.cancel()


async def _save_after_debounce(save: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(DEBOUNCE_S)
    # Cancelling the debounce must not cut a write short: what begins here runs to its end.
    await asyncio.shield(asyncio.ensure_future(save()))
