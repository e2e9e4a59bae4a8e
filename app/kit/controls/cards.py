"""Blocks of a page: cards, people, numbers to call, empty states. The caller decides which name is shown."""

from collections.abc import Sequence
from zlib import crc32

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import beside, column, panel, row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import coloured_heading, quiet, text
from app.kit.phone_numbers import PhoneNumber

# Quiet grounds for initials, dark enough letters on each: one pair serves light and dark.
_AVATAR_COLOURS = ("#F0C9A8", "#BFD9E8", "#E3C3CF", "#CFDBB4", "#D7CBEB", "#EBDDA5")
_AVATAR_INK = "#22302F"


def card(*controls: ft.Control | None, spacing: int = theme.QUESTION_GAP) -> ft.Control:
    """A white block on the page. A None keeps its place empty."""
    return panel(stack(*controls, spacing=spacing), ft.Colors.SURFACE_CONTAINER_LOWEST, padding=(18, 18))


def avatar(name: str, *, size: int = 48) -> ft.Control:
    """Initials on a colour that is the same for the same name and says nothing else. Not read out."""
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Container(
            width=size,
            height=size,
            border_radius=size / 2,
            bgcolor=_AVATAR_COLOURS[crc32(name.encode()) % len(_AVATAR_COLOURS)],
            alignment=ft.Alignment.CENTER,
            content=ft.Text(initials(name), theme_style=theme.MARK, color=_AVATAR_INK, no_wrap=True),
        ),
    )


def avatar_row(name: str, *below: ft.Control, end: ft.Control | None = None) -> ft.Control:
    """Whom a block is about: the face, what is said of them, and a mark at the end."""
    return beside(avatar(name, size=56), *below, gap=14, spacing=0, top=False, end=end)


def initials(name: str) -> str:
    """First letters of the first and last word, capital. A name of one word gives one letter."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def person_row(name: str, age: str, *, note: str, on_tap: Handler) -> ft.Control:
    """A person with initials and age, and a line of what has been heard or seen so far."""
    return _row(avatar(name), name, (age, note), f"{name}, {age}. {note}", on_tap)


def nav_row(words: str, *, note: str = "", icon: ft.IconData | None = None, on_tap: Handler) -> ft.Control:
    """A row that leads somewhere."""
    mark = ft.Icon(icon, size=26, color=ft.Colors.PRIMARY) if icon is not None else None
    return _row(mark, words, (note,), f"{words}. {note}" if note else words, on_tap)


def _row(mark: ft.Control | None, words: str, notes: Sequence[str], name: str, on_tap: Handler) -> ft.Control:
    shown = (ft.Text(words, theme_style=theme.LEAD), *(quiet(note) for note in notes if note))
    return tappable(
        name,
        beside(mark, *shown, gap=14, spacing=1, top=False, end=chevron()),
        on_tap,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        radius=theme.CARD_RADIUS,
        padding=(16, 14),
    )


def call_card(words: str, do: str, numbers: Sequence[PhoneNumber]) -> ft.Control:
    """What to do today, with numbers big enough to read from a table. The record comes second."""
    ink = ft.Colors.ON_TERTIARY_FIXED
    title = coloured_heading(words, ink)
    title.expand = True
    top = row(ft.Icon(ft.Icons.CALL_OUTLINED, size=28, color=ink), title, spacing=12, top=True)
    block = stack(top, text(do, colour=ink), *map(_phone_number, numbers), spacing=12)
    return panel(block, ft.Colors.TERTIARY_FIXED, padding=(20, 20))


def _phone_number(number: PhoneNumber) -> ft.Control:
    who = ft.Text(number.who, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE)
    digits = ft.Text(number.digits, theme_style=theme.NUMBER, color=ft.Colors.ON_SURFACE)
    ground, radius = ft.Colors.SURFACE_CONTAINER_LOWEST, theme.BUTTON_RADIUS
    return panel(column(who, digits, spacing=0), ground, padding=(18, 12), radius=radius)


def empty_state(
    words: str, *, note: str, icon: ft.IconData = ft.Icons.INBOX_OUTLINED, action: ft.Control | None = None
) -> ft.Control:
    """Nothing here yet, and what to do about it."""
    block = column(
        ft.Icon(icon, size=44, color=ft.Colors.OUTLINE),
        ft.Text(words, theme_style=theme.H2, text_align=ft.TextAlign.CENTER),
        ft.Text(note, theme_style=theme.QUIET, text_align=ft.TextAlign.CENTER),
        ft.Container(padding=ft.Padding.only(top=8), content=action) if action else None,
        spacing=10,
        centre=True,
    )
    return ft.Container(padding=ft.Padding.symmetric(horizontal=20, vertical=36), content=block)


def chevron() -> ft.Control:
    """The mark of what leads somewhere."""
    return ft.Icon(ft.Icons.CHEVRON_RIGHT, size=26, color=ft.Colors.ON_SURFACE_VARIANT)
