"""What the account recovery page does after an event. Pure.

No passphrase is held in the state; it goes straight from the submitted event to the effect.
"""

from dataclasses import replace
from enum import Enum

from app.core.device.account_recovery import RecoveryStatus, read_answers
from app.core.flow import Message
from app.kit.messages import say, say_error
from assessments.errors import WrenError


class RecoverySignal(Enum):
    """An event without data."""

    PAGE_OPENED = "the page is drawn for the first time"
    REQUEST_PRESSED = "a person asked for recovery"
    CHECK_PRESSED = "a person asked how the request stands"
    STOP_PRESSED = "a person withdrew the request"
    REQUEST_STOPPED = "the request is withdrawn"
    TEXT_SHOWN = "a person wants to pass the request on as text"
    COPY_PRESSED = "a person wants the text of the request in the clipboard"
    TEXT_COPIED = "the text is in the clipboard"
    RECOVERY_FINISHED = "the person is let in"


class AuthorsFound(Message):
    """Everybody on this device, and whose request waits ("" for nobody's)."""

    authors: tuple[str, ...]
    waiting: str


class AuthorChosen(Message):
    """A person said who they are."""

    author: str


class StatusRead(Message):
    """The answer to a request or a check."""

    status: RecoveryStatus


class StatusPolled(Message):
    """A status that polling brought."""

    status: RecoveryStatus


class AnswersSubmitted(Message):
    """A person pasted the answers."""

    text: str


class PassphraseSubmitted(Message):
    """A person chose a new passphrase."""

    secret: str
    secret_again: str


class RecoveryRefused(Message):
    """What was tried did not work: the field it belongs to ("page" for none) and what to say."""

    place: str
    sentence: str


RecoveryEvent = (
    RecoverySignal | AuthorsFound | AuthorChosen | StatusRead | StatusPolled | AnswersSubmitted
    | PassphraseSubmitted | RecoveryRefused
)  # fmt: skip


class RecoveryAction(Enum):
    """An effect without data."""

    FIND_AUTHORS = "read who is on this device and whose request waits"
    STOP_POLLING = "read the status no more"


class RequestRecovery(Message):
    """Begin a request, or take up the one that waits."""

    author: str


class ReadStatus(Message):
    """Ask the service how the request stands."""

    author: str


class StartPolling(Message):
    """Read the status every few seconds; replaces the polling under way."""

    author: str


class CancelRequest(Message):
    """Withdraw the request here, and at the service if it can be reached."""

    author: str


class CopyText(Message):
    """Put the text of the request in the clipboard."""

    text: str


class FinishRecovery(Message):
    """Set the new passphrase with the answers of `status`, and unlock with it."""

    status: RecoveryStatus
    secret: str


RecoveryEffect = (
    RecoveryAction | RequestRecovery | ReadStatus | StartPolling | CancelRequest | CopyText | FinishRecovery
)


class RecoveryPageState(Message):
    """What the page shows. `problem` is the field it belongs to and a sentence; `polled` a request's code."""

    authors: tuple[str, ...] = ()
    author: str = ""
    status: RecoveryStatus | None = None
    problem: tuple[str, str] = ("", "")
    busy: bool = False
    by_text: bool = False
    copied: bool = False
    polled: str = ""

    def problem_at(self, place: str) -> str:
        """The sentence beside one field; "" for none."""
        return self.problem[1] if self.problem[0] == place else ""


RecoveryStep = tuple[RecoveryPageState, tuple[RecoveryEffect, ...]]


def update(state: RecoveryPageState, event: RecoveryEvent) -> RecoveryStep:
    """Decide what follows from an event. While something is under way, presses change nothing."""
    before, (state, effects) = state, _decide(state, event)
    if event is RecoverySignal.STOP_PRESSED:
        return state, effects
    # A request is polled while it waits for an answer.
    wanted = state.status.code if state.status is not None and is_waiting(state.status) else ""
    if wanted == before.polled:
        return state, effects
    polling = (
        StartPolling(state.status.author)
        if wanted and state.status is not None
        else RecoveryAction.STOP_POLLING
    )
    return replace(state, polled=wanted), (*effects, polling)


def is_waiting(status: RecoveryStatus) -> bool:
    """Whether an answer may still come: not yet agreed, refused or expired."""
    return status.state in (None, "asked") and not status.is_agreed


def _decide(state: RecoveryPageState, event: RecoveryEvent) -> RecoveryStep:
    status = state.status
    match event:
        case RecoverySignal.PAGE_OPENED:
            return state, (RecoveryAction.FIND_AUTHORS,)
        case AuthorsFound(authors, waiting):
            author = waiting or (authors[0] if len(authors) == 1 else "")
            found = replace(state, authors=authors, author=author)
            return found, (ReadStatus(waiting),) if waiting else ()
        case AuthorChosen(author):
            return replace(state, author=author), ()
        case RecoverySignal.REQUEST_PRESSED if not state.author:
            return replace(state, problem=("who", say("recover.who-problem"))), ()
        case RecoverySignal.REQUEST_PRESSED:
            return _start(state, RequestRecovery(state.author))
        case RecoverySignal.CHECK_PRESSED if status is not None:
            return _start(state, ReadStatus(status.author))
        case StatusRead(now):
            return replace(state, status=_merge_status(status, now), busy=False), ()
        case StatusPolled(now) if status is not None:
            return replace(state, status=_merge_status(status, now)), ()
        case RecoverySignal.STOP_PRESSED if status is not None and not state.busy:
            begun, effects = _start(state, CancelRequest(status.author))
            return replace(begun, polled=""), (RecoveryAction.STOP_POLLING, *effects)
        case RecoverySignal.REQUEST_STOPPED:
            return replace(state, status=None, busy=False), ()
        case RecoverySignal.TEXT_SHOWN:
            return replace(state, by_text=True), ()
        case RecoverySignal.COPY_PRESSED if status is not None:
            return state, (CopyText(status.request_text),)
        case RecoverySignal.TEXT_COPIED:
            return replace(state, copied=True), ()
        case AnswersSubmitted(text) if status is not None and not state.busy:
            return _take_answers(state, status, text), ()
        case PassphraseSubmitted(secret, again) if secret != again:
            return replace(state, problem=("again", say("set-up.problem.passphrase-differs"))), ()
        case PassphraseSubmitted(secret) if status is not None:
            return _start(state, FinishRecovery(status, secret))
        case RecoverySignal.RECOVERY_FINISHED:
            return replace(state, busy=False), ()
        case RecoveryRefused(place, sentence):
            return replace(state, problem=(place, sentence), busy=False), ()
    return state, ()


def _start(state: RecoveryPageState, effect: RecoveryEffect) -> RecoveryStep:
    if state.busy:
        return state, ()
    return replace(state, busy=True, problem=("", "")), (effect,)


def _take_answers(state: RecoveryPageState, status: RecoveryStatus, text: str) -> RecoveryPageState:
    try:
        given = replace(status, answers=read_answers(text))
    except WrenError as error:
        return replace(state, problem=("answers", say_error(error)))
    if not given.is_agreed:
        return replace(state, problem=("answers", say("recover.one-answer")))
    return replace(state, status=given, problem=("", ""))


def _merge_status(before: RecoveryStatus | None, now: RecoveryStatus) -> RecoveryStatus:
    """The newer status; answers that were received are kept when the service is not reached."""
    return replace(now, answers=now.answers or (before.answers if before is not None else ()))
