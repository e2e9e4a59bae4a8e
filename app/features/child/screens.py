"""The welcome, review and closing screens of a child's session. The welcome says first who will read the
answers; the closing screen shows nothing of what was given. Nothing is praised, nobody is asked to be sure.
"""

from functools import partial

import flet as ft

from app.core.child.child_session import ChildSession, ChildSessionState
from app.core.child.child_update import ChildSignal
from app.features.child.bound_question import answer_value, format_child_answer
from app.features.child.buttons import child_secondary_button
from app.kit.controls.cards import card
from app.kit.controls.drawing_view import drawing_image
from app.kit.controls.keyed import centred, panel, row
from app.kit.controls.text import heading, text, title
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import AnswerEntry

# What a child reads is larger than body text, and not heavier.
_CHILD_TEXT = 23


def welcome_screen(state: ChildSessionState) -> list[ft.Control]:
    """Draw who will read the answers, before anything is asked."""
    welcome = say("child.hello-name", called=state.chosen_name) if state.chosen_name else say("child.hello")
    return [title(welcome), *(_speech_card(say(f"child.telling.{state.band}.{n}")) for n in (1, 2, 3))]


def review_screen(state: ChildSessionState, session: ChildSession) -> list[ft.Control]:
    """Draw every answer of this session in the child's own words, each with a way to change it."""
    form = state.form
    section = form.instrument.items[0]
    return [
        title(say("child.look-back")),
        *(
            _answer_card(item, form.entries.get(item.link_id), state, session)
            for item in section.items
            if item.type != "display" and (item in state.questions or item.link_id in form.entries)
        ),
    ]


def closing_screen(session: ChildSession) -> list[ft.Control]:
    """Draw two ways on: back to the questions, or back to the adult."""
    band, resume = session.state.band, partial(session.dispatch, ChildSignal.SESSION_RESUMED)
    logo = ft.Image(src="icon.png", width=88, height=88, border_radius=24, exclude_from_semantics=True)
    return [
        ft.Container(height=48),
        centred(logo),
        centred(title(say("child.end")), wrap=True),
        centred(_large_text(say("child.end-thanks"), centred=True), wrap=True),
        ft.Container(height=16),
        centred(child_secondary_button(say("child.go-again"), resume, band, ft.Icons.ARROW_BACK)),
        centred(child_secondary_button(say("child.give-back"), session.lock, band, ft.Icons.LOCK_OUTLINED)),
    ]


def _answer_card(
    item: Item, entry: AnswerEntry | None, state: ChildSessionState, session: ChildSession
) -> ft.Control:
    # The end of a ladder is changed on the ladder's own page.
    page = next((other.link_id for other in state.questions if item.link_id in other.ends), item.link_id)
    words, paper = format_child_answer(item, entry) or say("child.nothing"), answer_value(entry)
    change = child_secondary_button(
        say("child.change"),
        partial(session.reopen_question, page),
        state.band,
        ft.Icons.EDIT_OUTLINED,
        name=f"{say('child.change')}: {item.text}",
    )
    return card(
        heading(item.text),
        _large_text(words),
        *([drawing_image(paper)] if isinstance(paper, Drawing) and paper.visible_marks else []),
        row(change),
        spacing=8,
    )


def _speech_card(words: str) -> ft.Control:
    large = _large_text(words, colour=ft.Colors.ON_SECONDARY_CONTAINER)
    return panel(large, ft.Colors.SECONDARY_CONTAINER, padding=(20, 20))


def _large_text(words: str, *, colour: str | None = None, centred: bool = False) -> ft.Text:
    large = text(words, colour=colour)
    large.size = _CHILD_TEXT
    if centred:
        large.text_align = ft.TextAlign.CENTER
    return large
