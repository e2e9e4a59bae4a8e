"""What stands on the page for a forgotten passphrase, part by part.

This room knows how each part looks. What happens when it is tapped, and how a request stands, is the page's
business (`recover`).

    request_form(authors, author, choose, ask, busy)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.core.device.account_recovery import RecoveryStatus
from app.features.shared.page import busy_indicator
from app.features.shared.text.people import author_display_name
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import call_card, card
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_area
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for

_STEPS = ("ask", "call", "two", "words")


def request_form(
    authors: Sequence[str],
    author: str,
    choose: Callable[[str], None],
    ask: Handler,
    busy: bool,
) -> list[ft.Control | None]:
    """What will happen, who asks, who to call, and the one thing to do."""
    return [
        card(heading(say("recover.how")), *(_step(n, name) for n, name in enumerate(_STEPS, start=1))),
        keyed(
            "who",
            card(
                heading(say("recover.who")),
                radio_rows(
                    [Choice(name, author_display_name(name)) for name in authors],
                    chosen=author,
                    on_choose=lambda name: choose(name or ""),
                    clear=False,
                ),
            ),
        )
        if len(authors) > 1
        else None,
        help_contact_card(),
        busy_indicator(say("recover.asking")) if busy else primary_button(say("recover.ask"), ask, fill=True),
    ]


def check_status_button(look: Handler, busy: bool) -> ft.Control:
    """Look again, or a sign that it is being done."""
    if busy:
        return busy_indicator(say("recover.looking"))
    return primary_button(say("recover.look"), look, icon=ft.Icons.REFRESH, fill=True)


def help_contact_card() -> ft.Control:
    """The number of those who help."""
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
    return ft.Row(spacing=14, vertical_alignment=ft.CrossAxisAlignment.START, controls=[mark, words])


def offline_exchange_card(
    asked: RecoveryStatus,
    copied: bool,
    copy: Handler,
    note: Callable[..., Any],
    use_answers: Handler,
    problem: str,
) -> ft.Control:
    """The same by hand: the request out, the two answers in."""
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
                    scroll=ft.ScrollMode.AUTO, controls=[quiet(asked.request_text)], expand=True
                ),
            ),
        ),
        ft.Column(
            tight=True,
            controls=with_placeholders(
                quiet_button(
                    say("recover.copied") if copied else say("recover.copy"), copy, icon=ft.Icons.COPY
                )
            ),
        ),
        text_area(
            say("recover.paste"),
            on_change=lambda letters: note(answers=letters),
            hint=say("recover.paste-hint"),
            problem=problem,
            lines=3,
        ),
        secondary_button(say("recover.use"), use_answers, fill=True),
    )


def describe_request_status(asked: RecoveryStatus) -> str:
    """How the request stands, in a sentence."""
    if asked.state is None:
        return say("recover.offline")
    if asked.state != "asked":
        return say("recover.closed")
    return say(f"recover.agreed-{len(asked.agreed)}")


def spell_out(code: str) -> str:
    """One letter after another, as it is to be read out."""
    return say("recover.code-said", letters=", ".join(" ".join(part) for part in code.split("-")))
