"""The frame around every adult page: Back, Cover, the Training mark, one column, one main action."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import flet as ft

from app.kit import theme
from app.kit.controls.buttons import back_button, cover_button
from app.kit.controls.fault_boundary import Handler, guarded
from app.kit.controls.keyed import row, stack
from app.kit.controls.text import title
from app.kit.messages import say

# A scroll tells where it is this often; its end is always told.
_SCROLL_INTERVAL_MS = 200

Columns = dict[str | ft.ResponsiveRowBreakpoint, float]


@dataclass(slots=True, repr=False)
class Scroll:
    """How to move a page, and who is told how far down it is, in pixels."""

    on_scroll: Callable[[float], None]
    column: ft.Ref[ft.Column] = field(default_factory=ft.Ref[ft.Column])

    async def to_key(self, link_id: str) -> None:
        """Bring a marked part of the page into view."""
        if self.column.current is not None:
            await self.column.current.scroll_to(scroll_key=link_id, duration=150)

    async def to_offset(self, offset: float) -> None:
        """Move so far down, in pixels; 0 brings the heading and the error summary into view."""
        if self.column.current is not None:
            await self.column.current.scroll_to(offset=offset, duration=0)


def page_frame(
    heading: str,
    body: Sequence[ft.Control | None],
    *,
    on_cover: Handler | None,
    on_back: Handler | None = None,
    caption: str = "",
    subtitle: str = "",
    training: bool = False,
    pill: ft.Control | None = None,
    saved: ft.Control | None = None,
    action: ft.Control | None = None,
    top: ft.Control | None = None,
    spacing: int = theme.CARD_GAP,
    wide: bool = False,
    scroll: Scroll | None = None,
    key: str | None = None,
) -> ft.View:
    """One page. `heading` is its only h1 and no other page has the same.

    `pill` sits beside Cover, or above the heading where there is a Back; `top` is the error summary; `saved`
    and `action` are the bottom bar. A new `key` starts the page at its top. Unlocking has no `on_cover`.
    """
    reading = stack(
        top,
        # Back, the pill and Cover do not fit side by side on a phone: Cover never moves.
        row(pill) if pill is not None and on_back is not None else None,
        title(heading, caption=caption, subtitle=subtitle),
        *body,
        spacing=spacing,
    )
    reading.tight = False
    col: Columns = {"xs": 12} if wide else {"xs": 12, "lg": 8, "xl": 7}
    padding = ft.Padding.only(left=theme.GUTTER, right=theme.GUTTER, top=8, bottom=28)
    column = scrolling_column(
        narrow(reading, padding, col),
        ref=scroll.column if scroll is not None else None,
        on_scroll=guarded(lambda event: scroll.on_scroll(event.pixels)) if scroll is not None else None,
        scroll_interval=_SCROLL_INTERVAL_MS,
        spacing=0,
        key=key,
    )
    bar = _top_bar(on_back, on_cover, None if on_back else pill)
    parts = [_training_band(), bar, column] if training else [bar, column]
    if saved is not None or action is not None:
        parts.append(_bottom_bar(saved, action))

    async def system_back(event: ft.Event[ft.View]) -> None:
        # Letting the view pop by itself strands the route: refuse, then go where Back goes.
        await event.control.confirm_pop(False)
        if on_back is not None:
            going = on_back()
            if isawaitable(going):
                await going

    # A finger put down anywhere is a sign of life, whatever else it does.
    touched = ft.GestureDetector(
        expand=True,
        exclude_from_semantics=True,
        on_pan_down=guarded(lambda: None),
        content=ft.SafeArea(expand=True, content=filling_column(*parts)),
    )
    return bare_view(touched, on_back=system_back)


def bare_view(content: ft.Control, *, on_back: Handler | None = None) -> ft.View:
    """A page without a frame. `on_back` is what the system's own back does, which never leaves the page."""
    return ft.View(
        route="/",
        padding=0,
        spacing=0,
        can_pop=False,
        on_confirm_pop=guarded(on_back),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        controls=[content],
    )


def filling_column(*parts: ft.Control) -> ft.Column:
    """Parts that fill the page from top to bottom, each as wide as the page."""
    stretch = ft.CrossAxisAlignment.STRETCH
    return ft.Column(expand=True, spacing=0, horizontal_alignment=stretch, controls=list(parts))


def scrolling_column(content: ft.Control, **more: Any) -> ft.Column:
    """The part of a page that scrolls. `more` goes to the column."""
    return ft.Column(
        expand=True,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[content],
        **more,
    )


def narrow(content: ft.Control, padding: ft.Padding, col: Columns) -> ft.Container:
    """A column in the middle of the page, as wide as so many of its twelfths from each width on."""
    # A box within a centred row keeps its width on a wide screen.
    box = ft.Container(content=content, col=col)
    return ft.Container(
        padding=padding, content=ft.ResponsiveRow(alignment=ft.MainAxisAlignment.CENTER, controls=[box])
    )


def _training_band() -> ft.Control:
    mark = ft.Icon(ft.Icons.SCHOOL_OUTLINED, size=20, color=ft.Colors.ON_TERTIARY_FIXED)
    words = ft.Text(say("app.training"), theme_style=theme.MARK, color=ft.Colors.ON_TERTIARY_FIXED)
    return ft.Container(
        bgcolor=ft.Colors.TERTIARY_FIXED,
        padding=ft.Padding.symmetric(horizontal=theme.GUTTER, vertical=6),
        content=ft.Row(spacing=8, alignment=ft.MainAxisAlignment.CENTER, controls=[mark, words]),
    )


def _top_bar(on_back: Handler | None, on_cover: Handler | None, pill: ft.Control | None) -> ft.Control:
    return ft.Container(
        padding=ft.Padding.only(left=6 if on_back else theme.GUTTER, right=theme.GUTTER, top=8, bottom=4),
        content=row(
            back_button(on_back) if on_back is not None else None,
            ft.Container(expand=True),
            pill,
            cover_button(on_cover) if on_cover is not None else None,
        ),
    )


def _bottom_bar(saved: ft.Control | None, action: ft.Control | None) -> ft.Control:
    bar = row(ft.Container(expand=True, content=saved), action, spacing=12)
    bar.col = {"xs": 12, "lg": 8, "xl": 7}
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        padding=ft.Padding.symmetric(horizontal=theme.GUTTER, vertical=10),
        content=ft.ResponsiveRow(alignment=ft.MainAxisAlignment.CENTER, controls=[bar]),
    )
