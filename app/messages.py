"""The words a person reads, found by code.

This room knows where the sentences are kept and how one is filled in. It does not know why a
sentence is wanted, and no sentence lives in Python. A sentence is text with `{names}`, or, where
a number changes the words, a table of plural forms: `zero` (used for 0 if it is there), `one`,
`other`, picked by `n`.

    >>> say("save.at", device=say("device.phone"), at="14:02")
    'Saved on this phone at 14:02'
    >>> say("outbox.waiting", n=3)
    '3 records waiting to send'
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from assessments.errors import WrenError

LANGUAGE = "en"


def assets_folder() -> Path:
    """The folder of fonts, icons and strings, absolute. A packed app is told where it is."""
    told = os.environ.get("FLET_ASSETS_DIR")
    return Path(told).resolve() if told else Path(__file__).resolve().parent.parent / "assets"


@lru_cache(maxsize=4)
def catalogue(language: str = LANGUAGE) -> dict[str, str | dict[str, str]]:
    """All sentences of one language by code."""
    path = assets_folder() / "strings" / f"{language}.json"
    sentences: dict[str, str | dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return sentences


def say(code: str, **data: object) -> str:
    """The sentence for a code, filled in. An unknown code or a missing value raises LookupError."""
    sentence = catalogue()[code]
    if isinstance(sentence, dict):
        sentence = sentence[_plural(sentence, data["n"])]
    return sentence.format_map(data)


def knows(code: str) -> bool:
    """Whether there is a sentence for this code."""
    return code in catalogue()


def say_error(error: BaseException) -> str:
    """What to tell a person about an error: its own sentence, else its family's, else a general one."""
    if isinstance(error, WrenError):
        families = (getattr(kind, "code", "") for kind in type(error).__mro__)
        for code in (error.code, *families):
            if knows(f"error.{code}"):
                # What tells of trouble must not make more of it: a value may be missing.
                with suppress(LookupError):
                    return say(f"error.{code}", **error.data)
    return say("error.unknown")


def _plural(forms: dict[str, str], n: object) -> str:
    if n == 0 and "zero" in forms:
        return "zero"
    return "one" if n == 1 else "other"
