"""Around the meeting with a child: who was there, where, in which language, seen alone, and where they sleep.

This room asks and writes nothing of its own. It says when somebody of the family is named as the
interpreter, and it shows what a correction corrects.

    circumstances_card(page, child, sheet)
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.core.cases.case_service import HouseholdOverview
from app.core.cases.visit_queries import earlier_versions
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_draft import ObservationDraft
from app.kit.controls.cards import card
from app.kit.controls.status import banner
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.casework_records import ChildObservation
from assessments.casework.records import Person
from assessments.casework.visits.accounting import find_relatives_interpreting

_YES_NO_FIELDS = ("alone", "at_home", "sleeping_place_seen")


def circumstances_card(page: HouseholdOverview, child: Person, sheet: ObservationDraft) -> ft.Control:
    """Alone, at home, where the child sleeps; then who was there and in which language."""
    half, name = sheet.values, first_name(child)
    others = [person for person in page.persons if person.id != child.id]
    return card(
        heading(say("seen.around")),
        *(_yes_no_field(mark, name, sheet) for mark in _YES_NO_FIELDS),
        *(
            ft.Column(
                tight=True,
                spacing=8,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                controls=[
                    text(say(f"seen.{which}"), strong=True),
                    _people_present_field(which, others, sheet),
                ],
            )
            for which in ("present", "in_earshot")
        ),
        text_field(
            optional_label(say("seen.place")),
            value=half["place"],
            on_change=lambda words: sheet.set_values(place=words),
            hint=say("seen.place-hint"),
            key="place",
        ),
        text_field(
            optional_label(say("seen.language")),
            value=half["language"],
            on_change=lambda words: sheet.set_values(language=words),
            key="language",
        ),
        _interpreter(page, sheet),
    )


def previous_versions_card(page: HouseholdOverview, one: ChildObservation) -> ft.Control | None:
    """What a correction corrects, the first version first; None when nothing was corrected."""
    versions = earlier_versions(page, one)
    if not versions:
        return None
    return card(
        heading(say("seen.before")),
        quiet(say("seen.corrected-because", why=one.amended_why)),
        *(quiet(_summarise(version)) for version in versions),
    )


def _summarise(one: ChildObservation) -> str:
    """A version in one line: how, the words in quotation marks, and what was seen."""
    how = say(f"seen.how.{one.how}") if one.how else say("seen.nothing")
    said = [say("said.words", words=line.words) for line in one.said]
    return ". ".join(part for part in (how, *said, one.observation, one.why, one.plan) if part.strip())


def _yes_no_field(mark: str, name: str, sheet: ObservationDraft) -> ft.Control:
    """Yes or no, or nothing: what is not written is not a no."""
    given = sheet.values[mark]

    def row(code: str, value: bool) -> ft.Control:
        return ft.Container(
            expand=True,
            content=radio_rows(
                [Choice(code, say(f"seen.{code}"))],
                chosen=code if given is value else None,
                on_choose=lambda chosen: sheet.set_values(
                    draw=True, **_single_field(mark, None if chosen is None else value)
                ),
                clear=False,
            ),
        )

    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text(say(f"seen.{mark}", name=name), strong=True),
            ft.Row(spacing=8, controls=[row("yes", True), row("no", False)]),
        ],
    )


def _people_present_field(which: str, others: list[Person], sheet: ObservationDraft) -> ft.Control:
    """People of the household by id. Somebody else is a name as it was typed."""
    known = {person.id for person in others}
    chosen = [one for one in sheet.values[which] if one in known]
    typed = next((one for one in sheet.values[which] if one not in known), "")

    def choose(codes: tuple[str, ...]) -> None:
        kept = [one for one in sheet.values[which] if one not in known]
        sheet.set_values(draw=True, **_single_field(which, [*codes, *kept]))

    def name(words: str) -> None:
        kept = [one for one in sheet.values[which] if one in known]
        sheet.set_values(**_single_field(which, [*kept, words] if words.strip() else kept))

    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            checkbox_rows([Choice(one.id, one.name) for one in others], chosen=chosen, on_choose=choose),
            text_field(
                optional_label(say(f"seen.{which}-else")),
                value=typed,
                on_change=name,
                key=f"{which}-else",
            ),
        ],
    )


def _single_field(name: str, value: Any) -> dict[str, Any]:
    return {name: value}


def _interpreter(page: HouseholdOverview, sheet: ObservationDraft) -> ft.Control:
    """Who interpreted: never somebody of the family."""

    def typed(words: str) -> None:
        changed = named != find_relatives_interpreting(words, page.persons)
        sheet.set_values(interpreter=words, draw=changed)

    named = find_relatives_interpreting(sheet.values["interpreter"], page.persons)
    names = ", ".join(first_name(one) for one in page.persons if one.id in named)
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text_field(
                optional_label(say("seen.interpreter")),
                value=sheet.values["interpreter"],
                on_change=typed,
                hint=say("seen.interpreter-hint"),
                key="interpreter",
            ),
            *([banner(say("seen.relative", names=names), tone="help")] if named else []),
        ],
    )
