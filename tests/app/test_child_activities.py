"""What a child can do with a question: by tapping alone, in an order of the child's own."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.features.child.activities.placement_views import default_spot, ring_at, ring_edges
from app.kit.messages import say
from assessments.engine.answers import Answered, PlacedPerson, VerbatimLine
from tests.app.handed import World


async def opened(world: World, section: str, link_id: str) -> None:
    """A child's turn, at one of its questions."""
    await world.begin()
    await world.turn_to(section)
    assert world.life.controller is not None
    await world.life.controller.hand_over("")
    await world.until(lambda: world.life.model.phase == "child")
    await world.app.press(say("child.start"))
    while world.hand.state.question.link_id != link_id:
        await world.app.press(say("child.next"))


def given(world: World, link_id: str) -> object:
    return world.hand.state.form.entries.get(link_id)


async def test_rings_by_tapping_alone_keep_the_order_and_every_move(tmp_path: Path) -> None:
    async with World(tmp_path / "home", tool="child-voice-7-11", age=9) as world:
        await opened(world, "people", "people-map")
        app = world.app
        for who, where in (("Nan", "I can tell them"), ("Biscuit the dog", "Not sure")):
            await app.type(say("child.rings.name"), who)
            await app.press(where)
        await app.press(say("people.move", who="Nan"))
        await app.press("Not safe")
        entry = given(world, "people-map")
        assert isinstance(entry, Answered)
        assert isinstance(entry.value, tuple)
        assert [(p.who, p.place) for p in entry.value if isinstance(p, PlacedPerson)] == [
            ("Nan", "not-safe"),
            ("Biscuit the dog", "not-sure"),
        ]
        assert world.life.controller is not None
        await world.life.lock()
        await world.life.controller.session.unlock("kettle-orchard-violet-train")
        handed = world.life.model.handback_review
        assert handed is not None
        moves = [given.entry for given in handed.sitting.given if given.link_id == "people-map"]
        assert [[person["place"] for person in move] for move in moves] == [
            ["can-tell"],
            ["can-tell", "not-sure"],
            ["not-safe", "not-sure"],
        ]


async def test_a_name_that_is_dragged_lands_in_the_ring_where_it_is_let_go(tmp_path: Path) -> None:
    async with World(tmp_path / "home", tool="child-voice-7-11", age=9) as world:
        await opened(world, "people", "people-map")
        app = world.app
        await app.type(say("child.rings.name"), "Nan")
        await app.press("I can tell them")
        (chip,) = app.controls(ft.GestureDetector)
        at = {"x": 10.0, "y": 10.0}
        send = app.session.dispatch_event
        await send(chip._i, "pan_start", {"l": at, "g": at, "k": "touch"})
        for _ in range(20):
            await send(chip._i, "pan_update", {"l": at, "g": at, "ld": {"x": -20.0, "y": -20.0}, "gd": at})
            await app.settle()
        await send(chip._i, "pan_end", {"l": at, "g": at, "v": at})
        await app.settle()
        entry = given(world, "people-map")
        assert entry == Answered((PlacedPerson("Nan", "not-safe", (-100, -100)),))


async def test_the_ends_of_the_ladder_bear_the_childs_names(tmp_path: Path) -> None:
    async with World(tmp_path / "home", tool="child-voice-7-11", age=9) as world:
        await opened(world, "ladder", "ladder-now")
        app = world.app
        await app.press(say("child.ladder.name"))
        top = "The top is 'safe all the time'. What would you call it?"
        await app.type(top, "like at Nan's")
        await app.press(say("child.ladder.named"))
        assert app.sees("like at Nan's")
        assert app.sees("Not safe at all")
        await app.press(f"{say('label.ladder-step', n=10, of=10)}, like at Nan's")
        assert given(world, "ladder-now") == Answered(10)
        assert given(world, "ladder-top") == Answered("like at Nan's")


async def test_the_jar_holds_worries_as_big_as_the_child_says(tmp_path: Path) -> None:
    async with World(tmp_path / "home", tool="child-voice-7-11", age=9) as world:
        await opened(world, "worries", "jar")
        app = world.app
        for worry, size in (("spelling", "Small"), ("the noise", "Big")):
            await app.type(say("child.jar.name"), worry)
            await app.press(size)
        assert given(world, "jar") == Answered(
            (PlacedPerson("spelling", "small"), PlacedPerson("the noise", "big"))
        )
        await app.press(say("people.move", who="spelling"))
        await app.press(say("people.remove"))
        assert given(world, "jar") == Answered((PlacedPerson("the noise", "big"),))


async def test_a_part_of_the_day_has_who_how_loud_and_how_the_tummy_feels(tmp_path: Path) -> None:
    async with World(tmp_path / "home", tool="child-voice-7-11", age=9) as world:
        await opened(world, "day-in-line", "day-line")
        app = world.app
        await app.press("Tea time")
        await app.type("Who is there?", "me and Nan")
        await app.press("Very loud")
        await app.press("Funny")
        await app.press(say("child.next"))
        assert app.sees("Tea time")
        entry = given(world, "day-line")
        assert isinstance(entry, Answered)
        assert entry.value == (
            {
                "line-part": Answered("tea"),
                "line-who": Answered((VerbatimLine("me and Nan", "child-typed", "Who is there?"),)),
                "line-loud": Answered("loud"),
                "line-tummy": Answered("funny"),
            },
        )


async def test_rooms_have_the_weather_the_child_gives_them(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await opened(world, "rooms", "weather-map")
        await world.app.type(say("child.rooms.name"), "Kitchen")
        await world.app.press("Stormy")
        assert given(world, "weather-map") == Answered((PlacedPerson("Kitchen", "storm"),))
        assert say("child.rooms.room", room="Kitchen", weather="Stormy") in world.app.names()


@pytest.mark.parametrize("rings_n", [3, 4, 5])
def test_a_spot_chosen_by_tapping_lies_in_its_ring(rings_n: int) -> None:
    assert ring_edges(rings_n) == sorted(ring_edges(rings_n))
    for ring in range(rings_n):
        for number in range(12):
            assert ring_at(default_spot(ring, rings_n, number), rings_n) == ring
