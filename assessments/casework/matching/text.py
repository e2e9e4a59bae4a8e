"""Copied text: nearly the same sentence under two children, for a person to look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from rapidfuzz import fuzz

from assessments.definitions.area_settings import ChildAccountingRules

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True, repr=False)
class Passage:
    """Text under one child. "own" is what a child said, "seen" is what an adult wrote."""

    child_id: str
    whose: Literal["own", "seen"]
    record_id: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class CopiedText:
    """Nearly the same text, found under two children."""

    one: Passage
    other: Passage
    whose: Literal["own", "seen"]


def find_copied_text(passages: Iterable[Passage], rules: ChildAccountingRules) -> tuple[CopiedText, ...]:
    """Sentences of two children that are nearly the same, each place once. Short ones are true of many."""
    found: dict[tuple[str, str, str, str], CopiedText] = {}
    sentences = [
        (replace(passage, text=part), " ".join(_WORD.findall(part.casefold())))
        for passage in passages
        for part in map(str.strip, _SENTENCE.split(passage.text))
        if len(part.split()) >= rules.copied_words
    ]
    for (one, own), (other, others) in combinations(sentences, 2):
        if one.child_id == other.child_id or one.whose != other.whose:
            continue
        key = (one.child_id, one.record_id, other.child_id, other.record_id)
        if key not in found and fuzz.ratio(own, others, score_cutoff=rules.copied_alike) > 0:
            found[key] = CopiedText(one, other, one.whose)
    return tuple(found.values())
