"""How a child stands in a contact: as text, as the status badge, and as lines with an icon. Colour is never
the only sign; no status is green, and none says that all is well.
"""

from datetime import date

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.days import format_day
from app.features.shared.text.people import counts_of_child, describe_last_heard, first_name
from app.kit import theme
from app.kit.controls.keyed import beside, panel, row
from app.kit.controls.text import quiet
from app.kit.messages import say
from assessments.casework.casework_records import ChildSeenStatus, FollowUp
from assessments.casework.records import Person
from assessments.casework.visits.accounting import ChildStanding, MissingDetail

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
    """Draw the status across the whole width; `why` is the code of the reason given at the finish, or ""."""
    given = standing.is_unaccounted and bool(why)
    style = _STATUS_STYLES[standing.state] if standing.state else _UNACCOUNTED_STYLE
    icon, ink, ground = _REASON_GIVEN_STYLE if given else style
    words, below = status_and_detail(standing, why)
    return panel(
        beside(
            ft.Icon(icon, size=34, color=ink),
            ft.Text(words, theme_style=theme.H2, color=ink),
            *([quiet(below, colour=ink)] if below else []),
            gap=14,
            top=False,
        ),
        ground,
        padding=(16, 12),
        radius=theme.BUTTON_RADIUS,
        border=ft.Border.all(theme.SELECTED_BORDER, ink) if standing.state is None or given else None,
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
    return row(mark, ft.Container(expand=True, content=words), spacing=6)


def _line(icon: ft.IconData, words: str, more: str = "") -> ft.Control:
    return beside(
        ft.Icon(icon, size=18, color=ft.Colors.ON_SURFACE),
        ft.Text(words, theme_style=theme.MARK, color=ft.Colors.ON_SURFACE),
        *([quiet(more)] if more else []),
        gap=6,
        spacing=0,
    )


def describe_child_status(standing: ChildStanding, why: str = "") -> str:
    """Say how a child stands; `why` is the code of the reason given at the finish, "" for none."""
    return ". ".join(part for part in status_and_detail(standing, why) if part)


def status_and_detail(standing: ChildStanding, why: str) -> tuple[str, str]:
    """Return the status, and the detail below it: the reason given, or what is to be added."""
    if standing.is_unaccounted and why:
        return say("seen.no-more"), say(f"why.{why}")
    status = say(f"seen.how.{standing.state}") if standing.state else say("seen.nothing")
    return status, _describe_missing(standing)


def _describe_missing(standing: ChildStanding) -> str:
    wants: list[MissingDetail] = [want for want in standing.missing if want != "how"]
    if standing.needs_observation:
        wants.append("observation")
    parts = [say(f"seen.want.{want}") for want in wants]
    return say("seen.wants", what=", ".join(parts)) if parts else ""


def describe_follow_up(page: HouseholdOverview, task: FollowUp) -> str:
    """Say what is still to be done for a person, and by when."""
    person = next((one for one in page.persons if one.id == task.person_id), None)
    what = say(f"todo.{task.code}", name=first_name(person) if person else "")
    if task.due is None:
        return say("todo.no-day", what=what)
    return say("todo.by", what=what, day=format_day(task.due, task.due, near=False))
