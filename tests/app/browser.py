"""Wren in Chromium, driven as a person would, through what a screen reader is given.

Flutter paints on a canvas: the page has no elements to click until its semantics are turned on,
which `Browser.open` does. Then everything is found by its name and role. Taps are dispatched to
the node, because a real click lands on an overlay as soon as a menu is open. A fill in the first
frames can be lost, so it is tried again until it is there.

    with Served(open_page) as served, Browser(served.url) as app:
        app.fill("First name", "Ada")
        app.press("Continue")
        app.expect_text("There is a problem")
        app.shot(path)
        assert app.foreign == []          # requests that would have left this machine
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from asyncio.events import _get_running_loop, _set_running_loop
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import flet as ft
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright, expect, sync_playwright

from app.cli.web_server import serve
from tests.browser_here import find_browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = (390, 844)
WIDE = (1280, 800)
SMALLEST = 48


class Served:
    """The app on a free port of this machine, in a thread, for tests that need no process to kill."""

    def __init__(self, open_page: Callable[[ft.Page], Any]) -> None:
        self._open_page = open_page
        self._ready = threading.Event()
        self.url = ""

    def __enter__(self) -> Served:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the app did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await serve(self._open_page, on_ready=self._note, stop=self._stop)

        asyncio.run(main())

    def _note(self, url: str) -> None:
        self.url = url
        self._ready.set()


class Worker:
    """The one Playwright and the one Chromium of this process, started when first needed.

    Playwright's synchronous API leaves its own event loop marked as the running one of this thread, and
    no other could run until it ends. So the mark is set only while a browser is in use, and the tests
    between that run a loop of their own do not meet it.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chromium: Chromium | None = None

    @contextmanager
    def playwright(self) -> Iterator[Playwright]:
        """Playwright, for the length of a `with`."""
        assert self.wanted or "PYTEST_CURRENT_TEST" not in os.environ, "ask for the fixture `chromium`"
        before = _get_running_loop()
        if self._playwright is None:
            self._playwright = sync_playwright().start()
            self._loop = _get_running_loop()
        _set_running_loop(self._loop)
        try:
            yield self._playwright
        finally:
            _set_running_loop(before)

    def chromium(self, playwright: Playwright) -> Chromium:
        """The Chromium of this process; a new one if it crashed."""
        if self._chromium is None or not self._chromium.is_connected():
            self._chromium = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        return self._chromium

    def stop(self) -> None:
        """End both."""
        if self._playwright is not None:
            with self.playwright() as playwright:
                if self._chromium is not None:
                    self._chromium.close()
                playwright.stop()
            self._playwright = self._chromium = None


WORKER = Worker()


