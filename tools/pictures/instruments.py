"""Walk every tool on the screen to its end, and take its pictures for docs/tools.

Each tool is opened for a person of a fitting age by somebody whose work it is, with the service
gone: the safe side of each gate, a few full answers, every page to the check page, and "Save and
send". The pictures are looked at by a person: nothing here judges them. The list beside them names
what they show. Named tools are walked alone, and the list is left as it is.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.core.runtime import Runtime
from app.kit.messages import say
from assessments.definitions import catalogue
from assessments.definitions.definition import Item, Role
from assessments.definitions.drawing import Drawing, Sticker, Stroke, to_plain
from assessments.engine import form as forms
from assessments.engine.answers import from_plain
from assessments.engine.scoring import ScoringContext
from tests.app.browser import Browser
from tests.e2e.filling import fill
from tests.e2e.running import PASSPHRASE, Machine
from tools.pictures.camera import Camera

USUAL = ()
TODAY = date.today()
FAMILY = "Hazelby-Demo"
WORK: dict[str, Role] = {"hv": "health-visitor", "mw": "midwife", "police": "police-officer"}


@dataclass(frozen=True)
class Walk:
    """One way through one tool: for whom, by whom, what is answered, and which pages are shown.

    `pages` gives each picture's name the question it is taken after. `side` names a second way
    through the same tool. What must be answered and is not in `answers` gets the plainest answer.
    """

    tool: str
    who: str
    work: str
    pages: Mapping[str, str]
    answers: Mapping[str, Any] = field(default_factory=dict)
    side: str = ""
    also_dark: bool = False


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


def drawn(*lines: tuple[tuple[int, int], ...], colour: str = "blue", sticker: str = "") -> Any:
    """A drawing of a few lines on a phone's paper, in the form in which answers are kept."""
    paper = Drawing(940)
    for line in lines:
        paper = paper.add(Stroke(tuple((across, down, 0) for across, down in line), colour, "thick"))
    return to_plain(paper.add(Sticker(sticker, (760, 300, 0))) if sticker else paper)


