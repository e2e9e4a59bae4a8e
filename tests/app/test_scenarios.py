"""Invented families, from the first visit on, in the real app on a real store: what the pages show.

Each scenario stands on its own day. What came before is played from its training file; what matters is
pressed and typed as a person would. Nobody in it exists.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.runtime import Runtime
from app.kit.messages import say
from app.shell import lifecycle
from app.visit_file.importer import import_visit, read_visit_file
from assessments.casework.casework_records import RecordLink
from assessments.casework.records import Role
from assessments.definitions import catalogue
from tests.app.headless import Headless
from tests.app.test_people_screens import HIDDEN, everything, is_born, kept, one, seed
from tests.app.test_screens_around import (
    PASSPHRASE,
    headings,
    know_a_service,
    open_runtime,
    press,
    unlocked,
    until,
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """The day that the page takes for today."""

    def set_day(day: date) -> None:
        monkeypatch.setattr(lifecycle, "_today", lambda: day)

    return set_day


def set_up(runtime: Runtime, role: Role, *visits: dict[str, Any]) -> None:
    """A device in use by somebody of this work, with these visits on it."""
    know_a_service(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    runtime.save_role("hv1", role)
    for visit in visits:
        import_visit(desk, read_visit_file(visit, lambda error: error.code))
    desk.close()


@asynccontextmanager
async def at_household(runtime: Runtime, name: str) -> AsyncIterator[Headless]:
    """The unlocked app, on the page of this household."""
    async with unlocked(runtime) as app:
        await press(app, name, then=say("household.children"))
        yield app


Act = str | tuple[str, str] | Callable[[Headless], Awaitable[None]]


async def go_through(app: Headless, answers: dict[str, tuple[Act, ...]]) -> list[str]:
    """Answer each page by its heading, up to the check page; everything that was shown on the way.

    An answer is the name of what is tapped, a label with what is typed there, or what else is done.
    """
    shown: list[str] = []
    left = dict(answers)
    while headings(app) != [say("check.title")]:
        shown += app.texts()
        for answer in left.pop(headings(app)[0], ()):
            if isinstance(answer, str):
                await app.press(answer)
            elif isinstance(answer, tuple):
                await app.type(*answer)
            else:
                await answer(app)
        await app.press(say("action.continue"))
        assert not app.sees(say("problems.title")), app.texts()
    assert not left, f"never asked: {list(left)}"
    return shown


async def finish(app: Headless) -> None:
    """Finish what the check page shows, and go back to the household."""
    await press(app, say("action.finish"), then=say("finished.title"))
    await app.press(say("finished.household"))
    await until(app, say("household.children"))


def own_part(app: Headless, name: str, *others: str) -> str:
    """What stands on the household's page under one person and under nobody else."""
    texts = app.texts()
    start = texts.index(name)
    ends = [at for other in others if (at := texts.index(other)) > start]
    return "\n".join(texts[start : min(ends, default=len(texts))])


def watched(tool: str, what: str, **more: Any) -> dict[str, Any]:
    """Every question of an observation that must be answered, with what was seen beside each rating."""
    answers: dict[str, Any] = {}
    for item in catalogue.load_tool(tool).walk():
        if not item.required:
            continue
        codes = [option.code for option in item.options]
        if item.link_id.endswith(".evidence") or item.type == "text":
            answers[item.link_id] = what
        elif "not-observable" in codes:
            answers[item.link_id] = "1"
        else:
            answers[item.link_id] = codes[0] if item.type == "choice" else [codes[-1]]
    return {**answers, **more}


# ---------------------------------------------------------------- two siblings with opposite views

NED_SAID = "He asks me what Mum does."
PASSED = "I don't want to say"
HUGO_SAYS = "Hugo calls them historical incidents."


async def note_what_hugo_says(app: Headless) -> None:
    """The adviser takes over a word of Hugo's, is told what it may do, and keeps it."""
    await app.type("What do you know, and from whom? (optional)", HUGO_SAYS)
    phrase = "historical incidents"
    await until(app, say("language.why.cuts-off", phrase=phrase))
    assert app.sees("acts that began in …")
    await app.press(say("language.keep-name", phrase=phrase))
    assert not app.sees(say("language.why.cuts-off", phrase=phrase))


def neds_talk() -> dict[str, Any]:
    return {
        "tool": "child-voice-11-14",
        "subject": "ned",
        "answers": {
            **{"earshot": "nobody", "told": ["who-i-am", "can-stop"], "child-ok": "yes"},
            "safe-now": 2,
            "safe-now-words": [{"words": NED_SAID, "origin": "child-said", "prompt": "Why that number?"}],
            **{"seen-alone": "yes", "demeanour-during": "Spoke fast, watched the clock."},
        },
    }


