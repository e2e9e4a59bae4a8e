"""The pictures that young children choose by: one for each code, all alike, and none chosen for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import flet as ft
import pytest

from app.kit import theme
from app.kit.drawing.pictures import MIN_PICTURE_SIZE, has_picture, picture
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.messages import assets_folder
from assessments.definitions import catalogue
from assessments.definitions.definition import walk_items
from assessments.engine.answers import Answered
from assessments.engine.form import AnswerEntered
from tests.app.browser import PHONE, Browser, Served
from tests.app.headless import Headless
from tests.app.test_kit_theme import contrast
from tests.app.visiting import visiting

FOLDER = assets_folder() / "pictures"
DRAWINGS = sorted(FOLDER.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"

GROUND, INK, TEAL, SAND = "#F4F7F6", "#1F4E4C", "#BFDAD5", "#EBD9B4"
PARTS = {"svg", "title", "rect", "g", "path", "circle"}
# Nothing here can name a file, a script, a style or a font.
SHAPES = {"x", "y", "width", "height", "rx", "cx", "cy", "r", "d", "transform"}
PAINT = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"}

FACES = ("face-happy", "face-sad", "face-scared", "face-angry", "face-mixed")
ANSWERS = ("sym-yes", "sym-no", "sym-stop")


def codes_in_tools() -> set[str]:
    return {
        option.picture
        for tool in catalogue.list_tool_ids()
        for item in walk_items(catalogue.load_tool(tool).items)
        for option in item.options
        if option.picture
    }


def parsed(file: Path) -> ElementTree.Element:
    return ElementTree.fromstring(file.read_text("utf-8"))


def colours(code: str) -> set[str]:
    return set(re.findall("#[0-9A-Fa-f]{3,8}", (FOLDER / f"{code}.svg").read_text("utf-8")))


def choices(*codes: str, hint: str = "") -> list[Choice]:
    return [Choice(code, code.split("-", 1)[1].title(), hint, picture=code) for code in codes]


def tick_page(offered: Sequence[Choice], got: list[Any], chosen: tuple[str, ...] = ()) -> Any:
    return lambda page: page.add(checkbox_rows(offered, chosen=chosen, on_choose=got.append))


def images(app: Headless) -> list[ft.Image]:
    return [control for control in app.controls(ft.Image) if isinstance(control, ft.Image)]


def test_every_code_that_a_tool_names_has_a_picture() -> None:
    named = codes_in_tools()
    assert len(named) >= 35
    assert {code for code in named if not has_picture(code)} == set()


def test_every_choice_of_a_list_has_a_picture_or_none_has() -> None:
    for tool in catalogue.list_tool_ids():
        for item in walk_items(catalogue.load_tool(tool).items):
            drawn = {bool(option.picture) for option in item.options if not option.retired}
            assert len(drawn) < 2, f"{tool} {item.link_id}"


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.stem)
def test_a_picture_is_small_plain_and_on_the_same_square(file: Path) -> None:
    assert file.stat().st_size < 4096
    root = parsed(file)
    assert root.tag == f"{SVG}svg"
    assert root.attrib == {"viewBox": "0 0 96 96", "role": "img"}
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in PARTS
        if node is not root:
            assert set(node.attrib) <= SHAPES | PAINT
        if node.tag != f"{SVG}title":
            assert not (node.text or "").strip(), "words stand in the title alone"
    ground = root.find(f"{SVG}rect")
    assert ground is not None
    assert ground.attrib == {"width": "96", "height": "96", "rx": "16", "fill": GROUND}
    lines = root.find(f"{SVG}g")
    assert lines is not None
    assert (lines.attrib["stroke"], lines.attrib["stroke-width"]) == (INK, "4.5")
    assert "//" not in file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.stem)
def test_a_picture_says_in_words_what_it_shows(file: Path) -> None:
    title = parsed(file).findtext(f"{SVG}title") or ""
    assert 2 <= len(title.split()) <= 14
    assert title[0].isupper()


def test_no_two_pictures_are_described_alike() -> None:
    titles = [parsed(file).findtext(f"{SVG}title") for file in DRAWINGS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.stem)
def test_a_picture_has_calm_colours_and_none_for_good_or_bad(file: Path) -> None:
    assert colours(file.stem) <= {GROUND, INK, TEAL, SAND}


@pytest.mark.parametrize("alike", [FACES, ANSWERS], ids=["faces", "answers"])
def test_no_face_and_no_answer_stands_out_by_its_colour(alike: tuple[str, ...]) -> None:
    assert {frozenset(colours(code) - {GROUND}) for code in alike} == {frozenset({INK, TEAL})}


@pytest.mark.parametrize("ground", [GROUND, TEAL, SAND])
def test_the_lines_stand_out_from_what_is_behind_them(ground: str) -> None:
    assert contrast(INK, ground) >= 4.5


def test_the_square_stands_out_from_a_dark_tile() -> None:
    assert contrast(GROUND, theme.DARK["surface_container_lowest"]) >= 3
    assert contrast(GROUND, theme.DARK["secondary_container"]) >= 3


@pytest.mark.parametrize("code", ["", "face-unheard-of", "../icon", "../strings/en", "Face-Happy", "face-"])
def test_a_code_without_a_drawing_shows_none_and_leads_nowhere(code: str) -> None:
    assert not has_picture(code)
    with pytest.raises(LookupError):
        picture(code, "Happy")


def test_a_picture_is_called_by_the_words_of_whoever_shows_it() -> None:
    shown = picture("face-happy", "Hapus")
    assert isinstance(shown, ft.Semantics)
    assert shown.label == "Hapus"
    image = shown.content
    assert isinstance(image, ft.Image)
    assert str(image.src).startswith("<svg ")
    assert (image.width, image.height) == (MIN_PICTURE_SIZE, MIN_PICTURE_SIZE)
    assert MIN_PICTURE_SIZE >= 96


@pytest.mark.parametrize("offered", [FACES[:2], FACES[:3], FACES[:4], FACES])
async def test_choices_that_all_have_pictures_are_tiles_of_one_size(offered: tuple[str, ...]) -> None:
    async with Headless(tick_page(choices(*offered), [])) as app:
        assert len(images(app)) == len(offered)
        ((width, height),) = {(image.width, image.height) for image in images(app)}
        assert isinstance(width, int)
        assert isinstance(height, int)
        assert width == height >= 96
        (grid,) = app.controls(ft.ResponsiveRow)
        assert isinstance(grid, ft.ResponsiveRow)
        assert len({str(tile.col) for tile in grid.controls}) == 1
        assert app.chosen() == []


async def test_a_chosen_tile_has_a_tick_a_border_and_a_tint() -> None:
    for chosen, marks in (((), 0), (("face-sad",), 1)):
        async with Headless(tick_page(choices(*FACES[:3]), [], chosen)) as app:
            icons = [icon for icon in app.controls(ft.Icon) if isinstance(icon, ft.Icon)]
            assert len([icon for icon in icons if icon.icon == ft.Icons.CHECK]) == marks
            tiles = [c for c in app.controls(ft.Container) if isinstance(c, ft.Container) and c.on_click]
            tinted = [tile for tile in tiles if tile.bgcolor == ft.Colors.SECONDARY_CONTAINER]
            thick = [
                tile
                for tile in tiles
                if isinstance(tile.border, ft.Border) and tile.border.top.width == theme.SELECTED_BORDER
            ]
            assert tinted == thick
            assert len(thick) == marks
            assert app.chosen() == ["Sad"][:marks]


async def test_tiles_are_tapped_like_rows_and_keep_their_order() -> None:
    got: list[Any] = []
    async with Headless(tick_page(choices(*FACES[:3]), got, ("face-scared",))) as app:
        await app.press("Happy")
        assert got == [("face-happy", "face-scared")]


async def test_the_ways_of_not_answering_are_rows_below_the_tiles() -> None:
    offered = [*choices(*ANSWERS), Choice("not-now", "Not now", exclusive=True)]

    def open_page(page: ft.Page) -> None:
        page.add(radio_rows(offered, chosen=None, on_choose=lambda _: None))

    async with Headless(open_page) as app:
        assert app.names() == ["Yes", "No", "Stop", "Not now"]
        assert len(images(app)) == 3


@pytest.mark.parametrize(
    "offered",
    [
        [*choices(*FACES[:2]), Choice("calm", "Calm")],
        [*choices(*FACES[:2]), Choice("odd", "Odd", picture="face-unheard-of")],
        choices(*FACES[:2], hint="Point to it"),
    ],
    ids=["one without", "one unknown", "with hints"],
)
async def test_choices_that_cannot_be_tiles_are_rows_with_their_pictures(offered: list[Choice]) -> None:
    async with Headless(tick_page(offered, [])) as app:
        assert app.controls(ft.ResponsiveRow) == []
        assert [image.width for image in images(app)] == [MIN_PICTURE_SIZE] * 2
        assert len(app.names()) == len(offered)


async def test_a_child_chooses_faces_in_a_tool_and_none_is_chosen_before(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await visit.begin(visit.alys, "child-voice-4-7")
        for link_id, code in (("earshot", "nobody"), ("child-ok", "yes")):
            await visit.actions.dispatch(AnswerEntered(link_id, Answered(code)))
        await visit.turn_to("face-home")
        assert len(images(visit.app)) == 4
        assert visit.app.chosen() == []
        await visit.app.press("Scared")
        await visit.app.press("Happy")
        assert visit.app.chosen() == ["Happy", "Scared"]
        assert visit.kept("face-home") == Answered(("happy", "scared"))


@pytest.mark.usefixtures("chromium")
def test_tiles_are_painted_in_one_size_on_a_phone_and_named_once() -> None:
    offered = [*choices(*FACES), *choices("sym-not-here")]
    longest = [Choice("off", "Not on my map", picture="place-off"), *offered]
    with Served(tick_page(longest, [])) as served, Browser(served.url, size=PHONE) as app:
        app.expect_text("Not on my map")
        tiles = app.tappables()
        assert [tile["name"] for tile in tiles] == [choice.text for choice in longest]
        # What lies below the fold is given as its visible part: the first rows are whole.
        assert len({(round(tile["width"]), round(tile["height"])) for tile in tiles[:6]}) == 1
        assert min(tiles[0]["width"], tiles[0]["height"]) >= MIN_PICTURE_SIZE
        assert app.foreign == []
        assert app.errors == []
