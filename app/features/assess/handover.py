"""Before a child gets the screen: what the child will have, how it is locked, and the child's own name.

This room tells the truth about the lock: Wren keeps to one page, and the device is not pinned unless a
person pins it. The name that the child chooses is shown to the child and kept nowhere.

    hand_over(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.child.handover import section_of
from app.core.controller import Actions, Model
from app.features.shared.page import calm_page, page_of, use_kept
from app.features.shared.subject_header import subject_of, who_line
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.text import heading, optional, text
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.child_sessions import band_of
from assessments.errors import NotFound


@ft.component
@calm_page
def hand_over(model: Model, actions: Actions) -> ft.View:
    """Say what follows, ask for a name, and hand over."""
    called = use_kept("")
    work = model.open_assessment
    child = subject_of(model, work.assessment) if work else None
    if work is None or child is None:
        raise NotFound
    instrument = work.form.instrument
    part = instrument.index[section_of(work.form)].text
    band = band_of(child, work.form.context.on, instrument)

    def type_in(name: str) -> None:
        called.current = name

    async def go() -> None:
        await actions.hand_over(called.current)

    in_browser = ft.context.page.web
    return page_of(
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
                    optional(say("hand-over.called")),
                    on_change=type_in,
                    hint=say("hand-over.called-hint"),
                    key="called",
                )
            ),
        ],
        top=who_line(model, actions, work.assessment),
        action=primary_button(say("hand-over.go"), go),
    )
