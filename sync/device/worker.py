"""Background sending: runs exchanges as soon as the service can be reached, and at once when asked to. The
outbox is called in a thread, so that a slow disk never stops the screen.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assessments.crypto import sealing
from assessments.errors import StoreFault, WrenError
from assessments.ports import Clock, Outbox, OutboxEntry
from sync.device import exchange
from sync.device.exchange import ExchangeResult, ExchangeState, Failure, OutboxStatus, compute_outbox_status
from sync.device.transport import Transport
from sync.protocol import ExchangeRequest, FeedChange, SubmissionItem

FAULT_RETRY_S = 30.0
_MIN_REST_S = 0.2

_log = logging.getLogger("wren.sync")


@dataclass(frozen=True, slots=True, repr=False)
class SendSummary:
    """How one run ended. `reason` is why it stopped before all was sent."""

    sent: int
    waiting: int
    set_aside: int
    reason: str | None = None
    changes: tuple[FeedChange, ...] = ()


async def drain_outbox(outbox: Outbox, transport: Transport, clock: Clock) -> SendSummary:
    """Send every waiting entry, due or not, until the outbox is empty or no exchange succeeds. `sent` and
    `set_aside` count what this run did; `waiting` is what is left."""
    before = compute_outbox_status(await asyncio.to_thread(outbox.entries))
    run = _SendRun(outbox, transport, clock, ignore_schedule=True)
    await run.run()
    after = compute_outbox_status(await asyncio.to_thread(outbox.entries))
    return SendSummary(
        sent=after.sent - before.sent,
        waiting=after.waiting,
        set_aside=after.set_aside - before.set_aside,
        reason=run.reason if after.waiting else None,
        changes=tuple(run.changes),
    )


class SyncWorker:
    """The background loop. `on_status` is called with the status after each run and as sending begins;
    `on_changes` with what the service says became of things sent earlier, before the cursor moves on."""

    def __init__(
        self,
        outbox: Outbox,
        transport: Transport,
        clock: Clock,
        *,
        on_status: Callable[[OutboxStatus], None],
        on_changes: Callable[[Sequence[FeedChange]], None] = lambda _changes: None,
    ) -> None:
        self.sending = False
        self._outbox = outbox
        self._transport = transport
        self._clock = clock
        self._on_status = on_status
        self._on_changes = on_changes
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Try everything that waits, now. May be called from any thread."""
        if self._loop is None:
            self._woken.set()
        else:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def status(self) -> OutboxStatus:
        """How the outbox stands at this moment."""
        return compute_outbox_status(await asyncio.to_thread(self._outbox.entries))

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        # Not everything at once: an entry that was told to wait keeps waiting, however often the
        # app restarts.
        asked = False
        while True:
            rest_s = await self._run_once(ignore_schedule=asked)
            asked = await self._sleep(rest_s)

    async def _run_once(self, *, ignore_schedule: bool) -> float | None:
        """One run; returns how long to rest, or None when there is nothing to wait for."""
        try:
            status = await self.status()
            if not status.waiting:
                self._on_status(status)
                return None
            self.sending = True
            self._on_status(status)
            run = _SendRun(self._outbox, self._transport, self._clock, ignore_schedule, self._on_changes)
            await run.run()
            status = await self.status()
        # The loop must outlive any fault, or work would wait for ever and look as if it were being sent.
        except Exception as fault:  # noqa: BLE001, RUF100 - see above; nothing is swallowed: the entries still wait
            code = fault.code if isinstance(fault, WrenError) else type(fault).__name__
            _log.warning("send-fault %s", code)
            return FAULT_RETRY_S
        finally:
            self.sending = False
        self._on_status(status)
        if not status.waiting:
            return None
        rests = [run.rest_s, _MIN_REST_S]
        if status.next_try_at is not None:
            rests.append((status.next_try_at - self._clock.now()).total_seconds())
        return max(rests)

    async def _sleep(self, rest_s: float | None) -> bool:
        """True when somebody asked; False when the time was up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), rest_s)
            self._woken.clear()
            return True
        return False


@dataclass(repr=False, eq=False)
class _SendRun:
    """One run over the outbox: exchanges until none succeeds."""

    outbox: Outbox
    transport: Transport
    clock: Clock
    ignore_schedule: bool
    on_changes: Callable[[Sequence[FeedChange]], None] = lambda _changes: None
    reason: str | None = None
    rest_s: float = 0.0
    changes: list[FeedChange] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    async def run(self) -> None:
        state = ExchangeState()
        more = True
        while True:
            batch = exchange.next_batch(state, await asyncio.to_thread(self._select_due))
            request = await asyncio.to_thread(self._request, batch)
            if not request.items and not more:
                return
            sent = {item.id for item in request.items}
            result = await self._exchange(state, request, [entry for entry in batch if entry.id in sent])
            state, more = result.state, result.more_changes
            self.reason = result.reason
            if not result.should_continue:
                self._set_rest(result)
                return

    def _select_due(self) -> Sequence[OutboxEntry]:
        found = self.outbox.entries() if self.ignore_schedule else self.outbox.due(self.clock.now())
        return [entry for entry in found if entry.state == "waiting" and entry.id not in self.tried]

    async def _exchange(
        self, state: ExchangeState, request: ExchangeRequest, batch: Sequence[OutboxEntry]
    ) -> ExchangeResult:
        came = await self.transport.exchange(request, state.clock_offset_s)
        now, jitter = self.clock.now(), sealing.make_random_fraction
        if isinstance(came, Failure):
            result = exchange.decide_after_failure(state, batch, came, now=now, jitter=jitter)
        else:
            device, key = self.transport.device_id, self.transport.receipt_key
            result = exchange.decide_after_reply(
                state, batch, came, device=device, receipt_key=key, now=now, jitter=jitter
            )
        await asyncio.to_thread(self._save_result, result, now)
        return result

    def _request(self, batch: Sequence[OutboxEntry]) -> ExchangeRequest:
        items = []
        for entry in batch:
            try:
                envelope = self.outbox.envelope(entry.id)
            except StoreFault:
                envelope = b""
            if sealing.constant_time_equal(sealing.digest(envelope), entry.digest):
                items.append(SubmissionItem(entry.id, entry.digest, envelope))
            else:
                # Bytes that this disk no longer gives back would only be refused, and
                # must not hold the others.
                self.outbox.set_aside(entry.id, "damaged")
        return ExchangeRequest(self.outbox.cursor(), tuple(items))

    def _save_result(self, result: ExchangeResult, now: datetime) -> None:
        if result.settle:
            self.outbox.record_outcomes(result.settle, now)
        for each in result.postpone:
            self.outbox.postpone([each.id], each.reason, each.until)
            self.tried.add(each.id)
        if result.changes:
            self.changes.extend(result.changes)
            self.on_changes(result.changes)
        if result.cursor is not None:
            self.outbox.save_cursor(result.cursor)

    def _set_rest(self, result: ExchangeResult) -> None:
        waits = [each.until for each in result.postpone]
        if waits:
            self.rest_s = max(0.0, (min(waits) - self.clock.now()).total_seconds())
        elif result.reason is not None:
            self.rest_s = exchange.RETRY_POLICIES[result.reason].first_delay_s
