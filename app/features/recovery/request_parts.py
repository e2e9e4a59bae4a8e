"""The parts of the account recovery page: before asking, while the request waits, and when it is agreed."""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial

import flet as ft

from app.core.device.account_recovery import RecoveryStatus
from app.features.recovery import update as flow
from app.features.shared.page import busy_indicator
from app.features.shared.text.people import author_display_name
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import call_card, card
from app.kit.controls.keyed import column, keyed, row
from app.kit.controls.status import banner
from app.kit.controls.text import code_text, heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.secret_field import CredentialKind, secret_field
from app.kit.hooks import Dispatch
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for

RecoveryDispatch = Dispatch[flow.RecoveryEvent]
_STEPS = ("ask", "call", "two", "words")


@dataclass(slots=True, repr=False)
class TypedFields:
    """What stands in the fields of the page. It holds a passphrase and never shows itself."""

    secret: str = ""
    secret_again: str = ""
    answers: str = ""


def request_form(state: flow.RecoveryPageState, dispatch: RecoveryDispatch) -> list[ft.Control | None]:
    """Draw what will happen, who asks, whom to call, and the button that asks."""
    return [
        card(heading(say("recover.how")), *(_step(n, name) for n, name in enumerate(_STEPS, start=1))),
        keyed(
            "who",
            card(
                heading(say("recover.who")),
                radio_rows(
                    [Choice(name, author_display_name(name)) for name in state.authors],
                    chosen=state.author,
                    on_choose=lambda author: dispatch(flow.AuthorChosen(author or "")),
                    clear=False,
                ),
            ),
        )
        if len(state.authors) > 1
        else None,
        _help_contact_card(),
        busy_indicator(say("recover.asking"))
        if state.busy
        else primary_button(
            say("recover.ask"), partial(dispatch, flow.RecoverySignal.REQUEST_PRESSED), fill=True
        ),
    ]


def passphrase_parts(
    state: flow.RecoveryPageState, dispatch: RecoveryDispatch, typed: TypedFields, kind: CredentialKind
) -> list[ft.Control | None]:
    """Draw the fields of the new passphrase or PIN."""

    def save() -> Awaitable[None]:
        return dispatch(flow.PassphraseSubmitted(typed.secret, typed.secret_again))

    return [
        banner(say("recover.words-lead"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE),
        card(
            secret_field(
                kind,
                say(f"unlock.{kind}"),
                hint=say(f"set-up.{kind}-hint"),
                on_change=lambda words: setattr(typed, "secret", words),
                problem=state.problem_at("words"),
            ),
            secret_field(
                kind,
                say("set-up.again"),
                on_change=lambda words: setattr(typed, "secret_again", words),
                on_submit=save,
                problem=state.problem_at("again"),
            ),
        ),
        busy_indicator(say("unlock.busy"))
        if state.busy
        else primary_button(say("recover.save"), save, fill=True),
    ]


def code_parts(
    state: flow.RecoveryPageState, dispatch: RecoveryDispatch, typed: TypedFields, has_key: bool
) -> list[ft.Control | None]:
    """Draw the code to read out, how the request stands, and the same by text."""
    status = state.status
    if status is None:
        return []
    check = partial(dispatch, flow.RecoverySignal.CHECK_PRESSED)
    letters = ", ".join(" ".join(part) for part in status.code.split("-"))
    look = (
        busy_indicator(say("recover.looking"))
        if state.busy
        else primary_button(say("recover.look"), check, icon=ft.Icons.REFRESH, fill=True)
    )
    return [
        card(
            text(say("recover.code-lead")),
            code_text(status.code.replace("-", "  "), said=say("recover.code-said", letters=letters)),
            banner(
                _request_status(status) if has_key else say("recover.no-key"),
                tone="calm" if status.state in (None, "asked") else "help",
            ),
            look if has_key else None,
        ),
        _help_contact_card(),
        keyed("answers", _offline_exchange_card(state, status, dispatch, typed))
        if state.by_text or status.state is None
        else quiet_button(say("recover.by-text"), partial(dispatch, flow.RecoverySignal.TEXT_SHOWN)),
        secondary_button(say("recover.stop"), partial(dispatch, flow.RecoverySignal.STOP_PRESSED), fill=True),
    ]


def _help_contact_card() -> ft.Control:
    return call_card(say("recover.call"), say("recover.call-do"), numbers_for(("wren-help",)))


def _step(n: int, name: str) -> ft.Control:
    mark = ft.Container(
        width=28,
        height=28,
        border_radius=14,
        bgcolor=ft.Colors.TERTIARY_CONTAINER,
        alignment=ft.Alignment.CENTER,
        content=ft.Text(str(n), theme_style=theme.MARK, color=ft.Colors.ON_TERTIARY_CONTAINER),
    )
    words = text(say(f"recover.step-{name}"))
    words.expand = True
    return row(mark, words, spacing=14, top=True)


def _offline_exchange_card(
    state: flow.RecoveryPageState, status: RecoveryStatus, dispatch: RecoveryDispatch, typed: TypedFields
) -> ft.Control:
    """The exchange as text: the request out, the two answers in."""
    return card(
        heading(say("recover.by-text")),
        text(say("recover.text-lead")),
        ft.Container(
            bgcolor=ft.Colors.SURFACE_CONTAINER,
            border_radius=theme.FIELD_RADIUS,
            padding=14,
            height=132,
            # Read out letter by letter it would help nobody; it is there to be copied or photographed.
            content=ft.Semantics(
                exclude_semantics=True,
                content=ft.Column(
                    scroll=ft.ScrollMode.AUTO, controls=[quiet(status.request_text)], expand=True
                ),
            ),
        ),
        column(
            quiet_button(
                say("recover.copied" if state.copied else "recover.copy"),
                partial(dispatch, flow.RecoverySignal.COPY_PRESSED),
                icon=ft.Icons.COPY,
            )
        ),
        text_field(
            say("recover.paste"),
            on_change=lambda words: setattr(typed, "answers", words),
            hint=say("recover.paste-hint"),
            problem=state.problem_at("answers"),
            lines=3,
        ),
        secondary_button(
            say("recover.use"), lambda: dispatch(flow.AnswersSubmitted(typed.answers)), fill=True
        ),
    )


def _request_status(status: RecoveryStatus) -> str:
    if status.state is None:
        return say("recover.offline")
    if status.state != "asked":
        return say("recover.closed")
    return say(f"recover.agreed-{len(status.agreed)}")
