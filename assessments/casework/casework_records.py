"""Records filed under a household beside its people: addresses, incidents, observations, links, closures.

Records are immutable and never merged. A correction is a new revision of the same id; the device keeps both.

    >>> ChildObservation(id="s1", household_id="h1", contact_id="c1", child_id="p1", how="not-seen")
    <ChildObservation s1>
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from assessments.casework.records import Record
from assessments.engine.scoring import HistoryStatus

ChildSeenStatus = Literal["heard", "observed", "seen-not-spoken", "not-seen"]
QuoteOrigin = Literal["said", "typed", "pointed", "drew", "signed", "told-by-adult"]
Precision = Literal["exact", "about", "before"]
VisitOutcome = Literal["", "met", "refused", "no-answer", "cut-short"]
SameRecordKind = Literal["same-person", "same-event"]
LinkKind = Literal["same-person", "same-event", "not-same", "host", "family"]
FollowUpCode = Literal["see", "hear", "observe", "ask-history", "other"]


class CaseworkRecord(Record):
    """Common to all: the household that it is filed under."""

    household_id: str


class Address(CaseworkRecord):
    """Where some of the household stay. A confidential address is shown only while its button is pressed."""

    lines: str = Field(min_length=1, max_length=400)
    kind: Literal["home", "temporary", "refuge", "other-home", "host"] = "home"
    confidential: bool = False
    person_ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


class RecordLink(CaseworkRecord):
    """A decision on two records, which can be undone. "host": the other household takes this one in."""

    kind: LinkKind
    own_id: str
    other_household_id: str
    other_id: str
    decided_at: AwareDatetime
    undone_at: AwareDatetime | None = None
    why: str = Field(default="", max_length=400)


class WithheldInformation(CaseworkRecord):
    """Information to withhold. `keep_from`: ids of people here, or words for somebody who is not."""

    about_id: str
    part: str = Field(default="", max_length=100)
    keep_from: tuple[str, ...] = Field(min_length=1)
    asked_by: str = ""
    why: str = Field(default="", max_length=400)
    lifted_at: AwareDatetime | None = None


class VerbatimQuote(Record):
    """Exact words, with what was asked before them. Never changed by a program."""

    words: str = Field(min_length=1, max_length=10_000)
    prompt: str = ""
    origin: QuoteOrigin = "said"
    language: str = ""
    interpreter: str = ""


class ChildObservation(CaseworkRecord):
    """How one child was met in one contact. Once the visit is closed it does not change: a correction is
    another one that `amends` it. `present` and `in_earshot` hold ids of people, or names as typed."""

    contact_id: str
    child_id: str
    how: ChildSeenStatus | None = None
    said: tuple[VerbatimQuote, ...] = ()
    observation: str = Field(default="", max_length=10_000)
    interpretation: str = Field(default="", max_length=10_000)
    demeanour: str = Field(default="", max_length=2_000)
    why_code: str = Field(default="", max_length=40)
    why: str = Field(default="", max_length=1_000)
    plan: str = Field(default="", max_length=1_000)
    due: date | None = None
    alone: bool | None = None
    at_home: bool | None = None
    sleeping_place_seen: bool | None = None
    present: tuple[str, ...] = ()
    in_earshot: tuple[str, ...] = ()
    place: str = Field(default="", max_length=200)
    language: str = ""
    interpreter: str = ""
    # Listed phrases in the interpretation that the writer chose to keep.
    kept_phrases: tuple[str, ...] = ()
    written_at: AwareDatetime | None = None
    amends: str = ""
    amended_why: str = Field(default="", max_length=1_000)


class VisitClosure(CaseworkRecord):
    """A visit was closed. `silent`: the children without a record, with the code of the reason.
    `adult_answered_for`: the adults who answered for others. Closed again, another `amends` it."""

    contact_id: str
    at: AwareDatetime
    silent: dict[str, str] = Field(default_factory=dict)
    silent_words: dict[str, str] = Field(default_factory=dict)
    outcome: VisitOutcome = ""
    adult_answered_for: tuple[str, ...] = ()
    amends: str = ""


class FollowUp(CaseworkRecord):
    """Something still to be done for one person, with a day."""

    person_id: str
    code: FollowUpCode
    words: str = Field(default="", max_length=1_000)
    due: date | None = None
    contact_id: str = ""
    done_on: date | None = None


class ChildAtIncident(Record):
    """A child during an incident; `id` is the child's. One who was somewhere else has `there` False."""

    there: bool = True
    where: str = Field(default="", max_length=200)
    heard_it: bool | None = None
    saw_it: bool | None = None


