"""Adding a household: its name, and everyone in it with a date of birth or the plain word that it is
not known.

What is typed here is held until it is saved: locking, going back and a dropped phone lose none of it.
The page asks for no more than is needed to start. The rest (relationships, other names) comes later.

    add_household_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, busy_indicator, guarded_page, use_ref, use_scroll, use_state
from app.features.shared.parse_typed import parse_day
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import scroll_to, scroll_to_key
from app.kit.controls.text import heading, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say
from assessments.casework.ids import new_id
from assessments.casework.records import Household, Person

ROLES_IN_FAMILY = ("child", "unborn", "mother", "father", "carer", "partner", "other")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """One person as typed so far. It never shows itself."""

    key: str
    name: str = ""
    role: str | None = None
    born: str = ""
    unknown: bool = False

    def __repr__(self) -> str:
        return f"<PersonDraft {self.key}>"


_DRAFT_KEY = "add-household"
_EMPTY_PEOPLE: tuple[PersonDraft, ...] = (PersonDraft("1"),)
_NO_PROBLEMS: dict[str, str] = {}


@ft.component
@guarded_page
def add_household_page(model: AppState, actions: AppController) -> ft.View:
    """Ask for the name and the people, and save them together."""
    first_name, first_people = _load_draft(actions)
    name = use_ref(first_name)
    people, show_people = use_state(first_people)
    # Typing changes `typed` at once and draws nothing; a choice draws the page again.
    typed = use_ref(people)
    problems, show_problems = use_state(_NO_PROBLEMS)
    scroll = use_scroll(actions)

    def hold() -> None:
        is_empty = not name.current and typed.current == _EMPTY_PEOPLE
        plain = {"name": name.current, "people": [asdict(one) for one in typed.current]}
        actions.set_screen_draft(_DRAFT_KEY, None if is_empty else plain)

    def note(key: str, *, draw: bool = False, **what: Any) -> None:
        typed.current = tuple(replace(one, **what) if one.key == key else one for one in typed.current)
        hold()
        if draw:
            show_people(typed.current)

    def set_name(words: str) -> None:
        name.current = words
        hold()

    def add() -> None:
        typed.current = (*typed.current, PersonDraft(new_id()))
        hold()
        show_people(typed.current)

    def remove(key: str) -> None:
        typed.current = tuple(one for one in typed.current if one.key != key)
        hold()
        show_people(typed.current)

    async def save() -> None:
        found = validate_household(name.current, typed.current, actions.today())
        show_problems(found)
        if found:
            await scroll_to(scroll, 0)
            return
        household = Household(id=new_id(), name=name.current.strip())
        await actions.add_household(
            household, tuple(_person_from_draft(one, household.id) for one in typed.current)
        )

    return build_page(
        model,
        actions,
        say("add.title"),
        [
            keyed(
                "name",
                card(
                    text_field(
                        say("add.name"),
                        value=name.current,
                        on_change=set_name,
                        hint=say("add.name-hint"),
                        problem=problems.get("name", ""),
                        key="name",
                    )
                ),
            ),
            *(
                _person_card(one, n, problems, note, remove if len(people) > 1 else None)
                for n, one in enumerate(people, start=1)
            ),
            ft.Row(controls=[secondary_button(say("action.add-person"), add, icon=ft.Icons.ADD)]),
        ],
        top=error_summary(list(problems.items()), go_to=lambda at: scroll_to_key(scroll, at)),
        action=busy_indicator(say("save.saving"))
        if model.busy
        else primary_button(say("action.save-household"), save),
        scroll=scroll,
    )


def _load_draft(actions: AppController) -> tuple[str, tuple[PersonDraft, ...]]:
    """What stood here when the page was left."""
    begun = actions.screen_draft(_DRAFT_KEY)
    return (
        (begun["name"], tuple(PersonDraft(**one) for one in begun["people"]))
        if begun
        else ("", _EMPTY_PEOPLE)
    )


def validate_household(name: str, people: tuple[PersonDraft, ...], today: date) -> dict[str, str]:
    """What is still wanting, by the place on the page."""
    found = {} if name.strip() else {"name": say("add.problem.name")}
    if len(name.strip()) > _LONGEST_NAME:
        found["name"] = say("add.problem.long", n=_LONGEST_NAME)
    for n, one in enumerate(people, start=1):
        if not one.name.strip():
            found[f"name-{one.key}"] = say("add.problem.person-name", n=n)
        elif len(one.name.strip()) > _LONGEST_NAME:
            found[f"name-{one.key}"] = say("add.problem.long", n=_LONGEST_NAME)
        if one.role is None:
            found[f"role-{one.key}"] = say("add.problem.role", n=n)
        day = parse_day(one.born)
        if not one.unknown and day is None:
            found[f"born-{one.key}"] = say("add.problem.born", n=n)
        elif not one.unknown and one.role != "unborn" and day is not None and day > today:
            found[f"born-{one.key}"] = say("add.problem.ahead", n=n)
    return found


def _person_from_draft(one: PersonDraft, household_id: str) -> Person:
    day = None if one.unknown else parse_day(one.born)
    is_unborn = one.role == "unborn"
    return Person(
        id=new_id(),
        household_id=household_id,
        name=one.name.strip(),
        born=None if is_unborn else day,
        due=day if is_unborn else None,
        roles=(one.role or "other",),
    )


def _person_card(
    one: PersonDraft,
    n: int,
    problems: dict[str, str],
    note: Callable[..., None],
    remove: Callable[[str], None] | None,
) -> ft.Control:
    """One person to fill in. Without a date of birth the place in the family says who is a child."""
    at = one.key
    wrong_role = problems.get(f"role-{at}")
    said_day = say("add.due") if one.role == "unborn" else say("add.born")
    return keyed(
        f"person-{at}",
        card(
            heading(say("add.person", n=n)),
            keyed(
                f"name-{at}",
                text_field(
                    say("add.person-name"),
                    value=one.name,
                    on_change=lambda words: note(at, name=words),
                    problem=problems.get(f"name-{at}", ""),
                    key=f"name-{at}",
                ),
            ),
            keyed(
                f"role-{at}",
                ft.Column(
                    tight=True,
                    spacing=8,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    controls=[
                        text(say("add.role"), strong=True),
                        *([problem_line(wrong_role)] if wrong_role else []),
                        radio_rows(
                            [Choice(code, say(f"kin.{code}")) for code in ROLES_IN_FAMILY],
                            chosen=one.role,
                            on_choose=lambda code: note(at, draw=True, role=code),
                            clear=False,
                        ),
                    ],
                ),
            ),
            keyed(
                f"born-{at}",
                text_field(
                    said_day,
                    value=one.born,
                    on_change=lambda words: note(at, born=words),
                    hint=say("add.born-hint"),
                    problem=problems.get(f"born-{at}", ""),
                    width=220,
                    key=f"born-{at}",
                ),
            ),
            checkbox_rows(
                [Choice("unknown", say("add.unknown"))],
                chosen=("unknown",) if one.unknown else (),
                on_choose=lambda codes: note(at, draw=True, unknown=bool(codes)),
            ),
            ft.Row(controls=[quiet_button(say("action.remove", n=n), lambda: remove(at))])
            if remove is not None
            else None,
        ),
    )
