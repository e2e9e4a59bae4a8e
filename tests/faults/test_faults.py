"""Every harness in its quick form: the store keeps its promises, and the planted fault is caught."""

from __future__ import annotations

import pytest

from tests.faults import clocks, completing, disk, full_disk, kills, migration_cuts, power_cut, refusals
from tests.faults.run import Run

needs_gcc = pytest.mark.skipif(not disk.compiler_here(), reason="needs Linux and gcc")


def _keeps_its_promises(run: Run) -> bool:
    return run.bad == 0 and run.cases > 0 and run.mutant_caught


@needs_gcc
def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    assert _keeps_its_promises(power_cut.run(150))


def test_no_kill_loses_what_was_acknowledged() -> None:
    assert _keeps_its_promises(kills.run(25))


@needs_gcc
def test_a_disk_that_refuses_is_never_taken_for_one_that_saved() -> None:
    assert _keeps_its_promises(refusals.run(40))


@needs_gcc
def test_nobody_is_told_the_opposite_of_what_became_of_a_completion() -> None:
    assert _keeps_its_promises(completing.run(60))


def test_a_full_disk_is_never_taken_for_one_that_saved() -> None:
    assert _keeps_its_promises(full_disk.run(20))


@needs_gcc
def test_a_power_cut_never_leaves_half_a_migration() -> None:
    assert _keeps_its_promises(migration_cuts.run(60))


def test_order_never_depends_on_a_clock() -> None:
    assert _keeps_its_promises(clocks.run(10))
