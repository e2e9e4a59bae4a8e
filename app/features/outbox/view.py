"""Page: the outbox. "Sent" is said only of what the service has confirmed; what is set aside says why."""

from datetime import date
from functools import partial

import flet as ft

from app.core.controller import AppController, AppState
from app.core.outbox_update import OutboxSignal, RetryPressed
from app.features.shared.page import build_page, busy_indicator, guarded_page, sync_status
from app.features.shared.text.days import format_day_and_time
from app.features.shared.text.people import tool_title
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import card, empty_state
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import has_message, say
from assessments.ports import EntryState, OutboxEntry

_SHOWN = 50
_ORDER: tuple[EntryState, ...] = ("set-aside", "waiting", "sent")


@guarded_page
def outbox_page(model: AppState, actions: AppController) -> ft.View:
    """Show how sending stands: what needs help first, then what waits, the newest first."""
    status, today = model.send_status, actions.today()
    last = format_day_and_time(status.last_sent_at, today) if status.last_sent_at else ""
    newest = sorted(model.outbox_entries, key=lambda entry: (_ORDER.index(entry.state), -entry.sequence))
    send = primary_button(
        say("action.send-now"),
        partial(actions.dispatch_outbox, OutboxSignal.SEND_PRESSED),
        icon=ft.Icons.SEND_OUTLINED,
    )
    none = empty_state(say("outbox.none"), note=say("outbox.none-note"), icon=ft.Icons.OUTBOX_OUTLINED)
    entries = (_entry(entry, model, actions) for entry in newest[:_SHOWN])
    sent = quiet(say("outbox.last-sent", when=last) if last else say("outbox.never-sent"))
    busy_or_send = busy_indicator(say("outbox.trying")) if model.is_sending else send
    return build_page(
        model,
        actions,
        say("outbox.title"),
        [_summary(model), None, *entries] if newest else [None, none],
        saved=sent if newest else None,
        action=busy_or_send if status.waiting else None,
    )


def _summary(model: AppState) -> ft.Control:
    status = model.send_status
    if status.set_aside:
        partly = say("sync.partly", sent=status.sent, n=status.set_aside)
        words = partly if status.sent else say("sync.help", n=status.set_aside)
        if status.waiting:
            words = f"{say('outbox.waiting', n=status.waiting)}. {words}"
        return banner(words, tone="help")
    if not status.waiting:
        return banner(say("sync.sent"), icon=ft.Icons.CLOUD_DONE_OUTLINED)
    is_offline = sync_status(model).state == "offline"
    return banner(
        f"{say('outbox.waiting', n=status.waiting)}. {say('outbox.safe')}",
        icon=ft.Icons.CLOUD_OFF_OUTLINED if is_offline else ft.Icons.SCHEDULE,
    )


def _entry(entry: OutboxEntry, model: AppState, actions: AppController) -> ft.Control:
    """One record by its tool and person; by its number when it belongs to no household here."""
    today, name = actions.today(), _name(entry, model)
    when = format_day_and_time(entry.queued_at, today)
    size = max(1, round(entry.size_bytes / 1024))
    buttons = [
        secondary_button(
            say("action.read"), lambda: actions.show_record(entry.id), name=say("outbox.read", name=name)
        )
    ]
    if entry.state == "set-aside":
        again = partial(actions.dispatch_outbox, RetryPressed(entry.id))
        words, named = say("action.retry-entry"), say("outbox.again", name=name)
        buttons.append(secondary_button(words, again, icon=ft.Icons.REFRESH, name=named))
    return card(
        heading(name, level=3),
        _state(entry, today),
        text(_reason(entry.reason)) if entry.state != "sent" and entry.reason else None,
        quiet(say("outbox.entry-size", when=when, size=size)),
        ft.Row(wrap=True, spacing=10, run_spacing=10, controls=buttons),
        spacing=8,
    )


def _name(entry: OutboxEntry, model: AppState) -> str:
    for page in model.households:
        for found in page.assessments:
            if found.id == entry.id:
                person = next((one.name for one in page.persons if one.id == found.subject_id), "")
                return say("outbox.of", tool=tool_title(found.instrument), name=person)
    return say("outbox.entry", n=entry.sequence)


def _state(entry: OutboxEntry, today: date) -> ft.Control:
    icon, words = {
        "waiting": (ft.Icons.SCHEDULE, say("outbox.entry-waiting")),
        "sent": (ft.Icons.CHECK, ""),
        "set-aside": (ft.Icons.INFO_OUTLINE, say("outbox.entry-set-aside")),
    }[entry.state]
    if entry.sent_at is not None:
        words = say("outbox.entry-sent", when=format_day_and_time(entry.sent_at, today))
    return ft.Row(
        spacing=8,
        controls=[
            ft.Icon(icon, size=20, color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Container(expand=True, content=text(words)),
        ],
    )


def _reason(reason: str) -> str:
    code = f"outbox.reason.{reason}"
    return say(code) if has_message(code) else say("outbox.reason.other")
