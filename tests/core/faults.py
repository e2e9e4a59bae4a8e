"""Counts the rows of a table test that pass, to show that a planted fault makes some fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def passing_rows(rows: Sequence[tuple[str, Any, Any, Any, Any]], update: Callable[[Any, Any], Any]) -> int:
    """How many rows of (name, state, event, expected state, expected effects) hold."""
    return sum(update(state, event) == (expected, effects) for _, state, event, expected, effects in rows)
