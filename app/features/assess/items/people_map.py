"""People on a map: a name, and the place that the child gives it, by tapping.

This room knows the places of a map as headings with the people in them, in the order in which they
were placed. Nobody is dragged, nobody is suggested, and a name that has no place yet is held.

    people_map_control(bound)
"""

from __future__ import annotations

from functools import partial
from typing import Any

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.not_answered import not_answered_rows
from app.features.shared.page import use_ref, use_state
from app.kit.controls.buttons import quiet_button
from app.kit.controls.fault_boundary import guarded_render
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.messages import say
from assessments.engine.answers import Answered, AnswerEntry, PlacedPerson


def people_map_control(bound: BoundItem) -> ft.Control:
    """The map of one question, and the ways of not answering."""
    kept: Any = _map
    the_map: ft.Control = kept(bound, key=f"{bound.key}.map")
    return ft.Column(
        tight=True,
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=with_placeholders(
            None if bound.not_answered else the_map,
            not_answered_rows(bound, aside=lambda: _to_draft(bound), back=_from_draft),
        ),
    )


def lacks_place(half: Any) -> bool:
    """Whether a name stands here that has no place on the map."""
    return isinstance(half, dict) and bool(str(half.get("name") or "").strip())


@ft.component
@guarded_render
def _map(bound: BoundItem) -> ft.Control:
    people = _placed(bound.current_entry())
    typed = use_ref(str((bound.draft or {}).get("name") or ""))
    # The field keeps its own letters: a new number makes a new, empty one.
    turn, new_field = use_state(0)
    has_name, note_name = use_state(bool(typed.current))
    moving, move = use_state(-1)

    def type_in(name: str) -> None:
        typed.current = name
        note_name(bool(name.strip()))
        bound.set_answer_debounced(
            _entry_of(_placed(bound.current_entry())), {"name": name} if name.strip() else None
        )

    async def put(code: str | None) -> None:
        name, typed.current = typed.current.strip(), ""
        new_field(turn + 1)
        note_name(False)
        if name and code:
            await bound.set_answer(
                _entry_of((*_placed(bound.current_entry()), PlacedPerson(name, code))), None
            )

    async def put_again(at: int, code: str | None) -> None:
        now = list(_placed(bound.current_entry()))
        now[at : at + 1] = [PlacedPerson(now[at].who, code)] if code else []
        move(-1)
        await bound.set_answer(_entry_of(tuple(now)), _name_draft(typed.current))

    rings = [
        Choice(option.code, option.text, option.hint, picture=option.picture) for option in bound.item.options
    ]
    return ft.Column(
        tight=True,
        spacing=18,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *(
                _ring(
                    ring,
                    [(at, person) for at, person in enumerate(people) if person.place == ring.code],
                    on_person=lambda at: move(-1 if at == moving else at),
                    mover=lambda at: (
                        _move_panel(
                            people[at].place, rings, on_choose=lambda code, at=at: put_again(at, code)
                        )
                        if at == moving
                        else None
                    ),
                )
                for ring in rings
            ),
            keyed(
                f"{bound.key}.add",
                ft.Column(
                    tight=True,
                    spacing=12,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    controls=with_placeholders(
                        text_field(
                            say("people.name"),
                            value=typed.current,
                            on_change=type_in,
                            problem=bound.problem,
                            key=f"{bound.key}.name.{turn}",
                        ),
                        heading(say("people.where"), level=3) if has_name else None,
                        radio_rows(rings, chosen=None, on_choose=put) if has_name else None,
                    ),
                ),
            ),
        ],
    )


def _ring(ring: Choice, inside: list[tuple[int, PlacedPerson]], *, on_person: Any, mover: Any) -> ft.Control:
    rows: list[ft.Control] = []
    for at, person in inside:
        rows.append(_person(person.who, partial(on_person, at)))
        if (drawn := mover(at)) is not None:
            rows.append(drawn)
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[heading(ring.text, level=3), *(rows or [quiet(say("people.nobody"))])],
    )


def _person(who: str, on_tap: Any) -> ft.Control:
    # No mark of a person: on some maps it is a room, a place or a worry.
    looks = ft.Row(
        spacing=12,
        controls=[
            ft.Container(expand=True, content=text(who, colour=ft.Colors.ON_SECONDARY_CONTAINER)),
            ft.Icon(ft.Icons.SWAP_VERT, size=24, color=ft.Colors.ON_SECONDARY_CONTAINER),
        ],
    )
    return tappable(
        say("people.move", who=who), looks, on_tap, bgcolor=ft.Colors.SECONDARY_CONTAINER, padding=(16, 12)
    )


def _move_panel(now: str, rings: list[Choice], *, on_choose: Any) -> ft.Control:
    return ft.Container(
        border=ft.Border.only(left=ft.BorderSide(3, ft.Colors.OUTLINE_VARIANT)),
        padding=ft.Padding.only(left=14),
        content=ft.Column(
            tight=True,
            spacing=8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                heading(say("people.where"), level=3),
                # Tapping the place where the person is changes nothing: taking off has its own button.
                radio_rows(rings, chosen=now, on_choose=lambda code: on_choose(code or now), clear=False),
                ft.Row(controls=[quiet_button(say("people.remove"), lambda: on_choose(None))]),
            ],
        ),
    )


def _placed(entry: AnswerEntry | None) -> tuple[PlacedPerson, ...]:
    if not isinstance(entry, Answered) or not isinstance(entry.value, tuple):
        return ()
    return tuple(part for part in entry.value if isinstance(part, PlacedPerson))


def _entry_of(people: tuple[PlacedPerson, ...]) -> AnswerEntry | None:
    return Answered(people) if people else None


def _name_draft(name: str | None) -> dict[str, str] | None:
    return {"name": name} if name and name.strip() else None


def _to_draft(bound: BoundItem) -> dict[str, Any] | None:
    """The map and the name, in a form that can be held while a way of not answering is chosen."""
    people = [{"who": person.who, "place": person.place} for person in _placed(bound.current_entry())]
    name = str((bound.draft or {}).get("name") or "")
    return {"name": name, "people": people} if people or name else None


def _from_draft(half: Any) -> tuple[AnswerEntry | None, dict[str, str] | None]:
    held = half if isinstance(half, dict) else {}
    people = tuple(PlacedPerson(part["who"], part["place"]) for part in held.get("people", ()))
    return _entry_of(people), _name_draft(held.get("name"))
