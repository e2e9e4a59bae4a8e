"""Choosing by picture or by word. Every choice has the same size, and nothing is chosen to begin with."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

import flet as ft

from app.features.child.bound_question import BoundQuestion, choices_for, chosen_codes, make_answer
from app.features.child.buttons import MIN_HEIGHT_BY_BAND
from app.kit import theme
from app.kit.controls.keyed import row, stack
from app.kit.controls.tappable import TappableKind, selection_style, tappable
from app.kit.drawing.pictures import has_picture
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from assessments.casework.child_sessions import AgeBand


def choose_one(bound: BoundQuestion) -> ft.Control:
    """Draw the options, of which one can be chosen; a tap on the chosen one clears it."""
    chosen = next(iter(chosen_codes(bound.entry)), None)
    return single_choice_rows(
        choices_for(bound.item), chosen, lambda code: bound.set_answer(make_answer(code)), bound.band
    )


def single_choice_rows(
    choices: Sequence[Choice], chosen: str | None, on_choose: Callable[[str | None], object], band: AgeBand
) -> ft.Control:
    """Draw choices of which one holds; `on_choose` gets None when the chosen one is tapped again."""
    if _have_pictures(choices):
        return radio_rows(choices, chosen=chosen, on_choose=on_choose, clear=False)

    def tap(code: str) -> object:
        return on_choose(None if code == chosen else code)

    return _rows(choices, {chosen} if chosen else (), tap, "radio", band)


def choose_some(bound: BoundQuestion) -> ft.Control:
    """Draw the options, of which several can be chosen."""
    choices, chosen = choices_for(bound.item), chosen_codes(bound.entry)
    alone = {choice.code for choice in choices if choice.exclusive}

    async def give(codes: Collection[str]) -> None:
        # The order is the child's: the pictures may lie in another one each time.
        before = [code for code in chosen_codes(bound.current_entry()) if code in codes]
        after = [choice.code for choice in choices if choice.code in codes and choice.code not in before]
        await bound.set_answer(make_answer((*before, *after)))

    async def toggle(code: str) -> None:
        now = set(chosen_codes(bound.current_entry()))
        if code in now:
            await give(now - {code})
        else:
            await give({code} if code in alone else (now - alone) | {code})

    if _have_pictures(choices):
        return checkbox_rows(choices, chosen=chosen, on_choose=give)
    return _rows(choices, chosen, toggle, "tick", bound.band)


def _have_pictures(choices: Sequence[Choice]) -> bool:
    return all(has_picture(choice.picture) for choice in choices)


def _rows(
    choices: Sequence[Choice],
    chosen: Collection[str],
    on_tap: Callable[[str], object],
    kind: TappableKind,
    band: AgeBand,
) -> ft.Control:
    def draw_row(choice: Choice) -> ft.Control:
        on = choice.code in chosen
        ink = ft.Colors.ON_SECONDARY_CONTAINER if on else ft.Colors.ON_SURFACE
        mark = ft.Icons.CHECK_CIRCLE if on else ft.Icons.RADIO_BUTTON_UNCHECKED
        looks = row(
            ft.Icon(mark, size=30, color=ft.Colors.PRIMARY if on else ft.Colors.OUTLINE),
            ft.Text(choice.text, theme_style=theme.LEAD, color=ink, expand=True),
            spacing=14,
        )
        return tappable(
            choice.text,
            looks,
            partial(on_tap, choice.code),
            kind=kind,
            chosen=on,
            min_height=MIN_HEIGHT_BY_BAND[band],
            identifier=f"choice-{choice.code}",
            **selection_style(on, 16 - theme.SELECTED_BORDER, 14 - theme.SELECTED_BORDER),
        )

    return stack(*map(draw_row, choices), spacing=10)
