"""Choices: one of several, any of several, or a step of a ladder.

A choice that is made has a tint, a 2.5 px border and a tick, so that colour is never the only sign. Where
every choice has a picture they are tiles of one size. Nothing is chosen to begin with, and what was chosen
can be taken back by tapping it again or by "Clear this answer".

    radio_rows([Choice("yes", "Yes"), Choice("no", "No")], chosen=None, on_choose=pick)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import flet as ft

from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.tappable import TappableKind, tappable
from app.kit.controls.text import quiet
from app.kit.drawing.pictures import MIN_PICTURE_SIZE, has_picture, picture
from app.kit.messages import say


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """One thing that can be chosen. `apart` sets it below an "or": none of these, do not know.

    `picture` is the code of its drawing.
    """

    code: str
    text: str
    hint: str = ""
    exclusive: bool = False
    picture: str = ""


# How one choice is drawn: its kind, itself, whether it is chosen, and what a tap does.
DrawChoice = Callable[[TappableKind, Choice, bool, Callable[[], object]], ft.Control]

# The height of a line of body text, in logical pixels.
_LINE = 27.0


def radio_rows(
    choices: Sequence[Choice],
    *,
    chosen: str | None,
    on_choose: Callable[[str | None], object],
    clear: bool = True,
) -> ft.Control:
    """Rows of which one can be chosen. Tapping the chosen row, or the link below, takes it back."""

    def row(choice: Choice, draw: DrawChoice) -> ft.Control:
        on = choice.code == chosen
        return draw("radio", choice, on, lambda: on_choose(None if on else choice.code))

    rows = _rows_with_or(choices, row)
    if clear and any(choice.code == chosen for choice in choices):
        rows.append(_clear(on_choose))
    return _stack(rows)


def checkbox_rows(
    choices: Sequence[Choice],
    *,
    chosen: Collection[str],
    on_choose: Callable[[tuple[str, ...]], object],
) -> ft.Control:
    """Rows of which any can be chosen. A choice set `apart` stands alone and clears the others.

    `on_choose` gets all chosen codes in the order of the rows.
    """
    alone = {choice.code for choice in choices if choice.exclusive}

    def after(code: str) -> tuple[str, ...]:
        if code in chosen:
            kept = set(chosen) - {code}
        elif code in alone:
            kept = {code}
        else:
            kept = (set(chosen) - alone) | {code}
        return tuple(choice.code for choice in choices if choice.code in kept)

    def row(choice: Choice, draw: DrawChoice) -> ft.Control:
        on = choice.code in chosen
        return draw("tick", choice, on, lambda: on_choose(after(choice.code)))

    return _stack(_rows_with_or(choices, row))


def ladder(
    *,
    low: int,
    high: int,
    chosen: int | None,
    on_choose: Callable[[int | None], object],
    low_text: str = "",
    high_text: str = "",
) -> ft.Control:
    """A ladder of numbers as buttons, the highest on top. No dragging. Tapping again takes it back."""
    rungs: list[ft.Control] = []
    for step in range(high, low - 1, -1):
        words = high_text if step == high else low_text if step == low else ""
        rungs.append(_rung(step, high, words, step == chosen, on_choose))
    if chosen is not None:
        rungs.append(_clear(on_choose))
    return _stack(rungs, spacing=6)


def _rung(
    step: int, high: int, words: str, on: bool, on_choose: Callable[[int | None], object]
) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if on else ft.Colors.ON_SURFACE
    looks = ft.Row(
        spacing=14,
        controls=[
            ft.Container(
                width=36,
                content=ft.Text(str(step), theme_style=theme.H2, color=ink, text_align=ft.TextAlign.CENTER),
            ),
            ft.Container(expand=True, content=ft.Text(words, theme_style=theme.BODY, color=ink)),
            *([_tick()] if on else []),
        ],
    )
    said = say("label.ladder-step", n=step, of=high)
    return tappable(
        f"{said}, {words}" if words else said,
        looks,
        lambda: on_choose(None if on else step),
        kind="radio",
        chosen=on,
        **selection_style(on, 10, 8, plain=ft.Colors.OUTLINE),
    )


def _row(kind: TappableKind, choice: Choice, on: bool, on_tap: Callable[[], object]) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if on else ft.Colors.ON_SURFACE
    words: list[ft.Control] = [ft.Text(choice.text, theme_style=theme.BODY, color=ink)]
    if choice.hint:
        words.append(quiet(choice.hint, colour=ink if on else None))
    looks = ft.Row(
        spacing=14,
        controls=[
            _mark(kind, on),
            *([picture(choice.picture, choice.text)] if has_picture(choice.picture) else []),
            ft.Column(tight=True, spacing=2, expand=True, controls=words),
        ],
    )
    return tappable(
        f"{choice.text}. {choice.hint}" if choice.hint else choice.text,
        looks,
        on_tap,
        kind=kind,
        chosen=on,
        identifier=f"choice-{choice.code}",
        **selection_style(on, 14, 11),
    )


def _mark(kind: TappableKind, on: bool) -> ft.Control:
    """An empty ring or square, and the same one filled with a tick."""
    return ft.Container(
        width=28,
        height=28,
        border_radius=14 if kind == "radio" else 8,
        bgcolor=ft.Colors.PRIMARY if on else ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(2, ft.Colors.PRIMARY if on else ft.Colors.OUTLINE),
        alignment=ft.Alignment.CENTER,
        content=ft.Icon(ft.Icons.CHECK, size=20, color=ft.Colors.ON_PRIMARY) if on else None,
    )


def _clear(on_choose: Callable[[None], object]) -> ft.Control:
    words = say("action.choose-again")
    return ft.Row(controls=[quiet_button(words, lambda: on_choose(None), icon=ft.Icons.UNDO)])


def _tick() -> ft.Control:
    return ft.Icon(ft.Icons.CHECK_CIRCLE, size=26, color=ft.Colors.PRIMARY)


class SelectionStyle(TypedDict):
    """Arguments of `tappable` that show whether something is chosen."""

    bgcolor: str
    border: ft.Border
    padding: tuple[float, float]


def selection_style(
    on: bool, sideways: float, upright: float, plain: str = ft.Colors.OUTLINE_VARIANT
) -> SelectionStyle:
    """Return the tint, border and padding of a choice, as arguments of `tappable`; padding in pixels."""
    width = theme.SELECTED_BORDER if on else theme.PLAIN_BORDER
    line = ft.Colors.PRIMARY if on else plain
    # A thinner border gives its difference to the padding, so that nothing moves on a tap.
    slack = theme.SELECTED_BORDER - width
    return {
        "bgcolor": ft.Colors.SECONDARY_CONTAINER if on else ft.Colors.SURFACE_CONTAINER_LOWEST,
        "border": ft.Border.all(width, line),
        "padding": (sideways + slack, upright + slack),
    }


def _rows_with_or(
    choices: Sequence[Choice], row: Callable[[Choice, DrawChoice], ft.Control]
) -> list[ft.Control]:
    apart = [choice for choice in choices if choice.exclusive]
    together = [choice for choice in choices if not choice.exclusive]
    # A hint needs the width of a row, and one choice without a picture would be the odd one out.
    pictured = all(has_picture(choice.picture) and not choice.hint for choice in together)
    rows = [_tiles(together, row)] if together and pictured else [row(choice, _row) for choice in together]
    if apart and together:
        rows.append(ft.Container(padding=ft.Padding.only(left=16), content=quiet(say("label.or"))))
    return rows + [row(choice, _row) for choice in apart]


def _tiles(choices: Sequence[Choice], row: Callable[[Choice, DrawChoice], ft.Control]) -> ft.Control:
    """Tiles of one size, two or three to a row, so that no choice is left alone where it can be helped."""
    in_twos = len(choices) in (1, 2, 4)
    size = 120 if in_twos else MIN_PICTURE_SIZE
    # Of one height too: where one name needs a second line, each gets the room.
    longest = max(len(choice.text) for choice in choices)
    room = _LINE * (2 if longest > (16 if in_twos else 11) else 1)
    tiles = [row(choice, partial(_tile, size=size, room=room)) for choice in choices]
    for tile in tiles:
        tile.col = 3 if in_twos else {"narrow": 3, "phone": 2}
    return ft.ResponsiveRow(
        columns=6,
        # Three pictures of the smallest size with their borders and gaps do not fit below this.
        breakpoints={"narrow": 0, "phone": 376},
        spacing=8,
        run_spacing=8,
        controls=tiles,
    )


def _tile(
    kind: TappableKind, choice: Choice, on: bool, on_tap: Callable[[], object], *, size: int, room: float
) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if on else ft.Colors.ON_SURFACE
    badge = ft.Container(
        right=-6,
        top=-6,
        width=34,
        height=34,
        border_radius=17,
        bgcolor=ft.Colors.PRIMARY,
        border=ft.Border.all(3, ft.Colors.SECONDARY_CONTAINER),
        alignment=ft.Alignment.CENTER,
        content=ft.Icon(ft.Icons.CHECK, size=22, color=ft.Colors.ON_PRIMARY),
    )
    looks = ft.Column(
        tight=True,
        spacing=4,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[
            ft.Stack(
                clip_behavior=ft.ClipBehavior.NONE,
                controls=[picture(choice.picture, choice.text, size=size), *([badge] if on else [])],
            ),
            ft.Row(
                spacing=0,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Container(width=0, height=room),
                    ft.Text(
                        choice.text,
                        theme_style=theme.BODY,
                        color=ink,
                        text_align=ft.TextAlign.CENTER,
                        expand=True,
                    ),
                ],
            ),
        ],
    )
    return tappable(
        choice.text,
        looks,
        on_tap,
        kind=kind,
        chosen=on,
        identifier=f"choice-{choice.code}",
        **selection_style(on, 4, 8),
    )


def _stack(rows: list[ft.Control], spacing: int = 8) -> ft.Control:
    return ft.Column(
        tight=True,
        spacing=spacing,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=rows,
    )
