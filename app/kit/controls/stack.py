"""A column whose parts are as wide as it is, one below the other.

A None among the parts leaves an empty place (`keyed.with_placeholders`), so that the parts after it keep
their letters when it comes or goes.

    stack(heading("Rooms"), rows if has_name else None, spacing=12)
"""

from __future__ import annotations

import flet as ft

from app.kit.controls.keyed import with_placeholders


def stack(*parts: ft.Control | None, spacing: int = 8) -> ft.Column:
    """Put the parts in a column, `spacing` logical pixels apart."""
    return ft.Column(
        tight=True,
        spacing=spacing,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(*parts),
    )
