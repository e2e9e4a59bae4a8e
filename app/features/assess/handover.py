"""The adult's page before a child session: what the child will see, the lock, and the child's chosen name.

Wren keeps to the child's pages, but the device is not pinned unless a person pins it: the page says so.
The name that the child chooses is shown to the child and stored nowhere.
"""

from __future__ import annotations

import flet as ft

from app.core.child.handover import current_section
from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, guarded_page
from app.features.shared.subject_header import subject_header, subject_of
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.text import heading, optional_label, text
from app.kit.forms.fields import text_field
from app.kit.hooks import use_ref
from app.kit.messages import say
from assessments.casework.child_sessions import choose_age_band
from assessments.errors import NotFound


@ft.component
@guarded_page
def handover_page(model: AppState, actions: AppController) -> ft.View:
    """Draw what follows, ask for a name, and start the child session."""
    called = use_ref("")
    work = model.open_assessment
    child = subject_of(model, work.assessment) if work else None
    if work is None or child is None:
        raise NotFound
    instrument = work.form.instrument
    part = instrument.index[current_section(work.form)].text
    band = choose_age_band(child, work.form.context.on, instrument)

    def type_in(name: str) -> None:
        called.current = name

    async def go() -> None:
        await actions.hand_over(called.current)

    in_browser = ft.context.page.web
    return build_page(
        model,
        actions,
        say("hand-over.title"),
        [
            card(
                heading(say("hand-over.what")),
                text(say("hand-over.part", part=part), strong=True),
                text(say("hand-over.sees")),
                text(say("hand-over.ways")),
                text(say("hand-over.sound")),
            ),
            card(
                heading(say("hand-over.lock")),
                text(say("hand-over.lock-level"), strong=True),
                text(say("hand-over.browser" if in_browser else "hand-over.pin")),
                text(say("hand-over.back")),
            ),
            card(
                heading(say("hand-over.told")),
                *(text(say("said.words", words=say(f"child.telling.{band}.{n}"))) for n in (1, 2, 3)),
            ),
            card(
                text_field(
                    optional_label(say("hand-over.called")),
                    on_change=type_in,
                    hint=say("hand-over.called-hint"),
                    key="called",
                )
            ),
        ],
        top=subject_header(model, actions, work.assessment),
        action=primary_button(say("hand-over.go"), go),
    )
