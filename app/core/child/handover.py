"""A page goes from an adult to a child, and back.

This room knows the order of the two exchanges: before a child sees anything there is a pen that can
add to one assessment, and the adult's keys are dropped; after the adult has unlocked, what the pen
could not write is written, and the turn is read back for the adult to look at. It shows nothing.

    hand = await handover.begin(desk, work, "Kestrel", leave=lock)
    await handover.end()                          # locked: the pen's key is wiped
    handed = await handover.read(desk, assessment_id)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from app.core.cases.case_service import Desk, Pen, Work, away
from app.core.child.session import Hand, Turn
from assessments.casework.child_sessions import band_of, part_for_child
from assessments.casework.records import Sitting
from assessments.crypto import sealing
from assessments.definitions.definition import AnswerOption
from assessments.engine.answers import Origin
from assessments.engine.form import Form, pages
from assessments.errors import StoreFault


@dataclass(frozen=True, slots=True)
class Handed:
    """What came back: the last turn, and where its answers came from as far as that is marked."""

    assessment_id: str
    sitting: Sitting
    origins: dict[str, str]

    def __repr__(self) -> str:
        return "<Handed>"

    @property
    def link_ids(self) -> tuple[str, ...]:
        """The questions that the child did something with, in that order."""
        return tuple(dict.fromkeys(given.link_id for given in self.sitting.given))

    def mark_origin(self, desk: Desk, link_id: str, origin: Origin | None) -> Handed:
        """The same with one mark changed, which is kept. Blocking."""
        desk.save_origin(self.assessment_id, link_id, origin)
        return replace(self, origins=desk.origins(self.assessment_id))


def can_hand_over(form: Form) -> bool:
    """Whether the page that a form is on belongs to a part that a child can be handed."""
    return part_for_child(form, section_of(form), _as_they_are) is not None


def section_of(form: Form) -> str:
    """The section of the page that a form is on."""
    return pages(form)[form.page].section.link_id


class Handover:
    """One per page. Call from the event loop."""

    def __init__(self) -> None:
        self._writer: Pen | None = None
        self._child_session: Hand | None = None
        self._assessment_id = ""
        # What the disk refused while a child wrote, by assessment; and whose assessment it is.
        self._unsaved: list[tuple[str, str, Any]] = []
        self._author = ""

    def __repr__(self) -> str:
        return "<Handover>"

    async def begin(
        self, desk: Desk, work: Work, called: str, leave: Callable[[], Awaitable[None]]
    ) -> Hand | None:
        """A hand for the section that the form is on; None when there is nothing to hand over."""
        part = part_for_child(work.form, section_of(work.form), _mixed)
        if part is None:
            return None
        child = await away(desk.subject_of, work.assessment.id)
        band = band_of(child, work.form.context.on, work.form.instrument)
        self._writer = pen = await away(desk.open_child_writer, work)
        self._assessment_id, self._author = work.assessment.id, desk.author[0]

        async def write(link_id: str, plain: Any) -> None:
            await away(pen.write, link_id, plain)

        self._child_session = Hand(Turn(part, band, called.strip()[:40]), write, leave)
        return self._child_session

    async def end(self) -> None:
        """Write what stands, and wipe the key of the pen."""
        hand, pen = self._child_session, self._writer
        self._child_session = self._writer = None
        if hand is None or pen is None:
            return
        try:
            refused = await hand.close()
            self._unsaved += [(self._assessment_id, link_id, plain) for link_id, plain in refused]
        finally:
            await away(pen.close)

    async def retry_unsaved(self, desk: Desk) -> None:
        """Write what the disk had no room for while the child wrote; it is kept while it has none."""
        with suppress(StoreFault):
            while self._unsaved and desk.author[0] == self._author:
                await away(desk.add_line, *self._unsaved[0])
                self._unsaved.pop(0)

    async def read_review(self, desk: Desk, assessment_id: str) -> Handed | None:
        """The last turn of an assessment, or None when there was none."""
        sittings = await away(desk.sittings, assessment_id)
        if not sittings:
            return None
        return Handed(assessment_id, sittings[-1], await away(desk.origins, assessment_id))


def _mixed(options: Sequence[AnswerOption]) -> Sequence[AnswerOption]:
    return sorted(options, key=lambda _: sealing.make_chance())


def _as_they_are(options: Sequence[AnswerOption]) -> Sequence[AnswerOption]:
    return options
