"""What the outbox does after an event: a pure `update(state, event) -> (state, effects)`."""

from enum import Enum
from typing import TypeAlias

from app.core.cases.case_service import OutboxStatus
from app.core.flow import Message


class OutboxState(Message):
    """How sending stands, and whether the page in front lists the entries."""

    status: OutboxStatus
    is_sending: bool = False
    shows_entries: bool = False


class OutboxSignal(Enum):
    """An event without data."""

    OPENED = "the outbox page is wanted"
    SEND_PRESSED = "everything that waits is to be tried at once"


class RetryPressed(Message):
    """An entry that was set aside is to go back into the queue."""

    entry_id: str


class StatusChanged(Message):
    """The background sender says how sending stands."""

    status: OutboxStatus
    is_sending: bool


OutboxEvent: TypeAlias = OutboxSignal | RetryPressed | StatusChanged


class OutboxAction(Enum):
    """An effect without data."""

    READ_ENTRIES = "read the entries again"
    SHOW_PAGE = "show the outbox page"
    SEND = "wake the sender"


class Requeue(Message):
    """Put an entry that was set aside back into the queue."""

    entry_id: str


OutboxEffect: TypeAlias = OutboxAction | Requeue


def update(state: OutboxState, event: OutboxEvent) -> tuple[OutboxState, tuple[OutboxEffect, ...]]:
    """Decide what follows from an event. Entries are read only where they are seen."""
    match event:
        case OutboxSignal.OPENED:
            return state, (OutboxAction.READ_ENTRIES, OutboxAction.SHOW_PAGE)
        case OutboxSignal.SEND_PRESSED:
            return state, (OutboxAction.SEND,)
        case RetryPressed(entry_id):
            return state, (Requeue(entry_id), OutboxAction.READ_ENTRIES, OutboxAction.SEND)
        case StatusChanged(status, is_sending):
            changed = OutboxState(status, is_sending, state.shows_entries)
            return changed, (OutboxAction.READ_ENTRIES,) if state.shows_entries else ()
