"""Saying it in one's own words: typed here, by the child or by the adult beside who is told.

This room knows that words are kept letter for letter. It mends, trims and suggests nothing. Whose
hand typed is marked by the adult afterwards; until then the words count as typed by the child.

    saying(slot)
"""

from __future__ import annotations

import flet as ft

from app.features.child.slot import Slot, value_of
from app.kit.controls.text import text
from app.kit.forms.fields import text_area
from app.kit.messages import say
from assessments.engine.answers import Answered, Entry, Line


def saying(slot: Slot) -> ft.Control:
    """A place for words. There is more room to say, show or draw it than to type it."""

    def typed(words: str) -> None:
        slot.set_answer_debounced(entry_of(slot, words))

    return ft.Column(
        tight=True,
        spacing=14,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text(say(f"child.say.{slot.band}")),
            text_area(
                say("child.say.here"), value=words_of(slot.entry), on_change=typed, lines=4, key=slot.key
            ),
        ],
    )


def words_of(entry: Entry | None) -> str:
    """The words that stand."""
    value = value_of(entry)
    if isinstance(value, tuple):
        return "\n".join(part.words for part in value if isinstance(part, Line))
    return "" if value is None else str(value)


def entry_of(slot: Slot, words: str) -> Entry | None:
    """What the words make; nothing when there are none."""
    if not words.strip():
        return None
    if slot.item.type == "words":
        return Answered((Line(words, "child-typed", slot.item.text),))
    return Answered(words)
