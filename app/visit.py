"""A visit as one JSON file: read and checked whole before anything is kept.

    {"household": {"name", "persons": [{"ref", "name", "born", "roles"}],
                   "relationships": [{"from", "to", "kind"}],
                   "events" and "milestones": see `visit_events`},
     "contact": {"on", "kind", "role"},
     "assessments": [{"tool", "subject", "answers", "context"}]}

This room knows the file and the records it becomes. It keeps nothing itself: `play` hands each
thing to the same desk that the screens use.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from app.effects import Desk
from app.visit_events import read_facts
from assessments import catalogue
from assessments.definition import ROLES
from assessments.engine import form as forms
from assessments.engine.answers import Entry
from assessments.engine.scoring import Context, History, Judgement
from assessments.errors import WrenError
from assessments.facts import Fact
from assessments.records import Contact, Household, Person, Relationship, role_named


@dataclass(frozen=True, slots=True)
class Planned:
    """One assessment of the file, read."""

    tool: str
    subject: str
    entries: Mapping[str, Entry]
    context: Context

    def __repr__(self) -> str:
        return f"<Planned {self.tool}>"


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole file, read: ids are new, and `refs` gives each person's."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    contact: Contact
    refs: Mapping[str, str]
    assessments: tuple[Planned, ...]
    facts: tuple[Fact, ...] = ()

    def __repr__(self) -> str:
        return f"<Plan {len(self.assessments)}>"


class BadVisit(WrenError):
    """The file cannot be played. `faults` are sentences that name places in it, never values."""

    code = "bad-visit"


def read_plan(given: Mapping[str, Any], answer_fault: Callable[[WrenError], str]) -> Plan:
    """Read a visit file, or raise BadVisit with every fault found. Nothing has been kept by then."""
    reader = _Reader(answer_fault)
    plan = reader.plan(given)
    if reader.faults or plan is None:
        raise BadVisit(faults=tuple(reader.faults))
    return plan


def play(desk: Desk, plan: Plan) -> dict[str, Any]:
    """Keep the household and the contact, then fill and finish each assessment, as a screen would."""
    desk.keep_household(plan.household, plan.persons, plan.relationships)
    desk.keep_contact(plan.contact)
    desk.keep_facts(plan.household.id, plan.facts)
    done = []
    for planned in plan.assessments:
        work = desk.start(plan.contact, plan.refs[planned.subject], planned.tool, planned.context)
        work = _fill(desk, work, planned.entries)
        work = desk.happens(work, forms.Finished())
        outcome = forms.outcome(work.form)
        done.append(
            {
                "id": work.assessment.id,
                "tool": planned.tool,
                "subject": planned.subject,
                "status": work.form.status,
                "missing": outcome["missing"],
                "findings": outcome["findings"],
                "band": outcome["band"],
                "grade": outcome["grade"]["value"],
            }
        )
    return {
        "household": plan.household.id,
        "contact": plan.contact.id,
        "persons": dict(plan.refs),
        "assessments": done,
    }


def _fill(desk: Desk, work: Any, entries: Mapping[str, Entry]) -> Any:
    """Enter answers as they become possible: a question opened by another waits for it.

    What no answer opens is kept as well, hidden, as it is when a person changes an answer.
    """
    waiting = dict(entries)
    while True:
        ready = [link_id for link_id in waiting if link_id in work.form.visible]
        if not ready:
            break
        for link_id in ready:
            if link_id in work.form.visible:
                work = desk.happens(work, forms.Entered(link_id, waiting.pop(link_id)))
    return desk.keep_hidden(work, waiting) if waiting else work


def new_id() -> str:
    """A random id: it tells nothing, not even when it was made."""
    return str(uuid.uuid4())


class _Reader:
    """One reading: goes on after a fault, so that a bad file is told all its faults at once."""

    def __init__(self, answer_fault: Callable[[WrenError], str]) -> None:
        self.faults: list[str] = []
        self.answer_fault = answer_fault

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def plan(self, given: Mapping[str, Any]) -> Plan | None:
        self._only(given, ("household", "contact", "assessments"), "the file")
        household_given = self._object(given.get("household"), "household")
        self._only(household_given, ("name", "persons", "relationships", "events", "milestones"), "household")
        household = Household(id=new_id(), name=self._text(household_given, "name", "household") or "-")
        refs, persons = self._persons(household, household_given)
        relationships = self._relationships(household, household_given, refs)
        contact = self._contact(household, given)
        assessments = self._assessments(given, contact, refs)
        facts = read_facts(household_given, household.id, refs, self.fault)
        if self.faults or contact is None:
            return None
        return Plan(household, persons, relationships, contact, refs, assessments, facts)

    def _persons(
        self, household: Household, given: Mapping[str, Any]
    ) -> tuple[dict[str, str], tuple[Person, ...]]:
        refs: dict[str, str] = {}
        persons = []
        for number, part in enumerate(self._list(given.get("persons"), "household.persons"), start=1):
            where = f"person {number}"
            person = self._object(part, where)
            self._only(person, ("ref", "name", "born", "due", "roles"), where)
            ref, name = self._text(person, "ref", where), self._text(person, "name", where)
            if ref in refs:
                self.fault(f"{where}: the ref is taken by another person.")
            roles = person.get("roles") or []
            if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
                self.fault(f"{where}: roles must be a list of words.")
                roles = []
            refs[ref] = new_id()
            persons.append(
                Person(
                    id=refs[ref],
                    household_id=household.id,
                    name=name or "-",
                    born=self._date(person.get("born"), f"{where}: born"),
                    due=self._date(person.get("due"), f"{where}: due"),
                    roles=tuple(roles),
                )
            )
        if not persons:
            self.fault("household.persons is empty: name at least one person.")
        return refs, tuple(persons)

    def _relationships(
        self, household: Household, given: Mapping[str, Any], refs: Mapping[str, str]
    ) -> tuple[Relationship, ...]:
        found = []
        parts = self._list(given.get("relationships") or [], "household.relationships")
        for number, part in enumerate(parts, start=1):
            where = f"relationship {number}"
            link = self._object(part, where)
            self._only(link, ("from", "to", "kind"), where)
            ends = [self._text(link, end, where) for end in ("from", "to")]
            kind = self._text(link, "kind", where)
            for end in ends:
                if end and end not in refs:
                    self.fault(f"{where}: no person has the ref that it names.")
            if kind and all(end in refs for end in ends):
                found.append(
                    Relationship(
                        id=new_id(),
                        household_id=household.id,
                        from_id=refs[ends[0]],
                        to_id=refs[ends[1]],
                        kind=kind,
                    )
                )
        return tuple(found)

    def _contact(self, household: Household, given: Mapping[str, Any]) -> Contact | None:
        contact = self._object(given.get("contact"), "contact")
        self._only(contact, ("on", "kind", "role"), "contact")
        on = self._date(contact.get("on"), "contact: on")
        if on is None and not self.faults:
            self.fault("contact: on is missing. Write the day as in 2026-03-05.")
        role = role_named(self._text(contact, "role", "contact"))
        if role is None:
            self.fault(f"contact: role must be one of {', '.join(ROLES)}.")
        kind = self._text(contact, "kind", "contact")
        if on is None or role is None or not kind:
            return None
        return Contact(id=new_id(), household_id=household.id, on=on, kind=kind, role=role)

    def _assessments(
        self, given: Mapping[str, Any], contact: Contact | None, refs: Mapping[str, str]
    ) -> tuple[Planned, ...]:
        found = []
        for number, part in enumerate(self._list(given.get("assessments") or [], "assessments"), start=1):
            where = f"assessment {number}"
            planned = self._object(part, where)
            self._only(planned, ("tool", "subject", "answers", "context"), where)
            tool, subject = self._text(planned, "tool", where), self._text(planned, "subject", where)
            if subject and subject not in refs:
                self.fault(f"{where}: no person has the ref that subject names.")
            entries = self._entries(tool, planned.get("answers") or {}, where)
            context = self._context(planned.get("context") or {}, contact, where)
            if entries is not None and context is not None:
                found.append(Planned(tool, subject, entries, context))
        return tuple(found)

    def _entries(self, tool: str, answers: Any, where: str) -> Mapping[str, Entry] | None:
        try:
            instrument = catalogue.load(tool)
        except WrenError:
            known = ", ".join(catalogue.tool_ids())
            self.fault(f"{where}: there is no such tool. Tools are {known}.")
            return None
        try:
            return forms.read_entries(instrument, self._object(answers, f"{where}: answers"))
        except WrenError as error:
            self.fault(f"{where}: {self.answer_fault(error)}")
            return None

    def _context(self, given: Any, contact: Contact | None, where: str) -> Context | None:
        where = f"{where}: context"
        context = self._object(given, where)
        self._only(context, ("on", "events", "last_marac_referral", "judgement", "history"), where)
        on = self._date(context.get("on"), f"{where}: on") or (contact.on if contact else None)
        days = [self._date(day, f"{where}: events") for day in self._list(context.get("events") or [], where)]
        last = self._date(context.get("last_marac_referral"), f"{where}: last_marac_referral")
        judged = context.get("judgement")
        history: History | Literal[""] = context.get("history") or ""
        if history not in ("", *get_args(History)):
            self.fault(f"{where}: history must be one of {', '.join(get_args(History))}.")
            history = ""
        judgement = None
        if judged is not None:
            parts = self._object(judged, f"{where}: judgement")
            judgement = Judgement(self._text(parts, "grade", where), str(parts.get("reason") or ""))
        if on is None:
            return None
        return replace(
            Context(on=on, last_marac_referral=last, judgement=judgement, history=history),
            events=tuple(sorted(day for day in days if day is not None)),
        )

    def _only(self, given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        """An unknown key is a fault: a misspelt one must not lose what stands under it."""
        if set(given) - set(known):
            self.fault(f"{where}: only {', '.join(known)} may stand here.")

    def _object(self, value: Any, where: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self.fault(f"{where} must be an object.")
        return {}

    def _list(self, value: Any, where: str) -> list[Any]:
        if isinstance(value, list):
            return value
        self.fault(f"{where} must be a list.")
        return []

    def _text(self, given: Mapping[str, Any], key: str, where: str) -> str:
        value = given.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= 200:
            return value
        self.fault(f"{where}: {key} must be a text of 1 to 200 characters.")
        return ""

    def _date(self, value: Any, where: str) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.fault(f"{where}: write each date as in 2026-03-05.")
            return None
