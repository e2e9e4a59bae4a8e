"""The frame of every adult page: Cover, the training mark, the sync status, and an error page.

`guarded_page` makes a page a component:

    @guarded_page
    def today_page(model, actions): return build_page(model, actions, "Good morning", [...])
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import flet as ft

from app.core.controller import AppController, AppState
from app.core.outbox_update import OutboxSignal
from app.kit import theme
from app.kit.controls.buttons import primary_button
from app.kit.controls.fault_boundary import Handler, log_error
from app.kit.controls.keyed import centred, stack
from app.kit.controls.page_frame import Scroll, bare_view, narrow, page_frame, scrolling_column
from app.kit.controls.status import SyncStatus, sync_pill
from app.kit.controls.text import quiet, text, title
from app.kit.hooks import component, use_ref
from app.kit.messages import say, say_error

# A page as a function; Flet's `key` may be given to it as well.
PageComponent = Callable[..., ft.View]
_NOT_DRAWN: ft.View | None = None

# Why an entry still waits, where the cause is that the service was not reached.
_UNREACHABLE_REASONS = frozenset({"offline", "cut", "timeout"})


def build_page(
    model: AppState,
    actions: AppController,
    heading: str,
    body: Sequence[ft.Control | None],
    *,
    back: bool = True,
    on_back: Handler | None = None,
    pill: bool = False,
    scroll: Scroll | None = None,
    **more: Any,
) -> ft.View:
    """Build one adult page while Wren is unlocked. `more` goes to `page_frame` as it is. Without `on_back`,
    Back leads to the page before, where there is one."""
    screen = model.screen
    return page_frame(
        heading,
        body,
        on_cover=actions.session.lock,
        on_back=on_back or (actions.go_back if back and len(model.trail) > 1 else None),
        training=model.training,
        pill=sync_pill(sync_status(model), lambda: actions.dispatch_outbox(OutboxSignal.OPENED))
        if pill
        else None,
        scroll=scroll or use_scroll(actions),
        # Ids only: a key never holds a name. A new page starts at its top.
        key=more.pop("key", f"{screen.name}-{screen.target}"),
        **more,
    )


def use_scroll(actions: AppController) -> Scroll:
    """Give the scroll position of a page; after unlocking it is restored to where it was left."""
    scroll = use_ref(Scroll(actions.note_scroll)).current

    async def go_down() -> None:
        offset = actions.session.take_restored_offset()
        if offset:
            await scroll.to_offset(offset)

    ft.use_effect(go_down, [])
    return scroll


def guarded_page(draw: PageComponent) -> PageComponent:
    """Make a component that draws a page, or an error page in its place: a calm sentence, Cover and a way to
    the first page. A page that is being left is not drawn for the next one's state, though Flet may render
    it first."""

    @wraps(draw)
    def drawn(model: AppState, actions: AppController) -> ft.View:
        here = use_ref((model.phase, model.screen))
        last = use_ref(_NOT_DRAWN)
        if last.current is None or here.current == (model.phase, model.screen):
            last.current = draw_or_explain(model, actions)
        return last.current

    def draw_or_explain(model: AppState, actions: AppController) -> ft.View:
        try:
            view: ft.View = draw(model, actions)
            return view
        except Exception as error:  # Flet must never see it: see the top
            log_error(error)
            return page_frame(
                say("error.title"),
                [text(say_error(error))],
                on_cover=actions.session.lock,
                training=model.training,
                action=primary_button(say("action.home"), actions.go_home),
                key="trouble",
            )

    return component(drawn)


def sync_status(model: AppState) -> SyncStatus:
    """Work out the sync status from the outbox: what needs help first, then what waits."""
    status = model.send_status
    if status.set_aside:
        return SyncStatus("help", n=status.set_aside)
    if status.waiting and _UNREACHABLE_REASONS & set(status.reasons):
        return SyncStatus("offline", n=status.waiting)
    if status.waiting and model.is_sending:
        return SyncStatus("sending", n=1, of=status.waiting)
    if status.waiting or not status.sent:
        return SyncStatus("waiting", n=status.waiting)
    return SyncStatus("sent")


def centred_page(
    heading: str, body: Sequence[ft.Control | None], *, top: ft.Control | None = None
) -> ft.View:
    """Build a page that shows no record: the logo, one heading, one narrow column in the middle."""
    logo = ft.Image(src="icon.png", width=88, height=88, border_radius=24, exclude_from_semantics=True)
    inner = stack(centred(logo), top, centred(title(heading)), *body, spacing=theme.CARD_GAP)
    padding = ft.Padding.only(left=24, right=24, top=72, bottom=28)
    column = scrolling_column(narrow(inner, padding, {"xs": 12, "sm": 8, "md": 6, "lg": 5, "xl": 4}))
    return bare_view(ft.SafeArea(expand=True, content=column))


def side_by_side(blocks: Sequence[ft.Control]) -> ft.Control:
    """Set blocks one below the other, and two in a row where the screen is wide."""
    cols: dict[str | ft.ResponsiveRowBreakpoint, float] = {"xs": 12}
    if len(blocks) > 1:
        cols["lg"] = 6
    return ft.ResponsiveRow(
        spacing=theme.CARD_GAP,
        run_spacing=theme.CARD_GAP,
        controls=[ft.Container(col=cols, content=block) for block in blocks],
    )


def cover_key_hint() -> ft.Control | None:
    """Say which key covers the screen; None on a phone, which has no keyboard."""
    on_phone = ft.context.page.platform in (ft.PagePlatform.ANDROID, ft.PagePlatform.IOS)
    return None if on_phone else quiet(say("page.cover-key"))


def busy_indicator(words: str) -> ft.Control:
    """Show that something takes a moment, with words for it."""
    ring = ft.ProgressRing(width=26, height=26, stroke_width=3)
    return ft.Row(
        alignment=ft.MainAxisAlignment.CENTER,
        spacing=14,
        height=theme.ROW_HEIGHT,
        controls=[
            ft.Semantics(exclude_semantics=True, content=ring),
            ft.Semantics(live_region=True, container=True, content=text(words)),
        ],
    )
