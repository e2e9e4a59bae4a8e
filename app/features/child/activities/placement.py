"""Putting someone or something in its place: a map of people, rooms with weather, a jar of worries.

A name is written and its place tapped; tapping the name again moves it or takes it off. No name is suggested,
the order is the child's, and no place, weather or size has a meaning.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import flet as ft

from app.features.child.activities import placement_views as views
from app.features.child.activities.choice import single_choice_rows
from app.features.child.bound_question import BoundQuestion, choices_for
from app.features.child.buttons import MIN_HEIGHT_BY_BAND, child_secondary_button
from app.kit.controls.keyed import centred, keyed, keyed_component, panel, row, stack
from app.kit.controls.text import heading
from app.kit.forms.choices import Choice
from app.kit.forms.fields import text_field
from app.kit.forms.placement import PlacementFlow, Spot, placement_entry, use_placement
from app.kit.messages import say
from assessments.casework.child_sessions import AgeBand
from assessments.engine.answers import PlacedPerson, parts_of


def placement_activity(bound: BoundQuestion) -> ft.Control:
    """Draw what was placed so far, and a way to add to it."""
    return _placement_activity(f"{bound.key}.placing", bound)


@keyed_component
def _placement_activity(bound: BoundQuestion) -> ft.Control:
    places = choices_for(bound.item)
    kind = bound.item.appearance or "list"
    flow = use_placement(bound.current_entry, bound.set_answer, spot=partial(_spot, kind, places))
    people = parts_of(bound.current_entry(), PlacedPerson)

    async def dropped(at: int, code: str, spot: Spot) -> None:
        now = list(parts_of(bound.current_entry(), PlacedPerson))
        now[at] = replace(now[at], place=code, spot=spot)
        await bound.set_answer(placement_entry(tuple(now)))

    tall = MIN_HEIGHT_BY_BAND[bound.band]
    match kind:
        case "rooms":
            shown = views.rooms_view(people, places, flow.toggle)
        case "jar":
            shown = views.jar_view(people, places, flow.toggle)
        case _:
            shown = views.placement_list(people, places, flow.toggle, tall)
    if kind == "rings":
        shown = stack(centred(views.rings_map("rings", people, tuple(places), dropped)), shown, spacing=18)
    is_moving = 0 <= flow.moving < len(people)
    return stack(
        shown,
        _move_panel(people[flow.moving], places, flow, bound.band) if is_moving else None,
        keyed(f"{bound.key}.add", _add_panel(bound, kind, places, flow)),
        spacing=18,
    )


def _add_panel(bound: BoundQuestion, kind: str, places: Sequence[Choice], flow: PlacementFlow) -> ft.Control:
    key = f"{bound.key}.{flow.field_version}"
    return stack(
        text_field(say(f"child.{kind}.name"), on_change=flow.type_name, key=key),
        heading(say(f"child.{kind}.where"), level=3) if flow.has_name and places else None,
        single_choice_rows(places, None, flow.place, bound.band) if flow.has_name and places else None,
        spacing=12,
    )


def _move_panel(
    person: PlacedPerson, places: Sequence[Choice], flow: PlacementFlow, band: AgeBand
) -> ft.Control:
    at = flow.moving

    async def choose(code: str | None) -> None:
        if code is None:
            flow.toggle(at)
        else:
            await flow.move(at, code)

    return panel(
        stack(
            heading(say("child.move", who=person.who)),
            single_choice_rows(places, person.place, choose, band),
            row(child_secondary_button(say("people.remove"), lambda: flow.move(at, None), band)),
            spacing=10,
        ),
        ft.Colors.SURFACE_CONTAINER_LOWEST,
    )


def _spot(kind: str, places: Sequence[Choice], code: str, number: int) -> Spot | None:
    if kind != "rings":
        return None
    return views.default_spot([choice.code for choice in places].index(code), len(places), number)
