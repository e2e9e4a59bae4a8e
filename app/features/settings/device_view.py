"""About this device: what it found when it looked at itself, line by line, in plain words.

This room shows a report and judges nothing. Nothing on it is of anybody, so it may be read out on
the telephone to a support team.

    device(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.controller import Actions, Model
from app.core.device.selftest import Line, Report, words_of
from app.features.shared.page import calm_page, page_of, working
from app.kit import theme
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import quiet, text
from app.kit.messages import say


@ft.component
@calm_page
def device(model: Model, actions: Actions) -> ft.View:
    """Show what was looked at: first what needs help."""
    report = model.selftest_report
    return page_of(
        model,
        actions,
        say("selftest.title"),
        [working(say("selftest.checking"))] if report is None else [_summary(report), _lines(report)],
    )


def _summary(report: Report) -> ft.Control:
    to_look_at = sum(not line.ok for line in report.lines)
    if to_look_at:
        return banner(say("selftest.some", n=to_look_at), tone="help")
    return banner(say("selftest.all"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE)


def _lines(report: Report) -> ft.Control:
    return card(*(_line(line) for line in sorted(report.lines, key=lambda line: line.ok)), spacing=18)


def _line(line: Line) -> ft.Control:
    return ft.Row(
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
        controls=[
            ft.Icon(
                ft.Icons.CHECK if line.ok else ft.Icons.INFO_OUTLINE,
                size=26,
                color=ft.Colors.PRIMARY if line.ok else ft.Colors.ON_SURFACE,
            ),
            ft.Semantics(
                container=True,
                expand=True,
                content=ft.Column(
                    tight=True,
                    spacing=theme.LIST_GAP // 4,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    controls=[
                        text(words_of(line)),
                        quiet(say("selftest.ok" if line.ok else "selftest.look")),
                    ],
                ),
            ),
        ],
    )
