"""Finishing a contact: an interruption while a child has nothing, and what is still to be done after.

This room knows that a reason may stand for a record and that each child without one, not seen or not yet
watched leaves a follow-up. It keeps nothing and never stands in the way of saving: what was written
stays written whether the contact is finished or not.

    close_visit(contact, standings, {}, ...)                          # UnaccountedChildren(("p1",))
    close_visit(contact, standings, {"p1": NoRecordReason("asleep")}, ...)  # ClosureResult(ended,
    (follow_up,))
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class NoRecordReason:
    """Why nothing is written about a child in a contact. "other" needs words."""

    code: str
    words: str = ""
    due: date | None = None

    def __repr__(self) -> str:
        return f"<NoRecordReason {self.code}>"

    @property
    def is_given(self) -> bool:
        return is_reason_given(self.code, self.words)


@dataclass(frozen=True, slots=True, repr=False)
class UnaccountedChildren:
    """The contact is not finished: these children have nothing, in the order of the roll."""

    child_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosureResult:
    """The contact is finished: what is to be filed, all of it or none."""

    closure: VisitClosure
    follow_ups: tuple[FollowUp, ...]


def close_visit(
    contact: Contact,
    standings: Sequence[ChildStanding],
    reasons: Mapping[str, NoRecordReason],
    *,
    seen: Mapping[str, ChildObservation],
    before: VisitClosure | None,
    follow_ups: Iterable[FollowUp],
    at: datetime,
    new_id: Callable[[], str],
    outcome: VisitOutcome = "",
    answered: Sequence[str] = (),
) -> ClosureResult | UnaccountedChildren:
    """Finish a contact, or name the children who have neither a record nor a reason.

    Reasons of an earlier finish hold while the child is still silent. Each child left without, each
    not seen and each not yet watched leaves a follow-up; what this contact settled is marked done.
    """
    given = (
        {one: (before.silent[one], before.silent_words.get(one, "")) for one in before.silent}
        if before
        else {}
    )
    given |= {one: (reason.code, reason.words) for one, reason in reasons.items() if reason.is_given}
    without = find_unaccounted_children(standings)
    open_still = tuple(child_id for child_id in without if child_id not in given)
    if open_still:
        return UnaccountedChildren(open_still)
    ended = VisitClosure(
        id=new_id(),
        household_id=contact.household_id,
        contact_id=contact.id,
        at=at,
        silent={child_id: given[child_id][0] for child_id in without},
        silent_words={child_id: given[child_id][1] for child_id in without if given[child_id][1]},
        outcome=outcome,
        adult_answered_for=tuple(answered),
        amends=before.id if before else "",
    )
    wanted: dict[tuple[str, FollowUpCode], tuple[str, date | None]] = {}
    for standing in standings:
        one = seen.get(standing.child_id)
        if standing.is_unaccounted:
            reason = reasons.get(standing.child_id)
            wanted[standing.child_id, "see"] = (given[standing.child_id][1], reason.due if reason else None)
        elif standing.state == "not-seen" and one is not None:
            wanted[standing.child_id, "see"] = (one.plan, one.due)
        if standing.needs_observation:
            wanted[standing.child_id, "observe"] = ("", None)
    return ClosureResult(ended, _follow_ups(contact, standings, wanted, tuple(follow_ups), new_id))


def _follow_ups(
    contact: Contact,
    standings: Sequence[ChildStanding],
    wanted: Mapping[tuple[str, FollowUpCode], tuple[str, date | None]],
    known: Sequence[FollowUp],
    new_id: Callable[[], str],
) -> tuple[FollowUp, ...]:
    """New and changed ones only. One per child and code of a contact, however often it is finished."""
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
        base = earlier or FollowUp(
            id=new_id(),
            household_id=contact.household_id,
            person_id=key[0],
            code=key[1],
            contact_id=contact.id,
        )
        due = due or base.due
        made = base.model_copy(update={"words": words or base.words, "due": due, "done_on": None})
        if made != earlier:
            found.append(made)
    done = [
        one for one in known if one.done_on is None and (one.person_id, one.code) in settled - wanted.keys()
    ]
    return (*found, *(one.model_copy(update={"done_on": contact.on}) for one in done))