async def test_two_siblings_with_opposite_views_are_never_merged(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    visit = seed("placeholder-voss")
    visit["assessments"] = [neds_talk()]
    on_day(date(2026, 5, 14))
    set_up(runtime, "family-court-adviser", visit)
    ned, lottie = "Ned Placeholder-Voss", "Lottie Placeholder-Voss"
    async with at_household(runtime, "Placeholder-Voss") as app:
        assert "Heard today" in own_part(app, ned, lottie, say("household.adults"))
        assert "Not yet heard or seen" in own_part(app, lottie, ned, say("household.adults"))

        # Lottie's talk begins empty and stays her own on every page of it.
        await press(app, say("household.start-for", name="Lottie"), then=say("pick.title"))
        await press(app, "Start My day and my wishes", then="Who can hear us?")
        shown = await go_through(
            app,
            {
                "Before you start": ("Nobody",),
                "About this talk": ("Who I am",),
                "Is it OK?": ("Yes",),
                "Where on the ladder is home now?": ("8 of 10",),
                "At night I…": (PASSED,),
                "About the meeting": ("Yes, all of the time",),
                "How the child was": (("During the talk", "Drew for ten minutes."),),
                "What is known": (note_what_hugo_says,),
            },
        )
        assert app.sees(say("language.kept", n=1))
        assert not any("Ned" in words or NED_SAID in words for words in shown)
        await finish(app)

        # Each has one record, under their own name and nowhere else.
        page = kept(runtime, "Placeholder-Voss")
        for child in ("Ned", "Lottie"):
            assert len(page.assessments_of(one(page, child).id)) == 1
        await press(app, "How things are for me", then=say("record.title"))
        assert app.sees(f"“{NED_SAID}”")
        assert app.sees("2 of 10")
        assert not app.sees("8 of 10")
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, "My day and my wishes", then=say("record.title"))
        texts = app.texts()
        assert app.sees("8 of 10")
        assert not app.sees("2 of 10")
        assert not app.sees(NED_SAID)
        assert texts[texts.index("At night I…") + 1] == PASSED
        await press(app, say("action.back"), then=say("household.children"))

        # Side by side, and each column is one child's own.
        await press(app, say("siblings.title"), then="Nothing is shared.")
        of_ned, of_lottie = own_part(app, ned, lottie), own_part(app, lottie, ned)
        assert f"“{NED_SAID}”" in of_ned
        assert "How things are for me" in of_ned
        assert "My day and my wishes" in of_lottie
        assert "Nothing heard from Lottie yet" in of_lottie
        for words in (NED_SAID, "Spoke fast, watched the clock."):
            assert words in of_ned
            assert words not in of_lottie
        # What each chose on a ladder stands under that child, between the words that they saw.
        ends = say("siblings.ends", lowest=0, low="Not safe at all", highest=10, high="Safe all the time")
        assert f"Chose 2\nWhere is home now, from 0 to 10?\n{ends}" in of_ned
        assert f"Chose 8\nWhere on the ladder is home now?\n{ends}" in of_lottie
        assert "Chose 8" not in of_ned
        assert "Drew for ten minutes." in of_lottie
        assert "Drew for ten minutes." not in of_ned
        assert not app.sees("The same text stands under")


# ---------------------------------------------------------------- a partner who will not leave

WREN_SEEN = "Went still when Dane spoke."
OTIS_SEEN = "Held both hands over his ears."
OTIS_SAID = "no shout"
GATED = {
    "ask-now": "check",
    "gate-who": "partner",
    "not-asked-reason": "partner-present",
    "next-date": "2026-03-05",
    "next-who": "The same health visitor",
    "missed-before": "no",
}


