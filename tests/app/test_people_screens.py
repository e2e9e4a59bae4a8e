"""The pages about people, in a real Flet session over a real store in a temporary folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.core.cases.case_service import CaseService
from app.core.cases.household_queries import HouseholdOverview
from app.core.runtime import Runtime
from app.features.household.map_layout import NODE_SIZE, MapHome, lay_out_map, line_ends, map_lines
from app.kit.controls import hold_to_reveal
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.casework_records import Address, RecordLink, WithheldInformation
from assessments.casework.records import Person, Relationship
from tests.app.headless import Headless
from tests.app.test_screens_around import PASSPHRASE, headings, open_runtime, press, set_up, unlocked, until

HIDDEN = "11 Invented Close"


def seed(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(
        files("app.visit_file.training").joinpath(f"{name}.json").read_text(encoding="utf-8")
    )
    return given


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    yield opened
    opened.close()


def kept(runtime: Runtime, household: str) -> HouseholdOverview:
    """What the disk has now, read with the person's own keys."""
    desk: CaseService = runtime.unlock(PASSPHRASE)
    try:
        return next(page for page in desk.households() if page.household.name == household)
    finally:
        desk.close()


def one(page: HouseholdOverview, start: str) -> Person:
    return next(person for person in page.persons if person.name.startswith(start))


async def is_born(app: Headless, day: str, name: str) -> None:
    """Save the day of birth, and the name in place of the one before."""
    await app.type(say("add.born"), day)
    field = app.field(say("add.person-name"))
    app.session.apply_patch(field._i, {"value": name})
    await app.session.dispatch_event(field._i, "change", name)
    await press(app, "Save", then=say("person.ties"))
    assert headings(app) == [name]


async def open_person(app: Headless, household: str, name: str) -> None:
    await press(app, household, then=say("household.children"))
    await press(app, f"About {name}", then=say("person.about"))


# ---------------------------------------------------------------- relationships


