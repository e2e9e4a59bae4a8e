"""The people of a visit file: households, persons, relationships, addresses, withheld information.

The reader goes on after a fault, to report every fault at once; a fault names places, never values.

    reader = PeopleReader()
    family = reader.read_household({"name": "Samplewood", "persons": [...]}, "household")
    reader.faults
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from pydantic import ValidationError

from app.visit_file.incidents import faulty_fields, read_records
from assessments.casework.casework_records import Address, CaseworkRecord, RecordLink, WithheldInformation
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person, Relationship, person_field_uses

_HOUSEHOLD_KEYS = ("name", "persons", "relationships", "addresses", "withheld", "events", "milestones")
_DATE_KEYS = tuple(name for name, field in Person.model_fields.items() if field.annotation == date | None)
_KEYS_READ_HERE = ("ref", "name", "roles", *_DATE_KEYS)
_PERSON_KEYS = tuple(
    dict.fromkeys((*_KEYS_READ_HERE, *(name for name, use in person_field_uses().items() if use.visit_file)))
)


@dataclass(frozen=True, slots=True)
class FileHousehold:
    """One household of the file, read, with what is filed under it beside its people."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    records: tuple[CaseworkRecord, ...]

    def __repr__(self) -> str:
        return f"<FileHousehold {self.household.id}>"


