"""The frame of every page in a child's hands, and the screen that a session is on.

Three ways out, equal in size and look, stand below every question. There is no progress bar, no count, no
clock and no sound. The system's own back does nothing, so that it leads to no other page.
"""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from app.core.child.child_session import ChildSession, ChildSessionState
from app.core.child.child_update import ChildSignal, QuestionSkipped, SessionEnded
from app.features.child.activities.choice import choose_one, choose_some
from app.features.child.activities.day_timeline import day_timeline
from app.features.child.activities.ladder import ladder_activity
from app.features.child.activities.placement import placement_activity
from app.features.child.bound_question import BoundQuestion, bind_question, entry_from_text, text_of_entry
from app.features.child.buttons import MIN_HEIGHT_BY_BAND, child_primary_button, child_secondary_button
from app.features.child.screens import closing_screen, review_screen, welcome_screen
from app.kit import theme
from app.kit.controls.fault_boundary import Handler, guarded_render
from app.kit.controls.keyed import panel, row, stack
from app.kit.controls.page_frame import bare_view, filling_column, narrow, scrolling_column
from app.kit.controls.tappable import tappable
from app.kit.controls.text import text, title
from app.kit.drawing.drawing_pad import drawing_pad
from app.kit.drawing.pictures import picture
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.definitions.definition import ItemType
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered

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
    can_go_back = state.is_changing or item.link_id != state.questions[0].link_id
    return _frame(
        state,
        session,
        child_question(state, session),
        key=f"question-{item.link_id}",
        back=partial(session.dispatch, ChildSignal.BACK_PRESSED) if can_go_back else None,
        on=(say("child.next"), partial(session.dispatch, ChildSignal.NEXT_PRESSED)),
    )


async def block_system_back(event: ft.Event[ft.View]) -> None:
    """Refuse the system's own back."""
    await event.control.confirm_pop(False)


def exit_buttons(session: ChildSession) -> ft.Control:
    """Draw I don't know, Not now and Stop, which every page but the closing one has."""
    ways = (
        ("child.unsure", "sym-unsure", QuestionSkipped("asked-unknown")),
        ("child.not-now", "sym-later", QuestionSkipped("child-pass")),
        ("child.stop", "sym-stop", ChildSignal.STOP_TAPPED),
    )
    buttons = [_exit_button(say(code), sign, partial(session.dispatch, event)) for code, sign, event in ways]
    return ft.Row(spacing=8, controls=list(buttons))


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
    body_column = _reading_column([_save_failed_notice(state), *body], top=24, bottom=24)
    parts: list[ft.Control] = [scrolling_column(body_column, key=f"turn-{key}")]
    if on:
        bottom = _reading_column([row(*moves), exit_buttons(session)], top=10, bottom=12, spacing=10)
        parts.append(ft.Container(bgcolor=ft.Colors.SURFACE_CONTAINER, content=bottom))
    content = ft.SafeArea(expand=True, content=filling_column(*parts))
    return bare_view(content, on_back=block_system_back)


def _save_failed_notice(state: ChildSessionState) -> ft.Control | None:
    """Say that saving failed, which is not the child's fault; None when all is saved."""
    if state.is_saved:
        return None
    words = text(say("child.not-kept"), colour=ft.Colors.ON_TERTIARY_FIXED)
    live = ft.Semantics(live_region=True, container=True, content=words)
    return panel(live, ft.Colors.TERTIARY_FIXED, radius=theme.FIELD_RADIUS)


def _reading_column(
    controls: Sequence[ft.Control | None], *, top: int, bottom: int, spacing: int = 18
) -> ft.Control:
    padding = ft.Padding.only(left=theme.GUTTER, right=theme.GUTTER, top=top, bottom=bottom)
    return narrow(stack(*controls, spacing=spacing), padding, {"xs": 12, "md": 10, "lg": 8, "xl": 7})


def _free_text_activity(bound: BoundQuestion) -> ft.Control:
    """Draw a field for words, with what else the child may do instead of typing."""

    def typed(words: str) -> None:
        bound.set_answer_debounced(entry_from_text(bound.item, words))

    label, value = say("child.say.here"), text_of_entry(bound.entry)
    field = text_field(label, value=value, on_change=typed, lines=4, key=bound.key)
    return stack(text(say(f"child.say.{bound.band}")), field, spacing=14)


def _drawing_activity(bound: BoundQuestion) -> ft.Control:

    async def drew(paper: Drawing) -> None:
        await bound.set_answer(Answered(paper))

    given = bound.value if isinstance(bound.value, Drawing) else None
    return drawing_pad(f"{bound.key}.paper", given, drew, MIN_HEIGHT_BY_BAND[bound.band])


_ACTIVITIES: dict[ItemType, Callable[[BoundQuestion], ft.Control]] = {
    "choice": choose_one,
    "choices": choose_some,
    "words": _free_text_activity,
    "text": _free_text_activity,
    "people": placement_activity,
    "drawing": _drawing_activity,
}


def child_question(state: ChildSessionState, session: ChildSession) -> list[ft.Control | None]:
    """Draw the question that the session is on, with its activity."""
    item = state.question
    bound = bind_question(session, item)
    match item.type:
        case "integer":
            own = (each for each in state.form.instrument.items[0].items if each.link_id in item.ends)
            ends = [bind_question(session, each) for each in own]
            doing: ft.Control | None = ladder_activity(bound, ends)
        case "group":
            doing = day_timeline(bound)
        case _:
            draw = _ACTIVITIES.get(item.type)
            doing = draw(bound) if draw else None
    return [title(item.text), doing]
