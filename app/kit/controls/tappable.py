"""The one way to make something tappable.

One node for a screen reader, at least 48 px each way, reachable by keyboard: Flet's own buttons are 40 px,
and its icon buttons have no name.
"""

from typing import Literal, TypedDict

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler, guarded

TappableKind = Literal["button", "link", "radio", "tick"]


def tappable(
    name: str,
    looks: ft.Control,
    on_tap: Handler | None,
    *,
    kind: TappableKind = "button",
    chosen: bool | None = None,
    hint: str = "",
    bgcolor: str | None = None,
    border: ft.Border | None = None,
    radius: float = theme.BUTTON_RADIUS,
    padding: tuple[float, float] = (16, 12),
    min_height: int = theme.ROW_HEIGHT,
    min_width: int = theme.TOUCH_TARGET,
    fill: bool = True,
    expand: bool | None = None,
    identifier: str | None = None,
) -> ft.Control:
    """A box with a name and one action. Without `on_tap` it can be read but not tapped.

    `padding` is (sideways, up and down) in pixels; `fill` takes the whole width it is given. `identifier` is
    a stable name for tests and for automation by assistive technology; it is never shown.
    """
    is_option = kind in ("radio", "tick")
    sideways, upright = padding
    # Flet has no least size for a box: struts hold it open, and larger text still makes it grow.
    held = ft.Column(
        tight=True,
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH if fill else ft.CrossAxisAlignment.CENTER,
        controls=[
            ft.Container(width=max(min_width - 2 * sideways, 0), height=0),
            ft.Row(
                tight=not fill,
                spacing=0,
                controls=[
                    ft.Container(width=0, height=max(min_height - 2 * upright, 0)),
                    ft.Container(content=looks, expand=True if fill else None),
                ],
            ),
        ],
    )
    return ft.MergeSemantics(
        expand=expand,
        content=ft.Semantics(
            label=name,
            identifier=identifier,
            hint_text=hint or None,
            button=True if kind == "button" or is_option else None,
            link=True if kind == "link" else None,
            checked=chosen if is_option else None,
            selected=None if is_option else chosen,
            content=ft.Container(
                on_click=guarded(on_tap),
                ink=on_tap is not None,
                bgcolor=bgcolor,
                border=border,
                border_radius=radius,
                padding=ft.Padding.symmetric(horizontal=sideways, vertical=upright),
                content=ft.Semantics(exclude_semantics=True, content=held),
            ),
        ),
    )


class SelectionStyle(TypedDict):
    """The arguments of `tappable` that show whether something is chosen."""

    bgcolor: str
    border: ft.Border
    padding: tuple[float, float]


def selection_style(
    on: bool, sideways: float, upright: float, plain: str = ft.Colors.OUTLINE_VARIANT
) -> SelectionStyle:
    """Return the tint, border and padding of a choice, as arguments of `tappable`; padding in pixels."""
    width = theme.SELECTED_BORDER if on else theme.PLAIN_BORDER
    line = ft.Colors.PRIMARY if on else plain
    # A thinner border gives its difference to the padding, so that nothing moves on a tap.
    slack = theme.SELECTED_BORDER - width
    return {
        "bgcolor": ft.Colors.SECONDARY_CONTAINER if on else ft.Colors.SURFACE_CONTAINER_LOWEST,
        "border": ft.Border.all(width, line),
        "padding": (sideways + slack, upright + slack),
    }
