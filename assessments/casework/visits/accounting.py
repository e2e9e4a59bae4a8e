"""Every child counted in every contact: who must be accounted for, how each stands, and finishing.

This room knows which children a contact is about (here or elsewhere, born or not), what each way of
having met a child needs to be whole, and that a contact is finished only while no child is without either a
record or a reason. It refuses to know words, screens and what was said. A child is never accounted for
by what stands under a brother or sister.

    listed = roll(home, [other], on=contact.on)
    standings = [stand(one.child, seen.get(one.child.id), done, rules, contact.on) for one in listed]
    silent(standings)                                # ("p1",): nothing is written of p1 yet
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assessments.casework.casework_records import Ended, How, Link, Said, Seen
from assessments.casework.records import Person
from assessments.definitions.catalogue import age_on
from assessments.definitions.definition import LedgerRules

# What is still wanting before a child stands: in the order in which a page asks for it.
Want = Literal["how", "words", "observation", "reason", "plan", "day"]
Through = Literal["home", "adult", "host"]
Done = Literal["heard", "observed"]

HOWS: tuple[How, ...] = ("heard", "observed", "seen-not-spoken", "not-seen")
WHYS = (
    "asleep",
    "elsewhere",
    "not-safe",
    "adult-said-no",
    "child-said-no",
    "no-answer",
    "cut-short",
    "not-born",
    "other",
)
_NEEDS: dict[How, tuple[Want, ...]] = {
    "heard": ("words",),
    "observed": ("observation",),
    "seen-not-spoken": ("reason",),
    "not-seen": ("reason", "plan", "day"),
}


@dataclass(frozen=True, slots=True)
class Home:
    """One household as far as the roll needs it."""

    household_id: str
    persons: tuple[Person, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A child to account for, and what brings them onto the roll. Their record stays where it is."""

    child: Person
    basis: Through = "home"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one child stands in one contact. `missing` is what the chosen way still needs.

    `asks_observation`: the child is so young that watching is asked for whatever was heard.
    """

    child_id: str
    state: How | None
    missing: tuple[Want, ...] = ()
    needs_observation: bool = False
    observed: bool = False

    @property
    def is_unaccounted(self) -> bool:
        """Neither recorded nor given a reason."""
        return bool(self.missing)


def roll(here: Home, others: Iterable[Home] = (), *, on: date) -> tuple[Listed, ...]:
    """Every child that a contact with this household must account for, on its day.

    The children of the household come first, wherever they live. Then the children of every other
    household to which an adult here also belongs, and of one that takes this one in. A child with a
    record in both is listed once, as the child of this household.
    """
    listed = [Listed(person) for person in here.persons if person.is_child(on)]
    known = {one.child.id for one in listed}
    by_id = {person.id: person for person in here.persons}
    for home in others:
        pairs = set(_same(here, home)) | {(own, other) for other, own in _same(home, here)}
        known |= {other for own, other in pairs if own in by_id and by_id[own].is_child(on)}
        adults = [by_id[own] for own, _ in pairs if own in by_id and not by_id[own].is_child(on)]
        # A professional stands beside many families: their children are not each other's.
        through: Through | None = (
            "adult"
            if any(not adult.position for adult in adults)
            else "host"
            if _hosts(here, home) or _hosts(home, here)
            else None
        )
        if through is not None:
            found = [person for person in home.persons if person.is_child(on) and person.id not in known]
            listed += [Listed(child, through) for child in found]
            known |= {child.id for child in found}
    return tuple(listed)


def stand(child: Person, seen: Seen | None, done: Iterable[Done], rules: LedgerRules, on: date) -> Standing:
    """How a child stands: by what was written of this contact, and by the tools finished in it."""
    done = set(done)
    has_words = "heard" in done or (seen is not None and any(is_own(line) for line in seen.said))
    observed = "observed" in done or (seen is not None and bool(seen.observation.strip()))
    chosen = seen.how if seen is not None else None
    by_tool: How | None = "heard" if "heard" in done else "observed" if "observed" in done else None
    # The fuller of the two stands: a tool finished after "not seen" was chosen says more.
    states = [state for state in (chosen, by_tool) if state is not None]
    state = min(states, key=HOWS.index) if states else None
    asks = is_watched(child, rules, on) and state in ("heard", "seen-not-spoken") and not observed
    has: dict[Want, bool] = {
        "words": has_words,
        "observation": observed,
        "reason": seen is not None and is_reason(seen.why_code, seen.why),
        "plan": seen is not None and bool(seen.plan.strip()),
        "day": seen is not None and seen.due is not None,
    }
    missing: tuple[Want, ...] = (
        tuple(want for want in _NEEDS[state] if not has[want]) if state is not None else ("how",)
    )
    return Standing(child.id, state, missing, asks, observed)


def is_own(line: Said) -> bool:
    """Whether words are the child's own: what an adult told of the child is not."""
    return bool(line.words.strip()) and line.origin != "told-by-adult"


def is_reason(code: str, words: str) -> bool:
    """Whether a reason was given: a code that says something, or words."""
    return bool(words.strip()) or (code in WHYS and code != "other")


def is_watched(child: Person, rules: LedgerRules, on: date) -> bool:
    """Whether the child is born and so young that an observation is asked for."""
    return child.born is not None and child.born <= on < age_on(child.born, rules.observe_below)


def silent(standings: Iterable[Standing]) -> tuple[str, ...]:
    """The children neither recorded nor given a reason, in the order of the roll."""
    return tuple(standing.child_id for standing in standings if standing.is_unaccounted)


def is_finished(ended: Ended | None, standings: Iterable[Standing]) -> bool:
    """Whether a contact is finished still: a child added later, or emptied by a correction, opens it."""
    return ended is not None and set(silent(standings)) <= ended.silent.keys()


def current(seens: Iterable[Seen], contact_id: str) -> dict[str, Seen]:
    """What stands of each child in a contact, by child: the last word, without what it corrects."""
    found = [one for one in seens if one.contact_id == contact_id]
    amended = {one.amends for one in found}
    return {one.child_id: one for one in found if one.id not in amended}


def last_ended(endings: Iterable[Ended], contact_id: str) -> Ended | None:
    """The last finish of a contact, or None."""
    return next((one for one in reversed(tuple(endings)) if one.contact_id == contact_id), None)


def revised(before: Seen | None, now: Seen, ended: Ended | None, new_id: Callable[[], str]) -> Seen:
    """What to file: before the finish the same record again, after it a new one that names the old."""
    if before is None:
        return now
    if ended is None or (before.written_at is not None and before.written_at > ended.at):
        return now.model_copy(update={"id": before.id, "amends": before.amends})
    return now.model_copy(update={"id": new_id(), "amends": before.id})


def relatives_named(interpreter: str, persons: Iterable[Person]) -> tuple[str, ...]:
    """The people of the household whose name stands where the interpreter's should: never a relative."""
    words = set(interpreter.casefold().replace(",", " ").split())
    names = ((person.id, (person.name, *person.other_names)) for person in persons if not person.position)
    return tuple(
        person_id
        for person_id, said in names
        if any(words & set(name.casefold().split()[:1]) for name in said)
    )


def _same(home: Home, other: Home) -> list[tuple[str, str]]:
    """Pairs of one human being with a record in each, as linked from one side."""
    return [
        (link.own_id, link.other_id)
        for link in home.links
        if link.kind == "same-person"
        and link.undone_at is None
        and link.other_household_id == other.household_id
    ]


def _hosts(home: Home, other: Home) -> bool:
    return any(
        link.kind == "host" and link.undone_at is None and link.other_household_id == other.household_id
        for link in home.links
    )
