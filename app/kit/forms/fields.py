"""Text fields that leave no trace outside Wren.

No suggestions, no correction, no learning, nothing filled in from elsewhere, no capitals (a child's "i hide"
stays as it is). A field keeps its own letters: `value` is for the first drawing, and each field has a `key`
(the link_id), so that another question never inherits its letters.
"""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler, guarded
from app.kit.controls.keyed import column, row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.forms.problems import problem_line
from app.kit.hooks import component, use_ref, use_state
from app.kit.messages import say


@component
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
    keyboard: ft.KeyboardType = ft.KeyboardType.TEXT,
    focus: bool = False,
    show_label: bool = True,
    key: str | None = None,  # noqa: ARG001 - Flet takes it
) -> ft.Control:
    """A field with its label above it. More than one line makes it an area that grows.

    `width` is in pixels; without it the field fills the row. `on_change` gets the whole text and must set
    state at once, without awaiting. A label that is not shown still names the field.
    """
    field = _use_text_field(
        label,
        value,
        on_change,
        on_submit,
        has_problem=bool(problem),
        multiline=lines > 1,
        min_lines=lines,
        max_lines=max(lines, 12) if lines > 1 else 1,
        keyboard_type=ft.KeyboardType.MULTILINE if lines > 1 else keyboard,
        autofocus=focus,
        width=width,
    )
    return _labelled(label if show_label else "", hint, problem, field)


@component
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
    shown, show = use_state(False)
    more = {"password": not shown, "autofocus": focus}
    field = _use_text_field(label, "", on_change, on_submit, has_problem=bool(problem), **more)
    eye = ft.Icons.VISIBILITY_OFF_OUTLINED if shown else ft.Icons.VISIBILITY_OUTLINED
    words = say("action.hide") if shown else say("action.show")
    name = ft.Text(words, theme_style=theme.MARK, color=ft.Colors.PRIMARY)
    looks = row(ft.Icon(eye, size=22, color=ft.Colors.PRIMARY), name, spacing=8, tight=True)
    toggle = tappable(
        words, looks, lambda: show(not shown), padding=(8, 8), min_height=theme.TOUCH_TARGET, fill=False
    )
    return column(_labelled(label, hint, problem, field), toggle)


def _use_text_field(
    label: str,
    first: str,
    on_change: Callable[[str], object],
    on_submit: Handler | None,
    *,
    has_problem: bool,
    **more: Any,
) -> ft.Control:
    """The one field of the app: all that is typed goes through it, and nothing learns from it."""
    typed = use_ref(first)

    def changed(event: ft.Event[ft.TextField]) -> None:
        typed.current = event.control.value
        on_change(typed.current)

    return ft.MergeSemantics(
        content=ft.Semantics(
            label=label,
            content=ft.TextField(
                value=typed.current,
                on_change=guarded(changed),
                on_submit=guarded(on_submit),
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
    return stack(
        words if label else None,
        quiet(hint) if hint else None,
        problem_line(problem) if problem else None,
        field,
        spacing=6,
    )
