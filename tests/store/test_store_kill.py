"""Killed at any moment, the store opens again with every answer that was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from assessments.store import Store, people
from assessments.store import assessments as kept
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE, finished, make_family

ROOT = Path(__file__).parents[2]
KILLS = 20

# Appends numbered answers for ever, and says each number only when the call has returned.
CHILD = """
import sys
from pathlib import Path
from assessments.store import Store, assessments as kept
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE
store = Store.open(Path(sys.argv[1]), StoppedClock(), CHEAPEST)
keys = store.unlock(PASSPHRASE)
number = int(sys.argv[3])
while True:
    number += 1
    kept.append_answer(keys, sys.argv[2], "item", {"value": number})
    print(number, flush=True)
"""

# Completes assessments one after the other, and says each id only when the call has returned.
COMPLETER = """
import sys
from pathlib import Path
from assessments.store import Store, assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE, finished
store = Store.open(Path(sys.argv[1]), StoppedClock(), CHEAPEST)
keys = store.unlock(PASSPHRASE)
for heading in list_summaries(keys):
    if heading.status == "in-progress":
        done = finished(kept.get(keys, heading.id), {"said": heading.id})
        complete(keys, done, heading.id.encode() * 100, "svc-1")
        print(heading.id, flush=True)
"""


def run_and_kill(code: str, arguments: list[str], after_s: float) -> list[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(after_s)
    os.kill(child.pid, signal.SIGKILL)
    lines = [first, *child.stdout.readlines()]
    child.wait(20)
    child.stdout.close()
    # A line without its end was not fully said.
    return [line.strip() for line in lines if line.endswith("\n")]


def test_no_acknowledged_answer_is_lost_in_twenty_kills(folder: Path) -> None:
    store = Store.open(folder, StoppedClock(), CHEAPEST)
    keys = store.set_up(PASSPHRASE, "agency-7", "hv-1")
    family = make_family()
    people.save_household(keys, family.household)
    begun = family.assessment()
    kept.begin(keys, begun)
    store.close()
    chance = random.Random(7)
    last = 0
    for _ in range(KILLS):
        said = run_and_kill(CHILD, [str(folder), begun.id, str(last)], chance.random() * 0.05)
        acknowledged = int(said[-1])
        assert acknowledged > last
        store = Store.open(folder, StoppedClock(), CHEAPEST)
        keys = store.unlock(PASSPHRASE)
        lines = kept.read_answer_log(keys, begun.id)
        store.close()
        # The one that was being written may be there or not; every one before it is there, once.
        assert [line.entry["value"] for line in lines] == list(range(1, len(lines) + 1))
        assert len(lines) in (acknowledged, acknowledged + 1)
        last = len(lines)


def test_a_completion_is_whole_or_not_begun_after_a_kill(folder: Path) -> None:
    store = Store.open(folder, StoppedClock(), CHEAPEST)
    keys = store.set_up(PASSPHRASE, "agency-7", "hv-1")
    family = make_family()
    people.save_household(keys, family.household)
    for _ in range(400):
        kept.begin(keys, family.assessment())
    store.close()
    chance = random.Random(8)
    said: set[str] = set()
    for _ in range(6):
        said |= set(run_and_kill(COMPLETER, [str(folder)], chance.random() * 0.05))
        store = Store.open(folder, StoppedClock(), CHEAPEST)
        keys = store.unlock(PASSPHRASE)
        done = {one.id for one in list_summaries(keys) if one.status == "completed"}
        entries = {entry.id for entry in store.outbox.entries()}
        assert said <= done
        assert done == entries == store.outbox.completion_files.ids()
        for one in done:
            assert kept.get(keys, one) == finished(kept.get(keys, one), {"said": one})
            assert store.outbox.envelope(one) == one.encode() * 100
        store.close()
    assert len(said) > 6
