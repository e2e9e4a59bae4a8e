"""The layout of a household map: boxes, people in them, and lines between people, in logical pixels.

It holds ids only, no names. Each home is a box; in it the eldest generation stands on top; somebody who
stays in two homes stands in the first, and the second names them.

    places = lay_out_map([MapHome("a1", ("ifeoma", "otis"))], generations, per_row=2)
    places.people["otis"]       # (28, 190)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assessments.casework import kinship
from assessments.casework.records import Relationship

# Two people and what is between them fit side by side on a phone of 390 pixels.
NODE_SIZE = (128, 96)
_GAP = 34
_BETWEEN_ROWS = 40
_PADDING = 14
_TITLE = 62
_BETWEEN_BOXES = 22
_PARALLEL_OFFSET = 22

LineStyle = Literal["parent", "partner", "ex-partner", "harms", "other"]


@dataclass(frozen=True, slots=True, repr=False)
class MapHome:
    """One place where people stay: its id and theirs."""

    id: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class MapBox:
    """A home as drawn. `title_width` is the room for its name."""

    id: str
    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, repr=False)
class MapLayout:
    """The whole drawing: its size, its boxes, and the top left corner of each person."""

    width: int = 0
    height: int = 0
    boxes: list[MapBox] = field(default_factory=list)
    people: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapLine:
    """From one person to another. Of "harms" the second is the one who is harmed."""

    from_id: str
    to_id: str
    style: LineStyle


def lay_out_map(homes: Sequence[MapHome], levels: Mapping[str, int], *, per_row: int) -> MapLayout:
    """Stand everyone in their home. At most `per_row` people side by side, then another row."""
    places = MapLayout()
    widest = per_row * (NODE_SIZE[0] + _GAP) - _GAP + 2 * _PADDING
    x = y = row_height = 0
    for home in homes:
        rows = _rows(home, levels, per_row, set(places.people))
        across = max((len(row) for row in rows), default=1)
        # A title needs the room of two people where there is room.
        across = max(across, min(2, per_row))
        width = across * (NODE_SIZE[0] + _GAP) - _GAP + 2 * _PADDING
        height = (
            _TITLE + len(rows) * (NODE_SIZE[1] + _BETWEEN_ROWS) - (_BETWEEN_ROWS if rows else 0) + _PADDING
        )
        if x and x + width > widest:
            x, y, row_height = 0, y + row_height + _BETWEEN_BOXES, 0
        places.boxes.append(MapBox(home.id, x, y, width, height))
        for n, row in enumerate(rows):
            inset = (width - len(row) * (NODE_SIZE[0] + _GAP) + _GAP) // 2
            for at, person_id in enumerate(row):
                places.people[person_id] = (
                    x + inset + at * (NODE_SIZE[0] + _GAP),
                    y + _TITLE + n * (NODE_SIZE[1] + _BETWEEN_ROWS),
                )
        row_height = max(row_height, height)
        x += width + _BETWEEN_BOXES
        places.width = max(places.width, x - _BETWEEN_BOXES)
        places.height = y + row_height
    return places


def _rows(home: MapHome, levels: Mapping[str, int], per_row: int, placed: set[str]) -> list[list[str]]:
    here = [person_id for person_id in home.person_ids if person_id not in placed]
    rows: list[list[str]] = []
    for level in sorted({levels.get(person_id, 0) for person_id in here}):
        row = [person_id for person_id in here if levels.get(person_id, 0) == level]
        rows += [row[at : at + per_row] for at in range(0, len(row), per_row)]
    return rows


def map_lines(relationships: Sequence[Relationship], person_ids: Sequence[str]) -> tuple[MapLine, ...]:
    """The ties worth a line between people who are drawn.

    Left out, because other lines say it: siblings of one parent, grandparents through a parent, and who
    lives with whom.
    """
    drawn = set(person_ids)
    found: dict[tuple[str, str, LineStyle], None] = {}
    for person_id in person_ids:
        for tie in kinship.find_relationships_of(person_id, relationships):
            if tie.other_id not in drawn:
                continue
            style = _STYLES.get(kinship.normalise_kind(tie.kind))
            if style is None or (style == "other" and _is_implied(person_id, tie.other_id, relationships)):
                continue
            ends = (person_id, tie.other_id)
            # What is mutual is one line.
            if kinship.normalise_kind(tie.kind) == kinship.invert_kind(tie.kind):
                ends = (min(ends), max(ends))
            found[(*ends, style)] = None
    return tuple(MapLine(*parts) for parts in found)


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


def _is_implied(one: str, other: str, relationships: Sequence[Relationship]) -> bool:
    own, theirs = (set(kinship.parents_of(who, relationships)) for who in (one, other))
    if own & theirs:
        return True
    return any(one in kinship.parents_of(parent, relationships) for parent in theirs)


def line_ends(line: MapLine, places: MapLayout) -> tuple[float, float, float, float]:
    """From edge to edge: below and above where one stands lower, else from side to side."""
    (x1, y1), (x2, y2) = places.people[line.from_id], places.people[line.to_id]
    # Who harms whom stands beside what else they are to each other, not on it.
    aside = _PARALLEL_OFFSET if line.style == "harms" else 0
    middle, side = NODE_SIZE[0] / 2 + aside, NODE_SIZE[1] / 2 + aside
    if y1 + NODE_SIZE[1] <= y2:
        return x1 + middle, y1 + NODE_SIZE[1], x2 + middle, y2
    if y2 + NODE_SIZE[1] <= y1:
        return x1 + middle, y1, x2 + middle, y2 + NODE_SIZE[1]
    if x1 <= x2:
        return x1 + NODE_SIZE[0], y1 + side, x2, y2 + side
    return x1, y1 + side, x2 + NODE_SIZE[0], y2 + side
