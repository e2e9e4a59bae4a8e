"""Take the pictures of the pages about people for docs/screens: both sizes, light and dark."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.runtime import Runtime
from app.kit.messages import say
from assessments.casework.casework_records import WithheldInformation
from assessments.casework.ids import new_id
from tests.app.test_people_screens import kept, one, seed
from tests.app.test_screens_around import PASSPHRASE, open_runtime, set_up
from tools.pictures.camera import VARIANTS, Camera, camera_on

USUAL = tuple(VARIANTS)
MAP = {
    "tool": "child-voice-7-11",
    "subject": "ezra",
    "answers": {
        **{"earshot": "nobody", "told": ["who-i-am", "can-stop"], "child-ok": "yes"},
        "people-map": [
            {"who": "Gwen", "place": "can-tell"},
            {"who": "Hanneke", "place": "can-tell"},
            {"who": "Biscuit the dog", "place": "nice"},
            {"who": "Royce", "place": "not-sure"},
        ],
        **{"seen-alone": "yes", "demeanour-during": "Pointed, and laughed once."},
    },
}


def take(folder: Path, variants: Sequence[str]) -> None:
    """Three households anew for each variant."""
    for variant in variants:
        with tempfile.TemporaryDirectory(prefix="wren-people-") as home:
            runtime = open_runtime(Path(home) / "home")
            larkspur: dict[str, Any] = {**seed("larkspur"), "assessments": [MAP]}
            set_up(runtime, larkspur, seed("testerby"), seed("foxglove-demo"))
            change_gwen(runtime)
            try:
                with camera_on(runtime, folder, variant) as camera:
                    camera.app.fill(say("unlock.passphrase"), PASSPHRASE)
                    camera.app.press(say("action.unlock"))
                    walk(camera)
            finally:
                runtime.close()


def change_gwen(runtime: Runtime) -> None:
    """She was written down otherwise before; and what helps her is kept from somebody."""
    gwen = one(kept(runtime, "Larkspur"), "Gwen")
    desk = runtime.unlock(PASSPHRASE)
    now = gwen.model_copy(update={"name": "Gwenllian Larkspur", "language": "Cornish", "needs": ("sight",)})
    desk.save_record(now)
    desk.save_record(now.model_copy(update={"language": "Welsh", "lives_here": not now.lives_here}))
    desk.save_records(
        gwen.household_id,
        [
            WithheldInformation(
                id=new_id(),
                household_id=gwen.household_id,
                about_id=gwen.id,
                part="needs",
                keep_from=("The school",),
            )
        ],
    )
    desk.close()


def walk(camera: Camera) -> None:
    app = camera.app

    def back(words: str) -> None:
        app.press_for(say("action.back"), words)

    app.expect_text("Larkspur")
    app.press("Larkspur.", exact=False)
    app.expect_text(say("household.children"))
    camera.take("people-household")
    app.press(say("person.open-name", name="Ezra Larkspur"))
    app.expect_text(say("person.about"))
    camera.take("people-person")
    app.press(say("person.change"))
    app.expect_text(say("person.other-names"))
    camera.take("people-change")
    back(say("person.about"))
    app.press(say("tie.add"))
    app.expect_text(say("tie.who"))
    app.check("Gwenllian Larkspur", exact=False)
    app.check(say("tie.group.family"), exact=False)
    app.check("Grandchild", exact=False)
    app.scroll(5000)
    camera.take("people-tie")
    back(say("person.about"))
    app.scroll(700)
    camera.take("people-ties")
    back(say("household.children"))
    app.press(say("person.open-name", name="Gwenllian Larkspur"))
    app.expect_text(say("person.about"))
    app.press(say("earlier.title"))
    app.expect_text(say("earlier.lead"))
    camera.take("people-earlier")
    back(say("person.about"))
    back(say("household.children"))
    app.press(say("map.title"), exact=False)
    app.expect_text(say("map.list"))
    app.check("Ezra")
    app.scroll(-5000)
    camera.take("people-map")
    app.scroll(5000 if camera.variant.startswith("phone") else 250)
    camera.take("people-map-drawing")
    back(say("household.children"))
    back("Testerby")
    app.press("Testerby.", exact=False)
    app.expect_text(say("household.children"))
    app.press(say("person.open-name", name="Callan Testerby"))
    app.expect_text(say("alike.title"))
    camera.take("people-hint")
    back(say("household.children"))
    app.press(say("person.open-name", name="Baby Testerby"))
    app.expect_text(say("born.lead"))
    app.press(say("born.title"))
    app.expect_text(say("born.same-record"))
    camera.take("people-born")
    back(say("person.about"))
    back(say("household.children"))
    back("Foxglove-Demo")
    app.press("Foxglove-Demo.", exact=False)
    app.expect_text(say("household.children"))
    app.press(say("person.open-name", name="Kagiso Foxglove-Demo"))
    app.expect_text(say("address.hidden"))
    app.press(say("address.change"))
    app.expect_text(say("address.kind"))
    app.scroll(450)
    camera.take("people-address-form")
    back(say("person.about"))
    app.scroll(1250 if camera.variant.startswith("phone") else 900)
    camera.take("people-address")
    app.press(say("withheld.add"))
    app.expect_text(say("withheld.who"))
    camera.take("people-keep-from")
