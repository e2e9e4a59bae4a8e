"""Take the pictures of what happened for docs/screens: written down, read again, above a grade.

    python -m tests.e2e.happened_pictures [FOLDER] [VARIANT...]

They are looked at by a person: nothing here judges them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from app.kit.messages import say
from app.shell.shell import make_open_page
from app.visit_file.training import import_training_households
from assessments.definitions import catalogue
from tests.app.browser import PHONE, WIDE, Browser, Served
from tests.app.test_screens_around import PASSPHRASE, know_a_service, open_runtime
from tests.e2e.running import ROOT

VARIANTS = {
    "phone-light": (PHONE, False),
    "wide-light": (WIDE, False),
    "phone-dark": (PHONE, True),
}
GRAVE = f"{say('severity.3')}. {say('severity.3.hint')}"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        runtime = open_runtime(Path(home) / "device")
        know_a_service(runtime)
        desk = runtime.set_up(PASSPHRASE, "hv1")
        import_training_households(desk)
        desk.close()
        for variant in sys.argv[2:] or VARIANTS:
            size, dark = VARIANTS[variant]
            with Served(make_open_page(runtime)) as served, Browser(served.url, size=size, dark=dark) as app:
                walk(app, folder, variant)
            print(variant, "taken")
        runtime.close()


def walk(app: Browser, folder: Path, variant: str) -> None:
    def take(name: str) -> None:
        app.page.wait_for_timeout(600)
        app.shot(folder / f"{name}-{variant}.png")

    app.expect_text(say("unlock.title"))
    app.page.wait_for_timeout(600)
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), "Samplewood")
    app.press("Samplewood", exact=False)
    app.expect_text(say("household.children"))
    app.press(say("chronology.title"), exact=False)
    app.expect_text(say("chronology.stands-out"))
    take("chronology")
    app.scroll(560)
    take("chronology-line")
    app.scroll(900)
    take("chronology-lines")
    app.press(say("chronology.add-event"))
    app.expect_text(say("event.when"))
    take("event")
    app.scroll(1200)
    app.check(GRAVE)
    app.scroll(300)
    take("event-serious")
    app.press(say("action.back"))
    app.expect_text(say("chronology.stands-out"))
    app.press(say("chronology.add-milestone"))
    app.expect_text(say("milestone.kind"))
    take("milestone")
    app.press(say("action.back"))
    app.expect_text(say("chronology.stands-out"))
    app.press(say("action.back"))
    app.expect_text(say("household.children"))
    app.scroll(5000)
    app.page.wait_for_timeout(600)
    app.press(say("chronology.of", name="Dane"), exact=False)
    app.expect_text(say("chronology.of-note", name="Dane"))
    take("conduct")
    app.press(say("action.back"))
    app.expect_text(say("household.children"))
    app.press(say("household.start-for", name="Ifeoma"), exact=False)
    app.expect_text(say("pick.title"))
    app.press(say("pick.start", tool=catalogue.load_tool("risk-24").title), exact=False)
    app.expect_text(say("known.title"))
    take("known")
    app.scroll(560)
    take("known-asked")
    app.press(say("action.continue"))
    app.expect_text(say("known.row"))
    take("known-row")
    app.press(say("action.back"))
    app.press(say("action.back"))
    app.expect_text(say("household.children"))
    app.press(say("action.cover"), exact=False)
    app.expect_text(say("unlock.title"))


if __name__ == "__main__":
    main()