class Browser:
    """A browser profile of its own with one page. `dark` asks for the dark theme as a device would."""

    def __init__(
        self, url: str, *, size: tuple[int, int] = PHONE, dark: bool = False, scale: float = 1.0
    ) -> None:
        self.url = url
        self.origin = urlsplit(url).netloc
        self._size, self._dark, self._scale = size, dark, scale
        self.foreign: list[str] = []
        self.refused: list[str] = []
        self.errors: list[str] = []

    def __enter__(self) -> Browser:
        with ExitStack() as stack:
            playwright = stack.enter_context(WORKER.playwright())
            self.context = self._new_context(playwright)
            stack.callback(self.context.close)
            self.page = self.new_page()
            self._exit = stack.pop_all()
        return self

    def _new_context(self, playwright: Playwright) -> BrowserContext:
        return WORKER.chromium(playwright).new_context(
            viewport={"width": self._size[0], "height": self._size[1]},
            device_scale_factor=self._scale,
            color_scheme="dark" if self._dark else "light",
        )

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def new_page(self, path: str = "/") -> Page:
        """Another tab: a session of its own."""
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", self._note_request)
        page.on("requestfailed", self._note_refused)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open(page, path)
        return page

    def open(self, page: Page, path: str = "/") -> None:
        """Load and turn the semantics on."""
        page.goto(self.url + path)
        self.wake(page)

    def wake(self, page: Page | None = None) -> None:
        """Turn the semantics on; again after each reload."""
        page = page or self.page
        placeholder = page.locator("flt-semantics-placeholder")
        placeholder.wait_for(state="attached", timeout=30_000)
        until(lambda: placeholder.count() == 0 or self._wake_once(page), "semantics did not come on")
        page.locator("#loading").wait_for(state="detached")
        # The words are there before the paint, and a picture taken between is white.
        until(lambda: len(page.screenshot()) > 6_000, "nothing was painted")

    def _wake_once(self, page: Page) -> bool:
        page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")
        return page.locator("flt-semantics").count() > 1

    # What a person does

    def press(self, name: str, *, role: Any = "button", exact: bool = True, nth: int = 0) -> None:
        """Tap the thing with this name and role."""
        node = self.page.get_by_role(role, name=name, exact=exact).nth(nth)
        self.look_for(node)
        # Flutter drops a tap that follows a real mouse event too closely.
        self.wait_frames(3)
        node.dispatch_event("click")

    def press_for(self, name: str, words: str, *, tries: int = 3) -> None:
        """Tap and wait for what comes of it; a tap in the first frames can be lost, so tap again."""
        for attempt in range(tries):
            self.press(name)
            try:
                self.expect_text(words, timeout_ms=8_000)
            except AssertionError:
                if attempt == tries - 1:
                    raise
            else:
                return

    def check(self, name: str, *, role: Any = "checkbox", exact: bool = True) -> None:
        """Choose an option and wait until it says so."""
        self.press(name, role=role, exact=exact)
        node = self.page.get_by_role(role, name=name, exact=exact).first
        expect(node).to_have_attribute("aria-checked", "true")

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True).and_(self.page.locator("input, textarea"))

    def fill(self, label: str, text: str) -> None:
        """Type into a field, and make sure that it stayed."""
        field = self.field(label)
        self.look_for(field)

        def filled() -> bool:
            field.focus()
            # Flutter listens to a field some frames after it has the focus.
            self.wait_frames(4)
            field.fill(text)
            self.wait_frames(4)
            # Left again, the field shows what Flutter knows: letters that it never heard are gone.
            field.blur()
            self.wait_frames(6)
            return field.input_value() == text

        until(filled, f"the field did not keep what was typed: {label}")

    def expect_value(self, label: str, text: str) -> None:
        """Wait until a field shows this: Flutter gives the letters to the page once it has the focus."""
        field = self.field(label)
        self.look_for(field)
        field.focus()
        until(lambda: field.input_value() == text, f"the field does not show what was typed: {label}")

    def look_for(self, node: Locator) -> None:
        """Wait for a node, and scroll for it: what is off the screen is not in the page."""
        for step in (0, 0, *([500] * 24), *([-500] * 24)):
            if step:
                self.scroll(step)
            try:
                node.wait_for(state="attached", timeout=150 if step else 1_500)
            except Error:
                continue
            return
        raise AssertionError(f"not found: {node}; there is: {self.said()[:4000]}")

    def scroll(self, pixels: int) -> None:
        self.page.mouse.move(self._size[0] / 2, self._size[1] / 2)
        self.page.mouse.wheel(0, pixels)
        self.wait_frames(5)

    def wait_frames(self, count: int) -> None:
        """Wait until the page has drawn this many frames: longer on a busy machine, as a person would."""
        self.page.evaluate(
            """left => new Promise(done => {
                const next = () => left-- > 0 ? requestAnimationFrame(next) : done();
                next();
            })""",
            count,
        )

    def settle(self) -> None:
        """Wait until what is on the page, and where, has stayed the same for ten frames."""

        def is_still() -> bool:
            before = (self.said(), self.tappables())
            self.wait_frames(10)
            return before == (self.said(), self.tappables())

        until(is_still, "the page never came to rest")

    # What is there

    def expect_text(self, words: str, *, timeout_ms: int = 30_000) -> None:
        """Wait until these words are on the page, as text or as a name."""
        try:
            until(lambda: words in self.said(), "", timeout_ms / 1000)
        except AssertionError:
            raise AssertionError(f"never seen: {words!r}; there is: {self.said()[:4000]}") from None

    def expect_nothing(self) -> None:
        """Wait until a screen reader is given nothing."""
        until(lambda: not self.said().strip(), "there is still something on the page")

    def said(self) -> str:
        """Everything a screen reader is given, in order."""
        try:
            heard: str = self.page.evaluate(
                """() => [...document.querySelectorAll('flt-semantics, flt-semantics-host input,'
                    + 'flt-semantics-host textarea, flt-semantics-host h1, flt-semantics-host h2,'
                    + 'flt-semantics-host h3')]
                    .map(n => (n.getAttribute('aria-label') || '') + '\\n'
                        + (n.value ?? [...n.childNodes].filter(c => c.nodeType === 3 || c.tagName === 'SPAN')
                            .map(c => c.textContent).join(' '))).join('\\n')"""
            )
        except Error:
            return ""
        return heard

    def tappables(self) -> list[dict[str, Any]]:
        """Every node that can be tapped: its name, role and real rectangle in CSS pixels."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """() => [...document.querySelectorAll('[flt-tappable], [role=button], [role=checkbox],'
                + '[role=radio], [role=link], [role=tab], input, textarea')]
                .filter(n => n.closest('flt-semantics-host'))
                .map(n => { const r = n.getBoundingClientRect(); return {
                    name: (n.getAttribute('aria-label') || n.textContent || '').trim(),
                    role: n.getAttribute('role') || n.tagName.toLowerCase(),
                    id: n.getAttribute('flt-semantics-identifier'),
                    x: r.x, y: r.y, width: r.width, height: r.height } })"""
        )
        return found

    def too_small(self) -> list[dict[str, Any]]:
        """Tappable nodes under 48 px either way; a hair of rounding is allowed."""
        return [
            node
            for node in self.tappables()
            if node["width"] < SMALLEST - 0.5 or node["height"] < SMALLEST - 0.5
        ]

    def shot(self, path: Path, *, tries: int = 3) -> Path:
        """A picture of the page. Under software drawing one can hang: it is tried again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(tries):
            try:
                self.wait_frames(4)
                self.page.screenshot(path=str(path), timeout=15_000)
                return path
            except Error:
                if attempt == tries - 1:
                    raise
        return path

    def _note_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.origin:
            self.foreign.append(request.url)

    def _note_refused(self, request: Any) -> None:
        # The browser names a request that the page's own policy stopped; it never left.
        if request.failure == "csp" and request.url in self.foreign:
            self.foreign.remove(request.url)
            self.refused.append(request.url)

    def _note_console(self, message: Any) -> None:
        expected = ("Content Security Policy", "Failed to load resource")
        if message.type == "error" and not any(words in message.text for words in expected):
            self.errors.append(message.text)


def until(happens: Callable[[], bool], otherwise: str, timeout_s: float = 30.0) -> None:
    """Wait until this is so; `otherwise` says what was not."""
    deadline = time.monotonic() + timeout_s
    while not happens():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.08)
