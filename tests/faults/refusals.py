"""The disk says no: every call that touches it fails once, or from then on, as broken or as full.

A visit goes on past each refusal, as a person would. Then the disk is mended under the same open
store, and it must work again at once. Nothing may be called saved that is not there after opening
the folder again, and a refusal is always a `StoreFault`: never a crash, never "wrong passphrase".

    run(10_000)         # every call, each in four ways: fewer than that
"""

from __future__ import annotations

import errno
import itertools
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import disk
from tests.faults.going_on import Scene, swallow_errors
from tests.faults.run import Run, tell
from tests.faults.visit import Visit, cheap_words

FAULT = "disk errors"
MUTANT = "an error swallowed"
WAYS = tuple(itertools.product((errno.EIO, errno.ENOSPC), (0, 1)))


def run(cases: int, seed: int = 1) -> Run:
    """All calls of a first start and of a visit in all four ways, or `cases` of them."""
    start = time.monotonic()
    done, bad = _counted("real", cases, seed)
    _, caught = _counted("mutant", 100, seed)
    return Run(FAULT, done, bad, MUTANT, caught > 0, time.monotonic() - start)


def _counted(kind: str, cases: int, seed: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory(dir=disk.fast_folder()) as place:
        disk.run_recorded(__name__, place, kind, str(cases), str(seed))
        done, bad = json.loads((Path(place) / "counts").read_text())
    return done, bad


@cheap_words()
def _all_refusals(place: str, kind: str, cases: str, seed: str) -> None:
    """In a process that was started with the library: fork a child for each refusal."""
    if kind == "mutant":
        swallow_errors(commits_only=True)
    scenes = [
        Scene("a first start", Path(place), int(seed)),
        Scene("a visit", Path(place), int(seed), begun=True),
    ]
    planned = [(scene, nth, *way) for scene in scenes for nth in range(1, _calls(scene) + 1) for way in WAYS]
    if int(cases) < len(planned):
        planned = random.Random(int(seed)).sample(planned, int(cases))
    bad = 0
    for scene, nth, number, ever in planned:
        why = _play(scene, nth, number, ever)
        if why and (kind == "real" or "differs in" in why):  # a mutant is caught by what it lost
            bad += 1
            if kind == "mutant":
                break
            for_ever = "from then on" if ever else "once"
            tell(FAULT, int(seed), f"{scene.name}, call {nth}, {errno.errorcode[number]} {for_ever}", why)
    (Path(place) / "counts").write_text(json.dumps([len(planned), bad]))


def _calls(scene: Scene) -> int:
    """How many calls reach the disk before it would be mended, while nothing is refused."""
    counted = scene.folder.with_name("calls")
    fault = _play(scene, 0, 0, 0, counted)
    if fault:
        raise RuntimeError(f"{scene.name} does not work on a disk without faults: {fault}")
    return int(counted.read_text())


def _play(scene: Scene, nth: int, number: int, ever: int, counted: Path | None = None) -> str | None:
    here, watched = disk.here(), bytes(scene.folder)

    def mend(_: Visit) -> None:
        if counted:
            counted.write_text(str(here.disk_calls()))
        here.disk_fail(watched, 0, 0, 0)

    return scene.play(lambda: here.disk_fail(watched, nth, number, ever), mend)


if __name__ == "__main__":
    _all_refusals(*sys.argv[1:])
