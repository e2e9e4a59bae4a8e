"""One line of the table, and the percentiles it is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    claim: str
    this: str
    baseline: str
    ratio: float


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def compared(claim: str, this_s: float, baseline_s: float) -> Row:
    """A row from two times in seconds."""
    return Row(claim, f"{this_s * 1e6:.0f} us", f"{baseline_s * 1e6:.0f} us", this_s / baseline_s)
