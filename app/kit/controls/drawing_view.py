"""A drawing on the screen, on paper that is white in dark mode too: one picture, or shapes on a canvas."""

import re
from collections.abc import Iterable, Iterator

import flet as ft
import flet.canvas as cv

from app.kit import theme
from assessments.definitions.drawing import (
    CANVAS_WIDTH,
    STICKER_BOX,
    STICKER_WIDTH,
    STICKERS,
    STROKE_COLOURS,
    STROKE_WIDTHS,
    Drawing,
    Mark,
    Stroke,
    colour_of,
    to_svg,
)

WHITE = "#FFFFFF"
# A picture among answers is large enough to see, and leaves room for them.
_IMAGE_WIDTH = 360

_PATH_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")
_STICKER_LINE = 4


def drawing_image(drawing: Drawing) -> ft.Control:
    """The drawing as it stands, to look at. The words beside it say that it is one."""
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Container(
            width=_IMAGE_WIDTH,
            bgcolor=WHITE,
            border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
            border_radius=theme.BUTTON_RADIUS,
            clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
            # Or the corners of the picture lie over those of the edge.
            padding=4,
            aspect_ratio=CANVAS_WIDTH / drawing.height,
            content=ft.Image(src=to_svg(drawing), fit=ft.BoxFit.CONTAIN),
        ),
    )


def drawing_shapes(marks: Iterable[tuple[int, Mark]], scale: float) -> list[cv.Shape]:
    """What stands on the paper, the oldest first. `scale` is in pixels for each thousandth."""
    found: list[cv.Shape] = []
    for number, mark in marks:
        for part, shape in enumerate(_shapes(mark, scale)):
            # Without a key Flet turns one shape into another, point by point, but for its curves.
            shape.key = f"{number}.{part}"
            found.append(shape)
    return found


def stroke_shape(stroke: Stroke, scale: float) -> cv.Shape:
    """One line; a dot is a line of no length with round ends."""
    first, *rest = [(across * scale, down * scale) for across, down, _ in stroke.points]
    elements: list[cv.Path.PathElement] = [cv.Path.MoveTo(*first)]
    # Flutter paints no line of no length at all.
    elements += [cv.Path.LineTo(*place) for place in rest or [(first[0] + 0.1, first[1])]]
    width = STROKE_WIDTHS.get(stroke.width, STROKE_WIDTHS["thin"]) * scale
    return cv.Path(elements=elements, paint=stroke_paint(colour_of(stroke.colour), width))


def _shapes(mark: Mark, scale: float) -> Iterator[cv.Shape]:
    if isinstance(mark, Stroke):
        yield stroke_shape(mark, scale)
        return
    side = STICKER_WIDTH * scale / STICKER_BOX
    left, top = ((at - STICKER_WIDTH / 2) * scale for at in mark.at[:2])
    for path, fill in STICKERS.get(mark.kind, ()):
        elements = list(_elements(path, left, top, side))
        if fill:
            yield cv.Path(elements=elements, paint=ft.Paint(color=fill, style=ft.PaintingStyle.FILL))
        yield cv.Path(elements=elements, paint=stroke_paint(STROKE_COLOURS["black"], _STICKER_LINE * side))


def _elements(path: str, left: float, top: float, side: float) -> Iterator[cv.Path.PathElement]:
    """The steps of one line of a sticker, moved and sized to its place."""
    for command, numbers in _PATH_COMMAND.findall(path):
        values = [float(number) for number in numbers.split()]
        places = [value * side + (top if number % 2 else left) for number, value in enumerate(values)]
        match command:
            case "M":
                yield cv.Path.MoveTo(*places)
            case "L":
                yield from (cv.Path.LineTo(*places[at : at + 2]) for at in range(0, len(places), 2))
            case "C":
                yield cv.Path.CubicTo(*places)
            case "Z":
                yield cv.Path.Close()


def stroke_paint(colour: str, width: float) -> ft.Paint:
    """Return the paint of a line with round ends and corners; `width` in pixels."""
    return ft.Paint(
        color=colour,
        stroke_width=width,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
    )
