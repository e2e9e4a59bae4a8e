"""The catalogue of sentences that a person reads, found by code.

A sentence is text with `{names}`, or, where a number changes the words, a table of plural forms picked by
`n`: `zero`, `one`, `two`, `few` (3) and `many` (6), each used if it is there, and `other`. The whole process
uses one language, English until `use_language`; another holds every sentence or is refused.
"""

import json
import os
import re
import string
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from assessments.errors import WrenError

MessageCatalogue = dict[str, str | dict[str, str]]

DEFAULT_LANGUAGE = "en"
_PLURALS: dict[object, str] = {0: "zero", 1: "one", 2: "two", 3: "few", 6: "many"}

_language_in_use = DEFAULT_LANGUAGE


class LanguageRefused(WrenError, code="language-refused"):
    """The language is not used. `code` says why: unknown-language, missing-sentences,
    unknown-sentences, other-places; `codes` in its data names the sentences, ten at most."""


def assets_folder() -> Path:
    """The folder of fonts, icons and strings, absolute: the phone's, the wheel's or the repository's."""
    packed = os.environ.get("FLET_ASSETS_DIR")
    if packed:
        return Path(packed).resolve()
    package = Path(__file__).resolve().parents[1]
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"


def message_catalogue(language: str | None = None) -> MessageCatalogue:
    """All sentences of one language by code; of the one in use when none is named."""
    return _read(language or _language_in_use)


def use_language(language: str) -> None:
    """Say everything in this language from now on. Raises LanguageRefused, and nothing changes."""
    global _language_in_use
    if not re.fullmatch("[a-z]{2,3}", language) or not _file(language).is_file():
        raise LanguageRefused("unknown-language")
    own, words = message_catalogue(DEFAULT_LANGUAGE), message_catalogue(language)
    for code, found in (
        ("missing-sentences", own.keys() - words.keys()),
        ("unknown-sentences", words.keys() - own.keys()),
        ("other-places", {key for key in own if key in words and not _matches_english(own[key], words[key])}),
    ):
        if found:
            raise LanguageRefused(code, language=language, codes=sorted(found)[:10])
    _language_in_use = language


@lru_cache(maxsize=4)
def _read(language: str) -> MessageCatalogue:
    sentences: MessageCatalogue = json.loads(_file(language).read_text(encoding="utf-8"))
    return sentences


def _file(language: str) -> Path:
    return assets_folder() / "strings" / f"{language}.json"


def _matches_english(own: str | dict[str, str], other: str | dict[str, str]) -> bool:
    """Whether a sentence has every form of the English one and is filled in at the same places.

    A form that English lacks may write its number out, as "2 gofnod" does.
    """
    if isinstance(own, str) or isinstance(other, str):
        return isinstance(own, str) and isinstance(other, str) and _placeholders(own) == _placeholders(other)
    return own.keys() <= other.keys() and all(
        _placeholders(words) == _placeholders(own[form])
        if form in own
        else _placeholders(words) | {"n"} == _placeholders(own["other"]) | {"n"}
        for form, words in other.items()
    )


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def say(code: str, **data: object) -> str:
    """The sentence for a code, filled in. An unknown code or a missing value raises LookupError."""
    sentence = message_catalogue()[code]
    if isinstance(sentence, dict):
        sentence = sentence[_plural(sentence, data["n"])]
    return sentence.format_map(data)


def has_message(code: str) -> bool:
    """Whether there is a sentence for this code."""
    return code in message_catalogue()


def say_error(error: BaseException) -> str:
    """What to tell a person about an error: its own sentence, else its family's, else a general one."""
    if isinstance(error, WrenError):
        families = (getattr(kind, "code", "") for kind in type(error).__mro__)
        for code in (error.code, *families):
            if has_message(f"error.{code}"):
                # What tells of trouble must not make more of it: a value may be missing.
                with suppress(LookupError):
                    return say(f"error.{code}", **error.data)
    return say("error.unknown")


def _plural(forms: dict[str, str], n: object) -> str:
    form = _PLURALS.get(n, "other")
    return form if form in forms else "other"
