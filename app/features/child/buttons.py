"""The buttons on a page in a child's hands: as tall as the child's age calls for."""

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import row
from app.kit.controls.tappable import tappable
from assessments.casework.child_sessions import AgeBand

# The least height of what can be tapped, in logical pixels.
MIN_HEIGHT_BY_BAND: dict[AgeBand, int] = {"young": 88, "middle": 64, "older": 56}


def child_primary_button(words: str, on_tap: Handler, band: AgeBand) -> ft.Control:
    """Draw the one filled button of a page."""
    return _button(words, on_tap, band, None, ft.Colors.ON_PRIMARY, ft.Colors.PRIMARY, None)


def child_secondary_button(
    words: str, on_tap: Handler, band: AgeBand, icon: ft.IconData | None = None, name: str = ""
) -> ft.Control:
    """Draw another button. `name` is what a screen reader says where the words need more."""
    line = ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE)
    ground = ft.Colors.SURFACE_CONTAINER_HIGH
    return _button(words, on_tap, band, icon, ft.Colors.ON_SURFACE, ground, line, name)


def _button(
    words: str,
    on_tap: Handler,
    band: AgeBand,
    icon: ft.IconData | None,
    ink: str,
    ground: str,
    line: ft.Border | None,
    name: str = "",
) -> ft.Control:
    looks = row(
        ft.Icon(icon, size=24, color=ink) if icon is not None else None,
        ft.Text(words, theme_style=theme.ACTION, color=ink),
        tight=True,
    )
    return tappable(
        name or words,
        looks,
        on_tap,
        fill=False,
        padding=(24, 12),
        min_height=MIN_HEIGHT_BY_BAND[band],
        min_width=MIN_HEIGHT_BY_BAND[band],
        bgcolor=ground,
        border=line,
    )
