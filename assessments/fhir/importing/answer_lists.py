"""Answer lists of a choice: options in the item, or a value set that travels with the form.

Reads codings, contained ValueSets and CodeSystems, and a few small HL7 sets that forms use without
carrying them. Other sets stay unknown: nothing is fetched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from assessments.definitions.definition import AnswerOption
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode, value_of
from assessments.fhir.names import ABSENT_REASON_SYSTEM, CODE_SYSTEM_URL, Json, make_code

# Small sets of HL7 that a form may name without carrying: address -> (system, codes with words).
_GENDER_SYSTEM = "http://hl7.org/fhir/administrative-gender"
_YES_NO_SYSTEM = "http://terminology.hl7.org/CodeSystem/v2-0136"
_BUILT_IN_SETS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "http://hl7.org/fhir/ValueSet/administrative-gender": (
        (_GENDER_SYSTEM, "male", "Male"),
        (_GENDER_SYSTEM, "female", "Female"),
        (_GENDER_SYSTEM, "other", "Other"),
        (_GENDER_SYSTEM, "unknown", "Unknown"),
    ),
    "http://hl7.org/fhir/ValueSet/yesnodontknow": (
        (_YES_NO_SYSTEM, "Y", "Yes"),
        (_YES_NO_SYSTEM, "N", "No"),
        (ABSENT_REASON_SYSTEM, "asked-unknown", "Don't know"),
    ),
    "http://terminology.hl7.org/ValueSet/v2-0136": (
        (_YES_NO_SYSTEM, "Y", "Yes"),
        (_YES_NO_SYSTEM, "N", "No"),
    ),
}
_WEIGHT_EXTENSIONS = ("ordinalValue", "itemWeight", "questionnaire-ordinalValue")


@dataclass(frozen=True, slots=True)
class OfferedOption:
    """One option with what the form calls it: a coding's system and code, or a plain value."""

    option: AnswerOption
    system: str = ""
    code: str = ""
    value: str | int | float | None = None


