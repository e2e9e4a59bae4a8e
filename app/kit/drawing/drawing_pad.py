"""A sheet to draw on: pens, eight colours, a rubber, stickers, and one step back. Nothing is praised."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import flet as ft
import flet.canvas as cv

from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.drawing_view import WHITE, drawing_shapes, stroke_shape
from app.kit.controls.fault_boundary import Handler, guarded
from app.kit.controls.keyed import column, keyed_component, row, stack
from app.kit.controls.tappable import selection_style, tappable
from app.kit.controls.text import quiet
from app.kit.drawing.pointer import CurrentStroke, DrawingInput, DrawingTool
from app.kit.hooks import use_ref
from app.kit.messages import say
from assessments.definitions.drawing import (
    CANVAS_WIDTH,
    STICKERS,
    STROKE_COLOURS,
    STROKE_WIDTHS,
    Drawing,
    Stroke,
    sticker_svg,
)

OnChange = Callable[[Drawing], Awaitable[None]]
_OnResize = Callable[[cv.CanvasResizeEvent], None]
# Whether the paper has changed, and whether that is handed on.
_OnStep = Callable[[bool, bool], Awaitable[None]]

# New paper stands upright on a phone and lies on a wider screen, in thousandths of its width.
_UPRIGHT, _LYING = 940, 500
_WIDE_FROM = 700
_DRAG_INTERVAL_MS = 16
_ICON_SIZE = 30
_DOT = 24
_STICKER_SIZE = 52


@keyed_component
def drawing_pad(start: Drawing | None, on_change: OnChange, tall: int = theme.ROW_HEIGHT) -> ft.Control:
    """The paper with its tools, each at least `tall` pixels high. `on_change` gets every step."""
    new_height = _LYING if (ft.context.page.width or 0) >= _WIDE_FROM else _UPRIGHT
    pointer = use_ref(DrawingInput(start or Drawing(new_height))).current
    _, draw = ft.use_state(0)

    def again() -> None:
        draw(lambda turn: turn + 1)

    async def changed(is_changed: bool, hand_on: bool = True) -> None:
        if is_changed:
            again()
            if hand_on:
                await on_change(pointer.drawing)

    def choose(name: str, code: str) -> None:
        setattr(pointer, name, code)
        again()

    def size(event: cv.CanvasResizeEvent) -> None:
        if pointer.scale != event.width / CANVAS_WIDTH:
            pointer.scale = event.width / CANVAS_WIDTH
            again()

    def put() -> Awaitable[None]:
        return changed(pointer.place_sticker_in_centre())

    has_colour, has_stickers = pointer.tool in STROKE_WIDTHS, pointer.tool == "stickers"
    return stack(
        _paper(pointer, changed, size),
        quiet(say("draw.full")) if pointer.drawing.is_full else None,
        _tools(pointer, partial(choose, "tool"), lambda: changed(pointer.undo()), tall),
        _colours(pointer, partial(choose, "colour"), tall) if has_colour else None,
        _stickers(pointer, partial(choose, "sticker"), put, tall) if has_stickers else None,
        spacing=theme.LIST_GAP,
    )


def _paper(pointer: DrawingInput, changed: _OnStep, size: _OnResize) -> ft.Control:
    """The paper. Drags up and down and to the sides are asked for apart: so they win over scrolling."""

    def down(event: ft.DragDownEvent[ft.GestureDetector]) -> None:
        pointer.pointer_down(event.local_position)

    async def begin() -> None:
        await changed(pointer.begin_drag(), pointer.tool == "stickers")

    async def move(event: ft.DragUpdateEvent[ft.GestureDetector]) -> None:
        # A rub is handed on when it ends; a long line in parts.
        await changed(pointer.drag_to(event.local_position), pointer.tool != "rubber")

    async def end(event: ft.DragEndEvent[ft.GestureDetector]) -> None:
        # The last place may have been too soon after the one before to be told.
        pointer.drag_to(event.local_position)
        await changed(pointer.end_drag(), True)

    async def tap(event: ft.TapEvent[ft.GestureDetector]) -> None:
        if event.local_position is not None:
            await changed(pointer.tap(event.local_position), True)

    begun, moved, ended = guarded(begin), guarded(move), guarded(end)
    running = (pointer.current_stroke, pointer.colour, pointer.tool, pointer.scale)
    strokes = [
        _finished_strokes("settled", pointer.drawing, pointer.scale, size),
        _current_stroke("running", *running),
    ]
    paper = ft.Container(
        aspect_ratio=CANVAS_WIDTH / pointer.drawing.height,
        bgcolor=WHITE,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
        border_radius=theme.BUTTON_RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=ft.Stack(controls=strokes),
    )
    touched = ft.GestureDetector(
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
        content=paper,
    )
    return ft.Semantics(label=say("draw.paper"), image=True, container=True, content=touched)


@keyed_component
def _finished_strokes(drawing: Drawing, scale: float, size: _OnResize) -> ft.Control:
    """What stands on the paper."""
    shapes = drawing_shapes(drawing.visible_marks, scale) if scale else []
    return _canvas(shapes, guarded(size, by_hand=False))


@keyed_component
def _current_stroke(running: CurrentStroke, colour: str, width: str, scale: float) -> ft.Control:
    """The line under the finger."""
    points = running.points
    return _canvas([stroke_shape(Stroke(points, colour, width), scale)] if points else [])


def _canvas(drawn: list[cv.Shape], on_resize: Handler | None = None) -> ft.Control:
    return cv.Canvas(shapes=drawn, left=0, top=0, right=0, bottom=0, on_resize=on_resize)


def _tools(
    pointer: DrawingInput, choose: Callable[[str], None], undo: Callable[[], object], tall: int
) -> ft.Control:
    def line(height: int) -> ft.Control:
        return ft.Container(width=30, height=height, border_radius=height / 2, bgcolor=ft.Colors.ON_SURFACE)

    looks: list[tuple[DrawingTool, ft.Control]] = [
        ("thin", line(4)),
        ("thick", line(12)),
        ("rubber", _rubber()),
        ("stickers", _sticker(pointer.sticker, _ICON_SIZE)),
    ]
    tile = partial(_tile, tall=tall, expand=True)
    arrow = ft.Icon(ft.Icons.UNDO, size=_ICON_SIZE, color=ft.Colors.ON_SURFACE)
    tiles = [
        tile(say(f"draw.{tool}"), sign, partial(choose, tool), chosen=tool == pointer.tool)
        for tool, sign in looks
    ]
    return row(*tiles, tile(say("draw.undo"), arrow, undo, chosen=None), spacing=6)


def _colours(pointer: DrawingInput, choose: Callable[[str], None], tall: int) -> ft.Control:
    def dot(colour: str) -> ft.Control:
        edge = ft.Border.all(2, WHITE)
        return ft.Container(width=_DOT, height=_DOT, border_radius=_DOT / 2, bgcolor=colour, border=edge)

    tile = partial(_tile, tall=tall, beside=True)
    tiles = [
        tile(say(f"draw.colour.{code}"), dot(colour), partial(choose, code), chosen=code == pointer.colour)
        for code, colour in STROKE_COLOURS.items()
    ]
    return _grid(tiles, on_phone=4, on_wide=8)


def _stickers(
    pointer: DrawingInput, choose: Callable[[str], None], put: Callable[[], object], tall: int
) -> ft.Control:
    def tile(kind: str) -> ft.Control:
        name, is_chosen = say(f"draw.sticker.{kind}"), kind == pointer.sticker
        return _tile(name, _sticker(kind, _STICKER_SIZE), partial(choose, kind), chosen=is_chosen, tall=tall)

    return stack(
        quiet(say("draw.sticker-how")),
        _grid([tile(kind) for kind in STICKERS], on_phone=4, on_wide=6),
        row(quiet_button(say("draw.middle"), put)),
        spacing=6,
    )


def _rubber() -> ft.Control:
    return ft.Container(
        width=36,
        height=20,
        border_radius=5,
        border=ft.Border.all(2.5, ft.Colors.ON_SURFACE),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=row(ft.Container(width=13, height=20, bgcolor=ft.Colors.ON_SURFACE)),
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
    word = ft.Text(words, theme_style=theme.MARK, text_align=ft.TextAlign.CENTER)
    middle = ft.MainAxisAlignment.CENTER
    if beside:
        looks: ft.Control = ft.Row(spacing=5, alignment=middle, controls=[sign, word])
    else:
        room = ft.Container(width=0, height=_ICON_SIZE)
        looks = column(
            ft.Row(spacing=0, alignment=middle, controls=[room, sign]), word, spacing=4, centre=True
        )
    return tappable(
        words,
        looks,
        on_tap,
        kind="button" if chosen is None else "radio",
        chosen=chosen,
        min_height=tall,
        expand=expand or None,
        **selection_style(bool(chosen), 0, 6),
    )
