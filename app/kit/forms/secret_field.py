"""The field for a passphrase, or for a PIN on keys that the page draws.

Digits must not pass the system's keyboard, which may learn them: they are tapped on large keys and shown as
dots. What is typed is held by the caller. Pasting a passphrase is allowed.
"""

from collections.abc import Callable
from typing import Literal

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import centred, row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.forms.fields import passphrase_field
from app.kit.forms.problems import problem_line
from app.kit.hooks import component, use_ref, use_state
from app.kit.messages import say

CredentialKind = Literal["pin", "passphrase"]

_KEYPAD_ROWS = ("123", "456", "789")
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
        return _pin_pad(label, on_change, hint=hint, problem=problem)
    return passphrase_field(
        label, on_change=on_change, on_submit=on_submit, hint=hint, problem=problem, focus=focus
    )


@component
def _pin_pad(label: str, on_change: Callable[[str], object], *, hint: str, problem: str) -> ft.Control:
    digits = use_ref("")
    count, show_count = use_state(0)

    def now(changed: str) -> None:
        digits.current = changed
        show_count(len(changed))
        on_change(changed)

    def tap(digit: str) -> None:
        if len(digits.current) < _MAX_DIGITS:
            now(digits.current + digit)

    def key(digit: str) -> ft.Control:
        return _key(digit, digit, lambda: tap(digit))

    delete = _key(say("action.delete"), "", lambda: now(digits.current[:-1]))
    return stack(
        ft.Text(label, theme_style=theme.LEAD),
        quiet(hint) if hint else None,
        problem_line(problem) if problem else None,
        _dots(count, has_problem=bool(problem)),
        *(row(*map(key, digits_of_row), spacing=theme.LIST_GAP) for digits_of_row in _KEYPAD_ROWS),
        row(ft.Container(expand=True), key("0"), delete, spacing=theme.LIST_GAP),
        spacing=theme.LIST_GAP,
    )


def _key(name: str, digit: str, on_tap: Handler) -> ft.Control:
    looks: ft.Control = ft.Text(digit, theme_style=theme.H2, text_align=ft.TextAlign.CENTER)
    if not digit:
        looks = ft.Icon(ft.Icons.BACKSPACE_OUTLINED, size=26, color=ft.Colors.ON_SURFACE)
    return tappable(
        name,
        centred(looks),
        on_tap,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH if digit else None,
        min_height=_KEY_HEIGHT,
        expand=True,
    )


def _dots(count: int, *, has_problem: bool) -> ft.Control:
    """How many digits there are, for the eye and the ear; never which."""
    width, colour = theme.PLAIN_BORDER, ft.Colors.OUTLINE
    if has_problem:
        width, colour = theme.SELECTED_BORDER, ft.Colors.ERROR
    dots: list[ft.Control] = [
        ft.Container(width=_DOT, height=_DOT, border_radius=_DOT / 2, bgcolor=ft.Colors.ON_SURFACE)
        for _ in range(count)
    ]
    box = ft.Container(
        height=theme.ROW_HEIGHT,
        border=ft.Border.all(width, colour),
        border_radius=theme.FIELD_RADIUS,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        content=ft.Row(spacing=_DOT, alignment=ft.MainAxisAlignment.CENTER, controls=dots),
    )
    said = say("secret.digits", n=count)
    return ft.Semantics(live_region=True, container=True, label=said, content=box)
