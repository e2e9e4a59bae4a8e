"""Take the pictures of who was seen, of the interruption and of the children side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.kit.messages import say
from tests.app.test_screens_around import PASSPHRASE, TODAY, born, open_runtime, set_up
from tools.pictures.camera import VARIANTS, Camera, camera_on

USUAL = tuple(VARIANTS)
CALM = "Stayed close to Mum and played quietly for the whole visit."


def samplewood() -> dict[str, Any]:
    """A baby, a toddler, a stepchild who lives elsewhere and a baby to come; one visit a month ago."""
    return {
        "household": {
            "name": "Samplewood",
            "persons": [
                {"ref": "ifeoma", "name": "Ifeoma Samplewood", "born": "1998-06-14", "roles": ["mother"]},
                {
                    "ref": "dane",
                    "name": "Dane Samplewood",
                    "born": "1994-11-02",
                    "roles": ["father", "causes-concern"],
                },
                {"ref": "wren", "name": "Wren Samplewood", "born": born(days=52), "roles": ["child"]},
                {"ref": "otis", "name": "Otis Samplewood", "born": born(days=886), "roles": ["child"]},
                {"ref": "piran", "name": "Piran Testerby", "born": born(days=2500), "roles": ["child"]},
            ],
            "relationships": [
                {"from": "ifeoma", "to": "wren", "kind": "mother"},
                {"from": "ifeoma", "to": "otis", "kind": "mother"},
                {"from": "dane", "to": "wren", "kind": "father"},
                {"from": "dane", "to": "otis", "kind": "father"},
                {"from": "dane", "to": "piran", "kind": "stepfather"},
                {"from": "otis", "to": "wren", "kind": "brother"},
            ],
        },
        "contact": {
            "on": (TODAY - timedelta(days=30)).isoformat(),
            "kind": "home-visit",
            "role": "health-visitor",
        },
        "assessments": [],
        "seen": [
            {
                "child": "otis",
                "how": "heard",
                "said": [{"words": "no shout", "origin": "said"}],
                "observation": CALM,
                "interpretation": "He may be trying to stop it.",
                "alone": False,
                "at_home": True,
            },
            {"child": "piran", "how": "observed", "observation": CALM, "alone": False, "at_home": True},
            {"child": "wren", "how": "seen-not-spoken", "why_code": "asleep", "at_home": True},
        ],
    }


def walk(camera: Camera) -> None:
    app = camera.app
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press(say("action.unlock"))
    app.expect_text("Samplewood")
    camera.take("today-unwatched")
    app.press("Samplewood", exact=False)
    app.expect_text(say("household.children"))
    app.press(say("household.who-seen"), exact=False)
    app.expect_text(say("contact.title"))
    camera.take("ledger")
    app.press("Otis Samplewood", exact=False)
    app.expect_text(say("seen.how", name="Otis"))
    app.check(say("seen.how.heard"), exact=False)
    app.fill(say("seen.prompt"), "What happens at bedtime?")
    app.fill(say("seen.exact"), "daddy loud. i hide unda the blanket")
    app.check(say("seen.origin.said"))
    camera.take("ledger-heard")
    app.scroll(1500)
    camera.take("ledger-heard-more")
    app.fill(say("seen.observation"), "Put his hands over his ears when Dane spoke.")
    app.press(say("seen.save"))
    app.expect_text(say("contact.so-far", n=1, of=3))
    app.press("Piran Testerby", exact=False)
    app.check(say("seen.how.not-seen"), exact=False)
    app.check(say("why.elsewhere"))
    app.fill(say("seen.plan"), "See him at school, alone.")
    soon = TODAY + timedelta(days=6)
    app.fill(say("seen.due"), f"{soon.day} {soon.month} {soon.year}")
    app.scroll(-5000)
    camera.take("ledger-not-seen")
    app.press(say("seen.save"))
    app.expect_text(say("contact.so-far", n=2, of=3))
    camera.take("ledger-two")
    app.press(say("contact.finish"))
    app.expect_text(say("leave.silent-title", n=1))
    camera.take("interruption")
    app.press(say("contact.finish"))
    app.expect_text(say("problems.title"))
    camera.take("interruption-problem")
    app.check(say("why.asleep"))
    app.check(say("outcome.met"))
    app.check("Dane Samplewood")
    app.scroll(-5000)
    app.press(say("contact.finish"))
    app.expect_text("A change now is kept as a correction")
    camera.take("ledger-finished")
    app.press(say("action.back"))
    app.expect_text(say("household.children"))
    app.scroll(-5000)
    camera.take("household-counted")
    app.press(say("siblings.title"), exact=False)
    app.expect_text(say("siblings.apart"))
    camera.take("siblings")
    app.scroll(900)
    camera.take("siblings-more")


def take(folder: Path, variants: Sequence[str]) -> None:
    """The household anew for each variant. No service is asked for anything."""
    for variant in variants:
        with tempfile.TemporaryDirectory(prefix="wren-pictures-") as home:
            runtime = open_runtime(Path(home) / "home")
            set_up(runtime, samplewood())
            try:
                with camera_on(runtime, folder, variant) as camera:
                    walk(camera)
            finally:
                runtime.close()
