"""`kill -9` at any moment: a child saves as fast as it can, and its parent ends it.

The child says through a pipe what it is asking for and what was saved. After each kill the folder
is opened again, by the parent, and everything said must be there: at most the last thing asked for
may be missing, and it is there whole or not at all.

    run(1_000)
"""

from __future__ import annotations

import json
import os
import random
import signal
import tempfile
import time
from pathlib import Path

from tests.faults.run import Run, tell
from tests.faults.visit import Facts, Known, Visit, cheap_words, line, seen, wrong

FAULT = "kill -9"
MUTANT = "acknowledges before it commits"
# A folder is used until it holds this many kills' work; reading it all back takes longer each time.
KILLS_A_FOLDER = 25
LONGEST_LIFE_S = 0.08


@cheap_words()
def run(cases: int, seed: int = 1) -> Run:
    """Kill `cases` children, at times from before the store is open to well into its work."""
    start = time.monotonic()
    bad = sum(
        _kill_in_one_folder(min(KILLS_A_FOLDER, cases - first), seed + first, early=False)
        for first in range(0, cases, KILLS_A_FOLDER)
    )
    caught = any(_kill_in_one_folder(KILLS_A_FOLDER, seed + turn, early=True) for turn in range(4))
    return Run(FAULT, cases, bad, MUTANT, caught, time.monotonic() - start)


def _kill_in_one_folder(kills: int, seed: int, *, early: bool) -> int:
    """1 when a kill broke a promise, else 0."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "home"
        known = Known()
        visit = Visit(folder, known.note, seed)
        visit.start()
        visit.close()
        for number in range(kills):
            life_s = chance.uniform(0, LONGEST_LIFE_S)
            for word, facts in _lived(folder, known, seed * 1000 + number, life_s, early=early):
                known.note(word, facts)
            why = wrong(folder, known)
            if why:
                if not early:
                    tell(FAULT, seed, f"kill {number}", why)
                return 1  # what follows in this folder would be broken by the same fault
            known = Known(seen(folder))
    return 0


def _lived(folder: Path, known: Known, seed: int, life_s: float, *, early: bool) -> list[tuple[str, Facts]]:
    """What a child wrote in its diary before it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work_for_ever(
            Visit(folder, lambda word, facts: _write(writing, word, facts), seed, early=early), known, seed
        )
    os.close(writing)
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    with open(reading, "rb") as diary:
        lines = diary.read().splitlines(keepends=True)
    if os.waitpid(child, 0)[1] != signal.SIGKILL:
        raise RuntimeError("the child ended by itself")
    # A line without its end was not fully said.
    return [tuple(json.loads(one)) for one in lines if one.endswith(b"\n")]


def _write(pipe: int, word: str, facts: Facts) -> None:
    os.write(pipe, line(word, facts) + b"\n")


def _work_for_ever(visit: Visit, known: Known, seed: int) -> None:
    """In the child: never returns, and never lets an error pass for work."""
    try:
        visit.open()
        visit.unlock()
        visit.carry_on(known, seed << 20)
        while True:
            visit.assess(answers=8)
    finally:
        os._exit(1)
