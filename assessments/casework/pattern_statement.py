"""Draft of the statement on one person's pattern of abuse, as codes with data and source ids.

Incidents with several records count once, and withheld records are left out; the statement says so. The same
records give the same sentences in any order. It makes no judgement of guilt or safety.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assessments.casework.casework_records import (
    CaseworkRecord,
    ChildAtIncident,
    ChildObservation,
    Incident,
    KeyDate,
    PatternStatement,
    RecordLink,
    WithheldInformation,
    find_linked_ids,
)
from assessments.casework.conduct_extracts import ConductAnswer, ConductExtract, StatementPart
from assessments.casework.matching.incidents import combine_incident_records, group_incident_records
from assessments.casework.records import Contact, Person
from assessments.casework.tactics import tactic_sort_key
from assessments.definitions.unprinted import Unprinted

STATEMENT_PARTS: tuple[StatementPart, ...] = ("acts", "children", "safety", "days", "gaps")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its part of the statement, code, data, and the ids of the records it rests on. People are
    in `data` by name, several as a tuple of names; a day as a `DayWithPrecision`."""

    part: StatementPart
    code: str
    data: Mapping[str, Any]
    ids: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Sentence {self.code}>"


@dataclass(frozen=True, slots=True, order=True, repr=False)
class DayWithPrecision:
    """A day and how sure it is: exact, about, before."""

    on: date
    precision: str


@dataclass(frozen=True, slots=True, repr=False)
class PatternInput(Unprinted):
    """All that is filed in the households that may be read."""

    persons: Sequence[Person] = ()
    records: Sequence[CaseworkRecord] = ()
    contacts: Sequence[Contact] = ()
    conducts: Sequence[ConductExtract] = ()


def compose_statement(subject: Person, pattern_input: PatternInput, *, on: date) -> tuple[Sentence, ...]:
    """Compose the statement on one person, as of a day."""
    return _StatementComposer(subject, pattern_input, on).sentences()


