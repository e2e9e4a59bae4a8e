"""A ladder whose ends a child may rename.

This room knows that a step starts a talk and is no score: it is neither coloured nor compared. Where
the tool has texts for the two ends, the child's names stand on the rungs as soon as they are typed.

    ladder_of(slot, [low, high])
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import flet as ft

from app.features.child.activities.saying import entry_of, words_of
from app.features.child.slot import Slot, answered, use_drawn
from app.kit.controls.buttons import quiet_button
from app.kit.controls.fault_boundary import calm_render
from app.kit.controls.keyed import steady
from app.kit.forms.choices import ladder
from app.kit.forms.fields import text_field
from app.kit.messages import say


def ladder_of(slot: Slot, ends: Sequence[Slot]) -> ft.Control:
    """The steps, the highest on top, with a way to name both ends."""
    kept: Any = _ladder
    drawn: ft.Control = kept(slot, tuple(ends), key=f"{slot.key}.ladder")
    return drawn


@ft.component
@calm_render
def _ladder(slot: Slot, ends: tuple[Slot, ...]) -> ft.Control:
    naming, name = use_drawn(False)
    item = slot.item
    low, high = (words_of(end.current_entry()).strip() for end in ends) if len(ends) == 2 else ("", "")

    async def choose(step: int | None) -> None:
        await slot.set_answer(answered(step))

    return ft.Column(
        tight=True,
        spacing=14,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=steady(
            _names(ends, lambda: name(False)) if naming else None,
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


def _name_end(end: Slot, words: str) -> None:
    end.set_answer_debounced(entry_of(end, words))


def _names(ends: Sequence[Slot], on_done: Any) -> ft.Control:
    """The two fields, the top first, as it stands on the ladder."""
    return ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *(
                text_field(
                    end.item.text,
                    value=words_of(end.entry),
                    on_change=partial(_name_end, end),
                    key=end.key,
                )
                for end in reversed(ends)
            ),
            ft.Row(controls=[quiet_button(say("child.ladder.named"), on_done, icon=ft.Icons.CHECK)]),
        ],
    )
