"""Random sequences of everything that can befall a page in a child's hands, looking for a way out.

    python -m tests.app.child_escape [SEQUENCES] [SEED]

Each sequence starts with a child's turn on the page and runs up to twelve events: the system's back, a
changed address, a size, a turned tablet, every lifecycle state, a reload, a kill, Esc and other keys,
taps on whatever can be tapped, letters in whatever takes letters, and unlocking with wrong words. After
each event the page must be a child's or locked (or what stands before the lock for anybody), and nothing
planted may stand on it. A failure names its
seed and its events.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import flet as ft

from app.core.child.child_update import SessionEnded
from app.kit.controls.fault_boundary import log
from app.kit.messages import say
from tests.app.handed import World

SECTIONS = ("rooms", "faces", "steps", "hand", "wishes", "own-ok")
LONGEST = 12
# Wrong words are counted by the lock, and five in a row make it wait.
_WRONG_AT_MOST = 3
ADDRESSES = ("/today", "/household/1", "/record", "/outbox", "/#/assess", "/%2e%2e", "")
KEYS = ("Escape", "F5", "Backspace", "Arrow Left", "Tab", "Enter", "A")
# A child's page, the lock, and what stands before it for anybody: forgotten words, somebody new.
CLOSED = ("child", "locked", "recover", "set-up")
SIZES = ((390, 844), (844, 390), (320, 640), (1280, 800))

Event = Callable[["Escape"], Awaitable[None]]


class Escape:
    """One world and the events that have happened in this sequence."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.random = random.Random(seed)
        self.happened: list[str] = []
        self.counted: Counter[str] = Counter()
        self._wrong = 0

    async def run(self) -> None:
        """One sequence. Raises AssertionError with the seed and the events."""
        self.happened = []
        if self.world.life.model.phase != "child":
            await self._hand_over()
        for _ in range(self.random.randint(1, LONGEST)):
            name = self.random.choices(list(EVENTS), [weight for weight, _ in EVENTS.values()])[0]
            self.happened.append(name)
            self.counted[name] += 1
            await EVENTS[name][1](self)
            await self._settle()
            self._check()

    async def _hand_over(self) -> None:
        world = self.world
        self._wrong = 0
        await world.hand_over_quickly(self.random.choice(SECTIONS), self.random.choice(("", "Kestrel")))
        await self._settle()
        assert world.life.model.phase == "child", world.life.model.phase

    async def _settle(self) -> None:
        await self.world.app.settle(quiet_s=0.003)
        if self.world.life.model.phase == "starting":
            await self.world.until(lambda: self.world.life.model.phase != "starting")

    def _check(self) -> None:
        self.world.app._check()
        drawn = self.world.drawn()
        phase, leaks = self.world.life.model.phase, self.world.leaks(drawn)
        told = f"seed {self.seed}, {self.happened}"
        assert phase in CLOSED, f"an adult's page ({phase}): {told}"
        assert say("action.cover") not in drawn.split("\n"), f"an adult's frame: {told}"
        assert not leaks, f"{leaks}: {told}"
        # How long a handler took says something of this machine, not of the page.
        broken = [line for line in self.world.app.log if not line.startswith("slow-handler")]
        assert not broken, f"{broken}: {told}"

    # Events

    async def back(self) -> None:
        top = self.world.app._top()
        await self._send(top, "confirm_pop", None)

    async def pop(self) -> None:
        await self._send(self.world.app.page, "view_pop", {"route": "/"})

    async def address(self) -> None:
        route = self.random.choice(ADDRESSES)
        self.world.app.session.apply_page_patch({"route": route})
        await self._send(self.world.app.page, "route_change", {"route": route})

    async def size(self) -> None:
        width, height = self.random.choice(SIZES)
        self.world.app.session.apply_page_patch({"width": width, "height": height})
        await self._send(self.world.app.page, "resize", {"width": width, "height": height})

    async def lifecycle(self) -> None:
        state = self.random.choice(list(ft.AppLifecycleState)).value
        self.happened[-1] += f" {state}"
        await self._send(self.world.app.page, "app_lifecycle_state_change", {"state": state})

    async def reload(self) -> None:
        await self.world.app.leave()
        assert self.world.app.texts() == [], self.happened
        await self.world.app.session.connect(self.world.app.wire)

    async def kill(self) -> None:
        await self.world.kill()

    async def key(self) -> None:
        key = self.random.choice(KEYS)
        self.happened[-1] += f" {key}"
        pressed = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
        await self._send(self.world.app.page, "keyboard_event", pressed)

    async def tap(self) -> None:
        live = [c for c, _ in self.world.app.nodes() if getattr(c, "on_click", None) is not None]
        if live:
            await self._send(self.random.choice(live), "click", None)

    async def letters(self) -> None:
        fields = self.world.app.controls(ft.TextField)
        if fields:
            field = self.random.choice(fields)
            words = self.random.choice(("a", "my bed", "Zażółć 🐢", " "))
            self.world.app.session.apply_patch(field._i, {"value": words})
            await self._send(field, "change", words)

    async def drag(self) -> None:
        held = self.world.app.controls(ft.GestureDetector)
        if held:
            chip = self.random.choice(held)
            await self._send(chip, "pan_start", {"l": [1, 1], "g": [1, 1], "k": "touch"})
            await self._send(chip, "pan_end", {"v": [0, 0], "l": [1, 1], "g": [1, 1]})

    async def stop(self) -> None:
        if self.world.life.model.phase == "child":
            await self.world.hand.dispatch(SessionEnded("stopped"))

    async def finish(self) -> None:
        if self.world.life.model.phase == "child":
            await self.world.hand.dispatch(SessionEnded("finished"))

    async def wrong_words(self) -> None:
        if self.world.life.model.phase == "locked" and self._wrong < _WRONG_AT_MOST:
            self._wrong += 1
            await self.world.app.type(say("unlock.passphrase"), "rain")
            await self.world.app.press(say("action.unlock"))

    async def _send(self, control: object, name: str, data: object) -> None:
        await self.world.app.session.dispatch_event(control._i, name, data)  # type: ignore[attr-defined]  # a control


