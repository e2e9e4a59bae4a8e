"""Export of a tool as a FHIR R4 Questionnaire.

Scales, grades, routes, flags, notes and supplements have no place in a Questionnaire and are not
exported.
"""

from assessments.definitions.definition import AnswerOption, Instrument, Item
from assessments.fhir.enable_when import export_enable_when
from assessments.fhir.names import (
    CODE_SYSTEM_URL,
    HL7_STRUCTURE_URL,
    WREN_STRUCTURE_URL,
    WREN_URL,
    Json,
    extension,
    fhir_string,
    make_code,
)

_TYPES = {
    **{"group": "group", "display": "display", "choice": "choice", "choices": "choice", "people": "group"},
    **{"text": "text", "words": "text", "integer": "integer", "decimal": "decimal"},
    **{"date": "date", "time": "time", "drawing": "attachment"},
}
_REPEATING_TYPES = ("choices", "words", "people")
SINGLE_HEADER_FIELDS = (
    *("id", "kind", "subject", "training", "reading_age", "age_from", "age_below", "means"),
    "does_not_mean",
)
# What guides the practitioner, as FHIR calls it: extension, code system and code.
_GUIDES = {
    "prompt": ("questionnaire-displayCategory", "questionnaire-display-category", "instructions"),
    "help": ("questionnaire-itemControl", "questionnaire-item-control", "help"),
}
REPEATED_HEADER_FIELDS = ("not_for", "roles", "minutes", "needs")


def export_questionnaire(instrument: Instrument) -> Json:
    """The whole tool as a Questionnaire."""
    url, _, version = canonical_url(instrument).partition("|")
    return {
        "resourceType": "Questionnaire",
        "id": instrument.id[:64],
        "extension": _head(instrument),
        "url": url,
        "version": version or instrument.version,
        "name": "".join(part.capitalize() for part in ("wren", *instrument.id.replace(".", "-").split("-"))),
        "title": fhir_string(instrument.title),
        "status": "active",
        "subjectType": ["Patient"],
        "description": fhir_string(f"{instrument.means} {instrument.does_not_mean}"),
        "purpose": fhir_string(instrument.purpose),
        "copyright": fhir_string(instrument.licence),
        "item": [_QuestionnaireWriter(instrument).item(item) for item in instrument.items],
    }


def canonical_url(instrument: Instrument) -> str:
    """The "url|version" that names a tool and its version."""
    return instrument.canonical or f"{WREN_URL}/Questionnaire/{instrument.id}|{instrument.version}"


def fhir_link_id(item: Item) -> str:
    """The id of an item in FHIR: the one it was read with, or our own."""
    return item.foreign_id or item.link_id


def part_link_id(instrument: Instrument, item: Item, part: str) -> str:
    """The linkId of an item that only FHIR needs, such as the place on a map of people."""
    return make_code(f"{item.link_id}.{part}", {fhir_link_id(other) for other in instrument.walk()})


def coding_of(instrument: Instrument, item: Item, code: str) -> Json:
    """The coding of one option: the one it was read with, or our own."""
    option = item.option(code)
    system, value = f"{CODE_SYSTEM_URL}/{instrument.id}-{item.link_id}", code
    if option is not None and option.coding:
        system, _, value = option.coding.partition("|")
    coding = {"system": system, "code": value, "display": fhir_string(option.text) if option else ""}
    return {name: part for name, part in coding.items() if part}


def _head(instrument: Instrument) -> list[Json]:
    parts = [(name, getattr(instrument, name)) for name in SINGLE_HEADER_FIELDS]
    parts += [(name, part) for name in REPEATED_HEADER_FIELDS for part in getattr(instrument, name)]
    found = [
        extension(
            name, **({"valueInteger": part} if isinstance(part, int) else {"valueString": fhir_string(part)})
        )
        for name, part in parts
        if part not in ("", None)
    ]
    found.append(extension("hash", valueString=instrument.hash))
    found += [
        extension(
            "source",
            extension("id", valueString=source.id),
            extension("text", valueString=fhir_string(source.text)),
            extension("unverified", valueBoolean=source.unverified),
        )
        for source in instrument.sources
    ]
    return [extension(f"{WREN_STRUCTURE_URL}/tool", *found)]


