"""Badges of a record, such as who it is withheld from, and the link to its earlier revisions."""

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController
from app.features.shared.text.person_details import describe_withheld_from
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import row
from app.kit.messages import say


def withheld_badge(page: HouseholdOverview, about_id: str, part: str | None = None) -> ft.Control | None:
    """Draw who something is withheld from; None for nobody."""
    words = describe_withheld_from(page, about_id, part)
    return badge(words) if words else None


def badge(words: str, icon: ft.IconData = ft.Icons.LOCK_OUTLINED) -> ft.Control:
    """Draw a short mark with its icon, as wide as its words; longer ones wrap."""
    ink = ft.Colors.ON_TERTIARY_FIXED
    shown = ft.Text(words, theme_style=theme.MARK, color=ink, expand=True, expand_loose=True)
    mark = ft.Container(
        expand=True,
        expand_loose=True,
        bgcolor=ft.Colors.TERTIARY_FIXED,
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=10, vertical=4),
        content=row(ft.Icon(icon, size=20, color=ink), shown, spacing=6, top=True, tight=True),
    )
    return row(mark)


def revisions_link(page: HouseholdOverview, record_id: str, actions: AppController) -> list[ft.Control]:
    """Draw the link; nothing for a record that was never changed."""
    if record_id not in page.revised_ids:
        return []

    def go() -> None:
        actions.open_screen("earlier", record_id)

    return [row(quiet_button(say("earlier.title"), go, icon=ft.Icons.HISTORY))]
