"""How long after the key the neutral page is drawn, in a real browser over the real store.

From the key that goes down to the first frame in which the locked page is all that a screen reader is
given. The page that is covered is a household with its children; the disk and the keys come after.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from bench.row import Row, percentile
from tests.app.browser import Browser, Served
from tests.app.test_screens_around import PASSPHRASE, fernhollow, open_runtime, set_up

TIMES = 15
ALLOWED_MS = 200.0
_WATCH = """title => {
    window.wrenTook = null;
    addEventListener('keydown', () => {
        const started = performance.now();
        const look = () => {
            const said = [...document.querySelectorAll('flt-semantics-host h1')].map(n => n.textContent);
            if (said.join().includes(title)) window.wrenTook = performance.now() - started;
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, {once: true, capture: true});
}"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        runtime = open_runtime(Path(folder) / "home")
        set_up(runtime, fernhollow())
        took: list[float] = []
        with Served(make_open_page(runtime)) as served, Browser(served.url) as app:
            for _ in range(TIMES):
                app.expect_text(say("unlock.title"))
                app.page.wait_for_timeout(600)
                app.fill(say("unlock.passphrase"), PASSPHRASE)
                app.press_for(say("action.unlock"), "Fernhollow")
                app.page.wait_for_timeout(300)
                app.page.evaluate(_WATCH, say("unlock.title"))
                app.page.keyboard.press("Escape")
                app.expect_text(say("unlock.title"))
                took.append(float(app.page.evaluate("window.wrenTook")))
        runtime.close()
    for name, part in (("p50", 0.5), ("worst", 1.0)):
        ms = percentile(took, part)
        yield Row(
            f"cover: key to neutral page, {name}", f"{ms:.0f} ms", f"{ALLOWED_MS:.0f} ms", ms / ALLOWED_MS
        )
