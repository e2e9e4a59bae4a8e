"""Choices: one of several, any of several, or a step of a ladder.

A choice that is made has a tint, a border and a tick: colour is never the only sign. What was chosen can be
taken back.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

import flet as ft

from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import column, row, stack
from app.kit.controls.tappable import TappableKind, selection_style, tappable
from app.kit.controls.text import quiet, text
from app.kit.drawing.pictures import MIN_PICTURE_SIZE, has_picture, picture
from app.kit.messages import say


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """One thing that can be chosen; an `exclusive` one stands below an "or". `picture` is a code."""

    code: str
    text: str
    hint: str = ""
    exclusive: bool = False
    picture: str = ""


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

    def tap(code: str) -> object:
        return on_choose(None if code == chosen else code)

    rows = _rows_with_or("radio", choices, (chosen,), tap)
    if clear and any(choice.code == chosen for choice in choices):
        rows.append(_clear(on_choose))
    return stack(*rows)


def checkbox_rows(
    choices: Sequence[Choice], *, chosen: Collection[str], on_choose: Callable[[tuple[str, ...]], object]
) -> ft.Control:
    """Rows of which any can be chosen; an `exclusive` one clears the others.

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

    return stack(*_rows_with_or("tick", choices, chosen, lambda code: on_choose(after(code))))


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
    named = {low: low_text, high: high_text}
    steps = range(high, low - 1, -1)
    rungs = [_rung(step, high, named.get(step, ""), step == chosen, on_choose) for step in steps]
    if chosen is not None:
        rungs.append(_clear(on_choose))
    return stack(*rungs, spacing=6)


def _rung(
    step: int, high: int, words: str, on: bool, on_choose: Callable[[int | None], object]
) -> ft.Control:
    ink = _ink(on)
    number = ft.Text(str(step), theme_style=theme.H2, color=ink, text_align=ft.TextAlign.CENTER)
    looks = row(
        ft.Container(width=36, content=number),
        ft.Container(expand=True, content=text(words, colour=ink)),
        ft.Icon(ft.Icons.CHECK_CIRCLE, size=26, color=ft.Colors.PRIMARY) if on else None,
        spacing=14,
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
    ink = _ink(on)
    looks = row(
        _mark(kind, on),
        picture(choice.picture, choice.text) if has_picture(choice.picture) else None,
        column(
            text(choice.text, colour=ink),
            quiet(choice.hint, colour=ink if on else None) if choice.hint else None,
            expand=True,
        ),
        spacing=14,
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
    return row(quiet_button(words, lambda: on_choose(None), icon=ft.Icons.UNDO))


def _ink(on: bool) -> str:
    return ft.Colors.ON_SECONDARY_CONTAINER if on else ft.Colors.ON_SURFACE


def _rows_with_or(
    kind: TappableKind,
    choices: Sequence[Choice],
    chosen: Collection[str | None],
    on_tap: Callable[[str], object],
) -> list[ft.Control]:
    def draw(choice: Choice, how: Callable[..., ft.Control] = _row) -> ft.Control:
        return how(kind, choice, choice.code in chosen, partial(on_tap, choice.code))

    apart = [choice for choice in choices if choice.exclusive]
    together = [choice for choice in choices if not choice.exclusive]
    # A hint needs the width of a row, and one choice without a picture would be the odd one out.
    pictured = all(has_picture(choice.picture) and not choice.hint for choice in together)
    rows = [_tiles(together, draw)] if together and pictured else [draw(choice) for choice in together]
    if apart and together:
        rows.append(ft.Container(padding=ft.Padding.only(left=16), content=quiet(say("label.or"))))
    return rows + [draw(choice) for choice in apart]


def _tiles(choices: Sequence[Choice], draw: Callable[..., ft.Control]) -> ft.Control:
    """Tiles of one size, two or three to a row, so that no choice is left alone where it can be helped."""
    in_twos = len(choices) in (1, 2, 4)
    size = 120 if in_twos else MIN_PICTURE_SIZE
    # Of one height too: where one name needs a second line, each gets the room.
    longest = max(len(choice.text) for choice in choices)
    room = _LINE * (2 if longest > (16 if in_twos else 11) else 1)
    tiles = [draw(choice, partial(_tile, size=size, room=room)) for choice in choices]
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
    name = text(choice.text, colour=_ink(on))
    name.text_align, name.expand = ft.TextAlign.CENTER, True
    shown = [picture(choice.picture, choice.text, size=size), *([badge] if on else [])]
    looks = column(
        ft.Stack(clip_behavior=ft.ClipBehavior.NONE, controls=shown),
        row(ft.Container(width=0, height=room), name, spacing=0, top=True),
        spacing=4,
        centre=True,
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
