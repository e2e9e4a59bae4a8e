"""Text on a page. None takes a fixed label: where the text changes, a screen reader would say the old one."""

import flet as ft

from app.kit import theme
from app.kit.controls.keyed import column
from app.kit.messages import say


def title(words: str, *, caption: str = "", subtitle: str = "") -> ft.Control:
    """The one h1 of a page, with a quiet line above it and one below it."""
    return column(
        quiet(caption) if caption else None,
        _heading(words, theme.H1, 1),
        quiet(subtitle) if subtitle else None,
        spacing=4,
    )


def heading(words: str, *, level: int = 2) -> ft.Control:
    """A heading of a part of a page. Level 3 is set in the size of the body."""
    return _heading(words, theme.H2 if level == 2 else theme.LEAD, level)


def coloured_heading(words: str, colour: ft.ColorValue) -> ft.Semantics:
    """A heading of level 2 on a coloured block."""
    return _heading(words, theme.H2, 2, colour)


def text(words: str, *, strong: bool = False, colour: str | None = None) -> ft.Text:
    """Body text, 19 sp."""
    return ft.Text(words, theme_style=theme.LEAD if strong else theme.BODY, color=colour)


def underlined(
    words: str, colour: ft.ColorValue = ft.Colors.PRIMARY, style: ft.TextThemeStyle = theme.ACTION
) -> ft.Text:
    """Words that look like a link."""
    line = ft.TextStyle(decoration=ft.TextDecoration.UNDERLINE, decoration_color=colour)
    return ft.Text(words, theme_style=style, color=colour, style=line)


def quiet(words: str, *, colour: str | None = None) -> ft.Text:
    """A quieter line, 16 sp, the smallest there is."""
    return ft.Text(words, theme_style=theme.QUIET, color=colour)


def code_text(code: str, *, said: str) -> ft.Control:
    """A code to be read out, in the largest letters there are. `said` is what a screen reader says."""
    letters = ft.Text(
        code,
        theme_style=theme.CODE,
        text_align=ft.TextAlign.CENTER,
        style=ft.TextStyle(letter_spacing=3),
        no_wrap=True,
    )
    shown = ft.Container(padding=ft.Padding.symmetric(vertical=10), content=letters)
    hidden = ft.Semantics(exclude_semantics=True, content=shown)
    return ft.Semantics(label=said, container=True, content=hidden)


def optional_label(label: str) -> str:
    """A label that says it may be left out. There are no asterisks."""
    return say("label.optional", label=label)


def _heading(
    words: str, style: ft.TextThemeStyle, level: int, colour: ft.ColorValue | None = None
) -> ft.Semantics:
    # Without `container` a heading swallows the words beside it.
    shown = ft.Text(words, theme_style=style, color=colour)
    return ft.Semantics(header=True, heading_level=level, container=True, content=shown)
