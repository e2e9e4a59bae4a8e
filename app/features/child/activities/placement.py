"""Putting someone or something in its place: a map of people, rooms with weather, a jar of worries.

This room knows one way of doing it, by tapping alone: write a name, choose its place; tap a name again
to move it or take it off. On the map a name can be dragged too. Nobody is suggested, the order is the
child's, and no place, weather or size means anything here. What was moved stays in the list of answers.

    placement_activity(slot)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import flet as ft

from app.features.child.activities.choice import single_choice_rows
from app.features.child.activities.placement_views import (
    PlacementView,
    default_spot,
    jar_view,
    placement_list,
    rings_view,
    rooms_view,
)
from app.features.child.bound_question import BoundQuestion, answer_value, choices_for, use_state
from app.features.child.buttons import MIN_HEIGHT_BY_BAND, child_secondary_button
from app.kit import theme
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.child_sessions import AgeBand
from assessments.engine.answers import Answered, AnswerEntry, PlacedPerson

_PLACEMENT_VIEWS: dict[str, PlacementView] = {"rings": rings_view, "rooms": rooms_view, "jar": jar_view}


@dataclass(slots=True, repr=False)
class _NameInput:
    words: str = ""


def placement_activity(slot: BoundQuestion) -> ft.Control:
    """What stands so far, and a way to add to it."""
    kept: Any = _placement_activity
    drawn: ft.Control = kept(slot, key=f"{slot.key}.placing")
    return drawn


@ft.component
@guarded_render
def _placement_activity(slot: BoundQuestion) -> ft.Control:
    typed: Any = ft.use_ref(_NameInput)
    # The field keeps its own letters: a new number makes a new, empty one.
    turn, new_field = use_state(0)
    has_name, note_name = use_state(False)
    moving, move = use_state(-1)
    people, places = current_placements(slot.current_entry()), choices_for(slot.item)
    kind = slot.item.appearance or "list"

    def type_in(words: str) -> None:
        typed.current.words = words
        note_name(bool(words.strip()))

    async def put(code: str | None) -> None:
        who, typed.current.words = typed.current.words.strip(), ""
        new_field(turn + 1)
        note_name(False)
        if who and code:
            now = current_placements(slot.current_entry())
            await slot.set_answer(
                _entry_of((*now, PlacedPerson(who, code, _spot(kind, code, places, len(now)))))
            )

    async def put_again(at: int, code: str | None) -> None:
        now = list(current_placements(slot.current_entry()))
        spot = _spot(kind, code, places, at) if code else None
        now[at : at + 1] = [replace(now[at], place=code, spot=spot)] if code else []
        move(-1)
        await slot.set_answer(_entry_of(tuple(now)))

    async def dropped(at: int, code: str, spot: tuple[int, int]) -> None:
        now = list(current_placements(slot.current_entry()))
        now[at] = replace(now[at], place=code, spot=spot)
        await slot.set_answer(_entry_of(tuple(now)))

    draw = _PLACEMENT_VIEWS.get(kind, placement_list)
    return ft.Column(
        tight=True,
        spacing=18,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            draw(
                people,
                places,
                lambda at: move(-1 if at == moving else at),
                dropped,
                MIN_HEIGHT_BY_BAND[slot.band],
            ),
            _move_panel(people[moving], places, partial(put_again, moving), lambda: move(-1), slot.band)
            if 0 <= moving < len(people)
            else None,
            keyed(
                f"{slot.key}.add",
                _add_panel(slot, turn, type_in, places if has_name else (), put),
            ),
        ),
    )


def current_placements(entry: AnswerEntry | None) -> tuple[PlacedPerson, ...]:
    """Who and what stands where."""
    value = answer_value(entry)
    return tuple(part for part in value if isinstance(part, PlacedPerson)) if isinstance(value, tuple) else ()


def _add_panel(
    slot: BoundQuestion, turn: int, type_in: Callable[[str], None], places: Sequence[Choice], put: Any
) -> ft.Control:
    kind = slot.item.appearance or "list"
    return ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            text_field(say(f"child.{kind}.name"), on_change=type_in, key=f"{slot.key}.{turn}"),
            heading(say(f"child.{kind}.where"), level=3) if places else None,
            single_choice_rows(places, None, put, slot.band) if places else None,
        ),
    )


def _move_panel(
    person: PlacedPerson, places: Sequence[Choice], put: Any, close: Callable[[], None], band: AgeBand
) -> ft.Control:
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_radius=theme.CARD_RADIUS,
        padding=16,
        content=ft.Column(
            tight=True,
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                heading(say("child.move", who=person.who)),
                single_choice_rows(
                    places, person.place, lambda code: close() if code is None else put(code), band
                ),
                ft.Row(controls=[child_secondary_button(say("people.remove"), lambda: put(None), band)]),
            ],
        ),
    )


def _spot(kind: str, code: str, places: Sequence[Choice], number: int) -> tuple[int, int] | None:
    if kind != "rings":
        return None
    return default_spot([choice.code for choice in places].index(code), len(places), number)


def _entry_of(people: tuple[PlacedPerson, ...]) -> AnswerEntry | None:
    return Answered(people) if people else None
