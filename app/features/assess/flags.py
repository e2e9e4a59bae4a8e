"""Flags: what to act on today, as cards with the numbers to call.

The engine decides which flags are raised (findings "same-day").
"""

from __future__ import annotations

from collections.abc import Iterable

import flet as ft

from app.kit.controls.cards import call_card
from app.kit.controls.keyed import keyed
from app.kit.phone_numbers import numbers_for
from assessments.definitions.definition import Flag, Instrument
from assessments.engine.answers import Finding


def raised_flags(instrument: Instrument, findings: Iterable[Finding]) -> tuple[Flag, ...]:
    """Return the raised flags of a tool, in the order of the tool."""
    return flags_with_ids(
        instrument, (finding.data.get("flag") for finding in findings if finding.code == "same-day")
    )


def flags_with_ids(instrument: Instrument, ids: Iterable[object]) -> tuple[Flag, ...]:
    """Return the flags of a tool with these ids, in the order of the tool."""
    wanted = frozenset(ids)
    return tuple(flag for flag in instrument.flags if flag.id in wanted)


def flag_card(flag: Flag) -> ft.Control:
    """Draw what to do today about one flag, and who to call."""
    return keyed(f"flag-{flag.id}", call_card(flag.text, flag.do, numbers_for(flag.call)))
