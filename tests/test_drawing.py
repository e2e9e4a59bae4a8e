"""A drawing keeps every step, and is the same after it was written down."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.definitions import drawing as paper
from assessments.definitions.drawing import (
    CANVAS_WIDTH,
    MAX_MARKS,
    MAX_POINTS,
    STICKER_BOX,
    STICKER_WIDTH,
    STICKERS,
    STROKE_COLOURS,
    STROKE_WIDTHS,
    Drawing,
    Erasure,
    Mark,
    Sticker,
    Stroke,
    Undo,
    simplify_line,
)

TALL = 750
POINTS = st.tuples(st.integers(0, CANVAS_WIDTH), st.integers(0, TALL), st.integers(0, 600_000))
MARKS: st.SearchStrategy[Mark] = st.one_of(
    st.builds(
        Stroke,
        st.lists(POINTS, min_size=1, max_size=20).map(tuple),
        st.sampled_from([*STROKE_COLOURS, "sky"]),
        st.sampled_from([*STROKE_WIDTHS, "huge"]),
    ),
    st.builds(Sticker, st.sampled_from([*STICKERS, "boat"]), POINTS),
)
ACTS = st.lists(
    st.one_of(MARKS, st.just("undo"), st.tuples(st.integers(0, CANVAS_WIDTH), st.integers(0, TALL)))
)


def after(acts: list[Mark | str | tuple[int, int]]) -> list[Drawing]:
    """The paper after each act: a mark, "undo", or a touch of the rubber."""
    papers = [Drawing(TALL)]
    for act in acts:
        now = papers[-1]
        if act == "undo":
            papers.append(now.undo(7))
        elif isinstance(act, tuple):
            papers.append(now.erase(now.hit_test(*act), 7))
        else:
            papers.append(now.add(act))  # type: ignore[arg-type]  # a mark, as the strategy gives it
    return papers


@given(ACTS)
def test_no_step_is_ever_lost_and_one_step_back_restores_what_stood_before(
    acts: list[Mark | str | tuple[int, int]],
) -> None:
    papers = after(acts)
    for before, now in pairwise(papers):
        assert now.steps[: len(before.steps)] == before.steps
        if len(now.steps) > len(before.steps) and not isinstance(now.steps[-1], Undo):
            assert now.undo(9).visible_marks == before.visible_marks


@given(ACTS)
def test_undone_often_enough_the_paper_is_empty_and_another_step_back_does_nothing(
    acts: list[Mark | str | tuple[int, int]],
) -> None:
    now = after(acts)[-1]
    for _ in now.active_steps:
        now = now.undo(9)
    assert now.visible_marks == ()
    assert now.undo(9) is now


@given(ACTS)
def test_is_the_same_after_it_was_written_down_as_json(acts: list[Mark | str | tuple[int, int]]) -> None:
    now = after(acts)[-1]
    assert paper.from_plain(json.loads(json.dumps(paper.to_plain(now)))) == now


@given(st.lists(POINTS, min_size=1, max_size=60))
def test_a_thinned_line_strays_less_than_anyone_can_see_and_keeps_its_ends(
    points: list[paper.Point],
) -> None:
    thin = simplify_line(points)
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert set(thin) <= set(points)
    pairs = list(zip(thin, thin[1:] or thin, strict=False))
    for point in points:
        assert min(_away(point, a, b) for a, b in pairs) <= 1.5 + 1e-9


def _away(point: paper.Point, a: paper.Point, b: paper.Point) -> float:
    """By trying places along the line, not by the formula under test: near enough to a hundredth."""
    steps = max(abs(b[0] - a[0]), abs(b[1] - a[1]), 1) * 50
    right, down = (b[0] - a[0]) / steps, (b[1] - a[1]) / steps
    best = round(
        ((point[0] - a[0]) * right + (point[1] - a[1]) * down) / ((right * right + down * down) or 1)
    )
    near = range(max(best - 2, 0), min(best + 3, steps + 1)) or (0, steps)
    at = min(math.dist(point[:2], (a[0] + n * right, a[1] + n * down)) for n in (*near, 0, steps))
    return max(at - 0.02, 0)


def test_a_straight_line_is_two_points_with_its_times() -> None:
    assert simplify_line([(n, 2 * n, n * 16) for n in range(100)]) == ((0, 0, 0), (99, 198, 1584))


def test_the_rubber_takes_whole_what_it_touches_and_nothing_else() -> None:
    line = Stroke(((100, 100, 0), (500, 100, 40)), "blue", "thin")
    house = Sticker("house", (700, 400, 90))
    now = Drawing(TALL).add(line).add(house)
    assert now.hit_test(300, 130) == (0,)
    assert now.hit_test(300, 160) == ()
    assert now.hit_test(700, 400 + STICKER_WIDTH // 2) == (1,)
    rubbed = now.erase((0, 1, 7), 120)
    assert rubbed.visible_marks == ()
    assert rubbed.steps[-1] == Erasure((0, 1), 120)
    assert rubbed.erase((0,), 130) is rubbed
    assert rubbed.undo(150).visible_marks == now.visible_marks
    assert rubbed.ended_ms == 120


def test_a_full_paper_takes_no_more_but_still_goes_back() -> None:
    dot = Stroke(((1, 1, 1),), "black", "thin")
    full = Drawing(TALL, (dot,) * MAX_MARKS)
    assert full.is_full
    assert full.add(dot) is full
    assert len(full.undo(2).visible_marks) == MAX_MARKS - 1
    long_line = Stroke(tuple((n % CANVAS_WIDTH, 1, n) for n in range(MAX_POINTS)), "black", "thin")
    assert Drawing(TALL).add(long_line).is_full
    assert not Drawing(TALL).is_full


def test_the_fullest_paper_is_small_enough_to_send() -> None:
    points = tuple(((n * 397) % CANVAS_WIDTH, (n * 211) % TALL, n * 160) for n in range(MAX_POINTS))
    full = Drawing(TALL, (Stroke(points, "purple", "thick"),))
    assert len(json.dumps(paper.to_plain(full), separators=(",", ":"))) < 120_000


@pytest.mark.parametrize(
    "plain",
    [
        None,
        "a house",
        {"tall": 0, "steps": []},
        {"tall": True, "steps": []},
        {"tall": 750},
        {"tall": 750, "steps": [{}]},
        {"tall": 750, "steps": [{"stroke": [], "colour": "red", "width": "thin"}]},
        {"tall": 750, "steps": [{"stroke": [1, 2], "colour": "red", "width": "thin"}]},
        {"tall": 750, "steps": [{"stroke": [1, 2, 3.5], "colour": "red", "width": "thin"}]},
        {"tall": 750, "steps": [{"sticker": "dog", "at": [1, 2]}]},
        {"tall": 750, "steps": [{"rubbed": ["0"], "at_ms": 1}]},
        {"tall": 750, "steps": [{"undone": True}]},
    ],
)
def test_what_is_no_drawing_is_refused(plain: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        paper.from_plain(plain)


@given(ACTS)
def test_the_picture_is_xml_of_shapes_alone_with_each_mark_that_stands(
    acts: list[Mark | str | tuple[int, int]],
) -> None:
    now = after(acts)[-1]
    root = ElementTree.fromstring(paper.to_svg(now))
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "g", "path"}
    strokes = sum(isinstance(mark, Stroke) for _, mark in now.visible_marks)
    known = sum(isinstance(mark, Sticker) for _, mark in now.visible_marks)
    assert len(list(root)) == 1 + strokes + known


@pytest.mark.parametrize("kind", STICKERS)
def test_a_sticker_stays_within_its_box_and_uses_only_what_the_screen_reads(kind: str) -> None:
    for line, fill in STICKERS[kind]:
        assert re.fullmatch(r"(M[\d. ]+|L[\d. ]+|C[\d. ]+|Z)+", line), line
        assert all(0 <= float(number) <= STICKER_BOX for number in re.findall(r"[\d.]+", line))
        assert fill == "" or re.fullmatch(r"#[0-9A-F]{6}", fill)


def test_nothing_that_was_drawn_stands_in_a_repr() -> None:
    line = Stroke(((123, 456, 789),), "red", "thin")
    now = Drawing(TALL).add(line).add(Sticker("dog", (321, 654, 987)))
    assert not re.search(r"\d", repr(now) + repr(line) + repr(now.steps))
