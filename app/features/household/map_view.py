"""Page: the map of a household, as a list, which a screen reader reads, and a drawing.

Who is safe is shown for one child at a time, in that child's words, and never as a colour. A confidential
address is not on it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, current_addresses, host_household
from app.core.controller import AppController, AppState
from app.core.people_commands import ChildPeopleMap
from app.features.household.map_drawing import draw_household_map, legend
from app.features.household.map_layout import MapHome
from app.features.shared.badges import badge
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.text.days import format_age, format_day
from app.features.shared.text.people import describe_family, find_household, first_name
from app.kit import theme
from app.kit.controls.cards import card
from app.kit.controls.keyed import column, stack
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.casework.records import Person
from assessments.errors import Locked

_NO_CHILD_MAPS: Mapping[str, ChildPeopleMap] = {}
_NO_CHILD: str | None = None
# From this width on the drawing has room beside nothing and comes first.
_WIDE = 700


@guarded_page
def household_map_page(model: AppState, actions: AppController) -> ft.View:
    """Show the list and the drawing."""
    page = find_household(model, model.screen.target)
    child_maps, show_maps = use_state(_NO_CHILD_MAPS)
    child_id, choose = use_state(_NO_CHILD)
    scroll = use_scroll(actions)

    async def read() -> None:
        with suppress(Locked):  # locked since this was drawn: the map is not seen
            show_maps(await actions.people_commands.read_people_maps(page))

    ft.use_effect(read, [])
    homes = group_by_home(page)
    is_wide = (ft.context.page.width or 0) >= _WIDE
    listed = [_home_card(model, page, home, actions) for home in homes]
    drawn = [
        heading(say("map.drawing")),
        _child_filter(page, child_maps, child_id, choose),
        card(
            draw_household_map(
                page, homes, _titles(page, homes), child_maps.get(child_id or ""), actions, wide=is_wide
            ),
            legend(),
        ),
    ]
    return build_page(
        model,
        actions,
        say("map.title"),
        [
            *(drawn if is_wide else []),
            heading(say("map.list")),
            *listed,
            *[_child_map_card(found, one, actions) for one, found in _children_with_maps(page, child_maps)],
            *([] if is_wide else drawn),
        ],
        caption=page.household.name,
        scroll=scroll,
    )


def group_by_home(page: HouseholdOverview) -> list[MapHome]:
    """Each present address with who stays there; then who lives here, and elsewhere, without one."""
    found = [MapHome(address.id, address.person_ids) for address in current_addresses(page)]
    placed = {person_id for home in found for person_id in home.person_ids}
    for place, lives_here in (("here", True), ("elsewhere", False)):
        rest = tuple(
            one.id
            for one in page.persons
            if one.id not in placed and one.lives_here is lives_here and "professional" not in one.roles
        )
        if rest:
            found.append(MapHome(place, rest))
    workers = tuple(one.id for one in page.persons if one.id not in placed and "professional" in one.roles)
    return [*found, MapHome("work", workers)] if workers else found


def _titles(page: HouseholdOverview, homes: list[MapHome]) -> dict[str, str]:
    """What each home is called: its kind, never its lines."""
    kinds = {address.id: address.kind for address in page.records_of(Address)}
    return {
        home.id: say(f"address.kind.{kinds[home.id]}") if home.id in kinds else say(f"map.{home.id}")
        for home in homes
    }


def _home_card(model: AppState, page: HouseholdOverview, home: MapHome, actions: AppController) -> ft.Control:
    on = actions.today()
    address = next((found for found in page.records_of(Address) if found.id == home.id), None)
    host = host_household(page, model.households) if address is not None and address.kind == "host" else None
    people = [one for one in page.persons if one.id in home.person_ids]
    return card(
        heading(_titles(page, [home])[home.id], level=3),
        badge(say("address.confidential")) if address is not None and address.confidential else None,
        *(
            column(
                text(say("label.age", name=one.name, age=format_age(one, on))),
                quiet(words) if (words := describe_family(page, one, on)) else None,
                spacing=0,
            )
            for one in people
        ),
        quiet(say("map.host", household=host.household.name, names=", ".join(map(first_name, host.persons))))
        if host is not None
        else None,
        spacing=8,
    )


def _children_with_maps(
    page: HouseholdOverview, child_maps: Mapping[str, ChildPeopleMap]
) -> list[tuple[Person, ChildPeopleMap]]:
    return [(one, child_maps[one.id]) for one in page.persons if one.id in child_maps]


def _child_map_card(found: ChildPeopleMap, child: Person, actions: AppController) -> ft.Control:
    """One child's own map in words: each place, and whom the child put there."""
    lines = []
    for code, words in found.places:
        names = [placed.who for placed in found.people if placed.place == code]
        if names:
            lines.append(text(say("map.told-line", place=words, names=", ".join(names))))
    return card(
        heading(
            say("map.told", name=first_name(child), day=format_day(found.on, actions.today(), near=False)),
            level=3,
        ),
        *lines,
        spacing=6,
    )


def _child_filter(
    page: HouseholdOverview,
    child_maps: Mapping[str, ChildPeopleMap],
    child_id: str | None,
    choose: Callable[[str | None], None],
) -> ft.Control | None:
    """Whose map of people the drawing shows; nobody's to begin with."""
    children = _children_with_maps(page, child_maps)
    if not children:
        return quiet(say("map.not-told"))
    return stack(
        text(say("map.whose"), strong=True),
        radio_rows(
            [Choice(one.id, first_name(one)) for one, _ in children],
            chosen=child_id,
            on_choose=choose,
        ),
        spacing=theme.LIST_GAP,
    )
