"""Text fields that leave no trace outside Wren.

No suggestions, no correction, no learning, nothing filled in from elsewhere, no capitals (Flet's
`capitalization` changes what was typed, and a child's "i hide" stays as it is). A field keeps its own
letters: a page that is drawn again never overwrites typing. `value` is for the first drawing; pass the
state's own text. Give each field a `key` (the link_id), so that another question never inherits its
letters.

    text_field("First name", value=state.name, on_change=state.set_name, key="name")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler, guarded
from app.kit.controls.keyed import with_placeholders
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.forms.problems import problem_line
from app.kit.hooks import with_key
from app.kit.messages import say


def text_field(
    label: str,
    *,
    on_change: Callable[[str], object],
    value: str = "",
    on_submit: Handler | None = None,
    hint: str = "",
    problem: str = "",
    width: int | None = None,
    lines: int = 1,
    max_length: int | None = None,
    keyboard: ft.KeyboardType = ft.KeyboardType.TEXT,
    focus: bool = False,
    show_label: bool = True,
    key: str | None = None,
) -> ft.Control:
    """A field with its label above it. More than one line makes it an area that grows.

    `width` in pixels says how much is expected (a year is short); without it the field fills the
    row. `on_change` gets the whole text and must set state at once, without awaiting.
    `show_label=False` where the page's heading is the same words: the field is still named by it.
    """
    return with_key(_stateful_field, key)(
        label,
        value,
        on_change,
        on_submit,
        hint=hint,
        problem=problem,
        show_label=show_label,
        width=width,
        lines=lines,
        max_length=max_length,
        keyboard=keyboard,
        focus=focus,
    )


def text_area(
    label: str,
    *,
    on_change: Callable[[str], object],
    value: str = "",
    hint: str = "",
    problem: str = "",
    lines: int = 4,
    max_length: int | None = None,
    show_label: bool = True,
    key: str | None = None,
) -> ft.Control:
    """A field for exact words, that grows with them."""
    return text_field(
        label,
        value=value,
        on_change=on_change,
        hint=hint,
        problem=problem,
        lines=lines,
        max_length=max_length,
        show_label=show_label,
        key=key,
    )


@ft.component
def _stateful_field(
    label: str,
    value: str,
    on_change: Callable[[str], object],
    on_submit: Handler | None,
    *,
    hint: str,
    problem: str,
    show_label: bool,
    width: int | None,
    lines: int,
    max_length: int | None,
    keyboard: ft.KeyboardType,
    focus: bool,
) -> ft.Control:
    typed = ft.use_ref(value)

    def changed(event: ft.Event[ft.TextField]) -> None:
        typed.current = event.control.value
        on_change(typed.current or "")

    field = _safe_text_field(
        label,
        typed.current or "",
        guarded(changed),
        guarded(on_submit),
        has_problem=bool(problem),
        multiline=lines > 1,
        min_lines=lines,
        max_lines=max(lines, 12) if lines > 1 else 1,
        max_length=max_length,
        keyboard_type=ft.KeyboardType.MULTILINE if lines > 1 else keyboard,
        autofocus=focus,
        width=width,
    )
    return _labelled(label if show_label else "", hint, problem, field)


@ft.component
def passphrase_field(
    label: str,
    *,
    on_change: Callable[[str], object],
    on_submit: Handler | None = None,
    hint: str = "",
    problem: str = "",
    focus: bool = False,
) -> ft.Control:
    """A field whose letters are dots until "Show what I typed". Pasting is allowed."""
    shown, show = ft.use_state(False)
    typed = ft.use_ref("")

    def changed(event: ft.Event[ft.TextField]) -> None:
        typed.current = event.control.value
        on_change(typed.current or "")

    field = _safe_text_field(
        label,
        typed.current or "",
        guarded(changed),
        guarded(on_submit),
        has_problem=bool(problem),
        password=not shown,
        autofocus=focus,
    )
    eye = ft.Icons.VISIBILITY_OFF_OUTLINED if shown else ft.Icons.VISIBILITY_OUTLINED
    words = say("action.hide") if shown else say("action.show")
    looks = ft.Row(
        tight=True,
        spacing=8,
        controls=[
            ft.Icon(eye, size=22, color=ft.Colors.PRIMARY),
            ft.Text(words, theme_style=theme.MARK, color=ft.Colors.PRIMARY),
        ],
    )
    toggle = tappable(
        words, looks, lambda: show(not shown), padding=(8, 8), min_height=theme.TOUCH_TARGET, fill=False
    )
    return ft.Column(
        tight=True,
        spacing=2,
        controls=[_labelled(label, hint, problem, field), toggle],
    )


def _safe_text_field(
    label: str,
    value: str,
    on_change: Handler | None,
    on_submit: Handler | None,
    *,
    has_problem: bool,
    **more: Any,
) -> ft.Control:
    """The one field of the app: all that is typed goes through it, and nothing learns from it."""
    return ft.MergeSemantics(
        content=ft.Semantics(
            label=label,
            content=ft.TextField(
                value=value,
                on_change=on_change,
                on_submit=on_submit,
                autocorrect=False,
                enable_suggestions=False,
                enable_ime_personalized_learning=False,
                smart_dashes_type=False,
                smart_quotes_type=False,
                border=_borders(has_problem),
                filled=True,
                fill_color=ft.Colors.SURFACE_CONTAINER_LOWEST,
                hover_color=ft.Colors.SURFACE_CONTAINER_LOWEST,
                content_padding=ft.Padding.symmetric(horizontal=16, vertical=15),
                **more,
            ),
        )
    )


def _borders(has_problem: bool) -> dict[ft.ControlState, ft.InputBorder]:
    def border(width: float, colour: str) -> ft.InputBorder:
        return ft.OutlineInputBorder(
            side=ft.BorderSide(width, colour), border_radius=theme.FIELD_RADIUS, gap_padding=0
        )

    if has_problem:
        thick = border(theme.SELECTED_BORDER, ft.Colors.ERROR)
        return {ft.ControlState.DEFAULT: thick, ft.ControlState.FOCUSED: thick}
    return {
        ft.ControlState.DEFAULT: border(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
        ft.ControlState.FOCUSED: border(theme.SELECTED_BORDER, ft.Colors.PRIMARY),
    }


def _labelled(label: str, hint: str, problem: str, field: ft.Control) -> ft.Control:
    # The field itself is named by the same words, so the label is for eyes only.
    words = ft.Semantics(exclude_semantics=True, content=ft.Text(label, theme_style=theme.LEAD))
    return ft.Column(
        tight=True,
        spacing=6,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            words if label else None,
            quiet(hint) if hint else None,
            problem_line(problem) if problem else None,
            field,
        ),
    )
