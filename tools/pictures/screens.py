"""Take the pictures of every screen for docs/screens: both sizes, light and dark."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.kit.messages import say
from assessments.definitions import catalogue
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, Machine
from tools.pictures.camera import VARIANTS, Camera, camera_at

CHILD = "child-voice-7-11"
USUAL = tuple(VARIANTS)


def take(folder: Path, variants: Sequence[str]) -> None:
    """A new device from its first page on, for each variant."""
    for variant in variants:
        work = Path(tempfile.mkdtemp(prefix="wren-pictures-"))
        work.chmod(0o755)
        machine = Machine(work)
        try:
            machine.start_service()
            machine.start_app()
            with camera_at(machine.app_url, folder, variant) as camera:
                walk(camera, machine)
        finally:
            machine.stop()
            shutil.rmtree(work, ignore_errors=True)


def walk(camera: Camera, machine: Machine) -> None:
    app = camera.app
    app.expect_text(say("set-up.title"))
    camera.take("set-up")
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.fill(say("set-up.again"), PASSPHRASE)
    app.check(say("role.health-visitor"))
    app.fill(say("set-up.service"), machine.service_url)
    app.press(say("action.set-up"))
    app.expect_text(say("today.empty"))
    camera.take("today-empty")
    app.press(say("action.add-household"))
    app.expect_text(say("add.title"))
    camera.take("add-household")
    app.press(say("action.back"))
    app.press(say("action.add-training"))
    app.expect_text("Samplewood")
    camera.take("today")
    app.press(say("selftest.title"))
    app.expect_text(say("selftest.all"))
    camera.take("device")
    app.press(say("action.back"))
    machine.stop_service()

    app.press("Fernsby-Demo", exact=False)
    app.expect_text(say("household.children"))
    camera.take("household")
    app.press(say("household.start-for", name="Gethin"), exact=False)
    app.expect_text(say("pick.title"))
    camera.take("pick")
    app.press(say("pick.start", tool=catalogue.load_tool(CHILD).title), exact=False)
    _talk(camera)
    camera.take("check")
    app.press(say("action.finish"))
    app.expect_text(say("finished.title"))
    camera.take("finished")
    app.press(say("finished.household"))
    app.press(say("household.start-for", name="Siân"), exact=False)
    _risk(camera)
    camera.take("check-risk")
    app.press(say("action.finish"))
    app.expect_text(say("finished.title"))
    camera.take("finished-risk")
    app.press(say("finished.household"))
    app.expect_text(say("household.children"))
    app.scroll(-5000)
    camera.take("household-after")
    app.press(say("action.back"))
    app.press("Samplewood", exact=False)
    app.press(say("household.start-for", name="Wren"), exact=False)
    app.expect_text(say("pick.title"))
    camera.take("pick-baby")
    app.press(say("action.back"))
    app.press(say("action.back"))
    app.press_for(say("sync.offline-waiting", n=2), say("outbox.waiting", n=2))
    camera.take("outbox")
    app.press("Read", exact=False)
    app.expect_text(say("record.title"))
    camera.take("record")
    app.press(say("action.cover"), exact=False)
    app.expect_text(say("unlock.title"))
    camera.take("unlock")
    app.fill(say("unlock.passphrase"), "not the passphrase")
    app.press(say("action.unlock"))
    app.expect_text(say("problems.title"))
    camera.take("unlock-wrong")


def _talk(camera: Camera) -> None:
    app, tool = camera.app, catalogue.load_tool(CHILD)

    def see(heading: str) -> None:
        name = {
            tool.index["safe-to-start"].text: "assess-safe",
            tool.index["day-breakfast"].text: "assess-words",
            tool.index["ladder-now"].text: "assess-ladder",
            tool.index["people-map"].text: "assess-people",
            tool.index["feelings"].text: "assess-feelings",
        }.get(heading)
        if name:
            camera.take(name)

    fill(
        app,
        CHILD,
        {
            "earshot": "nobody",
            "told": ["who-i-am", "can-stop"],
            "child-ok": "yes",
            "ladder-now": 4,
            "feelings": ["worried"],
            "seen-alone": "yes",
            "demeanour-during": "Quiet at first, then drew a dog and talked about it.",
        },
        see=see,
    )
    app.expect_text(say("check.title"))


def _risk(camera: Camera) -> None:
    app, tool = camera.app, catalogue.load_tool("risk-24")
    app.press(say("pick.start", tool=tool.title), exact=False)

    def see(heading: str) -> None:
        if heading == tool.index["frightened"].text:
            camera.take("assess-risk")

    def after(link_id: str) -> None:
        if link_id == "strangulation":
            app.scroll(-5000)
            camera.take("assess-today")

    answers = dict.fromkeys(tool.scales[0].items, "no") | {"frightened": "yes", "strangulation": "yes"}
    fill(app, "risk-24", answers, see=see, after=after)
    app.expect_text(say("check.title"))
