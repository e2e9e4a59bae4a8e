"""The locked page: a passphrase, and nothing that tells what is kept behind it.

This room knows that it may be seen by anybody: it shows no name, no work and no count but that of
the sealed records that wait. The passphrase stands in the field and nowhere else.

    unlock(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.kit.buttons import primary_button, quiet_button
from app.kit.fields import passphrase_field
from app.kit.problems import error_summary
from app.kit.steady import place
from app.kit.writing import quiet, text
from app.messages import say, say_error
from app.screens.page import calm_page, quiet_page, use_drawn, use_kept, working
from app.state import Actions, Model
from assessments.errors import WrenError


@ft.component
@calm_page
def unlock(model: Model, actions: Actions) -> ft.View:
    """Ask for the passphrase and go on at the same place."""
    typed = use_kept("")
    tries, count = use_drawn(0)
    problem, show_problem = use_drawn("")
    busy, be_busy = use_drawn(False)

    def note(words: str) -> None:
        typed.now = words

    async def go() -> None:
        if busy:
            return
        if not typed.now:
            show_problem(say("unlock.empty"))
            return
        be_busy(True)
        try:
            await actions.unlock(typed.now)
        except WrenError as error:
            show_problem(say_error(error))
            # A new, empty field takes the cursor again.
            typed.now = ""
            count(tries + 1)
        finally:
            be_busy(False)

    waiting = model.status.waiting
    return quiet_page(
        say("unlock.title"),
        [
            ft.Row(alignment=ft.MainAxisAlignment.CENTER, controls=[text(say("unlock.lead"))], wrap=True),
            place(
                f"try-{tries}",
                passphrase_field(
                    say("unlock.passphrase"),
                    on_change=note,
                    on_submit=go,
                    problem=problem,
                    focus=True,
                ),
            ),
            working(say("unlock.busy"))
            if busy
            else primary_button(say("action.unlock"), go, icon=ft.Icons.LOCK_OPEN_OUTLINED, fill=True),
            ft.Row(
                alignment=ft.MainAxisAlignment.CENTER,
                controls=[quiet_button(say("unlock.forgot"), actions.get_help)],
            ),
            ft.Row(alignment=ft.MainAxisAlignment.CENTER, controls=[quiet(say("outbox.waiting", n=waiting))])
            if waiting
            else None,
        ],
        top=error_summary([("passphrase", problem)] if problem else [], go_to=lambda _: None),
    )
