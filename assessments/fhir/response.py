"""Export of an assessment as a FHIR R4 QuestionnaireResponse, with a list of what it leaves out.

A NotAnswered is an answer without a value: its data-absent-reason in FHIR's codes and its exact
state in ours. Rows are repeated groups, a map of people is a group repeated once per person, and
exact words carry their origin and prompt as extensions. Entries of items that are not shown are not
exported; `left_out` names them.
"""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.casework.ids import format_utc
from assessments.casework.records import Assessment, Person
from assessments.definitions.definition import Instrument, Item
from assessments.definitions.drawing import STROKES_MEDIA_TYPE, Drawing, to_plain, to_svg
from assessments.definitions.unprinted import Unprinted
from assessments.engine import answers as a
from assessments.engine.form import read_entries
from assessments.errors import BadAnswer, UnknownItem
from assessments.fhir import names as n
from assessments.fhir.export import canonical_url, coding_of, fhir_link_id, part_link_id

_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True, repr=False)
class LeftOut:
    """One entry that the output does not hold, and why: `why` is a code."""

    link_id: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class ExportedResponse(Unprinted):
    """The resource, and the entries that it does not hold."""

    resource: n.Json
    left_out: tuple[LeftOut, ...]


def export_response(assessment: Assessment, instrument: Instrument) -> ExportedResponse:
    """The QuestionnaireResponse of one assessment, with what it leaves out.

    The instrument must be the one that the assessment pins; entries for items it does not have are
    left out with "unknown-item", entries that it cannot read with "unreadable".
    """
    entries, left_out = _entries(assessment, instrument)
    left_out += [LeftOut(link_id, "hidden") for link_id in assessment.hidden]
    items = _ResponseItemWriter(instrument, left_out).items(instrument.items, entries)
    resource: n.Json = {
        "resourceType": "QuestionnaireResponse",
        "id": assessment.id,
        "extension": _context(assessment),
        "identifier": {"system": f"{n.WREN_URL}/assessment", "value": assessment.id},
        "questionnaire": canonical_url(instrument),
        "status": assessment.status,
        "subject": {"reference": f"Patient/{assessment.subject_id}"},
        "encounter": {"reference": f"Encounter/{assessment.contact_id}"},
        "authored": format_utc(assessment.completed_at or assessment.started_at),
        "author": {"identifier": {"system": f"{n.WREN_URL}/practitioner", "value": assessment.author}},
    }
    if items:
        resource["item"] = items
    return ExportedResponse(resource, tuple(left_out))


def export_patient(person: Person) -> n.Json:
    """The person assessed, as a Patient. Without a date of birth there is none: nothing is made up."""
    resource: n.Json = {
        "resourceType": "Patient",
        "id": person.id,
        "name": [{"text": n.fhir_string(person.name)}],
    }
    if person.born is not None:
        resource["birthDate"] = person.born.isoformat()
    if person.due is not None:
        resource["extension"] = [n.extension(f"{n.WREN_STRUCTURE_URL}/due", valueDate=person.due.isoformat())]
    return resource


def _entries(
    assessment: Assessment, instrument: Instrument
) -> tuple[dict[str, a.AnswerEntry], list[LeftOut]]:
    entries: dict[str, a.AnswerEntry] = {}
    left_out: list[LeftOut] = []
    for link_id, plain in assessment.answers.items():
        try:
            entries |= read_entries(instrument, {link_id: plain})
        except UnknownItem:
            left_out.append(LeftOut(link_id, "unknown-item"))
        except BadAnswer:
            left_out.append(LeftOut(link_id, "unreadable"))
    return entries, left_out


def _context(assessment: Assessment) -> list[n.Json]:
    """What the result was computed from beside the answers, and what pins the tool."""
    context = assessment.context
    parts = [n.extension("on", valueDate=context.on.isoformat())]
    parts += [n.extension("event", valueDate=event.isoformat()) for event in context.events]
    if context.last_marac_referral is not None:
        parts.append(n.extension("last-marac-referral", valueDate=context.last_marac_referral.isoformat()))
    if context.history:
        parts.append(n.extension("history", valueCode=context.history))
    if context.judgement is not None:
        grade, reason = context.judgement.grade, context.judgement.reason
        judgement = [n.extension("grade", valueString=n.fhir_string(grade))]
        if reason.strip():
            judgement.append(n.extension("reason", valueString=n.fhir_string(reason)))
        parts.append(n.extension("judgement", *judgement))
    found = [
        n.extension(f"{n.WREN_STRUCTURE_URL}/tool-hash", valueString=assessment.instrument_hash),
        n.extension(f"{n.WREN_STRUCTURE_URL}/area", valueString=assessment.area),
        n.extension(f"{n.WREN_STRUCTURE_URL}/started", valueDateTime=format_utc(assessment.started_at)),
        n.extension(f"{n.WREN_STRUCTURE_URL}/context", *parts),
    ]
    if assessment.amends:
        reference = {"reference": f"QuestionnaireResponse/{assessment.amends}"}
        found.append(n.extension(f"{n.WREN_STRUCTURE_URL}/amends", valueReference=reference))
    return found


