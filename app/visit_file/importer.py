"""A visit as one JSON file: read and checked whole before anything is kept.

    {"household": {"name": "Fern", "persons": [{"ref": "mair", "name": "Mair Fern"}]},
     "contact": {"on": "2026-03-05", "kind": "home-visit", "role": "HV"}}

docs/visit-files.md lists every key. A linked household is kept as one of its own; refs are one set for
the whole file.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, cast, get_args

from pydantic import JsonValue, ValidationError

from app.core.cases.case_service import CaseService, OpenAssessment
from app.visit_file.file_part import FilePart
from app.visit_file.people import HOUSEHOLD_KEYS, FileHousehold, PeopleReader, faulty_fields
from assessments.casework.casework_records import ChildObservation, VerbatimQuote
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, parse_role
from assessments.definitions import catalogue
from assessments.definitions.definition import ROLES
from assessments.definitions.unprinted import Unprinted
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry
from assessments.engine.scoring import HistoryStatus, Judgement, ScoringContext
from assessments.errors import WrenError

_NOT_ASKED = {"id", "household_id", "contact_id", "child_id", "written_at", "amends", "amended_why"}
# What an entry under "seen" may hold beside the child: what the page of one child asks.
_OBSERVATION_KEYS = tuple(
    name for name in ChildObservation.model_fields if name not in {*_NOT_ASKED, "kept_phrases"}
)
_SAID_KEYS = tuple(name for name in VerbatimQuote.model_fields if name != "id")


@dataclass(frozen=True, slots=True, repr=False)
class FileAssessment(Unprinted):
    """One assessment of the file, read."""

    tool: str
    subject: str
    entries: Mapping[str, AnswerEntry]
    context: ScoringContext


@dataclass(frozen=True, slots=True, repr=False)
class VisitFile(Unprinted):
    """A whole file, read: ids are new, and `refs` gives each person's."""

    main_household: FileHousehold
    linked_households: tuple[FileHousehold, ...]
    contact: Contact
    refs: Mapping[str, str]
    assessments: tuple[FileAssessment, ...]
    observations: tuple[ChildObservation, ...] = ()


class ImportedAssessment(TypedDict):
    """What became of one assessment of the file, as JSON."""

    id: str
    tool: str
    subject: str
    status: str
    missing: list[str]
    findings: list[dict[str, JsonValue]]
    band: str | None
    grade: str | None


class ImportedVisit(TypedDict):
    """The ids under which a file was kept, as JSON; `persons` are by their refs."""

    household: str
    contact: str
    persons: dict[str, str]
    assessments: list[ImportedAssessment]


class BadVisit(WrenError, code="bad-visit"):
    """The file cannot be played. `faults` are sentences that name places in it, never values."""


def read_visit_file(given: JsonValue, answer_fault: Callable[[WrenError], str]) -> VisitFile:
    """Read a visit file, or raise BadVisit with every fault found. Nothing has been kept by then."""
    return _VisitReader(answer_fault).read_visit(given)


def import_visit(service: CaseService, plan: VisitFile) -> ImportedVisit:
    """Keep the household and the contact, then fill and finish each assessment, as a screen would."""
    for family in (plan.main_household, *plan.linked_households):
        service.save_household(family.household, family.persons, family.relationships)
        service.save_records(family.household.id, family.records)
    service.save_record(plan.contact)
    if plan.observations:
        service.save_records(plan.contact.household_id, plan.observations)
    return {
        "household": plan.main_household.household.id,
        "contact": plan.contact.id,
        "persons": dict(plan.refs),
        "assessments": [_import_assessment(service, plan, planned) for planned in plan.assessments],
    }


def _import_assessment(service: CaseService, plan: VisitFile, planned: FileAssessment) -> ImportedAssessment:
    work = service.start_assessment(plan.contact, plan.refs[planned.subject], planned.tool, planned.context)
    work = service.apply_event(_fill(service, work, planned.entries), forms.CompletionRequested())
    form, result = work.form, work.form.result
    return {
        "id": work.assessment.id,
        "tool": planned.tool,
        "subject": planned.subject,
        "status": form.status,
        "missing": list(form.missing),
        "findings": [finding.to_plain() for finding in form.findings],
        "band": result.band,
        "grade": result.grade.value,
    }


def _fill(service: CaseService, work: OpenAssessment, entries: Mapping[str, AnswerEntry]) -> OpenAssessment:
    """Enter answers as they become possible: a question opened by another waits for it.

    What no answer opens is kept as well, hidden, as it is when a person changes an answer.
    """
    waiting = dict(entries)
    while ready := [link_id for link_id in waiting if link_id in work.form.visible]:
        for link_id in ready:
            if link_id in work.form.visible:
                work = service.apply_event(work, forms.AnswerEntered(link_id, waiting.pop(link_id)))
    return service.save_hidden_entries(work, waiting) if waiting else work


