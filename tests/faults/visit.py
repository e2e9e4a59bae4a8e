"""A visit on the real store, with a diary of what was asked for and what the store said it had saved.

A fact is one thing a person would miss: an answer, a place, a name, a completion. Every harness
breaks the disk somewhere under this visit and asks `seen` what is left; `Known` says what must be.

    visit = Visit(folder, say, seed=1)
    visit.start()
    visit.assess(answers=20)
    known.wrong(seen(folder))       # None, or what was promised and is not there
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assessments.casework.records import Assessment, Contact, Household, Person, ScoringContext
from assessments.crypto import kdf, sealing
from assessments.crypto.kdf import SCRYPT, SCRYPT_CEILING, Kdf
from assessments.crypto.recovery import RecoveryKey, RecoveryRequest, combine_grants, make_grant, recovery_kid
from assessments.crypto.sealing import digest
from assessments.errors import StoreFault, WrongPassphrase
from assessments.store import Store, UnlockedStore, people
from assessments.store import assessments as kept
from assessments.store.access.practitioner import rotate_udk
from assessments.store.attachments import attachments
from assessments.store.attachments.metadata_stripping import strip_metadata
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import list_households, read_household
from tests.store.pictures import PNG

AUTHOR = "hv-1"
WORDS = "kettle-orchard-violet-train"
OTHER_WORDS = "lantern-hedge-robin-kettle"
LATEST_WORDS = "thimble-meadow-harbour-oak"
# The two who can let somebody in again. Fixed, so that every process of a run knows them.
AGENCY, SERVICE = bytes([7]) * 32, bytes([9]) * 32
# Thousands of unlocks: the one thing made cheaper than it is, and it writes nothing.
CHEAP = Kdf(SCRYPT.id, 4, 8, 1)

_DRAWN = digest(strip_metadata(PNG, "image/png")).hex()

Facts = dict[str, Any]
Say = Callable[[str, Facts], None]


@contextlib.contextmanager
def cheap_words() -> Iterator[None]:
    """Open wraps that cost nothing, in this process and its children, until the end."""
    before = kdf._BOUNDS[CHEAP.id]
    kdf._BOUNDS[CHEAP.id] = (CHEAP, SCRYPT_CEILING)
    try:
        yield
    finally:
        kdf._BOUNDS[CHEAP.id] = before


class Known:
    """What the store has promised so far, read from its diary."""

    def __init__(self, facts: Facts | None = None) -> None:
        self.facts: Facts = dict(facts or {})
        self._asked: Facts = {}
        # Refused, so nobody relies on it; but a disk may have kept what it said it could not.
        self._maybe: dict[str, list[Any]] = {}

    def note(self, word: str, facts: Facts) -> None:
        """One line of the diary. What was asked before, and never answered, may have happened."""
        for name, value in self._asked.items():
            if word == "saved":
                self._maybe.pop(name, None)
            else:
                self._maybe.setdefault(name, []).append(value)
        if word == "saved":
            self.facts = _changed(self.facts, self._asked)
        self._asked = facts

    @property
    def completed(self) -> list[str]:
        """The ids of the assessments whose completion was acknowledged."""
        statuses = [name for name, value in self.facts.items() if value == "completed"]
        return [name.removeprefix("status ") for name in statuses]

    def wrong(self, seen: Facts) -> str | None:
        """Everything promised is there, and of what was under way all or nothing."""
        for wanted in (self.facts, _changed(self.facts, self._asked)):
            differing = [name for name in wanted.keys() | seen.keys() if not self._fits(name, wanted, seen)]
            if not differing:
                return None
        return f"differs in {sorted(differing)[:3]}"

    def _fits(self, name: str, wanted: Facts, seen: Facts) -> bool:
        allowed = (wanted.get(name), *self._maybe.get(name, ()))
        if name == "tries":  # never fewer than was said; a cut may cost one, as a try does
            counts = [count or 0 for count in allowed]
            return min(counts) <= seen[name] <= max(counts) + 1
        return seen.get(name) in allowed


def _changed(facts: Facts, changes: Facts) -> Facts:
    """None takes a fact away."""
    return {name: value for name, value in {**facts, **changes}.items() if value is not None}


class Visit:
    """Steps on one folder. Each says `asked`, then `saved` when it returned, or `refused`."""

    def __init__(self, folder: Path, say: Say, seed: int, *, early: bool = False) -> None:
        self._folder, self._say, self._chance = folder, say, random.Random(seed)
        self.clock = StoppedClock()
        # The planted fault: `early` says that something is saved before it is.
        self._early = early
        self._line = 0
        self.words = WORDS
        self._home = self._contact = self._child = ""
        self.is_open = self.is_unlocked = False
        self.store: Store
        self.keys: UnlockedStore

    @contextlib.contextmanager
    def step(self, facts: Facts) -> Iterator[None]:
        """Facts that become true together, or not at all."""
        self._say("asked", facts)
        if self._early:
            self._say("saved", {})
        try:
            yield
        except WrongPassphrase:
            if "tries" not in facts:
                raise
        except StoreFault:
            self._say("refused", {})
            raise
        if not self._early:
            self._say("saved", {})

    def start(self) -> None:
        """A first start: a folder, a person, a household."""
        self.open()
        self.unlock()
        self.meet()

    def open(self) -> None:
        with self.step({}):
            self.store = Store.open(self._folder, self.clock, CHEAP)
        self.is_open = True

    def close(self) -> None:
        self.is_open = self.is_unlocked = False
        self.store.close()

    def reopen(self) -> None:
        """As after a night: closed, opened, unlocked."""
        self.close()
        self.open()
        self.unlock()

    def unlock(self) -> None:
        """Unlock, or set up where nobody has."""
        if not self.store.is_set_up():
            with self.step({"set up": AUTHOR, "words": WORDS}):
                self.keys = self.store.set_up(WORDS, "agency-7", AUTHOR)
        else:
            self._try_counted()
            with self.step({"tries": None}):
                self.keys = self.store.unlock(self.words, AUTHOR)
        self.is_unlocked = True
        if self.store.escrow(AUTHOR) is None:
            with self.step({"escrow": True}):
                self.store.save_escrow(self.keys, recovery_key(AGENCY), recovery_key(SERVICE))

    def mistype(self) -> None:
        """Wrong words: the try is counted before it is made."""
        with self.step({"tries": self._failed() + 1}):
            self.store.unlock("wrong-words-every-time", AUTHOR)

    def change_words(self, new: str) -> None:
        self._try_counted()
        with self._tries_forgotten(), self.step({"words": new}):
            self.store.change_passphrase(AUTHOR, self.words, new)
        self.words = new

    def recover(self, new: str) -> None:
        """Words forgotten: two people let this person in, who chooses new ones."""
        with self.step({}):
            request = self.store.recovery.begin_request(AUTHOR)
        grants = [make_grant(AGENCY, request, "agency"), make_grant(SERVICE, request, "service")]
        with self._tries_forgotten(), self.step({"words": new}):
            self.store.recovery.finish(AUTHOR, grants, new)
        self.words = new
        self.unlock()

    @contextlib.contextmanager
    def _tries_forgotten(self) -> Iterator[None]:
        """The count goes back to nought somewhere inside, and for certain at the end."""
        self._say("asked", {"tries": None})
        yield
        with self.step({"tries": None}):
            pass

    def _failed(self) -> int:
        return self.store.attempt_status(AUTHOR).failed

    def _try_counted(self) -> None:
        # An unlocking that is cut in the middle has cost a try.
        self._say("asked", {"tries": self._failed() + 1})

    def meet(self) -> None:
        """Save a household, a person who joins it, a contact and a setting."""
        self._home, self._child, other, self._contact = (self._new_id() for _ in range(4))
        home = Household(id=self._home, name="Quillfeather-Brandt")
        child = Person(id=self._child, household_id=self._home, name="Otisette Marrowby", roles=("child",))
        adult = Person(id=other, household_id=self._home, name="Łucja Zażółć-Ffwrdd", roles=("mother",))
        contact = Contact(
            id=self._contact,
            household_id=self._home,
            on=date(2026, 3, 4),
            kind="home visit",
            role="health-visitor",
        )
        with self.step({f"household {home.id}": home.name, f"person {child.id}": child.name}):
            people.save_household(self.keys, home, [child])
        with self.step({f"person {adult.id}": adult.name}):
            people.save_record(self.keys, adult)
        with self.step({f"contact {contact.id}": contact.kind}):
            people.save_record(self.keys, contact)
        with self.step({"setting": home.id}):
            self.store.settings.put("last-household", home.id)

    def assess(self, answers: int) -> None:
        """Correct a name, begin, answer with a place kept now and then, and complete."""
        self.correct()
        begun = self.begin()
        for number in range(answers):
            self.answer(begun)
            if number % 5 == 4:
                self.keep_place(begun)
            if number % 10 == 5:
                self.attach(begun)
        self.complete(begun)

    def correct(self) -> None:
        """Write a person anew: what stood there before is kept beside it."""
        before = people.read_record(self.keys, Person, self._child)
        self._line += 1
        now = before.model_copy(update={"name": f"Otisette Marrowby {self._line}"})
        with self.step({f"person {now.id}": now.name, f"before {before.id} {before.name}": True}):
            people.save_record(self.keys, now)

    def begin(self) -> str:
        begun = self._new_id()
        assessment = Assessment(
            id=begun,
            household_id=self._home,
            contact_id=self._contact,
            subject_id=self._child,
            instrument="child-voice-7-11",
            version="1.0.0",
            instrument_hash="0" * 64,
            author=AUTHOR,
            started_at=datetime(2026, 3, 4, 9, 31, tzinfo=UTC),
            context=ScoringContext(on=date(2026, 3, 4)),
        )
        with self.step({f"status {begun}": "in-progress"}):
            kept.begin(self.keys, assessment)
        return begun

    def answer(self, begun: str) -> None:
        self._line += 1
        said = {"value": self._line, "words": "I hid. " * self._chance.choice((0, 3, 40, 90))}
        with self.step({f"line {begun} {self._line}": said}):
            kept.append_answer(self.keys, begun, f"item-{self._line % 12}", said)

    def keep_place(self, begun: str) -> None:
        place = {"page": self._line, "typing": "half a w"}
        with self.step({f"place {begun}": place}):
            kept.save_item_drafts(self.keys, begun, place)

    def attach(self, begun: str) -> None:
        """Keep a drawing."""
        self._line += 1
        caption = f"drawing {self._line}"
        with self.step({f"attachment {begun} {caption}": _DRAWN}):
            attachments.save_attachment(self.keys, begun, PNG, "image/png", caption)

    def complete(self, begun: str) -> None:
        before = kept.get(self.keys, begun)
        done = before.model_copy(
            update={"status": "completed", "completed_at": datetime(2026, 3, 4, 10, 0, tzinfo=UTC)}
        )
        facts = {f"status {begun}": "completed", f"place {begun}": None}
        with self.step(facts):
            complete(self.keys, done, envelope_of(begun), "svc-1")

    def die_completing(self, begun: str) -> None:
        """Complete in a process that ends when the copy is written and the transaction is not."""
        self.close()
        child = os.fork()
        if not child:
            self.open()
            self.unlock()
            # In the child only, and it never returns from here.
            self.store.outbox.queue = lambda *_: os._exit(0)  # type: ignore[method-assign]
            self.complete(begun)
            os._exit(1)
        if os.waitpid(child, 0)[1]:
            raise RuntimeError("the process that should have died in the middle did not")
        self.open()
        self.unlock()

    def carry_on(self, known: Known, line: int) -> None:
        """Take up a store that is there: its household, and lines numbered from `line`."""
        self._line, self.words = line, known.facts["words"]
        self._home = known.facts["setting"]
        names = {kind: rest for kind, _, rest in (name.partition(" ") for name in known.facts)}
        self._contact, self._child = names["contact"], names["person"]

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def envelope_of(assessment_id: str) -> bytes:
    return assessment_id.encode() * 60


class Torn(Exception):
    """Half of something that is only true as a whole."""


def seen(folder: Path) -> Facts:
    """Everything that can be read after opening the folder again, as facts."""
    store = Store.open(folder, StoppedClock(), CHEAP)
    try:
        if not store.is_set_up():
            return {"tries": 0}
        facts: Facts = {"set up": AUTHOR, "tries": store.attempt_status(AUTHOR).failed}
        keys, facts["words"] = _unlocked(store)
        facts |= {**_seen_people(keys), **_seen_assessments(store, keys)}
        if store.escrow(AUTHOR) is not None:
            facts["escrow"] = _escrow_opens(store)
        keys.close()
        last = store.settings.get("last-household")
        if last is not None:
            facts["setting"] = last
        return facts
    finally:
        store.close()


def _unlocked(store: Store) -> tuple[UnlockedStore, str]:
    for words in (WORDS, OTHER_WORDS, LATEST_WORDS):
        with contextlib.suppress(WrongPassphrase):
            return store.unlock(words, AUTHOR), words
    raise Torn("no words open the keys")


def _escrow_opens(store: Store) -> bool:
    """Whether the two halves, opened and joined, are the key of this person."""
    row, escrow = store.recovery.unlocking.read_practitioner(AUTHOR), store.escrow(AUTHOR)
    assert escrow is not None
    private, public = sealing.make_receive_key()
    request = RecoveryRequest(store.device.device_id, row.agency, AUTHOR, public, escrow)
    grants = [make_grant(AGENCY, request, "agency"), make_grant(SERVICE, request, "service")]
    rotate_udk(row, combine_grants(private, request, grants), store.device.device_id)  # raises when it is not
    return True


def recovery_key(private: bytes) -> RecoveryKey:
    public = sealing.derive_receive_public(private)
    return RecoveryKey(recovery_kid(public), public)


def wrong(folder: Path, known: Known) -> str | None:
    """What was promised and is not there after opening the folder again, or None."""
    try:
        return known.wrong(seen(folder))
    except Exception as fault:  # whatever stands between a person and their records is the finding
        return repr(fault)


def _seen_people(keys: UnlockedStore) -> Facts:
    facts: Facts = {}
    homes = list_households(keys)
    found = [homes]
    for home in homes:
        facts[f"household {home.id}"] = home.name
        _, persons, _, contacts = read_household(keys, home.id)
        earlier = people.read_revisions(keys, home.id)
        found += [persons, contacts, earlier]  # type: ignore[list-item]  # only their unreadable rows are looked at
        if any(one.changed_at is None for one in earlier):
            raise Torn("an earlier row without the one that took its place")
        was = [one.record for one in earlier if isinstance(one.record, Person)]
        facts |= {f"before {one.id} {one.name}": True for one in was}
        facts |= {f"person {one.id}": one.name for one in persons}
        facts |= {f"contact {one.id}": one.kind for one in contacts}
    if any(one.unreadable for one in found):
        raise Torn("a person, household or contact that does not open")
    return facts


def _seen_assessments(store: Store, keys: UnlockedStore) -> Facts:
    facts: Facts = {}
    headings = list_summaries(keys)
    if headings.unreadable or store.unreadable_completions:
        raise Torn("a heading or a copy that does not open")
    completed = set()
    for heading in headings:
        lines = kept.read_answer_log(keys, heading.id)
        numbers = [line.entry["value"] for line in lines]
        if numbers != sorted(set(numbers)):
            raise Torn("lines out of order")
        facts[f"status {heading.id}"] = heading.status
        facts |= {f"line {heading.id} {line.entry['value']}": line.entry for line in lines}
        place = kept.read_item_drafts(keys, heading.id)
        if place is not None:
            facts[f"place {heading.id}"] = place
        drawings = attachments.list_attachments(keys, heading.id)
        if drawings.unreadable:
            raise Torn("a drawing that does not open")
        for one in drawings:
            facts[f"attachment {heading.id} {one.caption}"] = digest(
                attachments.read_attachment(keys, one.id)
            ).hex()
        if heading.status == "completed":
            completed.add(heading.id)
            if kept.get(keys, heading.id).answers != kept.read_answers(keys, heading.id):
                raise Torn("a completed record without all its answers")
            sealed = envelope_of(heading.id)
            if (
                not sealed
                == store.outbox.envelope(heading.id)
                == store.outbox.completion_files.read(heading.id).envelope
            ):
                raise Torn("an envelope that differs from what was sealed")
    if not completed == {entry.id for entry in store.outbox.entries()} == store.outbox.completion_files.ids():
        raise Torn("completed, queued and copied are not the same")
    return facts


def line(word: str, facts: Facts) -> bytes:
    """A line of the diary, for a log or a pipe."""
    return json.dumps([word, facts], ensure_ascii=False).encode()