class Incident(CaseworkRecord):
    """Something that happened. Severity 1 to 4: the worst element decides; None while it is not known."""

    on: date
    precision: Precision = "exact"
    time: str = Field(default="", max_length=5)
    place: str = Field(default="", max_length=200)
    source: str = Field(min_length=1, max_length=200)
    tactics: tuple[str, ...] = ()
    severity: int | None = Field(default=None, ge=1, le=4)
    what: str = Field(min_length=1, max_length=10_000)
    threat: str = Field(default="", max_length=2_000)
    injury: str = Field(default="", max_length=1_000)
    by_ids: tuple[str, ...] = ()
    to_ids: tuple[str, ...] = ()
    children: tuple[ChildAtIncident, ...] = ()
    police_ref: str = Field(default="", max_length=100)
    outcome: str = Field(default="", max_length=1_000)
    # What another adult did to keep the children safe.
    protective: str = Field(default="", max_length=2_000)
    kept_phrases: tuple[str, ...] = ()
    contact_id: str = ""
    first_known_to: str = Field(default="", max_length=200)


class KeyDate(CaseworkRecord):
    """A day around which risk is known to change: separation, release, birth, hearing, handover …"""

    kind: Literal["separation", "release", "birth", "hearing", "contact-handover", "new-partner", "pregnancy"]
    on: date
    precision: Precision = "exact"
    person_id: str = ""
    words: str = Field(default="", max_length=400)


class PatternStatement(CaseworkRecord):
    """The statement on one person's pattern of abuse: drafted from records, edited by a person."""

    person_id: str
    words: str = Field(min_length=1, max_length=20_000)
    drafted_from: tuple[str, ...] = ()
    edited: bool = False
    kept_phrases: tuple[str, ...] = ()


class HistoryReview(CaseworkRecord):
    """The practitioner's answer to "have you seen the history?" before a grade is final."""

    contact_id: str
    subject_id: str
    history: HistoryStatus
    why: str = Field(default="", max_length=1_000)


RECORD_TYPES_BY_KIND: dict[str, type[CaseworkRecord]] = {
    "address": Address,
    "link": RecordLink,
    "withheld": WithheldInformation,
    "seen": ChildObservation,
    "ended": VisitClosure,
    "follow-up": FollowUp,
    "event": Incident,
    "milestone": KeyDate,
    "pattern": PatternStatement,
    "judged": HistoryReview,
}


def to_plain(record: CaseworkRecord) -> dict[str, Any]:
    """The JSON form of a record, with its kind."""
    kind = next(name for name, made in RECORD_TYPES_BY_KIND.items() if made is type(record))
    return {"kind": kind, "record": record.model_dump(mode="json")}


def find_decided_pairs(links: Iterable[RecordLink]) -> set[frozenset[str]]:
    """The pairs that a person has decided about, either way, and has not undone."""
    return {
        frozenset((link.own_id, link.other_id))
        for link in links
        if link.kind in ("same-person", "same-event", "not-same") and link.undone_at is None
    }


def find_links_of(links: Iterable[RecordLink], record_id: str) -> Iterator[tuple[RecordLink, str]]:
    """Yield each link of a record that stands, with the id at its other end."""
    for link in links:
        if link.undone_at is None and record_id in (link.own_id, link.other_id):
            yield link, link.other_id if link.own_id == record_id else link.own_id


def find_linked_ids(links: Iterable[RecordLink], record_id: str, kind: SameRecordKind) -> frozenset[str]:
    """Every record joined to this one by active links, directly or through others."""
    active = [{link.own_id, link.other_id} for link in links if link.kind == kind and link.undone_at is None]
    found, grown = {record_id}, True
    while grown:
        more = {one for pair in active if found & pair for one in pair}
        grown = not more <= found
        found |= more
    return frozenset(found)
