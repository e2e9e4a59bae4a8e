"""The notice that two people have let somebody in under this person's name, on another device.

It stays until it is put away, and says what to do if it was somebody else.
"""

from __future__ import annotations

from contextlib import suppress

import flet as ft

from app.core.cases.case_service import run_blocking
from app.core.controller import AppController
from app.features.shared.text.days import format_day
from app.kit.controls.buttons import quiet_button
from app.kit.controls.status import banner
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.errors import Locked


@ft.component
def recovery_notice(actions: AppController) -> ft.Control:
    """The line, or nothing."""
    day, show = use_state("")

    async def read() -> None:
        moment = None
        with suppress(Locked):  # locked since this was drawn: there is nobody to tell
            moment = await run_blocking(actions.session.recovered_elsewhere)
        if moment is not None:
            show(format_day(moment.astimezone().date(), actions.today(), near=False))

    async def put_away() -> None:
        await run_blocking(actions.session.dismiss_recovery_notice)
        show("")

    ft.use_effect(read, [])
    if not day:
        return ft.Container(visible=False)
    return banner(
        say("today.recovered", day=day),
        tone="help",
        action=quiet_button(say("today.recovered-seen"), put_away),
    )
