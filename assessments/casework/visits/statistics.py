"""Counts across visits: seen, seen alone, at home, sleeping place seen, refused, not answered.

What was not written counts as not written, never as no.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assessments.casework.casework_records import ChildObservation, VisitClosure
from assessments.casework.visits.accounting import ChildStanding

_SEEN_STATUSES = ("heard", "observed", "seen-not-spoken")


@dataclass(frozen=True, slots=True, repr=False)
class ChildContact:
    """One contact as far as one child goes."""

    on: date
    standing: ChildStanding
    observation: ChildObservation | None = None
    alone_in_tool: bool = False

    @property
    def is_seen_alone(self) -> bool:
        """Seen alone, as written of the contact or in a tool finished in it."""
        return self.alone_in_tool or (self.observation is not None and bool(self.observation.alone))

    @property
    def is_seen(self) -> bool:
        """Whether anybody saw the child, however briefly."""
        return self.standing.state in _SEEN_STATUSES


@dataclass(frozen=True, slots=True, repr=False)
class ChildCounts:
    """Counts over `contacts`, and the latest days. `days_since_seen` is None for a child never seen."""

    contacts: int
    seen: int
    alone: int
    at_home: int
    last_heard_on: date | None
    last_observed_on: date | None
    sleeping_place_seen_on: date | None
    last_seen_on: date | None
    contacts_since_seen: int
    days_since_seen: int | None


@dataclass(frozen=True, slots=True, repr=False)
class VisitCounts:
    """Of `closed` visits: how many were refused, or nobody answered; which adult answered how often."""

    closed: int
    refused: int
    no_answer: int
    adult_answers: tuple[tuple[str, int], ...]


def count_child_contacts(met: Iterable[ChildContact], today: date) -> ChildCounts:
    """The counts of one child over all contacts up to today, in any order."""
    past = sorted((one for one in met if one.on <= today), key=lambda one: one.on)
    there = [one for one in past if one.is_seen]
    last = _latest_day(there)
    return ChildCounts(
        contacts=len(past),
        seen=len(there),
        alone=sum(1 for one in there if one.is_seen_alone),
        at_home=sum(1 for one in there if one.observation is not None and one.observation.at_home),
        last_heard_on=_latest_day(
            one for one in there if one.standing.state == "heard" and not one.standing.is_unaccounted
        ),
        last_observed_on=_latest_day(one for one in there if one.standing.observed),
        sleeping_place_seen_on=_latest_day(
            one for one in past if one.observation is not None and one.observation.sleeping_place_seen
        ),
        last_seen_on=last,
        contacts_since_seen=sum(1 for one in past if last is None or one.on > last),
        days_since_seen=(today - last).days if last is not None else None,
    )


def count_visit_outcomes(closures: Iterable[VisitClosure]) -> VisitCounts:
    """The counts of a household's closed visits; of a visit closed twice the last closure counts."""
    last = {one.contact_id: one for one in closures}.values()
    answered = Counter(adult for one in last for adult in one.adult_answered_for)
    return VisitCounts(
        closed=len(last),
        refused=sum(1 for one in last if one.outcome == "refused"),
        no_answer=sum(1 for one in last if one.outcome == "no-answer"),
        adult_answers=tuple(answered.most_common()),
    )


def _latest_day(met: Iterable[ChildContact]) -> date | None:
    return max((one.on for one in met), default=None)
