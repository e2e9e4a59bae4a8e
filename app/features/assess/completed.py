"""The page after completing: the sync status, what to do today, and the other children. "Sent" is shown only
once the service has acknowledged the record.
"""

from collections.abc import Sequence

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.core.outbox_update import OutboxSignal
from app.features.assess.result import flag_card, flags_with_ids, offer_rows
from app.features.shared.page import build_page, guarded_page
from app.features.shared.save_status import device_kind
from app.features.shared.subject_header import subject_header
from app.features.shared.text.days import format_age, format_day_and_time
from app.features.shared.text.people import describe_last_heard
from app.kit.controls.buttons import primary_button, quiet_button
from app.kit.controls.cards import nav_row, person_row
from app.kit.controls.status import banner
from app.kit.controls.text import heading
from app.kit.messages import say
from assessments.casework.records import Assessment, Person
from assessments.definitions import catalogue
from assessments.definitions.definition import Flag
from assessments.errors import NotFound


@guarded_page
def completed_page(model: AppState, actions: AppController) -> ft.View:
    """Draw that a record is complete, and what comes next."""
    done = model.record
    if done is None:
        raise NotFound
    page = model.household_of(done.subject_id)
    grade = (done.result or {}).get("grade") or {}
    return build_page(
        model,
        actions,
        say("finished.title"),
        [
            _send_status_banner(model, actions, done),
            *(flag_card(flag) for flag in _flags(done)),
            # There is a grade for which nobody has looked at the history.
            banner(say("known.follow-up"), tone="help") if grade.get("provisional") else None,
            *offer_rows(done, model, actions),
            *_other_children(page, done, actions),
            nav_row(
                say("household.who-seen"),
                note=say("household.who-seen-note"),
                icon=ft.Icons.HOW_TO_REG_OUTLINED,
                on_tap=lambda: actions.open_screen("contact", done.contact_id),
            ),
        ],
        top=subject_header(model, actions, done),
        action=primary_button(say("finished.household"), lambda: actions.go_to_household(done.household_id)),
        back=False,
        spacing=18,
    )


def _send_status_banner(model: AppState, actions: AppController, done: Assessment) -> ft.Control:
    """Draw the sync status, from the outbox."""
    entry = next((found for found in model.outbox_entries if found.id == done.id), None)
    device = say(f"device.{device_kind()}")
    if entry is not None and entry.state == "sent" and entry.sent_at is not None:
        when = format_day_and_time(entry.sent_at, actions.today())
        return banner(say("finished.sent", device=device, when=when), icon=ft.Icons.CLOUD_DONE_OUTLINED)
    outbox = quiet_button(say("finished.outbox"), lambda: actions.dispatch_outbox(OutboxSignal.OPENED))
    if entry is not None and entry.state == "set-aside":
        return banner(say("finished.set-aside", device=device), tone="help", action=outbox)
    return banner(say("finished.waiting", device=device), icon=ft.Icons.CHECK_CIRCLE_OUTLINED, action=outbox)


def _flags(done: Assessment) -> Sequence[Flag]:
    found = (done.result or {}).get("findings", ())
    ids = [finding["data"].get("flag") for finding in found if finding["code"] == "same-day"]
    return flags_with_ids(catalogue.load_tool(done.instrument), ids)


def _other_children(
    page: HouseholdOverview | None, done: Assessment, actions: AppController
) -> list[ft.Control]:
    """List the other children, each with what has been heard or seen of that child so far."""
    today = actions.today()
    others = [child for child in page.children(today) if child.id != done.subject_id] if page else []
    if page is None or not others:
        return []

    def row(child: Person) -> ft.Control:
        return person_row(
            child.name,
            format_age(child, today),
            note=describe_last_heard(page, child.id, today),
            on_tap=lambda: actions.open_screen("pick", child.id),
        )

    return [heading(say("finished.others")), *(row(child) for child in others)]
