"""Passphrase policy: which passphrases and PINs may guard a person's records. A PIN is enough only where the
system's key store guards the device's secret; else the passphrase alone must withstand a copy of the disk."""

import re
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import Literal

from assessments.errors import WeakPassphrase

CredentialKind = Literal["pin", "passphrase"]

# Four words from a list of 7,776 make 52 bits; six digits behind a key store make ten tries.
MIN_WORDS = 4
MIN_CHARACTERS = 16
MIN_PIN_DIGITS = 6
_DATE_FORMATS = ("%d%m%y", "%m%d%y", "%y%m%d", "%d%m%Y", "%m%d%Y", "%Y%m%d")


def check_passphrase(passphrase: str, kind: CredentialKind) -> None:
    """Refuse what is easy to guess. Raises WeakWords, whose code is the reason."""
    reason = _pin_weakness(passphrase) if kind == "pin" else _passphrase_weakness(passphrase)
    if reason:
        raise WeakPassphrase(reason)


def _passphrase_weakness(passphrase: str) -> str:
    parts = [part.casefold() for part in re.split(r"[\W_]+", passphrase) if part]
    if len(parts) < MIN_WORDS or len(passphrase) < MIN_CHARACTERS:
        return "few-words"
    return "same-words" if len(set(parts)) < MIN_WORDS else ""


def _pin_weakness(pin: str) -> str:
    if not (pin.isascii() and pin.isdigit()) or len(pin) < MIN_PIN_DIGITS:
        return "few-digits"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))
    if len(steps) == 1 or repeats or len(set(pin)) < 3:
        return "easy-digits"
    return "date-digits" if any(_is_date(pin, form) for form in _DATE_FORMATS) else ""


def _is_date(pin: str, form: str) -> bool:
    with suppress(ValueError):
        day = datetime.strptime(pin, form)  # noqa: DTZ007  # only whether it is one
        return day.strftime(form) == pin and 1900 <= day.year <= 2099
    return False
