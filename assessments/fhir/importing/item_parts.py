"""Smaller parts of a Questionnaire item: limits, units, guiding texts, states, and unread parts."""

import math
from dataclasses import replace
from typing import Any

from assessments.definitions import definition as d
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode, value_of

DEFAULT_STATES = ("asked-unknown", "asked-declined", "not-asked", "not-applicable")
_LAYOUT_EXTENSIONS = (
    *("questionnaire-choiceOrientation", "questionnaire-sliderStepValue", "rendering-style"),
    *("sdc-questionnaire-width", "rendering-styleSensitive", "sdc-questionnaire-columnCount"),
    *("sdc-questionnaire-collapsible", "sdc-questionnaire-choiceColumn", "sdc-questionnaire-keyboard"),
    *("sdc-questionnaire-shortText", "sdc-questionnaire-preferredTerminologyServer", "rendering-markdown"),
    *("preferredTerminologyServer", "rendering-xhtml", "questionnaire-optionPrefix"),
)
_BOUNDED_TYPES = ("integer", "decimal")


def format_code(node: QuestionnaireNode) -> str:
    """A code as "system|code|display"."""
    return f"{node.text('system')}|{node.text('code')}|{node.text('display')}"


def read_help(node: QuestionnaireNode) -> str:
    """What helps to answer: how to write it, and where to read more."""
    formats = [str(words) for words in node.extensions("entryFormat") if isinstance(words, str)]
    links = [f"See {url}" for url in node.extensions("questionnaire-supportLink") if isinstance(url, str)]
    return " ".join((*formats, *links)).strip()


def read_prompt(node: QuestionnaireNode) -> str:
    """What guides whoever asks the question."""
    return " ".join(str(words) for words in node.extensions("designNote") if isinstance(words, str)).strip()


def with_help(item: d.Item, words: str) -> d.Item:
    """An item with more help text."""
    return replace(item, help=f"{item.help} {words}".strip())


def read_item_control(node: QuestionnaireNode) -> str:
    """The code of an item's control or display category; "" when it has none."""
    for name in ("questionnaire-itemControl", "questionnaire-displayCategory"):
        concept = node.extension(name)
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else []:
            if isinstance(coding, dict) and coding.get("code"):
                return str(coding["code"])
    return ""


def read_max_length(node: QuestionnaireNode) -> int:
    """The most characters a text may have; the default where the form gives none above 0."""
    length = node.number("maxLength")
    return length if length is not None and length > 0 else d.DEFAULT_MAX_LENGTH


def with_bounds(item: d.Item, node: QuestionnaireNode, foreign: str, report: ImportReport) -> d.Item:
    """An item with the lowest and highest value of the form, in whole numbers."""
    found: dict[str, int | None] = {}
    for name, url, widen in (("minimum", "minValue", math.floor), ("maximum", "maxValue", math.ceil)):
        value = node.extension(url)
        if isinstance(value, dict):
            value = value.get("value")
        if value is None:
            continue
        if item.type not in _BOUNDED_TYPES or isinstance(value, bool) or not isinstance(value, int | float):
            report.add(foreign, "bound-unused", f"{url} {value}")
            continue
        found[name] = widen(value)
        if found[name] != value:
            report.add(foreign, "bound", f"{url} {value}")
    low, high = found.get("minimum"), found.get("maximum")
    if low is not None and high is not None and low >= high:
        report.add(foreign, "bounds-cross", f"{low}, {high}")
        return item
    return replace(item, minimum=low, maximum=high)


def read_units(node: QuestionnaireNode) -> list[tuple[str, str]]:
    """The units of an amount, each in words and as "system|code"."""
    values = node.extensions("questionnaire-unit", "questionnaire-unitOption")
    found = []
    for value in values:
        if isinstance(value, dict):
            words = str(value.get("display") or value.get("unit") or value.get("code") or "").strip()
            if words:
                found.append((words, f"{value.get('system', '')}|{value.get('code', '')}"))
    return list(dict.fromkeys(found))


def with_states(item: d.Item, node: QuestionnaireNode, own: bool) -> d.Item:
    """The ways of not answering that Wren wrote beside an item, or those that any question offers."""
    if not own:
        return replace(item, states=DEFAULT_STATES)
    states, words = _read_states(node)
    return replace(
        item,
        states=states,
        state_words=words,
        no_states=str(node.wren_extension("no-states") or ""),
        low_text=str(node.wren_extension("low-text") or item.low_text),
        high_text=str(node.wren_extension("high-text") or item.high_text),
    )


def _read_states(node: QuestionnaireNode) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The ways of not answering that Wren wrote beside an item, and their words."""
    states, words = [], []
    for parts in node.wren_extensions("state-offered"):
        found = {part.get("url"): value_of(part) for part in parts or ()}
        if found.get("state") in d.ABSENT_STATES:
            states.append(str(found["state"]))
            if found.get("words"):
                words.append((str(found["state"]), str(found["words"])))
    return tuple(states), tuple(words)


def report_initial(node: QuestionnaireNode, foreign: str, report: ImportReport) -> None:
    """Report an answer filled in beforehand, without repeating it."""
    if any(key.startswith("initial") for key in node.data):
        report.add(foreign, "initial")
        node.mark_read(*(key for key in node.data if key.startswith("initial")))
    if node.extension("sdc-questionnaire-initialExpression") is not None:
        report.add(foreign, "initial")


def report_unread(node: QuestionnaireNode, foreign: str, report: ImportReport) -> None:
    """Report every part of an item that was not read."""
    for key in node.unread():
        part = node.data[key]
        if key == "modifierExtension":
            urls = (
                [str(e.get("url", "")) for e in part if isinstance(e, dict)] if isinstance(part, list) else []
            )
            report.add(foreign, "modifier", ", ".join(urls) or key)
        elif key == "disabledDisplay":
            report.add(foreign, "rule-disabled", str(part))
        elif key.startswith("_"):
            _report_primitive(key, part, foreign, report)
        else:
            report.add(foreign, "field", key)
    for value in node.extensions("variable"):
        report.add(foreign, "variable", str(value.get("name")) if isinstance(value, dict) else "")
    for url in node.unread_extensions():
        report.add(foreign, "layout" if url.rpartition("/")[2] in _LAYOUT_EXTENSIONS else "extension", url)


def _report_primitive(key: str, part: Any, foreign: str, report: ImportReport) -> None:
    """Extensions of a text: another language, or how it looks."""
    extensions = part.get("extension") if isinstance(part, dict) else None
    for inner in extensions if isinstance(extensions, list) else [{}]:
        url = str(inner.get("url", key)) if isinstance(inner, dict) else key
        if url.endswith("/translation"):
            report.add(foreign, "translation", key.lstrip("_"))
        else:
            report.add(foreign, "formatting", url)