async def test_with_a_partner_who_will_not_leave_nothing_is_asked_and_the_second_miss_says_so(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    visit = seed("samplewood")
    visit.pop("seen", None)
    visit["contact"]["on"] = "2026-01-26"
    visit["assessments"] = [
        {"tool": "routine-enquiry", "subject": "ifeoma", "answers": GATED},
        {"tool": "observation-0-12m", "subject": "wren", "answers": watched("observation-0-12m", WREN_SEEN)},
        {"tool": "observation-1-3y", "subject": "otis", "answers": watched("observation-1-3y", OTIS_SEEN)},
    ]
    on_day(date(2026, 3, 5))
    set_up(runtime, "health-visitor", visit)
    async with at_household(runtime, "Samplewood") as app:
        # The gate shuts: nothing of the enquiry is shown, and reason, day and person are wanted.
        await press(app, say("household.start-for", name="Ifeoma"), then=say("pick.title"))
        await press(app, "Start Home and health", then="Shall we go on now?")
        await app.press("Go on to the check")
        await app.press("A partner")
        shown = await go_through(app, {})
        assert not any("In the last year" in words for words in shown)
        for wanted in ("What is the reason?", "When is the next try?", "Who will try?"):
            assert any(wanted in words for words in app.texts())
        assert not app.sees("Not asked 2 times in a row")
        await press(app, say("action.change") + ": What is the reason?", then="Partner here")
        await app.press("Partner here")
        await app.type("Who will try?", "Named midwife, at the clinic")
        await app.press("Yes, once before")
        await app.press("No further contact with us")
        await press(app, say("action.continue"), then=say("check.title"))
        assert app.sees(say("result.missed-alert", n=2))
        await finish(app)
        await press(app, "Home and health", then=say("record.title"))
        assert app.sees(say("result.missed-alert", n=2))
        assert app.sees("Partner here")
        await press(app, say("action.back"), then=say("household.children"))

        # Two observations, each with what was seen of that child alone.
        for title, seen, not_seen in (
            ("Watching a baby", WREN_SEEN, OTIS_SEEN),
            ("Watching a child", OTIS_SEEN, WREN_SEEN),
        ):
            await press(app, title, then=say("record.title"))
            assert app.sees(seen)
            assert not app.sees(not_seen)
            await press(app, say("action.back"), then=say("household.children"))

        # Otis's words are a quote that nobody asked for, on his own line of this visit.
        await press(app, say("household.who-seen"), then=say("contact.title"))
        await press(app, "Otis Samplewood", then=say("seen.how", name="Otis"))
        await app.press("Heard. The child told you or showed you something")
        await app.type(say("seen.exact"), OTIS_SAID)
        await app.press(say("seen.origin.said"))
        await app.type("What you saw", OTIS_SEEN)
        await press(app, say("seen.save"), then=say("contact.so-far", of="2", n=1))
        assert not any(name.startswith("Wren Samplewood") and "Heard" in name for name in app.names())
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, say("siblings.title"), then="Nothing is shared.")
        otis = own_part(app, "Otis Samplewood", "Wren Samplewood")
        assert f"“{OTIS_SAID}”" in otis
        assert "Asked just before" not in otis
        assert "Said, visit today" in otis
        wren = own_part(app, "Wren Samplewood", "Otis Samplewood")
        assert WREN_SEEN in wren
        assert OTIS_SAID not in wren
        assert OTIS_SEEN not in wren
        assert "Nothing heard from Wren yet" in wren
        await press(app, say("action.back"), then=say("household.children"))

        # What is known stands above a tool that grades, before anything is asked.
        await press(app, say("household.start-for", name="Ifeoma"), then=say("pick.title"))
        await press(app, "Start Safety questions, 24", then=say("known.title"))
        assert app.sees("He said that if she left he would find her and take the baby.")
        assert app.sees(say("known.ask"))
        await press(app, say("action.back"), then=say("household.children"))

        # Watching Otis again begins empty.
        await press(app, say("household.start-for", name="Otis"), then=say("pick.title"))
        await press(app, "Start Watching a child, 1 to 3 years", then="Otis Samplewood, 2 years")
        shown = await go_through(app, {})
        assert not any(seen in words for words in shown for seen in (WREN_SEEN, OTIS_SEEN))


