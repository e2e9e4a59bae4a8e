"""Finishing a contact: an interruption for each child with nothing, then how it went.

This room names the silent children and gives two ways on for each: add what was seen, or say why not.
It blocks no saving: everything written is kept already, and Back leads to it. Nothing is chosen for
anybody, and no reason given for one child is put under another.

    close_visit_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.core.cases.visit_queries import ChildAccount, closure_of, find_contact, roster
from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, guarded_page, use_ref, use_scroll, use_state
from app.features.shared.parse_typed import parse_day
from app.features.shared.text.days import format_age
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_draft import observation_target, reason_codes_for
from app.kit import theme
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import avatar_row, card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.page_frame import scroll_to_key
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import is_reason_given
from assessments.casework.visits.closing import NoRecordReason

_OUTCOMES = ("met", "refused", "no-answer", "cut-short")
_LONGEST = 1000
_NO_PROBLEMS: list[tuple[str, str]] = []


@ft.component
@guarded_page
def close_visit_page(model: AppState, actions: AppController) -> ft.View:
    """Ask about the silent children, how it went, and finish."""
    page, here = find_contact(model.households, model.screen.target)
    name = f"leave {here.id}"
    half, show = use_state(actions.screen_draft(name) or {"why": {}, "outcome": None, "answered": []})
    # Letters change this at once and draw nothing; a choice draws the page again.
    typed = use_ref(half)
    problems, show_problems = use_state(_NO_PROBLEMS)
    scroll = use_scroll(actions)
    rows = roster(page, model.households, here)
    ended = closure_of(page, here.id)
    given = ended.silent if ended is not None else {}
    silent = [row for row in rows if row.standing.is_unaccounted and row.child.id not in given]

    def note(*, draw: bool = True, **what: Any) -> None:
        typed.current = {**typed.current, **what}
        actions.set_screen_draft(name, typed.current)
        if draw:
            show(typed.current)

    def note_why(child_id: str, *, draw: bool = False, **what: str) -> None:
        before = typed.current["why"].get(child_id, {})
        note(draw=draw, why={**typed.current["why"], child_id: {**before, **what}})

    async def finish() -> None:
        wrong = _validate(silent, typed.current["why"])
        show_problems(wrong)
        if wrong:
            await scroll_to_key(scroll, "top")
            return
        reasons = {child_id: _reason(why) for child_id, why in typed.current["why"].items()}
        still = await actions.visit_commands.close_visit(
            page, here, rows, reasons, typed.current["outcome"] or "", tuple(typed.current["answered"])
        )
        if not still:
            actions.set_screen_draft(name, None)
            await actions.go_back()

    adults = page.adults(here.on)
    return build_page(
        model,
        actions,
        say("leave.silent-title", n=len(silent)) if silent else say("leave.title"),
        [
            text(say("leave.silent-why")) if silent else None,
            *(
                _unaccounted_child_card(
                    row, here, half["why"].get(row.child.id, {}), dict(problems), note_why, actions
                )
                for row in silent
            ),
            _outcome(half["outcome"], lambda code: note(outcome=code)),
            _adults_who_answered(adults, half["answered"], lambda codes: note(answered=list(codes)))
            if adults
            else None,
        ],
        subtitle=page.household.name,
        top=keyed(
            "top",
            ft.Column(
                tight=True,
                controls=with_placeholders(
                    error_summary(problems, go_to=lambda at: scroll_to_key(scroll, at))
                ),
            ),
        ),
        action=primary_button(say("contact.finish"), finish),
        saved=quiet(say("contact.kept")),
        scroll=scroll,
    )


def _unaccounted_child_card(
    row: ChildAccount,
    here: Contact,
    why: dict[str, str],
    problems: dict[str, str],
    note: Callable[..., None],
    actions: AppController,
) -> ft.Control:
    """One child with nothing: add it, or say why not."""
    child = row.child
    name, at = first_name(child), f"why-{child.id}"
    wrong, wrong_day = problems.get(at), problems.get(f"day-{child.id}")
    return keyed(
        at,
        card(
            avatar_row(child.name, heading(child.name), quiet(format_age(child, here.on))),
            secondary_button(
                say("leave.add", name=name),
                lambda: actions.open_screen("seen", observation_target(here.id, child.id)),
                icon=ft.Icons.EDIT_OUTLINED,
                fill=True,
            ),
            text(say("leave.why", name=name), strong=True),
            problem_line(wrong) if wrong else None,
            radio_rows(
                [Choice(code, say(f"why.{code}")) for code in reason_codes_for(child)],
                chosen=why.get("code") or None,
                on_choose=lambda code: note(child.id, draw=True, code=code or ""),
                clear=False,
            ),
            *(
                [
                    text_field(
                        say("leave.why-words", name=name)
                        if why["code"] == "other"
                        else optional_label(say("leave.why-words", name=name)),
                        value=why.get("words", ""),
                        on_change=lambda words: note(child.id, words=words),
                        lines=2,
                        key=f"words-{child.id}",
                    ),
                    keyed(
                        f"day-{child.id}",
                        text_field(
                            optional_label(say("leave.when", name=name)),
                            value=why.get("due", ""),
                            on_change=lambda words: note(child.id, due=words),
                            hint=say("seen.due-hint"),
                            problem=wrong_day or "",
                            width=220,
                            key=f"due-{child.id}",
                        ),
                    ),
                ]
                if why.get("code")
                else []
            ),
        ),
    )


def _outcome(chosen: str | None, on_choose: Callable[[str | None], None]) -> ft.Control:
    return card(
        heading(say("leave.outcome")),
        radio_rows(
            [Choice(code, say(f"outcome.{code}")) for code in _OUTCOMES], chosen=chosen, on_choose=on_choose
        ),
    )


def _adults_who_answered(
    adults: tuple[Person, ...], chosen: list[str], on_choose: Callable[[tuple[str, ...]], None]
) -> ft.Control:
    return card(
        heading(say("leave.answered")),
        checkbox_rows([Choice(one.id, one.name) for one in adults], chosen=chosen, on_choose=on_choose),
        spacing=theme.LIST_GAP,
    )


def _reason(why: dict[str, str]) -> NoRecordReason:
    return NoRecordReason(why.get("code", ""), why.get("words", ""), parse_day(why.get("due", "")))


def _validate(silent: list[ChildAccount], whys: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """What stands in the way of finishing, child by child."""
    found = []
    for row in silent:
        why, name = whys.get(row.child.id, {}), first_name(row.child)
        if not is_reason_given(why.get("code", ""), why.get("words", "")):
            found.append((f"why-{row.child.id}", say("leave.problem", name=name)))
        elif len(why.get("words", "")) > _LONGEST:
            found.append((f"why-{row.child.id}", say("seen.problem.long")))
        if why.get("due", "").strip() and parse_day(why["due"]) is None:
            found.append((f"day-{row.child.id}", say("seen.problem.due")))
    return found
