"""The errors that the domain raises on purpose, as one tree under `WrenError`.

Words for people live in `assets/strings`, found by `code`. An error never carries a name, an answer or a
passphrase, so it may be logged.
"""

from typing import Any


class WrenError(Exception):
    """A refusal with a stable `code` and impersonal `data`."""

    code = "error"

    def __init_subclass__(cls, code: str) -> None:
        super().__init_subclass__()
        cls.code = code

    def __init__(self, code: str | None = None, **data: Any) -> None:
        self.code = code or type(self).code
        self.data = data
        super().__init__(self.code)


class BadInstrument(WrenError, code="bad-instrument"):
    """A tool file that cannot be used; carries every fault with its line."""


class UnknownItem(WrenError, code="unknown-item"):
    """An answer to an item that the tool does not have."""


class BadAnswer(WrenError, code="bad-answer"):
    """An answer of the wrong shape."""


class WeakPassphrase(WrenError, code="few-words"):
    """A passphrase or PIN that is easy to guess; the code says why."""


class CompletionBlocked(WrenError, code="not-ready"):
    """Completing was asked for while something stands in the way."""


class Locked(WrenError, code="locked"):
    """The store is locked, or was never set up."""


class WrongPassphrase(Locked, code="wrong-passphrase"):
    """The passphrase does not open this store."""


class TooManyAttempts(Locked, code="too-many-tries"):
    """Wait until `data["until"]`."""


class LockedOut(Locked, code="locked-for-safety"):
    """Ten wrong attempts: only recovery opens this person's records."""


class StoreFault(WrenError, code="store-fault"):
    """The store cannot be used as it is."""


class Damaged(StoreFault, code="damaged"):
    """Bytes on disk do not open or do not add up."""


class DiskFull(StoreFault, code="disk-full"):
    """Nothing more can be written; nothing was lost."""


class UnknownFormat(StoreFault, code="unknown-format"):
    """Sealed by a newer Wren: kept, shown, never dropped."""


class NotFound(StoreFault, code="not-found"):
    """No such record."""


class KeystoreFault(StoreFault, code="keystore-error"):
    """The key store did not answer: nothing was written, try again."""


class KeyAbsent(StoreFault, code="key-absent"):
    """The key store has no such key: recovery brings it back."""
