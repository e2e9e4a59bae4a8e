"""The drawing of a household map; the list beside it says the same. Nobody on it is green, red or ranked."""

import math
from collections.abc import Mapping, Sequence

import flet as ft
import flet.canvas as cv

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController
from app.core.people_commands import ChildPeopleMap
from app.features.household.map_layout import (
    NODE_SIZE,
    LineStyle,
    MapHome,
    lay_out_map,
    line_ends,
    map_lines,
)
from app.features.shared.text.days import format_age
from app.features.shared.text.people import first_name
from app.kit import theme
from app.kit.controls.cards import avatar
from app.kit.controls.keyed import column, row
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.records import Person

_WIDTHS: dict[LineStyle, float] = {"parent": 2, "partner": 4, "ex-partner": 3, "harms": 4, "other": 1.5}
_DASHES: dict[LineStyle, list[float]] = {"ex-partner": [9, 7], "other": [3, 5]}
_ARROW = 12.0


def draw_household_map(
    page: HouseholdOverview,
    homes: Sequence[MapHome],
    titles: Mapping[str, str],
    own: ChildPeopleMap | None,
    actions: AppController,
    *,
    wide: bool,
) -> ft.Control:
    """The whole drawing. Where it is wider than the screen it can be moved sideways."""
    people = {one.id: one for one in page.persons}
    ids = [one for home in homes for one in home.person_ids if one in people]
    levels = kinship.generations(ids, page.relationships)
    places = lay_out_map(homes, levels, per_row=4 if wide else 2)
    drawn = [
        line for line in map_lines(page.relationships, list(places.people)) if line.from_id in places.people
    ]
    lines = [shape for line in drawn for shape in _stroke(line.style, *line_ends(line, places))]
    standing = ((people[person_id], x, y) for person_id, (x, y) in places.people.items())
    stack = ft.Stack(
        width=places.width,
        height=places.height,
        controls=[
            *(_box(box.x, box.y, box.width, box.height, titles[box.id]) for box in places.boxes),
            cv.Canvas(width=places.width, height=places.height, shapes=lines),
            *(_person_node(one, x, y, actions, _place_given_by_child(one, own)) for one, x, y in standing),
        ],
    )
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Row(scroll=ft.ScrollMode.AUTO, alignment=ft.MainAxisAlignment.CENTER, controls=[stack]),
    )


def legend() -> ft.Control:
    """What each line means."""
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Row(
            wrap=True,
            spacing=18,
            run_spacing=8,
            controls=[
                row(
                    cv.Canvas(width=46, height=16, shapes=_stroke(style, 2, 8, 44, 8)),
                    ft.Text(say(f"map.line.{style}"), theme_style=theme.QUIET),
                    spacing=8,
                    tight=True,
                )
                for style in _WIDTHS
            ],
        ),
    )


def _place_given_by_child(person: Person, own: ChildPeopleMap | None) -> str:
    """Where the child put this person: only where the child's name for them is theirs."""
    if own is None:
        return ""
    names = {name.casefold() for name in (person.name, first_name(person), *person.other_names)}
    words = dict(own.places)
    return next((words.get(one.place, "") for one in own.people if one.who.strip().casefold() in names), "")


def _box(x: int, y: int, width: int, height: int, title: str) -> ft.Control:
    return ft.Container(
        left=x,
        top=y,
        width=width,
        height=height,
        border_radius=theme.CARD_RADIUS,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
        padding=ft.Padding.symmetric(horizontal=14, vertical=10),
        alignment=ft.Alignment.TOP_LEFT,
        content=row(
            ft.Icon(ft.Icons.HOME_OUTLINED, size=22, color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Text(title, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE, expand=True, max_lines=2),
            spacing=8,
            top=True,
        ),
    )


def _person_node(person: Person, x: int, y: int, actions: AppController, put: str) -> ft.Control:
    return ft.Container(
        left=x,
        top=y,
        width=NODE_SIZE[0],
        height=NODE_SIZE[1],
        border_radius=theme.BUTTON_RADIUS,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(
            theme.SELECTED_BORDER if put else theme.PLAIN_BORDER,
            # One mark for whoever the child named, wherever the child put them: no colour ranks anybody.
            ft.Colors.ON_SURFACE if put else ft.Colors.OUTLINE,
        ),
        padding=8,
        content=column(
            row(
                avatar(person.name, size=28),
                ft.Text(
                    first_name(person),
                    theme_style=theme.MARK,
                    color=ft.Colors.ON_SURFACE,
                    max_lines=1,
                    overflow=ft.TextOverflow.ELLIPSIS,
                    expand=True,
                ),
                spacing=8,
            ),
            ft.Text(
                put or format_age(person, actions.today()),
                theme_style=theme.QUIET,
                max_lines=2,
                overflow=ft.TextOverflow.ELLIPSIS,
            ),
        ),
    )


def _stroke(style: LineStyle, x1: float, y1: float, x2: float, y2: float) -> list[cv.Shape]:
    paint = ft.Paint(
        color=ft.Colors.ON_SURFACE if style == "harms" else ft.Colors.ON_SURFACE_VARIANT,
        stroke_width=_WIDTHS[style],
        stroke_dash_pattern=_DASHES.get(style),
        style=ft.PaintingStyle.STROKE,
    )
    shapes: list[cv.Shape] = [cv.Line(x1=x1, y1=y1, x2=x2, y2=y2, paint=paint)]
    if style == "harms":
        back = math.atan2(y1 - y2, x1 - x2)
        shapes += [
            cv.Line(
                x1=x2,
                y1=y2,
                x2=x2 + _ARROW * math.cos(back + turn),
                y2=y2 + _ARROW * math.sin(back + turn),
                paint=paint,
            )
            for turn in (0.5, -0.5)
        ]
    return shapes
