"""The households of a visit file: persons, relationships, addresses, incidents, withheld information."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from app.visit_file.file_part import FilePart
from assessments.casework import casework_records as facts
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person, Record, Relationship, person_field_uses
from assessments.definitions.unprinted import Unprinted

RecordT = TypeVar("RecordT", bound=Record)

HOUSEHOLD_KEYS = ("name", "persons", "relationships", "addresses", "withheld", "events", "milestones")
_DATE_KEYS = tuple(name for name, field in Person.model_fields.items() if field.annotation == date | None)
_KEYS_READ_HERE = ("ref", "name", "roles", *_DATE_KEYS)
_PERSON_KEYS = tuple(
    dict.fromkeys((*_KEYS_READ_HERE, *(name for name, use in person_field_uses().items() if use.visit_file)))
)
_INCIDENT_KEYS = (
    *("on", "what", "source", "severity", "precision", "time", "place", "tactics", "by", "to", "children"),
    *("threat", "injury", "police_ref", "outcome", "first_known_to"),
)
_KEY_DATE_KEYS = ("on", "kind", "person", "precision", "words")
_CHILD_KEYS = {"there": "there", "where": "where", "saw": "saw_it", "heard": "heard_it"}


@dataclass(frozen=True, slots=True, repr=False)
class FileHousehold(Unprinted):
    """One household of the file, read, with what is filed under it beside its people."""

    household: Household
    persons: tuple[Person, ...]
    relationships: tuple[Relationship, ...]
    records: tuple[facts.CaseworkRecord, ...]


def faulty_fields(error: ValidationError) -> list[str]:
    """The fields that cannot be read, by name and never by value, in the order of the record."""
    return list(dict.fromkeys(str(part["loc"][0]) for part in error.errors(include_input=False)))


class PeopleReader:
    """One reading. `refs` gives the new id of each person that the file names."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.refs: dict[str, str] = {}

    def read_household(self, part: FilePart) -> FileHousehold:
        """Read one household with all that is filed under it; new persons get their refs."""
        household = Household(id=new_id(), name=part.text("name") or "-")
        persons = tuple(self._persons(household.id, part))
        relationships = tuple(self._relationships(household.id, part))
        records = (
            *self._addresses(household.id, part),
            *self._withheld(household.id, part),
            *self._dated(facts.Incident, household.id, part, "events", _INCIDENT_KEYS, self._incident),
            *self._dated(facts.KeyDate, household.id, part, "milestones", _KEY_DATE_KEYS, self._key_date),
        )
        return FileHousehold(household, persons, relationships, records)

    def make(
        self, record: type[RecordT], household_id: str, part: FilePart, /, **fields: object
    ) -> list[RecordT]:
        """One new record, or none and a fault that names the fields which cannot be read."""
        try:
            return [record.model_validate({"id": new_id(), "household_id": household_id, **fields})]
        except ValidationError as error:
            part.add_fault(f"{', '.join(sorted(faulty_fields(error)))} cannot be read.")
            return []

    def person_ids(self, refs: Sequence[JsonValue], part: FilePart) -> list[str]:
        """The ids of the persons with these refs; an unknown ref is a fault and is left out."""
        found = [self.refs[ref] for ref in refs if isinstance(ref, str) and ref in self.refs]
        if len(found) < len(refs):
            part.add_fault("no person has the ref that it names.")
        return found

    def _persons(self, household_id: str, household: FilePart) -> Iterable[Person]:
        where = f"{household.where}.persons"
        persons: list[Person] = []
        for part in household.numbered("persons", "person", _PERSON_KEYS, where, required=True):
            ref, name = part.text("ref"), part.text("name")
            if ref in self.refs:
                part.add_fault("the ref is taken by another person.")
            roles = part.data.get("roles") or []
            if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
                part.add_fault("roles must be a list of words.")
                roles = []
            self.refs[ref] = new_id()
            fields = {key: value for key, value in part.data.items() if key not in _KEYS_READ_HERE}
            dates = {key: part.day(key) for key in _DATE_KEYS}
            own = {"id": self.refs[ref], "name": name or "-", "roles": roles}
            persons += self.make(Person, household_id, part, **{**fields, **dates, **own})
        if not persons:
            household.faults.append(f"{where} is empty: name at least one person.")
        return persons

    def _relationships(self, household_id: str, household: FilePart) -> Iterable[Relationship]:
        listed = ("relationships", "relationship", ("from", "to", "kind"), "household.relationships")
        for part in household.numbered(*listed):
            ends, kind = [part.text("from"), part.text("to")], part.text("kind")
            for end in ends:
                if end and end not in self.refs:
                    part.add_fault("no person has the ref that it names.")
            if kind and all(end in self.refs for end in ends):
                named = {"from_id": self.refs[ends[0]], "to_id": self.refs[ends[1]], "kind": kind}
                yield from self.make(Relationship, household_id, part, **named)

    def _addresses(self, household_id: str, household: FilePart) -> Iterable[facts.Address]:
        known = ("lines", "kind", "confidential", "persons", "since", "until")
        for part in household.numbered("addresses", "address", known):
            fields = {key: part.data[key] for key in ("lines", "kind", "confidential") if key in part.data}
            days = {key: part.day(key) for key in ("since", "until")}
            who = self.person_ids(part.items("persons", part.where, required=True), part)
            yield from self.make(facts.Address, household_id, part, **fields, **days, person_ids=who)

    def _withheld(self, household_id: str, household: FilePart) -> Iterable[facts.WithheldInformation]:
        known = ("about", "part", "keep_from", "asked_by", "why")
        for part in household.numbered("withheld", "withheld", known):
            # Who it is kept from may be somebody who has no record: then the words stand.
            listed = map(str, part.items("keep_from", part.where, required=True))
            kept = [self.refs.get(who, who) for who in listed]
            about = self.person_ids([part.data.get("about")], part)
            asked_by = self.refs.get(str(part.data.get("asked_by")), "")
            own = {"about_id": (*about, "-")[0], "keep_from": kept, "asked_by": asked_by}
            words = {key: str(part.data[key]) for key in ("part", "why") if key in part.data}
            yield from self.make(facts.WithheldInformation, household_id, part, **own, **words)

    def _dated(
        self,
        kind: type[RecordT],
        household_id: str,
        household: FilePart,
        key: str,
        known: tuple[str, ...],
        read: Callable[[FilePart], dict[str, JsonValue]],
    ) -> Iterable[RecordT]:
        """Incidents or key dates. `read` raises KeyError for a ref that no person has."""
        where = f"household.{key}"
        for part in household.numbered(key, where, known, where):
            if not part.is_sound:
                continue
            try:
                yield kind.model_validate({"id": new_id(), "household_id": household_id, **read(part)})
            except KeyError:
                part.add_fault("no person has a ref that it names.")
            except ValidationError as error:
                part.add_fault(f"these cannot be read: {', '.join(sorted(faulty_fields(error)))}.")

    def _incident(self, part: FilePart) -> dict[str, JsonValue]:
        fields = {key: value for key, value in part.data.items() if key not in ("by", "to", "children")}
        ends: dict[str, JsonValue] = {
            f"{key}_ids": [self.refs[str(ref)] for ref in part.items(key, f"{part.where}: {key}")]
            for key in ("by", "to")
        }
        children: list[JsonValue] = []
        for value in part.items("children", f"{part.where}: children"):
            child = FilePart(value, f"{part.where}: children", None, part.faults).data
            given = {own: child[key] for key, own in _CHILD_KEYS.items() if key in child}
            children.append({"id": self.refs[str(child["ref"])], **given})
        return {**fields, **ends, "children": children}

    def _key_date(self, part: FilePart) -> dict[str, JsonValue]:
        fields = {key: value for key, value in part.data.items() if key != "person"}
        return {**fields, "person_id": self.refs[str(part.data["person"])] if "person" in part.data else ""}

    def read_links(
        self,
        file: FilePart,
        family: FileHousehold,
        linked: list[tuple[FilePart, str, FileHousehold]],
        contact: Contact | None,
    ) -> list[facts.RecordLink]:
        """Between households, from "linked"; between people of two of them, from "links"."""
        decided_at = datetime.combine(contact.on if contact else date.min, time(12), UTC)
        found: list[facts.RecordLink] = []

        def link(part: FilePart, kind: str, own_id: str, other_id: str, household_id: str) -> None:
            ends = {"own_id": own_id, "other_id": other_id, "other_household_id": household_id}
            decided = {"kind": kind, "decided_at": decided_at}
            found.extend(self.make(facts.RecordLink, family.household.id, part, **decided, **ends))

        for part, kind, other in linked:
            link(part, kind, family.household.id, other.household.id, other.household.id)
        own = {person.id for person in family.persons}
        there = {person.id: other.household.id for _, _, other in linked for person in other.persons}
        for part in file.numbered("links", "link", ("kind", "from", "to")):
            ids = self.person_ids([part.data.get("from"), part.data.get("to")], part)
            if len(ids) != 2:
                continue
            if ids[0] not in own or ids[1] not in there:
                part.add_fault("from must be of the household and to of a linked one.")
                continue
            link(part, part.text("kind"), ids[0], ids[1], there[ids[1]])
        return found
