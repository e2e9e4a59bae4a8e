"""Saying it in one's own words: typed by the child, or by the adult whom the child tells.

Words are kept letter for letter. Who typed is marked by the adult afterwards; until then the words count
as typed by the child.
"""

from __future__ import annotations

import flet as ft

from app.features.child.bound_question import BoundQuestion, answer_value
from app.kit.controls.keyed import stack
from app.kit.controls.text import text
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.engine.answers import Answered, AnswerEntry, VerbatimLine


def free_text_activity(bound: BoundQuestion) -> ft.Control:
    """Draw a field for words, with what else the child may do instead of typing."""

    def typed(words: str) -> None:
        bound.set_answer_debounced(entry_from_text(bound, words))

    label, value = say("child.say.here"), text_of_entry(bound.entry)
    field = text_field(label, value=value, on_change=typed, lines=4, key=bound.key)
    return stack(text(say(f"child.say.{bound.band}")), field, spacing=14)


def text_of_entry(entry: AnswerEntry | None) -> str:
    """Return the words of an entry; "" for none."""
    value = answer_value(entry)
    if isinstance(value, tuple):
        return "\n".join(part.words for part in value if isinstance(part, VerbatimLine))
    return "" if value is None else str(value)


def entry_from_text(bound: BoundQuestion, words: str) -> AnswerEntry | None:
    """Make the entry of some words; None for blank ones."""
    if not words.strip():
        return None
    if bound.item.type == "words":
        return Answered((VerbatimLine(words, "child-typed", bound.item.text),))
    return Answered(words)
