"""The kit in Chromium, on a phone and on a wide screen, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.browser import PHONE, WIDE, Browser, Served
from tests.app.gallery import QUESTION, open_gallery

pytestmark = pytest.mark.usefixtures("chromium")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(open_gallery) as served:
        yield served


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kit")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_kit_is_painted_named_and_large_enough_to_touch(
    served: Served, pictures: Path, size: tuple[int, int], dark: bool
) -> None:
    with Browser(served.url, size=size, dark=dark) as app:
        app.expect_text("Question 3 of 24")
        assert app.page.title() == "Wren"
        assert app.page.locator("h1").all_inner_texts() == [QUESTION]
        seen: dict[str, float] = {}
        for step in range(12):
            app.shot(pictures / f"{size[0]}-{'dark' if dark else 'light'}-{step}.png")
            for node in app.tappables():
                assert node["name"], f"a {node['role']} without a name"
                inside = node["y"] > 110 and node["y"] + node["height"] < size[1] - 90
                # A row that is half scrolled away is given as its visible half.
                if inside or node["name"] in ("Back", "Cover", "Continue"):
                    assert node["width"] >= 47.5, node
                    assert node["height"] >= 47.5, node
                    assert node["x"] >= 0, node
                    assert node["x"] + node["width"] <= size[0] + 0.5, node
                    seen[node["name"]] = node["height"]
            app.scroll(420)
        options = ("Yes", "No", "Nobody", "5 of 10", "Add another child", "Save and send")
        assert all(seen[name] >= 55.5 for name in options), seen
        assert len(seen) >= 38
        assert app.foreign == []
        assert app.errors == []


def test_a_person_can_answer_type_and_be_told_what_is_missing(served: Served) -> None:
    with Browser(served.url) as app:
        app.check("Yes")
        app.check("Mum or another carer")
        app.fill("First name", "Łucja Siân")
        app.fill("The child's own words (optional)", "“Nan's” صبح بخیر 🙂\nand a second line")
        app.press("Continue")
        app.expect_text("There is a problem")
        app.expect_value("First name", "Łucja Siân")
        app.expect_value("The child's own words (optional)", "“Nan's” صبح بخیر 🙂\nand a second line")


def test_a_broken_handler_is_told_calmly_on_the_page(served: Served) -> None:
    with Browser(served.url) as app:
        app.fill("First name", "Ada")
        app.press("Break something")
        app.expect_text("Something went wrong here. Your work is kept. Try again.")
        assert "RuntimeError" not in app.said()
        assert app.field("First name").input_value() == "Ada"


def test_cover_stays_in_its_corner_while_the_page_scrolls_and_blanks_it(served: Served) -> None:
    with Browser(served.url) as app:
        cover = app.page.get_by_role("button", name="Cover", exact=True)
        corner = cover.bounding_box()
        app.scroll(1500)
        assert cover.bounding_box() == corner
        app.press("Cover")
        app.expect_nothing()


def test_nothing_leaves_the_machine_and_the_one_call_out_is_refused(served: Served) -> None:
    with Browser(served.url) as app:
        app.expect_text("Question 3 of 24")
        assert app.foreign == []
        # If a later Flet asks for nothing, the policy still stands: test_web_guard reads it.
        assert all("rive" in url for url in app.refused)
