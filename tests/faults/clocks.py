"""The clock lies: it jumps ten years either way, stands still or changes its zone between two steps.

Order never comes from a clock: lines stay as they were said, assessments as they were begun, the
outbox as it was filled. Nothing is refused for its time, and nothing waits for years: an entry that
was told to wait, and a person who mistyped, wait no longer than they were told.

    run(200)
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from assessments.store import UnlockedStore
from assessments.store import assessments as kept
from assessments.store.access.unlock_attempts import WAIT_AFTER_FAILURES
from assessments.store.rows.answer_log import AnswerLog
from assessments.store.rows.summaries import list_summaries
from tests.faults import disk
from tests.faults.run import Run, tell
from tests.faults.visit import AUTHOR, Facts, Known, Visit, cheap_words, wrong

FAULT = "clocks"
MUTANT = "lines in order of their time"
TEN_YEARS = timedelta(days=3653)
JUMPS = (TEN_YEARS, -TEN_YEARS, timedelta(hours=1), -timedelta(hours=1), timedelta(seconds=7), timedelta(0))
ZONES = ("UTC", "Europe/London", "Pacific/Kiritimati", "America/Adak")
STEPS = 40
A_WHILE = timedelta(minutes=5)


@cheap_words()
def run(cases: int, seed: int = 1) -> Run:
    """One case is a visit of forty steps with the clock moved before each."""
    start = time.monotonic()
    bad = 0
    with _zone_as_before():
        for case in range(seed, seed + cases):
            why = _moved(case)
            if why:
                bad += 1
                tell(FAULT, case, "the whole visit", why)
        with _lines_by_time():
            caught = any(_moved(case) for case in range(seed, seed + 10))
    return Run(FAULT, cases, bad, MUTANT, caught, time.monotonic() - start)


def _moved(seed: int) -> str | None:
    """What went wrong in one visit, or None."""
    chance, known = random.Random(seed), Known()
    with tempfile.TemporaryDirectory(dir=disk.fast_folder()) as place:
        visit: Visit

        def say(word: str, facts: Facts) -> None:
            known.note(word, facts)
            if word != "asked":  # before the next step
                visit.clock.move(days=chance.choice(JUMPS) / timedelta(days=1))
                os.environ["TZ"] = chance.choice(ZONES)
                time.tzset()

        visit = Visit(Path(place) / "home", say, seed)
        visit.start()
        begun, done = [visit.begin()], []
        for _ in range(STEPS):
            step = chance.choice((visit.answer, visit.answer, visit.answer, visit.keep_place, visit.complete))
            one = chance.choice(begun)
            if one in done:
                begun.append(visit.begin())
                continue
            step(one)
            if step == visit.complete:
                done.append(one)
        found = _out_of_order(visit, begun, done) or _waits_for_years(visit, done, chance)
        visit.close()
        return found or wrong(Path(place) / "home", known)


def _out_of_order(visit: Visit, begun: list[str], done: list[str]) -> str | None:
    if [heading.id for heading in list_summaries(visit.keys)] != begun:
        return "assessments out of order"
    if [entry.id for entry in visit.store.outbox.entries()] != done:
        return "the outbox out of order"
    for one in begun:
        lines = [line.entry["value"] for line in kept.read_answer_log(visit.keys, one)]
        if lines != sorted(lines):
            return "lines out of order"
    return None


def _waits_for_years(visit: Visit, done: list[str], chance: random.Random) -> str | None:
    """Whether a wait begun at one moment still holds at another that is not inside it."""
    outbox, clock = visit.store.outbox, visit.clock
    outbox.postpone(done, "no-connection", clock.now() + A_WHILE)
    if outbox.due(clock.now()):
        return "a wait that does not hold"
    clock.move(days=chance.choice((TEN_YEARS, -TEN_YEARS)).days)
    if [entry.id for entry in outbox.due(clock.now())] != done:
        return "an entry waits for a clock that went back"
    for _ in range(max(WAIT_AFTER_FAILURES)):
        if visit.store.attempt_status(AUTHOR).wait_until is None:
            visit.mistype()
    until = visit.store.attempt_status(AUTHOR).wait_until
    if until is not None and until - clock.now() > max(WAIT_AFTER_FAILURES.values()):
        return "a person waits for a clock that went back"
    clock.move(hours=2)
    visit.unlock()
    return None


@contextmanager
def _lines_by_time() -> Iterator[None]:
    """The planted fault."""
    real = kept.read_answer_log

    def by_time(keys: UnlockedStore, assessment_id: str) -> AnswerLog:
        lines = real(keys, assessment_id)
        return AnswerLog(sorted(lines, key=lambda line: line.at), lines.lost)

    kept.read_answer_log = by_time
    try:
        yield
    finally:
        kept.read_answer_log = real


@contextmanager
def _zone_as_before() -> Iterator[None]:
    before = os.environ.get("TZ")
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
