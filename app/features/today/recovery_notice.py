"""A line on the first page: two people have let somebody in under this person's name, on another device.

This room knows that it must be seen once and can be put away. What to do if it was somebody else is the
manager's business, and it says so.

    recovered_line(actions)
"""

from __future__ import annotations

from contextlib import suppress

import flet as ft

from app.core.cases.case_service import away
from app.core.controller import Actions
from app.features.shared.page import use_drawn
from app.features.shared.text.days import day_words
from app.kit.controls.buttons import quiet_button
from app.kit.controls.status import banner
from app.kit.messages import say
from assessments.errors import Locked


@ft.component
def recovered_line(actions: Actions) -> ft.Control:
    """The line, or nothing."""
    day, show = use_drawn("")

    async def read() -> None:
        moment = None
        with suppress(Locked):  # locked since this was drawn: there is nobody to tell
            moment = await away(actions.recovered_elsewhere)
        if moment is not None:
            show(day_words(moment.astimezone().date(), actions.today(), near=False))

    async def put_away() -> None:
        await away(actions.dismiss_recovery_notice)
        show("")

    ft.use_effect(read, [])
    if not day:
        return ft.Container(visible=False)
    return banner(
        say("today.recovered", day=day),
        tone="help",
        action=quiet_button(say("today.recovered-seen"), put_away),
    )
