"""What a page says about keeping: "Saved on this phone at 14:02", and what to do when it is not, or
when something that was kept cannot be read any more.

This room knows the words for how keeping stands. "Saved" is said only once the disk has it; that is
the model's word.

    page_frame(..., saved=save_status_line(model))
"""

from __future__ import annotations

from typing import Literal

import flet as ft

from app.core.controller import AppController, AppState
from app.core.state import SaveProgress
from app.features.shared.text.days import format_time
from app.kit.controls.buttons import quiet_button
from app.kit.controls.status import DeviceKind, banner, save_indicator
from app.kit.messages import say
from assessments.casework.records import Assessment

_PHONES = (ft.PagePlatform.ANDROID, ft.PagePlatform.IOS)


def save_status_line(model: AppState) -> ft.Control:
    """The line at the left of the bottom bar, drawn on its own as saving goes on."""
    line: ft.Control = _save_status(model.save_progress)
    return line


@ft.component
def _save_status(progress: SaveProgress) -> ft.Control:
    at = format_time(progress.saved_at) if progress.saved_at is not None else ""
    return save_indicator(progress.state, at=at, device=device_kind())


def device_kind() -> DeviceKind:
    """What the thing in the hand is called."""
    return "phone" if ft.context.page.platform in _PHONES else "computer"


def save_failed_banner(model: AppState, actions: AppController) -> ft.Control | None:
    """A calm word and a way on while the disk refuses; None when all is well."""
    if not model.save_failed:
        return None
    again = quiet_button(say("action.try-again"), actions.retry_save)
    return banner(say("save.failed-long", device=say(f"device.{device_kind()}")), tone="help", action=again)


def unreadable_answers_banner(found: Assessment, where: Literal["here", "record"]) -> ft.Control | None:
    """That answers could not be read, where somebody goes on with them or reads them; None when all could."""
    return banner(say(f"lost.{where}", n=found.lost_lines), tone="help") if found.lost_lines else None
