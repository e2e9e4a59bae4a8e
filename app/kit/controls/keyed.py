"""Keeping things where they are while a page is drawn again.

This room knows one fact about Flet: what is drawn is matched to what was there by its place among
its siblings, so a part that appears above a field makes the field a new one, without its letters
and its cursor. It knows two ways round: leave an empty place for what is not there, or give a part
a name of its own. It does not know what the parts are.

    with_placeholders(summary_or_none, heading, keyed("injury", rows))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

import flet as ft

from app.kit.controls.fault_boundary import guarded_render

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


def keyed(link_id: str, control: ft.Control) -> ft.Control:
    """A part of the page with a name: it keeps its letters when it moves, and can be scrolled to.

    Every question of a page stands in its place, under its link_id.
    """
    mark = ft.ScrollKey(link_id)  # type: ignore[call-arg]  # Flet makes it a dataclass at run time
    return ft.Container(key=mark, content=control)


def keyed_component(render: Callable[P, ft.Control]) -> Callable[Concatenate[str, P], ft.Control]:
    """Make a guarded component of `render`; the key, which holds ids only, becomes its first argument."""
    drawn: Any = ft.component(guarded_render(render))

    def with_key(key: str, /, *args: P.args, **kwargs: P.kwargs) -> ft.Control:
        control: ft.Control = drawn(*args, key=key, **kwargs)
        return control

    return with_key
