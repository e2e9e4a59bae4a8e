"""Page: finish a contact: each child with no record first, each with their own reason, then the outcome."""

import flet as ft

from app.core.cases.record_changes import FormState, SaveRecords
from app.core.cases.visit_queries import ChildAccount, closure_of, find_contact, roster
from app.core.controller import AppController, AppState
from app.features.shared.draft_form import (
    DraftForm,
    coded_choices,
    named_choices,
    save_handler,
    use_draft_form,
)
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.text.days import format_age
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_draft import observation_target
from app.features.visits.update import OUTCOMES, ClosureDraft, ClosureSubmitted, find_silent_children, update
from app.kit import theme
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import avatar_row, card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from assessments.casework.records import Contact
from assessments.casework.visits.accounting import reason_codes_for


@guarded_page
def close_visit_page(model: AppState, actions: AppController) -> ft.View:
    """Ask about the silent children, how it went, and finish."""
    page, here = find_contact(model.households, model.screen.target)
    form = use_draft_form(actions, f"leave {here.id}", ClosureDraft(), always_held=True)
    scroll = use_scroll(actions)
    rows = roster(page, model.households, here)
    silent = find_silent_children(rows, closure_of(page, here.id))
    names = {row.child.id: first_name(row.child) for row in silent}
    adults = page.adults(here.on)

    def submit() -> tuple[FormState, tuple[SaveRecords, ...]]:
        return update(FormState(), ClosureSubmitted(form.value, page, here, rows, names, actions.now()))

    finish = save_handler(form, submit, actions.save_visit, lambda: scroll.to_key("top"))
    summary = error_summary(list(form.problems.items()), go_to=scroll.to_key)
    return build_page(
        model,
        actions,
        say("leave.silent-title", n=len(silent)) if silent else say("leave.title"),
        [
            text(say("leave.silent-why")) if silent else None,
            *(_unaccounted_child_card(row, here, form, actions) for row in silent),
            card(
                heading(say("leave.outcome")),
                radio_rows(
                    coded_choices("outcome", OUTCOMES),
                    chosen=form.value.outcome,
                    on_choose=form.chooser("outcome"),
                ),
            ),
            card(
                heading(say("leave.answered")),
                checkbox_rows(
                    named_choices(adults), chosen=form.value.answered, on_choose=form.chooser("answered")
                ),
                spacing=theme.LIST_GAP,
            )
            if adults
            else None,
        ],
        subtitle=page.household.name,
        top=keyed("top", ft.Column(tight=True, controls=with_placeholders(summary))),
        action=primary_button(say("contact.finish"), finish),
        saved=quiet(say("contact.kept")),
        scroll=scroll,
    )


def _unaccounted_child_card(
    row: ChildAccount, here: Contact, form: DraftForm[ClosureDraft], actions: AppController
) -> ft.Control:
    """One child with nothing: add it, or say why not."""
    child = row.child
    name, at, at_day = first_name(child), f"why-{child.id}", f"day-{child.id}"
    wrong, why = form.problems.get(at), form.value.reason_of(child.id)

    def change(*, draw: bool = False, **changes: str) -> None:
        changed = form.value.reason_of(child.id).updated(**changes)
        form.change(draw=draw, why={**form.value.why, child.id: changed})

    why_words = say("leave.why-words", name=name)
    words = text_field(
        why_words if why.code == "other" else optional_label(why_words),
        value=why.words,
        on_change=lambda words: change(words=words),
        lines=2,
        key=f"words-{child.id}",
    )
    due = text_field(
        optional_label(say("leave.when", name=name)),
        value=why.due,
        on_change=lambda words: change(due=words),
        hint=say("seen.due-hint"),
        problem=form.problems.get(at_day, ""),
        width=220,
        key=f"due-{child.id}",
    )
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
                coded_choices("why", reason_codes_for(child)),
                chosen=why.code or None,
                on_choose=lambda code: change(draw=True, code=code or ""),
                clear=False,
            ),
            *([words, keyed(at_day, due)] if why.code else []),
        ),
    )
