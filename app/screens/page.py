"""What every page has: Cover, the Training mark, how sending stands, and a calm way out of trouble.

This room knows the model only so far as it concerns the frame. `calm_page` stands under
`@ft.component`: when the drawing of a page breaks, the person gets a calm sentence, Cover and a way
to the first page, not an empty window.

    @ft.component
    @calm_page
    def today(model, actions): return page_of(model, actions, "Good morning", [...])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import flet as ft

from app.kit.buttons import primary_button
from app.kit.calm import report
from app.kit.frame import page_frame
from app.kit.states import Sync, sync_pill
from app.kit.writing import text
from app.messages import say, say_error
from app.state import Actions, Model

Draw = Callable[[Model, Actions], ft.View]

# Why an entry still waits, where the cause is that the service was not reached.
_OUT_OF_REACH = frozenset({"offline", "cut", "timeout"})


def page_of(
    model: Model,
    actions: Actions,
    heading: str,
    body: Sequence[ft.Control | None],
    *,
    back: bool = True,
    pill: bool = False,
    **more: Any,
) -> ft.View:
    """The frame of one adult page of an open Wren. `more` goes to `page_frame` as it is."""
    screen = model.screen
    return page_frame(
        heading,
        body,
        route="/",
        on_cover=actions.lock,
        on_back=actions.back if back and len(model.trail) > 1 else None,
        training=model.training,
        pill=sync_pill(sync_of(model), actions.show_outbox) if pill else None,
        # Ids only: a key never holds a name. A new page starts at its top.
        key=more.pop("key", f"{screen.name}-{screen.about}"),
        **more,
    )


def calm_page(draw: Draw) -> Draw:
    """Draw a page, or a calm one in its place."""

    @wraps(draw)
    def drawn(model: Model, actions: Actions) -> ft.View:
        try:
            return draw(model, actions)
        except Exception as error:  # the border that must never fail: see the top
            report(error)
            return page_frame(
                say("error.title"),
                [text(say_error(error))],
                route="/",
                on_cover=actions.lock,
                training=model.training,
                action=primary_button(say("action.home"), actions.home),
                key="trouble",
            )

    return drawn


def sync_of(model: Model) -> Sync:
    """How sending stands, from the outbox and never from a reply: help first, then what waits."""
    status = model.status
    if status.set_aside:
        return Sync("help", n=status.set_aside)
    if status.waiting and _OUT_OF_REACH & set(status.reasons):
        return Sync("offline", n=status.waiting)
    if status.waiting and model.sending:
        return Sync("sending", n=1, of=status.waiting)
    if status.waiting or not status.sent:
        return Sync("waiting", n=status.waiting)
    return Sync("sent")
