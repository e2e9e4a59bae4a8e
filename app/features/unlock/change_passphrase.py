"""Changing the passphrase or PIN, with the current one asked for first.

The three fields are held nowhere but here. What waits to be sent still waits, and drafts stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, busy_indicator, guarded_page, use_scroll
from app.features.unlock.view import describe_unlock_error
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.status import banner
from app.kit.controls.text import text
from app.kit.forms.problems import error_summary
from app.kit.forms.secret_field import secret_field
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say, say_error
from assessments.errors import Locked, WrenError

_NO_PROBLEM: tuple[str, str] | None = None


@dataclass(slots=True, repr=False)
class _Typed:
    """What stands in the fields. It never shows itself."""

    old: str = ""
    new: str = ""
    again: str = ""


@ft.component
@guarded_page
def change_passphrase_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the words in use, then twice for the new ones."""
    typed = use_ref(_Typed())
    problem, show_problem = use_state(_NO_PROBLEM)
    busy, be_busy = use_state(False)
    done, be_done = use_state(False)
    scroll = use_scroll(actions)
    kind = model.credential_kind

    async def save() -> None:
        wanted, found = typed.current, _NO_PROBLEM
        if not wanted.old:
            found = ("old", say(f"unlock.{kind}-empty"))
        elif wanted.new != wanted.again:
            found = ("again", say(f"set-up.problem.{kind}-differs"))
        else:
            be_busy(True)
            try:
                await actions.session.change_passphrase(wanted.old, wanted.new)
                typed.current = _Typed()
                be_done(True)
            except Locked as error:
                found = ("old", describe_unlock_error(error))
            except WrenError as error:
                found = ("new", say_error(error))
            finally:
                be_busy(False)
        show_problem(found)
        if found:
            await scroll.to_offset(0)

    at, problem_words = problem or ("", "")

    def field(name: str, label: str, hint: str = "") -> ft.Control:
        return keyed(
            name,
            secret_field(
                kind,
                label,
                on_change=lambda words: setattr(typed.current, name, words),
                hint=hint,
                problem=problem_words if at == name else "",
            ),
        )

    if done:
        body: list[ft.Control | None] = [banner(say(f"change.{kind}-done")), text(say("change.rest"))]
        action = primary_button(say("action.home"), actions.go_home)
    else:
        body = [
            text(say("change.rest")),
            card(field("old", say(f"change.{kind}-old"))),
            card(
                field("new", say(f"change.{kind}-new"), say(f"set-up.{kind}-hint")),
                field("again", say("set-up.again")),
            ),
        ]
        action = (
            busy_indicator(say("save.saving"))
            if busy
            else primary_button(say("action.change-words"), save, name=say(f"change.{kind}-title"))
        )
    return build_page(
        model,
        actions,
        say(f"change.{kind}-title"),
        body,
        top=error_summary([problem] if problem else [], go_to=lambda _: scroll.to_offset(0)),
        action=action,
        scroll=scroll,
    )
