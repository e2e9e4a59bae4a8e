"""Handing the page over to a child, and reading back what the child gave.

Before a child sees anything the adult's keys are dropped, but for one that can only add to one assessment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.core.cases.case_service import CaseService, ChildWriter, OpenAssessment, run_blocking
from app.core.child.child_session import ChildSession, ChildSessionState
from app.core.plain import Json
from assessments.casework.child_sessions import build_child_form, choose_age_band
from assessments.casework.records import ChildSessionRecord
from assessments.crypto import sealing
from assessments.definitions.definition import AnswerOption
from assessments.engine.answers import Origin
from assessments.engine.form import Form, list_pages
from assessments.errors import StoreFault


@dataclass(frozen=True, slots=True, repr=False)
class HandbackReview:
    """The child's last session, and where its answers came from as far as that is marked."""

    assessment_id: str
    sitting: ChildSessionRecord
    origins: dict[str, str]

    @property
    def link_ids(self) -> tuple[str, ...]:
        """The questions that the child did something with, in that order."""
        return tuple(dict.fromkeys(given.link_id for given in self.sitting.given))

    def mark_origin(self, service: CaseService, link_id: str, origin: Origin | None) -> HandbackReview:
        """The same with one mark changed, which is kept. Blocking."""
        service.save_origin(self.assessment_id, link_id, origin)
        return replace(self, origins=service.origins(self.assessment_id))


def can_hand_over(form: Form) -> bool:
    """Whether the page that a form is on belongs to a part that a child can be handed."""
    return build_child_form(form, current_section(form), _in_order) is not None


def current_section(form: Form) -> str:
    """The section of the page that a form is on."""
    return list_pages(form)[form.page].section.link_id


class Handover:
    """One per page. Call from the event loop."""

    def __init__(self) -> None:
        self._writer: ChildWriter | None = None
        self._child_session: ChildSession | None = None
        self._assessment_id = ""
        # What the disk refused while a child wrote, by assessment; and whose assessment it is.
        self._unsaved: list[tuple[str, str, Json]] = []
        self._author = ""

    async def begin(
        self, service: CaseService, work: OpenAssessment, name: str, lock: Callable[[], Awaitable[None]]
    ) -> ChildSession | None:
        """Make a session for the section that the form is on; None when there is nothing to hand over."""
        part = build_child_form(work.form, current_section(work.form), _shuffled)
        if part is None:
            return None
        child = await run_blocking(service.subject_of, work.assessment.id)
        band = choose_age_band(child, work.form.context.on, work.form.instrument)
        self._writer = writer = await run_blocking(service.open_child_writer, work)
        self._assessment_id, self._author = work.assessment.id, service.author[0]

        async def write(link_id: str, plain: Json) -> None:
            await run_blocking(writer.write, link_id, plain)

        state = ChildSessionState(part, band, name.strip()[:40])
        self._child_session = ChildSession(state, write, lock)
        return self._child_session

    async def end(self) -> None:
        """Write what stands, and wipe the child's key."""
        session, writer = self._child_session, self._writer
        self._child_session = self._writer = None
        if session is None or writer is None:
            return
        try:
            refused = await session.close()
            self._unsaved += [(self._assessment_id, link_id, plain) for link_id, plain in refused]
        finally:
            await run_blocking(writer.close)

    async def retry_unsaved(self, service: CaseService) -> None:
        """Write what the disk had no room for while the child wrote; it is kept while it has none."""
        with suppress(StoreFault):
            while self._unsaved and service.author[0] == self._author:
                await run_blocking(service.add_line, *self._unsaved[0])
                self._unsaved.pop(0)

    async def read_review(self, service: CaseService, assessment_id: str) -> HandbackReview | None:
        """Read the last child session of an assessment; None when there was none."""
        sittings = await run_blocking(service.sittings, assessment_id)
        if not sittings:
            return None
        return HandbackReview(assessment_id, sittings[-1], await run_blocking(service.origins, assessment_id))


def _shuffled(options: Sequence[AnswerOption]) -> Sequence[AnswerOption]:
    return sorted(options, key=lambda _: sealing.make_random_fraction())


def _in_order(options: Sequence[AnswerOption]) -> Sequence[AnswerOption]:
    return options