async def test_watching_a_baby_is_not_finished_without_a_word_on_what_is_done_to_a_parent(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    visit = seed("samplewood")
    answers = watched("observation-0-12m", WREN_SEEN)
    answers = {name: answer for name, answer in answers.items() if not name.startswith("linking")}
    visit["assessments"] = [{"tool": "observation-0-12m", "subject": "wren", "answers": answers}]
    on_day(date(2026, 3, 5))
    set_up(runtime, "health-visitor", visit)
    asked = "Could what you see in this baby be explained by what is being done to a parent?"
    async with at_household(runtime, "Samplewood") as app:
        await press(app, "Watching a baby", then="Wren Samplewood, 7 weeks")
        await go_through(app, {})
        await app.press(say("action.finish"))
        assert headings(app) == [say("check.title")]
        assert app.sees("This still needs an answer")
        await press(app, f"{say('action.change')}: {asked}", then=asked)
        await app.press("Possibly, because")
        await app.type("Because…", "She stills when he speaks. Born a week early, too.")
        await press(app, say("action.continue"), then=say("check.title"))
        await finish(app)
        assert "Observed today" in own_part(app, "Wren Samplewood", "Otis Samplewood")


# ---------------------------------------------------------------- a child without words, three generations


async def test_a_child_without_words_shows_pictures_in_an_order_in_a_home_of_three_generations(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    visit = seed("larkspur")
    dot = watched("observation-1-3y", "Lined up the spoons and looked at Gwen.")
    visit["assessments"] = [{"tool": "observation-1-3y", "subject": "dot", "answers": dot}]
    on_day(date(2026, 3, 17))
    set_up(runtime, "health-visitor", visit)
    async with at_household(runtime, "Larkspur") as app:
        # Everyone of the three generations is in words under the map, one below the other.
        await press(app, say("map.title"), then=say("map.list"))
        listed = "\n".join(app.texts())
        for words in ("Mother of Hanneke", "Mother of Ezra and Dot", "Mother Hanneke"):
            assert words in listed
        drawn = [listed.index(name) for name in ("Gwen Larkspur", "Hanneke Larkspur", "Ezra Larkspur")]
        assert drawn == sorted(drawn)
        await press(app, say("action.back"), then=say("household.children"))

        # Dot, of two, was watched by herself; it is nobody's word about Ezra.
        assert "Watching a child, 1 to 3 years" in own_part(
            app, "Dot Larkspur", "Ezra Larkspur", say("household.adults")
        )
        assert "Not yet heard or seen" in own_part(
            app, "Ezra Larkspur", "Dot Larkspur", say("household.adults")
        )

        # Ezra takes the screen, and shows it with pictures.
        await press(app, say("household.start-for", name="Ezra"), then=say("pick.title"))
        await press(app, "Start Pictures, yes and no", then="Who can hear us?")
        await app.press("Nobody")
        await app.press(say("action.continue"))
        await app.press("Who I am")
        await app.press(say("action.continue"))
        await app.press("Yes")
        await app.press(say("action.continue"))
        for _ in range(2):
            await app.press("Not asked")
            await app.press(say("action.continue"))
        assert headings(app) == ["Show me about home."]
        await press(app, say("hand-over.offer"), then=say("hand-over.title"))
        await press(app, say("hand-over.go"), then=say("child.hello"))
        await app.press(say("child.start"))
        assert app.chosen() == []
        assert not any(name in words for words in app.texts() for name in ("Larkspur", "Dot", "Royce"))
        # The lower one first: the order in which the pictures lie is not the child's.
        first, then = sorted(("Loud", "Hide"), key=app.names().index, reverse=True)
        for picture in (first, then):
            await app.press(picture)
        await app.press(say("child.next"))
        await app.press(say("child.not-now"))
        # What should stop is an answer; the Stop of the page ends the turn.
        await app.press("Make it stop")
        await app.press(say("child.stop"))
        await until(app, say("child.end"))
        await press(app, say("child.give-back"), then=say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await press(app, say("action.unlock"), then=say("handed-back.title"))
        assert app.sees(say("handed-back.stopped"))
        page = kept(runtime, "Larkspur")
        desk = runtime.unlock(PASSPHRASE)
        try:
            (found,) = page.assessments_of(one(page, "Ezra").id)
            (sitting,) = desk.sittings(found.id)
            given = [(line.link_id, line.entry) for line in sitting.given]
        finally:
            desk.close()
        assert given == [
            ("home-pictures", [first.lower()]),
            ("home-pictures", [first.lower(), then.lower()]),
            ("night-pictures", {"not_answered": "child-pass"}),
            ("want-pictures", ["stop"]),
        ]
        assert app.sees(f"{first}\n{then}")
        texts = app.texts()
        assert texts[texts.index("Show me what you want.") + 1] == "Make it stop"


# ---------------------------------------------------------------- a host family

HOSTS = ("Maren", "Tove", "Bo")
ROOM = "Room 4, 2 Specimen Hostel"


async def test_a_host_family_is_linked_shown_and_never_merged(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    on_day(date(2026, 2, 19))
    set_up(runtime, "health-visitor", seed("foxglove-demo"))
    guests = ("Kagiso", "Neo", "Amahle", "Tendai")
    async with at_household(runtime, "Foxglove-Demo") as app:
        about = [name for name in app.names() if name.startswith("About ")]
        assert [name.split()[1] for name in about] == list(guests)
        assert not any(app.sees(name) for name in HOSTS)

        # On a visit the host's children are to be thought of, as children of the other household.
        await press(app, say("household.who-seen"), then=say("contact.title"))
        rows = {name.split()[0]: name for name in app.names() if "Nothing yet" in name}
        assert list(rows) == ["Kagiso", "Neo", "Tove", "Bo"]
        for name in ("Tove", "Bo"):
            assert say("contact.through.host") in rows[name]
        await press(app, say("action.back"), then=say("household.children"))

        # Where they are is hidden, and so is a second place, for now, as soon as it is kept.
        await press(app, "About Amahle", then=say("person.about"))
        assert app.sees(say("address.kind.host"))
        assert app.sees(say("address.host", household="Inkwell-Specimen"))
        assert not everything(app, HIDDEN)
        await press(app, say("address.add"), then=say("address.kind"))
        await app.press(say("address.kind.temporary"))
        await app.press(next(name for name in app.names() if name.startswith(say("address.confidential"))))
        await app.type(say("address.lines"), ROOM)
        await press(app, "Save", then=say("person.about"))
        assert app.sees(say("address.kind.temporary"))
        assert app.texts().count(say("address.hidden")) == 2
        assert not everything(app, ROOM)
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, say("map.title"), then=say("map.list"))
        assert app.sees(say("map.host", household="Inkwell-Specimen", names="Maren, Tove, Bo"))
        assert not everything(app, HIDDEN)
        assert not everything(app, ROOM)
        await press(app, say("action.back"), then=say("household.children"))

        # The link is taken back: it goes from every page, and the other household stays as it was.
        await press(app, "About Neo", then=say("person.about"))
        await press(app, say("address.change"), then=say("address.host-who"))
        await app.press(say("address.host-unknown"))
        await press(app, "Save", then=say("person.about"))
        assert not app.sees("Inkwell-Specimen")
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, say("map.title"), then=say("map.list"))
        assert not any(app.sees(name) for name in HOSTS)
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, say("household.who-seen"), then=say("contact.title"))
        assert [name.split()[0] for name in app.names() if "Nothing yet" in name] == ["Kagiso", "Neo"]
    here, there = kept(runtime, "Foxglove-Demo"), kept(runtime, "Inkwell-Specimen")
    assert [person.name.split()[0] for person in there.persons] == list(HOSTS)
    assert [link.undone_at is not None for link in here.records_of(RecordLink)] == [True]


# ---------------------------------------------------------------- an unborn child carried to birth

PLANNED = "Only Rhosyn and her sister come in."


async def test_an_unborn_child_is_the_same_child_after_birth_with_all_that_was_written(
    runtime: Runtime, on_day: Callable[[date], None]
) -> None:
    visit = seed("testerby")
    before = watched("unborn", PLANNED, **{"birth-with": PLANNED})
    visit["assessments"] = [{"tool": "unborn", "subject": "baby", "answers": before}]
    on_day(date(2026, 2, 10))
    set_up(runtime, "midwife", visit)
    async with at_household(runtime, "Testerby") as app:
        baby = own_part(app, "Baby Testerby", "Piran Testerby", say("household.adults"))
        assert "Not yet born. Due 11 September" in baby
        assert "Before the birth" in baby

        # The unborn baby and the stepchild are both on the list of the visit; Piran was not there.
        await press(app, say("household.who-seen"), then=say("contact.title"))
        assert [name.split()[0] for name in app.names() if "Nothing yet" in name] != []
        await press(app, "Piran Testerby", then=say("seen.how", name="Piran"))
        await app.press("Not seen. You did not see the child")
        await app.press("Somewhere else")
        await app.type(say("seen.plan"), "Ask school for a quiet room.")
        await app.type(say("seen.due"), "24 2 2026")
        await press(app, say("seen.save"), then=say("contact.title"))
        (piran,) = [name for name in app.names() if name.startswith("Piran")]
        assert "Not seen" in piran
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, say("action.back"), then=say("today.households"))
    on_day(date(2026, 9, 3))
    id_before = one(kept(runtime, "Testerby"), "Baby").id
    async with at_household(runtime, "Testerby") as app:
        await press(app, "About Baby", then=say("person.about"))
        await press(app, say("born.title"), then="The due date stays in it")
        await is_born(app, "2 9 2026", "Steren Testerby")
        assert app.sees("Born 2 September. Due 11 September")
        assert app.sees("Baby Testerby")
        await press(app, say("action.back"), then=say("household.children"))
        assert not any(words == "Baby Testerby" for words in app.texts())
        steren = own_part(app, "Steren Testerby", "Piran Testerby", say("household.adults"))
        assert "1 day" in steren
        assert "Before the birth" in steren
        await press(app, "Before the birth", then=say("record.title"))
        assert app.sees(PLANNED)
        assert app.sees("Steren Testerby")
    after = one(kept(runtime, "Testerby"), "Steren")
    assert (after.id, after.due) == (id_before, date(2026, 9, 11))
