"""The page to choose a tool for one person. A tool for another age or role is not hidden: it stands apart and
says why. Where the date of birth is not known, the choice is left to the practitioner.
"""

import re
from collections.abc import Callable

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, guarded_page
from app.features.shared.text.days import format_age
from app.features.shared.text.people import find_person, first_name
from app.kit import theme
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card, empty_state
from app.kit.controls.keyed import column, row
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.records import Person
from assessments.definitions import catalogue
from assessments.definitions.ages import fits_age
from assessments.definitions.definition import Instrument
from assessments.definitions.suggest import Suggestion, suggest

_NONE: frozenset[str] = frozenset()
_UNITS = {"Y": "age.years", "M": "age.months", "W": "age.weeks", "D": "age.days"}


@guarded_page
def tool_picker_page(model: AppState, actions: AppController) -> ft.View:
    """Draw the tools for this person."""
    opened, open_ = use_state(_NONE)
    _, person = find_person(model, model.screen.target)
    on = actions.today()
    found = suggest(
        born=person.born,
        on=on,
        role=model.role,
        adult=not person.is_child(on),
        unborn=person.born is None and (person.due is not None or "unborn" in person.roles),
    )
    fitting = [catalogue.load_tool(one.tool) for one in found if one.fits != "no"]
    # A person's ways of communicating are not on record: whoever is there knows, and chooses.
    by_needs = [
        tool
        for tool in (catalogue.load_tool(one.tool) for one in found if "made-for-needs" in one.reasons)
        if fits_age(tool, person.born, on) is not False
    ]
    others = [
        (tool, describe_not_offered(one))
        for one in found
        if _is_shown_apart(one) and (tool := catalogue.load_tool(one.tool)) not in by_needs
    ]
    is_unsure = any("age-not-known" in one.reasons for one in found)

    def offered(tool: Instrument) -> ft.Control:
        return _tool_card(tool, person, actions, tool.id in opened, lambda: open_(opened ^ {tool.id}))

    return build_page(
        model,
        actions,
        say("pick.title"),
        [
            banner(say("pick.unknown-age")) if is_unsure else None,
            *(offered(tool) for tool in fitting),
            None if fitting else empty_state(say("pick.none"), note=say("pick.none-note")),
            heading(say("pick.by-needs")) if by_needs else None,
            *(offered(tool) for tool in by_needs),
            heading(say("pick.others")) if others else None,
            *(_unsuitable_tool_card(tool, why) for tool, why in others),
        ],
        subtitle=say("pick.for", name=first_name(person), age=format_age(person, on)),
    )


def _is_shown_apart(one: Suggestion) -> bool:
    """Tell whether a tool that does not fit is shown apart: it is about people like this one."""
    return one.fits == "no" and not {"about-adult", "about-child", "born", "not-born"} & set(one.reasons)


def describe_not_offered(one: Suggestion) -> str:
    """Say why a tool is not offered."""
    tool = catalogue.load_tool(one.tool)
    if "other-age" in one.reasons:
        return say("pick.other-age", ages=_format_age_range(tool))
    if "other-role" in one.reasons:
        return say("pick.other-role", roles=", ".join(say(f"roles.{code}") for code in tool.roles))
    return " ".join(say(f"suggest.{reason}") for reason in one.reasons)


def _format_age_range(tool: Instrument) -> str:
    low, high = _format_age_limit(tool.age_from), _format_age_limit(tool.age_below)
    if low and high:
        return say("pick.ages-between", low=low, high=high)
    return say("pick.ages-from", low=low) if low else say("pick.ages-below", high=high)


def _format_age_limit(age: str) -> str:
    """Format an ISO duration such as "P7Y"; "" or "P0D" is birth."""
    found = re.fullmatch(r"P(\d+)([YMWD])", age)
    if found is None or found[1] == "0":
        return say("pick.birth") if found else age
    return say(_UNITS[found[2]], n=int(found[1]))


def _tool_card(
    tool: Instrument, person: Person, actions: AppController, is_open: bool, on_toggle: Callable[[], None]
) -> ft.Control:
    low, high = tool.minutes
    icon = ft.Icons.EXPAND_LESS if is_open else ft.Icons.EXPAND_MORE
    name = say("pick.not-for-of", tool=tool.title)
    return card(
        heading(tool.title),
        quiet(say("pick.minutes", low=low, high=high)),
        text(tool.purpose),
        row(quiet_button(say("pick.not-for"), on_toggle, icon=icon, name=name)),
        column(*map(_bullet, tool.not_for), spacing=6) if is_open else None,
        secondary_button(
            say("action.start"),
            lambda: actions.start_assessment(person.id, tool.id),
            icon=ft.Icons.PLAY_ARROW_OUTLINED,
            fill=True,
            name=say("pick.start", tool=tool.title),
        ),
    )


def _bullet(words: str) -> ft.Control:
    return row(
        ft.Icon(ft.Icons.REMOVE, size=20, color=ft.Colors.ON_SURFACE_VARIANT),
        ft.Container(expand=True, content=quiet(words)),
        top=True,
    )


def _unsuitable_tool_card(tool: Instrument, why: str) -> ft.Control:
    title = ft.Text(tool.title, color=ft.Colors.ON_SURFACE_VARIANT, weight=ft.FontWeight.W_700)
    return ft.Container(
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
        border_radius=theme.CARD_RADIUS,
        padding=18,
        content=column(title, quiet(why), spacing=4),
    )
