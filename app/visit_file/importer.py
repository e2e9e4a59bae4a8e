"""A visit as one JSON file: read and checked whole before anything is kept.

    {"household": {"name", "persons": [{"ref", "name", "born", "roles", ...}],
                   "relationships": [{"from", "to", "kind"}],
                   "addresses": [{"lines", "kind", "confidential", "persons"}],
                   "withheld": [{"about", "part", "keep_from", "asked_by", "why"}],
                   "events" and "milestones": see `incidents`},
     "linked": [{"kind", "household": {...}}],
     "links": [{"kind", "from", "to"}],
     "contact": {"on", "kind", "role"},
     "assessments": [{"tool", "subject", "answers", "context"}],
     "seen": [{"child", "how", "said": [{"words", "prompt", "origin"}], "observation", ...}]}

A person may have any field of `records.Person`. A linked household is kept as one of its own; refs are
one set for the whole file.

docs/visit-files.md lists every key. `import_visit` saves through the same case service as the screens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from app.core.cases.case_service import CaseService
from app.visit_file.observations import OBSERVATION_KEYS, SAID_KEYS, faulty_fields, read_observation
from app.visit_file.people import FileHousehold, PeopleReader
from assessments.casework.casework_records import ChildObservation
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, parse_role
from assessments.definitions import catalogue
from assessments.definitions.definition import ROLES
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry
from assessments.engine.scoring import HistoryStatus, Judgement, ScoringContext
from assessments.errors import WrenError

__all__ = ["BadVisit", "FileAssessment", "VisitFile", "import_visit", "read_visit_file"]


@dataclass(frozen=True, slots=True)
class FileAssessment:
    """One assessment of the file, read."""

    tool: str
    subject: str
    entries: Mapping[str, AnswerEntry]
    context: ScoringContext

    def __repr__(self) -> str:
        return f"<FileAssessment {self.tool}>"


@dataclass(frozen=True, slots=True)
class VisitFile:
    """A whole file, read: ids are new, and `refs` gives each person's."""

    main_household: FileHousehold
    linked_households: tuple[FileHousehold, ...]
    contact: Contact
    refs: Mapping[str, str]
    assessments: tuple[FileAssessment, ...]
    observations: tuple[ChildObservation, ...] = ()

    def __repr__(self) -> str:
        return f"<VisitFile {len(self.assessments)}>"


class BadVisit(WrenError, code="bad-visit"):
    """The file cannot be played. `faults` are sentences that name places in it, never values."""


def read_visit_file(given: Mapping[str, Any], answer_fault: Callable[[WrenError], str]) -> VisitFile:
    """Read a visit file, or raise BadVisit with every fault found. Nothing has been kept by then."""
    reader = _VisitReader(answer_fault)
    plan = reader.read_visit(given)
    if reader.faults or plan is None:
        raise BadVisit(faults=tuple(reader.faults))
    return plan


def import_visit(desk: CaseService, plan: VisitFile) -> dict[str, Any]:
    """Keep the household and the contact, then fill and finish each assessment, as a screen would."""
    for family in (plan.main_household, *plan.linked_households):
        desk.save_household(family.household, family.persons, family.relationships)
        desk.save_records(family.household.id, family.records)
    desk.save_contact(plan.contact)
    if plan.observations:
        desk.save_records(plan.contact.household_id, plan.observations)
    done = []
    for planned in plan.assessments:
        work = desk.start_assessment(plan.contact, plan.refs[planned.subject], planned.tool, planned.context)
        work = _fill(desk, work, planned.entries)
        work = desk.apply_event(work, forms.CompletionRequested())
        outcome = forms.form_to_plain(work.form)
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
        "household": plan.main_household.household.id,
        "contact": plan.contact.id,
        "persons": dict(plan.refs),
        "assessments": done,
    }


def _fill(desk: CaseService, work: Any, entries: Mapping[str, AnswerEntry]) -> Any:
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
                work = desk.apply_event(work, forms.AnswerEntered(link_id, waiting.pop(link_id)))
    return desk.save_hidden_entries(work, waiting) if waiting else work


