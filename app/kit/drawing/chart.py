"""A line of levels over time, drawn in the app.

The line only joins the dots: nothing is smoothed, averaged or projected. A ring is a day that is not sure, a
short stroke at the foot a level that is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import flet as ft
import flet.canvas as cv

from app.kit import theme
from app.kit.controls.drawing_view import stroke_paint
from app.kit.hooks import component, use_state

_HEIGHT = 216.0
# The smallest that the theme writes.
_LABEL_SIZE = 16
_LEFT, _RIGHT, _TOP, _FOOT = 34.0, 14.0, 16.0, 44.0
_DOT = 7.0
_FIRST_WIDTH = 320.0


@dataclass(frozen=True, slots=True, repr=False)
class ChartPoint:
    """One event: how far along (0 to 1), its level (None: not known), whether its day is sure."""

    at: float
    level: int | None
    sure: bool = True


def level_chart(dots: Sequence[ChartPoint], *, levels: int, first: str, last: str, words: str) -> ft.Control:
    """The chart, `levels` high, with the first and the last day below it."""
    chart = _chart(tuple(dots), levels, first, last)
    return ft.Semantics(label=words, image=True, content=ft.Semantics(exclude_semantics=True, content=chart))


@component
def _chart(dots: tuple[ChartPoint, ...], levels: int, first: str, last: str) -> ft.Control:
    width, set_width = use_state(_FIRST_WIDTH)

    def resized(event: cv.CanvasResizeEvent) -> None:
        if abs(event.width - width) > 1:
            set_width(event.width)

    return cv.Canvas(
        height=_HEIGHT, on_resize=resized, shapes=chart_shapes(dots, levels, width, first=first, last=last)
    )


def chart_shapes(
    dots: Sequence[ChartPoint], levels: int, width: float, *, first: str, last: str
) -> list[cv.Shape]:
    """What is drawn in a width, in pixels."""
    foot, right = _HEIGHT - _FOOT, width - _RIGHT
    step = (foot - _TOP) / levels

    def x(dot: ChartPoint) -> float:
        return _LEFT + _DOT + dot.at * (right - _LEFT - 2 * _DOT)

    def y(level: int) -> float:
        return foot - level * step

    found: list[cv.Shape] = []
    for level in range(levels + 1):
        found.append(
            cv.Line(_LEFT, y(level), right, y(level), paint=stroke_paint(ft.Colors.OUTLINE_VARIANT, 1))
        )
        if level:
            found.append(_label(_LEFT - 10, y(level), str(level), ft.Alignment.CENTER_RIGHT))
    known = [((x(dot), y(dot.level)), dot.sure) for dot in dots if dot.level is not None]
    sure = [at for at, is_sure in known if is_sure]
    unsure = [at for at, is_sure in known if not is_sure]
    # Three shapes, however many dots: each shape has a price.
    found.append(_points([at for at, _ in known], cv.PointMode.POLYGON, ft.Colors.PRIMARY, 2))
    found.append(_points([*sure, *unsure], cv.PointMode.POINTS, ft.Colors.PRIMARY, 2 * _DOT))
    found.append(_points(unsure, cv.PointMode.POINTS, ft.Colors.SURFACE_CONTAINER_LOWEST, 2 * _DOT - 5))
    feet = [(x(dot), foot + edge) for dot in dots if dot.level is None for edge in (-8, 8)]
    found.append(_points(feet, cv.PointMode.LINES, ft.Colors.PRIMARY, 3))
    found.append(_label(_LEFT, foot + 14, first, ft.Alignment.TOP_LEFT))
    if last != first:
        found.append(_label(right, foot + 14, last, ft.Alignment.TOP_RIGHT))
    return found


def _points(at: Sequence[tuple[float, float]], mode: cv.PointMode, colour: str, width: float) -> cv.Shape:
    return cv.Points(points=list(at), point_mode=mode, paint=stroke_paint(colour, width))


def _label(x: float, y: float, words: str, alignment: ft.Alignment) -> cv.Text:
    style = ft.TextStyle(
        size=_LABEL_SIZE,
        color=ft.Colors.ON_SURFACE_VARIANT,
        weight=ft.FontWeight.W_500,
        font_family=theme.FONT,
        font_family_fallback=theme.FONT_FALLBACK,
    )
    return cv.Text(x, y, words, style=style, alignment=alignment)
