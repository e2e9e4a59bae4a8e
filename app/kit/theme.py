"""Colours, type, shapes and distances, in light and in dark.

Colours are written out, not grown from the seed on the device, so that a test can compute every contrast.
TERTIARY CONTAINER is "on its way", TERTIARY FIXED is the pale yellow of "needs your help"; offline is grey,
never red. Text is 19 sp and never below 16.
"""

from collections.abc import Mapping

import flet as ft

APP_NAME = "Wren"
SEED = "#2F7A78"

FONT = "Nunito"
FONT_FALLBACK = ["NotoSansArabic", "NotoEmoji"]
FONT_FILES = {name: f"fonts/{name}.ttf" for name in (FONT, *FONT_FALLBACK)}

# Heights and widths in logical pixels.
ROW_HEIGHT = 56
TOUCH_TARGET = 48

GUTTER = 16
CARD_GAP = 14
LIST_GAP = 10
QUESTION_GAP = 12

CARD_RADIUS = 20
BUTTON_RADIUS = 14
FIELD_RADIUS = 16

PLAIN_BORDER = 1.5
SELECTED_BORDER = 2.5

H1 = ft.TextThemeStyle.HEADLINE_MEDIUM
H2 = ft.TextThemeStyle.TITLE_LARGE
LEAD = ft.TextThemeStyle.TITLE_MEDIUM
BODY = ft.TextThemeStyle.BODY_LARGE
QUIET = ft.TextThemeStyle.BODY_SMALL
ACTION = ft.TextThemeStyle.LABEL_LARGE
MARK = ft.TextThemeStyle.LABEL_MEDIUM
NUMBER = ft.TextThemeStyle.DISPLAY_SMALL
CODE = ft.TextThemeStyle.DISPLAY_LARGE

# Each Material role, in light and in dark.
_COLOURS = {
    "primary": ("#0B6562", "#84D5D1"),
    "on_primary": ("#FFFFFF", "#003735"),
    "primary_container": ("#B5EDEA", "#1F5957"),
    "on_primary_container": ("#00403E", "#C3F2EF"),
    "secondary": ("#47605F", "#B0CCCA"),
    "on_secondary": ("#FFFFFF", "#1C3534"),
    "secondary_container": ("#D2ECEA", "#2B4F4D"),
    "on_secondary_container": ("#12302F", "#D9F0EE"),
    "tertiary": ("#2B5F7E", "#A9D5F0"),
    "on_tertiary": ("#FFFFFF", "#0D3C55"),
    "tertiary_container": ("#D6E9F9", "#25445A"),
    "on_tertiary_container": ("#0D3C55", "#D6E9F9"),
    "tertiary_fixed": ("#FFF0C4", "#4A3A10"),
    "on_tertiary_fixed": ("#4A3600", "#FFE9B0"),
    "error": ("#A3302E", "#FFB4AB"),
    "on_error": ("#FFFFFF", "#5A0006"),
    "error_container": ("#FFE9E6", "#5C1B1B"),
    "on_error_container": ("#6E0A12", "#FFDAD6"),
    "surface": ("#F6FAF9", "#111716"),
    "surface_container_lowest": ("#FFFFFF", "#252E2D"),
    "surface_container_low": ("#EEF4F3", "#141B1A"),
    "surface_container": ("#E7EFEE", "#1E2726"),
    "surface_container_high": ("#E1EAE9", "#303B39"),
    "surface_container_highest": ("#D9E3E1", "#3A4644"),
    "on_surface": ("#1B2424", "#E1EBE9"),
    "on_surface_variant": ("#46514F", "#B7C3C1"),
    "outline": ("#6A7574", "#8E9A99"),
    "outline_variant": ("#C3CDCC", "#47534F"),
    "inverse_surface": ("#2A3433", "#DDE7E5"),
    "on_inverse_surface": ("#EEF5F4", "#1B2424"),
    "inverse_primary": ("#84D5D1", "#0B6562"),
    "surface_tint": ("#0B6562", "#84D5D1"),
}
LIGHT, DARK = ({role: pair[n] for role, pair in _COLOURS.items()} for n in (0, 1))


def _style(
    size: float, weight: ft.FontWeight, height: float, colour: str, spacing: float = 0
) -> ft.TextStyle:
    # A style without a colour paints black in dark mode, and without a fallback shows boxes.
    return ft.TextStyle(
        size=size,
        weight=weight,
        height=height,
        color=colour,
        letter_spacing=spacing,
        font_family=FONT,
        font_family_fallback=FONT_FALLBACK,
    )


def _text_theme() -> ft.TextTheme:
    ink, quiet = ft.Colors.ON_SURFACE, ft.Colors.ON_SURFACE_VARIANT
    heavy, bold, medium = ft.FontWeight.W_800, ft.FontWeight.W_700, ft.FontWeight.W_500
    return ft.TextTheme(
        display_large=_style(40, heavy, 1.15, ink, -0.4),
        display_medium=_style(36, heavy, 1.15, ink, -0.4),
        display_small=_style(32, heavy, 1.15, ink, -0.2),
        headline_large=_style(32, heavy, 1.2, ink, -0.3),
        headline_medium=_style(28, heavy, 1.2, ink, -0.3),
        headline_small=_style(24, heavy, 1.25, ink, -0.3),
        title_large=_style(22, heavy, 1.25, ink, -0.2),
        title_medium=_style(19, bold, 1.3, ink),
        title_small=_style(17, bold, 1.3, ink),
        body_large=_style(19, medium, 1.4, ink),
        body_medium=_style(19, medium, 1.4, ink),
        body_small=_style(16, medium, 1.4, quiet),
        label_large=_style(19, bold, 1.2, ink),
        label_medium=_style(16, bold, 1.25, ink),
        label_small=_style(16, bold, 1.25, ink),
    )


def theme_of(palette: Mapping[str, str]) -> ft.Theme:
    """Return the Flet theme of one palette: a colour for each Material role."""
    return ft.Theme(
        color_scheme_seed=SEED,
        color_scheme=ft.ColorScheme(**palette),
        font_family=FONT,
        text_theme=_text_theme(),
        scaffold_bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        visual_density=ft.VisualDensity.STANDARD,
        splash_color=ft.Colors.with_opacity(0.10, ft.Colors.PRIMARY),
        hover_color=ft.Colors.with_opacity(0.06, ft.Colors.PRIMARY),
        focus_color=ft.Colors.with_opacity(0.18, ft.Colors.PRIMARY),
    )


def apply_theme(page: ft.Page) -> None:
    """Give a page its theme, fonts, locale and neutral title. Safe to call again."""
    page.title = APP_NAME
    page.fonts = dict(FONT_FILES)
    page.theme = theme_of(LIGHT)
    page.dark_theme = theme_of(DARK)
    # Flet's own words (pickers) and the voice of a screen reader: British, whatever the browser is.
    british = ft.Locale("en", "GB")
    page.locale_configuration = ft.LocaleConfiguration(supported_locales=[british], current_locale=british)
    page.padding = 0
    page.bgcolor = ft.Colors.SURFACE_CONTAINER_LOW