class _VisitReader(PeopleReader):
    """One reading of a file. It goes on after a fault, to report every fault at once."""

    def __init__(self, answer_fault: Callable[[WrenError], str]) -> None:
        super().__init__()
        self.answer_fault = answer_fault

    def read_visit(self, given: Mapping[str, Any]) -> VisitFile | None:
        """Read the whole file; None where `faults` were found."""
        self.check_keys(given, ("household", "linked", "links", "contact", "assessments", "seen"), "the file")
        family = self.read_household(given.get("household"), "household")
        linked = []
        for number, part in enumerate(self.read_list(given.get("linked") or [], "linked"), start=1):
            where = f"linked {number}"
            other = self.read_object(part, where)
            self.check_keys(other, ("kind", "household"), where)
            linked.append(
                (self.read_text(other, "kind", where), self.read_household(other.get("household"), where))
            )
        contact = self._contact(family.household, given)
        assessments = self._assessments(given, contact, self.refs)
        seen = self._observations(given, contact, self.refs)
        links = self.read_links(given, family, linked, contact)
        if self.faults or contact is None:
            return None
        family = replace(family, records=(*family.records, *links))
        return VisitFile(family, tuple(other for _, other in linked), contact, self.refs, assessments, seen)

    def _contact(self, household: Household, given: Mapping[str, Any]) -> Contact | None:
        contact = self.read_object(given.get("contact"), "contact")
        self.check_keys(contact, ("on", "kind", "role"), "contact")
        on = self.read_date(contact.get("on"), "contact: on")
        if on is None and not self.faults:
            self.add_fault("contact: on is missing. Write the day as in 2026-03-05.")
        role = parse_role(self.read_text(contact, "role", "contact"))
        if role is None:
            self.add_fault(f"contact: role must be one of {', '.join(ROLES)}.")
        kind = self.read_text(contact, "kind", "contact")
        if on is None or role is None or not kind:
            return None
        return Contact(id=new_id(), household_id=household.id, on=on, kind=kind, role=role)

    def _assessments(
        self, given: Mapping[str, Any], contact: Contact | None, refs: Mapping[str, str]
    ) -> tuple[FileAssessment, ...]:
        found = []
        for number, part in enumerate(self.read_list(given.get("assessments") or [], "assessments"), start=1):
            where = f"assessment {number}"
            planned = self.read_object(part, where)
            self.check_keys(planned, ("tool", "subject", "answers", "context"), where)
            tool, subject = self.read_text(planned, "tool", where), self.read_text(planned, "subject", where)
            if subject and subject not in refs:
                self.add_fault(f"{where}: no person has the ref that subject names.")
            entries = self._entries(tool, planned.get("answers") or {}, where)
            context = self._context(planned.get("context") or {}, contact, where)
            if entries is not None and context is not None:
                found.append(FileAssessment(tool, subject, entries, context))
        return tuple(found)

    def _observations(
        self, given: Mapping[str, Any], contact: Contact | None, refs: Mapping[str, str]
    ) -> tuple[ChildObservation, ...]:
        """Who was seen, child by child: each once, and people in it by their refs where they have one."""
        found: dict[str, ChildObservation] = {}
        for number, part in enumerate(self.read_list(given.get("seen") or [], "seen"), start=1):
            where = f"seen {number}"
            one = self.read_object(part, where)
            self.check_keys(one, ("child", *OBSERVATION_KEYS), where)
            for line in self.read_list(one.get("said") or [], f"{where}: said"):
                self.check_keys(self.read_object(line, f"{where}: said"), SAID_KEYS, f"{where}: said")
            child = self.read_text(one, "child", where)
            if child and (child not in refs or child in found):
                self.add_fault(f"{where}: child must be the ref of a person, each once.")
            elif child and contact is not None:
                try:
                    found[child] = read_observation(one, contact, refs, child, new_id)
                except (ValueError, TypeError) as error:
                    self.add_fault(f"{where}: {faulty_fields(error)} cannot be read.")
        return tuple(found.values())

    def _entries(self, tool: str, answers: Any, where: str) -> Mapping[str, AnswerEntry] | None:
        try:
            instrument = catalogue.load_tool(tool)
        except WrenError:
            known = ", ".join(catalogue.list_tool_ids())
            self.add_fault(f"{where}: there is no such tool. Tools are {known}.")
            return None
        try:
            return forms.read_entries(instrument, self.read_object(answers, f"{where}: answers"))
        except WrenError as error:
            self.add_fault(f"{where}: {self.answer_fault(error)}")
            return None

    def _context(self, given: Any, contact: Contact | None, where: str) -> ScoringContext | None:
        where = f"{where}: context"
        context = self.read_object(given, where)
        self.check_keys(context, ("on", "events", "last_marac_referral", "judgement", "history"), where)
        on = self.read_date(context.get("on"), f"{where}: on") or (contact.on if contact else None)
        days = [
            self.read_date(day, f"{where}: events")
            for day in self.read_list(context.get("events") or [], where)
        ]
        last = self.read_date(context.get("last_marac_referral"), f"{where}: last_marac_referral")
        judged = context.get("judgement")
        history: HistoryStatus | Literal[""] = context.get("history") or ""
        if history not in ("", *get_args(HistoryStatus)):
            self.add_fault(f"{where}: history must be one of {', '.join(get_args(HistoryStatus))}.")
            history = ""
        judgement = None
        if judged is not None:
            parts = self.read_object(judged, f"{where}: judgement")
            judgement = Judgement(self.read_text(parts, "grade", where), str(parts.get("reason") or ""))
        if on is None:
            return None
        return replace(
            ScoringContext(on=on, last_marac_referral=last, judgement=judgement, history=history),
            events=tuple(sorted(day for day in days if day is not None)),
        )
