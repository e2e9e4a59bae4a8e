"""The observable state of one page: assigning a field of `AppState` draws the page again.

Nothing of a person is in a module or shared between tabs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import flet as ft

from app.core.cases.case_service import DataLoss, OpenAssessment, OutboxStatus
from app.core.cases.household_queries import HouseholdOverview
from app.core.child.child_session import ChildSession
from app.core.child.handover import HandbackReview
from app.core.device.selftest import SelfTestReport
from app.core.plain import Json
from app.core.routes import ROUTES
from app.core.session_update import Phase, UnlockPrompt
from app.kit.controls.status import SaveState
from assessments.casework.records import Assessment
from assessments.definitions.definition import Role
from assessments.ports import OutboxEntry

# A key of ROUTES.
ScreenName = str
# Whoever sets up a device first is not asked for a short name.
FIRST_AUTHOR = "hv1"


@dataclass(frozen=True, slots=True, repr=False)
class Screen:
    """Where the person is: a name and the id it is about. It holds nothing that was said."""

    name: ScreenName
    target: str = ""


TODAY_SCREEN = Screen("today")
Trail = tuple[Screen, ...]


def read_trail(plain: Json) -> Trail:
    """The screens of a kept place; the first page alone where one of them is not known here."""
    pairs = plain if isinstance(plain, list | tuple) else ()
    trail = tuple(Screen(*map(str, pair)) for pair in pairs if isinstance(pair, list | tuple))
    return trail if trail and all(screen.name in ROUTES for screen in trail) else (TODAY_SCREEN,)


@ft.observable
@dataclass(eq=False, repr=False)
class SaveProgress:
    """How saving stands. Only its own line observes it, so that a save never draws a page again."""

    state: SaveState = "nothing"
    saved_at: datetime | None = None


@ft.observable
@dataclass(repr=False)
class AppState:
    """The state of one page."""

    phase: Phase = "starting"
    fault: str = ""
    authors: tuple[str, ...] = ()
    credential_kind: Literal["pin", "passphrase"] = "passphrase"
    # None while nobody of several has been chosen, and while there is nobody yet.
    unlock_prompt: UnlockPrompt | None = None
    # Whether what is whole can be brought back, and what came back when it was.
    can_salvage: bool = False
    salvage_lines: tuple[str, ...] = ()
    # A newer Wren was here; and what unlocking found missing.
    store_is_newer: bool = False
    losses: tuple[DataLoss, ...] = ()
    # Damage that showed after opening: in the pages, and how many rows do not open.
    damaged: bool = False
    unreadable_count: int = 0
    trail: Trail = (TODAY_SCREEN,)
    households: tuple[HouseholdOverview, ...] = ()
    open_assessment: OpenAssessment | None = None
    record: Assessment | None = None
    # A child's session while it lasts, and the review of the last one.
    child_session: ChildSession | None = None
    handback_review: HandbackReview | None = None
    save_progress: SaveProgress = field(default_factory=SaveProgress)
    save_failed: bool = False
    send_status: OutboxStatus = field(default_factory=OutboxStatus)
    is_sending: bool = False
    outbox_entries: tuple[OutboxEntry, ...] = ()
    selftest_report: SelfTestReport | None = None
    training: bool = False
    role: Role = "health-visitor"
    busy: bool = False

    def set_save_state(self, state: SaveState) -> None:
        """Say how saving stands; the page itself is drawn again only where saving fails or works again."""
        self.save_progress.state, self.save_failed = state, state == "failed"

    @property
    def screen(self) -> Screen:
        """The screen that is on top."""
        return self.trail[-1]

    def household(self, household_id: str) -> HouseholdOverview | None:
        """The household with this id, where it is loaded."""
        return next((found for found in self.households if found.household.id == household_id), None)

    def household_of(self, person_id: str) -> HouseholdOverview | None:
        """The first household that this person belongs to."""
        has = (page for page in self.households if person_id in {person.id for person in page.persons})
        return next(has, None)
