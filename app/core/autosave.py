"""What one person typed and did that the disk does not have yet.

Letters change the page at once; they are kept when the typing rests, and now and then meanwhile. A
tap is kept at once. All of it goes to the disk in order, one after the other, on a thread; what the
disk refuses stays here and is tried again with the next change. Kept beside the answers: what is
half typed and is no answer yet, on any screen, and where the person is, so that a lock or a dropped
phone costs neither. This room knows no screen and decides nothing about a form.

    keeping.typed(Entered("injury.detail", Answered("She said")))     # on the disk within two seconds
    keeping.begin("add-household", {"name": "Sam"})                   # there again after a kill
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.core.cases.case_service import Desk, Work, away
from app.core.state import Model
from assessments.engine import form as forms
from assessments.engine.answers import Entry
from assessments.errors import Damaged, Locked, StoreFault, UnknownFormat

Typed = forms.Entered | forms.Cleared | forms.Judged | forms.Recalled | forms.Deferred
Place = dict[str, Any]

TYPING_REST_S = 0.4
TYPING_LONGEST_S = 1.5


class Keeping:
    """One per unlocked person and page; after a lock it lives on only while the disk refuses."""

    def __init__(self, model: Model, now: Callable[[], datetime]) -> None:
        self._model, self._now = model, now
        self.desk: Desk | None = None
        # What is half typed: of the open assessment by item, and of other screens by their name.
        self.half: Mapping[str, Any] = {}
        self.begun: Mapping[str, Any] = {}
        self.offset = 0.0
        self._in_turn = asyncio.Lock()
        self._letters: dict[str, Typed] = {}
        self._unkept: list[tuple[Work, forms.Effect]] = []
        self._unkept_half: tuple[Work, Place] | None = None
        self._unkept_place: Place | None = None
        self._resting_since = 0.0
        self._resting: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return "<Keeping>"

    @property
    def is_waiting(self) -> bool:
        """Whether something is not on the disk yet."""
        return bool(self._letters or self._unkept or self._unkept_half or self._unkept_place)

    @property
    def is_refused(self) -> bool:
        """Whether the disk still refuses an answer."""
        return bool(self._unkept)

    # What happens on the page

    def happen(self, event: forms.Event) -> None:
        """One event on the open form: the page changes now, the disk follows with `keep`."""
        work = self._model.work
        if work is None:
            return
        step = forms.update(work.form, event)
        self._model.work = changed = replace(work, form=step.form, problems=None)
        self._unkept += [(changed, effect) for effect in step.effects]
        if isinstance(event, forms.Moved):
            self._note_half()
            self.moved()
        if self._unkept:
            self._model.saved = "saving"

    def typed(self, event: Typed) -> None:
        """Letters arrived in a field."""
        match event:
            case forms.Judged():
                self._letters["$judgement"] = event
            case forms.Recalled():
                self._letters["$history"] = event
            case forms.Deferred(tool, _):
                self._letters[f"$offer.{tool}"] = event
            case _:
                self._letters[event.link_id] = event
        self._model.saved = "saving"
        self._rest()

    def take(self) -> None:
        """Let the form have the letters that arrived, in the order of the fields, without waiting."""
        letters, self._letters = self._letters, {}
        for event in letters.values():
            self.happen(event)

    def entry(self, link_id: str) -> Entry | None:
        """The entry as it stands, with letters that are not kept yet."""
        event = self._letters.get(link_id)
        if isinstance(event, forms.Entered):
            return event.entry
        if event is not None or self._model.work is None:
            return None
        return self._model.work.form.entries.get(link_id)

    def hold(self, link_id: str, half: Any) -> None:
        """Remember what was typed and is not an answer yet; None forgets it."""
        if self.half.get(link_id) == half:
            return
        self.half = _with(self.half, link_id, half)
        self._note_half()
        self._model.saved = "saving"
        self._rest()

    def begin(self, screen: str, plain: Any) -> None:
        """Remember what stands half typed on a screen that is no assessment; None forgets it."""
        if self.begun.get(screen) == plain:
            return
        self.begun = _with(self.begun, screen, plain)
        self.moved(self.offset)

    def moved(self, offset: float = 0.0) -> None:
        """The person is somewhere else, or further down (in pixels): kept when things rest."""
        self.offset = offset
        self.note_place()
        self._rest()

    def note_place(self) -> None:
        """Take down where the person is, before the screens go."""
        trail = [[screen.name, screen.about] for screen in self._model.trail]
        self._unkept_place = {"trail": trail, "offset": self.offset, "begun": self.begun}

    def forget_half(self) -> None:
        """The open assessment is another one, or is finished."""
        self.half, self._unkept_half = {}, None

    # Opening again

    async def read_place(self) -> Place:
        """Where this person left off, with what stood half typed there."""
        place = self._unkept_place
        if place is None:
            place = await away(self._open_desk.desk_place)
        self.begun, self.offset = place.get("begun", {}), float(place.get("offset", 0))
        return place

    async def reopen(self, assessment_id: str) -> Work:
        """An assessment as it was left, with what the disk had no room for at the time.

        Half-typed words that cannot be read are one thing lost more; the answers are there all the same.
        """
        lost = 0
        if self._unkept_half is not None and self._unkept_half[0].assessment.id == assessment_id:
            left = self._unkept_half[1]
        else:
            try:
                left = await away(self._open_desk.place, assessment_id)
            except (Damaged, UnknownFormat):
                left, lost = {}, 1
        with contextlib.suppress(StoreFault):
            await self.keep()
        if self._unkept and self._unkept[-1][0].assessment.id == assessment_id:
            work = self._unkept[-1][0]
        else:
            work = await away(self._open_desk.resume, assessment_id)
        self.half = left.get("half", {})
        step = forms.update(work.form, forms.Moved(int(left.get("page", 0))))
        found = work.assessment.model_copy(update={"lost_lines": work.assessment.lost_lines + lost})
        return replace(work, assessment=found, form=step.form)

    # To the disk

    async def keep(self) -> None:
        """Keep what is not kept yet, in order. A fault leaves it for the next try and says so."""
        async with self._in_turn:
            try:
                while self._unkept:
                    work, effect = self._unkept[0]
                    await away(self._open_desk.run, work, effect)
                    self._unkept.pop(0)
                    self._model.saved_at = self._now()
                await self._keep_half()
                await self._keep_place()
            except StoreFault:
                self._model.saved = "failed"
                raise
            if self._model.saved in ("saving", "failed") and not (self._letters or self._unkept_half):
                self._model.saved = "saved"

    async def settle(self) -> None:
        """Keep what stands half typed, now."""
        if self.is_waiting and self.desk is not None:
            self.take()
            await self.keep()

    async def _keep_half(self) -> None:
        while (noted := self._unkept_half) is not None:
            await away(self._open_desk.keep_place, *noted)
            if self._unkept_half is noted:
                self._unkept_half = None
            self._model.saved_at = self._now()

    async def _keep_place(self) -> None:
        while (noted := self._unkept_place) is not None:
            await away(self._open_desk.keep_desk, noted)
            if self._unkept_place is noted:
                self._unkept_place = None

    def _note_half(self) -> None:
        work = self._model.work
        if work is not None:
            self._unkept_half = (work, {"page": work.form.page, "half": self.half})

    def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        if self._resting is not None and not self._resting.done():
            if loop.time() - self._resting_since < TYPING_LONGEST_S:
                self._resting.cancel()
        else:
            self._resting_since = loop.time()
        self._resting = asyncio.create_task(self._after_rest())

    async def _after_rest(self) -> None:
        await asyncio.sleep(TYPING_REST_S)
        # A cancelled rest must not cut a write short: what begins here runs to its end.
        with contextlib.suppress(StoreFault, Locked):  # the page says so by `saved`, and it is tried again
            await asyncio.shield(self.settle())

    @property
    def _open_desk(self) -> Desk:
        if self.desk is None:
            raise Locked
        return self.desk


def _with(half: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The same with one thing changed, or taken out when it is None."""
    others = {key: kept for key, kept in half.items() if key != place}
    return others if value is None else {**others, place: value}
