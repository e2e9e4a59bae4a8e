"""A ladder whose ends a child may rename.

This room knows that a step starts a talk and is no score: it is neither coloured nor compared. Where
the tool has texts for the two ends, the child's names stand on the rungs as soon as they are typed.

    ladder_activity(slot, [low, high])
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import flet as ft

from app.features.child.activities.free_text import entry_from_text, text_of_entry
from app.features.child.bound_question import BoundQuestion, make_answer, use_state
from app.kit.controls.buttons import quiet_button
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import with_placeholders
from app.kit.forms.choices import ladder
from app.kit.forms.fields import text_field
from app.kit.messages import say


def ladder_activity(slot: BoundQuestion, ends: Sequence[BoundQuestion]) -> ft.Control:
    """The steps, the highest on top, with a way to name both ends."""
    kept: Any = _ladder
    drawn: ft.Control = kept(slot, tuple(ends), key=f"{slot.key}.ladder")
    return drawn


@ft.component
@guarded_render
def _ladder(slot: BoundQuestion, ends: tuple[BoundQuestion, ...]) -> ft.Control:
    naming, name = use_state(False)
    item = slot.item
    low, high = (text_of_entry(end.current_entry()).strip() for end in ends) if len(ends) == 2 else ("", "")

    async def choose(step: int | None) -> None:
        await slot.set_answer(make_answer(step))

    return ft.Column(
        tight=True,
        spacing=14,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            _end_label_fields(ends, lambda: name(False)) if naming else None,
            ladder(
                low=item.minimum or 0,
                high=item.maximum or 0,
                chosen=slot.value,
                on_choose=choose,
                low_text=low or item.low_text,
                high_text=high or item.high_text,
            ),
            ft.Row(
                controls=[
                    quiet_button(say("child.ladder.name"), lambda: name(True), icon=ft.Icons.EDIT_OUTLINED)
                ]
            )
            if ends and not naming
            else None,
        ),
    )


def _set_end_label(end: BoundQuestion, words: str) -> None:
    end.set_answer_debounced(entry_from_text(end, words))


def _end_label_fields(ends: Sequence[BoundQuestion], on_done: Any) -> ft.Control:
    """The two fields, the top first, as it stands on the ladder."""
    return ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *(
                text_field(
                    end.item.text,
                    value=text_of_entry(end.entry),
                    on_change=partial(_set_end_label, end),
                    key=end.key,
                )
                for end in reversed(ends)
            ),
            ft.Row(controls=[quiet_button(say("child.ladder.named"), on_done, icon=ft.Icons.CHECK)]),
        ],
    )
