"""Putting someone or something in its place: a map of people, rooms with weather, a jar of worries.

This room knows one way of doing it, by tapping alone: write a name, choose its place; tap a name again
to move it or take it off. On the map a name can be dragged too. Nobody is suggested, the order is the
child's, and no place, weather or size means anything here. What was moved stays in the list of answers.

    placing(slot)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import flet as ft

from app.features.child.activities.choosing import one_of
from app.features.child.activities.looks import Looks, jar, list_of, rings, rooms, spot_in
from app.features.child.buttons import TALL, aside
from app.features.child.slot import Slot, choices_of, use_drawn, value_of
from app.kit import theme
from app.kit.controls.fault_boundary import calm_render
from app.kit.controls.keyed import place, steady
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.casework.child_sessions import Band
from assessments.engine.answers import Answered, Entry, Placed

_LOOKS: dict[str, Looks] = {"rings": rings, "rooms": rooms, "jar": jar}


@dataclass(slots=True, repr=False)
class _Typed:
    words: str = ""


def placing(slot: Slot) -> ft.Control:
    """What stands so far, and a way to add to it."""
    kept: Any = _placing
    drawn: ft.Control = kept(slot, key=f"{slot.key}.placing")
    return drawn


@ft.component
@calm_render
def _placing(slot: Slot) -> ft.Control:
    typed: Any = ft.use_ref(_Typed)
    # The field keeps its own letters: a new number makes a new, empty one.
    turn, new_field = use_drawn(0)
    has_name, note_name = use_drawn(False)
    moving, move = use_drawn(-1)
    people, places = placed_of(slot.current_entry()), choices_of(slot.item)
    kind = slot.item.appearance or "list"

    def type_in(words: str) -> None:
        typed.current.words = words
        note_name(bool(words.strip()))

    async def put(code: str | None) -> None:
        who, typed.current.words = typed.current.words.strip(), ""
        new_field(turn + 1)
        note_name(False)
        if who and code:
            now = placed_of(slot.current_entry())
            await slot.set_answer(_entry((*now, Placed(who, code, _spot(kind, code, places, len(now))))))

    async def put_again(at: int, code: str | None) -> None:
        now = list(placed_of(slot.current_entry()))
        spot = _spot(kind, code, places, at) if code else None
        now[at : at + 1] = [replace(now[at], place=code, spot=spot)] if code else []
        move(-1)
        await slot.set_answer(_entry(tuple(now)))

    async def dropped(at: int, code: str, spot: tuple[int, int]) -> None:
        now = list(placed_of(slot.current_entry()))
        now[at] = replace(now[at], place=code, spot=spot)
        await slot.set_answer(_entry(tuple(now)))

    draw = _LOOKS.get(kind, list_of)
    return ft.Column(
        tight=True,
        spacing=18,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=steady(
            draw(people, places, lambda at: move(-1 if at == moving else at), dropped, TALL[slot.band]),
            _mover(people[moving], places, partial(put_again, moving), lambda: move(-1), slot.band)
            if 0 <= moving < len(people)
            else None,
            place(
                f"{slot.key}.add",
                _adding(slot, turn, type_in, places if has_name else (), put),
            ),
        ),
    )


def placed_of(entry: Entry | None) -> tuple[Placed, ...]:
    """Who and what stands where."""
    value = value_of(entry)
    return tuple(part for part in value if isinstance(part, Placed)) if isinstance(value, tuple) else ()


def _adding(
    slot: Slot, turn: int, type_in: Callable[[str], None], places: Sequence[Choice], put: Any
) -> ft.Control:
    kind = slot.item.appearance or "list"
    return ft.Column(
        tight=True,
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=steady(
            text_field(say(f"child.{kind}.name"), on_change=type_in, key=f"{slot.key}.{turn}"),
            heading(say(f"child.{kind}.where"), level=3) if places else None,
            one_of(places, None, put, slot.band) if places else None,
        ),
    )


def _mover(
    person: Placed, places: Sequence[Choice], put: Any, close: Callable[[], None], band: Band
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
                one_of(places, person.place, lambda code: close() if code is None else put(code), band),
                ft.Row(controls=[aside(say("people.remove"), lambda: put(None), band)]),
            ],
        ),
    )


def _spot(kind: str, code: str, places: Sequence[Choice], number: int) -> tuple[int, int] | None:
    if kind != "rings":
        return None
    return spot_in([choice.code for choice in places].index(code), len(places), number)


def _entry(people: tuple[Placed, ...]) -> Entry | None:
    return Answered(people) if people else None
