"""Take the pictures of what happened for docs/screens: written down, read again, above a grade."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.kit.messages import say
from app.visit_file.training import import_training_households
from assessments.definitions import catalogue
from tests.app.test_screens_around import PASSPHRASE, know_a_service, open_runtime
from tools.pictures.camera import FEWER, Camera, camera_on

USUAL = FEWER
GRAVE = f"{say('severity.3')}. {say('severity.3.hint')}"


def take(folder: Path, variants: Sequence[str]) -> None:
    """The training households, walked once for each variant."""
    with tempfile.TemporaryDirectory() as home:
        runtime = open_runtime(Path(home) / "device")
        know_a_service(runtime)
        desk = runtime.set_up(PASSPHRASE, "hv1")
        import_training_households(desk)
        desk.close()
        for variant in variants:
            with camera_on(runtime, folder, variant) as camera:
                walk(camera)
        runtime.close()


def walk(camera: Camera) -> None:
    app, take = camera.app, camera.take
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
