"""How a session opens and locks: `update(state, event) -> (state, effects)`.

Pure: `app.core.session` runs the effects in the order given, each of them even when one before it fails.
Every unlock and every lock takes a new generation; what was begun under an older one does not open.
"""

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Literal

from app.core.flow import Message
from assessments.errors import (
    KeyAbsent,
    KeystoreFault,
    LockedOut,
    TooManyAttempts,
    WrenError,
    WrongPassphrase,
)

Phase = Literal["starting", "set-up", "locked", "recover", "open", "child", "fault"]


class UnlockPrompt(Message):
    """Whose passphrase is asked for, and whether it can be tried now; else the code of why not."""

    author: str
    state: Literal["open", "wait", "locked-for-safety", "keystore-error", "key-absent"] = "open"
    wait_until: datetime | None = None


class SessionState(Message):
    """What decides about opening and locking. `prompt` is None while nobody of several is chosen."""

    phase: Phase = "starting"
    authors: tuple[str, ...] = ()
    prompt: UnlockPrompt | None = None
    generation: int = 0
    has_keys: bool = False
    has_child: bool = False


class SessionSignal(Enum):
    """An event without data."""

    UNLOCK_REQUESTED = "the unlock page is wanted: choose whose passphrase it asks for"
    PROMPT_READY = "it is known whether the passphrase can be tried: show the page that comes first"
    SET_UP_REQUESTED = "another person sets up on this device"
    RECOVERY_REQUESTED = "the account recovery page is wanted"
    LOCK_REQUESTED = "a person, the idle timer or the system locks the page"


class AuthorPicked(Message):
    """A person said who they are; None leads back to everybody."""

    author: str | None


class AttemptsRead(Message):
    """How an author's failed attempts stand."""

    author: str
    is_locked_out: bool
    wait_until: datetime | None


class PromptFailed(Message):
    """Reading the attempts of an author, or unlocking, failed with this error."""

    author: str
    error: WrenError


class OpeningStarted(Message):
    """An unlock, a set-up or a handover begins; `author` where it is for somebody in particular."""

    author: str | None = None


class SessionRestored(Message):
    """All that the person left is read; `is_introduced` where the service knows them."""

    generation: int
    is_introduced: bool


class ChildReady(Message):
    """The child's session is made and can take the page; `exists` is False where there was nothing."""

    generation: int
    exists: bool


SessionEvent = (
    SessionSignal | AuthorPicked | AttemptsRead | PromptFailed | OpeningStarted | SessionRestored | ChildReady
)


class ReadAttempts(Message):
    """Read how many attempts this author has left."""

    author: str


class SessionAction(Enum):
    """An effect without data."""

    COVER = "note where the person is, and take the screens away at once"
    SHOW_CHILD = "note where the adult comes back to, and give the page to the child"
    SAVE_TYPING = "write what was typed"
    SAVE_POSITION = "write where the adult comes back to"
    DROP_KEYS = "close the keys and forget all that was read with them"
    END_CHILD_SESSION = "write what the child did, and close the child's key"
    SHOW_RESTORED = "show the screens where the person left off"


SessionEffect = ReadAttempts | SessionAction
SessionStep = tuple[SessionState, tuple[SessionEffect, ...]]

_HAND_OVER = (SessionAction.SHOW_CHILD, SessionAction.SAVE_POSITION, SessionAction.DROP_KEYS)
_LOCK = (SessionAction.COVER, SessionAction.SAVE_TYPING, SessionAction.DROP_KEYS)


def update(state: SessionState, event: SessionEvent) -> SessionStep:
    """Decide what follows from an event."""
    match event:
        case SessionSignal.UNLOCK_REQUESTED if state.authors and (
            state.prompt is None or state.prompt.author not in state.authors
        ):
            return update(state, AuthorPicked(state.authors[0] if len(state.authors) == 1 else None))
        case SessionSignal.PROMPT_READY:
            return replace(state, phase="locked" if state.authors else "set-up"), ()
        case AuthorPicked(None):
            return replace(state, prompt=None), ()
        case AuthorPicked(str(author)):
            return replace(state, prompt=UnlockPrompt(author)), (ReadAttempts(author),)
        case AttemptsRead(author, is_locked_out, wait_until):
            waits = UnlockPrompt(author) if wait_until is None else UnlockPrompt(author, "wait", wait_until)
            prompt = UnlockPrompt(author, "locked-for-safety") if is_locked_out else waits
            return replace(state, prompt=prompt), ()
        case PromptFailed(author, WrongPassphrase()):
            return state, (ReadAttempts(author),)
        case PromptFailed(author, error):
            return replace(state, prompt=_prompt_after_error(author, error)), ()
        case SessionSignal.SET_UP_REQUESTED:
            return replace(state, prompt=None, phase="set-up"), ()
        case SessionSignal.RECOVERY_REQUESTED:
            return replace(state, phase="recover"), ()
        case OpeningStarted(None):
            return replace(state, generation=state.generation + 1), ()
        case OpeningStarted(str(author)):
            return replace(state, generation=state.generation + 1, prompt=UnlockPrompt(author)), ()
        case SessionRestored(generation) if generation != state.generation:
            return state, (SessionAction.DROP_KEYS,)
        case SessionRestored(_, is_introduced):
            # Nothing can be completed before a service is known: set-up goes on where it stopped.
            return replace(state, phase="open" if is_introduced else "set-up"), (SessionAction.SHOW_RESTORED,)
        case ChildReady(generation, exists) if not exists or generation != state.generation:
            return state, (SessionAction.END_CHILD_SESSION,)
        case ChildReady():
            return replace(state, phase="child", has_child=True), _HAND_OVER
        case SessionSignal.LOCK_REQUESTED:
            return _lock(replace(state, generation=state.generation + 1))
    return state, ()


def _lock(state: SessionState) -> SessionStep:
    """Cover, write what was typed, drop the keys, forget: in this order."""
    ended: tuple[SessionEffect, ...] = ()
    if state.has_child:
        state, ended = replace(state, phase="locked", has_child=False), (SessionAction.END_CHILD_SESSION,)
    if not state.has_keys or state.phase == "locked":
        return state, ended
    return replace(state, phase="locked"), (*ended, *_LOCK)


def _prompt_after_error(author: str, error: WrenError) -> UnlockPrompt:
    match error:
        case TooManyAttempts():
            return UnlockPrompt(author, "wait", datetime.fromisoformat(error.data["until"]))
        case LockedOut():
            return UnlockPrompt(author, "locked-for-safety")
        case KeystoreFault():
            return UnlockPrompt(author, "keystore-error")
        case KeyAbsent():
            return UnlockPrompt(author, "key-absent")
    return UnlockPrompt(author)
