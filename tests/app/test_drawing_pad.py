"""A child draws with a finger: what each touch makes, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flet as ft
import flet.canvas as cv

from app.features.child.bound_question import format_child_answer
from app.kit.drawing.pointer import DrawingInput
from app.kit.messages import say
from assessments.definitions.drawing import Drawing, Erasure, Sticker, Stroke, Undo
from assessments.engine.answers import Answered
from tests.app.handed import World
from tests.app.test_child_activities import opened
from tests.app.visiting import Visit, visiting

PICTURE = "rooms-picture"
# Paper of 1000 pixels across: a pixel is a thousandth.
WIDE = 1000.0
NOTHING_SAID = {"earshot": "Nobody", "told": "Who I am", "child-ok": "Yes"}


async def to_the_paper(visit: Visit) -> None:
    await visit.begin(visit.alys, "child-voice-4-7")
    for words in NOTHING_SAID.values():
        await visit.app.press(words)
        await visit.app.press(say("action.continue"))
    assert visit.heading().startswith("Let's draw where you live.")
    await measure(visit)


async def measure(visit: Visit) -> None:
    """The client tells how wide the paper is."""
    paper = next(c for c in visit.app.controls(cv.Canvas) if getattr(c, "on_resize", None))
    await visit.app.session.dispatch_event(paper._i, "resize", {"w": WIDE, "h": 1100.0})
    await visit.app.settle()


async def touch(visit: Visit, event: str, x: float = 0, y: float = 0) -> None:
    paper = next(c for c in visit.app.controls(ft.GestureDetector) if getattr(c, "on_tap_up", None))
    place = {"x": x, "y": y}
    told: dict[str, Any] = {"l": place, "g": place, "k": "touch", "v": place, "gd": None, "ts": None}
    await visit.app.session.dispatch_event(paper._i, event, told)


async def drag(visit: Visit, *places: tuple[float, float], way: str = "vertical") -> None:
    await touch(visit, "vertical_drag_down", *places[0])
    await touch(visit, f"{way}_drag_start", *places[0])
    for place in places[1:]:
        await touch(visit, f"{way}_drag_update", *place)
    await touch(visit, f"{way}_drag_end", *places[-1])
    await visit.app.settle()


async def tap(visit: Visit, x: float, y: float) -> None:
    await touch(visit, "vertical_drag_down", x, y)
    await touch(visit, "tap_up", x, y)
    await visit.app.settle()


def kept(visit: Visit) -> Drawing:
    entry = visit.kept(PICTURE)
    assert isinstance(entry, Answered)
    assert isinstance(entry.value, Drawing)
    return entry.value


def on_paper(visit: Visit) -> list[str]:
    """The names of the shapes that are shown, in their order."""
    paper = next(c for c in visit.app.controls(cv.Canvas) if getattr(c, "on_resize", None))
    return [str(shape.key) for shape in paper.shapes]  # type: ignore[attr-defined]  # a Canvas


async def test_each_touch_is_a_step_that_is_on_the_disk_when_it_ends(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        assert visit.entry(PICTURE) is None
        assert on_paper(visit) == []
        await drag(visit, (100, 100), (100, 300), (100, 500), (400, 500))
        await visit.app.press(say("draw.colour.blue"))
        await visit.app.press(say("draw.thin"))
        await drag(visit, (600, 600), (900, 600), way="horizontal")
        await tap(visit, 700, 200)
        first, second, dot = kept(visit).steps
        assert isinstance(first, Stroke)
        assert isinstance(second, Stroke)
        assert isinstance(dot, Stroke)
        assert [point[:2] for point in first.points] == [(100, 100), (100, 500), (400, 500)]
        assert (first.colour, first.width) == ("black", "thick")
        assert (second.colour, second.width) == ("blue", "thin")
        assert [point[:2] for point in dot.points] == [(700, 200)]
        times = [point[2] for stroke in (first, second, dot) for point in stroke.points]
        assert times == sorted(times)
        assert on_paper(visit) == ["0.0", "1.0", "2.0"]


async def test_the_rubber_takes_whole_lines_and_one_step_back_brings_them_all_back(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        for across in (200, 400, 600):
            await drag(visit, (across, 100), (across, 900))
        await visit.app.press(say("draw.rubber"))
        await drag(visit, (150, 500), (200, 500), (300, 500), (400, 500), way="horizontal")
        assert kept(visit).steps[-1:] == (Erasure((0, 1), kept(visit).ended_ms),)
        assert on_paper(visit) == ["2.0"]
        await visit.app.press(say("draw.undo"))
        assert isinstance(kept(visit).steps[-1], Undo)
        assert on_paper(visit) == ["0.0", "1.0", "2.0"]


async def test_a_sticker_needs_no_drag_and_no_aim(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        await visit.app.press(say("draw.stickers"))
        await visit.app.press(say("draw.sticker.dog"))
        await tap(visit, 300, 400)
        await visit.app.press(say("draw.sticker.star"))
        await visit.app.press(say("draw.middle"))
        dog, star = kept(visit).steps
        assert isinstance(dog, Sticker)
        assert isinstance(star, Sticker)
        assert (dog.kind, dog.at[:2]) == ("dog", (300, 400))
        assert (star.kind, star.at[:2]) == ("star", (500, kept(visit).height // 2))


def test_a_line_without_an_end_is_handed_on_in_parts() -> None:
    hand = DrawingInput(Drawing(1100))
    hand.scale = 1.0
    hand.pointer_down(ft.Offset(10, 10))
    hand.begin_drag()
    handed_on = [hand.drag_to(ft.Offset(10 + (n % 90) * 10, 10 + (n % 7) * 30)) for n in range(400)]
    assert handed_on.count(True) == 1
    assert len(hand.drawing.steps) == 1
    hand.end_drag()
    part, rest = hand.drawing.steps
    assert isinstance(part, Stroke)
    assert isinstance(rest, Stroke)
    assert part.points[-1] == rest.points[0]


async def test_not_now_puts_the_paper_away_and_it_comes_back_as_it_was(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        await drag(visit, (100, 100), (500, 100), way="horizontal")
        before = kept(visit)
        await visit.app.press("Not now")
        assert not any(getattr(c, "on_resize", None) for c in visit.app.controls(cv.Canvas))
        await visit.app.press("Not now")
        await measure(visit)
        assert kept(visit) == before
        assert on_paper(visit) == ["0.0"]
        await drag(visit, (100, 300), (500, 300), way="horizontal")
        again = kept(visit)
        assert again.steps[:1] == before.steps
        # The clock of a drawing goes on where it stopped.
        second = again.steps[1]
        assert isinstance(second, Stroke)
        assert second.points[0][2] >= before.ended_ms


async def test_the_check_page_shows_the_drawing_and_says_that_nobody_reads_it(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        await visit.app.press(say("draw.stickers"))
        await visit.app.press(say("draw.middle"))
        await visit.to_check()
        assert visit.app.sees(say("draw.by-child"))
        assert visit.app.sees(say("draw.not-read"))
        pictures = [str(c.src) for c in visit.app.controls(ft.Image)]  # type: ignore[attr-defined]  # Images
        assert any("translate(" in picture for picture in pictures)


async def test_an_emptied_paper_says_so_and_counts_as_no_answer(tmp_path: Path) -> None:
    async with visiting(tmp_path / "home") as visit:
        await to_the_paper(visit)
        await tap(visit, 300, 300)
        await visit.app.press(say("draw.undo"))
        await visit.to_check()
        assert visit.app.sees(say("draw.empty"))
        assert not visit.app.sees(say("draw.not-read"))
        assert len(kept(visit).steps) == 2


async def test_a_child_draws_in_a_turn_and_the_adult_marks_whose_hand_it_was(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await opened(world, "rooms", PICTURE)
        paper = next(c for c in world.app.controls(ft.GestureDetector) if getattr(c, "on_tap_up", None))
        assert paper.drag_interval == 16  # type: ignore[attr-defined]  # a GestureDetector
        await world.app.press(say("draw.stickers"))
        await world.app.press(say("draw.sticker.house"))
        await world.app.press(say("draw.middle"))
        entry = world.hand.state.form.entries[PICTURE]
        assert format_child_answer(world.hand.state.question, entry) == say("draw.mine")
        actions = world.life.controller
        assert actions is not None
        await world.life.lock()
        await world.unlock()
        await world.until(lambda: world.app.sees(say("draw.not-read")))
        assert world.app.sees(say("draw.by-child"))
        await world.app.press(say("origin.drawn.child-drew"))
        assert say("origin.drawn.child-drew") in world.app.chosen()
