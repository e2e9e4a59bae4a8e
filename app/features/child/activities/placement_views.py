"""How placed names are drawn: rings with names on them, rooms with weather, a jar, a list.

A name on the rings can be dragged, and where it is dropped decides its ring. A spot is right and down of the
middle, in percent of half the map's width.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import guarded
from app.kit.controls.keyed import column, keyed_component, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, text
from app.kit.drawing.pictures import has_picture, picture
from app.kit.forms.choices import Choice
from app.kit.forms.placement import Spot
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.engine.answers import PlacedPerson

OnTap = Callable[[int], None]
OnDrop = Callable[[int, str, Spot], Awaitable[None]]

# The map is a square of this side; ring edges and spots are in percent of half of it.
MAP_SIZE = 344
_HALF = MAP_SIZE / 2
_ME, _FIRST_EDGE, _LAST_EDGE = 13, 52, 90
# New names spread over the lower part of a ring, each far from the ones before (the golden ratio): the
# names of the rings stand at the top. In radians.
_SPREAD, _GOLDEN = math.radians(250), 0.618034
_CHIP_SIZE = (80, 48)
# The name of a ring stands this far below its edge, in logical pixels.
_LABEL_OFFSET = 5
_WORRY_SIZES = {0: 88, 1: 116, 2: 152}

# The name that is being dragged, by its position in the answer, and where it is.
Drag = tuple[int, float, float]
_NO_DRAG: Drag | None = None


def ring_edges(rings_n: int) -> list[float]:
    """Return the outer edge of each ring, in percent; what lies beyond the last one is outside."""
    inner = rings_n - 1
    step = (_LAST_EDGE - _FIRST_EDGE) / max(inner - 1, 1)
    return [_FIRST_EDGE + step * ring for ring in range(inner)]


def ring_at(spot: Spot, rings_n: int) -> int:
    """Return the number of the ring in which a spot lies; the last one is outside."""
    far = math.hypot(*spot)
    return next((ring for ring, edge in enumerate(ring_edges(rings_n)) if far <= edge), rings_n - 1)


def default_spot(ring: int, rings_n: int, number: int) -> Spot:
    """Return a spot in a ring for the `number`-th name, away from those before it."""
    outer = ring_edges(rings_n)
    angle = math.pi / 2 + (((number + 1) * _GOLDEN) % 1 - 0.5) * _SPREAD
    if ring == rings_n - 1:
        # Outside are the four corners of the square.
        corner = math.pi / 4 + math.pi / 2 * number
        return round(98 * math.cos(corner) * 1.2), round(98 * math.sin(corner) * 1.2)
    inside = _ME if ring == 0 else outer[ring - 1]
    far = (inside + outer[ring]) / 2
    return round(far * math.cos(angle)), round(far * math.sin(angle))


@keyed_component
def rings_map(people: tuple[PlacedPerson, ...], places: tuple[Choice, ...], drop: OnDrop) -> ft.Control:
    """Draw the map; a list below it says the same. Its key comes first."""
    dragged, drag = use_state(_NO_DRAG)

    def begin(at: int) -> None:
        drag((at, *_spot_of(people[at], at, places)))

    def go(at: int, event: ft.DragUpdateEvent[ft.GestureDetector]) -> None:
        _, right, down = dragged or (at, *_spot_of(people[at], at, places))
        delta = event.local_delta
        if delta is not None:
            right, down = right + delta.x * 100 / _HALF, down + delta.y * 100 / _HALF
            drag((at, min(max(right, -100.0), 100.0), min(max(down, -100.0), 100.0)))

    async def let_go(at: int) -> None:
        if dragged is not None and dragged[0] == at:
            spot = (round(dragged[1]), round(dragged[2]))
            drag(None)
            await drop(at, places[ring_at(spot, len(places))].code, spot)

    word = ft.Text(say("child.rings.me"), theme_style=theme.LEAD, color=ft.Colors.ON_PRIMARY)
    me = _circle(_ME, ft.Colors.PRIMARY, content=word)
    line = ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE)
    grounds = (ft.Colors.SURFACE_CONTAINER, ft.Colors.SURFACE_CONTAINER_LOWEST)
    lines = [
        _circle(edge, grounds[number % 2], line=line)
        for number, edge in reversed(list(enumerate(ring_edges(len(places)))))
    ]
    drawn = ft.Stack(width=MAP_SIZE, height=MAP_SIZE, controls=[*lines, *_labels(places), me])

    def chip(at: int, person: PlacedPerson) -> ft.Control:
        right, down = dragged[1:] if dragged and dragged[0] == at else _spot_of(person, at, places)
        width, height = _CHIP_SIZE
        return ft.GestureDetector(
            key=f"chip-{at}",
            left=min(max(_HALF + right * _HALF / 100 - width / 2, 0), MAP_SIZE - width),
            top=min(max(_HALF + down * _HALF / 100 - height / 2, 0), MAP_SIZE - height),
            drag_interval=16,
            mouse_cursor=ft.MouseCursor.MOVE,
            on_pan_start=guarded(lambda: begin(at)),
            on_pan_update=guarded(partial(go, at)),
            on_pan_end=guarded(lambda: let_go(at)),
            content=ft.Semantics(exclude_semantics=True, content=_chip(person.who, width, height)),
        )

    # The list below says the same to those who do not see the map.
    silent = ft.Semantics(exclude_semantics=True, content=drawn)
    return ft.Container(
        width=MAP_SIZE,
        height=MAP_SIZE,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        border_radius=theme.CARD_RADIUS,
        content=ft.Stack(
            width=MAP_SIZE,
            height=MAP_SIZE,
            controls=[silent, *(chip(at, person) for at, person in enumerate(people))],
        ),
    )


def _chip(who: str, width: int, height: int) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER
    return ft.Container(
        width=width,
        height=height,
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        border=ft.Border.all(2, ft.Colors.PRIMARY),
        border_radius=height / 2,
        alignment=ft.Alignment.CENTER,
        padding=ft.Padding.symmetric(horizontal=8),
        content=ft.Text(
            who, theme_style=theme.MARK, color=ink, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS
        ),
    )


def _spot_of(person: PlacedPerson, at: int, places: Sequence[Choice]) -> Spot:
    if person.spot is not None:
        return person.spot
    ring = next((n for n, place in enumerate(places) if place.code == person.place), len(places) - 1)
    return default_spot(ring, len(places), at)


def _circle(
    edge: float, colour: str, *, line: ft.Border | None = None, content: ft.Control | None = None
) -> ft.Control:
    """Draw a circle around the middle; `edge` is in percent of half the map."""
    side = edge * MAP_SIZE / 100
    return ft.Container(
        left=(MAP_SIZE - side) / 2,
        top=(MAP_SIZE - side) / 2,
        width=side,
        height=side,
        border_radius=side / 2,
        bgcolor=colour,
        border=line,
        alignment=ft.Alignment.CENTER if content else None,
        content=content,
    )


def _labels(places: Sequence[Choice]) -> list[ft.Control]:
    """Draw the name of each ring below the top of its edge, and that of the outside in a corner."""
    tops = [_HALF - edge * _HALF / 100 for edge in ring_edges(len(places))]

    def label(words: str, top: float, *, corner: bool) -> ft.Control:
        # On a ground of its own: a long name is wider than its ring is there.
        named = ft.Container(
            bgcolor=ft.Colors.with_opacity(0.85, ft.Colors.SURFACE_CONTAINER_LOWEST),
            border_radius=8,
            padding=ft.Padding.symmetric(horizontal=6),
            content=ft.Text(words, theme_style=theme.QUIET, no_wrap=True),
        )
        row = ft.Row(tight=corner, alignment=ft.MainAxisAlignment.CENTER, controls=[named])
        return ft.Container(
            left=8 if corner else 0, top=top + _LABEL_OFFSET, width=None if corner else MAP_SIZE, content=row
        )

    named = zip(places, tops, strict=False)
    return [
        *(label(place.text, top, corner=False) for place, top in named),
        label(places[-1].text, 0, corner=True),
    ]


def placement_list(
    people: Sequence[PlacedPerson], places: Sequence[Choice], tap: OnTap, tall: int
) -> ft.Control:
    """Draw each place with what is in it; a tap opens a way to move it."""

    def draw_place(place: Choice) -> ft.Control:
        here = [(at, person) for at, person in enumerate(people) if person.place == place.code]
        inside = [_name(person.who, partial(tap, at), tall) for at, person in here]
        return stack(heading(place.text, level=3), *(inside or [quiet(say("people.nobody"))]))

    return stack(*map(draw_place, places), spacing=14)


def _name(who: str, on_tap: Callable[[], None], tall: int) -> ft.Control:
    return tappable(
        say("people.move", who=who),
        text(who, colour=ft.Colors.ON_SECONDARY_CONTAINER),
        on_tap,
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        padding=(16, 12),
        min_height=tall,
    )


def rooms_view(people: Sequence[PlacedPerson], places: Sequence[Choice], tap: OnTap) -> ft.Control:
    """Draw a tile for each room, with its weather and its name, as a house of two rooms to a floor."""
    weather = {place.code: place for place in places}
    return ft.ResponsiveRow(
        columns=2,
        spacing=8,
        run_spacing=8,
        controls=[
            _room(room, weather[room.place], partial(tap, at))
            for at, room in enumerate(people)
            if room.place in weather
        ],
    )


def _room(room: PlacedPerson, weather: Choice, on_tap: Callable[[], None]) -> ft.Control:
    looks = ft.Column(
        tight=True,
        spacing=6,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[
            *([picture(weather.picture, weather.text, size=96)] if has_picture(weather.picture) else []),
            ft.Text(room.who, theme_style=theme.LEAD, text_align=ft.TextAlign.CENTER),
        ],
    )
    tile = tappable(
        say("child.rooms.room", room=room.who, weather=weather.text),
        looks,
        on_tap,
        padding=(8, 12),
        min_height=150,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE),
        radius=6,
    )
    tile.col = 1
    return tile


def jar_view(people: Sequence[PlacedPerson], places: Sequence[Choice], tap: OnTap) -> ft.Control:
    """Draw a jar with a lid; the worries in it are as big as the child made them."""
    sizes = {place.code: number for number, place in enumerate(places)}
    edge, ground = ft.Border.all(2, ft.Colors.OUTLINE), ft.Colors.SECONDARY_CONTAINER
    lid = ft.Container(width=200, height=26, border_radius=8, bgcolor=ground, border=edge)
    inside = ft.Row(
        wrap=True,
        spacing=8,
        run_spacing=8,
        alignment=ft.MainAxisAlignment.CENTER,
        controls=[
            _worry(worry, _WORRY_SIZES[min(sizes.get(worry.place, 0), 2)], partial(tap, at))
            for at, worry in enumerate(people)
        ],
    )
    glass = ft.Container(
        width=MAP_SIZE,
        padding=16,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(3, ft.Colors.OUTLINE),
        border_radius=ft.BorderRadius.only(top_left=28, top_right=28, bottom_left=56, bottom_right=56),
        content=column(ft.Container(height=24 if people else 150), inside, spacing=10),
    )
    middle = ft.CrossAxisAlignment.CENTER
    return ft.Column(tight=True, spacing=2, horizontal_alignment=middle, controls=[lid, glass])


def _worry(worry: PlacedPerson, side: int, on_tap: Callable[[], None]) -> ft.Control:
    words = ft.Text(
        worry.who,
        theme_style=theme.MARK,
        color=ft.Colors.ON_SECONDARY_CONTAINER,
        text_align=ft.TextAlign.CENTER,
        max_lines=4,
        overflow=ft.TextOverflow.ELLIPSIS,
        width=side - 28,
    )
    return tappable(
        say("people.move", who=worry.who),
        words,
        on_tap,
        fill=False,
        padding=(14, 12),
        min_height=side,
        min_width=side,
        radius=side / 2,
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        border=ft.Border.all(2, ft.Colors.PRIMARY),
    )