class ValueSets:
    """The value sets and code systems that came with a form, by address and by "#id"."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self.sets: dict[str, Json] = {}
        self.systems: dict[str, Json] = {}
        for resource in resources:
            kind = resource.get("resourceType")
            found = {"ValueSet": self.sets, "CodeSystem": self.systems}.get(str(kind))
            if found is not None:
                found[str(resource.get("url", ""))] = resource
                found[f"#{resource.get('id', '')}"] = resource

    def codings(self, reference: str) -> tuple[str, list[Json]]:
        """What of a set is not in the file ("" when all of it is), and its codings."""
        address = reference.partition("|")[0]
        if address in _BUILT_IN_SETS:
            return "", [{"system": s, "code": c, "display": words} for s, c, words in _BUILT_IN_SETS[address]]
        return self._expand(address, frozenset())

    def _expand(self, address: str, seen: frozenset[str]) -> tuple[str, list[Json]]:
        found = self.sets.get(address)
        if found is None or address in seen:
            return address, []
        expansion = found.get("expansion")
        if isinstance(expansion, dict) and expansion.get("contains"):
            return "", _concepts(expansion["contains"], "", "contains")
        compose = found.get("compose")
        includes = compose.get("include") if isinstance(compose, dict) else None
        missing, codings = [], list[Json]()
        for include in includes if isinstance(includes, list) else []:
            if isinstance(include, dict):
                part, more = self._include(include, seen | {address})
                codings += more
                missing += [part] if part else []
        if isinstance(compose, dict) and compose.get("exclude"):
            missing.append("a rule that leaves answers out")
        return ", ".join(missing) or ("" if codings else address), codings

    def _include(self, include: Json, seen: frozenset[str]) -> tuple[str, list[Json]]:
        system = str(include.get("system", ""))
        if include.get("concept"):
            return "", _concepts(include["concept"], system, "")
        if include.get("filter"):
            return f"a rule over {system}", []
        missing, codings = [], list[Json]()
        for address in include.get("valueSet") or ():
            part, more = self._expand(str(address).partition("|")[0], seen)
            codings += more
            missing += [part] if part else []
        if system and not include.get("valueSet"):
            known = self.systems.get(system)
            if known is None:
                return system, []
            codings = _concepts(known.get("concept"), system, "concept")
        return ", ".join(missing), codings


def _concepts(concepts: Any, system: str, inner: str) -> list[Json]:
    """Concepts as codings, a heading before what is below it. `abstract` ones are marked."""
    found: list[Json] = []
    for concept in concepts if isinstance(concepts, list) else []:
        if isinstance(concept, dict):
            coding = {name: concept[name] for name in ("code", "display", "abstract") if name in concept}
            coding["extension"] = concept.get("extension") or []
            found.append({"system": concept.get("system") or system, **coding})
            if inner:
                found += _concepts(concept.get(inner), str(concept.get("system") or system), inner)
    return found


def read_options(
    item: QuestionnaireNode, sets: ValueSets, link_id: str, report: ImportReport
) -> list[OfferedOption]:
    """The options of one question; empty when the form offers none that are in the file."""
    choices: list[OfferedOption] = []
    taken: set[str] = set()
    for node in (*item.nodes("answerOption"), *item.nodes("option")):
        choice = _from_option(node, taken, link_id, report)
        if choice is not None:
            choices.append(choice)
            taken.add(choice.option.code)
    reference = item.text("answerValueSet")
    if not reference and isinstance(item.data.get("options"), dict):
        reference = QuestionnaireNode(item.data["options"]).text("reference")
        item.mark_read("options")
    if reference:
        missing, codings = sets.codings(reference)
        headings = [str(c.get("display") or c.get("code")) for c in codings if c.get("abstract") is True]
        if headings:
            report.add(link_id, "abstract", ", ".join(headings))
        if missing:
            report.add(link_id, "partial-set" if codings else "value-set", missing)
        for coding in codings:
            choice = _from_coding(coding, taken) if coding.get("abstract") is not True else None
            if choice is not None:
                choices.append(_with_weight(choice, QuestionnaireNode(coding)))
                taken.add(choice.option.code)
    return choices


def _from_option(
    node: QuestionnaireNode, taken: set[str], link_id: str, report: ImportReport
) -> OfferedOption | None:
    value = value_of({key: part for key, part in node.data.items() if not key.startswith("_")})
    node.mark_read(*(key for key in node.data if key.startswith("value")))
    choice = _from_coding(value, taken) if isinstance(value, dict) else _from_value(value, taken)
    if choice is None:
        report.add(link_id, "option-part", "", "an option without a value")
        return None
    words = choice.option.text
    if node.flag("initialSelected"):
        report.add(link_id, "initial-option", words)
    choice = _with_weight(choice, node)
    if isinstance(value, dict):
        choice = _with_weight(choice, QuestionnaireNode(value))
        if any(key not in _CODING_PARTS for key in value):
            report.add(link_id, "option-part", words, ", ".join(k for k in value if k not in _CODING_PARTS))
    prefix = node.extension("questionnaire-optionPrefix", "optionPrefix")
    option = replace(
        choice.option,
        text=f"{prefix} {words}" if isinstance(prefix, str) and prefix.strip() else words,
        alone=node.extension("questionnaire-optionExclusive", "optionExclusive") is True,
        hint=str(node.wren_extension("option-hint") or ""),
        picture=str(node.wren_extension("option-picture") or ""),
    )
    for name in (*node.unread(), *node.unread_extensions()):
        report.add(link_id, "option-part", words, name)
    return replace(choice, option=option)


_CODING_PARTS = ("system", "code", "display", "version", "extension", "userSelected", "id", "reference")


def _with_weight(choice: OfferedOption, node: QuestionnaireNode) -> OfferedOption:
    weight = node.extension(*_WEIGHT_EXTENSIONS)
    if isinstance(weight, int | float) and not isinstance(weight, bool):
        whole = int(weight) if float(weight).is_integer() else weight
        return replace(choice, option=replace(choice.option, weight=whole))
    return choice


def _from_coding(coding: Json, taken: set[str]) -> OfferedOption | None:
    """An option from a coding, or from a reference with its display."""
    system, code = str(coding.get("system") or ""), str(coding.get("code") or "")
    words = str(coding.get("display") or code or coding.get("reference") or "").strip()
    if not words:
        return None
    own = make_code(code or words, taken, "option")
    foreign = "" if system.startswith(f"{CODE_SYSTEM_URL}/") and own == code else f"{system}|{code}"
    return OfferedOption(AnswerOption(own, words, coding=foreign if code else ""), system, code, value=words)


def _from_value(value: Any, taken: set[str]) -> OfferedOption | None:
    """An option from a text, number, date or time. A number is its own weight."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
        return None
    weight = value if isinstance(value, int | float) else None
    option = AnswerOption(make_code(str(value), taken, "option"), str(value).strip(), weight=weight)
    return OfferedOption(option, value=value.strip() if isinstance(value, str) else value)
