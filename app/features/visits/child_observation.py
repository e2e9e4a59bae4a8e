"""Page: one child in one contact. It saves whatever stands there: what is missing is never asked for first.

After the contact is finished a change is a correction, with its reason, and the first version stays below it.
"""

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import FormState, SaveRecords
from app.core.cases.visit_queries import ChildAccount, closure_of, find_contact, roster
from app.core.controller import AppController, AppState
from app.features.shared.draft_form import DraftForm, coded_choices, save_handler, use_draft_form
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.phrasing_field import phrasing_checked_field
from app.features.shared.text.days import format_age
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_context import (
    circumstances_card,
    exact_words_card,
    previous_versions_card,
)
from app.features.visits.child_observation_draft import (
    ObservationDraft,
    draft_from_observation,
    observation_draft_key,
)
from app.features.visits.update import ObservationSubmitted, is_correction, update
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import avatar_row, card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.status import banner
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary
from app.kit.messages import say
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import CHILD_SEEN_STATUSES, needs_observation, reason_codes_for
from assessments.definitions.catalogue import load_child_accounting_rules
from assessments.errors import NotFound

_TOP_KEY = "top"


@guarded_page
def child_observation_page(model: AppState, actions: AppController) -> ft.View:
    """Write down one child, and keep it."""
    about = model.screen.target
    page, here, row = _find(model, about)
    child, name, before = row.child, first_name(row.child), row.observation
    corrects = is_correction(before, closure_of(page, here.id))
    form = use_draft_form(
        actions, observation_draft_key(about), draft_from_observation(before), always_held=True
    )
    scroll = use_scroll(actions)

    def submit() -> tuple[FormState, tuple[SaveRecords, ...]]:
        now = actions.now()
        return update(FormState(), ObservationSubmitted(form.value, page, here, child.id, before, now))

    how = form.value.how
    was_met = how in ("heard", "observed", "seen-not-spoken")
    who = avatar_row(child.name, text(child.name, strong=True), quiet(format_age(child, here.on)))
    summary = error_summary(list(form.problems.items()), go_to=scroll.to_key)
    # Whom the page is about stands on top, so that no word lands on a brother or sister.
    top = ft.Column(tight=True, spacing=14, controls=with_placeholders(who, summary))
    return build_page(
        model,
        actions,
        say("seen.how", name=name),
        [
            banner(say("seen.correction"), icon=ft.Icons.LOCK_OUTLINED) if corrects else None,
            _how_met(child, how, form),
            exact_words_card(name, form) if how == "heard" else None,
            _reason_not_met(child, form) if how in ("seen-not-spoken", "not-seen") else None,
            _follow_up_plan(form) if how == "not-seen" else None,
            _observed(child, here, form) if was_met else None,
            _interpretation(form) if was_met else None,
            circumstances_card(page, child, form) if was_met else None,
            card(form.text_field("amended_why", say("seen.amended-why"), lines=2)) if corrects else None,
            previous_versions_card(page, before) if before is not None else None,
        ],
        top=keyed(_TOP_KEY, top),
        action=primary_button(
            say("seen.save"),
            save_handler(form, submit, actions.save_visit, lambda: scroll.to_key(_TOP_KEY)),
        ),
        saved=quiet(say("seen.held")),
        scroll=scroll,
    )


def _find(model: AppState, about: str) -> tuple[HouseholdOverview, Contact, ChildAccount]:
    contact_id, _, child_id = about.partition(" ")
    page, here = find_contact(model.households, contact_id)
    rows = roster(page, model.households, here)
    row = next((row for row in rows if row.child.id == child_id), None)
    if row is None:
        raise NotFound
    return page, here, row


def _how_met(child: Person, chosen: str | None, form: DraftForm[ObservationDraft]) -> ft.Control:
    hows = ("observed", "not-seen") if child.is_unborn else CHILD_SEEN_STATUSES
    kind = "unborn" if child.is_unborn else "hint"
    return card(
        radio_rows(
            [Choice(how, say(f"seen.how.{how}"), say(f"seen.{kind}.{how}")) for how in hows],
            chosen=chosen,
            on_choose=form.chooser("how"),
        ),
    )


def _reason_not_met(child: Person, form: DraftForm[ObservationDraft]) -> ft.Control:
    draft = form.value
    not_seen = draft.how == "not-seen"
    return keyed(
        "why",
        card(
            heading(say("seen.why-not-seen" if not_seen else "seen.why-not-spoken", name=first_name(child))),
            radio_rows(
                coded_choices("why", reason_codes_for(child)),
                chosen=draft.why_code or None,
                on_choose=form.chooser("why_code"),
                clear=False,
            ),
            text_field(
                say("seen.why-words") if draft.why_code == "other" else optional_label(say("seen.why-words")),
                value=draft.why,
                on_change=form.setter("why"),
                problem=form.problems.get("why", ""),
                lines=2,
                key="why",
            ),
        ),
    )


def _follow_up_plan(form: DraftForm[ObservationDraft]) -> ft.Control:
    return card(
        form.text_field("plan", say("seen.plan"), hint=say("seen.plan-hint"), lines=2),
        form.text_field("due", say("seen.due"), hint=say("seen.due-hint"), width=220),
    )


def _observed(child: Person, here: Contact, form: DraftForm[ObservationDraft]) -> ft.Control:
    """What was seen, and how the child was: facts, apart from what one makes of them."""
    name, how = first_name(child), optional_label(say("seen.demeanour"))
    is_asked = needs_observation(child, load_child_accounting_rules(), here.on)
    return card(
        heading(say("seen.observed", name=name)),
        banner(say("seen.observe-young", name=name)) if is_asked else None,
        form.text_field("observation", say("seen.observation"), hint=say("seen.observation-hint"), lines=4),
        form.text_field("demeanour", how, hint=say("seen.demeanour-hint"), lines=2),
    )


def _interpretation(form: DraftForm[ObservationDraft]) -> ft.Control:
    """The writer's own words, and the only ones here that are read for phrases: no child's ever are."""
    return card(
        phrasing_checked_field(
            optional_label(say("seen.interpretation")),
            value=form.value.interpretation,
            on_change=form.setter("interpretation"),
            kept=lambda: form.value.kept,
            on_keep=form.keep_phrase,
            hint=say("seen.interpretation-hint"),
            lines=3,
            key="interpretation",
        )
    )