class _QuestionnaireWriter:
    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.foreign = {link_id: fhir_link_id(item) for link_id, item in instrument.index.items()}

    def item(self, item: Item) -> Json:
        rule = export_enable_when(item.enable_when, dict(self.instrument.index), self.foreign, self._coding)
        written: Json = {
            "extension": [*_extensions(item), *rule.pop("extension", [])],
            "linkId": fhir_link_id(item),
            "code": [_code_to_coding(code) for code in item.codes],
            "text": fhir_string(item.text),
            "type": _TYPES[item.type],
            **rule,
        }
        written["required"] = item.required and (item.repeats or item.type not in ("group", "display"))
        if item.repeats or item.type in _REPEATING_TYPES:
            written["repeats"] = True
        if item.type in ("text", "words"):
            written["maxLength"] = item.max_length
        if item.type in ("choice", "choices"):
            written["answerOption"] = [self._option(item, o) for o in item.options if not o.retired]
        inner = [*self._words(item), *self._map(item), *(self.item(part) for part in item.items)]
        if item.type == "display":
            written.pop("required")
            inner = []
        written["item"] = inner
        return {name: value for name, value in written.items() if value not in ([], "")}

    def _coding(self, item: Item, code: str) -> Json:
        return coding_of(self.instrument, item, code)

    def _option(self, item: Item, option: AnswerOption) -> Json:
        extensions = []
        if option.weight is not None:
            extensions.append(extension(f"{HL7_STRUCTURE_URL}/ordinalValue", valueDecimal=option.weight))
        if option.alone:
            extensions.append(
                extension(f"{HL7_STRUCTURE_URL}/questionnaire-optionExclusive", valueBoolean=True)
            )
        extensions += [
            extension(f"{WREN_STRUCTURE_URL}/option-{name}", valueString=fhir_string(getattr(option, name)))
            for name in ("hint", "picture")
            if getattr(option, name)
        ]
        written: Json = {"valueCoding": self._coding(item, option.code)}
        return {"extension": extensions, **written} if extensions else written

    def _words(self, item: Item) -> list[Json]:
        """What guides the practitioner, as display items below a question."""
        return [self._display(item, part) for part in _GUIDES if getattr(item, part)]

    def _display(self, item: Item, part: str) -> Json:
        url, system, code = _GUIDES[part]
        coding = {"system": f"http://hl7.org/fhir/{system}", "code": code}
        return {
            "extension": [extension(f"{HL7_STRUCTURE_URL}/{url}", valueCodeableConcept={"coding": [coding]})],
            "linkId": part_link_id(self.instrument, item, part),
            "text": fhir_string(getattr(item, part)),
            "type": "display",
        }

    def _map(self, item: Item) -> list[Json]:
        """A map of people: who, and the place each is put."""
        if item.type != "people":
            return []
        who, place = (part_link_id(self.instrument, item, part) for part in ("who", "place"))
        options = [self._option(item, option) for option in item.options if not option.retired]
        return [
            {"linkId": who, "text": "Who", "type": "string"},
            {"linkId": place, "text": "Where", "type": "choice", "answerOption": options},
        ]


def _code_to_coding(code: str) -> Json:
    system, _, rest = code.partition("|")
    value, _, display = rest.partition("|")
    parts = {"system": system, "code": value, "display": display}
    return {name: part for name, part in parts.items() if part}


def _extensions(item: Item) -> list[Json]:
    bound = "valueDecimal" if item.type == "decimal" else "valueInteger"
    found = [
        extension(f"{HL7_STRUCTURE_URL}/{name}", **{bound: value})
        for name, value in (("minValue", item.minimum), ("maxValue", item.maximum))
        if value is not None
    ]
    own = (
        ("item-type", "valueCode", item.type if item.type in ("words", "people", "drawing") else ""),
        ("for-child", "valueBoolean", item.for_child),
        ("appearance", "valueCode", item.appearance),
        ("ends", "valueString", " ".join(item.ends)),
        ("exact-words", "valueBoolean", item.exact_words),
    )
    found += [
        extension(f"{WREN_STRUCTURE_URL}/{name}", **{kind: value}) for name, kind, value in own if value
    ]
    words = dict(item.state_words)
    for state in item.states:
        parts = [extension("state", valueCode=state)]
        if words.get(state):
            parts.append(extension("words", valueString=fhir_string(words[state])))
        found.append(extension(f"{WREN_STRUCTURE_URL}/state-offered", *parts))
    # A display item can hold no items, so what guides the practitioner is an extension.
    own_texts = ("prompt", "help") if item.type == "display" else ("row_name", "low_text", "high_text")
    names = ("no_states", "source", *own_texts)
    found += [
        extension(
            f"{WREN_STRUCTURE_URL}/{name.replace('_', '-')}", valueString=fhir_string(getattr(item, name))
        )
        for name in names
        if getattr(item, name)
    ]
    if item.type == "group" and item.pages == "each":
        found.append(extension(f"{WREN_STRUCTURE_URL}/pages", valueCode="each"))
    return found
