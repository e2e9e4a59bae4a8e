"""What an event makes happen outside the engine: keeping, sealing, reading back.

This room knows the store, the envelope and the clock as ports of a `Desk`; it knows no screen and
decides nothing that the engine can decide. Every method is plain and blocking: screens call it
through `away`, which runs it on a thread so that the event loop is never held.

    work = desk.start(contact, child.id, "child-voice-7-11", context)
    work = desk.happens(work, Entered("ladder-now", Answered(2)))      # one sealed row, committed
    work = desk.happens(work, Finished())                              # signed, sealed, in the outbox
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from app.core.cases import form_metadata
from app.core.cases.child_writer import Pen
from app.core.cases.household_queries import HouseholdPage, Pages
from app.core.cases.prior_history import recalled
from app.core.cases.submission import SERVICE, complete, filled, keep_escrow, service_key, service_keys
from assessments.casework import child_sessions
from assessments.casework.casework_records import Fact
from assessments.casework.records import Assessment, Contact, Household, Person, Relationship, Sitting
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.definitions.text_packs import Pack, PackRefused, apply
from assessments.engine import form as forms
from assessments.engine.answers import Entry, Origin, to_plain
from assessments.engine.scoring import Context
from assessments.engine.version_move import Preview, preview
from assessments.ports import Clock
from assessments.store import Keys, Loss, Store, assessments, people
from assessments.store.people import Earlier
from assessments.store.rows.resume_state import read_desk, save_desk
from assessments.store.rows.sealed_rows import Found
from assessments.store.rows.summaries import Heading
from sync.device.exchange import Status

__all__ = [
    "SERVICE",
    "Desk",
    "Earlier",
    "EarlierFound",
    "Heading",
    "HouseholdPage",
    "Loss",
    "Pen",
    "Status",
    "Work",
    "away",
    "service_key",
    "service_keys",
]

T = TypeVar("T")
EarlierFound: TypeAlias = Found[Earlier]


async def away(work: Callable[..., T], *arguments: Any) -> T:
    """Run blocking work on a thread and wait for it without holding the event loop."""
    return await asyncio.to_thread(work, *arguments)


@dataclass(frozen=True, slots=True)
class Work:
    """One assessment on the desk: its record and its running form."""

    assessment: Assessment
    form: forms.Form
    problems: forms.ShowProblems | None = None

    def __repr__(self) -> str:
        return f"<Work {self.assessment.id}>"


class Desk:
    """One practitioner at work: unlocked keys, and all that a screen may ask for."""

    def __init__(self, store: Store, keys: Keys, clock: Clock, packs: Sequence[Pack] = ()) -> None:
        self._store, self._keys, self._clock, self._packs = store, keys, clock, packs
        self._household_reader = Pages(keys)

    def __repr__(self) -> str:
        return "<Desk>"

    def close(self) -> None:
        """Drop the keys. Everything that was typed is already kept."""
        self._household_reader.clear_cache()
        self._keys.close()

    @property
    def author(self) -> tuple[str, bytes]:
        """The alias and the public signing key of the practitioner."""
        return self._keys.author, self._keys.sign_public

    def ensure_escrow(self) -> bool:
        """Make what lets this person in again. False while the service's recovery keys are not known."""
        return keep_escrow(self._store, self._keys)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What unlocking found missing."""
        return self._keys.losses

    def accept_losses(self) -> None:
        """The person has been told: what is here is all there is from now on."""
        self._store.accept_losses(self._keys)

    # People

    def save_household(
        self,
        household: Household,
        persons: Sequence[Person],
        relationships: Sequence[Relationship] = (),
    ) -> None:
        people.save_household(self._keys, household, persons, relationships)

    def save_person(self, person: Person) -> None:
        people.save_person(self._keys, person)

    def save_relationships(self, household_id: str, relationships: Sequence[Relationship]) -> None:
        people.save_relationships(self._keys, household_id, relationships)

    def save_contact(self, contact: Contact) -> None:
        people.save_contact(self._keys, contact)

    def save_records(self, household_id: str, facts: Sequence[Fact]) -> None:
        """Keep facts of one household together: all of them or none."""
        people.save_facts(self._keys, household_id, facts)

    def households(self) -> Found[HouseholdPage]:
        """Every household with its people, for the first page after unlocking, and what does not open."""
        return self._household_reader.read_all()

    def household(self, household_id: str) -> HouseholdPage:
        return self._household_reader.read_household(household_id)

    def read_revisions(self, household_id: str) -> EarlierFound:
        """What stood in the records of a household before they were changed. Read when it is asked for."""
        return people.earlier(self._keys, household_id)

    # Assessments

    def start_assessment(self, contact: Contact, subject_id: str, tool: str, context: Context) -> Work:
        """Open a new assessment, empty: nothing of another person's ever stands in it."""
        instrument = self._with_licensed_wording(catalogue.load(tool))
        area = catalogue.load_area()
        assessment = Assessment(
            id=str(uuid.uuid4()),
            household_id=contact.household_id,
            contact_id=contact.id,
            subject_id=subject_id,
            instrument=instrument.id,
            version=instrument.version,
            instrument_hash=instrument.hash,
            author=self._keys.author,
            started_at=self._clock.now(),
            area=area.id,
            context=replace(context, misses=form_metadata.misses(self._keys, subject_id, tool)),
        )
        assessments.begin(self._keys, assessment)
        return Work(
            assessment,
            forms.begin(
                instrument,
                area.rules_for(tool),
                form_metadata.standing_context(self._keys, assessment, instrument, {}),
            ),
        )

    def resume_assessment(self, assessment_id: str) -> Work:
        """Open an assessment in progress just as it was left, with the very tool it was begun with.

        Of a damaged list every answer that can be read is there, and `lost_lines` says what is not.
        Raises NotFound("other-version") when that version is not here: nothing is guessed.
        """
        assessment = assessments.get(self._keys, assessment_id)
        kept = assessments.answers(self._keys, assessment_id)
        if child_sessions.is_open(kept) and assessment.status == "in-progress":
            # Nobody came to its end: what is written from here on is no child's.
            assessments.append_answer(
                self._keys, assessment_id, child_sessions.TURN, child_sessions.turn_ended("left")
            )
        moved = form_metadata.moved_to(kept)
        assessment = assessment.model_copy(update=moved)
        instrument = self._with_licensed_wording(
            catalogue.load_exact(assessment.instrument, assessment.version, assessment.instrument_hash)
        )
        context = form_metadata.standing_context(self._keys, assessment, instrument, kept)
        # Where a line is lost it may be the one that said which version wrote the others.
        is_known = not (moved or assessment.lost_lines)
        entries = {
            link_id: plain
            for link_id, plain in kept.items()
            if not link_id.startswith("$") and (is_known or forms.reads(instrument, link_id, plain))
        }
        rules = catalogue.load_area(assessment.area).rules_for(instrument.id)
        form = forms.begin(instrument, rules, context, forms.read_entries(instrument, entries))
        return Work(assessment, form)

    def refresh_history(self, work: Work) -> Work:
        """The open form with what has been written down about the household since it was opened."""
        if not work.form.instrument.grades:
            return work
        context = recalled(self._keys, work.assessment, work.form.context)
        return replace(work, form=replace(work.form, context=context))

    def preview_newest_version(self, work: Work) -> Preview | None:
        """What moving this form to the newest version of its tool would do; None when it is the newest."""
        newest = catalogue.load(work.assessment.instrument)
        if newest.version == work.assessment.version:
            return None
        return preview(work.form.instrument, newest, work.form.entries)

    def move_to_version(self, work: Work, version: str) -> Work:
        """Go on under another version of the tool. Nothing is deleted: moving back gives the same form."""
        instrument = catalogue.load(work.assessment.instrument, version)
        form_metadata.keep_version(self._keys, work.assessment.id, instrument)
        return self.resume_assessment(work.assessment.id)

    def _with_licensed_wording(self, instrument: Instrument) -> Instrument:
        """The tool in the organisation's licensed words, where a pack fits; else in ours."""
        for pack in self._packs:
            if pack.tool == instrument.id and pack.kind == "wording":
                with suppress(PackRefused):
                    return apply(pack, instrument, on=self._clock.now().date())
        return instrument

    def read_assessment(self, assessment_id: str) -> Assessment:
        """One assessment whole, with what has been answered so far if it is not finished."""
        found = assessments.get(self._keys, assessment_id)
        if found.status != "in-progress":
            return found
        work = self.resume_assessment(assessment_id)
        return filled(self._keys, work.assessment, work.form)

    def subject_of(self, assessment_id: str) -> Person:
        """The person that an assessment is about."""
        return people.person(self._keys, assessments.get(self._keys, assessment_id).subject_id)

    def apply_event(self, work: Work, event: forms.Event) -> Work:
        """Run one event: the form moves on, and what it asks to be kept is kept when this returns."""
        step = forms.update(work.form, event)
        changed = Work(work.assessment, step.form)
        for effect in step.effects:
            changed = self.run_effect(changed, effect)
        return changed

    def save_hidden_entries(self, work: Work, entries: Mapping[str, Entry]) -> Work:
        """Keep entries for items that are not shown: they are no part of the output."""
        for link_id, entry in entries.items():
            assessments.append_answer(self._keys, work.assessment.id, link_id, to_plain(entry))
        return self.resume_assessment(work.assessment.id)

    # A child's turn

    def open_child_writer(self, work: Work) -> Pen:
        """A pen for the open assessment that goes on when these keys are dropped."""
        return Pen(assessments.narrowed(self._keys, work.assessment.id), work.assessment.id)

    def add_line(self, assessment_id: str, link_id: str, plain: Any) -> None:
        """Add one line that a pen could not write at its time."""
        assessments.append_answer(self._keys, assessment_id, link_id, plain)

    def sittings(self, assessment_id: str) -> tuple[Sitting, ...]:
        """What a child gave in each turn, change by change."""
        return child_sessions.sittings_of(assessments.history(self._keys, assessment_id))

    def origins(self, assessment_id: str) -> dict[str, str]:
        """Where the answers that are not words came from, as far as it was marked."""
        return child_sessions.origins_of(assessments.answers(self._keys, assessment_id))

    def save_origin(self, assessment_id: str, link_id: str, origin: Origin | None) -> None:
        """Mark where an answer that is not words came from; None takes the mark back."""
        assessments.append_answer(self._keys, assessment_id, child_sessions.ORIGIN + link_id, origin)

    def save_item_drafts(self, work: Work, place: Mapping[str, Any]) -> None:
        """Remember the page and the half-typed words of an assessment in progress."""
        assessments.save_place(self._keys, work.assessment.id, dict(place))

    def read_item_drafts(self, assessment_id: str) -> dict[str, Any]:
        """Where the person left off; empty when nothing was noted."""
        return assessments.place(self._keys, assessment_id) or {}

    def save_resume_state(self, place: Mapping[str, Any]) -> None:
        """Remember where this person is and what stands half typed outside assessments."""
        if self._store.read_only:
            return  # a newer Wren's place is not this one's to overwrite
        save_desk(self._keys, dict(place))

    def read_resume_state(self) -> dict[str, Any]:
        """Where this person left off; empty when nothing was noted. Raises Damaged."""
        return read_desk(self._keys)

    def run_effect(self, work: Work, effect: forms.Effect) -> Work:
        """Run one effect: committed when this returns. Raises StoreFault, and nothing has changed then."""
        match effect:
            case forms.SaveEntry(link_id, plain):
                assessments.append_answer(self._keys, work.assessment.id, link_id, plain)
            case forms.ShowProblems():
                return replace(work, problems=effect)
            case forms.SaveStopped():
                assessments.stop(self._keys, work.assessment.id)
                stopped = work.assessment.model_copy(update={"status": "stopped"})
                return replace(work, assessment=stopped)
            case forms.Complete():
                done = complete(self._store, self._keys, self._clock, work.assessment, work.form)
                return replace(work, assessment=done)
            case _:
                form_metadata.keep(self._keys, work.assessment, effect)
        return work
