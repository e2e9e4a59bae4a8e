"""A ladder whose ends a child may rename. A step starts a conversation and is no score: it is neither
coloured nor compared.
"""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from app.features.child.bound_question import BoundQuestion, entry_from_text, make_answer, text_of_entry
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import keyed_component, row, stack
from app.kit.forms.choices import ladder
from app.kit.forms.fields import text_field
from app.kit.hooks import use_state
from app.kit.messages import say


def ladder_activity(bound: BoundQuestion, ends: Sequence[BoundQuestion]) -> ft.Control:
    """Draw the steps, the highest on top, with a way to name both ends."""
    return _ladder(f"{bound.key}.ladder", bound, tuple(ends))


@keyed_component
def _ladder(bound: BoundQuestion, ends: tuple[BoundQuestion, ...]) -> ft.Control:
    naming, set_naming = use_state(False)
    item, step = bound.item, bound.value
    low, high = (text_of_entry(end.current_entry()).strip() for end in ends) if len(ends) == 2 else ("", "")

    async def choose(step: int | None) -> None:
        await bound.set_answer(make_answer(step))

    name = quiet_button(say("child.ladder.name"), lambda: set_naming(True), icon=ft.Icons.EDIT_OUTLINED)
    return stack(
        _end_label_fields(ends, lambda: set_naming(False)) if naming else None,
        ladder(
            low=item.minimum or 0,
            high=item.maximum or 0,
            chosen=step if isinstance(step, int) else None,
            on_choose=choose,
            low_text=low or item.low_text,
            high_text=high or item.high_text,
        ),
        row(name) if ends and not naming else None,
        spacing=14,
    )


def _end_label_fields(ends: Sequence[BoundQuestion], on_done: Callable[[], None]) -> ft.Control:
    """Draw the two fields, the top first, as it stands on the ladder."""

    def name_it(end: BoundQuestion, words: str) -> None:
        end.set_answer_debounced(entry_from_text(end.item, words))

    return stack(
        *(
            text_field(
                end.item.text, value=text_of_entry(end.entry), on_change=partial(name_it, end), key=end.key
            )
            for end in reversed(ends)
        ),
        row(quiet_button(say("child.ladder.named"), on_done, icon=ft.Icons.CHECK)),
        spacing=12,
    )