HOUSE = ((150, 800), (150, 400), (480, 150), (800, 400), (800, 800), (150, 800))
WALL, LAND = ((480, 400), (480, 800)), ((150, 600), (480, 600))

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
        {"children": "children-threatened", "unknown": "weapon"},
        {
            "earshot": "nobody", "children-threatened": "yes", "children-threatened-how": ["take"],
            "weapon": {"not_answered": "asked-unknown"},
        },
        also_dark=True,
    ),
    Walk(
        "frequency-control", "odette", "hv",
        {"often": "phone-checks", "grade": "own-grade"},
        {
            "phone-checks": "often", "phone-checks-last": "day", "phone-checks-more": "more",
            "insults": "often", "insults-last": "week", "own-grade": "medium",
            "own-grade-why": "Phone read daily since May, and money held back. New: it is more each week.",
        },
    ),
    Walk("stalking-11", "odette", "hv", {"fear": "fear", "ways": "ways"},
         {"fear": "very", "ways": ["calls", "through-others"]}),
    Walk("honour-10", "odette", "hv",
         {"gate": "interpreter", "question": "travel-pressure", "today": "do-not-contact"},
         {"earshot": "nobody", "interpreter": "safe", "age": "18-over", "travel-pressure": "yes"}),
    Walk(
        "strangulation", "odette", "hv", {"signs": "signs", "done": "care-offered"},
        {"happened": "yes", "signs": ["voice", "headache"], "pregnant": "no", "last-time": "week",
         "how": ["arm"], "child-near": "no", "care-offered": "going"},
    ),
    Walk("young-person-13-17", "tamsin", "hv", {"statement": "neck", "around": "how-met"},
         {"how-met": "Through a friend of my cousin."}),
    Walk(
        "routine-enquiry", "odette", "mw", {"gate": "gate-who", "question": "scared"},
        {
            "ask-now": "check", "gate-who": "alone", "gate-soon": "no", "gate-language": "safe",
            "gate-well": "yes", "gate-trained": "yes", "decided-by-other": ["none"],
            "indicators": ["none"], "safe-home": "yes",
        },
    ),
    Walk(
        "routine-enquiry", "odette", "mw", {"another-time": "not-asked-reason", "who": "next-who"},
        {"ask-now": "not-now", "not-asked-reason": "partner-present",
         "next-who": "Ines Placeholder, midwife", "missed-before": "no"},
        side="not-now",
    ),
    Walk("child-voice-2-4", "poppy", "hv", {"sleep": "sleep", "faces": "face-home"},
         GATE | {"child-ok": "joins-in", "sort-map": [{"who": "Doggy", "place": "nice"}],
                 "face-home": ["happy", "scared"], "sleep": "Poppy in the big bed."}),
    Walk(
        "child-voice-4-7", "barnaby", "hv",
        {"drawing": "rooms-picture", "rooms": "rooms-words", "weather": "weather-map"},
        GATE | {"rooms-picture": drawn(HOUSE, WALL, LAND, sticker="dog"),
                "rooms-words": "My room is next to the stairs.",
                "weather-map": [{"who": "Kitchen", "place": "storm"}, {"who": "My room", "place": "sun"}],
                "step-home": "middle"},
        also_dark=True,
    ),
    Walk(
        "child-voice-7-11", "nell", "hv",
        {"telling": "told", "day": "day-tea", "ladder": "ladder-now", "map": "people-map",
         "drawing": "picture"},
        GATE | {"day-tea": "We sit on the stairs until it is quiet.", "ladder-now": 7,
                "feelings": ["worried", "loved"],
                "people-map": [{"who": "Nana", "place": "can-tell"}],
                "picture": drawn(((200, 700), (500, 300), (800, 700)), colour="purple", sticker="tree")},
    ),
    Walk(
        "child-voice-7-11", "nell", "hv", {"watch": "watched"},
        {"earshot": "may-harm", "watched": "Stood by the window and watched the gate.",
         "seen-alone": "no", "demeanour-during": "Still. Looked at the door each time it moved."},
        side="not-safe",
    ),
    Walk(
        "child-voice-11-14", "idris", "hv", {"carrying": "care-jobs", "time": "time"},
        GATE | {"care-jobs": "I put the little ones to bed.", "safe-now": 5,
                "time": [{"time-who": "Dad", "time-good": "We fix bikes."}]},
    ),
    Walk(
        "child-voice-14-17", "tamsin", "hv", {"now": "now-home", "timeline": "timeline"},
        GATE | {"now-home": "Better when it is just us.", "plan-safe": "own",
                "timeline": [{"time-when": "Year 8", "time-what": "We moved twice."}]},
    ),
    Walk(
        "child-voice-symbols", "nell", "hv", {"cup": "control-cup", "pictures": "home-pictures"},
        GATE | {"control-cup": "yes", "control-shoe": "no", "control-result": "both-fit",
                "home-pictures": ["loud", "hide", "hug"]},
    ),
    Walk(
        "child-card", "barnaby", "police", {"say": "child-ok", "words": "need", "look": "demeanour"},
        {"where": "other-room", "seen": "me", "earshot": "nobody", "child-ok": "yes",
         "need": "My blanket.", "spoken": "alone", "demeanour": ["quiet-still"], "injury": "none-seen"},
    ),
    Walk(
        "disclosure", "nell", "hv", {"words": "lines", "call": "called"},
        {"earshot": "nobody",
         "lines": [{"line-time": "14:05", "line-words": "I hide in the airing cupboard."}],
         "told": ["thanks", "not-fault"], "called": ["childrens-social-care"], "called-at": "14:20"},
    ),
    Walk(
        "observation-0-12m", "finch", "hv", {"rating": "eye-face", "adults": "adults"},
        {"state": "quiet-alert", "marks": "no", "eye-face": "1", "eye-face.evidence": RATED,
         "last-feed": "11:30", "minutes-watched": 5,
         "adults": [{"adult-who": "Aunt", "adult-before": "Loose hands, looked about."}]},
    ),
    Walk("observation-1-3y", "poppy", "hv", {"marks": "marks", "signs": "signs"},
         {"state": "quiet-alert", "marks": "no", "comfort": "2", "comfort.evidence": RATED,
          "signs": ["clings", "sleep"]}),
    Walk("observation-3-5y", "barnaby", "hv", {"rating": "play", "linking": "linking"},
         {"state": "active-alert", "marks": "no", "play": "not-observable", "linking": "possibly",
          "linking-because": "Sleep is broken each weekend of contact. Nursery will be asked."}),
    Walk("unborn", "baby", "mw", {"urgent": "body-today", "care": "booked", "birth": "ward-knows"},
         {"body-today": ["none"], "weeks": 26, "booked": "yes", "booked-weeks": 9, "ward-knows": "no"}),
    Walk("what-worries-you", "odette", "hv", {"words": "what-worries", "child": "children"},
         {"earshot": "nobody", "what-worries": "He reads my phone, and Nell has stopped singing.",
          "children": [{"child-who": "Nell", "child-changed": "She asks who is at the door."}]}),
    Walk("adult-mental-health-impact", "odette", "hv",
         {"urgent": "child-in-anger", "outcome": "outcome"},
         {"outcome": "watch", "outcome-because": "Sleeps badly. The aunt is there each evening."}),
    Walk(
        "perpetrator-pattern", "odette", "hv",
        {"kind": "watching", "level": "watching.level", "control": "coercive-control"},
        {
            "watching": "yes", "watching.acts": ["phone", "timing"], "watching.level": "1",
            "coercive-control": "present",
            "coercive-control-because": "Phone, money and outings are ruled, for three years, each day.",
        },
    ),
    Walk("child-feedback", "nell", "hv", {"said": "listened", "words": "do-again"},
         GATE | {"listened": "both", "do-again": "Bring the pens."}),
]  # fmt: skip


