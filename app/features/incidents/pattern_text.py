"""The sentences of a statement in words, and the whole of it as a text to edit.

This room knows the words of each code of `assessments.casework.pattern`; it knows no page. Names, days and
what
anybody said are put in as they are.

    sentence_words(sentence)     # "Dane has watched or tracked Siân. Dane did this once that we know of: …"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.features.shared.text.days import day_words
from app.features.shared.text.people import listed
from app.kit.messages import knows, say
from assessments.casework.pattern import PARTS, Day, Sentence


def sentence_words(sentence: Sentence) -> str:
    """One sentence as a reader sees it."""
    if sentence.code.startswith("tool"):
        return _of_tool(sentence)
    data = {name: _words(value) for name, value in sentence.data.items()}
    if sentence.code != "tactic":
        return say(f"pattern.{sentence.code}", **data)
    return f"{_tactic(data)} {say('pattern.times', **data)}"


def statement_words(sentences: Sequence[Sentence], *, who: str) -> str:
    """The whole statement: its parts with their headings, one sentence to a line."""
    parts = []
    for part in PARTS:
        lines = [sentence_words(one) for one in sentences if one.part == part]
        if lines:
            parts.append("\n".join([say(f"pattern.part.{part}", who=who), *lines]))
    return "\n\n".join(parts)


def _tactic(data: Mapping[str, Any]) -> str:
    kind = f"pattern.tactic.{data['tactic']}"
    return say(kind if knows(kind) else "pattern.tactic.other", **data)


def _of_tool(sentence: Sentence) -> str:
    """What a tool holds: each question in the tool's words with its answer, and where it comes from."""
    data = sentence.data
    parts = [f"{question} {_stopped(words)}" for question, words in data["asked"]]
    if sentence.code == "tool-tactic":
        whom = listed(list(data["whom"])) if data["whom"] else say("pattern.whom-unwritten")
        parts.insert(0, _tactic({**data, "whom": whom}))
    if sentence.code == "tool-child":
        parts.insert(0, f"{data['child']}:")
    return say("pattern.from", words=" ".join(parts), tool=data["tool"], day=_words(data["day"]))


def _stopped(words: str) -> str:
    return words if words.endswith((".", "!", "?", "”", "…")) else f"{words}."


def _words(value: Any) -> Any:
    if isinstance(value, Day):
        # Always with its year: a statement is read long after it was written.
        day = day_words(value.on, date.min, near=False)
        return say(f"pattern.day.{value.precision}", day=day)
    if isinstance(value, tuple):
        return listed(list(value)) if value else say("pattern.someone")
    return value
