"""Buttons: one filled one on a page, the others quieter.

Every handler is guarded. A button that is not available is left out, not greyed.

    primary_button(say("action.continue"), go_on)
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.tappable import tappable
from app.kit.messages import say


def primary_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, fill: bool = False, name: str = ""
) -> ft.Control:
    """The one thing to do next. `name` is what a screen reader says when the words need more."""
    return _button(
        words,
        on_tap,
        icon=icon,
        fill=fill,
        name=name,
        bgcolor=ft.Colors.PRIMARY,
        ink=ft.Colors.ON_PRIMARY,
    )


def secondary_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, fill: bool = False, name: str = ""
) -> ft.Control:
    """Another thing that can be done here."""
    return _button(
        words,
        on_tap,
        icon=icon,
        fill=fill,
        name=name,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        ink=ft.Colors.ON_SURFACE,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
    )


def quiet_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, name: str = ""
) -> ft.Control:
    """Underlined words that do something small."""
    return _button(
        words,
        on_tap,
        icon=icon,
        fill=False,
        name=name,
        ink=ft.Colors.PRIMARY,
        padding=(8, 10),
        height=theme.TOUCH_TARGET,
        decoration=ft.TextDecoration.UNDERLINE,
    )


def back_button(on_back: Handler) -> ft.Control:
    """Back, at the top left of each page that has somewhere to go back to."""
    return _button(
        say("action.back"),
        on_back,
        icon=ft.Icons.ARROW_BACK,
        fill=False,
        name="",
        ink=ft.Colors.ON_SURFACE,
        padding=(10, 10),
        height=theme.TOUCH_TARGET,
    )


def cover_button(on_cover: Handler) -> ft.Control:
    """Blank the screen in one tap. Always in the top right corner, on every adult page."""
    return _button(
        say("action.cover"),
        on_cover,
        icon=ft.Icons.VISIBILITY_OFF_OUTLINED,
        fill=False,
        name=say("action.cover"),
        hint=say("action.cover.hint"),
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGHEST,
        ink=ft.Colors.ON_SURFACE,
        padding=(14, 10),
        height=theme.TOUCH_TARGET,
        radius=theme.TOUCH_TARGET / 2,
    )


def _button(
    words: str,
    on_tap: Handler,
    *,
    icon: ft.IconData | None,
    fill: bool,
    name: str,
    ink: str,
    bgcolor: str | None = None,
    border: ft.Border | None = None,
    padding: tuple[int, int] = (22, 12),
    height: int = theme.ROW_HEIGHT,
    radius: float = theme.BUTTON_RADIUS,
    hint: str = "",
    decoration: ft.TextDecoration | None = None,
) -> ft.Control:
    style: dict[str, Any] = {"decoration": decoration, "decoration_color": ink} if decoration else {}
    parts: list[ft.Control] = [
        ft.Text(
            words,
            theme_style=theme.ACTION,
            color=ink,
            style=ft.TextStyle(**style) if style else None,
            text_align=ft.TextAlign.CENTER,
        )
    ]
    if icon is not None:
        parts.insert(0, ft.Icon(icon, size=22, color=ink))
    looks = ft.Row(tight=not fill, spacing=10, alignment=ft.MainAxisAlignment.CENTER, controls=parts)
    return tappable(
        name or words,
        looks,
        on_tap,
        hint=hint,
        bgcolor=bgcolor,
        border=border,
        radius=radius,
        padding=padding,
        min_height=height,
        min_width=theme.TOUCH_TARGET,
        fill=fill,
    )
