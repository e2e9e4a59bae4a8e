"""Page: finish a contact: each child with no record first, then how the contact went.

For each such child there are two ways on: add what was seen, or say why not. Everything written is saved
already, and Back leads to it. No reason given for one child is put under another.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.core.cases.visit_queries import ChildAccount, closure_of, find_contact, roster
from app.core.controller import AppController, AppState
from app.features.shared.draft_form import DraftForm, use_draft_form
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.text.days import format_age
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_draft import observation_target
from app.features.visits.closure_draft import ClosureDraft, validate_closure
from app.kit import theme
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import avatar_row, card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.casework_records import VisitOutcome
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import reason_codes_for

_OUTCOMES: tuple[VisitOutcome, ...] = ("met", "refused", "no-answer", "cut-short")
_NO_PROBLEMS: list[tuple[str, str]] = []


@ft.component
@guarded_page
def close_visit_page(model: AppState, actions: AppController) -> ft.View:
    """Ask about the silent children, how it went, and finish."""
    page, here = find_contact(model.households, model.screen.target)
    form = use_draft_form(actions, f"leave {here.id}", ClosureDraft(), always_held=True)
    problems, show_problems = use_state(_NO_PROBLEMS)
    scroll = use_scroll(actions)
    rows = roster(page, model.households, here)
    ended = closure_of(page, here.id)
    given = ended.silent if ended is not None else {}
    silent = [row for row in rows if row.standing.is_unaccounted and row.child.id not in given]

    async def finish() -> None:
        found = validate_closure(form.value, {row.child.id: first_name(row.child) for row in silent})
        show_problems(found)
        if found:
            await scroll.to_key("top")
            return
        now = form.value
        reasons = {child_id: why.to_reason() for child_id, why in now.why.items()}
        outcome: VisitOutcome = next((code for code in _OUTCOMES if code == now.outcome), "")
        still = await actions.visit_commands.close_visit(page, here, rows, reasons, outcome, now.answered)
        if not still:
            form.clear_draft()
            await actions.go_back()

    adults = page.adults(here.on)
    return build_page(
        model,
        actions,
        say("leave.silent-title", n=len(silent)) if silent else say("leave.title"),
        [
            text(say("leave.silent-why")) if silent else None,
            *(_unaccounted_child_card(row, here, form, dict(problems), actions) for row in silent),
            _outcome(form.value.outcome, form.chooser("outcome")),
            _adults_who_answered(adults, form.value.answered, form.chooser("answered")) if adults else None,
        ],
        subtitle=page.household.name,
        top=keyed(
            "top",
            ft.Column(
                tight=True,
                controls=with_placeholders(error_summary(problems, go_to=scroll.to_key)),
            ),
        ),
        action=primary_button(say("contact.finish"), finish),
        saved=quiet(say("contact.kept")),
        scroll=scroll,
    )


def _unaccounted_child_card(
    row: ChildAccount,
    here: Contact,
    form: DraftForm[ClosureDraft],
    problems: dict[str, str],
    actions: AppController,
) -> ft.Control:
    """One child with nothing: add it, or say why not."""
    child = row.child
    name, at = first_name(child), f"why-{child.id}"
    wrong, wrong_day = problems.get(at), problems.get(f"day-{child.id}")
    why = form.value.reason_of(child.id)

    def change(*, draw: bool = False, **changes: str) -> None:
        changed = form.value.reason_of(child.id).updated(**changes)
        form.change(draw=draw, why={**form.value.why, child.id: changed})

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
                chosen=why.code or None,
                on_choose=lambda code: change(draw=True, code=code or ""),
                clear=False,
            ),
            *(
                [
                    text_field(
                        say("leave.why-words", name=name)
                        if why.code == "other"
                        else optional_label(say("leave.why-words", name=name)),
                        value=why.words,
                        on_change=lambda words: change(words=words),
                        lines=2,
                        key=f"words-{child.id}",
                    ),
                    keyed(
                        f"day-{child.id}",
                        text_field(
                            optional_label(say("leave.when", name=name)),
                            value=why.due,
                            on_change=lambda words: change(due=words),
                            hint=say("seen.due-hint"),
                            problem=wrong_day or "",
                            width=220,
                            key=f"due-{child.id}",
                        ),
                    ),
                ]
                if why.code
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
    adults: tuple[Person, ...], chosen: tuple[str, ...], on_choose: Callable[[tuple[str, ...]], None]
) -> ft.Control:
    return card(
        heading(say("leave.answered")),
        checkbox_rows([Choice(one.id, one.name) for one in adults], chosen=chosen, on_choose=on_choose),
        spacing=theme.LIST_GAP,
    )
