"""Every error that this room raises on purpose.

    WrenError                    a code, data without personal content, and nothing to print
      BadInstrument              a tool file that cannot be used; carries every fault with its line
      UnknownItem                an answer names an item that the tool does not have
      BadAnswer                  an answer of the wrong shape
      WeakWords                  a passphrase or PIN that is easy to guess; the code says why
      NotReady                   finishing was asked for while something stands in the way
      Locked                     the store is locked, or was never set up
        WrongPassphrase          the passphrase does not open this store
        TooManyTries             wait until `data["until"]`
        LockedForSafety          ten wrong tries: only recovery opens this person's records
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
    code = "bad-instrument"


class UnknownItem(WrenError):
    code = "unknown-item"


class BadAnswer(WrenError):
    code = "bad-answer"


class WeakPassphrase(WrenError):
    code = "few-words"


class CompletionBlocked(WrenError):
    code = "not-ready"


class Locked(WrenError):
    code = "locked"


class WrongPassphrase(Locked):
    code = "wrong-passphrase"


class TooManyAttempts(Locked):
    code = "too-many-tries"


class LockedOut(Locked):
    code = "locked-for-safety"


class StoreFault(WrenError):
    code = "store-fault"


class Damaged(StoreFault):
    code = "damaged"


class DiskFull(StoreFault):
    code = "disk-full"


class UnknownFormat(StoreFault):
    code = "unknown-format"


class NotFound(StoreFault):
    code = "not-found"


class KeystoreFault(StoreFault):
    code = "keystore-error"


class KeyAbsent(StoreFault):
    code = "key-absent"
