"""Arrangements of controls, and how they keep their places while a page is drawn again.

Flet matches what is drawn to what was there by its place among its siblings: a part that appears above a
field makes the field a new one, without its letters and its cursor. So a stack leaves a placeholder for what
is not there, and a part may have a key of its own.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import guarded_render
from app.kit.hooks import component

P = ParamSpec("P")


def with_placeholders(*controls: ft.Control | None) -> list[ft.Control]:
    """The controls in order, with an empty place, which takes no room, for each None."""
    return [ft.Container(visible=False) if control is None else control for control in controls]


def stack(*controls: ft.Control | None, spacing: int = 8) -> ft.Column:
    """The controls one below the other, each as wide as the stack, with an empty place for each None."""
    return ft.Column(
        tight=True,
        spacing=spacing,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(*controls),
    )


def row(
    *controls: ft.Control | None,
    spacing: int = 10,
    top: bool = False,
    tight: bool = False,
    wrap: bool = False,
) -> ft.Row:
    """The controls side by side, None left out; `top` lines up their tops, `tight` takes no spare width."""
    return ft.Row(
        tight=tight,
        wrap=wrap,
        spacing=spacing,
        vertical_alignment=ft.CrossAxisAlignment.START if top else ft.CrossAxisAlignment.CENTER,
        controls=[control for control in controls if control is not None],
    )


def column(
    *controls: ft.Control | None, spacing: int = 2, expand: bool | None = None, centre: bool = False
) -> ft.Column:
    """Short lines one below the other, each as wide as its words, None left out."""
    return ft.Column(
        tight=True,
        spacing=spacing,
        expand=expand,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER if centre else ft.CrossAxisAlignment.START,
        controls=[control for control in controls if control is not None],
    )


def beside(
    mark: ft.Control | None,
    *below: ft.Control | None,
    gap: int,
    spacing: int = 2,
    top: bool = True,
    end: ft.Control | None = None,
) -> ft.Row:
    """Lines in the width that is left beside a mark; `top` sets the mark, and the `end`, at the first one."""
    return row(mark, column(*below, spacing=spacing, expand=True), end, spacing=gap, top=top)


def centred(control: ft.Control, *, wrap: bool = False) -> ft.Row:
    """One control in the middle of the width; `wrap` lets its words run over several lines."""
    return ft.Row(alignment=ft.MainAxisAlignment.CENTER, wrap=wrap, controls=[control])


def panel(
    content: ft.Control,
    bgcolor: ft.ColorValue,
    *,
    padding: tuple[int, int] = (16, 16),
    radius: float = theme.CARD_RADIUS,
    border: ft.Border | None = None,
) -> ft.Container:
    """A coloured block around a control. `padding` is (sideways, up and down), in logical pixels."""
    return ft.Container(
        bgcolor=bgcolor,
        border=border,
        border_radius=radius,
        padding=ft.Padding.symmetric(horizontal=padding[0], vertical=padding[1]),
        content=content,
    )


def side_line(
    content: ft.Control,
    colour: ft.ColorValue = ft.Colors.OUTLINE_VARIANT,
    *,
    width: int = 4,
    padding: ft.Padding | None = None,
) -> ft.Container:
    """A control set off by a line at its left."""
    line = ft.Border.only(left=ft.BorderSide(width, colour))
    return ft.Container(border=line, padding=padding or ft.Padding.only(left=14), content=content)


def keyed(link_id: str, control: ft.Control) -> ft.Control:
    """A part of the page with a name: it keeps its letters when it moves, and can be scrolled to."""
    mark = ft.ScrollKey(link_id)  # type: ignore[call-arg]  # Flet makes it a dataclass at run time
    return ft.Container(key=mark, content=control)


def keyed_component(render: Callable[P, ft.Control]) -> Callable[Concatenate[str, P], ft.Control]:
    """Make a guarded component of `render`; the key, which holds ids only, becomes its first argument."""
    drawn: Callable[..., ft.Control] = component(guarded_render(render))

    def with_key(key: str, /, *args: P.args, **kwargs: P.kwargs) -> ft.Control:
        return drawn(*args, key=key, **kwargs)

    return with_key
