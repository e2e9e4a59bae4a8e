"""Random damage in its quick form; `make faults` runs the whole."""

from __future__ import annotations

from tests.faults.corruption import run


def test_no_damage_shows_a_wrong_value_or_hides_a_missing_row() -> None:
    found = run(60, seed=3)
    assert found.bad == 0
    assert found.mutant_caught
