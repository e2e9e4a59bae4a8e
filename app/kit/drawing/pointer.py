"""Pointer input on a drawing: drags and taps become its steps.

A drag is a line or a rub, a tap is a dot, a rub or a sticker, so that nothing needs a drag. What can change
the paper returns whether it did.
"""

import math
import time
from dataclasses import dataclass
from typing import Literal

import flet as ft

from assessments.definitions.drawing import (
    CANVAS_WIDTH,
    STICKERS,
    STROKE_COLOURS,
    Drawing,
    Erasure,
    Mark,
    Point,
    Sticker,
    Stroke,
    simplify_line,
)

DrawingTool = Literal["thin", "thick", "rubber", "stickers"]

# Nearer than this to the point before, a point says nothing; a line is handed on after so many points.
_MIN_STEP = 3.0
_MAX_STROKE_POINTS = 300


@ft.observable
@dataclass(repr=False)
class CurrentStroke:
    """The line that is being drawn: on a canvas of its own, since each move draws that canvas again."""

    points: tuple[Point, ...] = ()


class DrawingInput:
    """What the pointer does on one paper. `scale` is in pixels for each thousandth; 0 until it is known."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.tool: DrawingTool = "thick"
        self.colour, self.sticker = next(iter(STROKE_COLOURS)), next(iter(STICKERS))
        self.scale = 0.0
        self.current_stroke = CurrentStroke()
        self._began_s = time.monotonic()
        self._offset_ms = drawing.ended_ms
        self._down_point: Point = (0, 0, 0)
        self._before_erase: Drawing | None = None

    def pointer_down(self, place: ft.Offset) -> None:
        """The pointer came down here."""
        self._down_point = self._point(place)

    def tap(self, place: ft.Offset) -> bool:
        """The pointer came down and left at one place."""
        return self._place_mark(self._point(place))

    def begin_drag(self) -> bool:
        """A drag begins where the pointer came down."""
        if self.tool == "stickers":
            return self._place_mark(self._down_point)
        if self.tool == "rubber":
            self._before_erase = self.drawing
            return self._erase(self._down_point)
        if self.scale and not self.drawing.is_full:
            self.current_stroke.points = (self._down_point,)
        return False

    def drag_to(self, place: ft.Offset) -> bool:
        """The pointer is here now."""
        point = self._point(place)
        if self.tool == "rubber":
            return self._erase(point)
        points = self.current_stroke.points
        if not points or math.dist(points[-1][:2], point[:2]) < _MIN_STEP:
            return False
        self.current_stroke.points = (*points, point)
        if len(points) < _MAX_STROKE_POINTS:
            return False
        # A line without an end is handed on in parts: less is lost by a fall.
        self.end_drag()
        self.current_stroke.points = () if self.drawing.is_full else (point,)
        return True

    def end_drag(self) -> bool:
        """The pointer left the paper."""
        points, self.current_stroke.points = self.current_stroke.points, ()
        before, self._before_erase = self._before_erase, None
        if points:
            self._add(Stroke(simplify_line(points), self.colour, self.tool))
        return bool(points) or (before is not None and before is not self.drawing)

    def place_sticker_in_centre(self) -> bool:
        """The way to put a sticker without pointing at the paper."""
        self._add(Sticker(self.sticker, (CANVAS_WIDTH // 2, self.drawing.height // 2, self._now_ms())))
        return True

    def undo(self) -> bool:
        """Take the last mark back. False where there was none."""
        before, self.drawing = self.drawing, self.drawing.undo(self._now_ms())
        return self.drawing is not before

    def _place_mark(self, point: Point) -> bool:
        if not self.scale:
            return False
        if self.tool == "rubber":
            return self._erase(point)
        if self.tool == "stickers":
            return self._add(Sticker(self.sticker, point))
        return self._add(Stroke((point,), self.colour, self.tool))

    def _add(self, mark: Mark) -> bool:
        before, self.drawing = self.drawing, self.drawing.add(mark)
        return self.drawing is not before

    def _erase(self, point: Point) -> bool:
        """Rub here. All that one drag rubs out is one step, and comes back by one step."""
        touched = self.drawing.hit_test(*point[:2])
        if not touched:
            return False
        before = self._before_erase or self.drawing
        last = self.drawing.steps[-1]
        gone = last.erased_steps if before is not self.drawing and isinstance(last, Erasure) else ()
        self.drawing = before.erase((*gone, *touched), point[2])
        return True

    def _point(self, place: ft.Offset) -> Point:
        scale = self.scale or 1.0
        across = min(max(round(place.x / scale), 0), CANVAS_WIDTH)
        down = min(max(round(place.y / scale), 0), self.drawing.height)
        return across, down, self._now_ms()

    def _now_ms(self) -> int:
        return self._offset_ms + round((time.monotonic() - self._began_s) * 1000)
