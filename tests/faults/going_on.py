"""A visit that goes on past every refusal, in a child of its own, until the disk is mended.

What may go wrong while the disk does: a step is refused with a `StoreFault`, and nothing else. Once
the disk is mended, every step must work again under the same open store.

    scene = Scene("a visit", place, seed=1, begun=True)
    scene.play(spoil, mend)         # None, or what was promised and is not there
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from assessments.errors import StoreFault
from assessments.store import assessments as kept
from assessments.store.database import SqliteDatabase
from tests.faults.visit import Facts, Known, Say, Visit, line, wrong

LONGEST_S = 60
Step = Callable[[], object]


class Scene:
    """One stretch of work on one folder, played again and again on a disk that is spoiled anew."""

    def __init__(self, name: str, place: Path, seed: int, *, begun: bool = False) -> None:
        self.name, self.folder, self._seed = name, self.folder_in(place), seed
        self._before = place / "before" if begun else None
        self._begun = begun_folder(self._before, seed) if self._before else None

    @staticmethod
    def folder_in(place: Path) -> Path:
        return place.resolve() / "home"

    def play(self, spoil: Callable[[], object], mend: Callable[[Visit], object]) -> str | None:
        """What was wrong after a disk was spoiled, and mended in the middle; or None."""
        self._put_back()

        def work(say: Say) -> None:
            visit, unfinished = Visit(self.folder, say, self._seed + 1), None
            if self._begun:
                known, unfinished = self._begun
                visit.carry_on(known, 1 << 20)
                for name, value in known.facts.items():
                    say("asked", {name: value})
                    say("saved", {})
            spoil()
            go_on(visit, unfinished, lambda: mend(visit))

        known, crash = in_a_child(work)
        return crash or wrong(self.folder, known)

    def _put_back(self) -> None:
        """The folder as it was before; empty before a first start. It may be a mounted one."""
        self.folder.mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if self._before:
            shutil.copytree(self._before, self.folder, dirs_exist_ok=True)


def go_on(visit: Visit, begun: str | None, mend: Callable[[], None]) -> None:
    """Try every step of a visit, whatever became of the one before; then mend the disk and do it all."""

    def try_it(step: Step) -> None:
        with contextlib.suppress(StoreFault):
            step()

    unfinished = [begun] if begun else []
    _whole_visit(visit, unfinished, try_it)
    mend()
    _whole_visit(visit, unfinished, lambda step: step())


def _whole_visit(visit: Visit, unfinished: list[str], do: Callable[[Step], object]) -> None:
    if not visit.is_open:
        do(visit.open)
    if visit.is_open and not visit.is_unlocked:
        do(visit.unlock)
    if not visit.is_unlocked:
        return
    do(visit.meet)
    do(visit.correct)
    do(lambda: unfinished.append(visit.begin()))
    for one in unfinished:
        for step in (visit.answer, visit.keep_place, visit.attach, visit.answer, visit.complete):
            do(lambda step=step, one=one: _unless_completed(visit, one, step))
    do(visit.reopen)


def _unless_completed(visit: Visit, begun: str, step: Callable[[str], None]) -> None:
    if kept.get(visit.keys, begun).status == "in-progress":
        step(begun)


def in_a_child(work: Callable[[Say], None]) -> tuple[Known, str | None]:
    """What a forked child was promised, and how it ended if not as it should."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work_and_end(work, writing)
    os.close(writing)
    known, crash = Known(), None
    with open(reading, "rb") as diary:
        for one in diary:
            word, facts = json.loads(one)
            if word == "crashed":
                crash = facts["how"]
            else:
                known.note(word, facts)
    if os.waitpid(child, 0)[1] and not crash:
        crash = "ended by itself, or did not end"
    return known, crash


def _work_and_end(work: Callable[[Say], None], pipe: int) -> None:
    signal.alarm(LONGEST_S)
    with open(pipe, "wb", buffering=0) as diary:

        def say(word: str, facts: Facts) -> None:
            diary.write(line(word, facts) + b"\n")

        try:
            work(say)
        except BaseException:  # reported to the parent, which fails the case
            say("crashed", {"how": traceback.format_exc()})
    os._exit(0)


def begun_folder(folder: Path, seed: int) -> tuple[Known, str]:
    """A folder with one assessment under way: what it holds, and that assessment's id."""
    known = Known()
    visit = Visit(folder, known.note, seed)
    visit.start()
    begun = visit.begin()
    for _ in range(3):
        visit.answer(begun)
    visit.close()
    return known, begun


def swallow_errors(*, commits_only: bool) -> None:
    """The planted fault: a transaction that failed looks like one that was committed."""
    real = SqliteDatabase.write

    @contextlib.contextmanager
    def swallowing(self: SqliteDatabase) -> Iterator[object]:
        written = False
        try:
            with real(self) as driver:
                yield driver
                written = True
        except StoreFault:
            if commits_only and not written:
                raise

    SqliteDatabase.write = swallowing  # type: ignore[method-assign,assignment]  # in this process only
