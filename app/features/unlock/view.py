"""Pages: the locked page, which shows nothing but aliases and how much waits, and changing the passphrase.

Where the passphrase cannot be tried it says so, that nothing is lost, and what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from app.core.controller import AppController, AppState
from app.core.session_update import UnlockPrompt
from app.features.shared.page import build_page, busy_indicator, centred_page, guarded_page, use_scroll
from app.features.shared.save_status import salvage_offer_card
from app.features.shared.text.days import format_time
from app.features.shared.text.people import author_display_name
from app.kit import theme
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card, nav_row
from app.kit.controls.keyed import centred, keyed, stack
from app.kit.controls.status import banner
from app.kit.controls.text import quiet, text
from app.kit.forms.problems import error_summary
from app.kit.forms.secret_field import secret_field
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say, say_error
from assessments.errors import Locked, WrenError, WrongPassphrase

# From here on it is said how many tries are left.
_WARN_ATTEMPTS_LEFT = 5


@guarded_page
def unlock_page(model: AppState, actions: AppController) -> ft.View:
    """Ask who it is and for their words, and go on at the same place."""
    typed = use_ref("")
    tries, count = use_state(0)
    problem, show_problem = use_state("")
    busy, be_busy = use_state(False)
    kind, prompt = model.credential_kind, model.unlock_prompt

    def note(words: str) -> None:
        typed.current = words

    async def choose(author: str | None) -> None:
        typed.current = ""
        show_problem("")
        await actions.session.choose_author(author)

    async def go() -> None:
        if busy:
            return
        if not typed.current:
            show_problem(say(f"unlock.{kind}-empty"))
            return
        be_busy(True)
        try:
            await actions.session.unlock(typed.current)
        except WrenError as error:
            show_problem(describe_unlock_error(error))
            # A new, empty field takes the cursor again.
            typed.current = ""
            count(tries + 1)
        finally:
            be_busy(False)

    if prompt is None:
        return centred_page(
            say("unlock.title"),
            [
                _centred_text(say("unlock.who")),
                stack(*(_author_row(author, choose) for author in model.authors), spacing=theme.LIST_GAP),
                *_footer(model, actions),
            ],
        )
    if prompt.state != "open":
        return centred_page(
            say("unlock.title"),
            [
                *_blocked_notice(prompt, actions),
                _switch_author_button(model, choose),
                *_footer(model, actions),
            ],
        )
    return centred_page(
        say("unlock.title"),
        [
            _centred_text(say(f"unlock.{kind}-lead")),
            _centred_text(author_display_name(prompt.author), strong=True)
            if len(model.authors) > 1
            else None,
            keyed(
                f"try-{prompt.author}-{tries}",
                secret_field(
                    kind, say(f"unlock.{kind}"), on_change=note, on_submit=go, problem=problem, focus=True
                ),
            ),
            busy_indicator(say("unlock.busy"))
            if busy
            else primary_button(say("action.unlock"), go, icon=ft.Icons.LOCK_OPEN_OUTLINED, fill=True),
            salvage_offer_card(actions) if model.damaged and not busy else None,
            centred(quiet_button(say(f"unlock.{kind}-forgot"), actions.session.show_recovery), wrap=True),
            _switch_author_button(model, choose),
            *_footer(model, actions),
        ],
        top=error_summary([("words", problem)] if problem else [], go_to=lambda _: None),
    )


def describe_unlock_error(error: WrenError) -> str:
    """What to say of words that did not open, with how many tries are left when they are few."""
    left = error.data.get("left")
    if isinstance(error, WrongPassphrase) and left is not None and left <= _WARN_ATTEMPTS_LEFT:
        return say("unlock.left", n=left)
    return say_error(error)


def _blocked_notice(prompt: UnlockPrompt, actions: AppController) -> list[ft.Control | None]:
    """Why words are no use now, and the one thing to do."""
    if prompt.state == "wait" and prompt.wait_until is not None:
        words = say("unlock.wait", at=format_time(prompt.wait_until))
    else:
        words = say(f"error.{prompt.state}")
    can_wait = prompt.state in ("wait", "keystore-error")
    again = secondary_button(say("action.try-again"), actions.session.refresh_unlock_prompt, fill=True)
    ask = primary_button(say("action.get-help"), actions.session.show_recovery, fill=True)
    return [banner(words, tone="help", icon=ft.Icons.LOCK_CLOCK_OUTLINED), again if can_wait else ask]


def _author_row(author: str, choose: Callable[[str], object]) -> ft.Control:
    return nav_row(author_display_name(author), icon=ft.Icons.PERSON_OUTLINE, on_tap=lambda: choose(author))


def _switch_author_button(model: AppState, choose: Callable[[str | None], object]) -> ft.Control | None:
    """The way back to everybody on this device."""
    if len(model.authors) < 2:
        return None
    return centred(quiet_button(say("action.somebody-else"), lambda: choose(None)), wrap=True)


def _footer(model: AppState, actions: AppController) -> list[ft.Control | None]:
    """What is the same whoever it is: joining, and what waits to be sent."""
    waiting = model.send_status.waiting
    return [
        centred(quiet_button(say("action.add-person-here"), actions.session.begin_set_up), wrap=True),
        centred(quiet(say("outbox.waiting", n=waiting)), wrap=True) if waiting else None,
    ]


def _centred_text(words: str, *, strong: bool = False) -> ft.Control:
    said = text(words, strong=strong)
    said.text_align = ft.TextAlign.CENTER
    return centred(said, wrap=True)


_NO_PROBLEM: tuple[str, str] | None = None


@dataclass(slots=True, repr=False)
class _Typed:
    """What stands in the fields. It never shows itself."""

    old: str = ""
    new: str = ""
    again: str = ""


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