# How often each happens, beside the others: what ends a turn is rarer, or there would be nothing to leave.
EVENTS: dict[str, tuple[int, Event]] = {
    "back": (6, Escape.back),
    "pop": (3, Escape.pop),
    "address": (5, Escape.address),
    "size": (4, Escape.size),
    "lifecycle": (3, Escape.lifecycle),
    "reload": (1, Escape.reload),
    "kill": (1, Escape.kill),
    "key": (3, Escape.key),
    "tap": (14, Escape.tap),
    "letters": (4, Escape.letters),
    "drag": (2, Escape.drag),
    "stop": (1, Escape.stop),
    "finish": (1, Escape.finish),
    "wrong words": (2, Escape.wrong_words),
}


async def escape(folder: Path, sequences: int, seed: int = 0) -> Counter[str]:
    """Run so many sequences; a new world now and then, so that no list of answers grows for ever."""
    counted: Counter[str] = Counter()
    per_world = 50
    for start in range(0, sequences, per_world):
        async with World(folder / f"world-{start}", calm_expected=True) as world:
            for number in range(start, min(start + per_world, sequences)):
                found = Escape(world, seed + number)
                await found.run()
                counted += found.counted
                counted["sequences"] += 1
    return counted


def main() -> None:
    sequences = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    log.setLevel("ERROR")
    with tempfile.TemporaryDirectory(prefix="wren-escape-") as folder:
        counted = asyncio.run(escape(Path(folder), sequences, seed))
    print(f"{counted.pop('sequences')} sequences, {counted.total()} events, 0 adult routes reached")
    print(", ".join(f"{name} {n}" for name, n in counted.most_common()))


if __name__ == "__main__":
    main()
