"""Closing a visit: refused while a child has neither record nor reason; else a closure and follow-ups.

close_visit(contact, standings, {}, ...)                                   # UnaccountedChildren(("p1",))
close_visit(contact, standings, {"p1": NoRecordReason("asleep")}, ...)     # ClosureResult(closure, ...)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from assessments.casework.casework_records import (
    ChildObservation,
    ChildSeenStatus,
    FollowUp,
    FollowUpCode,
    VisitClosure,
    VisitOutcome,
)
from assessments.casework.records import Contact
from assessments.casework.visits.accounting import ChildStanding, find_unaccounted_children, is_reason_given

_SETTLED_FOLLOW_UPS: dict[ChildSeenStatus, tuple[FollowUpCode, ...]] = {
    "heard": ("see", "hear"),
    "observed": ("see", "observe"),
    "seen-not-spoken": ("see",),
    "not-seen": (),
}


@dataclass(frozen=True, slots=True, repr=False)
class NoRecordReason:
    """Why there is no record of a child in a contact. "other" needs words."""

    code: str
    words: str = ""
    due: date | None = None

    @property
    def is_given(self) -> bool:
        """Whether this is enough to close the visit."""
        return is_reason_given(self.code, self.words)


@dataclass(frozen=True, slots=True, repr=False)
class UnaccountedChildren:
    """The visit is not closed: these children have no record and no reason, in the order of the roster."""

    child_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosureResult:
    """The visit is closed: what is to be filed, all of it or none."""

    closure: VisitClosure
    follow_ups: tuple[FollowUp, ...]


def close_visit(
    contact: Contact,
    standings: Sequence[ChildStanding],
    reasons: Mapping[str, NoRecordReason],
    *,
    observations: Mapping[str, ChildObservation],
    last_closure: VisitClosure | None,
    follow_ups: Iterable[FollowUp],
    at: datetime,
    new_id: Callable[[], str],
    outcome: VisitOutcome = "",
    adults_answering: Sequence[str] = (),
) -> ClosureResult | UnaccountedChildren:
    """Close a visit, or name the children who have neither a record nor a reason. Reasons of an earlier
    closure hold. Each child without a record, not seen, or not yet observed gets a follow-up."""
    given = {}
    if last_closure:
        words_of = last_closure.silent_words
        given = {one: (code, words_of.get(one, "")) for one, code in last_closure.silent.items()}
    given |= {one: (reason.code, reason.words) for one, reason in reasons.items() if reason.is_given}
    without = find_unaccounted_children(standings)
    open_still = tuple(child_id for child_id in without if child_id not in given)
    if open_still:
        return UnaccountedChildren(open_still)
    closure = VisitClosure(
        id=new_id(),
        household_id=contact.household_id,
        contact_id=contact.id,
        at=at,
        silent={child_id: given[child_id][0] for child_id in without},
        silent_words={child_id: given[child_id][1] for child_id in without if given[child_id][1]},
        outcome=outcome,
        adult_answered_for=tuple(adults_answering),
        amends=last_closure.id if last_closure else "",
    )
    wanted: dict[tuple[str, FollowUpCode], tuple[str, date | None]] = {}
    for standing in standings:
        one = observations.get(standing.child_id)
        if standing.is_unaccounted:
            reason = reasons.get(standing.child_id)
            wanted[standing.child_id, "see"] = (given[standing.child_id][1], reason.due if reason else None)
        elif standing.state == "not-seen" and one is not None:
            wanted[standing.child_id, "see"] = (one.plan, one.due)
        if standing.needs_observation:
            wanted[standing.child_id, "observe"] = ("", None)
    return ClosureResult(closure, _follow_ups(contact, standings, wanted, tuple(follow_ups), new_id))


def _follow_ups(
    contact: Contact,
    standings: Sequence[ChildStanding],
    wanted: Mapping[tuple[str, FollowUpCode], tuple[str, date | None]],
    known: Sequence[FollowUp],
    new_id: Callable[[], str],
) -> tuple[FollowUp, ...]:
    """New and changed ones only: one per child and code of a contact, however often it is closed."""
    settled = {
        (standing.child_id, code)
        for standing in standings
        if standing.state is not None and not standing.is_unaccounted
        for code in (*_SETTLED_FOLLOW_UPS[standing.state], *(("observe",) if standing.observed else ()))
    }
    found: list[FollowUp] = []
    own = {(one.person_id, one.code): one for one in known if one.contact_id == contact.id}
    for key, (words, due) in wanted.items():
        earlier = own.get(key)
        home, (child_id, code) = contact.household_id, key
        base = earlier or FollowUp(
            id=new_id(), household_id=home, person_id=child_id, code=code, contact_id=contact.id
        )
        due = due or base.due
        made = base.model_copy(update={"words": words or base.words, "due": due, "done_on": None})
        if made != earlier:
            found.append(made)
    done = [
        one for one in known if one.done_on is None and (one.person_id, one.code) in settled - wanted.keys()
    ]
    return (*found, *(one.model_copy(update={"done_on": contact.on}) for one in done))
