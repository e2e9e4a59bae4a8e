"""Unlocking and locking decide the same for the same event, without Flet, store or key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core import session_update as flow
from assessments.errors import (
    Damaged,
    KeyAbsent,
    KeystoreFault,
    LockedOut,
    TooManyAttempts,
    WrongPassphrase,
)
from tests.core.faults import passing_rows

Signal, Action = flow.SessionSignal, flow.SessionAction
LATER = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)

NEW = flow.SessionState()
ONE = flow.SessionState("locked", ("hv1",), flow.UnlockPrompt("hv1"), 3)
TWO = flow.SessionState("locked", ("hv1", "hv2"), None, 3)
OPEN = replace(ONE, phase="open", has_keys=True)
CHILD = replace(ONE, phase="child", has_child=True)


def asking(state: str, wait_until: datetime | None = None) -> flow.SessionState:
    return replace(ONE, prompt=flow.UnlockPrompt("hv1", state, wait_until))  # type: ignore[arg-type]  # a name


Row = tuple[str, flow.SessionState, flow.SessionEvent, flow.SessionState, tuple[flow.SessionEffect, ...]]
ROWS: list[Row] = [
    ("nobody has set up", NEW, Signal.UNLOCK_REQUESTED, NEW, ()),
    ("a new device sets up", NEW, Signal.PROMPT_READY, replace(NEW, phase="set-up"), ()),
    ("the only person is asked", replace(ONE, prompt=None), Signal.UNLOCK_REQUESTED, ONE,
     (flow.ReadAttempts("hv1"),)),
    ("of several nobody is asked", replace(TWO, prompt=flow.UnlockPrompt("gone")), Signal.UNLOCK_REQUESTED,
     TWO, ()),
    ("who was asked stays asked", asking("wait", LATER), Signal.UNLOCK_REQUESTED, asking("wait", LATER), ()),
    ("a device in use is locked", replace(ONE, phase="starting"), Signal.PROMPT_READY, ONE, ()),
    ("one of several is chosen", TWO, flow.AuthorPicked("hv2"),
     replace(TWO, prompt=flow.UnlockPrompt("hv2")), (flow.ReadAttempts("hv2"),)),
    ("back to everybody", replace(TWO, prompt=flow.UnlockPrompt("hv2")), flow.AuthorPicked(None), TWO, ()),
    ("attempts are left", asking("wait", LATER), flow.AttemptsRead("hv1", False, None), ONE, ()),
    ("wait after too many", ONE, flow.AttemptsRead("hv1", False, LATER), asking("wait", LATER), ()),
    ("locked out", ONE, flow.AttemptsRead("hv1", True, LATER), asking("locked-for-safety"), ()),
    ("a wrong passphrase counts", ONE, flow.PromptFailed("hv1", WrongPassphrase()), ONE,
     (flow.ReadAttempts("hv1"),)),
    ("one too many waits", ONE,
     flow.PromptFailed("hv1", TooManyAttempts(until=LATER.isoformat())), asking("wait", LATER), ()),
    ("the last one locks out", ONE, flow.PromptFailed("hv1", LockedOut()), asking("locked-for-safety"), ()),
    ("the key store fails", ONE, flow.PromptFailed("hv1", KeystoreFault()), asking("keystore-error"), ()),
    ("the key is gone", ONE, flow.PromptFailed("hv1", KeyAbsent()), asking("key-absent"), ()),
    ("damage asks again", asking("wait", LATER), flow.PromptFailed("hv1", Damaged()), ONE, ()),
    ("another person sets up", ONE, Signal.SET_UP_REQUESTED, replace(ONE, prompt=None, phase="set-up"), ()),
    ("the way to recovery", ONE, Signal.RECOVERY_REQUESTED, replace(ONE, phase="recover"), ()),
    ("each opening is a generation", ONE, flow.OpeningStarted(), replace(ONE, generation=4), ()),
    ("recovery opens for its author", TWO, flow.OpeningStarted("hv2"),
     replace(TWO, generation=4, prompt=flow.UnlockPrompt("hv2")), ()),
    ("a session opens", replace(ONE, has_keys=True), flow.SessionRestored(3, True), OPEN,
     (Action.SHOW_RESTORED,)),
    ("set-up goes on without a service", replace(ONE, has_keys=True), flow.SessionRestored(3, False),
     replace(ONE, phase="set-up", has_keys=True), (Action.SHOW_RESTORED,)),
    ("a lock overtakes an opening", replace(ONE, generation=4, has_keys=True), flow.SessionRestored(3, True),
     replace(ONE, generation=4, has_keys=True), (Action.DROP_KEYS,)),
    ("a child takes the page", OPEN, flow.ChildReady(3, True),
     replace(OPEN, phase="child", has_child=True),
     (Action.SHOW_CHILD, Action.SAVE_POSITION, Action.DROP_KEYS)),
    ("nothing to hand over", OPEN, flow.ChildReady(3, False), OPEN, (Action.END_CHILD_SESSION,)),
    ("a lock overtakes a handover", replace(ONE, generation=4), flow.ChildReady(3, True),
     replace(ONE, generation=4), (Action.END_CHILD_SESSION,)),
    ("a lock covers first", OPEN, Signal.LOCK_REQUESTED, replace(OPEN, phase="locked", generation=4),
     (Action.COVER, Action.SAVE_TYPING, Action.DROP_KEYS)),
    ("a lock ends the child's session", CHILD, Signal.LOCK_REQUESTED, replace(ONE, generation=4),
     (Action.END_CHILD_SESSION,)),
    ("set-up half done is locked too", replace(OPEN, phase="set-up"), Signal.LOCK_REQUESTED,
     replace(OPEN, phase="locked", generation=4), (Action.COVER, Action.SAVE_TYPING, Action.DROP_KEYS)),
    ("a second lock only overtakes", replace(OPEN, phase="locked"), Signal.LOCK_REQUESTED,
     replace(OPEN, phase="locked", generation=4), ()),
    ("nothing to lock", ONE, Signal.LOCK_REQUESTED, replace(ONE, generation=4), ()),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, state, event, expected, effects = row
    assert flow.update(state, event) == (expected, effects)


def drops_before_saving(state: flow.SessionState) -> flow.SessionStep:
    return replace(state, phase="locked"), (
        Action.COVER,
        Action.DROP_KEYS,
        Action.SAVE_TYPING,
    )


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("_lock", drops_before_saving),
        ("_prompt_after_error", lambda author, error: flow.UnlockPrompt(author)),
    ],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert passing_rows(ROWS, flow.update) < len(ROWS)
