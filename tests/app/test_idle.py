"""The silence on a page, counted on two clocks, and the lock that follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.runtime import Runtime
from app.kit.idle import WARN_BEFORE_S, IdleTimer
from app.kit.messages import say
from app.shell import lifecycle
from app.shell.lifecycle import make_open_page
from tests.app.headless import Headless
from tests.app.test_screens_around import fernhollow, open_runtime, press, set_up, unlocked, until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_touch_begins_the_silence_again() -> None:
    clock = Clock()
    idle = IdleTimer(60, (clock,))
    clock.now = 49.9
    assert (idle.is_near_expiry, idle.is_expired) == (False, False)
    clock.now = 60 - WARN_BEFORE_S
    assert (idle.is_near_expiry, idle.is_expired) == (True, False)
    idle.reset()
    assert idle.remaining_s() == 60
    clock.now += 60
    assert idle.is_expired


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 120)), max_size=20))
def test_no_setting_of_the_clock_keeps_a_page_open(moves: list[tuple[float, float]]) -> None:
    steady, day = Clock(), Clock()
    idle = IdleTimer(60, (steady, day))
    for jump, passed in moves:
        steady.now += passed
        day.now += passed + jump
        if steady.now >= 60:
            assert idle.is_expired


def test_what_passed_while_the_device_slept_counts() -> None:
    steady, day = Clock(), Clock()
    idle = IdleTimer(60, (steady, day))
    day.now = 3600
    assert idle.is_expired


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    monkeypatch.setattr(lifecycle, "_IDLE_CHECK_S", 0.02)
    opened = open_runtime(tmp_path / "home")
    set_up(opened, fernhollow())
    yield opened
    opened.close()


async def hush(app: Headless, silence_s: float) -> None:
    """Nobody has touched the page for so long."""
    idle: Any = app.page.data
    assert isinstance(idle, IdleTimer)
    idle._reset_at = tuple(clock() - silence_s for clock in idle._clocks)
    await asyncio.sleep(0.06)
    await app.settle()


def warned(app: Headless) -> bool:
    return any(control.visible for control in app.page.overlay)


async def test_silence_covers_the_page_with_a_word_before(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await hush(app, 45)
        assert not warned(app)
        await hush(app, 52)
        assert warned(app)
        assert app.sees("Cai Fernhollow")
        await hush(app, 61)
        await until(app, say("unlock.title"))
        assert not warned(app)
        assert not app.sees("Fernhollow")


@pytest.mark.parametrize("sign", ["tap", "type", "finger", "scroll", "key"])
async def test_every_sign_of_life_keeps_the_page_open(runtime: Runtime, sign: str) -> None:
    async with unlocked(runtime) as app:
        await press(app, "Add a household", then=say("add.name"))
        await hush(app, 55)
        assert warned(app)
        match sign:
            case "tap":
                await app.press(say("kin.mother"))
            case "type":
                await app.type(say("add.name"), "F")
            case "finger":
                await app.send("pan_down", {"l": {"x": 1.0, "y": 1.0}, "g": {"x": 1.0, "y": 1.0}})
            case "scroll":
                await app.scroll(120)
            case "key":
                pressed = {"key": "A", "shift": False, "ctrl": False, "alt": False, "meta": False}
                await app.session.dispatch_event(app.page._i, "keyboard_event", pressed)
        await asyncio.sleep(0.06)
        assert not warned(app)
        assert not app.sees(say("unlock.title"))


async def test_what_nobody_did_is_no_sign_of_life(runtime: Runtime) -> None:
    async with unlocked(runtime) as app:
        await hush(app, 55)
        runtime._notify_listeners(runtime.send_status())
        await app.session.dispatch_event(app.page._i, "app_lifecycle_state_change", {"state": "inactive"})
        await asyncio.sleep(0.06)
        assert warned(app)


async def test_a_locked_page_says_nothing_of_locking(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime)) as app:
        await until(app, say("unlock.title"))
        await hush(app, 55)
        assert not warned(app)
