"""Every colour pair that a person meets is readable, and no text is smaller than 16."""

from __future__ import annotations

import ast
from pathlib import Path

import flet as ft
import pytest

from app.kit import theme
from app.kit.theme import DARK, LIGHT

APP = Path(theme.__file__).parents[1]

TEXT = [
    ("on_surface", "surface_container_low"),
    ("on_surface", "surface_container_lowest"),
    ("on_surface", "surface_container"),
    ("on_surface", "surface_container_high"),
    ("on_surface", "surface_container_highest"),
    ("on_surface_variant", "surface_container_low"),
    ("on_surface_variant", "surface_container_lowest"),
    ("on_surface_variant", "surface_container"),
    ("on_primary", "primary"),
    ("primary", "surface_container_lowest"),
    ("primary", "surface_container_low"),
    ("on_primary_container", "primary_container"),
    ("on_secondary_container", "secondary_container"),
    ("on_tertiary_container", "tertiary_container"),
    ("on_tertiary_fixed", "tertiary_fixed"),
    ("error", "surface_container_lowest"),
    ("error", "surface_container_low"),
    ("on_error_container", "error_container"),
    ("on_inverse_surface", "inverse_surface"),
]
PARTS = [
    ("outline", "surface_container_lowest"),
    ("outline", "surface_container_low"),
    ("primary", "secondary_container"),
    ("error", "error_container"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_from_its_ground(palette: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), PARTS)
def test_lines_and_marks_stand_out_from_their_ground(palette: dict[str, str], line: str, ground: str) -> None:
    assert contrast(palette[line], palette[ground]) >= 3


def test_contrast_is_measured_as_the_guideline_says() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_body_is_19_and_nothing_is_below_16() -> None:
    text_theme = theme.theme_of(LIGHT).text_theme
    assert text_theme is not None
    sizes = {}
    for name in ft.TextThemeStyle:
        style = getattr(text_theme, name.name.lower())
        assert style.color, f"{name} would paint black in the dark"
        assert style.font_family_fallback == theme.FONT_FALLBACK
        sizes[name] = style.size
    assert sizes[theme.BODY] == 19
    assert min(sizes.values()) >= 16


def test_no_screen_sets_a_smaller_text_or_a_fixed_label_on_changing_text() -> None:
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            for keyword in node.keywords:
                assert keyword.arg != "semantics_label", f"{path.name}: {called}"
                if called.endswith(("Text", "TextStyle")) and keyword.arg in ("size", "text_size"):
                    assert isinstance(keyword.value, ast.Name), f"{path.name}: size outside the theme"


def test_every_font_is_shipped_with_its_licence_and_they_are_small() -> None:
    fonts = APP.parent / "assets" / "fonts"
    total = 0
    for name, file in theme.FONT_FILES.items():
        path = APP.parent / "assets" / file
        assert path.read_bytes()[:4] == b"\x00\x01\x00\x00"
        assert "SIL OPEN FONT LICENSE" in (fonts / f"{name}-OFL.txt").read_text("utf-8").upper()
        total += path.stat().st_size
    assert total < 1_500_000
