"""Getting back in without the passphrase: ask, read a code out, and choose new words.

This room knows how a request stands, from the store and the service, and asks again every few seconds
while it is open. It keeps nothing: a request that waits is found again after the app was closed. It shows
no name but the short ones of those who share a device. The new passphrase stands in the fields and nowhere
else.

    recovery_page(regaining, on_back=to_unlock, on_open=let_in, key="recover")
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import flet as ft

from app.core.device.account_recovery import AccountRecovery, RecoveryStatus, read_answers
from app.features.recovery.request_parts import (
    check_status_button,
    describe_request_status,
    help_contact_card,
    offline_exchange_card,
    request_form,
    spell_out,
)
from app.features.shared.page import busy_indicator, centred_page, use_ref, use_state
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.fault_boundary import Handler, guarded_render
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import page_frame
from app.kit.controls.status import banner
from app.kit.controls.text import code_text, text
from app.kit.forms.problems import error_summary
from app.kit.forms.secret_field import secret_field
from app.kit.messages import say, say_error
from assessments.errors import WrenError

POLL_INTERVAL_S = 4.0
_NOBODY: tuple[str, ...] = ()
_NOT_ASKED: RecoveryStatus | None = None
_NO_TASK: asyncio.Task[None] | None = None

OnRecovered = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RecoveryForm:
    """What stands in the fields. It never shows itself: it holds a passphrase."""

    secret: str = ""
    secret_again: str = ""
    answers: str = ""

    def __repr__(self) -> str:
        return "<RecoveryForm>"


def recovery_page(
    regaining: AccountRecovery, *, on_back: Handler | None, on_open: OnRecovered, key: str
) -> ft.View:
    """The page, under a name of its own."""
    drawn: Any = _recovery_component
    view: ft.View = drawn(regaining, on_back, on_open, key=key)
    return view


@ft.component
def _recovery_component(regaining: AccountRecovery, on_back: Handler | None, on_open: OnRecovered) -> ft.View:
    """One page in three states: before asking, asked, and both have agreed."""
    drawn = _recovery_view(regaining, on_back, on_open)
    if isinstance(drawn, ft.View):
        return drawn
    return centred_page(say("error.title"), [drawn])


@guarded_render
def _recovery_view(regaining: AccountRecovery, on_back: Handler | None, on_open: OnRecovered) -> ft.View:
    authors, know_authors = use_state(_NOBODY)
    author, choose = use_state("")
    asked, show = use_state(_NOT_ASKED)
    problem, show_problem = use_state(("", ""))
    busy, be_busy = use_state(False)
    copied, be_copied = use_state(False)
    by_text, show_text = use_state(False)
    typed = use_ref(RecoveryForm())
    polling = use_ref(_NO_TASK)
    waits = asked is not None and asked.state in (None, "asked") and not asked.is_agreed

    async def calmly(work: Callable[[], Awaitable[None]], at: str = "page") -> None:
        """Do something that may be refused, and say so at its place."""
        if busy:
            return
        be_busy(True)
        show_problem(("", ""))
        try:
            await work()
        except WrenError as error:
            show_problem((at, say_error(error)))
        finally:
            be_busy(False)

    async def find() -> None:
        found = await asyncio.to_thread(regaining.authors)
        know_authors(found)
        waiting = await asyncio.to_thread(regaining.pending_author)
        choose(waiting or (found[0] if len(found) == 1 else ""))
        if waiting:
            show(await regaining.read_status(waiting))

    async def ask() -> None:
        if not author:
            show_problem(("who", say("recover.who-problem")))
            return

        async def work() -> None:
            show(await regaining.request_recovery(author))

        await calmly(work)

    async def look() -> None:
        async def work() -> None:
            if asked is not None:
                show(_merge_status(asked, await regaining.read_status(asked.author)))

        await calmly(work)

    async def keep_looking() -> None:
        while asked is not None:
            await asyncio.sleep(POLL_INTERVAL_S)
            with suppress(WrenError):
                show(_merge_status(asked, await regaining.read_status(asked.author)))

    def start_looking() -> None:
        if waits:
            polling.current = asyncio.create_task(keep_looking())

    def stop_looking() -> None:
        if polling.current is not None:
            polling.current.cancel()
            polling.current = None

    async def stop() -> None:
        async def work() -> None:
            if asked is not None:
                stop_looking()
                await regaining.cancel(asked.author)
            show(None)

        await calmly(work)

    async def use_answers() -> None:
        async def work() -> None:
            if asked is None:
                return
            given = replace(asked, answers=read_answers(typed.current.answers))
            if not given.is_agreed:
                show_problem(("answers", say("recover.one-answer")))
                return
            show(given)

        await calmly(work, at="answers")

    async def copy() -> None:
        if asked is not None:
            # Sealed for two keys that this device does not have: the one text that may be copied.
            await ft.Clipboard().set(asked.request_text)
            be_copied(True)

    async def save() -> None:
        wanted = typed.current
        if wanted.secret != wanted.secret_again:
            show_problem(("again", say("set-up.problem.passphrase-differs")))
            return

        async def work() -> None:
            if asked is not None:
                await regaining.finish(asked.author, asked.answers, wanted.secret)
                typed.current = RecoveryForm()
                await on_open(asked.author, wanted.secret)

        await calmly(work, at="words")

    def note(**what: str) -> None:
        typed.current = replace(typed.current, **what)

    def problem_at(place: str) -> str:
        return problem[1] if problem[0] == place else ""

    ft.use_effect(find, [])
    ft.use_effect(start_looking, [waits, asked.code if asked else ""], stop_looking)

    top = error_summary([problem] if problem[1] else [], go_to=lambda _: None)
    if asked is None:
        return page_frame(
            say("recover.title"),
            [
                text(say("recover.lead" if regaining.has_key else "error.key-absent"), strong=True),
                *request_form(authors, author, choose, ask, busy),
            ],
            route="/",
            on_cover=None,
            on_back=on_back,
            top=top,
            key="recover-ask",
        )
    if asked.is_agreed:
        kind = regaining.credential_kind
        return page_frame(
            say("recover.words-title"),
            [
                banner(say("recover.words-lead"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE),
                card(
                    secret_field(
                        kind,
                        say(f"unlock.{kind}"),
                        hint=say(f"set-up.{kind}-hint"),
                        on_change=lambda letters: note(secret=letters),
                        problem=problem_at("words"),
                    ),
                    secret_field(
                        kind,
                        say("set-up.again"),
                        on_change=lambda letters: note(secret_again=letters),
                        on_submit=save,
                        problem=problem_at("again"),
                    ),
                ),
                busy_indicator(say("unlock.busy"))
                if busy
                else primary_button(say("recover.save"), save, fill=True),
            ],
            route="/",
            on_cover=None,
            on_back=on_back,
            top=top,
            key="recover-words",
        )
    return page_frame(
        say("recover.code-title"),
        [
            card(
                text(say("recover.code-lead")),
                code_text(asked.code.replace("-", "  "), said=spell_out(asked.code)),
                banner(
                    describe_request_status(asked) if regaining.has_key else say("recover.no-key"),
                    tone="calm" if asked.state in (None, "asked") else "help",
                ),
                check_status_button(look, busy) if regaining.has_key else None,
            ),
            help_contact_card(),
            keyed(
                "answers",
                offline_exchange_card(asked, copied, copy, note, use_answers, problem_at("answers")),
            )
            if by_text or asked.state is None
            else quiet_button(say("recover.by-text"), lambda: show_text(True)),
            secondary_button(say("recover.stop"), stop, fill=True),
        ],
        route="/",
        on_cover=None,
        on_back=on_back,
        top=top,
        key="recover-code",
    )


def _merge_status(before: RecoveryStatus, now: RecoveryStatus) -> RecoveryStatus:
    """How it stands now; what was already agreed is not lost with the connection."""
    return replace(now, answers=now.answers or before.answers)
