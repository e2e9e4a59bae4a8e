"""Arrangements: parts below each other, lines beside a mark, one control in the middle.

A None among the parts of a stack leaves an empty place (`keyed.with_placeholders`), so that the parts
after it keep their letters when it comes or goes.

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


def beside(mark: ft.Control, *lines: ft.Control, gap: int, spacing: int = 2, top: bool = True) -> ft.Row:
    """Put lines in the width that is left beside a mark; `top` sets the mark at the first of them."""
    return ft.Row(
        spacing=gap,
        vertical_alignment=ft.CrossAxisAlignment.START if top else ft.CrossAxisAlignment.CENTER,
        controls=[mark, ft.Column(tight=True, spacing=spacing, expand=True, controls=list(lines))],
    )


def centred(control: ft.Control, *, wrap: bool = False) -> ft.Row:
    """Put one control in the middle of the width; `wrap` lets its words run over several lines."""
    return ft.Row(alignment=ft.MainAxisAlignment.CENTER, wrap=wrap, controls=[control])
