"""A child's exact words in one contact: line by line, each with what was asked before it and how it came.

No word is corrected and no origin chosen for anybody. What an adult told stands here too, marked as that.
"""

from __future__ import annotations

import flet as ft

from app.features.shared.draft_form import DraftForm, coded_choices
from app.features.visits.child_observation_draft import ORIGINS, ObservationDraft, QuoteDraft
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say


def exact_words_card(name: str, form: DraftForm[ObservationDraft]) -> ft.Control:
    """The child's words, line by line, each with what was asked before it and how it came."""

    def add() -> None:
        form.change(draw=True, said=(*form.value.said, QuoteDraft()))

    lines = form.value.said
    return keyed(
        "origin",
        card(
            heading(say("seen.words", name=name)),
            quiet(say("seen.words-hint")),
            problem_line(form.problems["origin"]) if "origin" in form.problems else None,
            *(_line(line, n, len(lines), form) for n, line in enumerate(lines, start=1)),
            ft.Row(controls=[secondary_button(say("seen.more-words"), add, icon=ft.Icons.ADD)]),
        ),
    )


def _line(line: QuoteDraft, n: int, of: int, form: DraftForm[ObservationDraft]) -> ft.Control:
    key = line.key
    remove = quiet_button(
        say("words.remove", n=n),
        lambda: form.change(draw=True, said=tuple(one for one in form.value.said if one.key != key)),
    )
    return keyed(
        f"line-{key}",
        stack(
            ft.Divider(height=1, color=ft.Colors.OUTLINE_VARIANT) if n > 1 else None,
            text_field(
                say("seen.prompt"),
                value=line.prompt,
                on_change=lambda words: form.set_value(form.value.with_line(key, prompt=words)),
                hint=say("seen.prompt-hint") if n == 1 else "",
                key=f"prompt-{key}",
            ),
            text_field(
                say("seen.exact"),
                value=line.words,
                on_change=lambda words: form.set_value(form.value.with_line(key, words=words)),
                lines=3,
                key=f"words-{key}",
            ),
            text(say("seen.origin"), strong=True),
            radio_rows(
                coded_choices("seen.origin", ORIGINS),
                chosen=line.origin or None,
                on_choose=lambda code: form.set_value(
                    form.value.with_line(key, origin=code or ""), draw=True
                ),
                clear=False,
            ),
            ft.Row(controls=[remove]) if of > 1 else None,
            spacing=12,
        ),
    )
