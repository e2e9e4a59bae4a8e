"""Damage to the store that shows only when Wren is already open: a notice, and the offer to salvage.

Salvage starts only when a person has read what will happen and taps. Nothing here names what was damaged,
so both may stand on the locked page too.
"""

from __future__ import annotations

import flet as ft

from app.core.controller import AppController
from app.kit.controls.buttons import secondary_button
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import text
from app.kit.messages import say


def salvage_offer_card(actions: AppController) -> ft.Control | None:
    """Explain salvage and offer it; None where it cannot be done."""
    if actions.salvage is None:
        return None
    return card(
        text(say("fault.mend")),
        text(say("mend.locks")),
        secondary_button(say("action.mend"), actions.salvage, fill=True),
    )


def unreadable_records_banner(count: int) -> ft.Control | None:
    """Say that some records cannot be opened, so that the page is not taken for complete; None for 0."""
    return banner(say("lost.rows", n=count), tone="help") if count else None