class _VisitReader(PeopleReader):
    """One reading of a file. It goes on after a fault, to report every fault at once."""

    def __init__(self, answer_fault: Callable[[WrenError], str]) -> None:
        super().__init__()
        self.answer_fault = answer_fault

    def read_visit(self, given: JsonValue) -> VisitFile:
        """Read the whole file. Raises BadVisit."""
        known = ("household", "linked", "links", "contact", "assessments", "seen")
        file = FilePart(given, "the file", known, self.faults)
        family = self.read_household(file.child("household", "household", HOUSEHOLD_KEYS))
        linked = []
        for part in file.numbered("linked", "linked", ("kind", "household")):
            kind, other = part.text("kind"), part.child("household", part.where, HOUSEHOLD_KEYS)
            linked.append((part, kind, self.read_household(other)))
        contact = self._contact(family.household.id, file)
        assessments = tuple(self._assessments(file, contact))
        seen = self._observations(file, contact)
        links = self.read_links(file, family, linked, contact)
        if self.faults or contact is None:
            raise BadVisit(faults=tuple(self.faults))
        family = replace(family, records=(*family.records, *links))
        others = tuple(other for _, _, other in linked)
        return VisitFile(family, others, contact, self.refs, assessments, seen)

    def _contact(self, household_id: str, file: FilePart) -> Contact | None:
        part = file.child("contact", "contact", ("on", "kind", "role"))
        on = part.day("on")
        if on is None and not self.faults:
            part.add_fault("on is missing. Write the day as in 2026-03-05.")
        role = parse_role(part.text("role"))
        if role is None:
            part.add_fault(f"role must be one of {', '.join(ROLES)}.")
        kind = part.text("kind")
        if on is None or role is None or not kind:
            return None
        return next(iter(self.make(Contact, household_id, part, on=on, kind=kind, role=role)), None)

    def _assessments(self, file: FilePart, contact: Contact | None) -> Iterable[FileAssessment]:
        known = ("tool", "subject", "answers", "context")
        for part in file.numbered("assessments", "assessment", known):
            tool, subject = part.text("tool"), part.text("subject")
            if subject and subject not in self.refs:
                part.add_fault("no person has the ref that subject names.")
            entries, context = self._entries(tool, part), self._context(part, contact)
            if entries is not None and context is not None:
                yield FileAssessment(tool, subject, entries, context)

    def _entries(self, tool: str, part: FilePart) -> Mapping[str, AnswerEntry] | None:
        try:
            instrument = catalogue.load_tool(tool)
        except WrenError:
            part.add_fault(f"there is no such tool. Tools are {', '.join(catalogue.list_tool_ids())}.")
            return None
        try:
            return forms.read_entries(instrument, _object(part, "answers", None).data)
        except WrenError as error:
            part.add_fault(self.answer_fault(error))
            return None

    def _context(self, assessment: FilePart, contact: Contact | None) -> ScoringContext | None:
        part = _object(assessment, "context", ("on", "events", "last_marac_referral", "judgement", "history"))
        on = part.day("on") or (contact.on if contact else None)
        days = [part.read_day(day, "events") for day in part.items("events", part.where)]
        last = part.day("last_marac_referral")
        history = part.data.get("history") or ""
        if history not in ("", *get_args(HistoryStatus)):
            part.add_fault(f"history must be one of {', '.join(get_args(HistoryStatus))}.")
        judgement = None
        if part.data.get("judgement") is not None:
            judged = part.child("judgement", f"{part.where}: judgement", None).data
            grade = FilePart(judged, part.where, None, self.faults).text("grade")
            judgement = Judgement(grade, str(judged.get("reason") or ""))
        if on is None:
            return None
        return ScoringContext(
            on=on,
            events=tuple(sorted(day for day in days if day is not None)),
            last_marac_referral=last,
            judgement=judgement,
            history=cast("HistoryStatus | Literal['']", history),
        )

    def _observations(self, file: FilePart, contact: Contact | None) -> tuple[ChildObservation, ...]:
        """Who was seen, child by child: each once, and people in it by their refs where they have one."""
        found: dict[str, ChildObservation] = {}
        for part in file.numbered("seen", "seen", ("child", *_OBSERVATION_KEYS)):
            where = f"{part.where}: said"
            said = [FilePart(line, where, _SAID_KEYS, self.faults).data for line in part.items("said", where)]
            child = part.text("child")
            if child and (child not in self.refs or child in found):
                part.add_fault("child must be the ref of a person, each once.")
            elif child and contact is not None:
                try:
                    found[child] = self._observation(part, contact, child, said)
                except ValidationError as error:
                    part.add_fault(f"{', '.join(faulty_fields(error))} cannot be read.")
        return tuple(found.values())

    def _observation(
        self, part: FilePart, contact: Contact, child: str, said: list[dict[str, JsonValue]]
    ) -> ChildObservation:
        """One entry as a record; whoever has no ref in it stays as written. Raises ValidationError."""
        fields = {key: value for key, value in part.data.items() if key in _OBSERVATION_KEYS}
        for key in ("present", "in_earshot"):
            who = fields.get(key)
            if isinstance(who, list):
                fields[key] = [self.refs.get(one, one) if isinstance(one, str) else one for one in who]
        if said or not fields.get("said"):
            fields["said"] = [{**line, "id": new_id()} for line in said]
        ids = {"id": new_id(), "household_id": contact.household_id, "contact_id": contact.id}
        return ChildObservation.model_validate({**fields, **ids, "child_id": self.refs[child]})


def _object(part: FilePart, key: str, known: tuple[str, ...] | None) -> FilePart:
    """The object under a key of an assessment; an empty one where there is none."""
    return FilePart(part.data.get(key) or {}, f"{part.where}: {key}", known, part.faults)
