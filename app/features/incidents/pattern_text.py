"""The sentences of a pattern statement in words, and the whole of it as a text to edit."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.features.shared.text.days import format_day
from app.features.shared.text.people import join_names
from app.kit.messages import has_message, say
from assessments.casework.pattern_statement import STATEMENT_PARTS, DayWithPrecision, Sentence


def format_sentence(sentence: Sentence) -> str:
    """One sentence as a reader sees it."""
    if sentence.code.startswith("tool"):
        return _tool_sentence(sentence)
    data = {name: _format_value(value) for name, value in sentence.data.items()}
    if sentence.code != "tactic":
        return say(f"pattern.{sentence.code}", **data)
    return f"{_tactic_sentence(data)} {say('pattern.times', **data)}"


def format_statement(sentences: Sequence[Sentence], *, who: str) -> str:
    """The whole statement: its parts with their headings, one sentence to a line."""
    parts = []
    for part in STATEMENT_PARTS:
        lines = [format_sentence(one) for one in sentences if one.part == part]
        if lines:
            parts.append("\n".join([say(f"pattern.part.{part}", who=who), *lines]))
    return "\n\n".join(parts)


def _tactic_sentence(data: Mapping[str, object]) -> str:
    kind = f"pattern.tactic.{data['tactic']}"
    return say(kind if has_message(kind) else "pattern.tactic.other", **data)


def _tool_sentence(sentence: Sentence) -> str:
    """What a tool holds: each question in the tool's words with its answer, and where it comes from."""
    data = sentence.data
    parts = [f"{question} {_with_full_stop(words)}" for question, words in data["asked"]]
    if sentence.code == "tool-tactic":
        whom = join_names(list(data["whom"])) if data["whom"] else say("pattern.whom-unwritten")
        parts.insert(0, _tactic_sentence({**data, "whom": whom}))
    if sentence.code == "tool-child":
        parts.insert(0, f"{data['child']}:")
    return say("pattern.from", words=" ".join(parts), tool=data["tool"], day=_format_value(data["day"]))


def _with_full_stop(words: str) -> str:
    return words if words.endswith((".", "!", "?", "”", "…")) else f"{words}."


def _format_value(value: object) -> object:
    if isinstance(value, DayWithPrecision):
        # Always with its year: a statement is read long after it was written.
        day = format_day(value.on, date.min, near=False)
        return say(f"pattern.day.{value.precision}", day=day)
    if isinstance(value, tuple):
        return join_names(list(value)) if value else say("pattern.someone")
    return value
