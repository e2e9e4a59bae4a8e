"""The power goes: the disk is rebuilt as a cut could leave it at every write, and opened again.

A visit runs on the real store with a recorder between it and its disk. At each change and in each
way of `disk.WAYS` the folder is rebuilt and opened, and what the store had said by then must be
there, whole. A case is one rebuilt folder: the same bytes after the same words count once.

    run(10_000)
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from assessments.store import database
from tests.faults import disk
from tests.faults.run import Run, tell
from tests.faults.visit import LATEST_WORDS, OTHER_WORDS, Facts, Visit, cheap_words, line, wrong

FAULT = "power cut"
MUTANT = "synchronous=NORMAL"
# The store's own folder is new, too: its name must be as safe as what is in it.
HOME = "wren"


@cheap_words()
def run(cases: int, seed: int = 1) -> Run:
    """Break at least `cases` folders, over as many visits as that takes."""
    start = time.monotonic()
    done = bad = 0
    turn = seed
    while done < cases:
        fresh, broken = _break(cases - done, turn, "real")
        done, bad, turn = done + fresh, bad + broken, turn + 1
    _, caught = _break(max(100, cases // 10), seed, "mutant")
    return Run(FAULT, done, bad, MUTANT, caught > 0, time.monotonic() - start)


def _break(cases: int, seed: int, kind: str) -> tuple[int, int]:
    """How many folders were rebuilt from one visit, and how many of them broke a promise."""
    with tempfile.TemporaryDirectory(dir=disk.fast_folder()) as place:
        records = disk.recorded(Path(place), __name__, kind, str(seed))
        done = bad = 0
        for state in disk.states(records, cases, seed):
            disk.put(state.left, Path(place) / "left")
            why = _without_copy(state) or wrong(Path(place) / "left" / HOME, state.known)
            done += 1
            if why:
                bad += 1
                if kind == "mutant":
                    break
                tell(FAULT, seed, state.name, why)
    return done, bad


def _without_copy(state: disk.State) -> str | None:
    """A completion never rests on one file alone."""
    for one in state.known.completed:
        if f"{HOME}/outbox/{one}.sealed" not in state.left:
            return "acknowledged as completed before the second copy was safe"
    return None


@cheap_words()
def _visit(folder: str, log: str, kind: str, seed: str) -> None:
    """In a process of its own: the visit, with every change to its folder written down."""
    if kind == "mutant":
        database._PRAGMAS["synchronous"] = ("NORMAL", 1)
    here = disk.here()
    Path(folder).mkdir()
    here.disk_record(folder.encode(), log.encode())

    def say(word: str, facts: Facts) -> None:
        here.disk_mark(line(word, facts))

    visit = Visit(Path(folder) / HOME, say, int(seed))
    visit.start()
    visit.assess(answers=20)
    visit.mistype()
    visit.change_words(OTHER_WORDS)
    visit.reopen()
    begun = visit.begin()
    visit.answer(begun)
    visit.assess(answers=20)
    visit.answer(begun)
    visit.die_completing(begun)
    visit.mistype()
    visit.recover(LATEST_WORDS)
    visit.keep_place(visit.begin())


if __name__ == "__main__":
    _visit(*sys.argv[1:])
