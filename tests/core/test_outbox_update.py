"""The outbox decides the same for the same event, without Flet, store or network."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from app.core import outbox_update as flow
from sync.device.exchange import OutboxStatus
from tests.core.faults import passing_rows

Signal, Action = flow.OutboxSignal, flow.OutboxAction
NOTHING, ONE = OutboxStatus(), OutboxStatus(waiting=1)
AWAY = flow.OutboxState(NOTHING)
LISTED = replace(AWAY, shows_entries=True)

Row = tuple[str, flow.OutboxState, flow.OutboxEvent, flow.OutboxState, tuple[flow.OutboxEffect, ...]]
ROWS: list[Row] = [
    ("the page is read before it is shown", AWAY, Signal.OPENED, AWAY,
     (Action.READ_ENTRIES, Action.SHOW_PAGE)),
    ("sending now only wakes the sender", LISTED, Signal.SEND_PRESSED, LISTED, (Action.SEND,)),
    ("an entry goes back into the queue, then it is sent", LISTED, flow.RetryPressed("e1"), LISTED,
     (flow.Requeue("e1"), Action.READ_ENTRIES, Action.SEND)),
    ("news is read where entries are seen", LISTED, flow.StatusChanged(ONE, True),
     flow.OutboxState(ONE, True, True), (Action.READ_ENTRIES,)),
    ("elsewhere news only changes the status", AWAY, flow.StatusChanged(ONE, True),
     flow.OutboxState(ONE, True), ()),
    ("sending has ended", flow.OutboxState(ONE, True), flow.StatusChanged(NOTHING, False), AWAY, ()),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, state, event, expected, effects = row
    assert flow.update(state, event) == (expected, effects)


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "OutboxState", lambda *_: AWAY)
    assert passing_rows(ROWS, flow.update) < len(ROWS)


def test_no_update_imports_flet() -> None:
    updates = (
        "app.core.session_update", "app.core.outbox_update", "app.core.child.child_update",
        "app.core.cases.record_changes", "app.features.recovery.update", "app.features.people.update",
        "app.features.incidents.update", "app.features.visits.update",
    )  # fmt: skip
    code = f"import sys, {', '.join(updates)}; sys.exit('flet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
