"""How a child stands in a contact, in a mark that can be read across the room.

This room knows the looks of the four ways of having met a child, and of nothing yet: words and a picture
first, colour only beside them. None of them is green and none says that all is well.

    child_status_badge(row.standing)      # an open eye and "Observed"
"""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import HouseholdOverview
from app.features.shared.text.days import format_day
from app.features.shared.text.people import first_name
from app.kit import theme
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import ChildSeenStatus, FollowUp
from assessments.casework.records import Person
from assessments.casework.visits.accounting import ChildStanding, MissingDetail

_STATUS_STYLES: dict[ChildSeenStatus, tuple[ft.IconData, str, str]] = {
    "heard": (
        ft.Icons.RECORD_VOICE_OVER_OUTLINED,
        ft.Colors.ON_TERTIARY_CONTAINER,
        ft.Colors.TERTIARY_CONTAINER,
    ),
    "observed": (ft.Icons.VISIBILITY_OUTLINED, ft.Colors.ON_TERTIARY_CONTAINER, ft.Colors.TERTIARY_CONTAINER),
    "seen-not-spoken": (
        ft.Icons.VOICE_OVER_OFF_OUTLINED,
        ft.Colors.ON_SURFACE,
        ft.Colors.SURFACE_CONTAINER_HIGHEST,
    ),
    "not-seen": (ft.Icons.PERSON_OFF_OUTLINED, ft.Colors.ON_SURFACE, ft.Colors.SURFACE_CONTAINER_HIGHEST),
}
_REASON_GIVEN_STYLE = (ft.Icons.EDIT_OFF_OUTLINED, ft.Colors.ON_SURFACE, ft.Colors.SURFACE_CONTAINER_HIGHEST)
_UNACCOUNTED_STYLE = (ft.Icons.PRIORITY_HIGH, ft.Colors.ON_TERTIARY_FIXED, ft.Colors.TERTIARY_FIXED)


def describe_child_status(standing: ChildStanding, why: str = "") -> str:
    """How a child stands, in words, with what is still to be added or why nothing is written."""
    return ". ".join(part for part in _status_and_detail(standing, why) if part)


def _status_and_detail(standing: ChildStanding, why: str) -> tuple[str, str]:
    """The words of the mark, and the quieter ones below: the reason given, or what is to be added."""
    if standing.is_unaccounted and why:
        return say("seen.no-more"), say(f"why.{why}")
    return say(f"seen.how.{standing.state}") if standing.state else say("seen.nothing"), _describe_missing(
        standing
    )


def _describe_missing(standing: ChildStanding) -> str:
    wants: list[MissingDetail] = [want for want in standing.missing if want != "how"]
    if standing.needs_observation:
        wants.append("observation")
    parts = [say(f"seen.want.{want}") for want in wants]
    return say("seen.wants", what=", ".join(parts)) if parts else ""


def child_status_badge(standing: ChildStanding, why: str = "") -> ft.Control:
    """The mark, as wide as what it stands in. A child with nothing yet has the loudest.

    `why` is the code of the reason given at the finish, "" for none.
    """
    given = standing.is_unaccounted and bool(why)
    icon, ink, ground = (
        _REASON_GIVEN_STYLE
        if given
        else _STATUS_STYLES[standing.state]
        if standing.state
        else _UNACCOUNTED_STYLE
    )
    words, below = _status_and_detail(standing, why)
    return ft.Container(
        bgcolor=ground,
        border_radius=theme.BUTTON_RADIUS,
        border=ft.Border.all(theme.SELECTED_BORDER, ink) if standing.state is None or given else None,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
        content=ft.Row(
            spacing=14,
            controls=[
                ft.Icon(icon, size=34, color=ink),
                ft.Column(
                    tight=True,
                    spacing=2,
                    expand=True,
                    controls=[
                        ft.Text(words, theme_style=theme.H2, color=ink),
                        *([quiet(below, colour=ink)] if below else []),
                    ],
                ),
            ],
        ),
    )


def not_observed_line(child: Person) -> ft.Control:
    """That a baby or toddler has not been watched yet."""
    return _line(ft.Icons.VISIBILITY_OUTLINED, say("child.unwatched", name=first_name(child)))


def describe_follow_up(page: HouseholdOverview, task: FollowUp) -> str:
    """What is still to be done for a person, and by when."""
    person = next((one for one in page.persons if one.id == task.person_id), None)
    what = say(f"todo.{task.code}", name=first_name(person) if person else "")
    if task.due is None:
        return say("todo.no-day", what=what)
    return say("todo.by", what=what, day=format_day(task.due, task.due, near=False))


def follow_up_line(page: HouseholdOverview, task: FollowUp) -> ft.Control:
    """The same as a line, with the words that were noted for it."""
    return _line(ft.Icons.EVENT_OUTLINED, describe_follow_up(page, task), task.words)


def _line(icon: ft.IconData, words: str, more: str = "") -> ft.Control:
    return ft.Row(
        spacing=6,
        vertical_alignment=ft.CrossAxisAlignment.START,
        controls=[
            ft.Icon(icon, size=18, color=ft.Colors.ON_SURFACE),
            ft.Column(
                tight=True,
                spacing=0,
                expand=True,
                controls=[
                    ft.Text(words, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE),
                    *([quiet(more)] if more else []),
                ],
            ),
        ],
    )
