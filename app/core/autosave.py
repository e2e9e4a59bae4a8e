"""Debounced autosave of answers, drafts and the place where a person is.

Letters change the page at once and are on the disk within two seconds; a tap is written at once. Drafts, what
is half typed and no answer yet, survive a lock or a killed app with the resume state.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from app.core.cases.case_service import CaseService, OpenAssessment, run_blocking
from app.core.plain import Json
from app.core.state import AppState
from app.core.write_queue import WriteQueue
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry
from assessments.errors import Damaged, Locked, StoreFault, UnknownFormat

TypedEvent = (
    forms.AnswerEntered
    | forms.AnswerCleared
    | forms.JudgementGiven
    | forms.HistoryAnswered
    | forms.SupplementDeferred
)
ResumeState = dict[str, Json]


class Autosave:
    """One per unlocked person and page; after a lock it lives on only while the disk refuses."""

    def __init__(self, model: AppState, now: Callable[[], datetime]) -> None:
        self._model, self._now = model, now
        self.case_service: CaseService | None = None
        # What is half typed: of the open assessment by item, and of other screens by their name.
        self.item_drafts: Mapping[str, Json] = {}
        self.screen_drafts: Mapping[str, Json] = {}
        self.scroll_offset = 0.0
        self._queue = WriteQueue(self._write_effect)
        self._queued_input: dict[str, TypedEvent] = {}
        self._unsaved_item_drafts: tuple[OpenAssessment, ResumeState] | None = None
        self._unsaved_resume_state: ResumeState | None = None

    @property
    def has_unsaved(self) -> bool:
        """Whether something is not on the disk yet."""
        typed = self._queued_input or self._queue.entries
        return bool(typed or self._unsaved_item_drafts or self._unsaved_resume_state)

    @property
    def has_unsaved_answers(self) -> bool:
        """Whether the disk still refuses an answer."""
        return bool(self._queue.entries)

    # What happens on the page

    def apply_event(self, event: forms.FormEvent) -> None:
        """One event on the open form: the page changes now, the disk follows with `flush`."""
        work = self._model.open_assessment
        if work is None:
            return
        step = forms.update(work.form, event)
        self._model.open_assessment = changed = replace(work, form=step.form, problems=None)
        self._queue.add(*((changed, effect) for effect in step.effects))
        if isinstance(event, forms.PageChanged):
            self._capture_item_drafts()
            self.update_position()
        if self._queue.entries:
            self._model.set_save_state("saving")

    def queue_input(self, event: TypedEvent) -> None:
        """Letters arrived in a field."""
        match event:
            case forms.JudgementGiven():
                field = "$judgement"
            case forms.HistoryAnswered():
                field = "$history"
            case forms.SupplementDeferred(tool, _):
                field = f"$offer.{tool}"
            case _:
                field = event.link_id
        self._queued_input[field] = event
        self._model.set_save_state("saving")
        self._queue.restart_debounce(self._save_typing)

    def apply_input(self) -> None:
        """Let the form have the letters that arrived, in the order of the fields, without waiting."""
        letters, self._queued_input = self._queued_input, {}
        for event in letters.values():
            self.apply_event(event)

    def current_entry(self, link_id: str) -> AnswerEntry | None:
        """The entry as it stands, with letters that are not kept yet."""
        event = self._queued_input.get(link_id)
        if isinstance(event, forms.AnswerEntered):
            return event.entry
        if event is not None or self._model.open_assessment is None:
            return None
        return self._model.open_assessment.form.entries.get(link_id)

    def set_item_draft(self, link_id: str, half: Json) -> None:
        """Remember what was typed and is not an answer yet; None forgets it."""
        if self.item_drafts.get(link_id) == half:
            return
        self.item_drafts = _with_draft(self.item_drafts, link_id, half)
        self._capture_item_drafts()
        self._model.set_save_state("saving")
        self._queue.restart_debounce(self._save_typing)

    def set_screen_draft(self, screen: str, plain: Json) -> None:
        """Remember what stands half typed on a screen that is no assessment; None forgets it."""
        if self.screen_drafts.get(screen) == plain:
            return
        self.screen_drafts = _with_draft(self.screen_drafts, screen, plain)
        self.update_position(self.scroll_offset)

    def update_position(self, offset: float = 0.0) -> None:
        """The person is somewhere else, or further down (in pixels): kept when things rest."""
        self.scroll_offset = offset
        self.capture_resume_state()
        self._queue.restart_debounce(self._save_typing)

    def capture_resume_state(self) -> None:
        """Take down where the person is, before the screens go."""
        trail, begun = [[screen.name, screen.target] for screen in self._model.trail], self.screen_drafts
        self._unsaved_resume_state = {"trail": trail, "offset": self.scroll_offset, "begun": begun}

    def clear_item_drafts(self) -> None:
        """The open assessment is another one, or is finished."""
        self.item_drafts, self._unsaved_item_drafts = {}, None

    # Opening again

    async def read_resume_state(self) -> ResumeState:
        """Where this person left off, with what stood half typed there."""
        place = self._unsaved_resume_state
        if place is None:
            place = await run_blocking(self._open_case_service.read_resume_state)
        begun, offset = place.get("begun"), place.get("offset")
        self.screen_drafts = begun if isinstance(begun, Mapping) else {}
        self.scroll_offset = float(offset) if isinstance(offset, int | float) else 0.0
        return place

    async def reopen_assessment(self, assessment_id: str) -> OpenAssessment:
        """An assessment as it was left, with what the disk had no room for at the time.

        Half-typed words that cannot be read are one thing lost more; the answers are there all the same.
        """
        lost, unsaved = 0, self._unsaved_item_drafts
        if unsaved is not None and unsaved[0].assessment.id == assessment_id:
            left = unsaved[1]
        else:
            try:
                left = await run_blocking(self._open_case_service.read_item_drafts, assessment_id)
            except (Damaged, UnknownFormat):
                left, lost = {}, 1
        with contextlib.suppress(StoreFault):
            await self.flush()
        if self._queue.entries and self._queue.entries[-1][0].assessment.id == assessment_id:
            work = self._queue.entries[-1][0]
        else:
            work = await run_blocking(self._open_case_service.resume_assessment, assessment_id)
        half, page = left.get("half"), left.get("page")
        self.item_drafts = half if isinstance(half, Mapping) else {}
        step = forms.update(work.form, forms.PageChanged(page if isinstance(page, int) else 0))
        found = work.assessment.model_copy(update={"lost_lines": work.assessment.lost_lines + lost})
        return replace(work, assessment=found, form=step.form)

    # To the disk

    async def flush(self) -> None:
        """Keep what is not kept yet, in order. A fault leaves it for the next try and says so."""
        async with self._queue.lock:
            try:
                await self._queue.write_entries()
                await self._flush_item_drafts()
                await self._flush_resume_state()
            except StoreFault:
                self._model.set_save_state("failed")
                raise
            if self._model.save_progress.state in ("saving", "failed") and not (
                self._queued_input or self._unsaved_item_drafts
            ):
                self._model.set_save_state("saved")

    async def apply_and_flush(self) -> None:
        """Keep what stands half typed, now."""
        if self.has_unsaved and self.case_service is not None:
            self.apply_input()
            await self.flush()

    async def _flush_item_drafts(self) -> None:
        while (noted := self._unsaved_item_drafts) is not None:
            await run_blocking(self._open_case_service.save_item_drafts, *noted)
            if self._unsaved_item_drafts is noted:
                self._unsaved_item_drafts = None
            self._model.save_progress.saved_at = self._now()

    async def _flush_resume_state(self) -> None:
        while (noted := self._unsaved_resume_state) is not None:
            await run_blocking(self._open_case_service.save_resume_state, noted)
            if self._unsaved_resume_state is noted:
                self._unsaved_resume_state = None

    def _capture_item_drafts(self) -> None:
        work = self._model.open_assessment
        if work is not None:
            self._unsaved_item_drafts = (work, {"page": work.form.page, "half": self.item_drafts})

    async def _write_effect(self, unsaved: tuple[OpenAssessment, forms.FormEffect]) -> None:
        await run_blocking(self._open_case_service.run_effect, *unsaved)
        self._model.save_progress.saved_at = self._now()

    async def _save_typing(self) -> None:
        with contextlib.suppress(StoreFault, Locked):  # the page says so, and it is tried again
            await self.apply_and_flush()

    @property
    def _open_case_service(self) -> CaseService:
        if self.case_service is None:
            raise Locked
        return self.case_service


def _with_draft(half: Mapping[str, Json], place: str, value: Json) -> dict[str, Json]:
    """The same with one thing changed, or taken out when it is None."""
    others = {key: kept for key, kept in half.items() if key != place}
    return others if value is None else {**others, place: value}
