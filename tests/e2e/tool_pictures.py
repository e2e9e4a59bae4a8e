"""Walk every tool on the screen to its end, and take its pictures for docs/tools.

    python -m tests.e2e.tool_pictures [FOLDER] [TOOL ...]

Each tool is opened for a person of a fitting age by somebody whose work it is, with the service
gone: the safe side of each gate, a few full answers, every page to the check page, and "Save and
send". The pictures are looked at by a person: nothing here judges them. The list beside them names
what they show. Named tools are walked alone, and the list is left as it is.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.messages import say
from app.runtime import Runtime
from assessments import catalogue
from assessments.definition import Instrument, Item, Role
from assessments.engine.form import Page
from tests.app.browser import Browser
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, ROOT, Machine

TODAY = date.today()
FAMILY = "Hazelby-Demo"
WORK: dict[str, Role] = {"hv": "health-visitor", "mw": "midwife", "police": "police-officer"}


@dataclass(frozen=True)
class Walk:
    """One way through one tool: for whom, by whom, what is answered, and which pages are shown.

    `pages` gives each picture's name the question whose page it shows, answered. `side` names a
    second way through the same tool. What is not in `answers` and must be answered is answered
    with the plainest thing that fits.
    """

    tool: str
    who: str
    work: str
    pages: Mapping[str, str]
    answers: Mapping[str, Any] = field(default_factory=dict)
    side: str = ""
    dark: bool = False
    first: bool = True


def born(years: int, months: int = 0) -> str:
    """A date of birth that gives this age on whatever day this runs."""
    return (TODAY - timedelta(days=365 * years + 31 * months + 40)).isoformat()


PEOPLE: list[dict[str, Any]] = [
    {"ref": "odette", "name": f"Odette {FAMILY}", "born": born(33), "roles": ["mother"]},
    {"ref": "tamsin", "name": f"Tamsin {FAMILY}", "born": born(15), "roles": ["child"]},
    {"ref": "idris", "name": f"Idris {FAMILY}", "born": born(12), "roles": ["child"]},
    {"ref": "nell", "name": f"Nell {FAMILY}", "born": born(8), "roles": ["child"]},
    {"ref": "barnaby", "name": f"Barnaby {FAMILY}", "born": born(4), "roles": ["child"]},
    {"ref": "poppy", "name": f"Poppy {FAMILY}", "born": born(2), "roles": ["child"]},
    {"ref": "finch", "name": f"Finch {FAMILY}", "born": born(0, 6), "roles": ["child"]},
    {
        "ref": "baby",
        "name": f"Baby {FAMILY}",
        "due": (TODAY + timedelta(days=98)).isoformat(),
        "roles": ["unborn"],
    },
]

# What opens a child's questions, and what a practitioner writes once the child has gone.
GATE = {
    "earshot": "nobody",
    "questioned-after": "no",
    "told": ["who-i-am", "what-i-write", "no-secrets", "can-stop"],
    "child-ok": "yes",
    "seen-alone": "yes",
    "demeanour-during": "Quiet at first. Looked at the door twice, then sat down close to the paper.",
}
RATED = "Looked up at each of us in turn and smiled when the aunt smiled."

WALKS = [
    Walk(
        "risk-24", "odette", "hv",
        {"yes": "frightened", "call": "strangulation"},
        {
            "earshot": "nobody", "frightened": "yes", "frightened.detail": "Since the spring, most days.",
            "strangulation": "yes", "strangulation-signs": ["voice"], "history-seen": "seen",
        },
    ),
    Walk(
        "risk-27", "odette", "police",
        {"children": "children-threatened", "before": "earshot"},
        {
            "earshot": "nobody", "children-threatened": "yes", "children-threatened-how": ["take"],
            "weapon": {"not_answered": "asked-unknown"},
        },
        dark=True,
    ),
    Walk(
        "frequency-control", "odette", "hv",
        {"often": "phone-checks", "grade": "own-grade"},
        {
            "phone-checks": "nearly-always", "phone-checks-last": "day", "phone-checks-more": "more",
            "insults": "often", "insults-last": "week", "own-grade": "medium",
            "own-grade-why": "Phone read daily since May, and money held back. New: it is more each week.",
        },
    ),
    Walk("stalking-11", "odette", "hv", {"question": "fear", "ways": "ways"},
         {"fear": "some", "ways": ["calls", "through-others"]}),
    Walk("honour-10", "odette", "hv", {"question": "", "more": ""}),
    Walk(
        "strangulation", "odette", "hv", {"signs": "signs", "done": "how"},
        {"happened": "yes", "signs": ["voice", "headache"], "pregnant": "no", "last-time": "week",
         "how": ["arm"], "child-near": "no", "care-offered": "going"},
    ),
    Walk("young-person-13-17", "tamsin", "hv", {"statement": "neck", "around": "how-met"},
         {"how-met": "Through a friend of my cousin."}),
    Walk(
        "routine-enquiry", "odette", "mw", {"gate": "ask-now", "question": "scared"},
        {
            "ask-now": "check", "gate-who": "alone", "gate-soon": "no", "gate-language": "safe",
            "gate-well": "yes", "gate-trained": "yes", "decided-by-other": ["none"],
            "indicators": ["none"],
        },
    ),
    Walk(
        "routine-enquiry", "odette", "mw", {"another-time": "not-asked-reason"},
        {"ask-now": "not-now", "not-asked-reason": "partner-present",
         "next-who": "Ines Placeholder, midwife", "missed-before": "no"},
        side="not-now", first=False,
    ),
    Walk("child-voice-2-4", "poppy", "hv", {"map": "sort-map", "faces": "face-home"},
         GATE | {"child-ok": "joins-in", "sort-map": [{"who": "Doggy", "place": "nice"}],
                 "face-home": ["happy", "scared"], "sleep": "Poppy in the big bed."}),
    Walk(
        "child-voice-4-7", "barnaby", "hv", {"rooms": "rooms-words", "weather": "weather-map"},
        GATE | {"rooms-words": "My room is next to the stairs.",
                "weather-map": [{"who": "Kitchen", "place": "storm"}, {"who": "My room", "place": "sun"}],
                "step-home": "middle"},
        dark=True,
    ),
    Walk(
        "child-voice-7-11", "nell", "hv", {"day": "day-tea", "ladder": "ladder-now"},
        GATE | {"day-tea": "We sit on the stairs until it is quiet.", "ladder-now": 4,
                "feelings": ["worried", "loved"],
                "people-map": [{"who": "Nana", "place": "can-tell"}]},
    ),
    Walk(
        "child-voice-7-11", "nell", "hv", {"watch": "watched"},
        {"earshot": "may-harm", "watched": "Stood by the window and watched the gate.",
         "seen-alone": "no", "demeanour-during": "Still. Looked at the door each time it moved."},
        side="not-safe", first=False,
    ),
    Walk(
        "child-voice-11-14", "idris", "hv", {"time": "time", "carrying": "care-jobs"},
        GATE | {"care-jobs": "I put the little ones to bed.", "safe-now": 5,
                "time": [{"time-who": "Dad", "time-good": "We fix bikes."}]},
    ),
    Walk(
        "child-voice-14-17", "tamsin", "hv", {"timeline": "timeline", "now": "now-home"},
        GATE | {"now-home": "Better when it is just us.", "plan-safe": "own",
                "timeline": [{"time-when": "Year 8", "time-what": "We moved twice."}]},
    ),
    Walk(
        "child-voice-symbols", "nell", "hv", {"pictures": "home-pictures", "cup": "control-cup"},
        GATE | {"control-cup": "yes", "control-shoe": "no", "control-result": "both-fit",
                "home-pictures": ["loud", "hide", "hug"]},
    ),
    Walk(
        "child-card", "barnaby", "police", {"hear": "spoken", "look": "demeanour"},
        {"where": "other-room", "seen": "me", "earshot": "nobody", "child-ok": "yes",
         "need": "My blanket.", "spoken": "alone", "demeanour": ["quiet-still"], "injury": "no"},
    ),
    Walk(
        "disclosure", "nell", "hv", {"words": "lines", "call": "called"},
        {"earshot": "nobody", "lines": [{"line-time": "14:05", "line-words": "I hide in the airing cupboard."}],
         "told": ["thanks", "not-fault"], "called": ["childrens-social-care"], "called-at": "14:20"},
    ),
    Walk(
        "observation-0-12m", "finch", "hv", {"rating": "eye-face", "urgent": "marks"},
        {"state": "quiet-alert", "marks": "no", "eye-face": "1", "eye-face.evidence": RATED,
         "last-feed": "11:30", "minutes-watched": 5,
         "adults": [{"adult-who": "Aunt", "adult-before": "Loose hands, looked about."}]},
    ),
    Walk("observation-1-3y", "poppy", "hv", {"rating": "comfort", "signs": "signs"},
         {"state": "quiet-alert", "marks": "no", "comfort": "2", "comfort.evidence": RATED,
          "signs": ["clings", "sleep"]}),
    Walk("observation-3-5y", "barnaby", "hv", {"rating": "play", "linking": "linking"},
         {"state": "active-alert", "marks": "no", "play": "not-observable", "linking": "possibly",
          "linking-because": "Sleep is broken each weekend of contact. Nursery will be asked."}),
    Walk("unborn", "baby", "mw", {"care": "booked", "birth": "birth-place"},
         {"body-today": ["none"], "weeks": 26, "booked": "yes", "booked-weeks": 9, "ward-knows": "no"}),
    Walk("what-worries-you", "odette", "hv", {"question": "", "more": ""}),
    Walk("adult-mental-health-impact", "odette", "hv", {"urgent": "child-in-plan", "outcome": "outcome"},
         {"outcome": "watch", "outcome-because": "Sleeps badly. The aunt is there each evening."}),
    Walk(
        "perpetrator-pattern", "odette", "hv", {"family": "watching", "control": ""},
        {"watching": "yes", "watching.acts": ["phone", "timing"], "watching.level": "1"},
    ),
    Walk("child-feedback", "nell", "hv", {"face": "listened", "words": "do-again"},
         GATE | {"listened": "both", "do-again": "Bring the pens."}),
]  # fmt: skip
