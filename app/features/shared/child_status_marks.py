"""Marks of how a child stands: the status badge, and lines with an icon.

Each has words and a picture first, and colour only beside them. No status is green, and none says that
all is well.

    child_status_badge(row.standing)      # an open eye and "Observed"
"""

from __future__ import annotations

from datetime import date

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.child_status import describe_follow_up, status_and_detail
from app.features.shared.text.people import counts_of_child, describe_last_heard, first_name
from app.kit import theme
from app.kit.controls.stack import beside
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import ChildSeenStatus, FollowUp
from assessments.casework.records import Person
from assessments.casework.visits.accounting import ChildStanding

_PLAIN = (ft.Colors.ON_SURFACE, ft.Colors.SURFACE_CONTAINER_HIGHEST)
_MET = (ft.Colors.ON_TERTIARY_CONTAINER, ft.Colors.TERTIARY_CONTAINER)
_STATUS_STYLES: dict[ChildSeenStatus, tuple[ft.IconData, str, str]] = {
    "heard": (ft.Icons.RECORD_VOICE_OVER_OUTLINED, *_MET),
    "observed": (ft.Icons.VISIBILITY_OUTLINED, *_MET),
    "seen-not-spoken": (ft.Icons.VOICE_OVER_OFF_OUTLINED, *_PLAIN),
    "not-seen": (ft.Icons.PERSON_OFF_OUTLINED, *_PLAIN),
}
_REASON_GIVEN_STYLE = (ft.Icons.EDIT_OFF_OUTLINED, *_PLAIN)
_UNACCOUNTED_STYLE = (ft.Icons.PRIORITY_HIGH, ft.Colors.ON_TERTIARY_FIXED, ft.Colors.TERTIARY_FIXED)


def child_status_badge(standing: ChildStanding, why: str = "") -> ft.Control:
    """Draw the status across the whole width; a child with nothing recorded has the loudest.

    `why` is the code of the reason given at the finish, "" for none.
    """
    given = standing.is_unaccounted and bool(why)
    style = _STATUS_STYLES[standing.state] if standing.state else _UNACCOUNTED_STYLE
    icon, ink, ground = _REASON_GIVEN_STYLE if given else style
    words, below = status_and_detail(standing, why)
    return ft.Container(
        bgcolor=ground,
        border_radius=theme.BUTTON_RADIUS,
        border=ft.Border.all(theme.SELECTED_BORDER, ink) if standing.state is None or given else None,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
        content=beside(
            ft.Icon(icon, size=34, color=ink),
            ft.Text(words, theme_style=theme.H2, color=ink),
            *([quiet(below, colour=ink)] if below else []),
            gap=14,
            top=False,
        ),
    )


def not_observed_line(child: Person) -> ft.Control:
    """Say that a baby or toddler has not been observed yet."""
    return _line(ft.Icons.VISIBILITY_OUTLINED, say("child.unwatched", name=first_name(child)))


def follow_up_line(page: HouseholdOverview, task: FollowUp) -> ft.Control:
    """Say what is still to be done for a person, with the words that were noted for it."""
    return _line(ft.Icons.EVENT_OUTLINED, describe_follow_up(page, task), task.words)


def last_heard_line(page: HouseholdOverview, child_id: str, today: date) -> ft.Control:
    """Say what has been heard or seen of a child, with a tick, or an empty ring for nothing yet."""
    found = counts_of_child(page, child_id, today)
    heard = found.last_heard_on is not None or found.last_observed_on is not None
    mark = ft.Icon(
        ft.Icons.CHECK if heard else ft.Icons.CIRCLE_OUTLINED,
        size=18,
        color=ft.Colors.PRIMARY if heard else ft.Colors.ON_SURFACE_VARIANT,
    )
    words = quiet(describe_last_heard(page, child_id, today))
    return ft.Row(spacing=6, controls=[mark, ft.Container(expand=True, content=words)])


def _line(icon: ft.IconData, words: str, more: str = "") -> ft.Control:
    return beside(
        ft.Icon(icon, size=18, color=ft.Colors.ON_SURFACE),
        ft.Text(words, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE),
        *([quiet(more)] if more else []),
        gap=6,
        spacing=0,
    )
