"""What the pages of an open assessment share: their top, and the page for when none is open."""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import OpenAssessment
from app.core.controller import AppController, AppState
from app.features.shared.save_status import save_failed_banner, unreadable_answers_banner
from app.features.shared.subject_header import subject_header
from app.kit.controls.page_frame import page_frame
from app.kit.controls.stack import stack
from app.kit.messages import say


def closed_page(actions: AppController) -> ft.View:
    """Draw that no assessment is open."""
    return page_frame(
        say("assess.closed"),
        [],
        route="/",
        on_cover=actions.session.lock,
        on_back=actions.go_back,
        key="closed",
    )


def form_top(
    model: AppState,
    actions: AppController,
    work: OpenAssessment,
    problems: ft.Control | None,
    progress: ft.Control | None = None,
) -> ft.Control:
    """Draw whom the assessment is about, how far through it is, and what is wrong."""
    return stack(
        subject_header(model, actions, work.assessment),
        progress,
        save_failed_banner(model, actions),
        unreadable_answers_banner(work.assessment, "here"),
        problems,
        spacing=14,
    )
