"""Blocks that a page is built of: cards, people, numbers to call, and empty states.

Whether it is safe to show a whole name is decided by the caller. An avatar is initials and a colour that
says nothing about the child.

    person_row("Ada Fernwright", "Aged 8", note="Seen alone 3 November", on_tap=open_child)
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import with_placeholders
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.messages import say
from app.kit.phone_numbers import PhoneNumber

# Quiet grounds for initials, dark enough letters on each: one pair serves light and dark.
_AVATAR_COLOURS = ("#F0C9A8", "#BFD9E8", "#E3C3CF", "#CFDBB4", "#D7CBEB", "#EBDDA5")
_AVATAR_INK = "#22302F"


def card(*controls: ft.Control | None, spacing: int = theme.QUESTION_GAP) -> ft.Control:
    """A white block on the page. A None keeps its place empty."""
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_radius=theme.CARD_RADIUS,
        padding=18,
        content=ft.Column(
            tight=True,
            spacing=spacing,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=with_placeholders(*controls),
        ),
    )


def avatar(name: str, *, size: int = 48) -> ft.Control:
    """Initials on a quiet colour that stays the same for the same name. Not read out."""
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


def avatar_row(name: str, *lines: ft.Control, end: ft.Control | None = None) -> ft.Control:
    """Whom a block is about: the face, what is said of them, and a mark at the end."""
    return ft.Row(
        spacing=14,
        controls=[
            avatar(name, size=56),
            ft.Column(tight=True, spacing=0, expand=True, controls=list(lines)),
            *([end] if end is not None else []),
        ],
    )


def initials(name: str) -> str:
    """First letters of the first and last word, capital. A name of one word gives one letter."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def person_row(
    name: str, age: str, *, note: str = "", on_tap: Handler | None = None, mark: ft.Control | None = None
) -> ft.Control:
    """A person with initials and age, and a line of what has been heard or seen so far."""
    lines: list[ft.Control] = [
        ft.Text(name, theme_style=theme.LEAD),
        *([quiet(age)] if age else []),
        *([quiet(note)] if note else []),
    ]
    looks = ft.Row(
        spacing=14,
        controls=[
            avatar(name),
            ft.Column(tight=True, spacing=1, expand=True, controls=lines),
            *([mark] if mark is not None else []),
            *([chevron()] if on_tap is not None else []),
        ],
    )
    return _block_row(
        ". ".join(part for part in (f"{name}, {age}" if age else name, note) if part), looks, on_tap
    )


def nav_row(
    words: str,
    *,
    note: str = "",
    icon: ft.IconData | None = None,
    on_tap: Handler,
    mark: ft.Control | None = None,
) -> ft.Control:
    """A row that leads somewhere."""
    looks = ft.Row(
        spacing=14,
        controls=[
            *([ft.Icon(icon, size=26, color=ft.Colors.PRIMARY)] if icon is not None else []),
            ft.Column(
                tight=True,
                spacing=1,
                expand=True,
                controls=[ft.Text(words, theme_style=theme.LEAD), *([quiet(note)] if note else [])],
            ),
            *([mark] if mark is not None else []),
            chevron(),
        ],
    )
    return _block_row(f"{words}. {note}" if note else words, looks, on_tap)


def call_card(
    words: str, do: str, numbers: Sequence[PhoneNumber], *, on_call: Handler | None = None
) -> ft.Control:
    """What to do today, with numbers big enough to read from a table. The record comes second.

    Where the device can dial, `on_call` gets the digits; else the numbers are only shown.
    """
    return ft.Container(
        bgcolor=ft.Colors.TERTIARY_FIXED,
        border_radius=theme.CARD_RADIUS,
        padding=20,
        content=ft.Column(
            tight=True,
            spacing=12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                ft.Row(
                    spacing=12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                    controls=[
                        ft.Icon(ft.Icons.CALL_OUTLINED, size=28, color=ft.Colors.ON_TERTIARY_FIXED),
                        ft.Semantics(
                            header=True,
                            heading_level=2,
                            container=True,
                            expand=True,
                            content=ft.Text(words, theme_style=theme.H2, color=ft.Colors.ON_TERTIARY_FIXED),
                        ),
                    ],
                ),
                ft.Text(do, theme_style=theme.BODY, color=ft.Colors.ON_TERTIARY_FIXED),
                *(_phone_number(number, on_call) for number in numbers),
            ],
        ),
    )


def empty_state(
    words: str,
    *,
    note: str = "",
    icon: ft.IconData = ft.Icons.INBOX_OUTLINED,
    action: ft.Control | None = None,
) -> ft.Control:
    """Nothing here yet, and what to do about it."""
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=20, vertical=36),
        content=ft.Column(
            tight=True,
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            controls=[
                ft.Icon(icon, size=44, color=ft.Colors.OUTLINE),
                ft.Text(words, theme_style=theme.H2, text_align=ft.TextAlign.CENTER),
                *([ft.Text(note, theme_style=theme.QUIET, text_align=ft.TextAlign.CENTER)] if note else []),
                *(
                    [ft.Container(padding=ft.Padding.only(top=8), content=action)]
                    if action is not None
                    else []
                ),
            ],
        ),
    )


def _phone_number(number: PhoneNumber, on_call: Handler | None) -> ft.Control:
    looks = ft.Column(
        tight=True,
        spacing=0,
        controls=[
            ft.Text(number.who, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE),
            ft.Text(number.digits, theme_style=theme.NUMBER, color=ft.Colors.ON_SURFACE),
        ],
    )
    if on_call is None:
        return ft.Container(
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
            border_radius=theme.BUTTON_RADIUS,
            padding=ft.Padding.symmetric(horizontal=18, vertical=12),
            content=looks,
        )
    return tappable(
        f"{number.who}. {say('action.call', number=number.digits)}",
        looks,
        lambda: on_call(number.digits),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        padding=(18, 12),
    )


def _block_row(name: str, looks: ft.Control, on_tap: Handler | None) -> ft.Control:
    if on_tap is None:
        return card(looks)
    return tappable(
        name,
        looks,
        on_tap,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        radius=theme.CARD_RADIUS,
        padding=(16, 14),
    )


def chevron() -> ft.Control:
    """The mark of what leads somewhere."""
    return ft.Icon(ft.Icons.CHEVRON_RIGHT, size=26, color=ft.Colors.ON_SURFACE_VARIANT)
