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
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TypeAlias, TypeVar

from app.recall import ask_later, keep_history, recalled
from assessments import catalogue, sittings
from assessments.definition import Instrument
from assessments.engine import form as forms
from assessments.engine.answers import Entry, Origin, to_plain
from assessments.engine.scoring import Context, Judgement
from assessments.errors import NotReady, StoreFault, WrenError
from assessments.facts import Fact
from assessments.moving import Preview, preview
from assessments.own_words import still_kept
from assessments.ports import Clock
from assessments.records import Assessment, Contact, Household, Person, Relationship, Sitting
from assessments.store import Keys, Loss, Store, assessments, people
from assessments.store.desk import read_desk, save_desk
from assessments.store.filing import Found
from assessments.store.headings import Heading, listing
from assessments.store.people import Earlier
from assessments.told import Told, told
from assessments.wording import Pack, PackRefused, apply
from sync.device.enrolment import ServiceKeys
from sync.device.exchange import Status
from sync.envelope import SCHEMA, ServiceKey, Statement, seal_submission

__all__ = [
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
F = TypeVar("F", bound=Fact)
EarlierFound: TypeAlias = Found[Earlier]

# Kept beside the answers in the same append-only list, under names that no item can have.
_JUDGEMENT = "$judgement"
_VERSION = "$version"
_NOT_DONE = "$not-done."
_WORDED = "$language."
SERVICE = "service"


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


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """A household with everyone in it and what has been recorded of each."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    contacts: tuple[Contact, ...]
    assessments: tuple[Heading, ...]
    facts: tuple[Fact, ...] = ()
    told: tuple[Told, ...] = ()
    # The ids of what was written otherwise before.
    changed: frozenset[str] = frozenset()
    # How many rows of it are kept and do not open.
    unreadable: int = 0

    def __repr__(self) -> str:
        return f"<HouseholdPage {self.household.id}>"

    def facts_of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of one kind, in the order in which they were first written."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    def children(self, on: date) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.is_child(on))

    def adults(self, on: date) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if not person.is_child(on))

    def of(self, person_id: str) -> tuple[Heading, ...]:
        """What was recorded of one person, the newest first."""
        return tuple(found for found in self.assessments if found.subject_id == person_id)


class Pen:
    """What is left of a desk in a child's hands: it adds lines to one assessment, and reads nothing."""

    def __init__(self, keys: Keys, assessment_id: str) -> None:
        self._keys, self._assessment_id = keys, assessment_id

    def __repr__(self) -> str:
        return "<Pen>"

    def write(self, link_id: str, plain: Any) -> None:
        """Add one line: on the disk when this returns."""
        assessments.append_answer(self._keys, self._assessment_id, link_id, plain)

    def leave(self) -> None:
        self._keys.close()


class Desk:
    """One practitioner at work: unlocked keys, and all that a screen may ask for."""

    def __init__(self, store: Store, keys: Keys, clock: Clock, packs: Sequence[Pack] = ()) -> None:
        self._store, self._keys, self._clock, self._packs = store, keys, clock, packs
        self._told_before: dict[str, tuple[Told, ...]] = {}

    def __repr__(self) -> str:
        return "<Desk>"

    def leave(self) -> None:
        """Drop the keys. Everything that was typed is already kept."""
        self._told_before.clear()
        self._keys.close()

    @property
    def author(self) -> tuple[str, bytes]:
        """The alias and the public signing key of the practitioner."""
        return self._keys.author, self._keys.sign_public

    def keep_escrow(self) -> bool:
        """Make what lets this person in again, unless it is made. False while the service's recovery
        keys are not known: then nothing can be finished."""
        known = service_keys(self._store)
        if known is None or known.recovery_keys is None:
            return False
        made = self._store.escrow(self._keys.author)
        agency, service = known.recovery_keys
        if made is None or (made.agency_kid, made.service_kid) != (agency.kid, service.kid):
            self._store.keep_escrow(self._keys, agency, service)
        return True

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What unlocking found missing."""
        return self._keys.losses

    def accept_losses(self) -> None:
        """The person has been told: what is here is all there is from now on."""
        self._store.accept_losses(self._keys)

    # People

    def keep_household(
        self,
        household: Household,
        persons: Sequence[Person],
        relationships: Sequence[Relationship] = (),
    ) -> None:
        people.save_household(self._keys, household, persons, relationships)

    def keep_person(self, person: Person) -> None:
        people.save_person(self._keys, person)

    def keep_relationships(self, household_id: str, relationships: Sequence[Relationship]) -> None:
        people.save_relationships(self._keys, household_id, relationships)

    def keep_contact(self, contact: Contact) -> None:
        people.save_contact(self._keys, contact)

    def keep_facts(self, household_id: str, facts: Sequence[Fact]) -> None:
        """Keep facts of one household together: all of them or none."""
        people.save_facts(self._keys, household_id, facts)

    def households(self) -> Found[HouseholdPage]:
        """Every household with its people, for the first page after unlocking, and what does not open."""
        headings, homes = listing(self._keys), people.homes(self._keys)
        within: dict[str, list[Heading]] = defaultdict(list)
        for heading in headings:
            within[heading.household_id].append(heading)
        pages = (self._page(home, within[home.household.id]) for home in homes)
        return Found(pages, (*homes.unreadable, *headings.unreadable))

    def household(self, household_id: str) -> HouseholdPage:
        return self._page(people.home(self._keys, household_id), listing(self._keys, household_id))

    def _page(self, home: people.Home, headings: Sequence[Heading]) -> HouseholdPage:
        return HouseholdPage(
            home.household,
            tuple(home.persons),
            tuple(home.relationships),
            tuple(home.contacts),
            tuple(sorted(headings, key=lambda found: found.started_at, reverse=True)),
            tuple(home.facts),
            tuple(one for heading in headings for one in self._told(heading)),
            home.changed,
            sum(
                len(found.unreadable)
                for found in (home.persons, home.relationships, home.contacts, home.facts)
            ),
        )

    def earlier(self, household_id: str) -> EarlierFound:
        """What stood in the records of a household before they were changed. Read when it is asked for."""
        return people.earlier(self._keys, household_id)

    def _told(self, heading: Heading) -> tuple[Told, ...]:
        """What a finished tool holds of its child. Kept with the keys: what is finished never changes."""
        if heading.status not in ("completed", "amended"):
            return ()
        if heading.id not in self._told_before:
            # A tool that is not here any more, or a record that does not open: the others are shown.
            with suppress(WrenError):
                found = assessments.get(self._keys, heading.id)
                tool = catalogue.load_exact(found.instrument, found.version, found.instrument_hash)
                self._told_before[heading.id] = told(tool, found)
        return self._told_before.get(heading.id, ())

    # Assessments

    def start(self, contact: Contact, subject_id: str, tool: str, context: Context) -> Work:
        """Open a new assessment, empty: nothing of another person's ever stands in it."""
        instrument = self._worded(catalogue.load(tool))
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
            context=replace(context, misses=self._misses(subject_id, tool)),
        )
        assessments.begin(self._keys, assessment)
        return Work(
            assessment,
            forms.begin(instrument, area.rules_for(tool), self._context(assessment, instrument, {})),
        )

    def resume(self, assessment_id: str) -> Work:
        """Open an assessment in progress just as it was left, with the very tool it was begun with.

        Of a damaged list every answer that can be read is there, and `lost_lines` says what is not.
        Raises NotFound("other-version") when that version is not here: nothing is guessed.
        """
        assessment = assessments.get(self._keys, assessment_id)
        kept = assessments.answers(self._keys, assessment_id)
        if sittings.is_open(kept) and assessment.status == "in-progress":
            # Nobody came to its end: what is written from here on is no child's.
            assessments.append_answer(self._keys, assessment_id, sittings.TURN, sittings.turn_ended("left"))
        moved = kept.get(_VERSION)
        if moved:
            assessment = assessment.model_copy(update=moved)
        instrument = self._worded(
            catalogue.load_exact(assessment.instrument, assessment.version, assessment.instrument_hash)
        )
        context = self._context(assessment, instrument, kept)
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

    def _context(self, assessment: Assessment, instrument: Instrument, kept: Mapping[str, Any]) -> Context:
        """The context as it stands: what is known of before, own judgement, which tools are done or not."""
        judged = kept.get(_JUDGEMENT)
        return replace(
            recalled(self._keys, assessment, assessment.context) if instrument.grades else assessment.context,
            judgement=Judgement(**judged) if judged else assessment.context.judgement,
            misses=self._misses(assessment.subject_id, assessment.instrument),
            done=self._done_with(assessment),
            not_done=tuple(
                (name.removeprefix(_NOT_DONE), reason)
                for name, reason in kept.items()
                if name.startswith(_NOT_DONE) and reason
            ),
            kept_phrases=tuple(
                sorted(
                    (name.removeprefix(_WORDED), tuple(codes))
                    for name, codes in kept.items()
                    if name.startswith(_WORDED)
                )
            ),
        )

    def recalled(self, work: Work) -> Work:
        """The open form with what has been written down about the household since it was opened."""
        if not work.form.instrument.grades:
            return work
        context = recalled(self._keys, work.assessment, work.form.context)
        return replace(work, form=replace(work.form, context=context))

    def _misses(self, subject_id: str, tool: str) -> int:
        """How often in a row, up to now, this tool came to nothing for this person."""
        if not catalogue.load(tool).missed_when:
            return 0
        count = 0
        for heading in reversed(listing(self._keys)):
            if (heading.subject_id, heading.instrument, heading.status) == (subject_id, tool, "completed"):
                try:
                    findings = (assessments.get(self._keys, heading.id).result or {}).get("findings", ())
                except StoreFault:
                    continue  # it is shown as unreadable where it is listed; what is new is not held up
                if not any(finding["code"] == "missed" for finding in findings):
                    break
                count += 1
        return count

    def _done_with(self, assessment: Assessment) -> tuple[str, ...]:
        """The tools completed in the same contact, whoever they are about."""
        headings = listing(self._keys, assessment.household_id)
        return tuple(
            found.instrument
            for found in headings
            if found.contact_id == assessment.contact_id and found.status == "completed"
        )

    def newer(self, work: Work) -> Preview | None:
        """What moving this form to the newest version of its tool would do; None when it is the newest."""
        newest = catalogue.load(work.assessment.instrument)
        if newest.version == work.assessment.version:
            return None
        return preview(work.form.instrument, newest, work.form.entries)

    def move(self, work: Work, version: str) -> Work:
        """Go on under another version of the tool. Nothing is deleted: moving back gives the same form."""
        instrument = catalogue.load(work.assessment.instrument, version)
        pinned = {"version": instrument.version, "instrument_hash": instrument.hash}
        assessments.append_answer(self._keys, work.assessment.id, _VERSION, pinned)
        return self.resume(work.assessment.id)

    def _worded(self, instrument: Instrument) -> Instrument:
        """The tool in the organisation's licensed words, where a pack fits; else in ours."""
        for pack in self._packs:
            if pack.tool == instrument.id and pack.kind == "wording":
                with suppress(PackRefused):
                    return apply(pack, instrument, on=self._clock.now().date())
        return instrument

    def record(self, assessment_id: str) -> Assessment:
        """One assessment whole, with what has been answered so far if it is not finished."""
        found = assessments.get(self._keys, assessment_id)
        if found.status != "in-progress":
            return found
        return self._filled(self.resume(assessment_id))

    def subject_of(self, assessment_id: str) -> Person:
        """The person that an assessment is about."""
        return people.person(self._keys, assessments.get(self._keys, assessment_id).subject_id)

    def happens(self, work: Work, event: forms.Event) -> Work:
        """Run one event: the form moves on, and what it asks to be kept is kept when this returns."""
        step = forms.update(work.form, event)
        changed = Work(work.assessment, step.form)
        for effect in step.effects:
            changed = self.run(changed, effect)
        return changed

    def keep_hidden(self, work: Work, entries: Mapping[str, Entry]) -> Work:
        """Keep entries for items that are not shown: they are no part of the output."""
        for link_id, entry in entries.items():
            assessments.append_answer(self._keys, work.assessment.id, link_id, to_plain(entry))
        return self.resume(work.assessment.id)

    # A child's turn

    def pen(self, work: Work) -> Pen:
        """A pen for the open assessment that goes on when these keys are dropped."""
        return Pen(assessments.narrowed(self._keys, work.assessment.id), work.assessment.id)

    def add_line(self, assessment_id: str, link_id: str, plain: Any) -> None:
        """Add one line that a pen could not write at its time."""
        assessments.append_answer(self._keys, assessment_id, link_id, plain)

    def sittings(self, assessment_id: str) -> tuple[Sitting, ...]:
        """What a child gave in each turn, change by change."""
        return sittings.sittings_of(assessments.history(self._keys, assessment_id))

    def origins(self, assessment_id: str) -> dict[str, str]:
        """Where the answers that are not words came from, as far as it was marked."""
        return sittings.origins_of(assessments.answers(self._keys, assessment_id))

    def keep_origin(self, assessment_id: str, link_id: str, origin: Origin | None) -> None:
        """Mark where an answer that is not words came from; None takes the mark back."""
        assessments.append_answer(self._keys, assessment_id, sittings.ORIGIN + link_id, origin)

    def keep_place(self, work: Work, place: Mapping[str, Any]) -> None:
        """Remember the page and the half-typed words of an assessment in progress."""
        assessments.save_place(self._keys, work.assessment.id, dict(place))

    def place(self, assessment_id: str) -> dict[str, Any]:
        """Where the person left off; empty when nothing was noted."""
        return assessments.place(self._keys, assessment_id) or {}

    def keep_desk(self, place: Mapping[str, Any]) -> None:
        """Remember where this person is and what stands half typed outside assessments."""
        if self._store.read_only:
            return  # a newer Wren's place is not this one's to overwrite
        save_desk(self._keys, dict(place))

    def desk_place(self) -> dict[str, Any]:
        """Where this person left off; empty when nothing was noted. Raises Damaged."""
        return read_desk(self._keys)

    def run(self, work: Work, effect: forms.Effect) -> Work:
        """Run one effect: committed when this returns. Raises StoreFault, and nothing has changed then."""
        match effect:
            case forms.SaveEntry(link_id, plain):
                assessments.append_answer(self._keys, work.assessment.id, link_id, plain)
            case forms.SaveJudgement(judgement):
                plain = asdict(judgement) if judgement else None
                assessments.append_answer(self._keys, work.assessment.id, _JUDGEMENT, plain)
            case forms.SaveHistory(history, why):
                keep_history(self._keys, work.assessment, history, why)
            case forms.SaveDeferred(tool, reason):
                assessments.append_answer(
                    self._keys, work.assessment.id, f"{_NOT_DONE}{tool}", reason or None
                )
            case forms.SaveWorded(link_id, codes):
                assessments.append_answer(self._keys, work.assessment.id, f"{_WORDED}{link_id}", list(codes))
            case forms.ShowProblems():
                return replace(work, problems=effect)
            case forms.SaveStopped():
                assessments.stop(self._keys, work.assessment.id)
                stopped = work.assessment.model_copy(update={"status": "stopped"})
                return replace(work, assessment=stopped)
            case forms.Complete():
                return replace(work, assessment=self._complete(work))
        return work

    def _complete(self, work: Work) -> Assessment:
        """Sign, seal once to the service, and commit the record and its outbox entry together."""
        service = service_key(self._store)
        self.keep_escrow()
        done = self._done_with(work.assessment)
        work = replace(work, form=replace(work.form, context=replace(work.form.context, done=done)))
        completed = self._filled(work).model_copy(
            update={"status": "completed", "completed_at": self._clock.now()}
        )
        if work.form.result.grade.provisional:
            # Written first: a cut in between leaves too much to do, never too little.
            ask_later(self._keys, completed)
        with self._store.completing(self._keys) as author_seq:
            statement = Statement(
                id=completed.id,
                author=self._keys.author,
                device=self._store.device.device_id,
                author_seq=author_seq,
                claimed_at=self._clock.now(),
                schema=SCHEMA,
            )
            payload = self._payload(completed)
            envelope = seal_submission(payload, statement, self._keys.sign, service)
            assessments.complete(self._keys, completed, envelope, service.kid)
        return completed

    def _filled(self, work: Work) -> Assessment:
        """The record with the answers and the result as the form has them, and the child's turns."""
        form, lines = work.form, assessments.history(self._keys, work.assessment.id)
        outcome = forms.outcome(form)
        result = {
            name: outcome[name] for name in ("scales", "band", "routes", "grade", "supplements", "findings")
        }
        return work.assessment.model_copy(
            update={
                "context": replace(form.context, kept_phrases=still_kept(form)),
                "answers": {link_id: to_plain(entry) for link_id, entry in form.answers.items()},
                "hidden": {link_id: to_plain(entry) for link_id, entry in form.hidden.items()},
                "result": result,
                "sittings": sittings.sittings_of(lines),
                "origins": sittings.origins_of(lines.standing()),
                "lost_lines": len(lines.lost),
            }
        )

    def _payload(self, assessment: Assessment) -> bytes:
        """What the service gets: the record, and as much of the household as gives it meaning."""
        household, *_ = people.household(self._keys, assessment.household_id)
        subject = people.person(self._keys, assessment.subject_id)
        contact = people.contact(self._keys, assessment.contact_id)
        parts = {
            "schema": SCHEMA,
            "assessment": assessment.model_dump(mode="json"),
            "contact": contact.model_dump(mode="json"),
            "household": household.model_dump(mode="json"),
            "subject": subject.model_dump(mode="json"),
            "instrument": {
                "id": assessment.instrument,
                "version": assessment.version,
                "hash": assessment.instrument_hash,
            },
        }
        return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def service_key(store: Store) -> ServiceKey:
    """The key that finished work is sealed to. Raises NotReady while no service has been met."""
    keys = service_keys(store)
    if keys is None:
        raise NotReady("not-introduced")
    return keys.sealing_key


def service_keys(store: Store) -> ServiceKeys | None:
    """The service that this device was introduced to, or None."""
    kept = store.settings.get(SERVICE)
    return ServiceKeys.from_plain(json.loads(kept)) if kept else None
