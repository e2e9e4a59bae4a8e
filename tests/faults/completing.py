"""The disk says no while an assessment is completed, and then the process dies.

Nobody may be told the opposite of what the next opening finds. Told that it is finished, it is; told
that it was refused, it is under way; told that nobody can say, it is one of the two. Whoever went on
answering after a refusal finds the new answer, and not the completion that was refused.

    run(1_000)          # every call, each in four ways, with and without going on: fewer than that
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from assessments.errors import StoreFault
from assessments.store import Store, completion, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.faults import disk
from tests.faults.corruption import CHEAP, WORDS, cheap_words
from tests.faults.run import Run, tell
from tests.store.made_up import finished, make_family

FAULT = "completing"
MUTANT = "a copy left behind untold"
# Each refused once or from then on; and whether somebody goes on afterwards.
WAYS = tuple(itertools.product((errno.EIO, errno.ENOSPC), (0, 1), (False, True)))


def run(cases: int, seed: int = 1) -> Run:
    """Every call of a completion in every way, or `cases` of them."""
    start = time.monotonic()
    done, bad = _counted("real", cases, seed)
    _, caught = _counted("mutant", cases, seed)
    return Run(FAULT, done, bad, MUTANT, caught > 0, time.monotonic() - start)


def _counted(kind: str, cases: int, seed: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory(dir=disk.fast_folder()) as place:
        disk.run_recorded(__name__, place, kind, str(cases), str(seed))
        done, bad = json.loads((Path(place) / "counts").read_text())
    return done, bad


def _all(place: str, kind: str, cases: str, seed: str) -> None:
    """In a process that was started with the library: a child for each refusal."""
    if kind == "mutant":
        completion._roll_back_completion = lambda *_: None
    with cheap_words():
        before, folder = Path(place) / "before", Path(place) / "home"
        _begin(before)
        calls = _calls(before, folder)
        planned = [(nth, *way) for nth in range(1, calls + 1) for way in WAYS]
        chance = random.Random(int(seed))
        planned = chance.sample(planned, min(int(cases), len(planned)))
        bad = 0
        for nth, number, ever, goes_on in planned:
            why = _opposite(before, folder, nth, number, ever, goes_on)
            if why:
                bad += 1
                if kind == "real":
                    case = f"call {nth}, {errno.errorcode[number]}, ever {ever}, goes on {goes_on}"
                    tell(FAULT, int(seed), case, why)
    (Path(place) / "counts").write_text(json.dumps([len(planned), bad]))


def _begin(folder: Path) -> None:
    store = Store.open(folder, StoppedClock(), CHEAP)
    keys = store.set_up(WORDS, "agency-7", "hv-1")
    family = make_family()
    people.save_household(keys, family.household, family.persons)
    people.save_record(keys, family.contact)
    begun = family.assessment()
    kept.begin(keys, begun)
    for number in range(3):
        kept.append_answer(keys, begun.id, f"item-{number}", number)
    keys.close()
    store.close()


def _calls(before: Path, folder: Path) -> int:
    """How many calls a completion makes that nothing refuses."""
    told = _told(before, folder, 0, 0, 0, goes_on=False)
    if told["word"] != "finished":
        raise RuntimeError("completing does not work on a disk without faults")
    return int(told["calls"])


def _told(before: Path, folder: Path, nth: int, number: int, ever: int, *, goes_on: bool) -> dict[str, str]:
    """What somebody was told, in a child that dies right afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(before, folder)
    said = folder.with_name("said")
    said.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        try:
            said.write_text(json.dumps(_complete(folder, nth, number, ever, goes_on=goes_on)))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    told: dict[str, str] = json.loads(said.read_text()) if said.exists() else {"word": "crashed"}
    return told


def _complete(folder: Path, nth: int, number: int, ever: int, *, goes_on: bool) -> dict[str, str]:
    store = Store.open(folder, StoppedClock(), CHEAP)
    keys = store.unlock(WORDS)
    (begun,) = list_summaries(keys)
    done = finished(kept.get(keys, begun.id), {"item-0": 0})
    here, watched = disk.here(), bytes(folder)
    here.disk_fail(watched, nth, number, ever)
    word = "finished"
    try:
        complete(keys, done, b"envelope" * 200, "svc-1")
    except StoreFault as fault:
        word = "unsure" if fault.code == "completion-unsure" else "refused"
    calls = here.disk_calls()
    here.disk_fail(watched, 0, 0, 0)
    if goes_on and word != "finished":
        kept.append_answer(keys, begun.id, "item-0", "changed")
        word = "went on"
    return {"word": word, "calls": str(calls)}


def _opposite(before: Path, folder: Path, nth: int, number: int, ever: int, goes_on: bool) -> str | None:
    """What the next opening finds that is the opposite of what was told; None if nothing is."""
    word = _told(before, folder, nth, number, ever, goes_on=goes_on)["word"]
    store = Store.open(folder, StoppedClock(), CHEAP)
    keys = store.unlock(WORDS)
    try:
        (heading,) = list_summaries(keys)
        entries, copies = len(store.outbox.entries()), len(store.outbox.completion_files.ids())
        now = kept.get(keys, heading.id)
    finally:
        keys.close()
        store.close()
    expected = {
        "finished": {"completed"},
        "refused": {"in-progress"},
        "went on": {"in-progress"},
        "unsure": {"completed", "in-progress"},
    }
    if now.status not in expected.get(word, ()):
        return f"told {word}, and it is {now.status}"
    if entries != copies or entries != (now.status == "completed"):
        return f"{now.status}, with {entries} entries and {copies} copies"
    if word == "went on" and now.answers["item-0"] != "changed":
        return "what was answered afterwards is gone"
    return None


if __name__ == "__main__":
    _all(*sys.argv[1:])
