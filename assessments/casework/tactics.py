"""Tactics of abuse by group, their order, and threat words, from `chronology.toml`."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

_IN_A_WORD = re.compile(r"[\w']")


def tactic_groups() -> dict[str, tuple[str, ...]]:
    """The codes of the tactics, by group, in the order of the form."""
    return {name: tuple(codes) for name, codes in _load_lists()["tactics"].items()}


def tactic_sort_key(code: str) -> tuple[int, str]:
    """The number in a code first: T2 before T10."""
    return int("".join(letter for letter in code if letter.isdigit()) or 0), code


def find_threat_words(text: str) -> set[str]:
    """The threat words in a text: whole words, in any case."""
    plain = text.lower().replace("’", "'")
    # The character before is checked last: a pattern that begins with its words is searched far faster.
    return {
        found[0]
        for found in _threat_pattern().finditer(plain)
        if not (found.start() and _IN_A_WORD.match(plain[found.start() - 1]))
    }


@lru_cache(maxsize=1)
def _threat_pattern() -> re.Pattern[str]:
    words = sorted(_load_lists()["threat_words"], key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, words)) + r")(?![\w'])")


@lru_cache(maxsize=1)
def _load_lists() -> dict[str, Any]:
    return tomllib.loads(files("assessments").joinpath("chronology.toml").read_text(encoding="utf-8"))