class _ResponseItemWriter:
    def __init__(self, instrument: Instrument, left_out: list[LeftOut]) -> None:
        self.instrument, self.left_out = instrument, left_out

    def items(self, items: tuple[Item, ...], entries: a.Answers) -> list[n.Json]:
        """The answered items, in the order of the tool; a group without answers is not written."""
        return [written for item in items for written in self._item(item, entries)]

    def _item(self, item: Item, entries: a.Answers) -> list[n.Json]:
        head: n.Json = {"linkId": fhir_link_id(item), "text": n.fhir_string(item.text)}
        entry = entries.get(item.link_id)
        if item.type == "group" and not item.repeats:
            inner = self.items(item.items, entries)
            return [{**head, "item": inner}] if inner else []
        if item.type in ("group", "people"):
            return self._repeated(item, head, entry)
        inner = self.items(item.items, entries)
        given = self._given(item, entry) if entry is not None else []
        if not given and not inner:
            return [head] if entry is not None else []
        if inner:
            first, *rest = given or [{}]
            given = [{**first, "item": inner}, *rest]
        return [{**head, "answer": given}]

    def _repeated(self, item: Item, head: n.Json, entry: a.AnswerEntry | None) -> list[n.Json]:
        """One group item per row or person; a state is an extension of the group itself."""
        if entry is None:
            return []
        if isinstance(entry, a.NotAnswered):
            return [{**head, "extension": self._absent(item, entry)}]
        parts = entry.value if isinstance(entry.value, tuple) else ()
        found = []
        for part in parts:
            if isinstance(part, a.PlacedPerson):
                inner = self._placed(item, part)
            else:
                inner = self.items(item.items, part if isinstance(part, Mapping) else {})
            found.append({**head, "item": inner} if inner else head)
        return found or [head]

    def _placed(self, item: Item, part: a.PlacedPerson) -> list[n.Json]:
        who = {"linkId": part_link_id(self.instrument, item, "who"), "answer": [self._string(item, part.who)]}
        coding = self._coding(item, part.place)
        place = {"linkId": part_link_id(self.instrument, item, "place"), "answer": [coding]}
        return [given for given in (who, place) if given["answer"] != [{}]]

    def _given(self, item: Item, entry: a.AnswerEntry) -> list[n.Json]:
        if isinstance(entry, a.NotAnswered):
            return [{"extension": self._absent(item, entry)}]
        parts = entry.value if isinstance(entry.value, tuple) else (entry.value,)
        return [given for given in (self._answer(item, part) for part in parts) if given]

    def _answer(self, item: Item, part: Any) -> n.Json:
        """One answer; an empty dict for an empty text, which FHIR cannot hold and which says nothing."""
        if isinstance(part, a.VerbatimLine):
            extensions = [n.extension(f"{n.WREN_STRUCTURE_URL}/origin", valueCode=part.origin)]
            prompt = self._string(item, part.prompt)
            if prompt:
                extensions.append(n.extension(f"{n.WREN_STRUCTURE_URL}/prompt", **prompt))
            return {"extension": extensions, **self._string(item, part.words)}
        match item.type:
            case "choice" | "choices":
                return self._coding(item, str(part))
            case "drawing":
                return _drawing_attachments(part)
            case "integer" if _INT32_MIN <= part <= _INT32_MAX:
                return {"valueInteger": part}
            case "integer" | "decimal":
                if isinstance(part, float) and not math.isfinite(part):
                    self.left_out.append(LeftOut(item.link_id, "not-a-number"))
                    return {"extension": [n.extension(n.ABSENT_REASON_URL, valueCode="not-a-number")]}
                return {"valueDecimal": part}
            case "date":
                return {"valueDate": part}
            case "time":
                return self._time(part)
            case _:
                return self._string(item, str(part))

    def _string(self, item: Item, words: str) -> n.Json:
        """Words as a value. White space alone cannot be one in FHIR, and is listed."""
        if words.strip():
            return {"valueString": self._text(item, words)}
        if words:
            self.left_out.append(LeftOut(item.link_id, "only-white-space"))
        return {}

    def _text(self, item: Item, words: str) -> str:
        if not n.is_fhir_string(words):
            self.left_out.append(LeftOut(item.link_id, "characters-replaced"))
        return n.fhir_string(words)

    def _coding(self, item: Item, code: str) -> n.Json:
        if n.is_fhir_code(code):
            return {"valueCoding": coding_of(self.instrument, item, code)}
        found = self._string(item, code)
        return {"valueCoding": {"display": found["valueString"]}} if found else {}

    def _time(self, moment: str) -> n.Json:
        """A FHIR time has no zone: the local time is given, with what was entered beside it."""
        local = moment.partition("+")[0].partition("-")[0].removesuffix("Z")
        found: n.Json = {"valueTime": local}
        if local != moment:
            found["extension"] = [n.extension(f"{n.WREN_STRUCTURE_URL}/as-entered", valueString=moment)]
        return found

    def _absent(self, item: Item, entry: a.NotAnswered) -> list[n.Json]:
        """Why there is no answer: FHIR's reason, and our state, reason and note."""
        found = [
            n.extension(n.ABSENT_REASON_URL, valueCode=n.ABSENT_REASON_CODES.get(entry.state, "unknown")),
            n.extension(n.ANSWER_STATE_URL, valueCode=entry.state),
        ]
        for name, words in (("reason", entry.reason), ("note", entry.note)):
            found += [
                n.extension(f"{n.WREN_STRUCTURE_URL}/{name}", **part)
                for part in [self._string(item, words)]
                if part
            ]
        return found


def _drawing_attachments(drawing: Drawing) -> n.Json:
    """A drawing as a picture, and beside it every step of it."""
    lines = json.dumps(to_plain(drawing), separators=(",", ":"))
    return {
        "extension": [
            n.extension(
                f"{n.WREN_STRUCTURE_URL}/strokes", valueAttachment=_attachment(STROKES_MEDIA_TYPE, lines)
            )
        ],
        "valueAttachment": _attachment("image/svg+xml", to_svg(drawing)),
    }


def _attachment(media_type: str, content: str) -> n.Json:
    return {"contentType": media_type, "data": base64.b64encode(content.encode()).decode()}
