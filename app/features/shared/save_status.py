"""The save status of a page, and what to say and offer when saving failed or the store is damaged.

"Saved" is shown only once the disk has it. Salvage starts only when a person has read what will happen and
taps. Nothing here names what was damaged, so the offer may stand on the locked page too.
"""

from typing import Literal

import flet as ft

from app.core.controller import AppController, AppState
from app.core.state import SaveProgress
from app.features.shared.text.days import format_time
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.status import DeviceKind, banner, save_indicator
from app.kit.controls.text import text
from app.kit.hooks import component
from app.kit.messages import say
from assessments.casework.records import Assessment

_PHONES = (ft.PagePlatform.ANDROID, ft.PagePlatform.IOS)


def save_status_line(model: AppState) -> ft.Control:
    """Draw the save status at the left of the bottom bar, on its own as saving goes on."""
    return _save_status(model.save_progress)


@component
def _save_status(progress: SaveProgress) -> ft.Control:
    at = format_time(progress.saved_at) if progress.saved_at is not None else ""
    return save_indicator(progress.state, at=at, device=device_kind())


def device_kind() -> DeviceKind:
    """Return what the device is called in a sentence."""
    return "phone" if ft.context.page.platform in _PHONES else "computer"


def save_failed_banner(model: AppState, actions: AppController) -> ft.Control | None:
    """Say that saving failed, with a way to try again; None when it did not."""
    if not model.save_failed:
        return None
    again = quiet_button(say("action.try-again"), actions.retry_save)
    return banner(say("save.failed-long", device=say(f"device.{device_kind()}")), tone="help", action=again)


def unreadable_answers_banner(found: Assessment, where: Literal["here", "record"]) -> ft.Control | None:
    """Say how many answers could not be read, where they are filled in or read; None for none."""
    return banner(say(f"lost.{where}", n=found.lost_lines), tone="help") if found.lost_lines else None


def salvage_offer_card(actions: AppController) -> ft.Control | None:
    """Explain salvage and offer it; None where it cannot be done."""
    if actions.salvage is None:
        return None
    return card(
        text(say("fault.mend")),
        text(say("mend.locks")),
        secondary_button(say("action.mend"), actions.salvage, fill=True),
    )


def unreadable_records_banner(count: int) -> ft.Control | None:
    """Say that some records cannot be opened, so that the page is not taken for complete; None for 0."""
    return banner(say("lost.rows", n=count), tone="help") if count else None
