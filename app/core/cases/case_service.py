"""The use cases of an unlocked practitioner. Every method blocks: screens call it through `run_blocking`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeAlias, TypeVar

from app.core.cases import form_metadata
from app.core.cases.household_queries import HouseholdOverview, HouseholdReader
from app.core.cases.submission import complete_assessment, ensure_escrow, fill_record
from app.core.plain import Json
from assessments.casework import child_sessions
from assessments.casework.casework_records import CaseworkRecord
from assessments.casework.ids import new_id
from assessments.casework.records import (
    Assessment,
    ChildSessionRecord,
    Contact,
    Household,
    Person,
    Relationship,
)
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.definitions.text_packs import PackRefused, TextPack, apply_pack
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry, Origin, to_plain
from assessments.engine.scoring import ScoringContext
from assessments.engine.version_move import MovePreview, preview_move
from assessments.ports import Clock
from assessments.store import DataLoss, Store, UnlockedAssessment, UnlockedStore, assessments, people
from assessments.store.people import Revision
from assessments.store.rows.resume_state import read_resume_state, save_resume_state
from assessments.store.rows.sealed_rows import ReadResult
from assessments.store.rows.unlocked_store import AssessmentSummary
from sync.device.exchange import OutboxStatus

# Pages may not import the store or the wire: the types of theirs that they show are named here.
__all__ = [
    "AssessmentSummary",
    "CaseService",
    "DataLoss",
    "OpenAssessment",
    "OutboxStatus",
    "Revision",
    "RevisionsResult",
    "run_blocking",
]

P = ParamSpec("P")
T = TypeVar("T")
RevisionsResult: TypeAlias = ReadResult[Revision]


async def run_blocking(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run blocking work on a thread and wait for it without holding the event loop."""
    return await asyncio.to_thread(work, *arguments, **named)


@dataclass(frozen=True, slots=True, repr=False)
class OpenAssessment:
    """An assessment that is being filled: its record and its running form."""

    assessment: Assessment
    form: forms.Form
    problems: forms.ShowProblems | None = None


class ChildWriter:
    """The write access of a child's session: adds lines to one assessment until `close`, and reads none."""

    def __init__(self, keys: UnlockedAssessment, assessment_id: str) -> None:
        self._keys, self._assessment_id = keys, assessment_id

    def write(self, link_id: str, plain: Json) -> None:
        """Add one line: on the disk when this returns."""
        assessments.append_answer(self._keys, self._assessment_id, link_id, plain)

    def close(self) -> None:
        """Drop the key."""
        self._keys.close()


