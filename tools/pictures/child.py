"""Take the pictures of a child's turn: both sizes, and one in the dark."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.runtime import Runtime
from app.kit.messages import say
from assessments.definitions import catalogue
from tests.app.browser import Browser
from tests.app.child_device import MIDDLE, YOUNG, hand_over, made_up
from tests.store.made_up import PASSPHRASE
from tools.pictures.camera import FEWER, Camera, camera_on

USUAL = FEWER


def take(folder: Path, variants: Sequence[str]) -> None:
    """Each turn from the page that hands over, for each variant."""
    for variant in variants:
        with tempfile.TemporaryDirectory(prefix="wren-child-") as work:
            runtime = made_up(Path(work) / "home")
            with camera_on(runtime, folder, variant, "child") as camera:
                walk(camera, runtime)
            runtime.close()


def hand_over_page(camera: Camera) -> None:
    """What the child is called, and the picture of the page."""
    camera.app.fill(say("label.optional", label=say("hand-over.called")), "Kestrel")
    camera.app.scroll(-5000)
    camera.take("hand-over")


def draw_rooms(camera: Camera) -> None:
    """Two rooms, some rain, a dog and a bed."""
    app = camera.app
    camera.take("paper")
    place_on(app, ((0.1, 0.9), (0.1, 0.3), (0.5, 0.08), (0.9, 0.3), (0.9, 0.9), (0.1, 0.9)))
    place_on(app, ((0.5, 0.3), (0.5, 0.9)))
    app.check(say("draw.colour.blue"))
    app.check(say("draw.thin"))
    for across in (0.58, 0.66, 0.74, 0.82):
        place_on(app, ((across, 0.36), (across - 0.03, 0.5)))
    camera.take("drawing")
    app.check(say("draw.stickers"))
    for sticker, spot in (("bed", (0.3, 0.75)), ("dog", (0.72, 0.78))):
        app.check(say(f"draw.sticker.{sticker}"))
        place_on(app, (spot,))
    app.scroll(5000)
    camera.take("stickers")


def place_on(app: Browser, places: tuple[tuple[float, float], ...]) -> None:
    """Draw a line on the paper, or tap it once; places are parts of its width and height."""
    mouse = app.page.mouse
    app.scroll(-5000)
    app.wait_frames(24)
    box = app.page.get_by_role("img", name=say("draw.paper"), exact=True).bounding_box()
    assert box is not None
    spots = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in places]
    mouse.move(*spots[0])
    mouse.down()
    for spot in spots[1:]:
        mouse.move(*spot, steps=12)
        app.wait_frames(2)
    mouse.up()
    app.wait_frames(24)


def hand_over_next(app: Browser, runtime: Runtime, child: str, section: str) -> None:
    """Close the page, let it save its place, and hand over again."""
    app.page.close()
    time.sleep(1)
    hand_over(app, runtime, child, section)


def walk(camera: Camera, runtime: Runtime) -> None:
    app = camera.app
    tool = catalogue.load_tool("child-voice-4-7")
    hand_over(app, runtime, YOUNG, "faces", before=lambda: hand_over_page(camera))
    camera.take("hello")
    app.press_for(say("child.start"), tool.index["face-home"].text)
    camera.take("faces")
    app.check("Scared", role="checkbox")
    camera.take("faces-chosen")
    app.press(say("child.next"))
    app.expect_text(say("child.say.young"))
    camera.take("words")
    app.press(say("child.unsure"))
    app.press_for(say("child.not-now"), say("child.look-back"))
    camera.take("look-back")
    app.press_for(say("child.right"), say("child.end"))
    camera.take("end")
    app.press_for(say("child.give-back"), say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press(say("action.unlock"))
    app.expect_text(say("handed-back.title"))
    camera.take("handed-back")

    hand_over_next(app, runtime, YOUNG, "rooms")
    app.press_for(say("child.start"), tool.index["rooms-picture"].text)
    draw_rooms(camera)
    app.press(say("child.next"))
    app.expect_text(tool.index["rooms-words"].text)
    app.press_for(say("child.next"), tool.index["weather-map"].text)
    for room, weather in (("Kitchen", "Stormy"), ("My bed", "Sunny"), ("Stairs", "Windy")):
        app.fill(say("child.rooms.name"), room)
        app.press(weather, role="checkbox")
        app.expect_text(say("child.rooms.room", room=room, weather=weather))
    app.scroll(-5000)
    camera.take("rooms")

    tool = catalogue.load_tool("child-voice-7-11")
    hand_over_next(app, runtime, MIDDLE, "day-in-line")
    app.press_for(say("child.start"), tool.index["day-line"].text)
    camera.take("day")
    app.press("Tea time", exact=False)
    app.fill(tool.index["line-who"].text, "me and Nan")
    app.press("A bit loud", role="checkbox")
    app.scroll(300)
    camera.take("day-open")

    hand_over_next(app, runtime, MIDDLE, "ladder")
    app.press_for(say("child.start"), tool.index["ladder-now"].text)
    app.press(say("child.ladder.name"))
    app.fill(tool.index["ladder-top"].text, "like at Nan's")
    app.press(say("child.ladder.named"))
    app.scroll(-5000)
    camera.take("ladder")

    hand_over_next(app, runtime, MIDDLE, "people")
    app.press_for(say("child.start"), tool.index["people-map"].text)
    for who, where in (("Nan", "I can tell them"), ("Biscuit", "I can tell them"), ("Coach", "Not sure")):
        app.fill(say("child.rings.name"), who)
        app.press(where, role="checkbox")
        app.expect_text(say("people.move", who=who))
    app.scroll(-5000)
    camera.take("rings")

    hand_over_next(app, runtime, MIDDLE, "feeling")
    app.press_for(say("child.start"), tool.index["feelings"].text)
    camera.take("feelings")

    hand_over_next(app, runtime, MIDDLE, "worries")
    app.press_for(say("child.start"), tool.index["jar"].text)
    for worry, size in (
        ("spelling test", "Small"),
        ("the noise at night", "Big"),
        ("my fish", "In the middle"),
    ):
        app.fill(say("child.jar.name"), worry)
        app.press(size, role="checkbox")
        app.expect_text(say("people.move", who=worry))
    app.scroll(-5000)
    camera.take("jar")