def take(folder: Path, tools: Sequence[str]) -> None:
    """Walk these tools, or all of them; the list is written only then."""
    work = Path(tempfile.mkdtemp(prefix="wren-tools-"))
    work.chmod(0o755)
    machine = Machine(work)
    try:
        set_up(machine, work / "visit.json")
        for one in (walk for walk in WALKS if not tools or walk.tool in tools):
            for dark in (False, True) if one.also_dark else (False,):
                walk_through(machine, one, folder, dark=dark)
                print(picture_name(one, dark=dark), "walked", flush=True)
    finally:
        machine.stop()
        shutil.rmtree(work, ignore_errors=True)
    if not tools:
        (folder / "README.md").write_text(listing(), encoding="utf-8")


def set_up(machine: Machine, visit: Path) -> None:
    """One device that knows a service and a family; then the service goes."""
    machine.start_service()
    machine.wren("setup", "--url", machine.service_url)
    family = {"name": FAMILY, "persons": PEOPLE}
    contact = {"on": TODAY.isoformat(), "kind": "home-visit", "role": "health-visitor"}
    visit.write_text(json.dumps({"household": family, "contact": contact, "assessments": []}), "utf-8")
    machine.wren("visit", str(visit))
    machine.stop_service()


def walk_through(machine: Machine, one: Walk, folder: Path, *, dark: bool) -> None:
    """Open the tool as the person whose work it is, and go to its end."""
    runtime = Runtime.open(machine.home)
    runtime.save_role("hv1", WORK[one.work])
    runtime.close()
    machine.start_app()
    try:
        with Browser(machine.app_url, dark=dark) as app:
            camera = Camera(app, folder, "", picture_name(one, dark=dark))
            open_tool(app, one)
            go_to_the_end(camera, one)
            app.press(say("action.finish"))
            app.expect_text(say("finished.title"))
            # The next walk comes back to where this one was left.
            app.press(say("finished.household"))
            app.expect_text(say("household.children"))
            app.press(say("action.back"))
            app.expect_text(say("today.households"))
            app.page.wait_for_timeout(1500)
            assert app.errors == []
            assert app.foreign == []
    finally:
        machine.kill_app()


