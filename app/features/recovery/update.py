"""What the account recovery page does after an event: `update(state, event) -> (state, effects)`.

Pure: the service, the key store and the clock are reached by `effects`. No passphrase is held in the
state; it goes straight from the submitted event to the effect.

    state, effects = update(RecoveryPageState(author="hv1"), RequestPressed())
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.device.account_recovery import RecoveryStatus, read_answers
from app.kit.messages import say, say_error
from assessments.errors import WrenError


@dataclass(frozen=True, slots=True, repr=False)
class PageOpened:
    """The page is drawn for the first time."""


@dataclass(frozen=True, slots=True, repr=False)
class AuthorsFound:
    """Everybody on this device, and whose request waits ("" for nobody's)."""

    authors: tuple[str, ...]
    waiting: str


@dataclass(frozen=True, slots=True, repr=False)
class AuthorChosen:
    """A person said who they are."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class RequestPressed:
    """A person asked for recovery."""


@dataclass(frozen=True, slots=True, repr=False)
class CheckPressed:
    """A person asked how the request stands."""


@dataclass(frozen=True, slots=True, repr=False)
class StatusRead:
    """The answer to a request or a check."""

    status: RecoveryStatus


@dataclass(frozen=True, slots=True, repr=False)
class StatusPolled:
    """A status that polling brought."""

    status: RecoveryStatus


@dataclass(frozen=True, slots=True, repr=False)
class StopPressed:
    """A person withdrew the request."""


@dataclass(frozen=True, slots=True, repr=False)
class RequestStopped:
    """The request is withdrawn."""


@dataclass(frozen=True, slots=True, repr=False)
class TextShown:
    """A person wants to pass the request on as text."""


@dataclass(frozen=True, slots=True, repr=False)
class CopyPressed:
    """A person wants the text of the request in the clipboard."""


@dataclass(frozen=True, slots=True, repr=False)
class TextCopied:
    """The text is in the clipboard."""


@dataclass(frozen=True, slots=True, repr=False)
class AnswersSubmitted:
    """A person pasted the answers."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class PassphraseSubmitted:
    """A person chose a new passphrase."""

    secret: str
    secret_again: str


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryFinished:
    """The person is let in."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryRefused:
    """What was tried did not work: the field it belongs to ("page" for none) and what to say."""

    place: str
    sentence: str


RecoveryEvent = (
    PageOpened | AuthorsFound | AuthorChosen | RequestPressed | CheckPressed | StatusRead | StatusPolled
    | StopPressed | RequestStopped | TextShown | CopyPressed | TextCopied | AnswersSubmitted
    | PassphraseSubmitted | RecoveryFinished | RecoveryRefused
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class FindAuthors:
    """Read who is on this device and whose request waits."""


@dataclass(frozen=True, slots=True, repr=False)
class RequestRecovery:
    """Begin a request, or take up the one that waits."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class ReadStatus:
    """Ask the service how the request stands."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class StartPolling:
    """Read the status every few seconds; replaces the polling under way."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class StopPolling:
    """Read the status no more."""


@dataclass(frozen=True, slots=True, repr=False)
class CancelRequest:
    """Withdraw the request here, and at the service if it can be reached."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class CopyText:
    """Put the text of the request in the clipboard."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class FinishRecovery:
    """Set the new passphrase with the answers of `status`, and unlock with it."""

    status: RecoveryStatus
    secret: str


RecoveryEffect = (
    FindAuthors | RequestRecovery | ReadStatus | StartPolling | StopPolling | CancelRequest | CopyText
    | FinishRecovery
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryPageState:
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
    if isinstance(event, StopPressed):
        return state, effects
    # A request is polled while it waits for an answer.
    wanted = state.status.code if state.status is not None and is_waiting(state.status) else ""
    if wanted == before.polled:
        return state, effects
    polling = StartPolling(state.status.author) if wanted and state.status is not None else StopPolling()
    return replace(state, polled=wanted), (*effects, polling)


def is_waiting(status: RecoveryStatus) -> bool:
    """Whether an answer may still come: not yet agreed, refused or expired."""
    return status.state in (None, "asked") and not status.is_agreed


def _decide(state: RecoveryPageState, event: RecoveryEvent) -> RecoveryStep:
    status = state.status
    match event:
        case PageOpened():
            return state, (FindAuthors(),)
        case AuthorsFound(authors, waiting):
            author = waiting or (authors[0] if len(authors) == 1 else "")
            found = replace(state, authors=authors, author=author)
            return found, (ReadStatus(waiting),) if waiting else ()
        case AuthorChosen(author):
            return replace(state, author=author), ()
        case RequestPressed() if not state.author:
            return replace(state, problem=("who", say("recover.who-problem"))), ()
        case RequestPressed():
            return _start(state, RequestRecovery(state.author))
        case CheckPressed() if status is not None:
            return _start(state, ReadStatus(status.author))
        case StatusRead(now):
            return replace(state, status=_merge_status(status, now), busy=False), ()
        case StatusPolled(now) if status is not None:
            return replace(state, status=_merge_status(status, now)), ()
        case StopPressed() if status is not None and not state.busy:
            begun, effects = _start(state, CancelRequest(status.author))
            return replace(begun, polled=""), (StopPolling(), *effects)
        case RequestStopped():
            return replace(state, status=None, busy=False), ()
        case TextShown():
            return replace(state, by_text=True), ()
        case CopyPressed() if status is not None:
            return state, (CopyText(status.request_text),)
        case TextCopied():
            return replace(state, copied=True), ()
        case AnswersSubmitted(text) if status is not None and not state.busy:
            return _take_answers(state, status, text), ()
        case PassphraseSubmitted(secret, again) if secret != again:
            return replace(state, problem=("again", say("set-up.problem.passphrase-differs"))), ()
        case PassphraseSubmitted(secret) if status is not None:
            return _start(state, FinishRecovery(status, secret))
        case RecoveryFinished():
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
