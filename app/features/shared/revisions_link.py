"""TODO."""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.controller import Actions
from app.kit.controls.buttons import quiet_button
from app.kit.messages import say


def earlier_row(page: HouseholdPage, record_id: str, actions: Actions) -> list[ft.Control]:
    """The way to what was written before; nothing where nothing was changed."""
    if record_id not in page.revised_ids:
        return []
    go = quiet_button(
        say("earlier.title"), lambda: actions.open_screen("earlier", record_id), icon=ft.Icons.HISTORY
    )
    return [ft.Row(controls=[go])]
