"""The account recovery flow decides the same for the same event, without Flet, service or key store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.device.account_recovery import RecoveryStatus
from app.features.recovery import update as flow
from app.kit.messages import say
from assessments.crypto.recovery import EscrowSide
from sync.recovery_messages import RecoveryApproval
from tests.core.faults import passing_rows

Signal, Action = flow.RecoverySignal, flow.RecoveryAction
WAITING = RecoveryStatus("hv1", "AAAA-BBBB", "the request")
ASKED = replace(WAITING, state="asked")
CLOSED = replace(WAITING, state="closed")


def approval(side: EscrowSide) -> RecoveryApproval:
    return RecoveryApproval("officer-" + side, side.encode())


ONE = replace(ASKED, answers=(approval("agency"),))
BOTH = replace(ASKED, answers=(approval("agency"), approval("service")))

START = flow.RecoveryPageState()
SEVERAL = flow.RecoveryPageState(authors=("hv1", "hv2"))
CHOSEN = replace(SEVERAL, author="hv1")
ASKING = replace(CHOSEN, busy=True)
CODE = replace(CHOSEN, status=ASKED, polled=ASKED.code)
AGREED = replace(CHOSEN, status=BOTH)
WHO = ("who", say("recover.who-problem"))
DIFFERS = ("again", say("set-up.problem.passphrase-differs"))
NO_TEXT = ("answers", say("error.no-such-text"))

Row = tuple[
    str, flow.RecoveryPageState, flow.RecoveryEvent, flow.RecoveryPageState, tuple[flow.RecoveryEffect, ...]
]
ROWS: list[Row] = [
    ("the page looks who is here", START, Signal.PAGE_OPENED, START, (Action.FIND_AUTHORS,)),
    ("the only person is chosen", START, flow.AuthorsFound(("hv1",), ""),
     replace(START, authors=("hv1",), author="hv1"), ()),
    ("of several nobody is chosen", START, flow.AuthorsFound(("hv1", "hv2"), ""), SEVERAL, ()),
    ("a request that waits is read", START, flow.AuthorsFound(("hv1", "hv2"), "hv2"),
     replace(SEVERAL, author="hv2"), (flow.ReadStatus("hv2"),)),
    ("a person says who they are", SEVERAL, flow.AuthorChosen("hv1"), CHOSEN, ()),
    ("nobody can ask for nobody", SEVERAL, Signal.REQUEST_PRESSED, replace(SEVERAL, problem=WHO), ()),
    ("asking clears the problem", replace(CHOSEN, problem=WHO), Signal.REQUEST_PRESSED, ASKING,
     (flow.RequestRecovery("hv1"),)),
    ("a second tap asks nothing", ASKING, Signal.REQUEST_PRESSED, ASKING, ()),
    ("the code is shown and polled", ASKING, flow.StatusRead(ASKED), CODE, (flow.StartPolling("hv1"),)),
    ("an unreached service is polled too", ASKING, flow.StatusRead(WAITING), replace(CODE, status=WAITING),
     (flow.StartPolling("hv1"),)),
    ("a closed request is not polled", CODE, flow.StatusPolled(CLOSED),
     replace(CODE, status=CLOSED, polled=""), (Action.STOP_POLLING,)),
    ("one answer goes on polling", CODE, flow.StatusPolled(ONE), replace(CODE, status=ONE), ()),
    ("a lost connection loses no answer", replace(CODE, status=ONE), flow.StatusPolled(WAITING),
     replace(CODE, status=replace(ONE, state=None)), ()),
    ("both answers end the polling", CODE, flow.StatusPolled(BOTH), AGREED, (Action.STOP_POLLING,)),
    ("polling does not end what is under way", replace(CODE, busy=True), flow.StatusPolled(ONE),
     replace(CODE, status=ONE, busy=True), ()),
    ("a late poll brings no request back", CHOSEN, flow.StatusPolled(ASKED), CHOSEN, ()),
    ("a check reads the status", CODE, Signal.CHECK_PRESSED, replace(CODE, busy=True),
     (flow.ReadStatus("hv1"),)),
    ("stopping ends the polling first", CODE, Signal.STOP_PRESSED, replace(CODE, busy=True, polled=""),
     (Action.STOP_POLLING, flow.CancelRequest("hv1"))),
    ("no stopping while busy", replace(CODE, busy=True), Signal.STOP_PRESSED, replace(CODE, busy=True), ()),
    ("a stopped request is gone", replace(CODE, busy=True, polled=""), Signal.REQUEST_STOPPED, CHOSEN, ()),
    ("a request that could not be stopped is polled again", replace(CODE, busy=True, polled=""),
     flow.RecoveryRefused("page", "no"), replace(CODE, problem=("page", "no")), (flow.StartPolling("hv1"),)),
    ("the text is shown on request", CODE, Signal.TEXT_SHOWN, replace(CODE, by_text=True), ()),
    ("the request is copied", CODE, Signal.COPY_PRESSED, CODE, (flow.CopyText("the request"),)),
    ("copying is said when it is done", CODE, Signal.TEXT_COPIED, replace(CODE, copied=True), ()),
    ("a text without answers is refused", CODE, flow.AnswersSubmitted("no answer"),
     replace(CODE, problem=NO_TEXT), ()),
    ("two passphrases that differ are refused", AGREED, flow.PassphraseSubmitted("a", "b"),
     replace(AGREED, problem=DIFFERS), ()),
    ("the new passphrase is set once", AGREED, flow.PassphraseSubmitted("a", "a"),
     replace(AGREED, busy=True), (flow.FinishRecovery(BOTH, "a"),)),
    ("a second tap sets nothing", replace(AGREED, busy=True), flow.PassphraseSubmitted("a", "a"),
     replace(AGREED, busy=True), ()),
    ("a refusal stands at its field", replace(AGREED, busy=True), flow.RecoveryRefused("words", "too short"),
     replace(AGREED, problem=("words", "too short")), ()),
    ("the end is not busy", replace(AGREED, busy=True), Signal.RECOVERY_FINISHED, AGREED, ()),
]  # fmt: skip


@pytest.fixture(autouse=True)
def plain_grants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grants that name their side in clear: what they seal is tested in tests/test_recovery.py."""
    monkeypatch.setattr("app.core.device.account_recovery.read_grant_side", lambda grant: grant.decode())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, state, event, expected, effects = row
    assert flow.update(state, event) == (expected, effects)


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("_merge_status", lambda before, now: now),
        ("is_waiting", lambda status: True),
        ("_start", lambda state, effect: (replace(state, busy=True, problem=("", "")), (effect,))),
        ("_take_answers", lambda state, status, text: state),
    ],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert passing_rows(ROWS, flow.update) < len(ROWS)


def test_no_state_or_event_shows_a_passphrase() -> None:
    submitted = flow.PassphraseSubmitted("fire engine red", "fire engine red")
    state, effects = flow.update(AGREED, submitted)
    assert "fire engine" not in repr((submitted, state, effects))
