"""`wren store purge` and `purged`: asked twice, done once, and written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.kit.messages import say
from assessments.ports import Outcome, SystemClock
from assessments.store import Store, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.store.made_up import CHEAPEST, PASSPHRASE, finished, make_family

ROOT = Path(__file__).parent.parent
REASON = "Asked for by the family, ref 114"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def filled(home: Path) -> tuple[str, str, str]:
    """A device with one household: the ids of it, of an assessment that was sent, and of one that waits."""
    store = Store.open(home, SystemClock(), CHEAPEST)
    keys = store.set_up(PASSPHRASE, "agency-7", "hv-1")
    family = make_family()
    people.save_household(keys, family.household, family.persons)
    sent, waits = family.assessment(), family.assessment()
    for begun in (sent, waits):
        kept.begin(keys, begun)
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
    keys.outbox.record_outcomes([Outcome(sent.id, "stored")], keys.now())
    keys.close()
    store.close()
    return family.household.id, sent.id, waits.id


def wren(
    home: Path, *arguments: str, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WREN_HOME": str(home),
        "WREN_PASSPHRASE": PASSPHRASE,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "store", *arguments],
        env=environment, capture_output=True, text=True, input=typed, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip


def test_deletes_once_the_id_is_typed_and_lists_what_was_done(
    home: Path, filled: tuple[str, str, str]
) -> None:
    _, sent, waits = filled
    done = wren(home, "purge", sent, "--reason", REASON, "--json", typed=f"{sent[:4]}\n")
    assert done.returncode == 0, done.stderr
    (stub,) = json.loads(done.stdout)
    assert (stub["id"], stub["kind"], stub["author"], stub["reason"]) == (sent, "assessment", "hv-1", REASON)
    assert json.loads(wren(home, "purged", "--json").stdout) == [stub]
    store = Store.open(home, SystemClock(), CHEAPEST)
    keys = store.unlock(PASSPHRASE)
    assert [one.id for one in list_summaries(keys)] == [waits]
    keys.close()
    store.close()


def test_the_second_person_here_deletes_what_is_theirs_and_nothing_else(
    home: Path, filled: tuple[str, str, str]
) -> None:
    words, family = "lantern-gable-seven-moth", make_family()
    store = Store.open(home, SystemClock(), CHEAPEST)
    with closing(store), closing(store.set_up(words, "agency-7", "hv-2")) as keys:
        people.save_household(keys, family.household, family.persons[:1])
        begun = family.assessment(author="hv-2")
        kept.begin(keys, begun)
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
        keys.outbox.record_outcomes([Outcome(begun.id, "stored")], keys.now())
    second = {"WREN_AUTHOR": "hv-2", "WREN_PASSPHRASE": words}
    own, others = family.household.id, filled[0]
    ask = ("--household", "--reason", REASON, "--json")
    refused = wren(home, "purge", others, *ask, typed=f"{others[:4]}\n", **second)
    assert refused.stderr.strip().endswith(say("error.other-person"))
    done = wren(home, "purge", own, *ask, typed=f"{own[:4]}\n", **second)
    assert {stub["author"] for stub in json.loads(done.stdout)} == {"hv-2"}


@pytest.mark.parametrize("typed", ["", "\n", "yes\n"])
def test_deletes_nothing_unless_the_id_is_typed(home: Path, filled: tuple[str, str, str], typed: str) -> None:
    done = wren(home, "purge", filled[1], "--reason", REASON, typed=typed)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert wren(home, "purged").stdout.strip() == say("cli.purged-none")


def test_refuses_a_household_of_which_something_was_not_sent(
    home: Path, filled: tuple[str, str, str]
) -> None:
    household = filled[0]
    done = wren(home, "purge", household, "--household", "--reason", REASON, typed=f"{household[:4]}\n")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(say("error.not-sent-yet"))
    for kind in ("waiting", "person"):
        assert say(f"cli.purge-only-here.{kind}", n=1) in done.stderr
    assert wren(home, "purged").stdout.strip() == say("cli.purged-none")
