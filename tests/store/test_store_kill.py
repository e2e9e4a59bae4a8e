"""Killed at any moment, the store opens again with every answer that was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from assessments.store import Store, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE, finished, make_family

KILLS = 20


def append_for_ever(say: Callable[[str], None], folder: Path, assessment_id: str, number: int) -> None:
    """Append numbered answers, and say each number only when the call has returned."""
    keys = Store.open(folder, StoppedClock(), CHEAPEST).unlock(PASSPHRASE)
    while True:
        number += 1
        kept.append_answer(keys, assessment_id, "item", {"value": number})
        say(str(number))


def complete_all(say: Callable[[str], None], folder: Path) -> None:
    """Complete assessments one after the other, and say each id only when the call has returned."""
    keys = Store.open(folder, StoppedClock(), CHEAPEST).unlock(PASSPHRASE)
    for summary in list_summaries(keys):
        if summary.status == "in-progress":
            done = finished(kept.get(keys, summary.id), {"said": summary.id})
            complete(keys, done, summary.id.encode() * 100, "svc-1")
            say(summary.id)


def run_and_kill(
    work: Callable[..., None], arguments: tuple[object, ...], after_s: float, words: int = 1
) -> list[str]:
    """What a forked child said until it was killed, `after_s` seconds after this many words."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            work(lambda word: os.write(writing, word.encode() + b"\n"), *arguments)
            signal.pause()  # all is done: wait for the kill
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        first = [pipe.readline() for _ in range(words)]
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        lines = [*first, *pipe.readlines()]
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the child ended by itself"
    # A line without its end was not fully said.
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.slow
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
        said = run_and_kill(append_for_ever, (folder, begun.id, last), chance.random() * 0.05)
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


@pytest.mark.slow
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
        said |= set(run_and_kill(complete_all, (folder,), chance.random() * 0.05, chance.randint(2, 9)))
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
