"""The frame of every page in a child's hands, and the screen that a session is on.

A question page has "Next" and "Back", and below them the three ways out, equal in size and look: I don't
know, Not now, Stop. There is no progress bar, no count, no clock and no sound. The system's own back
does nothing, so that it leads to no other page.

    child_page(session.state, session)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import flet as ft

from app.core.child.child_session import ChildSession, ChildSessionState
from app.core.child.child_update import ChildSignal, QuestionSkipped, SessionEnded
from app.features.child.buttons import child_primary_button, child_secondary_button
from app.features.child.question import child_question
from app.features.child.screens import closing_screen, review_screen, welcome_screen
from app.kit import theme
from app.kit.controls.fault_boundary import Handler, guarded, guarded_render
from app.kit.controls.stack import stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import text
from app.kit.drawing.pictures import picture
from app.kit.messages import say

EXIT_BUTTON_HEIGHT = 88
_PICTURE = 44


@ft.component
@guarded_render
def child_page(state: ChildSessionState, session: ChildSession) -> ft.View:
    """Draw the page that a session is on."""
    match state.screen:
        case "hello":
            return _frame(
                state,
                session,
                welcome_screen(state),
                key="hello",
                on=(say("child.start"), partial(session.dispatch, ChildSignal.SESSION_STARTED)),
            )
        case "look-back":
            return _frame(
                state,
                session,
                review_screen(state, session),
                key="look-back",
                back=partial(session.dispatch, ChildSignal.BACK_PRESSED),
                on=(say("child.right"), partial(session.dispatch, SessionEnded("finished"))),
            )
        case "end":
            return _frame(state, session, closing_screen(session), key="end")
    item = state.question
    is_first = item.link_id == state.questions[0].link_id
    return _frame(
        state,
        session,
        child_question(state, session),
        key=f"question-{item.link_id}",
        back=None
        if is_first and not state.is_changing
        else partial(session.dispatch, ChildSignal.BACK_PRESSED),
        on=(say("child.next"), partial(session.dispatch, ChildSignal.NEXT_PRESSED)),
    )


async def block_system_back(event: ft.Event[ft.View]) -> None:
    """Refuse the system's own back."""
    await event.control.confirm_pop(False)


def exit_buttons(session: ChildSession) -> ft.Control:
    """Draw I don't know, Not now and Stop, which every page but the closing one has."""
    ways = (
        _exit_button(
            say("child.unsure"), "sym-unsure", partial(session.dispatch, QuestionSkipped("asked-unknown"))
        ),
        _exit_button(
            say("child.not-now"), "sym-later", partial(session.dispatch, QuestionSkipped("child-pass"))
        ),
        _exit_button(say("child.stop"), "sym-stop", partial(session.dispatch, ChildSignal.STOP_TAPPED)),
    )
    return ft.Row(spacing=8, controls=list(ways))


def _exit_button(words: str, drawing: str, on_tap: Handler) -> ft.Control:
    looks = ft.Column(
        tight=True,
        spacing=4,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[
            picture(drawing, words, size=_PICTURE),
            ft.Text(words, theme_style=theme.MARK, text_align=ft.TextAlign.CENTER),
        ],
    )
    return tappable(
        words,
        looks,
        on_tap,
        padding=(4, 8),
        min_height=EXIT_BUTTON_HEIGHT,
        expand=True,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
        identifier=f"way-out-{drawing}",
    )


def _frame(
    state: ChildSessionState,
    session: ChildSession,
    body: Sequence[ft.Control | None],
    *,
    key: str,
    back: Handler | None = None,
    on: tuple[str, Handler] | None = None,
) -> ft.View:
    moves = [
        *([child_secondary_button(say("child.back"), back, state.band, ft.Icons.ARROW_BACK)] if back else []),
        ft.Container(expand=True),
        *([child_primary_button(*on, state.band)] if on else []),
    ]
    scrolled = ft.Column(
        key=f"turn-{key}",
        expand=True,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[_reading_column([_save_failed_notice(state), *body], top=24, bottom=24)],
    )
    parts: list[ft.Control] = [scrolled]
    if on:
        bottom = _reading_column(
            [ft.Row(controls=moves), exit_buttons(session)], top=10, bottom=12, spacing=10
        )
        parts.append(ft.Container(bgcolor=ft.Colors.SURFACE_CONTAINER, content=bottom))
    content = ft.Column(
        expand=True,
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=parts,
    )
    return ft.View(
        route="/",
        padding=0,
        spacing=0,
        can_pop=False,
        on_confirm_pop=guarded(block_system_back),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        controls=[ft.SafeArea(expand=True, content=content)],
    )


def _save_failed_notice(state: ChildSessionState) -> ft.Control | None:
    """Say that saving failed, which is not the child's fault; None when all is saved."""
    if state.is_saved:
        return None
    return ft.Container(
        bgcolor=ft.Colors.TERTIARY_FIXED,
        border_radius=theme.FIELD_RADIUS,
        padding=16,
        content=ft.Semantics(
            live_region=True,
            container=True,
            content=text(say("child.not-kept"), colour=ft.Colors.ON_TERTIARY_FIXED),
        ),
    )


def _reading_column(
    controls: Sequence[ft.Control | None], *, top: int, bottom: int, spacing: int = 18
) -> ft.Control:
    inner = stack(*controls, spacing=spacing)
    column = ft.Container(content=inner, col={"xs": 12, "md": 10, "lg": 8, "xl": 7})
    return ft.Container(
        padding=ft.Padding.only(left=theme.GUTTER, right=theme.GUTTER, top=top, bottom=bottom),
        content=ft.ResponsiveRow(alignment=ft.MainAxisAlignment.CENTER, controls=[column]),
    )
