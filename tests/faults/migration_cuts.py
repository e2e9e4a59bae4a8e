"""The power goes while an older store is brought up to date, from nothing and from the oldest one.

`oldest.zip` is a folder that the first Wren left: one assessment completed, one under way, and in
`promised.json` what it had promised. After a cut the file has all of a step or nothing of it, and
opening it finishes the work with everything promised still there.

    run(3_000)
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from assessments.store.database import SqliteDatabase
from assessments.store.migrations import MIGRATIONS, Migration, applied_migrations, migrate
from tests.faults import disk
from tests.faults.run import Run, tell
from tests.faults.visit import WORDS, Facts, Visit, cheap_words, line, wrong
from tests.store.test_store_migrations import shape

FAULT = "power cut in a migration"
MUTANT = "a step in two transactions"
OLDEST = Path(__file__).with_name("oldest.zip")
STARTS = ("fresh", "oldest")


@cheap_words()
def run(cases: int, seed: int = 1) -> Run:
    """At least `cases` folders, half from each start."""
    start = time.monotonic()
    done = bad = 0
    turn = seed
    while done < cases:
        for kind in STARTS:
            fresh, broken = _break(-(-(cases - done) // 2), turn, kind)
            done, bad = done + fresh, bad + broken
        turn += 1
    caught = all(_break(max(150, cases // 10), seed, f"{kind} mutant")[1] for kind in STARTS)
    return Run(FAULT, done, bad, MUTANT, caught, time.monotonic() - start)


def _break(cases: int, seed: int, kind: str) -> tuple[int, int]:
    """How many folders were rebuilt from one upgrade, and how many of them were half-done."""
    with tempfile.TemporaryDirectory(dir=disk.fast_folder()) as place:
        whole = _whole_shapes(Path(place))
        records = disk.recorded(Path(place), __name__, kind, str(seed))
        done = bad = 0
        for state in disk.states(records, cases, seed):
            folder = Path(place) / "left"
            disk.put(state.left, folder)
            why = _half_done(folder, whole) or wrong(folder, state.known)
            done += 1
            if why:
                bad += 1
                if "mutant" in kind:
                    break
                tell(FAULT, seed, f"{kind}, {state.name}", why)
    return done, bad


def _whole_shapes(place: Path) -> list[dict[str, Any]]:
    """What the tables look like after no step, after the first, and so on."""
    database = SqliteDatabase(place / "whole.db")
    shapes = [shape(database.rows)]
    for count in range(1, len(MIGRATIONS) + 1):
        migrate(database, MIGRATIONS[:count])
        shapes.append(shape(database.rows))
    database.close()
    return shapes


def _half_done(folder: Path, whole: list[dict[str, Any]]) -> str | None:
    try:
        database = SqliteDatabase(folder / "wren.db")
    except Exception as fault:  # whatever stands between a person and their records is the finding
        return repr(fault)
    steps, found = applied_migrations(database), shape(database.rows)
    database.close()
    if steps != {step.number for step in MIGRATIONS[: len(steps)]} or found != whole[len(steps)]:
        return "a step is half-done"
    return None


@cheap_words()
def _upgrade(folder: str, log: str, kind: str, seed: str) -> None:
    """In a process of its own: an upgrade, with every change to its folder written down."""
    here, home = disk.here(), Path(folder)
    home.mkdir()
    here.disk_record(folder.encode(), log.encode())

    def say(word: str, facts: Facts) -> None:
        here.disk_mark(line(word, facts))

    if kind.startswith("oldest"):
        promised = _put_oldest(home)
        say("asked", promised)
        say("saved", {})
    say("asked", {})
    database = SqliteDatabase(home / "wren.db")
    (_migrate_in_two if "mutant" in kind else migrate)(database)
    database.close()
    say("saved", {})
    visit = Visit(home, say, int(seed))
    visit.open()
    visit.unlock()
    visit.close()


def _put_oldest(home: Path) -> Facts:
    """Unpack the oldest store and have all of it safe before anything happens."""
    with zipfile.ZipFile(OLDEST) as packed:
        facts: Facts = json.loads(packed.read("promised.json"))
        (home / "outbox").mkdir()
        for name in packed.namelist():
            if name != "promised.json":
                _write_safely(home / name, packed.read(name))
    for safe in (home / "outbox", home):
        handle = os.open(safe, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return {**facts, "words": WORDS}


def _write_safely(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(handle, content)
    os.fsync(handle)
    os.close(handle)


def _migrate_in_two(database: SqliteDatabase) -> None:
    """The planted fault: each step's statements one by one, and its record at the end."""
    for step in MIGRATIONS:
        if step.number in applied_migrations(database):
            continue
        for statement in step.statements:
            with database.write() as driver:
                driver.execute(statement)
        migrate(database, tuple(_record_only(one, step) for one in MIGRATIONS[: step.number]))


def _record_only(one: Migration, step: Migration) -> Migration:
    return Migration(one.number, one.name) if one == step else one


if __name__ == "__main__":
    _upgrade(*sys.argv[1:])
