"""The field for a passphrase, or for a PIN on keys that the page draws.

Digits must not pass the system's keyboard, which may learn them: they are tapped on large keys and shown as
dots. What is typed is held by the caller. Pasting a passphrase is allowed.

    secret_field("pin", "PIN", on_change=hold, problem="")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import with_placeholders
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.forms.fields import passphrase_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say

CredentialKind = Literal["pin", "passphrase"]

_KEYPAD_ROWS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"))
_KEY_HEIGHT = 64
_MAX_DIGITS = 12
_DOT = 14


def secret_field(
    kind: CredentialKind,
    label: str,
    *,
    on_change: Callable[[str], object],
    on_submit: Handler | None = None,
    hint: str = "",
    problem: str = "",
    focus: bool = False,
) -> ft.Control:
    """Ask for the passphrase or the PIN. `on_submit` is Enter in a passphrase; digits have a button."""
    if kind == "pin":
        pad: ft.Control = _pin_pad(label, on_change, hint=hint, problem=problem)
        return pad
    field: ft.Control = passphrase_field(
        label, on_change=on_change, on_submit=on_submit, hint=hint, problem=problem, focus=focus
    )
    return field


@ft.component
def _pin_pad(label: str, on_change: Callable[[str], object], *, hint: str, problem: str) -> ft.Control:
    digits = ft.use_ref("")
    count, show_count = ft.use_state(0)

    def now(changed: str) -> None:
        digits.current = changed
        show_count(len(changed))
        on_change(changed)

    def tap(digit: str) -> None:
        typed = digits.current or ""
        if len(typed) < _MAX_DIGITS:
            now(typed + digit)

    def key(digit: str) -> ft.Control:
        return _key(digit, digit, lambda: tap(digit))

    rows = [[key(digit) for digit in row] for row in _KEYPAD_ROWS]
    rows.append(
        [
            ft.Container(expand=True),
            key("0"),
            _key(say("action.delete"), "", lambda: now((digits.current or "")[:-1])),
        ]
    )
    return ft.Column(
        tight=True,
        spacing=theme.LIST_GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            ft.Text(label, theme_style=theme.LEAD),
            quiet(hint) if hint else None,
            problem_line(problem) if problem else None,
            _dots(count, has_problem=bool(problem)),
            *(_row(row) for row in rows),
        ),
    )


def _row(keys: Sequence[ft.Control]) -> ft.Control:
    return ft.Row(spacing=theme.LIST_GAP, controls=list(keys))


def _key(name: str, digit: str, on_tap: Handler) -> ft.Control:
    looks: ft.Control = (
        ft.Text(digit, theme_style=theme.H2, text_align=ft.TextAlign.CENTER)
        if digit
        else ft.Icon(ft.Icons.BACKSPACE_OUTLINED, size=26, color=ft.Colors.ON_SURFACE)
    )
    return tappable(
        name,
        ft.Row(alignment=ft.MainAxisAlignment.CENTER, controls=[looks]),
        on_tap,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH if digit else None,
        min_height=_KEY_HEIGHT,
        expand=True,
    )


def _dots(count: int, *, has_problem: bool) -> ft.Control:
    """How many digits there are, for the eye and the ear; never which."""
    border = ft.Border.all(
        theme.SELECTED_BORDER if has_problem else theme.PLAIN_BORDER,
        ft.Colors.ERROR if has_problem else ft.Colors.OUTLINE,
    )
    return ft.Semantics(
        live_region=True,
        container=True,
        label=say("secret.digits", n=count),
        content=ft.Container(
            height=theme.ROW_HEIGHT,
            border=border,
            border_radius=theme.FIELD_RADIUS,
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
            content=ft.Row(
                spacing=_DOT,
                alignment=ft.MainAxisAlignment.CENTER,
                controls=[
                    ft.Container(
                        width=_DOT, height=_DOT, border_radius=_DOT / 2, bgcolor=ft.Colors.ON_SURFACE
                    )
                    for _ in range(count)
                ],
            ),
        ),
    )