def collect_source_ids(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The ids that a statement rests on, in order."""
    return tuple(sorted({source for sentence in sentences for source in sentence.ids}))


def find_new_sentences(statement: PatternStatement, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The sentences that rest on something newer than the draft of a saved statement."""
    before = frozenset(statement.drafted_from)
    return tuple(sentence for sentence in sentences if not before.issuperset(sentence.ids))


class _StatementComposer:
    def __init__(self, subject: Person, given: PatternInput, on: date) -> None:
        self.subject, self.given, self.on = subject, given, on
        links = self._records_of_type(RecordLink)
        incidents, observations = self._records_of_type(Incident), self._records_of_type(ChildObservation)
        self._canonical_ids_by_id = {
            person_id: min(find_linked_ids(links, person_id, "same-person"))
            for person_id in {one for link in links for one in (link.own_id, link.other_id)}
        }
        withheld = {record.about_id for record in self._records_of_type(WithheldInformation)}
        self.subject_id = self._canonical_id(subject.id)
        self.persons: dict[str, Person] = {}
        own_home = subject.household_id
        for person in sorted(given.persons, key=lambda one: (one.household_id != own_home, one.id)):
            self.persons.setdefault(self._canonical_id(person.id), person)
        self.name = self._display_name(self.persons.get(self.subject_id, subject))
        amended = {one.amends for one in given.conducts}
        conducts = [
            one
            for one in sorted(given.conducts, key=lambda one: (one.on, one.assessment_id))
            if self._canonical_id(one.subject_id) == self.subject_id and one.assessment_id not in amended
        ]
        self.conducts = [one for one in conducts if one.assessment_id not in withheld]
        ids = [incident.id for incident in incidents if self._is_by_subject(incident)]
        ids += [one.id for one in observations] + [one.assessment_id for one in conducts]
        self.withheld_ids = sorted(one for one in ids if one in withheld)
        shown = (incident for incident in incidents if incident.id not in withheld)
        groups = [
            group for group in group_incident_records(shown, links) if any(map(self._is_by_subject, group))
        ]
        self.incidents = sorted(map(combine_incident_records, groups), key=lambda one: (one.on, one.id))
        self.duplicate_groups = [group for group in groups if len(group) > 1]
        homes = [(self._canonical_id(person.id), person.household_id) for person in given.persons]
        self.household_ids = {incident.household_id for incident in self.incidents}
        self.household_ids |= {home for one, home in homes if one == self.subject_id}
        in_homes = {one for one, home in homes if home in self.household_ids}
        there = {self._canonical_id(child.id) for _, child in self._children_there()}
        self.children = sorted(
            (
                person
                for one, person in self.persons.items()
                if one in there or (person.is_child(on) and one in in_homes)
            ),
            key=lambda one: (one.born or one.due or date.max, one.name, one.id),
        )
        days = {contact.id: contact.on for contact in given.contacts}
        left_out = withheld | {one.amends for one in observations}
        known = {person.id for person in given.persons}
        self.observations = sorted(
            (
                (days[one.contact_id], one.id, one)
                for one in observations
                if one.contact_id in days and one.id not in left_out and one.child_id in known
            ),
            key=lambda one: one[:2],
        )

    def sentences(self) -> tuple[Sentence, ...]:
        found = [
            *self._act_sentences(),
            *self._children_sentences(),
            *self._safety_sentences(),
            *self._key_date_sentences(),
            *(self._make_tool_sentence(one, held) for one in self.conducts for held in one.answers),
            *self._gap_sentences(),
        ]
        return tuple(sorted(found, key=lambda sentence: STATEMENT_PARTS.index(sentence.part)))

    def _act_sentences(self) -> Iterable[Sentence]:
        tactics = {code for incident in self.incidents for code in incident.tactics}
        for tactic in sorted(tactics, key=tactic_sort_key):
            with_it = [incident for incident in self.incidents if tactic in incident.tactics]
            whom = self._display_names(one for incident in with_it for one in incident.to_ids)
            first, last = _day_of_record(with_it[0]), _day_of_record(with_it[-1])
            data = {"tactic": tactic, "whom": whom, "n": len(with_it), "first": first, "last": last}
            yield self._make_sentence("acts", "tactic", with_it, **data)
        for incident in self.incidents:
            whom = self._display_names(incident.to_ids)
            if not incident.tactics:
                yield self._make_words_sentence("acts", "act", incident, incident.what, whom=whom)
            if incident.threat:
                yield self._make_words_sentence("acts", "threat", incident, incident.threat, whom=whom)
        worst = max(self.incidents, key=lambda one: (one.severity or 0, one.on, one.id), default=None)
        if worst is not None and worst.severity is not None:
            day = _day_of_record(worst)
            yield self._make_sentence("acts", "worst", [worst], level=worst.severity, day=day)
        if self.duplicate_groups:
            every = [incident for group in self.duplicate_groups for incident in group]
            yield self._make_sentence("acts", "twice", every, n=len(self.duplicate_groups))
        places = {incident.household_id for incident in self.incidents}
        if len(places) > 1:
            yield self._make_sentence("acts", "homes", self.incidents, n=len(places))

    def _children_sentences(self) -> Iterable[Sentence]:
        for child in self.children:
            one, name = self._canonical_id(child.id), self._display_name(child)
            there = [found for found in self._children_there() if self._canonical_id(found[1].id) == one]
            for code, incidents in (
                ("there", [incident for incident, _ in there]),
                ("heard", [incident for incident, place in there if place.heard_it]),
                ("saw", [incident for incident, place in there if place.saw_it]),
            ):
                if incidents:
                    yield self._make_sentence("children", code, incidents, child=name, n=len(incidents))
            for incident, place in there:
                if place.where:
                    yield self._make_words_sentence("children", "where", incident, place.where, child=name)
            has_effect = self._tool_mentions_child(child)
            for day, _, record in self.observations:
                if self._canonical_id(record.child_id) != one:
                    continue
                has_effect = has_effect or bool(record.said or record.observation)
                for said in record.said:
                    yield self._make_child_sentence("said", child, day, record, said.words)
                if record.observation:
                    yield self._make_child_sentence("observed", child, day, record, record.observation)
            if not has_effect:
                yield self._make_gap_sentence("effect", child, part="children")

    def _safety_sentences(self) -> Iterable[Sentence]:
        targets = {self._canonical_id(one) for incident in self.incidents for one in incident.to_ids}
        adults = [
            self.persons[one]
            for one in targets
            if one in self.persons and one != self.subject_id and not self.persons[one].is_child(self.on)
        ]
        homes = {
            one.household_id for one in self.conducts for held in one.answers if held.link_id == "keeps-safe"
        }
        for adult in sorted(adults, key=lambda one: (one.name, one.id)):
            one, name = self._canonical_id(adult.id), self._display_name(adult)
            own = [it for it in self.incidents if it.protective and one in self._canonical_ids(it.to_ids)]
            for incident in own:
                yield self._make_words_sentence(
                    "safety", "protective", incident, incident.protective, adult=name
                )
            if not own and adult.household_id not in homes:
                yield self._make_gap_sentence("protective", adult, part="safety")

    def _key_date_sentences(self) -> Iterable[Sentence]:
        key_dates = [
            key_date
            for key_date in self._records_of_type(KeyDate)
            if key_date.household_id in self.household_ids
            and self._canonical_id(key_date.person_id) in ("", self.subject_id)
        ]
        for key_date in sorted(key_dates, key=lambda one: (one.on, one.kind, one.id)):
            day = _day_of_record(key_date)
            yield self._make_sentence("days", f"day.{key_date.kind}", [key_date], day=day)

    def _gap_sentences(self) -> Iterable[Sentence]:
        held = [held for one in self.conducts for held in one.answers]
        if not self.incidents and not any(one.part == "acts" for one in held):
            yield self._make_gap_sentence("acts", self.subject)
        if not self.children and not any(one.part == "children" for one in held):
            yield self._make_gap_sentence("children", self.subject)
        if len(self.household_ids) == 1 and not any(one.link_id == "homes" for one in held):
            yield self._make_gap_sentence("homes", self.subject)
        parted = any(key_date.code == "day.separation" for key_date in self._key_date_sentences())
        if self.incidents and not parted and not any(one.link_id == "separation" for one in held):
            yield self._make_gap_sentence("separation", self.subject)
        if self.withheld_ids:
            yield Sentence("gaps", "left-out", {"n": len(self.withheld_ids)}, tuple(self.withheld_ids))

    def _make_sentence(
        self, part: StatementPart, code: str, rests_on: Iterable[CaseworkRecord], **data: Any
    ) -> Sentence:
        ids = tuple(sorted(record.id for record in rests_on))
        return Sentence(part, code, {"who": self.name, **data}, ids)

    def _make_words_sentence(
        self, part: StatementPart, code: str, incident: Incident, words: str, **data: Any
    ) -> Sentence:
        return self._make_sentence(part, code, [incident], **data, day=_day_of_record(incident), words=words)

    def _make_child_sentence(
        self, code: str, child: Person, day: date, record: ChildObservation, words: str
    ) -> Sentence:
        data = {"child": self._display_name(child), "day": DayWithPrecision(day, "exact"), "words": words}
        return Sentence("children", code, data, (record.id,))

    def _make_tool_sentence(self, one: ConductExtract, held: ConductAnswer) -> Sentence:
        """An answer of the tool. A name in it is as it was typed."""
        data = {
            "who": self.name,
            "asked": held.question_answers,
            "tactic": held.tactic,
            "whom": held.whom,
            "child": held.child,
            "tool": one.tool,
            "day": DayWithPrecision(one.on, "exact"),
        }
        code = "tool-tactic" if held.tactic else "tool-child" if held.child else "tool"
        return Sentence(held.part, code, data, (one.assessment_id,))

    def _tool_mentions_child(self, child: Person) -> bool:
        """Whether the tool mentions this child by name: then it is no gap."""
        name = re.compile(rf"\b{re.escape(child.name.split()[0])}\b", re.IGNORECASE)
        return any(
            name.search(words)
            for one in self.conducts
            for held in one.answers
            if held.part == "children"
            for words in (held.child, *(words for _, words in held.question_answers))
        )

    def _make_gap_sentence(self, code: str, about: Person, *, part: StatementPart = "gaps") -> Sentence:
        data = {"who": self.name, "name": self._display_name(about)}
        return Sentence(part, f"gap.{code}", data, (about.id,))

    def _records_of_type(self, kind: type[Any]) -> list[Any]:
        return [record for record in self.given.records if isinstance(record, kind)]

    def _canonical_id(self, person_id: str) -> str:
        """The first id of a human being with several records."""
        return self._canonical_ids_by_id.get(person_id, person_id)

    def _canonical_ids(self, person_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(self._canonical_id(one) for one in person_ids)

    def _is_by_subject(self, incident: Incident) -> bool:
        return self.subject_id in self._canonical_ids(incident.by_ids)

    def _children_there(self) -> list[tuple[Incident, ChildAtIncident]]:
        return [(one, child) for one in self.incidents for child in one.children if child.there]

    def _display_name(self, person: Person) -> str:
        """The first name, where nobody else here has it; else the whole name."""
        first = person.name.split()[0]
        alike = [one for one in self.persons.values() if one.name.split()[:1] == [first]]
        return first if len(alike) < 2 else person.name

    def _display_names(self, person_ids: Iterable[str]) -> tuple[str, ...]:
        """Names of those it is done to, each once, in alphabetical order."""
        ones = self._canonical_ids(person_ids) - {self.subject_id}
        return tuple(sorted(self._display_name(self.persons[one]) for one in ones if one in self.persons))


def _day_of_record(record: Incident | KeyDate) -> DayWithPrecision:
    return DayWithPrecision(record.on, record.precision)
