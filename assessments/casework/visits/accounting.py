"""Accounting for every child in a visit: the roster, how each child stands, and what is missing.

A visit stays closed only while every child on its roster has a record or a reason for having none.
A child is never accounted for by what is written under another child.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assessments.casework.casework_records import (
    ChildObservation,
    ChildSeenStatus,
    RecordLink,
    VerbatimQuote,
    VisitClosure,
)
from assessments.casework.records import Person
from assessments.definitions.ages import date_of_age
from assessments.definitions.area_settings import ChildAccountingRules

# What a child's record still needs, in the order in which a page asks for it.
MissingDetail = Literal["how", "words", "observation", "reason", "plan", "day"]
RosterBasis = Literal["home", "adult", "host"]
ToolEvidence = Literal["heard", "observed"]

CHILD_SEEN_STATUSES: tuple[ChildSeenStatus, ...] = ("heard", "observed", "seen-not-spoken", "not-seen")
REASON_CODES = (
    *("asleep", "elsewhere", "not-safe", "adult-said-no", "child-said-no"),
    *("no-answer", "cut-short", "not-born", "other"),
)
_REQUIRED_DETAILS: dict[ChildSeenStatus, tuple[MissingDetail, ...]] = {
    "heard": ("words",),
    "observed": ("observation",),
    "seen-not-spoken": ("reason",),
    "not-seen": ("reason", "plan", "day"),
}


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """One household as far as the roster needs it."""

    household_id: str
    persons: tuple[Person, ...]
    links: tuple[RecordLink, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterChild:
    """A child to account for, and why: at home here, by a shared adult, or by a host family."""

    child: Person
    basis: RosterBasis = "home"


@dataclass(frozen=True, slots=True)
class ChildStanding:
    """How one child stands in one contact. `missing` is what the chosen status still needs.
    `needs_observation`: the child is so young that an observation is asked for whatever was heard."""

    child_id: str
    state: ChildSeenStatus | None
    missing: tuple[MissingDetail, ...] = ()
    needs_observation: bool = False
    observed: bool = False

    @property
    def is_unaccounted(self) -> bool:
        """Neither recorded nor given a reason."""
        return bool(self.missing)


def build_roster(
    here: RosterHousehold, others: Iterable[RosterHousehold] = (), *, on: date
) -> tuple[RosterChild, ...]:
    """Every child that a contact with this household must account for, on its day: its own, wherever they
    live; then those of each household to which an adult here also belongs, or that takes this one in. A
    child with a record in both is listed once, as the child of this household."""
    listed = [RosterChild(person) for person in here.persons if person.is_child(on)]
    known = {one.child.id for one in listed}
    by_id = {person.id: person for person in here.persons}
    for home in others:
        pairs = set(_linked_person_pairs(here, home)) | {
            (own, other) for other, own in _linked_person_pairs(home, here)
        }
        known |= {other for own, other in pairs if own in by_id and by_id[own].is_child(on)}
        adults = [by_id[own] for own, _ in pairs if own in by_id and not by_id[own].is_child(on)]
        # A professional is linked to many families: their children are not each other's.
        is_shared = any(not adult.position for adult in adults)
        if is_shared or _is_hosted_by(here, home) or _is_hosted_by(home, here):
            found = [person for person in home.persons if person.is_child(on) and person.id not in known]
            listed += [RosterChild(child, "adult" if is_shared else "host") for child in found]
            known |= {child.id for child in found}
    return tuple(listed)


def compute_child_standing(
    child: Person,
    observation: ChildObservation | None,
    done: Iterable[ToolEvidence],
    rules: ChildAccountingRules,
    on: date,
) -> ChildStanding:
    """How a child stands, by the observation of this contact and by the tools completed in it."""
    done = set(done)
    has_words = "heard" in done or (
        observation is not None and any(is_child_quote(line) for line in observation.said)
    )
    observed = "observed" in done or (observation is not None and bool(observation.observation.strip()))
    chosen = observation.how if observation is not None else None
    by_tool: ChildSeenStatus | None = (
        "heard" if "heard" in done else "observed" if "observed" in done else None
    )
    # The fuller of the two counts: a tool completed after "not seen" was chosen says more.
    states = [state for state in (chosen, by_tool) if state is not None]
    state = min(states, key=CHILD_SEEN_STATUSES.index) if states else None
    asks = needs_observation(child, rules, on) and state in ("heard", "seen-not-spoken") and not observed
    has: dict[MissingDetail, bool] = {
        "words": has_words,
        "observation": observed,
        "reason": observation is not None and is_reason_given(observation.why_code, observation.why),
        "plan": observation is not None and bool(observation.plan.strip()),
        "day": observation is not None and observation.due is not None,
    }
    missing: tuple[MissingDetail, ...] = (
        tuple(want for want in _REQUIRED_DETAILS[state] if not has[want]) if state is not None else ("how",)
    )
    return ChildStanding(child.id, state, missing, asks, observed)


def is_child_quote(line: VerbatimQuote) -> bool:
    """Whether words are the child's own: what an adult reported is not."""
    return bool(line.words.strip()) and line.origin != "told-by-adult"


