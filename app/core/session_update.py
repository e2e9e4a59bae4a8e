"""How a session opens and locks: `update(state, event) -> (state, effects)`.

Pure: `app.core.session` runs the effects in the order given, each of them even when one before it fails.
Every unlock and every lock takes a new generation; what was begun under an older one does not open.

    state, effects = update(state, LockRequested())     # (Cover(), SaveTyping(), DropKeys())
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from assessments.errors import (
    KeyAbsent,
    KeystoreFault,
    LockedOut,
    TooManyAttempts,
    WrenError,
    WrongPassphrase,
)

Phase = Literal["starting", "set-up", "locked", "recover", "open", "child", "fault"]


@dataclass(frozen=True, slots=True, repr=False)
class UnlockPrompt:
    """Whose passphrase is asked for, and whether it can be tried now; else the code of why not."""

    author: str
    state: Literal["open", "wait", "locked-for-safety", "keystore-error", "key-absent"] = "open"
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class SessionState:
    """What decides about opening and locking. `prompt` is None while nobody of several is chosen."""

    phase: Phase = "starting"
    authors: tuple[str, ...] = ()
    prompt: UnlockPrompt | None = None
    generation: int = 0
    has_keys: bool = False
    has_child: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class UnlockRequested:
    """The unlock page is wanted: choose whose passphrase it asks for."""


@dataclass(frozen=True, slots=True, repr=False)
class PromptReady:
    """It is known whether the passphrase can be tried: show the page that comes first."""


@dataclass(frozen=True, slots=True, repr=False)
class AuthorPicked:
    """A person said who they are; None leads back to everybody."""

    author: str | None


@dataclass(frozen=True, slots=True, repr=False)
class AttemptsRead:
    """How an author's failed attempts stand."""

    author: str
    is_locked_out: bool
    wait_until: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class PromptFailed:
    """Reading the attempts of an author, or unlocking, failed with this error."""

    author: str
    error: WrenError


@dataclass(frozen=True, slots=True, repr=False)
class SetUpRequested:
    """Another person sets up on this device."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryRequested:
    """The account recovery page is wanted."""


@dataclass(frozen=True, slots=True, repr=False)
class OpeningStarted:
    """An unlock, a set-up or a handover begins; `author` where it is for somebody in particular."""

    author: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class SessionRestored:
    """All that the person left is read; `is_introduced` where the service knows them."""

    generation: int
    is_introduced: bool


@dataclass(frozen=True, slots=True, repr=False)
class ChildReady:
    """The child's session is made and can take the page; `exists` is False where there was nothing."""

    generation: int
    exists: bool


@dataclass(frozen=True, slots=True, repr=False)
class LockRequested:
    """A person, the idle timer or the system locks the page."""


SessionEvent = (
    UnlockRequested | PromptReady | AuthorPicked | AttemptsRead | PromptFailed | SetUpRequested
    | RecoveryRequested | OpeningStarted | SessionRestored | ChildReady | LockRequested
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class ReadAttempts:
    """Read how many attempts this author has left."""

    author: str


@dataclass(frozen=True, slots=True, repr=False)
class Cover:
    """Note where the person is, and take the screens away at once."""


@dataclass(frozen=True, slots=True, repr=False)
class ShowChild:
    """Note where the adult comes back to, and give the page to the child."""


@dataclass(frozen=True, slots=True, repr=False)
class SaveTyping:
    """Write what was typed."""


@dataclass(frozen=True, slots=True, repr=False)
class SavePosition:
    """Write where the adult comes back to."""


@dataclass(frozen=True, slots=True, repr=False)
class DropKeys:
    """Close the keys and forget all that was read with them."""


@dataclass(frozen=True, slots=True, repr=False)
class EndChildSession:
    """Write what the child did, and close the child's key."""


@dataclass(frozen=True, slots=True, repr=False)
class ShowRestored:
    """Show the screens where the person left off."""


SessionEffect = (
    ReadAttempts | Cover | ShowChild | SaveTyping | SavePosition | DropKeys | EndChildSession
    | ShowRestored
)  # fmt: skip
SessionStep = tuple[SessionState, tuple[SessionEffect, ...]]


def update(state: SessionState, event: SessionEvent) -> SessionStep:
    """Decide what follows from an event."""
    match event:
        case UnlockRequested() if state.authors and (
            state.prompt is None or state.prompt.author not in state.authors
        ):
            return update(state, AuthorPicked(state.authors[0] if len(state.authors) == 1 else None))
        case PromptReady():
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
        case SetUpRequested():
            return replace(state, prompt=None, phase="set-up"), ()
        case RecoveryRequested():
            return replace(state, phase="recover"), ()
        case OpeningStarted(None):
            return replace(state, generation=state.generation + 1), ()
        case OpeningStarted(str(author)):
            return replace(state, generation=state.generation + 1, prompt=UnlockPrompt(author)), ()
        case SessionRestored(generation) if generation != state.generation:
            return state, (DropKeys(),)
        case SessionRestored(_, is_introduced):
            # Nothing can be completed before a service is known: set-up goes on where it stopped.
            return replace(state, phase="open" if is_introduced else "set-up"), (ShowRestored(),)
        case ChildReady(generation, exists) if not exists or generation != state.generation:
            return state, (EndChildSession(),)
        case ChildReady():
            return replace(state, phase="child", has_child=True), (ShowChild(), SavePosition(), DropKeys())
        case LockRequested():
            return _lock(replace(state, generation=state.generation + 1))
    return state, ()


def _lock(state: SessionState) -> SessionStep:
    """Cover, write what was typed, drop the keys, forget: in this order."""
    ended: tuple[SessionEffect, ...] = ()
    if state.has_child:
        state, ended = replace(state, phase="locked", has_child=False), (EndChildSession(),)
    if not state.has_keys or state.phase == "locked":
        return state, ended
    return replace(state, phase="locked"), (*ended, Cover(), SaveTyping(), DropKeys())


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
