"""Drawings: every stroke, sticker, erasure and undo in order with its time, as JSON and as SVG.

Steps are only ever added: erasing and undoing are steps too. Nothing here counts, names or compares
colours, sizes, places or times: only the child explains the drawing.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import Any

from assessments.definitions.unprinted import Unprinted

# Across and down in thousandths of the paper's width; milliseconds since the drawing began, without the
# time in which it was closed.
Point = tuple[int, int, int]

# The media type of the JSON form.
STROKES_MEDIA_TYPE = "application/vnd.wren.strokes+json"

CANVAS_WIDTH = 1000
STROKE_WIDTHS = {"thin": 9, "thick": 26}
STROKE_COLOURS = {
    "black": "#2A2E30",
    "grey": "#7C8487",
    "brown": "#7A5536",
    "red": "#B0483F",
    "yellow": "#B8891B",
    "green": "#4B7F52",
    "blue": "#3A6C9A",
    "purple": "#75599A",
}
STICKER_BOX = 96
STICKER_WIDTH = 190
# By kind: the lines of a sticker as SVG path data in its box, each with its fill or "".
STICKERS: dict[str, list[tuple[str, str]]] = {
    kind: [(line, fill) for line, fill in lines]
    for kind, lines in tomllib.loads(
        files("assessments").joinpath("stickers.toml").read_text(encoding="utf-8")
    ).items()
}
ERASER_WIDTH = 70

# The most that a drawing holds: some 80 KB as text, which a slow connection still carries.
MAX_POINTS = 8000
MAX_MARKS = 600

# A point closer than this to the line between its neighbours cannot be seen.
_SIMPLIFY_TOLERANCE = 1.5


@dataclass(frozen=True, slots=True, repr=False)
class Stroke(Unprinted):
    """One line from where the pen came down to where it left the paper; a single point is a dot."""

    points: tuple[Point, ...]
    colour: str
    width: str


@dataclass(frozen=True, slots=True, repr=False)
class Sticker(Unprinted):
    """A small picture put on the paper by a tap; `at` is its middle."""

    kind: str
    at: Point


@dataclass(frozen=True, slots=True, repr=False)
class Erasure(Unprinted):
    """Whole strokes and stickers erased in one go, by the numbers of their steps."""

    erased_steps: tuple[int, ...]
    t_ms: int


@dataclass(frozen=True, slots=True, repr=False)
class Undo(Unprinted):
    """The last active step was taken back."""

    t_ms: int


Mark = Stroke | Sticker
DrawingStep = Stroke | Sticker | Erasure | Undo


@dataclass(frozen=True, repr=False)
class Drawing(Unprinted):
    """A drawing on paper of `height` thousandths of its width, with every step ever made."""

    height: int
    steps: tuple[DrawingStep, ...] = ()

    @cached_property
    def active_steps(self) -> tuple[int, ...]:
        """The numbers of the steps that were not taken back."""
        counting: list[int] = []
        for number, step in enumerate(self.steps):
            if not isinstance(step, Undo):
                counting.append(number)
            elif counting:
                counting.pop()
        return tuple(counting)

    @cached_property
    def visible_marks(self) -> tuple[tuple[int, Mark], ...]:
        """What is visible, oldest first, each with the number of its step."""
        standing: dict[int, Mark] = {}
        for number in self.active_steps:
            step = self.steps[number]
            if isinstance(step, Stroke | Sticker):
                standing[number] = step
            elif isinstance(step, Erasure):
                standing = {at: mark for at, mark in standing.items() if at not in step.erased_steps}
        return tuple(standing.items())

    @property
    def is_full(self) -> bool:
        """Whether no more strokes and stickers can be added. Erasing and undoing still work."""
        marks = [step for step in self.steps if isinstance(step, Stroke | Sticker)]
        points = sum(len(step.points) for step in marks if isinstance(step, Stroke))
        return len(marks) >= MAX_MARKS or points >= MAX_POINTS

    @property
    def ended_ms(self) -> int:
        """When the last step ended; 0 for an empty paper."""
        return _end_ms(self.steps[-1]) if self.steps else 0

    def add(self, mark: Mark) -> Drawing:
        """Add a stroke or sticker, unless the drawing is full."""
        return self if self.is_full else self._with(mark)

    def undo(self, t_ms: int) -> Drawing:
        """Take back the last active step. Without one, nothing is added."""
        return self._with(Undo(t_ms)) if self.active_steps else self

    def erase(self, gone: Sequence[int], t_ms: int) -> Drawing:
        """Erase the visible marks with these numbers."""
        there = tuple(number for number, _ in self.visible_marks if number in gone)
        return self._with(Erasure(there, t_ms)) if there else self

    def hit_test(self, across: float, down: float) -> tuple[int, ...]:
        """The numbers of the marks that the eraser touches when centred here."""
        return tuple(number for number, mark in self.visible_marks if _touches(mark, across, down))

    def _with(self, step: DrawingStep) -> Drawing:
        return replace(self, steps=(*self.steps, step))


def simplify_line(points: Sequence[Point]) -> tuple[Point, ...]:
    """A line with fewer points that looks the same (Ramer, Douglas and Peucker)."""
    if len(points) < 3:
        return tuple(points)
    kept = {0, len(points) - 1}
    between = [(0, len(points) - 1)]
    while between:
        first, last = between.pop()
        strays = [
            _distance_to_segment(points[n], points[first], points[last]) for n in range(first + 1, last)
        ]
        if strays and max(strays) > _SIMPLIFY_TOLERANCE:
            far = first + 1 + strays.index(max(strays))
            kept.add(far)
            between += [(first, far), (far, last)]
    return tuple(points[number] for number in sorted(kept))


def _touches(mark: Mark, across: float, down: float) -> bool:
    here = (across, down)
    if isinstance(mark, Sticker):
        return math.dist(here, mark.at[:2]) <= (STICKER_WIDTH + ERASER_WIDTH) / 2
    reach = (ERASER_WIDTH + STROKE_WIDTHS.get(mark.width, 0)) / 2
    pairs = zip(mark.points, mark.points[1:] or mark.points, strict=False)
    return any(_distance_to_segment(here, a, b) <= reach for a, b in pairs)


def _distance_to_segment(point: Sequence[float], a: Sequence[float], b: Sequence[float]) -> float:
    """How far a point is from the line that ends at `a` and `b`."""
    right, down = b[0] - a[0], b[1] - a[1]
    square = right * right + down * down
    along = ((point[0] - a[0]) * right + (point[1] - a[1]) * down) / square if square else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.dist(point[:2], (a[0] + along * right, a[1] + along * down))


def _end_ms(step: DrawingStep) -> int:
    match step:
        case Stroke(points=points):
            return points[-1][2]
        case Sticker(at=at):
            return at[2]
        case Erasure() | Undo():
            return step.t_ms


# Written down


def to_plain(drawing: Drawing) -> dict[str, Any]:
    """The JSON form. The points of a line are one list, each as the difference from the one before."""
    return {"tall": drawing.height, "steps": [_step_to_plain(step) for step in drawing.steps]}


def _step_to_plain(step: DrawingStep) -> dict[str, Any]:
    match step:
        case Stroke(points, colour, width):
            before: Point = (0, 0, 0)
            changes: list[int] = []
            for point in points:
                changes += [now - was for now, was in zip(point, before, strict=True)]
                before = point
            return {"stroke": changes, "colour": colour, "width": width}
        case Sticker(kind, at):
            return {"sticker": kind, "at": list(at)}
        case Erasure(gone, t_ms):
            return {"rubbed": list(gone), "at_ms": t_ms}
        case Undo(t_ms):
            return {"undone": True, "at_ms": t_ms}


def from_plain(plain: Any) -> Drawing:
    """Read the JSON form. A colour or sticker that is not known here is kept. Raises ValueError."""
    match plain:
        case {"tall": int(tall), "steps": [*steps]} if _all_integers(tall) and tall > 0:
            return Drawing(tall, tuple(_step_from_plain(step) for step in steps))
    raise ValueError("not a drawing")


def _step_from_plain(plain: Any) -> DrawingStep:
    match plain:
        case {"stroke": [_, *_] as changes, "colour": str(colour), "width": str(width)}:
            return Stroke(tuple(_points(changes)), colour, width)
        case {"sticker": str(kind), "at": [across, down, t_ms]} if _all_integers(across, down, t_ms):
            return Sticker(kind, (across, down, t_ms))
        case {"rubbed": [*gone], "at_ms": t_ms} if _all_integers(*gone, t_ms):
            return Erasure(tuple(gone), t_ms)
        case {"undone": True, "at_ms": t_ms} if _all_integers(t_ms):
            return Undo(t_ms)
    raise ValueError("not a step")


def _points(changes: Sequence[Any]) -> Iterator[Point]:
    if not _all_integers(*changes) or len(changes) % 3:
        raise ValueError("not a line")
    across = down = t_ms = 0
    for at in range(0, len(changes), 3):
        across, down, t_ms = across + changes[at], down + changes[at + 1], t_ms + changes[at + 2]
        yield across, down, t_ms


def _all_integers(*values: Any) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


# As a picture


def to_svg(drawing: Drawing) -> str:
    """The visible marks as an SVG picture."""
    parts = "".join(_mark_svg(mark) for _, mark in drawing.visible_marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CANVAS_WIDTH} {drawing.height}">'
        f'<path d="M0 0H{CANVAS_WIDTH}V{drawing.height}H0Z" fill="#FFFFFF"/>{parts}</svg>'
    )


def sticker_svg(kind: str) -> str:
    """One sticker by itself."""
    box = f"0 0 {STICKER_BOX} {STICKER_BOX}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{_sticker_paths(kind)}</svg>'


def _mark_svg(mark: Mark) -> str:
    if isinstance(mark, Sticker):
        side = STICKER_WIDTH / STICKER_BOX
        left, top = mark.at[0] - STICKER_WIDTH / 2, mark.at[1] - STICKER_WIDTH / 2
        return f'<g transform="translate({left:g} {top:g}) scale({side:g})">{_sticker_paths(mark.kind)}</g>'
    first, *rest = mark.points
    # A line of no length is drawn as a dot by its round ends.
    on = "".join(f"L{across} {down}" for across, down, _ in rest or [first])
    return (
        f'<path d="M{first[0]} {first[1]}{on}" fill="none" stroke="{colour_of(mark.colour)}" '
        f'stroke-width="{STROKE_WIDTHS.get(mark.width, STROKE_WIDTHS["thin"])}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def colour_of(code: str) -> str:
    """The colour of a code; black for an unknown one."""
    return STROKE_COLOURS.get(code, STROKE_COLOURS["black"])


def _sticker_paths(kind: str) -> str:
    return "".join(
        f'<path d="{line}" fill="{fill or "none"}" stroke="{STROKE_COLOURS["black"]}" stroke-width="4" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        for line, fill in STICKERS.get(kind, ())
    )
