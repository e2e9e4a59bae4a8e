"""Damage that shows only when Wren is already open: what cannot be read is said, and mending is offered.

This room knows two things to put on a page. It never mends by itself: a person reads what will happen
and taps. Nothing here tells what was damaged, so it may stand on the locked page too.

    salvage_offer_card(actions)          # on the first page and the locked one
    unreadable_records_banner(page.unreadable)
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
    """What mending does and the way to it; None where it cannot be done."""
    if actions.salvage is None:
        return None
    return card(
        text(say("fault.mend")),
        text(say("mend.locks")),
        secondary_button(say("action.mend"), actions.salvage, fill=True),
    )


def unreadable_records_banner(count: int) -> ft.Control | None:
    """That some of what is kept does not open, so that nobody takes what is shown for all there is."""
    return banner(say("lost.rows", n=count), tone="help") if count else None
