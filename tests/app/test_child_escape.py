"""No way out of a child's page: the quick form of `python -m tests.app.child_escape`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from app.core.controller import TODAY_SCREEN
from app.features.child import page
from app.kit.messages import say
from tests.app.child_escape import Escape, escape
from tests.app.handed import World

SEQUENCES = int(os.environ.get("WREN_ESCAPE_SEQUENCES", "60"))


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_no_sequence_of_events_reaches_an_adults_page(tmp_path: Path) -> None:
    counted = await escape(tmp_path, SEQUENCES)
    print(counted)
    assert counted["sequences"] == SEQUENCES
    assert all(counted[name] for name in ("back", "address", "lifecycle", "reload", "kill", "tap"))


async def test_a_page_that_is_drawn_after_the_lock_breaks_nothing_unheard(tmp_path: Path) -> None:
    """What nobody hears is told when it is swept up, in the middle of whatever runs then."""
    tasks: list[asyncio.Task[Any]] = []

    def noted(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        tasks.append(asyncio.Task(work, loop=loop, **more))
        return tasks[-1]

    async with World(tmp_path / "home") as world:
        await world.hand_over_quickly("rooms", "")
        asyncio.get_running_loop().set_task_factory(noted)
        world.life.model.trail, world.life.model.phase = (TODAY_SCREEN,), "open"
        await world.app.settle(quiet_s=0.1)
        assert say("action.cover") in world.drawn()
    ended = [task for task in tasks if task.done() and not task.cancelled()]
    assert ended
    assert not [broken for task in ended if (broken := task.exception())]


async def try_all(world: World) -> None:
    for seed in range(50):
        await Escape(world, seed).run()


async def test_a_back_that_leads_to_an_adults_page_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path / "home") as world:

        async def out(_event: Any) -> None:
            world.life.model.trail, world.life.model.phase = (TODAY_SCREEN,), "open"

        monkeypatch.setattr(page, "block_system_back", out)
        with pytest.raises(AssertionError, match="an adult's page"):
            await try_all(world)


async def test_a_name_on_a_childs_page_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with World(tmp_path / "home") as world:
        real = page.welcome_screen
        monkeypatch.setattr(page, "welcome_screen", lambda turn: [*real(turn), page.text("Osric is next")])
        with pytest.raises(AssertionError, match="Osric"):
            await try_all(world)
