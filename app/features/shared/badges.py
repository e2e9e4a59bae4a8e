"""Badges: a short mark beside a heading, such as who something is withheld from.

withheld_badge(page, person.id)          # None where nothing is withheld
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.withheld import describe_withheld_from
from app.kit import theme


def withheld_badge(page: HouseholdOverview, about_id: str, part: str | None = None) -> ft.Control | None:
    """Draw who something is withheld from; None for nobody."""
    words = describe_withheld_from(page, about_id, part)
    return badge(words) if words else None


def badge(words: str, icon: ft.IconData = ft.Icons.LOCK_OUTLINED) -> ft.Control:
    """Draw a short mark with its icon, as wide as its words; longer ones wrap."""
    return ft.Row(
        controls=[
            ft.Container(
                expand=True,
                expand_loose=True,
                bgcolor=ft.Colors.TERTIARY_FIXED,
                border_radius=10,
                padding=ft.Padding.symmetric(horizontal=10, vertical=4),
                content=ft.Row(
                    tight=True,
                    spacing=6,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                    controls=[
                        ft.Icon(icon, size=20, color=ft.Colors.ON_TERTIARY_FIXED),
                        ft.Text(
                            words,
                            theme_style=theme.MARK,
                            color=ft.Colors.ON_TERTIARY_FIXED,
                            expand=True,
                            expand_loose=True,
                        ),
                    ],
                ),
            )
        ],
    )
