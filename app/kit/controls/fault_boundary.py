"""The boundary for faults in handlers and drawings: a calm sentence, the work kept, a code in the log.

An exception that escapes a Flet handler replaces the whole app by its own text, so every part of the kit
that can be tapped or typed into is wrapped here. An exception's text may hold a name: none is logged.
"""

import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload

import flet as ft

from app.kit import messages, theme
from app.kit.idle import reset_idle_timer
from app.kit.logs import error_location
from assessments.errors import WrenError

log = logging.getLogger("wren.app")

SLOW_S = 0.1

Handler = Callable[..., object]
P = ParamSpec("P")
R = TypeVar("R")


@overload
def guarded(handler: Handler, *, by_hand: bool = True) -> Callable[..., Awaitable[None]]: ...
@overload
def guarded(handler: None) -> None: ...
def guarded(handler: Handler | None, *, by_hand: bool = True) -> Callable[..., Awaitable[None]] | None:
    """Wrap a handler of no or one argument, plain or async, so that nothing escapes it.

    What a person does counts as a sign of life (`idle`); `by_hand=False` is for all else that happens.
    A plain handler must only change state: one that holds the loop longer than `SLOW_S` is named in the log.
    """
    if handler is None:
        return None
    takes_event = len(inspect.signature(handler).parameters) > 0
    is_async = inspect.iscoroutinefunction(handler)
    name = getattr(handler, "__qualname__", "handler")

    @wraps(handler)
    async def wrapped(event: Any = None) -> None:
        if by_hand:
            reset_idle_timer()
        try:
            started = time.monotonic()
            result = handler(event) if takes_event else handler()
            if not is_async and (held := time.monotonic() - started) > SLOW_S:
                log.warning("slow-handler %s held the loop for %.2f s", name, held)
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # the border that must never fail: see the top
            log_error(error)
            show_notice(messages.say_error(error))

    # Flet counts the declared parameters, and `wraps` would show it the inner ones.
    del wrapped.__wrapped__
    return wrapped


def guarded_render(render: Callable[P, R]) -> Callable[P, R | ft.Control]:
    """Wrap a component's body, under `@ft.component`: if drawing breaks, a calm panel stands in its place.

    Without this, one broken drawing ends Flet's update loop and the app stands still.
    """

    @wraps(render)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R | ft.Control:
        try:
            return render(*args, **kwargs)
        except Exception as error:  # the border that must never fail: see the top
            log_error(error)
            return error_panel(messages.say_error(error))

    return wrapped


def log_error(error: BaseException) -> None:
    """Log the code, the type and the place of an error, and nothing that it says."""
    code = error.code if isinstance(error, WrenError) else "unknown"
    log.error("fault code=%s type=%s at=%s", code, type(error).__name__, error_location(error))


def show_notice(sentence: str) -> None:
    """Show one sentence over the page, read out by a screen reader, until it is closed."""
    try:
        ft.context.page.show_dialog(_snack_bar(sentence))
    except Exception as error:  # the page may be gone: there is nobody to tell
        log.warning("nobody-to-tell type=%s", type(error).__name__)


def error_panel(sentence: str) -> ft.Control:
    """A calm block that says what went wrong, in place of what could not be drawn."""
    title = ft.Text(messages.say("error.title"), theme_style=theme.H2)
    lines = ft.Column(tight=True, spacing=8, controls=[title, ft.Text(sentence, theme_style=theme.BODY)])
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_radius=theme.CARD_RADIUS,
        padding=20,
        margin=theme.GUTTER,
        content=ft.Semantics(live_region=True, content=lines),
    )


def _snack_bar(sentence: str) -> ft.SnackBar:
    words = ft.Text(sentence, theme_style=theme.BODY, color=ft.Colors.ON_INVERSE_SURFACE)
    return ft.SnackBar(
        content=ft.Semantics(live_region=True, content=words),
        behavior=ft.SnackBarBehavior.FLOATING,
        bgcolor=ft.Colors.INVERSE_SURFACE,
        shape=ft.RoundedRectangleBorder(radius=theme.BUTTON_RADIUS),
        padding=ft.Padding.symmetric(horizontal=20, vertical=16),
        # Above the bottom bar: the main action and the save state stay in sight.
        margin=ft.Margin.only(left=theme.GUTTER, right=theme.GUTTER, bottom=92),
        duration=ft.Duration(seconds=20),
        show_close_icon=True,
        close_icon_color=ft.Colors.ON_INVERSE_SURFACE,
    )
