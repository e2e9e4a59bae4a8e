"""The link from a record to its earlier revisions.

*revisions_link(page, visit.id, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController
from app.kit.controls.buttons import quiet_button
from app.kit.messages import say


def revisions_link(page: HouseholdOverview, record_id: str, actions: AppController) -> list[ft.Control]:
    """Draw the link; nothing for a record that was never changed."""
    if record_id not in page.revised_ids:
        return []
    go = quiet_button(
        say("earlier.title"), lambda: actions.open_screen("earlier", record_id), icon=ft.Icons.HISTORY
    )
    return [ft.Row(controls=[go])]