class CaseService:
    """What a screen may ask for with the unlocked keys of one practitioner."""

    def __init__(
        self, store: Store, keys: UnlockedStore, clock: Clock, packs: Sequence[TextPack] = ()
    ) -> None:
        self._store, self._keys, self._clock, self._packs = store, keys, clock, packs
        self._household_reader = HouseholdReader(keys)

    def close(self) -> None:
        """Drop the keys. Everything that was typed is saved before."""
        self._household_reader.clear_cache()
        self._keys.close()

    @property
    def author(self) -> tuple[str, bytes]:
        """The alias and the public signing key of the practitioner."""
        return self._keys.author, self._keys.sign_public

    def ensure_escrow(self) -> bool:
        """Make what lets this person in again. False while the service's recovery keys are not known."""
        return ensure_escrow(self._store, self._keys)

    @property
    def losses(self) -> tuple[DataLoss, ...]:
        """What unlocking found missing."""
        return self._keys.losses

    def accept_losses(self) -> None:
        """Take what is here for all there is: the person has read what is missing."""
        self._store.accept_losses(self._keys)

    # People

    def save_household(
        self, household: Household, persons: Sequence[Person], relationships: Sequence[Relationship] = ()
    ) -> None:
        """Save a household with its people and their relationships, all of them or none."""
        people.save_household(self._keys, household, persons, relationships)

    def save_record(self, record: Person | Relationship | Contact | CaseworkRecord) -> None:
        """Save a record of a household, or the next revision of it."""
        people.save_record(self._keys, record)

    def save_records(self, household_id: str, facts: Sequence[CaseworkRecord]) -> None:
        """Save records of one household: all of them or none."""
        people.save_records(self._keys, household_id, facts)

    def households(self) -> ReadResult[HouseholdOverview]:
        """Every household with its people, for the first page after unlocking, and what does not open."""
        return self._household_reader.read_all()

    def household(self, household_id: str) -> HouseholdOverview:
        """Read one household. Raises NotFound."""
        return self._household_reader.read_household(household_id)

    def read_revisions(self, household_id: str) -> RevisionsResult:
        """What stood in the records of a household before they were changed. Read when it is asked for."""
        return people.read_revisions(self._keys, household_id)

    # Assessments

    def start_assessment(
        self, contact: Contact, subject_id: str, tool: str, context: ScoringContext
    ) -> OpenAssessment:
        """Open a new assessment, empty: nothing of another person's ever stands in it."""
        instrument, area = self._with_licensed_wording(catalogue.load_tool(tool)), catalogue.load_area()
        assessment = Assessment(
            id=new_id(),
            household_id=contact.household_id,
            contact_id=contact.id,
            subject_id=subject_id,
            instrument=instrument.id,
            version=instrument.version,
            instrument_hash=instrument.hash,
            author=self._keys.author,
            started_at=self._clock.now(),
            area=area.id,
            context=replace(context, misses=form_metadata.count_misses(self._keys, subject_id, tool)),
        )
        assessments.begin(self._keys, assessment)
        context = form_metadata.current_context(self._keys, assessment, instrument, {})
        return OpenAssessment(assessment, forms.open_form(instrument, area.rules_for(tool), context))

    def resume_assessment(self, assessment_id: str) -> OpenAssessment:
        """Open an assessment in progress just as it was left, with the very tool it was begun with.

        Of a damaged list every answer that can be read is there, and `lost_lines` says what is not.
        Raises NotFound("other-version") when that version is not here: nothing is guessed.
        """
        assessment = assessments.get(self._keys, assessment_id)
        kept = assessments.read_answers(self._keys, assessment_id)
        if child_sessions.is_child_session_open(kept) and assessment.status == "in-progress":
            # Nobody came to its end: what is written from here on is no child's.
            end = child_sessions.make_end_entry("left")
            assessments.append_answer(self._keys, assessment_id, child_sessions.CHILD_SESSION_KEY, end)
        moved = form_metadata.read_moved_version(kept)
        assessment = assessment.model_copy(update=moved)
        instrument = self._with_licensed_wording(
            catalogue.load_pinned_tool(assessment.instrument, assessment.version, assessment.instrument_hash)
        )
        context = form_metadata.current_context(self._keys, assessment, instrument, kept)
        # Where a line is lost it may be the one that said which version wrote the others.
        is_known = not (moved or assessment.lost_lines)
        entries = {
            link_id: plain
            for link_id, plain in kept.items()
            if not link_id.startswith("$") and (is_known or forms.can_read_entry(instrument, link_id, plain))
        }
        rules = catalogue.load_area(assessment.area).rules_for(instrument.id)
        form = forms.open_form(instrument, rules, context, forms.read_entries(instrument, entries))
        return OpenAssessment(assessment, form)

    def refresh_history(self, work: OpenAssessment) -> OpenAssessment:
        """The open form with what has been written down about the household since it was opened."""
        if not work.form.instrument.grades:
            return work
        context = form_metadata.with_history(self._keys, work.assessment, work.form.context)
        return replace(work, form=replace(work.form, context=context))

    def preview_newest_version(self, work: OpenAssessment) -> MovePreview | None:
        """What moving this form to the newest version of its tool would do; None when it is the newest."""
        newest = catalogue.load_tool(work.assessment.instrument)
        if newest.version == work.assessment.version:
            return None
        return preview_move(work.form.instrument, newest, work.form.entries)

    def move_to_version(self, work: OpenAssessment, version: str) -> OpenAssessment:
        """Go on under another version of the tool. Nothing is deleted: moving back gives the same form."""
        instrument = catalogue.load_tool(work.assessment.instrument, version)
        form_metadata.save_version(self._keys, work.assessment.id, instrument)
        return self.resume_assessment(work.assessment.id)

    def _with_licensed_wording(self, instrument: Instrument) -> Instrument:
        """The tool in the organisation's licensed words, where a pack fits; else in ours."""
        for pack in self._packs:
            if pack.tool == instrument.id and pack.kind == "wording":
                with suppress(PackRefused):
                    return apply_pack(pack, instrument, on=self._clock.now().date())
        return instrument

    def read_assessment(self, assessment_id: str) -> Assessment:
        """One assessment whole, with what has been answered so far if it is not finished."""
        found = assessments.get(self._keys, assessment_id)
        if found.status != "in-progress":
            return found
        work = self.resume_assessment(assessment_id)
        return fill_record(self._keys, work.assessment, work.form)

    def subject_of(self, assessment_id: str) -> Person:
        """The person that an assessment is about."""
        return people.read_record(self._keys, Person, assessments.get(self._keys, assessment_id).subject_id)

    def apply_event(self, work: OpenAssessment, event: forms.FormEvent) -> OpenAssessment:
        """Run one event: the form moves on, and what it asks to be kept is kept when this returns."""
        step = forms.update(work.form, event)
        changed = OpenAssessment(work.assessment, step.form)
        for effect in step.effects:
            changed = self.run_effect(changed, effect)
        return changed

    def save_hidden_entries(self, work: OpenAssessment, entries: Mapping[str, AnswerEntry]) -> OpenAssessment:
        """Keep entries for items that are not shown: they are no part of the output."""
        for link_id, entry in entries.items():
            assessments.append_answer(self._keys, work.assessment.id, link_id, to_plain(entry))
        return self.resume_assessment(work.assessment.id)

    # A child's session

    def open_child_writer(self, work: OpenAssessment) -> ChildWriter:
        """A writer for the open assessment that outlives these keys."""
        return ChildWriter(assessments.unlock_assessment(self._keys, work.assessment.id), work.assessment.id)

    def add_line(self, assessment_id: str, link_id: str, plain: Json) -> None:
        """Add one line that a child writer could not write at its time."""
        assessments.append_answer(self._keys, assessment_id, link_id, plain)

    def sittings(self, assessment_id: str) -> tuple[ChildSessionRecord, ...]:
        """What a child gave in each session, change by change."""
        return child_sessions.read_child_sessions(assessments.read_answer_log(self._keys, assessment_id))

    def origins(self, assessment_id: str) -> dict[str, str]:
        """Where the answers that are not words came from, as far as it was marked."""
        return child_sessions.read_origins(assessments.read_answers(self._keys, assessment_id))

    def save_origin(self, assessment_id: str, link_id: str, origin: Origin | None) -> None:
        """Mark where an answer that is not words came from; None takes the mark back."""
        self.add_line(assessment_id, child_sessions.ORIGIN_KEY_PREFIX + link_id, origin)

    def save_item_drafts(self, work: OpenAssessment, place: Mapping[str, Json]) -> None:
        """Remember the page and the half-typed words of an assessment in progress."""
        assessments.save_item_drafts(self._keys, work.assessment.id, dict(place))

    def read_item_drafts(self, assessment_id: str) -> dict[str, Json]:
        """Where the person left off; empty when nothing was noted."""
        return assessments.read_item_drafts(self._keys, assessment_id) or {}

    def save_resume_state(self, place: Mapping[str, Json]) -> None:
        """Remember where this person is and what stands half typed outside assessments."""
        if self._store.read_only:
            return  # a newer Wren's place is not this one's to overwrite
        save_resume_state(self._keys, dict(place))

    def read_resume_state(self) -> dict[str, Json]:
        """Where this person left off; empty when nothing was noted. Raises Damaged."""
        return read_resume_state(self._keys)

    def run_effect(self, work: OpenAssessment, effect: forms.FormEffect) -> OpenAssessment:
        """Run one effect: committed when this returns. Raises StoreFault, and nothing has changed then."""
        match effect:
            case forms.SaveAnswer(link_id, plain):
                assessments.append_answer(self._keys, work.assessment.id, link_id, plain)
            case forms.ShowProblems():
                return replace(work, problems=effect)
            case forms.SaveStoppedForm():
                assessments.stop(self._keys, work.assessment.id)
                return replace(work, assessment=work.assessment.model_copy(update={"status": "stopped"}))
            case forms.CompleteForm():
                done = complete_assessment(self._store, self._keys, self._clock, work.assessment, work.form)
                return replace(work, assessment=done)
            case _:
                form_metadata.save_metadata(self._keys, work.assessment, effect)
        return work
