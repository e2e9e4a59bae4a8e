"""Problems: a summary at the top of the page and a line beside the answer, in the same words."""

from collections.abc import Callable, Sequence

import flet as ft

from app.kit import theme
from app.kit.controls.keyed import row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import coloured_heading, underlined
from app.kit.messages import say


def error_summary(
    problems: Sequence[tuple[str, str]], *, go_to: Callable[[str], object]
) -> ft.Control | None:
    """ "There is a problem", read out at once, with a way to each. None when there are none.

    Each problem is its place (a link_id or row key, given back to `go_to`) and its sentence.
    """
    if not problems:
        return None
    title = row(
        ft.Icon(ft.Icons.ERROR_OUTLINE, size=26, color=ft.Colors.ERROR),
        coloured_heading(say("problems.title"), ft.Colors.ON_ERROR_CONTAINER),
    )
    links = [_link(place, words, go_to) for place, words in problems]
    return call_out(title, *links, bgcolor=ft.Colors.ERROR_CONTAINER, border_color=ft.Colors.ERROR, spacing=4)


def call_out(
    *controls: ft.Control | None, bgcolor: ft.ColorValue, border_color: ft.ColorValue, spacing: int
) -> ft.Control:
    """A block that is read out as soon as it stands on the page."""
    lines = stack(*controls, spacing=spacing)
    return ft.Container(
        bgcolor=bgcolor,
        border=ft.Border.all(theme.SELECTED_BORDER, border_color),
        border_radius=theme.CARD_RADIUS,
        padding=ft.Padding.only(left=18, right=14, top=16, bottom=10),
        content=ft.Semantics(live_region=True, container=True, content=lines),
    )


def problem_line(words: str) -> ft.Control:
    """The same sentence beside the answer it is about."""
    mark = ft.Icon(ft.Icons.ERROR_OUTLINE, size=24, color=ft.Colors.ERROR)
    said = ft.Text(words, theme_style=theme.LEAD, color=ft.Colors.ERROR, expand=True)
    return row(mark, said, spacing=8, top=True)


def _link(place: str, words: str, go_to: Callable[[str], object]) -> ft.Control:
    looks = underlined(words, ft.Colors.ON_ERROR_CONTAINER, theme.LEAD)
    return tappable(
        words, looks, lambda: go_to(place), kind="link", padding=(0, 10), min_height=theme.TOUCH_TARGET
    )
