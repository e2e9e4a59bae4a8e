"""A drawing on the screen: as one picture to look at, and as shapes on a canvas while it is made.

This room knows how lines and stickers are put on a white paper, in the dark too: paper is white. It
does not know who drew or what it shows, and says nothing about it but that it is a drawing.

    drawn(drawing)                                   # to look at, as wide as there is room
    canvas.shapes = shapes(drawing.standing, 0.36)     # pixels for each thousandth of the paper
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import flet as ft
import flet.canvas as cv

from app.kit import theme
from assessments.definitions.drawing import (
    COLOURS,
    STICKER_WIDE,
    WIDE,
    WIDTHS,
    Drawing,
    Mark,
    Stroke,
    colour_of,
    to_svg,
)
from assessments.definitions.stickers import BOX, STICKERS

WHITE = "#FFFFFF"
# A picture among answers is large enough to see, and leaves room for them.
_LOOK_WIDE = 360

_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")
_LINE = 4


def drawn(drawing: Drawing) -> ft.Control:
    """The drawing as it stands, to look at. The words beside it say that it is one."""
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Container(
            width=_LOOK_WIDE,
            bgcolor=WHITE,
            border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
            border_radius=theme.BUTTON_RADIUS,
            clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
            # Or the corners of the picture lie over those of the edge.
            padding=4,
            aspect_ratio=WIDE / drawing.height,
            content=ft.Image(src=to_svg(drawing), fit=ft.BoxFit.CONTAIN),
        ),
    )


def shapes(marks: Iterable[tuple[int, Mark]], scale: float) -> list[cv.Shape]:
    """What stands on the paper, the oldest first. `scale` is in pixels for each thousandth.

    Each shape is named by its step: Flet would else turn one into another, point by point, and leaves
    curves as they were.
    """
    found: list[cv.Shape] = []
    for number, mark in marks:
        for part, shape in enumerate(_shapes(mark, scale)):
            shape.key = f"{number}.{part}"
            found.append(shape)
    return found


def line_shape(stroke: Stroke, scale: float) -> cv.Shape:
    """One line; a dot is a line of no length with round ends."""
    first, *rest = [(across * scale, down * scale) for across, down, _ in stroke.points]
    elements: list[cv.Path.PathElement] = [cv.Path.MoveTo(*first)]
    # Flutter paints no line of no length at all.
    elements += [cv.Path.LineTo(*place) for place in rest or [(first[0] + 0.1, first[1])]]
    return cv.Path(
        elements=elements,
        paint=_pen(colour_of(stroke.colour), WIDTHS.get(stroke.width, WIDTHS["thin"]) * scale),
    )


def _shapes(mark: Mark, scale: float) -> Iterator[cv.Shape]:
    if isinstance(mark, Stroke):
        yield line_shape(mark, scale)
        return
    side = STICKER_WIDE * scale / BOX
    left, top = ((at - STICKER_WIDE / 2) * scale for at in mark.at[:2])
    for path, fill in STICKERS.get(mark.kind, ()):
        elements = list(_elements(path, left, top, side))
        if fill:
            yield cv.Path(elements=elements, paint=ft.Paint(color=fill, style=ft.PaintingStyle.FILL))
        yield cv.Path(elements=elements, paint=_pen(COLOURS["black"], _LINE * side))


def _elements(path: str, left: float, top: float, side: float) -> Iterator[cv.Path.PathElement]:
    """The steps of one line of a sticker, moved and sized to its place."""
    for command, numbers in _COMMAND.findall(path):
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


def _pen(colour: str, width: float) -> ft.Paint:
    return ft.Paint(
        color=colour,
        stroke_width=width,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
    )
