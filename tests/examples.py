"""How many examples a property test runs, scaled by the profile that is in force.

@settings(max_examples=examples(200))    # 40 in `quick`, 200 in `gate`, 2,000 in `deep`
"""

from __future__ import annotations

from hypothesis import settings


def examples(in_the_gate: int) -> int:
    """The number for this run; at least one."""
    return max(1, in_the_gate * settings().max_examples // 100)
