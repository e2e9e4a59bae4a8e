"""A sheet to draw on: pens, eight colours, a rubber, stickers, and one step back.

Each step is handed on when it ends; only the running line is not yet. What the pointer does is in `pointer`.
Nothing is praised or suggested.

    drawing_pad(kept, on_change, key="rooms-picture")        # kept: a Drawing, or None for new paper
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import flet as ft
import flet.canvas as cv

from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.drawing_view import WHITE, drawing_shapes, stroke_shape
from app.kit.controls.fault_boundary import Handler, guarded, guarded_render
from app.kit.controls.keyed import with_placeholders
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.drawing.pointer import CurrentStroke, DrawingInput, DrawingTool
from app.kit.hooks import use_ref, with_key
from app.kit.messages import say
from assessments.definitions.drawing import (
    CANVAS_WIDTH,
    STROKE_COLOURS,
    STROKE_WIDTHS,
    Drawing,
    Stroke,
    sticker_svg,
)
from assessments.definitions.stickers import STICKERS

OnChange = Callable[[Drawing], Awaitable[None]]
_OnResize = Callable[[cv.CanvasResizeEvent], None]


class _OnStep(Protocol):
    async def __call__(self, is_changed: bool, *, hand_on: bool = True) -> None: ...


# New paper stands upright on a phone and lies on a wider screen, in thousandths of its width.
_UPRIGHT, _LYING = 940, 500
_WIDE_FROM = 700
_DRAG_INTERVAL_MS = 16
_ICON_SIZE = 30
_DOT = 24
_STICKER_SIZE = 52


def drawing_pad(
    start: Drawing | None, on_change: OnChange, *, key: str, tall: int = theme.ROW_HEIGHT
) -> ft.Control:
    """The paper with its tools. `on_change` gets the drawing after every step.

    `key` holds ids only; `tall` is the least height of what can be tapped, in pixels.
    """
    return with_key(_pad, key)(start, on_change, tall)


@ft.component
@guarded_render
def _pad(start: Drawing | None, on_change: OnChange, tall: int) -> ft.Control:
    hand = use_ref(DrawingInput(start or Drawing(_new_paper_height()))).current
    _, draw = ft.use_state(0)

    def again() -> None:
        draw(lambda turn: turn + 1)

    async def changed(is_changed: bool, *, hand_on: bool = True) -> None:
        if is_changed:
            again()
            if hand_on:
                await on_change(hand.drawing)

    def choose(name: str, code: str) -> None:
        setattr(hand, name, code)
        again()

    def size(event: cv.CanvasResizeEvent) -> None:
        if hand.scale != event.width / CANVAS_WIDTH:
            hand.scale = event.width / CANVAS_WIDTH
            again()

    sheet = _paper(hand, changed, size)
    return ft.Column(
        tight=True,
        spacing=theme.LIST_GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            sheet,
            quiet(say("draw.full")) if hand.drawing.is_full else None,
            _tools(hand, partial(choose, "tool"), lambda: changed(hand.undo()), tall),
            _colours(hand, partial(choose, "colour"), tall) if hand.tool in STROKE_WIDTHS else None,
            _stickers(hand, partial(choose, "sticker"), lambda: changed(hand.place_sticker_in_centre()), tall)
            if hand.tool == "stickers"
            else None,
        ),
    )


def _new_paper_height() -> int:
    return _LYING if (ft.context.page.width or 0) >= _WIDE_FROM else _UPRIGHT


def _paper(hand: DrawingInput, changed: _OnStep, size: _OnResize) -> ft.Control:
    """The paper. Drags up and down and to the sides are asked for apart: so they win over scrolling."""

    def down(event: ft.DragDownEvent[ft.GestureDetector]) -> None:
        hand.pointer_down(event.local_position)

    async def begin() -> None:
        await changed(hand.begin_drag(), hand_on=hand.tool == "stickers")

    async def move(event: ft.DragUpdateEvent[ft.GestureDetector]) -> None:
        # A rub is handed on when it ends; a long line in parts.
        await changed(hand.drag_to(event.local_position), hand_on=hand.tool != "rubber")

    async def end(event: ft.DragEndEvent[ft.GestureDetector]) -> None:
        # The last place may have been too soon after the one before to be told.
        hand.drag_to(event.local_position)
        await changed(hand.end_drag())

    async def tap(event: ft.TapEvent[ft.GestureDetector]) -> None:
        if event.local_position is not None:
            await changed(hand.tap(event.local_position))

    begun, moved, ended = guarded(begin), guarded(move), guarded(end)
    return ft.Semantics(
        label=say("draw.paper"),
        image=True,
        container=True,
        content=ft.GestureDetector(
            exclude_from_semantics=True,
            drag_interval=_DRAG_INTERVAL_MS,
            mouse_cursor=ft.MouseCursor.PRECISE,
            on_vertical_drag_down=guarded(down),
            on_tap_up=guarded(tap),
            on_vertical_drag_start=begun,
            on_vertical_drag_update=moved,
            on_vertical_drag_end=ended,
            on_horizontal_drag_start=begun,
            on_horizontal_drag_update=moved,
            on_horizontal_drag_end=ended,
            content=ft.Container(
                aspect_ratio=CANVAS_WIDTH / hand.drawing.height,
                bgcolor=WHITE,
                border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
                border_radius=theme.BUTTON_RADIUS,
                clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
                content=ft.Stack(
                    controls=[
                        with_key(_finished_strokes, "settled")(hand.drawing, hand.scale, size),
                        with_key(_current_stroke, "running")(
                            hand.current_stroke, hand.colour, hand.tool, hand.scale
                        ),
                    ],
                ),
            ),
        ),
    )


@ft.component
def _finished_strokes(drawing: Drawing, scale: float, size: _OnResize) -> ft.Control:
    """What stands on the paper."""
    shapes = drawing_shapes(drawing.visible_marks, scale) if scale else []
    return _canvas(shapes, guarded(size, by_hand=False))


@ft.component
def _current_stroke(running: CurrentStroke, colour: str, width: str, scale: float) -> ft.Control:
    """The line under the finger."""
    points = running.points
    return _canvas([stroke_shape(Stroke(points, colour, width), scale)] if points else [])


def _canvas(drawn: list[cv.Shape], on_resize: Handler | None = None) -> ft.Control:
    return cv.Canvas(shapes=drawn, left=0, top=0, right=0, bottom=0, on_resize=on_resize)


def _tools(
    hand: DrawingInput, choose: Callable[[str], None], undo: Callable[[], object], tall: int
) -> ft.Control:
    def line(height: int) -> ft.Control:
        return ft.Container(width=30, height=height, border_radius=height / 2, bgcolor=ft.Colors.ON_SURFACE)

    looks: list[tuple[DrawingTool, ft.Control]] = [
        ("thin", line(4)),
        ("thick", line(12)),
        ("rubber", _rubber()),
        ("stickers", _sticker(hand.sticker, _ICON_SIZE)),
    ]
    return ft.Row(
        spacing=6,
        controls=[
            *(
                _tile(
                    say(f"draw.{tool}"),
                    sign,
                    partial(choose, tool),
                    chosen=tool == hand.tool,
                    tall=tall,
                    expand=True,
                )
                for tool, sign in looks
            ),
            _tile(
                say("draw.undo"),
                ft.Icon(ft.Icons.UNDO, size=_ICON_SIZE, color=ft.Colors.ON_SURFACE),
                undo,
                chosen=None,
                tall=tall,
                expand=True,
            ),
        ],
    )


def _colours(hand: DrawingInput, choose: Callable[[str], None], tall: int) -> ft.Control:
    def dot(colour: str) -> ft.Control:
        return ft.Container(
            width=_DOT,
            height=_DOT,
            border_radius=_DOT / 2,
            bgcolor=colour,
            border=ft.Border.all(2, WHITE),
        )

    tiles = [
        _tile(
            say(f"draw.colour.{code}"),
            dot(colour),
            partial(choose, code),
            chosen=code == hand.colour,
            tall=tall,
            beside=True,
        )
        for code, colour in STROKE_COLOURS.items()
    ]
    return _grid(tiles, on_phone=4, on_wide=8)


def _stickers(
    hand: DrawingInput, choose: Callable[[str], None], put: Callable[[], object], tall: int
) -> ft.Control:
    tiles = [
        _tile(
            say(f"draw.sticker.{kind}"),
            _sticker(kind, _STICKER_SIZE),
            partial(choose, kind),
            chosen=kind == hand.sticker,
            tall=tall,
        )
        for kind in STICKERS
    ]
    return ft.Column(
        tight=True,
        spacing=6,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            quiet(say("draw.sticker-how")),
            _grid(tiles, on_phone=4, on_wide=6),
            ft.Row(controls=[quiet_button(say("draw.middle"), put)]),
        ],
    )


def _rubber() -> ft.Control:
    return ft.Container(
        width=36,
        height=20,
        border_radius=5,
        border=ft.Border.all(2.5, ft.Colors.ON_SURFACE),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=ft.Row(controls=[ft.Container(width=13, height=20, bgcolor=ft.Colors.ON_SURFACE)]),
    )


def _sticker(kind: str, side: int) -> ft.Control:
    return ft.Container(
        bgcolor=WHITE,
        border_radius=8,
        content=ft.Image(src=sticker_svg(kind), width=side, height=side, exclude_from_semantics=True),
    )


def _grid(tiles: Sequence[ft.Control], *, on_phone: int, on_wide: int) -> ft.Control:
    for tile in tiles:
        tile.col = {"xs": 24 / on_phone, "md": 24 / on_wide}
    return ft.ResponsiveRow(columns=24, spacing=6, run_spacing=6, controls=list(tiles))


def _tile(
    words: str,
    sign: ft.Control,
    on_tap: Callable[[], object],
    *,
    chosen: bool | None,
    tall: int,
    beside: bool = False,
    expand: bool = False,
) -> ft.Control:
    """A sign with its word below or beside it; the chosen one has a thick border and a tint."""
    width = theme.SELECTED_BORDER if chosen else theme.PLAIN_BORDER
    slack = theme.SELECTED_BORDER - width
    word = ft.Text(words, theme_style=theme.MARK, text_align=ft.TextAlign.CENTER)
    middle = ft.MainAxisAlignment.CENTER
    if beside:
        looks: ft.Control = ft.Row(spacing=5, alignment=middle, controls=[sign, word])
    else:
        room = ft.Container(width=0, height=_ICON_SIZE)
        looks = ft.Column(
            tight=True,
            spacing=4,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            controls=[ft.Row(spacing=0, alignment=middle, controls=[room, sign]), word],
        )
    return tappable(
        words,
        looks,
        on_tap,
        kind="button" if chosen is None else "radio",
        chosen=chosen,
        padding=(slack, 6 + slack),
        min_height=tall,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if chosen else ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(width, ft.Colors.PRIMARY if chosen else ft.Colors.OUTLINE_VARIANT),
        expand=expand or None,
    )
