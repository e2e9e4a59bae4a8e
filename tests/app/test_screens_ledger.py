"""Who was seen, in a real Flet session over a real store: no child is left off, none silent at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.cases.case_service import CaseService
from app.core.cases.household_queries import HouseholdOverview
from app.core.runtime import Runtime
from app.features.shared import phrasing_field
from app.kit.messages import say
from assessments.casework.casework_records import ChildObservation, FollowUp, VisitClosure
from assessments.casework.phrasing_check import find_phrases
from tests.app.headless import Headless
from tests.app.test_screens_around import (
    PASSPHRASE,
    TALK,
    TODAY,
    born,
    day_with,
    fernhollow,
    headings,
    open_runtime,
    press,
    set_up,
    unlocked,
    until,
)

SAID = "no shout, i hide 🐢"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    yield opened
    opened.close()


def family() -> dict[str, Any]:
    """Cai of 10, Ela of 8, a baby of 7 weeks, and their mother; nothing recorded yet."""
    visit = fernhollow()
    visit["household"]["persons"].append(
        {"ref": "mabli", "name": "Mabli Fernhollow", "born": born(days=52), "roles": ["child"]}
    )
    return visit


def kept(runtime: Runtime) -> HouseholdOverview:
    """What the disk has, opened anew."""
    desk: CaseService = runtime.unlock(PASSPHRASE)
    try:
        return desk.households()[0]
    finally:
        desk.close()


async def to_contact(app: Headless) -> None:
    await press(app, "Fernhollow", then=say("action.start-tool"))
    await press(app, say("household.who-seen"), then=say("contact.title"))


def facts(page: HouseholdOverview, kind: Any, name: str = "") -> list[Any]:
    ids = {person.name.split()[0]: person.id for person in page.persons}
    about = {"child_id": ids.get(name), "person_id": ids.get(name)}
    return [
        fact
        for fact in page.records_of(kind)
        if not name or getattr(fact, "child_id", getattr(fact, "person_id", None)) in about.values()
    ]


async def test_every_child_is_on_the_page_and_has_nothing_yet(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        assert app.sees(say("child.unwatched", name="Mabli"))
        await to_contact(app)
        assert [text for text in app.texts() if text.endswith("Fernhollow")][:3]
        assert sum(1 for name in app.names() if "Nothing yet" in name) == 3
        assert app.sees(say("contact.so-far", of="3", n=0))


async def test_a_childs_words_are_kept_exactly_with_what_was_asked(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        await press(app, "Ela Fernhollow", then=say("seen.how", name="Ela"))
        await app.press("Heard. The child told you or showed you something")
        await app.type(say("seen.prompt"), "And then?")
        await app.type(say("seen.exact"), SAID)
        await app.press(say("seen.origin.said"))
        await app.type("What you saw", "Held her bag on her knees.")
        await app.press(say("seen.save"))
        await until(app, say("contact.so-far", of="3", n=1))
        assert any(name.startswith("Ela Fernhollow") and "Heard" in name for name in app.names())
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    found = facts(kept(runtime), ChildObservation, "Ela")
    assert [(one.how, one.said[0].words, one.said[0].prompt, one.said[0].origin) for one in found] == [
        ("heard", SAID, "And then?", "said")
    ]
    assert found[0].observation == "Held her bag on her knees."
    assert found[0].interpretation == ""


async def test_what_is_made_of_it_is_read_for_phrases_and_a_childs_words_never_are(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrasing_field, "DEBOUNCE_S", 0.01)
    read: list[str] = []
    monkeypatch.setattr(
        phrasing_field, "find_phrases", lambda text: (read.append(text), find_phrases(text))[1]
    )
    told = say("language.why.doubts", phrase="claims")
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        await press(app, "Ela Fernhollow", then=say("seen.how", name="Ela"))
        await app.press("Heard. The child told you or showed you something")
        await app.type(say("seen.exact"), "mum claims it")
        await app.press(say("seen.origin.said"))
        await app.type("What you saw", "Looked away.")
        await app.settle(quiet_s=0.1)
        assert not app.sees(told)
        await app.type(say("label.optional", label=say("seen.interpretation")), "Mum claims he left.")
        await until(app, told)
        await app.press(say("language.keep-name", phrase="claims"))
        await app.settle(quiet_s=0.1)
        assert not app.sees(told)
        assert set(read) == {"", "Mum claims he left."}
        await press(app, say("action.cover"), then=say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await press(app, say("action.unlock"), then=say("seen.how", name="Ela"))
        await app.settle(quiet_s=0.1)
        assert not app.sees(told)
        await press(app, say("seen.save"), then=say("contact.so-far", of="3", n=1))
    (found,) = facts(kept(runtime), ChildObservation, "Ela")
    assert (found.interpretation, found.kept_phrases) == ("Mum claims he left.", ("alleges",))
    assert found.said[0].words == "mum claims it"


async def test_half_a_word_about_a_child_outlives_a_lock(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        await press(app, "Ela Fernhollow", then=say("seen.how", name="Ela"))
        await app.press("Heard. The child told you or showed you something")
        await app.type(say("seen.exact"), "i hide und")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("seen.how", name="Ela"))
        assert app.field(say("seen.exact")).value == "i hide und"
        assert "Heard. The child told you or showed you something" in app.chosen()


async def test_finishing_with_silent_children_names_each_and_asks_why(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        await app.press(say("contact.finish"))
        await until(app, say("leave.silent-title", n=3))
        await app.press(say("contact.finish"))
        await until(app, say("problems.title"))
        for name in ("Cai", "Ela", "Mabli"):
            assert app.sees(f"Say why nothing is written about {name}, or add what you saw")
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    assert facts(kept(runtime), VisitClosure) == []


async def test_a_reason_for_each_finishes_the_visit_and_leaves_a_follow_up(runtime: Runtime) -> None:
    set_up(runtime, family())
    soon = TODAY + timedelta(days=7)
    async with unlocked(runtime) as app:
        await to_contact(app)
        await app.press(say("contact.finish"))
        await until(app, say("leave.silent-title", n=3))
        for nth in range(3):
            await app.press("Somewhere else", nth=nth)
        await app.press("Nobody answered", nth=3)
        await app.type(
            say("label.optional", label=say("leave.when", name="Ela")), f"{soon.day} {soon.month} {soon.year}"
        )
        await app.press(say("contact.finish"))
        await until(app, say("contact.title"))
        assert app.sees("Somewhere else")
        assert sum("Nothing written. Somewhere else" in name for name in app.names()) == 3
        assert say("contact.finish") not in app.names()
        await app.press(say("action.back"))
        await until(app, say("action.start-tool"))
        assert app.sees("See Ela by")
        assert app.sees(say("todo.no-day", what="See Cai"))
        assert app.sees(say("visits.no-answer", n=1, of="1"))
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    page = kept(runtime)
    ended = facts(page, VisitClosure)[0]
    assert set(ended.silent) == {child.id for child in page.children(TODAY)}
    assert [(one.code, one.due) for one in facts(page, FollowUp, "Ela")] == [("see", soon)]


async def test_after_the_finish_a_change_is_a_correction_and_the_first_version_stays(
    runtime: Runtime,
) -> None:
    visit = family()
    visit["household"]["persons"] = visit["household"]["persons"][:2]
    visit["household"]["relationships"] = []
    set_up(runtime, visit)
    async with unlocked(runtime) as app:
        await to_contact(app)
        await press(app, "Cai Fernhollow", then=say("seen.how", name="Cai"))
        await app.press("Observed. You watched how the child was")
        await app.type("What you saw", "Quiet.")
        await app.press(say("seen.save"))
        await until(app, say("contact.so-far", of="1", n=1))
        await app.press(say("contact.finish"))
        await until(app, "Before you finish")
        await app.press(say("outcome.met"))
        await app.press(say("contact.finish"))
        await until(app, "A change now is kept as a correction")
        await press(app, "Cai Fernhollow", then="kept as a correction")
        await app.press(say("seen.save"))
        await until(app, say("problems.title"))
        await app.type("What you saw", "Quiet, and watched the door.")
        await app.type(say("seen.amended-why"), "I left out the door.")
        await app.press(say("seen.save"))
        await until(app, say("contact.title"))
        await press(app, "Cai Fernhollow", then=say("seen.before"))
        assert app.sees("Corrected because: I left out the door.")
        assert app.sees("Observed. Quiet.")
        assert headings(app) == ["How did you meet Cai?"]
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    first, second = facts(kept(runtime), ChildObservation, "Cai")
    assert (first.observation, second.observation) == ("Quiet.", "Quiet, and watched the door.")
    assert second.amends == first.id


async def test_a_relative_named_as_interpreter_is_pointed_out(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        await press(app, "Ela Fernhollow", then=say("seen.how", name="Ela"))
        await app.press("Observed. You watched how the child was")
        await app.type(say("label.optional", label=say("seen.interpreter")), "Mair")
        assert app.sees("Mair is in this family. Never let a relative interpret.")
        await app.type(say("label.optional", label=say("seen.interpreter")), "Language Line")
        assert not app.sees("Never let a relative interpret.")


async def test_the_children_stand_side_by_side_and_copied_text_is_pointed_out(runtime: Runtime) -> None:
    set_up(runtime, family())
    async with unlocked(runtime) as app:
        await to_contact(app)
        for name in ("Cai", "Ela"):
            await press(app, f"{name} Fernhollow", then=f"How did you meet {name}?")
            await app.press("Observed. You watched how the child was")
            await app.type("What you saw", "Calm and close to Mum for the whole visit.")
            await app.press(say("seen.save"))
            await until(app, say("contact.title"))
        await app.press(say("action.back"))
        await press(app, say("siblings.title"), then="Nothing is shared.")
        assert app.sees(
            "The same text stands under Cai and Ela: “Calm and close to Mum for the whole visit.”"
        )
        assert app.sees(say("child.unwatched", name="Mabli"))
        assert app.sees(say("siblings.no-words", name="Mabli"))


async def test_a_visit_that_was_only_looked_at_is_not_counted(runtime: Runtime) -> None:
    visit = family() | {"seen": [{"child": "cai", "how": "observed", "observation": "Quiet.", "alone": True}]}
    visit["contact"]["on"] = (TODAY - timedelta(days=30)).isoformat()
    set_up(runtime, visit)
    async with unlocked(runtime) as app:
        await to_contact(app)
        await app.press(say("action.back"))
        await until(app, say("action.start-tool"))
        await press(app, say("siblings.title"), then="Nothing is shared.")
        assert app.sees(say("counts.alone", n=1, of="1"))
        assert not app.sees("Not seen for")


async def test_a_finished_tool_counts_and_leads_to_who_was_seen(runtime: Runtime) -> None:
    set_up(runtime, family() | {"assessments": [day_with("cai")]})
    async with unlocked(runtime) as app:
        await to_contact(app)
        stands = {name.split()[0]: name for name in app.names() if "Fernhollow. " in name}
        assert "Heard" in stands["Cai"]
        assert "Nothing yet" in stands["Ela"]
        assert app.sees(say("contact.so-far", of="3", n=1))
        await app.press(say("action.back"))
        await press(app, say("siblings.title"), then="Nothing is shared.")
        assert app.sees(TALK["starter-at-night"][0]["words"])
        assert app.sees(say("siblings.no-words", name="Ela"))


async def test_a_child_of_the_other_household_of_an_adult_is_on_the_page_and_can_be_accounted_for(
    runtime: Runtime,
) -> None:
    other = {
        "name": "Specimen",
        "persons": [
            {"ref": "mair-there", "name": "Mair Specimen", "born": "1990-09-03", "roles": ["mother"]},
            {"ref": "bo", "name": "Bo Specimen", "born": born(days=1500), "roles": ["child"]},
        ],
        "relationships": [{"from": "mair-there", "to": "bo", "kind": "mother"}],
    }
    linked = [{"kind": "same-person", "household": other}]
    links = [{"kind": "same-person", "from": "mair", "to": "mair-there"}]
    set_up(runtime, family() | {"linked": linked, "links": links})
    async with unlocked(runtime) as app:
        await to_contact(app)
        assert app.sees(say("contact.so-far", of="4", n=0))
        assert app.sees(say("contact.through.adult"))
        await press(app, "Bo Specimen", then=say("seen.how", name="Bo"))
        await app.press("Not seen. You did not see the child")
        await app.press("Somewhere else")
        await app.type(say("seen.plan"), "See Bo at nursery.")
        await app.type(say("seen.due"), "soon")
        await app.press(say("seen.save"))
        await until(app, say("problems.title"))
        assert app.sees(say("seen.problem.due"))
        await app.type(say("seen.due"), "27 3 2027")
        await app.press(say("seen.save"))
        await until(app, say("contact.so-far", of="4", n=1))
        await app.press(say("action.cover"))
        await until(app, say("unlock.title"))
    found = facts(kept(runtime), ChildObservation)
    assert [(one.how, one.why_code, one.due.isoformat()) for one in found] == [
        ("not-seen", "elsewhere", "2027-03-27")
    ]