async def test_a_tie_is_told_once_and_read_from_both_sides(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Ezra")
        assert app.sees("Ezra: Child of Hanneke\nHanneke: Mother of Ezra")
        assert app.sees("Ezra: Harmed or frightened by Royce\nRoyce: Harms or frightens Ezra")
        await press(app, say("tie.add"), then="Who is it?")
        await press(app, "Gwen Larkspur", then=say("tie.about"))
        await press(app, say("tie.group.family"), then=say("tie.what", one="Ezra", other="Gwen"))
        await press(app, "Grandchild of Gwen", then="Gwen: Grandparent of Ezra")
        await press(app, "Save", then=say("person.ties"))
        assert app.sees("Ezra: Grandchild of Gwen\nGwen: Grandparent of Ezra")
    page = kept(runtime, "Larkspur")
    told = page.relationships[-1]
    assert (told.from_id, told.kind, told.to_id) == (one(page, "Ezra").id, "grandchild", one(page, "Gwen").id)


async def test_a_tie_that_was_wrong_goes_from_the_page_and_stays_on_the_disk(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Dot")
        await app.press("This is wrong: Ezra Larkspur, Half-brother or half-sister of Ezra")
        await until(app, say("person.ties"))
        assert not app.sees("Half-brother or half-sister of")
    page = kept(runtime, "Larkspur")
    assert [tie.kind for tie in page.relationships if tie.undone_at is not None] == ["half-sibling"]
    assert len(page.relationships) == 10


async def test_siblings_that_nobody_told_are_hinted_at_and_kept_only_when_told(runtime: Runtime) -> None:
    visit = seed("samplewood")
    visit["household"]["relationships"] = [
        tie for tie in visit["household"]["relationships"] if tie["kind"] != "brother"
    ]
    set_up(runtime, visit)
    async with unlocked(runtime) as app:
        await open_person(app, "Samplewood", "Otis")
        hint = "Otis and Wren have the same parent. Are they brother or sister?"
        assert app.sees(hint)
        assert len(kept(runtime, "Samplewood").relationships) == 6
        await app.press(say("tie.hint.yes"))
        await until(app, "Otis: Brother or sister of Wren")
        assert not app.sees(hint)
    assert len(kept(runtime, "Samplewood").relationships) == 7


# ---------------------------------------------------------------- birth


async def test_an_unborn_child_is_the_same_record_after_birth_with_all_that_was_written(
    runtime: Runtime,
) -> None:
    set_up(runtime, seed("testerby"))
    before = one(kept(runtime, "Testerby"), "Baby")
    async with unlocked(runtime) as app:
        await open_person(app, "Testerby", "Baby")
        await press(app, say("born.title"), then="The due date stays in it")
        await press(app, "Save", then=say("problems.title"))
        await is_born(app, "2 9 2026", "Steren Testerby")
        assert app.sees("Born 2 September")
        assert app.sees("Due 11 September")
        assert not app.sees(say("born.title"))
    page = kept(runtime, "Testerby")
    after = one(page, "Steren")
    assert after.id == before.id
    assert (after.born, after.due) == (date(2026, 9, 2), date(2026, 9, 11))
    assert after.roles == ("child",)
    assert after.other_names == ("Baby Testerby",)
    assert kinship.parents_of(after.id, page.relationships)


# ---------------------------------------------------------------- addresses


async def test_a_confidential_address_is_nowhere_on_the_page_until_it_is_held_and_goes_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_to_reveal, "REVEALED_S", 0.3)
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await press(app, "Foxglove-Demo", then=say("household.children"))
        assert not everything(app, HIDDEN)
        await press(app, "About Kagiso", then=say("person.about"))
        assert app.sees(say("address.hidden"))
        assert app.sees(say("address.confidential"))
        assert not everything(app, HIDDEN)
        holder = next(c for c in app.controls(ft.GestureDetector) if getattr(c, "on_long_press", None))
        await app.session.dispatch_event(holder._i, "long_press", None)
        await until(app, HIDDEN)
        await until(app, say("address.hidden"))
        assert not everything(app, HIDDEN)


async def test_two_deliberate_taps_do_what_holding_does(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_to_reveal, "REVEALED_S", 30.0)
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await open_person(app, "Foxglove-Demo", "Neo")
        await press(app, say("address.hidden"), then=say("held.again"))
        assert not everything(app, HIDDEN)
        await press(app, say("address.hidden"), then=HIDDEN)
        await press(app, "Flat 2", then=say("address.hidden"))
        assert not everything(app, HIDDEN)


async def test_changing_a_hidden_address_does_not_show_it_and_leaving_it_empty_keeps_it(
    runtime: Runtime,
) -> None:
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await open_person(app, "Foxglove-Demo", "Neo")
        await press(app, say("address.change"), then="The address is hidden")
        assert not everything(app, HIDDEN)
        await press(app, say("address.kind.temporary"), then="Save")
        await press(app, "Save", then=say("person.ties"))
    [address] = kept(runtime, "Foxglove-Demo").records_of(Address)
    assert HIDDEN in address.lines
    assert (address.kind, address.confidential) == ("temporary", True)


async def test_a_confidential_address_is_not_on_the_map(runtime: Runtime) -> None:
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await press(app, "Foxglove-Demo", then=say("household.children"))
        await press(app, say("map.title"), then=say("map.list"))
        assert app.sees(say("address.kind.host"))
        assert app.sees("Inkwell-Specimen: Maren, Tove, Bo")
        assert not everything(app, HIDDEN)


async def test_the_host_family_is_a_household_of_its_own_linked_and_not_merged(runtime: Runtime) -> None:
    set_up(runtime, seed("foxglove-demo"))
    guests, hosts = kept(runtime, "Foxglove-Demo"), kept(runtime, "Inkwell-Specimen")
    [link] = guests.records_of(RecordLink)
    assert (link.kind, link.other_household_id) == ("host", hosts.household.id)
    assert not {person.id for person in guests.persons} & {person.id for person in hosts.persons}
    assert [person.name for person in hosts.children(date(2026, 2, 19))] == [
        "Tove Inkwell-Specimen",
        "Bo Inkwell-Specimen",
    ]


# ---------------------------------------------------------------- withheld


async def test_what_is_kept_from_somebody_says_so_wherever_it_is_shown(runtime: Runtime) -> None:
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await open_person(app, "Foxglove-Demo", "Neo")
        assert not app.sees("Keep from")
        await press(app, say("withheld.add"), then=say("withheld.who"))
        await press(app, "Save", then=say("problems.title"))
        await press(app, say("withheld.part.all"), then=say("withheld.who"))
        await press(app, "Tendai Foxglove-Demo", then=say("withheld.who"))
        await app.type(say("withheld.others"), "The school")
        await press(app, "Save", then=say("withheld.title"))
        assert app.sees("Keep from Tendai Foxglove-Demo, The school")
        await press(app, say("action.back"), then=say("household.children"))
        assert app.sees("Keep from Tendai Foxglove-Demo, The school")
        await press(app, "About Neo", then=say("person.about"))
        await app.press(say("withheld.lift"))
        await until(app, say("withheld.none"))
        assert not app.sees("Keep from")
    facts = kept(runtime, "Foxglove-Demo").records_of(WithheldInformation)
    assert [fact.lifted_at is not None for fact in facts] == [False, False, True]


async def test_an_address_that_is_kept_from_somebody_says_so_beside_it(runtime: Runtime) -> None:
    set_up(runtime, seed("samplewood"))
    async with unlocked(runtime) as app:
        await open_person(app, "Samplewood", "Otis")
        await press(app, say("withheld.add-address"), then=say("withheld.who"))
        await app.type(say("withheld.others"), "Grandad Ffug")
        await press(app, "Save", then=say("withheld.title"))
        assert app.texts().count(say("withheld.from", names="Grandad Ffug")) == 2
        await app.press(say("withheld.lift"))
        await until(app, say("withheld.none"))
        assert not app.sees(say("withheld.from", names="Grandad Ffug"))
    page = kept(runtime, "Samplewood")
    assert page.records_of(WithheldInformation)[-1].about_id == page.records_of(Address)[0].id


# ---------------------------------------------------------------- the same person


async def test_a_hint_is_answered_by_a_person_undone_and_nothing_is_merged(runtime: Runtime) -> None:
    set_up(runtime, seed("testerby"))
    async with unlocked(runtime) as app:
        await press(app, "Testerby", then=say("alike.line"))
        await press(app, "About Callan", then=say("person.about"))
        assert app.sees(say("alike.title"))
        await press(app, "Not now", then=say("person.about"))
        assert not app.sees(say("alike.title"))
        await press(app, say("action.back"), then=say("household.children"))
        await press(app, "About Callan", then=say("alike.title"))
        await press(app, say("alike.yes"), then=say("link.same-person", household="Specimen"))
        assert not app.sees(say("alike.title"))
        assert app.sees("Callan: Ex-partner of Gwenna")
        await press(app, "Undo", then=say("alike.title"))
        await app.press("No")
        await until(app, say("link.not-same", name="Callan Testerby", household="Specimen"))
        assert not app.sees(say("alike.title"))
    page, other = kept(runtime, "Testerby"), kept(runtime, "Specimen")
    links = [link for link in page.records_of(RecordLink) if link.kind != "family"]
    assert [(link.kind, link.undone_at is not None) for link in links] == [
        ("same-person", True),
        ("not-same", False),
    ]
    assert one(page, "Callan").id != one(other, "Callan").id


# ---------------------------------------------------------------- changing a person


async def test_what_is_half_typed_of_a_person_is_there_after_a_lock(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        await press(app, "Change", then=say("person.other-names"))
        await app.type(say("person.other-names"), "Nan")
        await press(app, "Pictures, symbols", then=say("person.other-names"))
        await press(app, say("action.cover"), then=say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("person.other-names"))
        assert app.field(say("person.other-names")).value == "Nan"
        assert "Pictures, symbols or a talking device" in app.chosen()
        await press(app, "Save", then=say("person.ties"))
    gwen = one(kept(runtime, "Larkspur"), "Gwen")
    assert gwen.other_names == ("Nan",)
    assert set(gwen.needs) == {"hearing", "symbols"}
    assert gwen.born == date(1948, 10, 21)


async def test_a_person_may_be_added_whose_age_is_only_guessed(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    async with unlocked(runtime) as app:
        await press(app, "Larkspur", then=say("household.children"))
        await press(app, "Add a person", then=say("person.other-names"))
        assert app.sees(say("person.interpreter-never"))
        await app.type(say("add.person-name"), "Uncle Ffug")
        await press(app, say("person.way.about"), then=say("person.years"))
        await app.type(say("person.years"), "50")
        await press(app, say("person.causes-concern"), then=say("person.other-names"))
        await press(app, "Save", then=say("problems.title"))
        await press(app, "Lives somewhere else", then=say("person.other-names"))
        await press(app, "Save", then=say("household.adults"))
        assert app.sees(say("age.about", n=50))
    uncle = one(kept(runtime, "Larkspur"), "Uncle")
    assert (uncle.about_years, uncle.born, uncle.lives_here) == (50, None, False)
    assert uncle.roles == ("causes-concern",)


# ---------------------------------------------------------------- the map


async def test_the_map_says_in_words_who_lives_where(runtime: Runtime) -> None:
    set_up(runtime, seed("testerby"))
    async with unlocked(runtime) as app:
        await press(app, "Testerby", then=say("household.children"))
        await press(app, say("map.title"), then=say("map.list"))
        seen = app.texts()
        assert seen.index(say("map.here")) < seen.index(say("map.work"))
        assert any("Tamsyn Invented" in words for words in seen[seen.index(say("map.work")) :])
        assert app.sees(say("map.not-told"))


async def test_who_is_safe_is_said_as_one_child_put_it(runtime: Runtime) -> None:
    visit = seed("larkspur")
    visit["assessments"] = [
        {
            "tool": "child-voice-7-11",
            "subject": "ezra",
            "answers": {
                **{"earshot": "nobody", "told": ["who-i-am", "can-stop"], "child-ok": "yes"},
                "people-map": [{"who": "Gwen", "place": "can-tell"}, {"who": "Biscuit", "place": "nice"}],
                **{"seen-alone": "yes", "demeanour-during": "Pointed, and laughed once."},
            },
        }
    ]
    set_up(runtime, visit)
    async with unlocked(runtime) as app:
        await press(app, "Larkspur", then=say("household.children"))
        await press(app, say("map.title"), then="How Ezra put it")
        assert app.sees("“I can tell them”: Gwen")
        assert app.sees("“Nice, but I wouldn't tell”: Biscuit")
        # In the drawing nobody's word stands until one child is chosen, and then only theirs.
        assert "I can tell them" not in app.texts()
        await press(app, "Ezra", then="I can tell them")
        assert app.texts().count("I can tell them") == 1


def tie(one_id: str, kind: str, other: str) -> Relationship:
    return Relationship(id=f"{one_id}{kind}{other}", household_id="h", from_id=one_id, to_id=other, kind=kind)


@pytest.mark.parametrize("per_row", [2, 4])
def test_nobody_on_the_map_stands_on_somebody_else_or_outside_their_home(per_row: int) -> None:
    people = [f"p{n}" for n in range(28)]
    homes = [
        MapHome("a", tuple(people[:17])),
        MapHome("b", tuple(people[15:20])),
        MapHome("c", tuple(people[20:])),
    ]
    places = lay_out_map(homes, {person: n % 3 for n, person in enumerate(people)}, per_row=per_row)
    assert places.people.keys() == set(people)
    corners = list(places.people.values())
    for at, (x, y) in enumerate(corners):
        assert any(
            box.x <= x
            and x + NODE_SIZE[0] <= box.x + box.width
            and box.y <= y
            and y + NODE_SIZE[1] <= box.y + box.height
            for box in places.boxes
        )
        assert 0 <= x <= places.width - NODE_SIZE[0]
        assert 0 <= y <= places.height - NODE_SIZE[1]
        for left, top in corners[at + 1 :]:
            assert abs(left - x) >= NODE_SIZE[0] or abs(top - y) >= NODE_SIZE[1]


def test_lines_say_each_thing_once_and_leave_out_what_others_say() -> None:
    told = [
        tie("gran", "mother", "mum"),
        tie("gran", "grandparent", "a"),
        tie("mum", "mother", "a"),
        tie("mum", "mother", "b"),
        tie("a", "sibling", "b"),
        tie("dad", "partner", "mum"),
        tie("dad", "harms", "mum"),
    ]
    found = map_lines(told, ["gran", "mum", "dad", "a", "b"])
    assert {(line.from_id, line.to_id, line.style) for line in found} == {
        ("gran", "mum", "parent"),
        ("mum", "a", "parent"),
        ("mum", "b", "parent"),
        ("dad", "mum", "partner"),
        ("dad", "mum", "harms"),
    }
    places = lay_out_map([MapHome("h", ("gran", "mum", "dad", "a", "b"))],
                       kinship.generations(["gran", "mum", "dad", "a", "b"], told), per_row=2)  # fmt: skip
    for line in found:
        x1, y1, x2, y2 = line_ends(line, places)
        assert (x1, y1) != (x2, y2)


def everything(app: Headless, words: str) -> bool:
    """Whether the words are anywhere in what the display was given: texts, names, hints, values."""
    for control, _ in app.nodes():
        for name in ("value", "label", "hint_text", "tooltip", "text"):
            if words in str(getattr(control, name, "") or ""):
                return True
    return False


async def test_letting_go_of_the_page_leaves_nothing_running(runtime: Runtime) -> None:
    """A shown address whose page is left does not draw again."""
    set_up(runtime, seed("foxglove-demo"))
    async with unlocked(runtime) as app:
        await open_person(app, "Foxglove-Demo", "Neo")
        await press(app, say("address.hidden"), then="Tap once more")
        await press(app, say("address.hidden"), then=HIDDEN)
        await press(app, say("action.cover"), then=say("unlock.title"))
        assert not everything(app, HIDDEN)
        waiting = [task for task in asyncio.all_tasks() if "hide" in repr(task.get_coro())]
        assert not waiting
