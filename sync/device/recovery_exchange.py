"""Account recovery over the device's signed connection. It works locked or unlocked: no key is used here and
no answer is opened.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from assessments.crypto import sealing
from assessments.crypto.recovery import Escrow, RecoveryRequest
from sync import recovery_messages as messages
from sync.device.exchange import Failure
from sync.device.transport import Transport
from sync.protocol import ESCROW_PATH, RECOVERY_PATH
from sync.recovery_messages import EscrowUpload, RecoveryCommand, RecoveryOrder, RecoveryReply

T = TypeVar("T")


class UnconfirmedEscrows(Protocol):
    """The escrows of this device that the service has not confirmed yet. Both calls block."""

    def list_escrows(self) -> Sequence[Escrow]:
        """The escrows without a receipt."""

    def mark_confirmed(self, escrow: Escrow) -> None:
        """Note that the service signed for an escrow."""


async def upload_escrows(owed: UnconfirmedEscrows, transport: Transport) -> Failure | None:
    """Upload escrows until the service has signed for each; returns what prevented it, or None."""
    for escrow in await asyncio.to_thread(owed.list_escrows):
        body = messages.encode_escrow(EscrowUpload(escrow.to_bytes()))
        came = await _post_with_retry(transport, ESCROW_PATH, body, messages.decode_escrow_receipt)
        if isinstance(came, Failure):
            return came
        said = messages.escrow_receipt_bytes(transport.agency, escrow)
        if not sealing.verify(transport.receipt_key, said, came.signature):
            return Failure("garbled")
        await asyncio.to_thread(owed.mark_confirmed, escrow)
    return None


async def send_recovery_command(
    command: RecoveryCommand, request: RecoveryRequest, transport: Transport
) -> RecoveryReply | Failure:
    """Ask (again), stop asking, or say that it is done; returns the state of the request."""
    body = messages.encode_recovery_command(RecoveryOrder(command, request.to_bytes()))
    return await _post_with_retry(transport, RECOVERY_PATH, body, messages.decode_recovery_reply)


async def _post_with_retry(
    transport: Transport, path: str, body: bytes, decode: Callable[[bytes], T]
) -> T | Failure:
    came = await transport.post_signed(path, body, decode)
    if isinstance(came, Failure) and came.kind in ("clock", "replayed"):
        return await transport.post_signed(path, body, decode, came.clock_offset_s)
    return came
