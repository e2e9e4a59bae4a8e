"""Take the pictures of a child's turn for docs/screens: both sizes, and a few in the dark.

    python -m tests.e2e.child_pictures [FOLDER] [VARIANT...]

They are looked at by a person, as a child and as an adult would: nothing here judges them.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from datetime import date
from pathlib import Path

from app.core.runtime import Runtime
from app.kit.messages import say
from app.shell.shell import make_open_page
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.definitions import catalogue
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.ports import SystemClock
from assessments.store import Store
from tests.app.browser import PHONE, WIDE, Browser, Served
from tests.app.test_screens_around import know_a_service
from tests.e2e.running import ROOT
from tests.store.made_up import CHEAPEST, PASSPHRASE

VARIANTS = {
    "phone-light": (PHONE, False),
    "wide-light": (WIDE, False),
    "phone-dark": (PHONE, True),
}
YOUNG, MIDDLE = "Petra Thistlecombe", "Osric Thistlecombe"


class Camera:
    """One walk in one size and one light."""

    def __init__(self, app: Browser, folder: Path, variant: str) -> None:
        self.app, self.folder, self.variant = app, folder, variant

    def take(self, name: str) -> None:
        self.app.page.wait_for_timeout(600)
        self.app.shot(self.folder / f"child-{name}-{self.variant}.png")

    def look_for(self, words: str) -> None:
        self.app.expect_text(words)


def made_up(folder: Path) -> Runtime:
    """A device on which two children's talks are begun: one of five, one of nine."""
    clock = SystemClock()
    runtime = Runtime(Store.open(folder, clock, CHEAPEST), clock, folder / "packs")
    know_a_service(runtime)
    home, today = new_id(), date.today()
    children = [
        Person(
            id=new_id(), household_id=home, name=name, born=today.replace(day=1, year=today.year - years),
            roles=("child",),
        )
        for name, years in ((YOUNG, 5), (MIDDLE, 9))
    ]  # fmt: skip
    desk = runtime.set_up(PASSPHRASE, "hv1")
    desk.save_household(Household(id=home, name="Thistlecombe"), children)
    contact = Contact(id=str(uuid.uuid4()), household_id=home, on=today, kind="visit", role="health-visitor")
    desk.save_contact(contact)
    for child, tool in zip(children, ("child-voice-4-7", "child-voice-7-11"), strict=True):
        work = desk.start_assessment(contact, child.id, tool, ScoringContext(on=today))
        for link_id, value in (("earshot", "nobody"), ("told", ("can-stop",)), ("child-ok", "yes")):
            work = desk.apply_event(work, forms.AnswerEntered(link_id, Answered(value)))
        desk.save_item_drafts(work, {"page": 0, "half": {}})
    desk.close()
    return runtime


def turn_to(runtime: Runtime, child: str, section: str) -> None:
    """Leave this child's talk at a section, and the first page open."""
    desk = runtime.unlock(PASSPHRASE)
    for heading in desk.households()[0].assessments:
        if desk.subject_of(heading.id).name == child:
            work = desk.resume_assessment(heading.id)
            every = forms.list_pages(work.form)
            page = next(n for n, page in enumerate(every) if page.section.link_id == section)
            desk.save_item_drafts(work, {"page": page, "half": {}})
    desk.save_resume_state({"trail": [["today", ""]]})
    desk.close()


def hand_over(camera: Camera, runtime: Runtime, child: str, section: str, *, pictures: bool = False) -> None:
    """The adult's way to the child's first page."""
    app = camera.app
    # A page that goes keeps its place first.
    app.page.close()
    time.sleep(1)
    turn_to(runtime, child, section)
    app.page = app.new_page()
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press(say("action.unlock"))
    app.expect_text("Thistlecombe")
    app.press(child, exact=False)
    app.press_for(say("hand-over.offer"), say("hand-over.title"))
    if pictures:
        app.fill(say("label.optional", label=say("hand-over.called")), "Kestrel")
        app.scroll(-5000)
        camera.take("hand-over")
    app.press(say("hand-over.go"))
    app.expect_text(say("child.telling.young.3" if child == YOUNG else "child.telling.middle.3"))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"
    for variant in sys.argv[2:] or VARIANTS:
        size, dark = VARIANTS[variant]
        with tempfile.TemporaryDirectory(prefix="wren-child-") as work:
            runtime = made_up(Path(work) / "home")
            with Served(make_open_page(runtime)) as served, Browser(served.url, size=size, dark=dark) as app:
                walk(Camera(app, folder, variant), runtime)
                assert app.errors == []
            runtime.close()
        print(variant, "taken")


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
    app.page.wait_for_timeout(400)
    box = app.page.get_by_role("img", name=say("draw.paper"), exact=True).bounding_box()
    assert box is not None
    spots = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in places]
    mouse.move(*spots[0])
    mouse.down()
    for spot in spots[1:]:
        mouse.move(*spot, steps=12)
        app.page.wait_for_timeout(40)
    mouse.up()
    app.page.wait_for_timeout(400)


def walk(camera: Camera, runtime: Runtime) -> None:
    app = camera.app
    tool = catalogue.load_tool("child-voice-4-7")
    hand_over(camera, runtime, YOUNG, "faces", pictures=True)
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

    hand_over(camera, runtime, YOUNG, "rooms")
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
    hand_over(camera, runtime, MIDDLE, "day-in-line")
    app.press_for(say("child.start"), tool.index["day-line"].text)
    camera.take("day")
    app.press("Tea time", exact=False)
    app.fill(tool.index["line-who"].text, "me and Nan")
    app.press("A bit loud", role="checkbox")
    app.scroll(300)
    camera.take("day-open")

    hand_over(camera, runtime, MIDDLE, "ladder")
    app.press_for(say("child.start"), tool.index["ladder-now"].text)
    app.press(say("child.ladder.name"))
    app.fill(tool.index["ladder-top"].text, "like at Nan's")
    app.press(say("child.ladder.named"))
    app.scroll(-5000)
    camera.take("ladder")

    hand_over(camera, runtime, MIDDLE, "people")
    app.press_for(say("child.start"), tool.index["people-map"].text)
    for who, where in (("Nan", "I can tell them"), ("Biscuit", "I can tell them"), ("Coach", "Not sure")):
        app.fill(say("child.rings.name"), who)
        app.press(where, role="checkbox")
        app.expect_text(say("people.move", who=who))
    app.scroll(-5000)
    camera.take("rings")

    hand_over(camera, runtime, MIDDLE, "feeling")
    app.press_for(say("child.start"), tool.index["feelings"].text)
    camera.take("feelings")

    hand_over(camera, runtime, MIDDLE, "worries")
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


if __name__ == "__main__":
    main()
