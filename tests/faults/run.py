"""What one harness reports: how often it broke the store, and whether it would have noticed.

Run("power cut", cases=10_000, bad=0, mutant="synchronous=NORMAL", mutant_caught=True, seconds=80.0)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """`bad` counts broken promises in the product; `mutant` is the fault planted to be caught."""

    fault: str
    cases: int
    bad: int
    mutant: str
    mutant_caught: bool
    seconds: float


def tell(fault: str, seed: int, case: str, why: str) -> None:
    """Say which case went wrong, so that it can be repeated."""
    print(f"{fault}: seed {seed}, case {case}: {why}", file=sys.stderr, flush=True)
