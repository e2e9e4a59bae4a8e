"""People on a map: a name, and the place that the child gives it, by tapping. No name is suggested, and a
name without a place is kept as the item's draft.
"""

from collections.abc import Callable
from functools import partial

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import ItemDraft, PeopleMapDraft
from app.features.assess.items.not_answered import with_not_answered
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import keyed, keyed_component, row, side_line, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.placement import PlacementFlow, placement_entry, use_placement
from app.kit.messages import say
from assessments.engine.answers import AnswerEntry, PlacedPerson, parts_of


def people_map_control(bound: BoundItem) -> ft.Control:
    """Draw the map of one question, and the ways of not answering."""

    def to_draft() -> PeopleMapDraft | None:
        people, name = parts_of(bound.current_entry(), PlacedPerson), _name_in(bound.draft)
        return PeopleMapDraft(name, people) if people or name else None

    drawn = _map(f"{bound.key}.map", bound)
    return with_not_answered(bound, drawn, to_draft=to_draft, from_draft=_from_draft)


def lacks_place(draft: ItemDraft | None) -> bool:
    """Tell whether a draft holds a name that has no place on the map."""
    return bool(_name_in(draft).strip())


@keyed_component
def _map(bound: BoundItem) -> ft.Control:
    async def save(entry: AnswerEntry | None) -> None:
        await bound.set_answer(entry, _name_draft(flow.typed.current))

    flow = use_placement(bound.current_entry, save, name=_name_in(bound.draft))
    people = parts_of(bound.current_entry(), PlacedPerson)

    def type_in(name: str) -> None:
        flow.type_name(name)
        entry = placement_entry(parts_of(bound.current_entry(), PlacedPerson))
        bound.set_answer_debounced(entry, _name_draft(name))

    rings = [
        Choice(option.code, option.text, option.hint, picture=option.picture) for option in bound.item.options
    ]
    name_field = text_field(
        say("people.name"),
        value=flow.typed.current,
        on_change=type_in,
        problem=bound.problem,
        key=f"{bound.key}.name.{flow.field_version}",
    )
    adding = stack(
        name_field,
        heading(say("people.where"), level=3) if flow.has_name else None,
        radio_rows(rings, chosen=None, on_choose=flow.place) if flow.has_name else None,
        spacing=12,
    )
    shown = (_ring(ring, people, rings, flow) for ring in rings)
    return stack(*shown, keyed(f"{bound.key}.add", adding), spacing=18)


def _ring(
    ring: Choice, people: tuple[PlacedPerson, ...], rings: list[Choice], flow: PlacementFlow
) -> ft.Control:
    rows: list[ft.Control] = []
    for at, person in enumerate(people):
        if person.place == ring.code:
            rows.append(_person(person.who, partial(flow.toggle, at)))
            if at == flow.moving:
                rows.append(_move_panel(person.place, rings, on_choose=partial(flow.move, at)))
    return stack(heading(ring.text, level=3), *(rows or [quiet(say("people.nobody"))]))


def _person(who: str, on_tap: Callable[[], object]) -> ft.Control:
    # No mark of a person: on some maps it is a room, a place or a worry.
    looks = row(
        ft.Container(expand=True, content=text(who, colour=ft.Colors.ON_SECONDARY_CONTAINER)),
        ft.Icon(ft.Icons.SWAP_VERT, size=24, color=ft.Colors.ON_SECONDARY_CONTAINER),
        spacing=12,
    )
    return tappable(
        say("people.move", who=who), looks, on_tap, bgcolor=ft.Colors.SECONDARY_CONTAINER, padding=(16, 12)
    )


def _move_panel(now: str, rings: list[Choice], *, on_choose: Callable[[str | None], object]) -> ft.Control:
    places = stack(
        heading(say("people.where"), level=3),
        # Tapping the place where the person is changes nothing: taking off has its own button.
        radio_rows(rings, chosen=now, on_choose=lambda code: on_choose(code or now), clear=False),
        row(quiet_button(say("people.remove"), lambda: on_choose(None))),
    )
    return side_line(places, width=3)


def _name_in(draft: ItemDraft | None) -> str:
    return draft.name if isinstance(draft, PeopleMapDraft) else ""


def _name_draft(name: str) -> PeopleMapDraft | None:
    return PeopleMapDraft(name) if name.strip() else None


def _from_draft(draft: ItemDraft | None) -> tuple[AnswerEntry | None, PeopleMapDraft | None]:
    people = draft.people if isinstance(draft, PeopleMapDraft) else ()
    return placement_entry(people or ()), _name_draft(_name_in(draft))