def open_tool(app: Browser, one: Walk) -> None:
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press_for(say("action.unlock"), say("today.households"))
    # The row names the children; a record in progress, above it, names one person.
    app.press(f"{FAMILY}. {PEOPLE[1]['name']}", exact=False)
    person = next(person["name"] for person in PEOPLE if person["ref"] == one.who)
    app.press(say("household.start-for", name=person.split()[0]), exact=False)
    app.expect_text(say("pick.title"))
    app.press(say("pick.start", tool=catalogue.load_tool(one.tool).title), exact=False)


def go_to_the_end(camera: Camera, one: Walk) -> None:
    """Page by page to the check page, with a picture of the first, of the chosen ones and of the last."""
    seen: list[str] = []
    names = {link_id: name for name, link_id in one.pages.items()}

    def see(heading: str) -> None:
        if not seen and not one.side:
            camera.take("first")
        seen.append(heading)

    def after(link_id: str) -> None:
        if link_id in names:
            camera.take(names[link_id])

    fill(camera.app, one.tool, plain_answers(one), see=see, after=after)
    camera.app.expect_text(say("check.title"))
    camera.take("check")


def plain_answers(one: Walk) -> dict[str, Any]:
    """The answers of a walk, with the plainest one for what must be answered besides."""
    tool = catalogue.load_tool(one.tool)
    answers = {link_id: value for link_id, value in one.answers.items() if link_id in tool.index}
    form = forms.open_form(tool, catalogue.load_area().rules_for(one.tool), ScoringContext(on=TODAY))
    while waiting := [
        link_id
        for link_id in form.visible
        if link_id not in form.entries and (link_id in answers or link_id in form.missing)
    ]:
        item = tool.index[waiting[0]]
        if item.link_id not in answers:
            answers[item.link_id] = plainest(item)
        entered = forms.AnswerEntered(item.link_id, from_plain(item, answers[item.link_id]))
        form = forms.update(form, entered).form
    assert form.can_complete, (one.tool, form.findings)
    unused = [link_id for link_id in one.pages.values() if link_id not in form.answers]
    assert not unused, (one.tool, unused)
    return answers


def plainest(item: Item) -> Any:
    """No where there is a no, the first choice where there is none, and a few words."""
    codes = [option.code for option in item.options]
    match item.type:
        case "choice":
            return "no" if "no" in codes else codes[0]
        case "choices":
            return [next((option.code for option in item.options if option.alone), codes[0])]
        case "date":
            return (TODAY + timedelta(days=7)).isoformat()
        case "text":
            return "Seen and heard today, in the kitchen."
    raise AssertionError(f"{item.link_id}: answer it by name")


def picture_name(one: Walk, *, dark: bool) -> str:
    return "-".join(part for part in (one.tool, one.side, "dark" if dark else "") if part)


def pictures_of(one: Walk) -> list[str]:
    names = [*(() if one.side else ("first",)), *one.pages, "check"]
    return [
        f"{picture_name(one, dark=dark)}-{name}.png"
        for dark in ((False, True) if one.also_dark else (False,))
        for name in names
    ]


def listing() -> str:
    """The list for people: one line for each tool, with its pictures in the order of the walk."""
    lines = [
        "# Every tool on screen",
        "",
        "Each tool as it stands on a phone of 390 by 844, filled to its end with no connection. The",
        "family is made up. Taken by `python -m tools.pictures instruments`.",
        "",
        "| Tool | Pictures |",
        "|---|---|",
    ]
    for tool in catalogue.list_tool_ids():
        shots = [shot for one in WALKS if one.tool == tool for shot in pictures_of(one)]
        shown = " ".join(
            f'<img src="{shot}" width="195" alt="{shot.removesuffix(".png")}">' for shot in shots
        )
        lines.append(f"| {catalogue.load_tool(tool).title}<br>`{tool}` | {shown} |")
    return "\n".join([*lines, ""])
