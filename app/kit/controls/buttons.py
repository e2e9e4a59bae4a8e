"""Buttons: one filled one on a page, the others quieter. One that cannot be used is left out, not greyed."""

from dataclasses import dataclass

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import row
from app.kit.controls.tappable import tappable
from app.kit.controls.text import underlined
from app.kit.messages import say


@dataclass(frozen=True, slots=True, repr=False)
class _Look:
    """How a kind of button is drawn. `padding` is (sideways, up and down), in logical pixels."""

    ink: str
    bgcolor: str | None = None
    is_outlined: bool = False
    padding: tuple[int, int] = (22, 12)
    height: int = theme.ROW_HEIGHT
    radius: float = theme.BUTTON_RADIUS
    is_underlined: bool = False


_LINE = ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE)
_PRIMARY = _Look(ft.Colors.ON_PRIMARY, ft.Colors.PRIMARY)
_SECONDARY = _Look(ft.Colors.ON_SURFACE, ft.Colors.SURFACE_CONTAINER_HIGH, is_outlined=True)
_QUIET = _Look(ft.Colors.PRIMARY, padding=(8, 10), height=theme.TOUCH_TARGET, is_underlined=True)
_BACK = _Look(ft.Colors.ON_SURFACE, padding=(10, 10), height=theme.TOUCH_TARGET)
_COVER = _Look(
    ft.Colors.ON_SURFACE,
    ft.Colors.SURFACE_CONTAINER_HIGHEST,
    padding=(14, 10),
    height=theme.TOUCH_TARGET,
    radius=theme.TOUCH_TARGET / 2,
)


def primary_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, fill: bool = False, name: str = ""
) -> ft.Control:
    """The one thing to do next. `name` is what a screen reader says when the words need more."""
    return _button(_PRIMARY, words, on_tap, icon, fill=fill, name=name)


def secondary_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, fill: bool = False, name: str = ""
) -> ft.Control:
    """Another thing that can be done here."""
    return _button(_SECONDARY, words, on_tap, icon, fill=fill, name=name)


def quiet_button(
    words: str, on_tap: Handler, *, icon: ft.IconData | None = None, name: str = ""
) -> ft.Control:
    """Underlined words that do something small."""
    return _button(_QUIET, words, on_tap, icon, name=name)


def back_button(on_back: Handler) -> ft.Control:
    """Back, at the top left of each page that has somewhere to go back to."""
    return _button(_BACK, say("action.back"), on_back, ft.Icons.ARROW_BACK)


def cover_button(on_cover: Handler) -> ft.Control:
    """Blank the screen in one tap. Always in the top right corner, on every adult page."""
    icon, hint = ft.Icons.VISIBILITY_OFF_OUTLINED, say("action.cover.hint")
    return _button(_COVER, say("action.cover"), on_cover, icon, hint=hint)


def _button(
    look: _Look,
    words: str,
    on_tap: Handler,
    icon: ft.IconData | None,
    *,
    fill: bool = False,
    name: str = "",
    hint: str = "",
) -> ft.Control:
    shown = ft.Text(words, theme_style=theme.ACTION, color=look.ink)
    if look.is_underlined:
        shown = underlined(words, look.ink)
    shown.text_align = ft.TextAlign.CENTER
    looks = row(ft.Icon(icon, size=22, color=look.ink) if icon is not None else None, shown, tight=not fill)
    looks.alignment = ft.MainAxisAlignment.CENTER
    return tappable(
        name or words,
        looks,
        on_tap,
        hint=hint,
        bgcolor=look.bgcolor,
        border=_LINE if look.is_outlined else None,
        radius=look.radius,
        padding=look.padding,
        min_height=look.height,
        fill=fill,
    )
