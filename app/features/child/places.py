"""Hello, the look back, and the quiet end.

This room knows how a turn opens, with who will read it said first in words for the child's age, how
the child sees everything once more and may change it, and how it closes: a page with nothing on it of
what was given. Nothing is praised and nobody is asked whether they are sure.

    hello(turn)
"""

from __future__ import annotations

from functools import partial

import flet as ft

from app.core.child.session import Hand, Turn
from app.features.child.answer_text import given_words
from app.features.child.buttons import aside
from app.features.child.slot import value_of
from app.kit import theme
from app.kit.controls.cards import card
from app.kit.controls.paper import drawn
from app.kit.controls.text import heading, text, title
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Entry

# What a child reads is larger than body text, and not heavier.
_CHILD_TEXT = 23


def hello(turn: Turn) -> list[ft.Control]:
    """Who will read it, before anything is asked."""
    welcome = say("child.hello-name", called=turn.chosen_name) if turn.chosen_name else say("child.hello")
    return [title(welcome), *(_said(say(f"child.telling.{turn.band}.{n}")) for n in (1, 2, 3))]


def look_back(turn: Turn, hand: Hand) -> list[ft.Control]:
    """Everything that was given in this turn, in the child's own words, each with a way to change it."""
    form = turn.form
    section = form.instrument.items[0]
    return [
        title(say("child.look-back")),
        *(
            _given(item, form.entries.get(item.link_id), turn, hand)
            for item in section.items
            if item.type != "display" and (item in turn.questions or item.link_id in form.entries)
        ),
    ]


def end(hand: Hand) -> list[ft.Control]:
    """Nothing of what was given, and two ways on: back to the page, or back to the adult."""
    band = hand.state.band
    return [
        ft.Container(height=48),
        ft.Row(
            alignment=ft.MainAxisAlignment.CENTER,
            controls=[
                ft.Image(src="icon.png", width=88, height=88, border_radius=24, exclude_from_semantics=True)
            ],
        ),
        ft.Row(alignment=ft.MainAxisAlignment.CENTER, controls=[title(say("child.end"))], wrap=True),
        ft.Row(
            alignment=ft.MainAxisAlignment.CENTER,
            controls=[_large(say("child.end-thanks"), centred=True)],
            wrap=True,
        ),
        ft.Container(height=16),
        ft.Row(
            alignment=ft.MainAxisAlignment.CENTER,
            controls=[aside(say("child.go-again"), hand.resume, band, ft.Icons.ARROW_BACK)],
        ),
        ft.Row(
            alignment=ft.MainAxisAlignment.CENTER,
            controls=[aside(say("child.give-back"), hand.lock, band, ft.Icons.LOCK_OUTLINED)],
        ),
    ]


def _given(item: Item, entry: Entry | None, turn: Turn, hand: Hand) -> ft.Control:
    # The end of a ladder is changed on the ladder's own page.
    page = next((other.link_id for other in turn.questions if item.link_id in other.ends), item.link_id)
    words, paper = given_words(item, entry) or say("child.nothing"), value_of(entry)
    return card(
        heading(item.text),
        _large(words),
        *([drawn(paper)] if isinstance(paper, Drawing) and paper.visible_marks else []),
        ft.Row(
            controls=[
                aside(
                    say("child.change"),
                    partial(hand.reopen_question, page),
                    turn.band,
                    ft.Icons.EDIT_OUTLINED,
                    name=f"{say('child.change')}: {item.text}",
                )
            ]
        ),
        spacing=8,
    )


def _said(words: str) -> ft.Control:
    return ft.Container(
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        border_radius=theme.CARD_RADIUS,
        padding=20,
        content=_large(words, colour=ft.Colors.ON_SECONDARY_CONTAINER),
    )


def _large(words: str, *, colour: str | None = None, centred: bool = False) -> ft.Text:
    large = text(words, colour=colour)
    large.size = _CHILD_TEXT
    if centred:
        large.text_align = ft.TextAlign.CENTER
    return large
