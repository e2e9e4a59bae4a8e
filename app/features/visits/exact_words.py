"""A child's exact words in one contact: line by line, each with what was asked before it and how it came.

This room never mends a word, and chooses no origin for anybody. What an adult told stands here too, marked
as that: it is not the child's own.

    exact_words_card("Otis", sheet, wrong={})
"""

from __future__ import annotations

import flet as ft

from app.features.visits.child_observation_draft import ORIGINS, ObservationDraft, empty_line
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_area, text_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say


def exact_words_card(name: str, sheet: ObservationDraft, wrong: dict[str, str]) -> ft.Control:
    """The child's words, line by line, each with what was asked before it and how it came."""

    def add() -> None:
        sheet.set_values(draw=True, said=[*sheet.values["said"], empty_line()])

    lines = sheet.values["said"]
    return keyed(
        "origin",
        card(
            heading(say("seen.words", name=name)),
            quiet(say("seen.words-hint")),
            problem_line(wrong["origin"]) if "origin" in wrong else None,
            *(_line(line, n, len(lines), sheet) for n, line in enumerate(lines, start=1)),
            ft.Row(controls=[secondary_button(say("seen.more-words"), add, icon=ft.Icons.ADD)]),
        ),
    )


def _line(line: dict[str, str], n: int, of: int, sheet: ObservationDraft) -> ft.Control:
    key = line["key"]
    remove = quiet_button(
        say("words.remove", n=n),
        lambda: sheet.set_values(draw=True, said=[one for one in sheet.values["said"] if one["key"] != key]),
    )
    return keyed(
        f"line-{key}",
        ft.Column(
            tight=True,
            spacing=12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=with_placeholders(
                ft.Divider(height=1, color=ft.Colors.OUTLINE_VARIANT) if n > 1 else None,
                text_field(
                    say("seen.prompt"),
                    value=line["prompt"],
                    on_change=lambda words: sheet.set_line_values(key, prompt=words),
                    hint=say("seen.prompt-hint") if n == 1 else "",
                    key=f"prompt-{key}",
                ),
                text_area(
                    say("seen.exact"),
                    value=line["words"],
                    on_change=lambda words: sheet.set_line_values(key, words=words),
                    lines=3,
                    key=f"words-{key}",
                ),
                text(say("seen.origin"), strong=True),
                radio_rows(
                    [Choice(origin, say(f"seen.origin.{origin}")) for origin in ORIGINS],
                    chosen=line["origin"] or None,
                    on_choose=lambda origin: sheet.set_line_values(key, draw=True, origin=origin or ""),
                    clear=False,
                ),
                ft.Row(controls=[remove]) if of > 1 else None,
            ),
        ),
    )