def is_reason_given(code: str, words: str) -> bool:
    """Whether a reason was given: a code that says something, or words."""
    return bool(words.strip()) or (code in REASON_CODES and code != "other")


def reason_codes_for(child: Person) -> tuple[str, ...]:
    """The reasons for not meeting a child that can be true of this one."""
    if child.is_unborn:
        return ("not-born", "no-answer", "cut-short", "other")
    return tuple(code for code in REASON_CODES if code != "not-born")


def needs_observation(child: Person, rules: ChildAccountingRules, on: date) -> bool:
    """Whether the child is born and so young that an observation is asked for."""
    return child.born is not None and child.born <= on < date_of_age(child.born, rules.observe_below)


def find_unaccounted_children(standings: Iterable[ChildStanding]) -> tuple[str, ...]:
    """The children neither recorded nor given a reason, in the order of the roster."""
    return tuple(standing.child_id for standing in standings if standing.is_unaccounted)


def is_visit_closed(last_closure: VisitClosure | None, standings: Iterable[ChildStanding]) -> bool:
    """Whether a visit is still closed: a child added later, or emptied by a correction, reopens it."""
    return (
        last_closure is not None and set(find_unaccounted_children(standings)) <= last_closure.silent.keys()
    )


def find_current_observations(
    observations: Iterable[ChildObservation], contact_id: str
) -> dict[str, ChildObservation]:
    """The current observation of each child in a contact, by child, without what was amended."""
    found = [one for one in observations if one.contact_id == contact_id]
    amended = {one.amends for one in found}
    return {one.child_id: one for one in found if one.id not in amended}


def find_last_closure(closures: Iterable[VisitClosure], contact_id: str) -> VisitClosure | None:
    """The last closure of a contact, or None."""
    return next((one for one in reversed(tuple(closures)) if one.contact_id == contact_id), None)


def revise_observation(
    before: ChildObservation | None,
    now: ChildObservation,
    last_closure: VisitClosure | None,
    new_id: Callable[[], str],
) -> ChildObservation:
    """The record to file: before closing the same record again, afterwards a new one that amends it."""
    if before is None:
        return now
    if last_closure is None or (before.written_at is not None and before.written_at > last_closure.at):
        return now.model_copy(update={"id": before.id, "amends": before.amends})
    return now.model_copy(update={"id": new_id(), "amends": before.id})


def find_relatives_interpreting(interpreter: str, persons: Iterable[Person]) -> tuple[str, ...]:
    """The people of the household named as interpreter: a relative should never interpret."""
    words = set(interpreter.casefold().replace(",", " ").split())
    names = ((person.id, (person.name, *person.other_names)) for person in persons if not person.position)
    return tuple(
        person_id
        for person_id, said in names
        if any(words & set(name.casefold().split()[:1]) for name in said)
    )


def _linked_person_pairs(home: RosterHousehold, other: RosterHousehold) -> list[tuple[str, str]]:
    """Pairs of records of one human being, one in each household, as linked from the first."""
    return [
        (link.own_id, link.other_id)
        for link in home.links
        if link.kind == "same-person"
        and link.undone_at is None
        and link.other_household_id == other.household_id
    ]


def _is_hosted_by(home: RosterHousehold, other: RosterHousehold) -> bool:
    return any(
        link.kind == "host" and link.undone_at is None and link.other_household_id == other.household_id
        for link in home.links
    )
