"""The result of an assessment, and the practitioner's own judgement on top.

The engine's result is shown whole: each count with what is missing, each route with its reasons, the
grade with its floor. Judgement can only raise it: grades at the floor and above, each with a reason.

    result_card(form), judgement_card(form, actions)
"""

from __future__ import annotations

import flet as ft

from app.core.controller import AppController
from app.features.shared.text.answers import StoredResult, describe_finding, format_scale_counts
from app.kit import theme
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, keyed_component
from app.kit.controls.stack import beside
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_area
from app.kit.forms.problems import problem_line
from app.kit.hooks import use_ref
from app.kit.messages import say
from assessments.definitions.definition import Instrument
from assessments.engine.form import Form, JudgementGiven
from assessments.engine.scoring import Judgement


def result_card(form: Form) -> ft.Control | None:
    """Draw what an open form comes to so far."""
    return stored_result_card(form.instrument, form.result.to_plain())


def stored_result_card(tool: Instrument, result: StoredResult) -> ft.Control | None:
    """Draw the counts, the grade and the routes. None for a tool without scales and grades."""
    if not (tool.scales or tool.grades):
        return None
    return card(
        heading(say("record.result")),
        *(_scale_count(tool, scale) for scale in result["scales"]),
        *(_grade(tool, result["grade"]) if tool.grades else ()),
        *(_route(tool, route) for route in result["routes"]),
        spacing=18,
    )


def finding_banners(form: Form) -> list[ft.Control]:
    """Draw the sentences that the answers call for, naming what is not known and matters."""
    found = [finding for finding in form.findings if finding.severity != "today"]
    words = [describe_finding(form.instrument, finding.to_plain()) for finding in found]
    below = next((finding for finding in found if finding.code == "judgement-below-floor"), None)
    if below is not None:
        words.append(say("judgement.below", grade=_format_grade(form.instrument, below.data["floor"])))
    return [banner(sentence, tone="help") for sentence in dict.fromkeys(words) if sentence]


def meaning_card(tool: Instrument) -> ft.Control:
    """Draw what the result means and what it does not."""
    return card(
        heading(say("record.means")),
        text(tool.means),
        heading(say("record.does-not-mean")),
        text(tool.does_not_mean),
    )


def judgement_card(form: Form, actions: AppController, *, name: str, problem: str = "") -> ft.Control | None:
    """Draw the practitioner's own grade, with its reason. None for a tool without grades."""
    if not form.instrument.grades:
        return None
    return keyed("judgement", _judgement_card(f"{name}.judgement", form, actions, name, problem))


@keyed_component
def _judgement_card(form: Form, actions: AppController, name: str, problem: str) -> ft.Control:
    given = form.context.judgement
    reason = use_ref(given.reason if given else "")
    levels = [code for code, _ in form.instrument.grades]
    floor = form.result.grade.floor
    offered = levels[levels.index(floor) :] if floor in levels else levels
    chosen = given.grade if given and given.grade in offered else None

    async def choose(grade: str | None) -> None:
        await actions.dispatch(JudgementGiven(Judgement(grade, reason.current) if grade else None))

    def type_in(words: str) -> None:
        reason.current = words
        if chosen:
            actions.autosave.queue_input(JudgementGiven(Judgement(chosen, words)))

    rows = [Choice(code, _format_grade(form.instrument, code)) for code in offered]
    return card(
        heading(say("judgement.title")),
        quiet(say("judgement.lead")),
        problem_line(problem) if problem else None,
        radio_rows(rows, chosen=chosen, on_choose=choose),
        text_area(
            say("judgement.reason"),
            value=reason.current,
            on_change=type_in,
            hint=say("judgement.reason-hint"),
            lines=3,
            key=f"{name}.reason",
        )
        if chosen
        else None,
    )


def _scale_count(tool: Instrument, scale: StoredResult) -> ft.Control:
    title = next((known.title for known in tool.scales if known.id == scale["id"]), scale["id"])
    words = say("result.count", title=title, n=scale["value"], of=scale["of"])
    number = ft.Text(str(scale["value"]), theme_style=theme.NUMBER)
    box = ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        border_radius=theme.BUTTON_RADIUS,
        padding=ft.Padding.symmetric(horizontal=16, vertical=10),
        content=ft.Semantics(exclude_semantics=True, content=number),
    )
    return beside(box, text(words, strong=True), quiet(format_scale_counts(scale)), gap=16, top=False)


def _grade(tool: Instrument, grade: StoredResult) -> list[ft.Control]:
    if grade["value"] is None:
        return [text(say("result.no-grade"))]
    words: list[ft.Control] = [text(_format_grade(tool, grade["value"]), strong=True)]
    if grade["floor"] == grade["value"]:
        words.append(quiet(say("result.floor")))
    elif grade["floor"] is not None:
        words.append(quiet(say("result.raised", grade=_format_grade(tool, grade["floor"]))))
    if grade.get("provisional"):
        words.append(text(say("grade.provisional")))
    words += [quiet(reason) for reason in grade["reasons"]]
    return [
        ft.Container(
            border=ft.Border.only(left=ft.BorderSide(4, ft.Colors.PRIMARY)),
            padding=ft.Padding.only(left=14, top=2, bottom=2),
            content=ft.Column(tight=True, spacing=4, controls=words),
        )
    ]


def _route(tool: Instrument, route: StoredResult) -> ft.Control:
    """Draw one route, met or not, with its reasons."""
    title = next((known.title for known in tool.routes if known.id == route["id"]), route["id"])
    is_open = route["met"]
    icon = ft.Icon(
        ft.Icons.CHECK_CIRCLE if is_open else ft.Icons.CIRCLE_OUTLINED,
        size=24,
        color=ft.Colors.PRIMARY if is_open else ft.Colors.ON_SURFACE_VARIANT,
    )
    words = text(say("record.met" if is_open else "record.not-met", title=title), strong=is_open)
    return beside(icon, words, *(quiet(reason) for reason in route["reasons"]), gap=12)


def _format_grade(tool: Instrument, code: str) -> str:
    return dict(tool.grades).get(code, code)
