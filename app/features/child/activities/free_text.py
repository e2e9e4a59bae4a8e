"""Saying it in one's own words: typed here, by the child or by the adult beside who is told.

This room knows that words are kept letter for letter. It mends, trims and suggests nothing. Whose
hand typed is marked by the adult afterwards; until then the words count as typed by the child.

    free_text_activity(slot)
"""

from __future__ import annotations

import flet as ft

from app.features.child.bound_question import BoundQuestion, answer_value
from app.kit.controls.text import text
from app.kit.forms.fields import text_area
from app.kit.messages import say
from assessments.engine.answers import Answered, AnswerEntry, VerbatimLine


def free_text_activity(slot: BoundQuestion) -> ft.Control:
    """A place for words. There is more room to say, show or draw it than to type it."""

    def typed(words: str) -> None:
        slot.set_answer_debounced(entry_from_text(slot, words))

    return ft.Column(
        tight=True,
        spacing=14,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text(say(f"child.say.{slot.band}")),
            text_area(
                say("child.say.here"), value=text_of_entry(slot.entry), on_change=typed, lines=4, key=slot.key
            ),
        ],
    )


def text_of_entry(entry: AnswerEntry | None) -> str:
    """The words that stand."""
    value = answer_value(entry)
    if isinstance(value, tuple):
        return "\n".join(part.words for part in value if isinstance(part, VerbatimLine))
    return "" if value is None else str(value)


def entry_from_text(slot: BoundQuestion, words: str) -> AnswerEntry | None:
    """What the words make; nothing when there are none."""
    if not words.strip():
        return None
    if slot.item.type == "words":
        return Answered((VerbatimLine(words, "child-typed", slot.item.text),))
    return Answered(words)
