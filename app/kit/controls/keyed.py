"""Keeping controls in place while a page is drawn again.

Flet matches what is drawn to what was there by its place among its siblings: a part that appears above a
field makes the field a new one, without its letters and its cursor. Leave a placeholder for what is not
there, or give a part a key of its own.

    with_placeholders(summary_or_none, heading, keyed("injury", rows))
"""

from __future__ import annotations

import flet as ft


def with_placeholders(*controls: ft.Control | None) -> list[ft.Control]:
    """The controls in order, with an empty place, which takes no room, for each None."""
    return [ft.Container(visible=False) if control is None else control for control in controls]


def keyed(link_id: str, control: ft.Control) -> ft.Control:
    """A part of the page with a name: it keeps its letters when it moves, and can be scrolled to.

    Every question of a page stands in its place, under its link_id.
    """
    mark = ft.ScrollKey(link_id)  # type: ignore[call-arg]  # Flet makes it a dataclass at run time
    return ft.Container(key=mark, content=control)
