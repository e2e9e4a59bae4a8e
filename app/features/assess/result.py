"""The result of an assessment, what to act on today, the practitioner's own judgement, and supplements.

Judgement can only raise the result: grades at the floor and above, each with a reason. Why a supplement is
not done can be written, and stands in the record; one about another person leads to the household.
"""

from collections.abc import Iterable

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.subject_header import subject_of
from app.features.shared.text.answers import StoredResult, describe_finding, format_scale_counts
from app.kit import theme
from app.kit.controls.cards import call_card, card, nav_row
from app.kit.controls.keyed import beside, column, keyed, keyed_component, panel, side_line, stack
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.hooks import use_ref
from app.kit.messages import say
from app.kit.phone_numbers import numbers_for
from assessments.casework.records import Assessment, Person
from assessments.definitions import catalogue
from assessments.definitions.definition import Flag, Instrument, Role
from assessments.engine.answers import Finding
from assessments.engine.form import Form, JudgementGiven, SupplementDeferred
from assessments.engine.scoring import Judgement, SupplementOffer


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


def judgement_card(form: Form, actions: AppController, name: str, problem: str) -> ft.Control | None:
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
    reason_field = text_field(
        say("judgement.reason"),
        value=reason.current,
        on_change=type_in,
        hint=say("judgement.reason-hint"),
        lines=3,
        key=f"{name}.reason",
    )
    return card(
        heading(say("judgement.title")),
        quiet(say("judgement.lead")),
        problem_line(problem) if problem else None,
        radio_rows(rows, chosen=chosen, on_choose=choose),
        reason_field if chosen else None,
    )


def _scale_count(tool: Instrument, scale: StoredResult) -> ft.Control:
    title = next((known.title for known in tool.scales if known.id == scale["id"]), scale["id"])
    words = say("result.count", title=title, n=scale["value"], of=scale["of"])
    number = ft.Text(str(scale["value"]), theme_style=theme.NUMBER)
    silent, ground = ft.Semantics(exclude_semantics=True, content=number), ft.Colors.SURFACE_CONTAINER_HIGH
    box = panel(silent, ground, padding=(16, 10), radius=theme.BUTTON_RADIUS)
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
    padding = ft.Padding.only(left=14, top=2, bottom=2)
    return [side_line(column(*words, spacing=4), ft.Colors.PRIMARY, padding=padding)]


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


def raised_flags(instrument: Instrument, findings: Iterable[Finding]) -> tuple[Flag, ...]:
    """Return the raised flags of a tool, in the order of the tool."""
    ids = (finding.data.get("flag") for finding in findings if finding.code == "same-day")
    return flags_with_ids(instrument, ids)


def flags_with_ids(instrument: Instrument, ids: Iterable[object]) -> tuple[Flag, ...]:
    """Return the flags of a tool with these ids, in the order of the tool."""
    wanted = frozenset(ids)
    return tuple(flag for flag in instrument.flags if flag.id in wanted)


def flag_card(flag: Flag) -> ft.Control:
    """Draw what to do today about one flag, and who to call."""
    return keyed(f"flag-{flag.id}", call_card(flag.text, flag.do, numbers_for(flag.call)))


def offers_card(form: Form, model: AppState, actions: AppController) -> ft.Control | None:
    """Draw the supplements that the answers call for, with room to say why one is not done now."""
    offers = _for_role(form.result.offers, model.role)
    if not offers:
        return None
    return card(heading(say("offers.title")), *(_offer(offer, actions) for offer in offers))


def _offer(offer: SupplementOffer, actions: AppController) -> ft.Control:
    def typed(words: str) -> None:
        actions.autosave.queue_input(SupplementDeferred(offer.tool, words))

    title = catalogue.load_tool(offer.tool).title
    key, label = f"offer-{offer.tool}", say("offers.why-not", tool=title)
    reason = text_field(label, value=offer.reason, on_change=typed, key=key)
    below = quiet(say("offers.done")) if offer.state == "done" else reason
    return keyed(key, stack(text(title, strong=True), quiet(offer.because), below, spacing=6))


def offer_rows(done: Assessment, model: AppState, actions: AppController) -> list[ft.Control]:
    """List the tools to go on with after completing, each for the person it is about."""
    offers = [
        SupplementOffer(**offer)
        for offer in (done.result or {}).get("supplements", ())
        if offer["state"] == "offered" and offer["tool"] in catalogue.list_tool_ids()
    ]
    rows = [_row(offer, done, subject_of(model, done), actions) for offer in _for_role(offers, model.role)]
    return [heading(say("offers.next")), *rows] if rows else []


def _row(
    offer: SupplementOffer, done: Assessment, person: Person | None, actions: AppController
) -> ft.Control:
    tool = catalogue.load_tool(offer.tool)
    is_same = person is not None and (
        tool.subject == "either" or (tool.subject == "child") == person.is_child(actions.today())
    )

    async def go_on() -> None:
        if is_same:
            await actions.start_assessment(done.subject_id, tool.id)
        else:
            await actions.go_to_household(done.household_id)

    return nav_row(tool.title, note=offer.because, on_tap=go_on)


def _for_role(offers: Iterable[SupplementOffer], role: Role) -> list[SupplementOffer]:
    return [offer for offer in offers if role in catalogue.load_tool(offer.tool).roles]
