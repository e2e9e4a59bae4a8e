"""One walk through the app in one size and one light, and the pictures taken on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.core.runtime import Runtime
from app.shell.lifecycle import make_open_page
from tests.app.browser import PHONE, WIDE, Browser, Served

VARIANTS = {
    "phone-light": (PHONE, False),
    "phone-dark": (PHONE, True),
    "wide-light": (WIDE, False),
    "wide-dark": (WIDE, True),
}
# For long walks: both sizes, and one of them in the dark.
FEWER = ("phone-light", "wide-light", "phone-dark")


class Camera:
    """Takes what stands on the page, as `PREFIX-NAME-VARIANT.png`."""

    def __init__(self, app: Browser, folder: Path, variant: str, prefix: str = "") -> None:
        self.app, self.folder, self.variant, self.prefix = app, folder, variant, prefix

    def take(self, name: str) -> None:
        """Take it once the page has stopped sliding in."""
        # What lies under a pointer is tinted.
        self.app.page.mouse.move(1, 1)
        self.app.page.wait_for_timeout(600)
        parts = (self.prefix, name, self.variant)
        self.app.shot(self.folder / f"{'-'.join(part for part in parts if part)}.png")


@contextmanager
def camera_at(url: str, folder: Path, variant: str, prefix: str = "") -> Iterator[Camera]:
    """A browser of this variant at an address, with its camera; checks that no script failed."""
    size, dark = VARIANTS[variant]
    with Browser(url, size=size, dark=dark) as app:
        yield Camera(app, folder, variant, prefix)
        assert app.errors == []
    print(variant, "taken", flush=True)


@contextmanager
def camera_on(
    runtime: Runtime, folder: Path, variant: str, prefix: str = "", open_page: Any = None
) -> Iterator[Camera]:
    """The same with the app on this device served for it."""
    with (
        Served(open_page or make_open_page(runtime)) as served,
        camera_at(served.url, folder, variant, prefix) as camera,
    ):
        yield camera
