"""The errors that the domain raises on purpose, as one tree.

    WrenError                    a code, data without personal content, and nothing to print
      BadInstrument              a tool file that cannot be used; carries every fault with its line
      UnknownItem                an answer names an item that the tool does not have
      BadAnswer                  an answer of the wrong shape
      WeakPassphrase             a passphrase or PIN that is easy to guess; the code says why
      CompletionBlocked          completing was asked for while something stands in the way
      Locked                     the store is locked, or was never set up
        WrongPassphrase          the passphrase does not open this store
        TooManyAttempts          wait until `data["until"]`
        LockedOut                ten wrong attempts: only recovery opens this person's records
      StoreFault                 the store cannot be used as it is
        Damaged                  bytes on disk do not open or do not add up
        DiskFull                 nothing more can be written; nothing was lost
        UnknownFormat            sealed by a newer Wren: kept, shown, never dropped
        NotFound                 no such record
        KeystoreFault            the key store did not answer: nothing was written, try again
        KeyAbsent                the key store has no such key: recovery brings it back

Words for people live in `assets/strings`, found by `code`. An error never carries a name, an
answer or a passphrase, so it may be logged.
"""

from __future__ import annotations

from typing import Any


class WrenError(Exception):
    """A refusal with a stable `code` and impersonal `data`."""

    code = "error"

    def __init__(self, code: str | None = None, **data: Any) -> None:
        self.code = code or type(self).code
        self.data = data
        super().__init__(self.code)


class BadInstrument(WrenError):
    """A tool file that cannot be used."""

    code = "bad-instrument"


class UnknownItem(WrenError):
    """An answer to an item that the tool does not have."""

    code = "unknown-item"


class BadAnswer(WrenError):
    """An answer of the wrong shape."""

    code = "bad-answer"


class WeakPassphrase(WrenError):
    """A passphrase or PIN that is easy to guess; the code says why."""

    code = "few-words"


class CompletionBlocked(WrenError):
    """Completing was asked for while something stands in the way."""

    code = "not-ready"


class Locked(WrenError):
    """The store is locked, or was never set up."""

    code = "locked"


class WrongPassphrase(Locked):
    """The passphrase does not open this store."""

    code = "wrong-passphrase"


class TooManyAttempts(Locked):
    """Wait until `data["until"]`."""

    code = "too-many-tries"


class LockedOut(Locked):
    """Ten wrong attempts: only recovery opens this person's records."""

    code = "locked-for-safety"


class StoreFault(WrenError):
    """The store cannot be used as it is."""

    code = "store-fault"


class Damaged(StoreFault):
    """Bytes on disk do not open or do not add up."""

    code = "damaged"


class DiskFull(StoreFault):
    """Nothing more can be written; nothing was lost."""

    code = "disk-full"


class UnknownFormat(StoreFault):
    """Sealed by a newer Wren: kept, shown, never dropped."""

    code = "unknown-format"


class NotFound(StoreFault):
    """No such record."""

    code = "not-found"


class KeystoreFault(StoreFault):
    """The key store did not answer: nothing was written, try again."""

    code = "keystore-error"


class KeyAbsent(StoreFault):
    """The key store has no such key: recovery brings it back."""

    code = "key-absent"
