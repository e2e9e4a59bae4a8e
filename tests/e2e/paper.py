"""A paper on the page and a real pointer on it.

Finds the paper and makes lines and taps on it, at places in parts of its width and height.

    Paper(app).draw(((0.1, 0.1), (0.9, 0.1)))
"""

from __future__ import annotations

from playwright.sync_api import Locator

from app.kit.messages import say
from tests.app.browser import Browser, until

Places = tuple[tuple[float, float], ...]
_TOP = 120


class Paper:
    """The paper on the page, by the place that a screen reader is given."""

    def __init__(self, app: Browser) -> None:
        self.app = app
        app.look_for(self._node)
        app.settle()
        # Always as far down, so that two pictures can be compared.
        app.scroll(round(self._box["y"] - _TOP))
        app.settle()
        self.box = self._box

    @property
    def _node(self) -> Locator:
        return self.app.page.get_by_role("img", name=say("draw.paper"), exact=True)

    @property
    def _box(self) -> dict[str, float]:
        box = self._node.bounding_box()
        assert box is not None
        return dict(box)  # type: ignore[call-overload, no-any-return]  # a TypedDict of four numbers

    def _at(self, across: float, down: float) -> tuple[float, float]:
        box = self.box
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def draw(self, places: Places) -> None:
        mouse = self.app.page.mouse
        mouse.move(*self._at(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self._at(*place), steps=12)
            self.app.wait_frames(2)
        mouse.up()
        self.app.wait_frames(10)

    def tap(self, across: float, down: float) -> None:
        self.app.page.mouse.click(*self._at(across, down))
        self.app.wait_frames(10)

    def picture_after(self, before: bytes) -> bytes:
        """Wait until something else than `before` is painted, and stays."""
        last = before

        def is_still() -> bool:
            nonlocal last
            same, last = last == (now := self.picture()), now
            return same and now != before

        until(is_still, "the paper stayed as it was")
        return last

    def expect_picture(self, picture: bytes) -> None:
        """Wait until this is painted."""
        until(lambda: self.picture() == picture, "something else is painted")

    def picture(self) -> bytes:
        """What is painted on the paper now, without its edge."""
        self.app.page.mouse.move(5, 5)
        self.app.wait_frames(10)
        box = self.box
        inside = {
            "x": box["x"] + 8,
            "y": box["y"] + 8,
            "width": box["width"] - 16,
            "height": box["height"] - 16,
        }
        return self.app.page.screenshot(clip=inside)  # type: ignore[arg-type]  # a rectangle