class PeopleReader:
    """One reading. `refs` gives the new id of each person that the file names."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.refs: dict[str, str] = {}

    def add_fault(self, sentence: str) -> None:
        """Note one fault and go on."""
        self.faults.append(sentence)

    def read_household(self, given: Any, where: str) -> FileHousehold:
        """Read one household with all that is filed under it; new persons get their refs."""
        fields = self.read_object(given, where)
        self.check_keys(fields, _HOUSEHOLD_KEYS, where)
        household = Household(id=new_id(), name=self.read_text(fields, "name", where) or "-")
        persons = self._persons(household, fields, where)
        relationships = self._relationships(household, fields, self.refs)
        facts = (
            *self._addresses(household, fields),
            *self._withheld(household, fields),
            *read_records(fields, household.id, self.refs, self.add_fault),
        )
        return FileHousehold(household, persons, relationships, facts)

    def _persons(self, household: Household, given: Mapping[str, Any], at: str) -> tuple[Person, ...]:
        persons = []
        for number, part in enumerate(self.read_list(given.get("persons"), f"{at}.persons"), start=1):
            where = f"person {number}"
            person = self.read_object(part, where)
            self.check_keys(person, _PERSON_KEYS, where)
            ref, name = self.read_text(person, "ref", where), self.read_text(person, "name", where)
            if ref in self.refs:
                self.add_fault(f"{where}: the ref is taken by another person.")
            roles = person.get("roles") or []
            if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
                self.add_fault(f"{where}: roles must be a list of words.")
                roles = []
            self.refs[ref] = new_id()
            more = {key: value for key, value in person.items() if key not in _KEYS_READ_HERE}
            dates = {day: self.read_date(person.get(day), f"{where}: {day}") for day in _DATE_KEYS}
            own = {"id": self.refs[ref], "household_id": household.id, "name": name or "-", "roles": roles}
            try:
                persons.append(Person.model_validate({**more, **dates, **own}))
            except ValidationError as error:
                self.add_fault(f"{where}: {faulty_fields(error)} cannot be read.")
        if not persons:
            self.add_fault(f"{at}.persons is empty: name at least one person.")
        return tuple(persons)

    def _addresses(self, household: Household, given: Mapping[str, Any]) -> list[CaseworkRecord]:
        found: list[CaseworkRecord] = []
        for number, part in enumerate(self.read_list(given.get("addresses") or [], "addresses"), start=1):
            where = f"address {number}"
            fields = self.read_object(part, where)
            self.check_keys(fields, ("lines", "kind", "confidential", "persons", "since", "until"), where)
            plain = {key: fields[key] for key in ("lines", "kind", "confidential") if key in fields}
            days = {day: self.read_date(fields.get(day), f"{where}: {day}") for day in ("since", "until")}
            who = self.read_person_ids(fields.get("persons"), where)
            found += self._record(Address, household, {**plain, **days, "person_ids": who}, where)
        return found

    def _withheld(self, household: Household, given: Mapping[str, Any]) -> list[CaseworkRecord]:
        found: list[CaseworkRecord] = []
        for number, part in enumerate(self.read_list(given.get("withheld") or [], "withheld"), start=1):
            where = f"withheld {number}"
            fields = self.read_object(part, where)
            self.check_keys(fields, ("about", "part", "keep_from", "asked_by", "why"), where)
            # Who it is kept from may be somebody who has no record: then the words stand.
            kept = [
                self.refs.get(str(who), str(who)) for who in self.read_list(fields.get("keep_from"), where)
            ]
            plain = {key: str(fields[key]) for key in ("part", "why") if key in fields}
            about = self.read_person_ids([fields.get("about")], where)
            asked = self.refs.get(str(fields.get("asked_by")), "")
            parts = {"about_id": (*about, "-")[0], "keep_from": kept, "asked_by": asked, **plain}
            found += self._record(WithheldInformation, household, parts, where)
        return found

    def read_links(
        self,
        given: Mapping[str, Any],
        family: FileHousehold,
        linked: list[tuple[str, FileHousehold]],
        contact: Contact | None,
    ) -> list[CaseworkRecord]:
        """Between households, from "linked"; between people of two of them, from "links"."""
        on = contact.on if contact else date.min
        decided = {"decided_at": datetime.combine(on, time(12), UTC)}
        found: list[CaseworkRecord] = []
        for number, (kind, other) in enumerate(linked, start=1):
            ends = {"own_id": family.household.id, "other_id": other.household.id}
            parts = {"kind": kind, "other_household_id": other.household.id, **ends, **decided}
            found += self._record(RecordLink, family.household, parts, f"linked {number}")
        own = {person.id for person in family.persons}
        there = {person.id: other.household.id for _, other in linked for person in other.persons}
        for number, part in enumerate(self.read_list(given.get("links") or [], "links"), start=1):
            where = f"link {number}"
            fields = self.read_object(part, where)
            self.check_keys(fields, ("kind", "from", "to"), where)
            ids = self.read_person_ids([fields.get("from"), fields.get("to")], where)
            if len(ids) != 2:
                continue
            if ids[0] not in own or ids[1] not in there:
                self.add_fault(f"{where}: from must be of the household and to of a linked one.")
                continue
            parts = {
                "kind": self.read_text(fields, "kind", where),
                "own_id": ids[0],
                "other_id": ids[1],
                "other_household_id": there[ids[1]],
                **decided,
            }
            found += self._record(RecordLink, family.household, parts, where)
        return found

    def _record(
        self, kind: type[CaseworkRecord], household: Household, parts: Mapping[str, Any], where: str
    ) -> list[CaseworkRecord]:
        """One record, or a fault that names the fields which cannot be read."""
        try:
            return [kind.model_validate({"id": new_id(), "household_id": household.id, **parts})]
        except ValidationError as error:
            self.add_fault(f"{where}: {faulty_fields(error)} cannot be read.")
            return []

    def read_person_ids(self, refs: Any, where: str) -> tuple[str, ...]:
        """Return the ids behind a list of refs; an unknown ref is a fault and is left out."""
        listed = self.read_list(refs, where)
        if any(ref not in self.refs for ref in listed):
            self.add_fault(f"{where}: no person has the ref that it names.")
        return tuple(self.refs[ref] for ref in listed if ref in self.refs)

    def _relationships(
        self, household: Household, given: Mapping[str, Any], refs: Mapping[str, str]
    ) -> tuple[Relationship, ...]:
        found = []
        parts = self.read_list(given.get("relationships") or [], "household.relationships")
        for number, part in enumerate(parts, start=1):
            where = f"relationship {number}"
            link = self.read_object(part, where)
            self.check_keys(link, ("from", "to", "kind"), where)
            ends = [self.read_text(link, end, where) for end in ("from", "to")]
            kind = self.read_text(link, "kind", where)
            for end in ends:
                if end and end not in refs:
                    self.add_fault(f"{where}: no person has the ref that it names.")
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

    def check_keys(self, given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        """An unknown key is a fault: a misspelt one must not lose what stands under it."""
        if set(given) - set(known):
            self.add_fault(f"{where}: only {', '.join(known)} may stand here.")

    def read_object(self, value: Any, where: str) -> Mapping[str, Any]:
        """Return the object, or {} with a fault."""
        if isinstance(value, Mapping):
            return value
        self.add_fault(f"{where} must be an object.")
        return {}

    def read_list(self, value: Any, where: str) -> list[Any]:
        """Return the list, or [] with a fault."""
        if isinstance(value, list):
            return value
        self.add_fault(f"{where} must be a list.")
        return []

    def read_text(self, given: Mapping[str, Any], key: str, where: str) -> str:
        """Return a text of 1 to 200 characters, or "" with a fault."""
        value = given.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= 200:
            return value
        self.add_fault(f"{where}: {key} must be a text of 1 to 200 characters.")
        return ""

    def read_date(self, value: Any, where: str) -> date | None:
        """Return a day, None for none, or None with a fault."""
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.add_fault(f"{where}: write each date as in 2026-03-05.")
            return None
