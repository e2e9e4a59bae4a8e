"""The save status of a page: "Saved on this phone at 14:02", or what to do when saving failed.

"Saved" is shown only once the disk has it, by the model's `save_state`.
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
    """Draw the save status at the left of the bottom bar, on its own as saving goes on."""
    line: ft.Control = _save_status(model.save_progress)
    return line


@ft.component
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
