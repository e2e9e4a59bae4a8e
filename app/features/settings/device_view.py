"""Page: the self-test report of this device. Nothing on it is about anybody: it may be read out."""

import flet as ft

from app.core.controller import AppController, AppState
from app.core.device.selftest import SelfTestLine, SelfTestReport, describe_line
from app.features.shared.page import build_page, busy_indicator, guarded_page
from app.kit import theme
from app.kit.controls.cards import card
from app.kit.controls.keyed import row, stack
from app.kit.controls.status import banner
from app.kit.controls.text import quiet, text
from app.kit.messages import say


@guarded_page
def device_page(model: AppState, actions: AppController) -> ft.View:
    """Show what was looked at: first what needs help."""
    report = model.selftest_report
    return build_page(
        model,
        actions,
        say("selftest.title"),
        [busy_indicator(say("selftest.checking"))] if report is None else [_summary(report), _lines(report)],
    )


def _summary(report: SelfTestReport) -> ft.Control:
    to_look_at = sum(not line.ok for line in report.lines)
    if to_look_at:
        return banner(say("selftest.some", n=to_look_at), tone="help")
    return banner(say("selftest.all"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE)


def _lines(report: SelfTestReport) -> ft.Control:
    return card(*(_line(line) for line in sorted(report.lines, key=lambda line: line.ok)), spacing=18)


def _line(line: SelfTestLine) -> ft.Control:
    return row(
        ft.Icon(
            ft.Icons.CHECK if line.ok else ft.Icons.INFO_OUTLINE,
            size=26,
            color=ft.Colors.PRIMARY if line.ok else ft.Colors.ON_SURFACE,
        ),
        ft.Semantics(
            container=True,
            expand=True,
            content=stack(
                text(describe_line(line)),
                quiet(say("selftest.ok" if line.ok else "selftest.look")),
                spacing=theme.LIST_GAP // 4,
            ),
        ),
        spacing=14,
        top=True,
    )
