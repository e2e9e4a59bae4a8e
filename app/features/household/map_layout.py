"""Where everything stands on the map of a household: boxes, people in them, and lines between people.

This room knows numbers (logical pixels from the top left) and ids. It refuses to know names, words and
colours. Each home is a box; in it the eldest generation stands on top; somebody who stays in two homes
stands in the first, and the second names them.

    places = place_all([Home("a1", ("ifeoma", "otis"))], generations, per_row=2)
    places.people["otis"]       # (28, 190)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assessments.casework import kinship
from assessments.casework.records import Relationship

# Two people and what is between them fit side by side on a phone of 390 pixels.
NODE = (128, 96)
_GAP = 34
_BETWEEN_ROWS = 40
_PADDING = 14
_TITLE = 62
_BETWEEN_BOXES = 22
_ASIDE = 22

LineStyle = Literal["parent", "partner", "ex-partner", "harms", "other"]


@dataclass(frozen=True, slots=True, repr=False)
class Home:
    """One place where people stay: its id and theirs."""

    id: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Box:
    """A home as drawn. `title_width` is the room for its name."""

    id: str
    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, repr=False)
class Places:
    """The whole drawing: its size, its boxes, and the top left corner of each person."""

    width: int = 0
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    people: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """From one person to another. Of "harms" the second is the one who is harmed."""

    from_id: str
    to_id: str
    style: LineStyle


def place_all(homes: Sequence[Home], levels: Mapping[str, int], *, per_row: int) -> Places:
    """Stand everyone in their home. At most `per_row` people side by side, then another row."""
    places = Places()
    widest = per_row * (NODE[0] + _GAP) - _GAP + 2 * _PADDING
    x = y = row_height = 0
    for home in homes:
        rows = _rows(home, levels, per_row, set(places.people))
        across = max((len(row) for row in rows), default=1)
        # A title needs the room of two people where there is room.
        across = max(across, min(2, per_row))
        width = across * (NODE[0] + _GAP) - _GAP + 2 * _PADDING
        height = _TITLE + len(rows) * (NODE[1] + _BETWEEN_ROWS) - (_BETWEEN_ROWS if rows else 0) + _PADDING
        if x and x + width > widest:
            x, y, row_height = 0, y + row_height + _BETWEEN_BOXES, 0
        places.boxes.append(Box(home.id, x, y, width, height))
        for n, row in enumerate(rows):
            inset = (width - len(row) * (NODE[0] + _GAP) + _GAP) // 2
            for at, person_id in enumerate(row):
                places.people[person_id] = (
                    x + inset + at * (NODE[0] + _GAP),
                    y + _TITLE + n * (NODE[1] + _BETWEEN_ROWS),
                )
        row_height = max(row_height, height)
        x += width + _BETWEEN_BOXES
        places.width = max(places.width, x - _BETWEEN_BOXES)
        places.height = y + row_height
    return places


def _rows(home: Home, levels: Mapping[str, int], per_row: int, placed: set[str]) -> list[list[str]]:
    here = [person_id for person_id in home.person_ids if person_id not in placed]
    rows: list[list[str]] = []
    for level in sorted({levels.get(person_id, 0) for person_id in here}):
        row = [person_id for person_id in here if levels.get(person_id, 0) == level]
        rows += [row[at : at + per_row] for at in range(0, len(row), per_row)]
    return rows


def lines(relationships: Sequence[Relationship], person_ids: Sequence[str]) -> tuple[Line, ...]:
    """The ties worth a line between people who are drawn.

    Left out, because other lines say it: siblings of one parent, grandparents through a parent, and who
    lives with whom.
    """
    drawn = set(person_ids)
    found: dict[tuple[str, str, LineStyle], None] = {}
    for person_id in person_ids:
        for tie in kinship.ties(person_id, relationships):
            if tie.other_id not in drawn:
                continue
            style = _style(kinship.meaning(tie.kind))
            if style is None or (style == "other" and _said_already(person_id, tie.other_id, relationships)):
                continue
            ends = (person_id, tie.other_id)
            # What is mutual is one line.
            if kinship.meaning(tie.kind) == kinship.other_side(tie.kind):
                ends = (min(ends), max(ends))
            found[(*ends, style)] = None
    return tuple(Line(*parts) for parts in found)


# The kinds that get a line, read from the side that comes first; the rest are in the list.
_STYLES: dict[str, LineStyle] = {
    "parent": "parent",
    "step-parent": "parent",
    "foster-carer": "parent",
    "partner": "partner",
    "ex-partner": "ex-partner",
    "harms": "harms",
    "grandparent": "other",
    "carer": "other",
    "sibling": "other",
    "half-sibling": "other",
    "step-sibling": "other",
    "aunt-uncle": "other",
}


def _style(kind: str) -> LineStyle | None:
    return _STYLES.get(kind)


def _said_already(one: str, other: str, relationships: Sequence[Relationship]) -> bool:
    own, theirs = (set(kinship.parents_of(who, relationships)) for who in (one, other))
    if own & theirs:
        return True
    return any(one in kinship.parents_of(parent, relationships) for parent in theirs)


def ends_of(line: Line, places: Places) -> tuple[float, float, float, float]:
    """From edge to edge: below and above where one stands lower, else from side to side."""
    (x1, y1), (x2, y2) = places.people[line.from_id], places.people[line.to_id]
    # Who harms whom stands beside what else they are to each other, not on it.
    aside = _ASIDE if line.style == "harms" else 0
    middle, side = NODE[0] / 2 + aside, NODE[1] / 2 + aside
    if y1 + NODE[1] <= y2:
        return x1 + middle, y1 + NODE[1], x2 + middle, y2
    if y2 + NODE[1] <= y1:
        return x1 + middle, y1, x2 + middle, y2 + NODE[1]
    if x1 <= x2:
        return x1 + NODE[0], y1 + side, x2, y2 + side
    return x1, y1 + side, x2 + NODE[0], y2 + side
