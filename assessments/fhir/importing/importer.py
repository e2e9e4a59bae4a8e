"""Import of a published FHIR Questionnaire as a tool file, with a report on each part.

The result is always a whole tool file that `read_tool` accepts and that can be completed. Whatever
Wren cannot hold is reported per linkId.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from assessments.definitions import definition as d
from assessments.definitions.tool_file import read_tool
from assessments.definitions.tool_writer import write_tool
from assessments.errors import BadInstrument
from assessments.fhir.export import REPEATED_HEADER_FIELDS, SINGLE_HEADER_FIELDS
from assessments.fhir.importing import item_parts
from assessments.fhir.importing.answer_lists import ValueSets
from assessments.fhir.importing.conditions import UnresolvedRule, resolve_comparison, rule_to_when
from assessments.fhir.importing.expressions import Comparison, ExpressionReader
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.items import FORM_SOURCE, ItemBuilder
from assessments.fhir.importing.path_targets import Outline
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode, value_of
from assessments.fhir.importing.sums import CalculatedSums
from assessments.fhir.names import Json, make_code

_HEAD = (*("url", "version", "name", "title", "publisher", "description", "purpose", "copyright", "id"),)
_UNREPORTED_KEYS = ("resourceType", "status", "subjectType", "contained", "item", "text", "meta")
# With more questions than this in a group each gets a page of its own.
_MAX_ITEMS_PER_PAGE = 6


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A tool file, the instrument it holds, and what became of each part of the form."""

    instrument_toml: str
    instrument: d.Instrument
    report: ImportReport


def import_questionnaire(data: Any) -> ImportResult:
    """Read an R4 Questionnaire, or the first one of a Bundle, with the value sets beside it.

    Raises BadInstrument with the code "not-a-questionnaire" for anything else.
    """
    report = ImportReport()
    form, beside = _find_questionnaire(data, report)
    root = QuestionnaireNode(form)
    sets = ValueSets([*beside, *(inner.data for inner in root.nodes("contained"))])
    nodes = root.nodes("item")
    expressions = ExpressionReader(Outline(_outline(nodes)), _variables(root, nodes))
    tool = root.wren_extension("tool")
    sums = CalculatedSums.find(nodes, expressions, sets)
    builder = ItemBuilder(sets, expressions, sums, report, is_from_wren=isinstance(tool, list))
    items = _with_rules(builder.items(nodes, ""), builder)
    head = _header(root, report)
    groups = _remove_rule_cycles(_grouped(items, head["title"], builder), report)
    instrument = d.Instrument(**{**head, **_wren_header(tool)}, items=groups, scales=_scales(builder, groups))
    _report_unused_weights(instrument, report)
    _report_unread_header(root, report)
    text = write_tool(_with_sources(instrument))
    read, faults = read_tool(text)
    if read is None:
        raise BadInstrument("not-importable", faults=faults)
    return ImportResult(text, read, report)


def _find_questionnaire(data: Any, report: ImportReport) -> tuple[Json, list[Json]]:
    """The form, and the other resources that came in the same Bundle."""
    resources = [data]
    if isinstance(data, dict) and data.get("resourceType") == "Bundle":
        entries = data.get("entry")
        parts = entries if isinstance(entries, list) else []
        resources = [part.get("resource") for part in parts if isinstance(part, dict)]
    found = [part for part in resources if isinstance(part, dict)]
    forms = [part for part in found if part.get("resourceType") == "Questionnaire"]
    if not forms:
        raise BadInstrument("not-a-questionnaire")
    if len(forms) > 1:
        others = (str(form.get("title") or form.get("name") or form.get("id")) for form in forms[1:])
        report.add("", "several", ", ".join(others))
    return forms[0], [part for part in found if part is not forms[0]]


def _outline(nodes: list[QuestionnaireNode]) -> dict[str, tuple[str, ...]]:
    """The linkIds below each linkId; a repeated one counts at its first place."""
    below: dict[str, tuple[str, ...]] = {}
    seen = {""}
    waiting = [("", nodes)]
    while waiting:
        link_id, inner = waiting.pop(0)
        fresh = [node for node in inner if node.exact_text("linkId") not in seen]
        below[link_id] = tuple(dict.fromkeys(node.exact_text("linkId") for node in fresh))
        seen.update(below[link_id])
        waiting += [(node.exact_text("linkId"), node.nodes("item")) for node in fresh]
    return below


def _variables(root: QuestionnaireNode, nodes: list[QuestionnaireNode]) -> dict[str, str]:
    """The variables that the form and its items declare."""
    found: dict[str, str] = {}
    waiting = [root, *nodes]
    while waiting:
        node = waiting.pop(0)
        for value in node.extensions("variable"):
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                found.setdefault(value["name"], str(value.get("expression", "")))
        waiting += node.nodes("item") if node is not root else []
    return found


def _with_rules(items: tuple[d.Item, ...], builder: ItemBuilder) -> tuple[d.Item, ...]:
    """The items with their rules, now that every linkId has become something."""
    return tuple(_with_rule(item, builder) for item in items)


def _with_rule(item: d.Item, builder: ItemBuilder) -> d.Item:
    item = replace(item, items=_with_rules(item.items, builder))
    if item.link_id in builder.unreadable_rules:
        return _not_required(item, builder.unreadable_rules[item.link_id], builder.report)
    if item.link_id not in builder.rules:
        return item
    foreign, rule = builder.rules[item.link_id]
    asker = builder.imported_items[foreign]

    def resolver(test: Comparison) -> tuple[d.Condition, ...]:
        try:
            return resolve_comparison(test, builder.imported_items, asker)
        except UnresolvedRule as reason:
            if reason.code != "rule-unknown-option" or test.op != "=":
                raise
            # What is never offered is never chosen: other ways for the rule to hold stay.
            builder.report.add(foreign, reason.code, *reason.details)
            return ()

    try:
        when = rule_to_when(rule, resolver)
    except UnresolvedRule as reason:
        builder.report.add(foreign, reason.code, *reason.details)
        return _not_required(item, foreign, builder.report)
    return replace(item, enable_when=when)


def _not_required(item: d.Item, foreign: str, report: ImportReport) -> d.Item:
    if item.required:
        report.add(foreign, "rule-not-required")
    return replace(item, required=False, enable_when=d.When())


def _grouped(items: tuple[d.Item, ...], title: str, builder: ItemBuilder) -> tuple[d.Item, ...]:
    """Groups at the top: questions outside groups are collected under the title of the form."""
    if not items:
        builder.report.add("", "empty")
        items = (d.Item("nothing", "display", "There are no questions here.", source=FORM_SOURCE),)
    groups: list[d.Item] = []
    loose: list[d.Item] = []
    for item in (*items, None):
        if item is not None and item.type != "group":
            loose.append(item)
            continue
        if loose:
            link_id = make_code("questions", builder.used_link_ids)
            builder.used_link_ids.add(link_id)
            groups.append(d.Item(link_id, "group", title, items=tuple(loose), source=FORM_SOURCE))
            loose = []
        if item is not None:
            groups.append(item)
    if builder.is_from_wren:
        return tuple(groups)
    return tuple(
        replace(g, pages="each" if len(g.items) > _MAX_ITEMS_PER_PAGE else "together") for g in groups
    )


def _remove_rule_cycles(groups: tuple[d.Item, ...], report: ImportReport) -> tuple[d.Item, ...]:
    """The groups without the rules that wait for each other."""
    while True:
        _, circle = d.sort_by_dependency(groups)
        if not circle:
            return groups
        link_id = _find_item_in_cycle(groups, circle)
        groups = tuple(_without_rule(group, link_id, report) for group in groups)


def _find_item_in_cycle(groups: tuple[d.Item, ...], waiting: list[str]) -> str:
    """One item with a rule in the circle itself, not only dependent on it."""
    parents = {item.link_id: (item, parent) for item, parent in d.list_items_with_parent(groups)}
    path = [waiting[0]]
    while True:
        item, parent = parents[path[-1]]
        needs = [need for need in (*item.enable_when.link_ids(), parent) if need in waiting]
        if needs[0] in path:
            circle = path[path.index(needs[0]) :]
            return next(link_id for link_id in circle if parents[link_id][0].enable_when)
        path.append(needs[0])


def _without_rule(item: d.Item, link_id: str, report: ImportReport) -> d.Item:
    if item.link_id == link_id:
        report.add(item.foreign_id or link_id, "rule-circle")
        item = _not_required(item, item.foreign_id or link_id, report)
    return replace(item, items=tuple(_without_rule(inner, link_id, report) for inner in item.items))


def _scales(builder: ItemBuilder, groups: tuple[d.Item, ...]) -> tuple[d.Scale, ...]:
    """A scale for each sum; all its items are outside rows and hold a number."""
    outside = {item.link_id: item for item, _ in d.list_items_with_parent(groups)}
    found: list[d.Scale] = []
    for foreign, title in builder.scales:
        ours = [builder.imported_items[link_id].link_id for link_id in builder.sums.found[foreign]]
        items = tuple(link_id for link_id in ours if link_id in outside)
        scale_id = make_code(foreign or title, {scale.id for scale in found}, "sum")
        found.append(d.Scale(scale_id, title, items, sums=True))
        builder.report.add(foreign, "scale", scale_id)
    return tuple(found)


def _report_unused_weights(instrument: d.Instrument, report: ImportReport) -> None:
    summed = {link_id for scale in instrument.scales if scale.sums for link_id in scale.items}
    for item in instrument.walk():
        if any(option.weight is not None for option in item.options) and item.link_id not in summed:
            report.add(item.foreign_id or item.link_id, "weights")


def _header(root: QuestionnaireNode, report: ImportReport) -> dict[str, Any]:
    """What the head of a tool needs. What a form does not say is chosen, and reported."""
    given = {name: root.text(name) for name in _HEAD}
    title = given["title"] or given["name"] or given["id"] or "A form from elsewhere"
    numbers = re.findall(r"\d+", given["version"])[:3]
    name = given["name"] or given["id"] or given["url"].rpartition("/")[2] or title
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).replace(".", "-")
    subjects = root.data.get("subjectType")
    chosen = ["id", "kind", "subject", "roles", "training", "minutes", "reading_age", "not_for"]
    chosen += ["means", "does_not_mean"]
    chosen += [ours for ours, theirs in (("title", "title"), ("licence", "copyright")) if not given[theirs]]
    chosen += [] if given["purpose"] or given["description"] else ["purpose"]
    chosen += [] if re.fullmatch(r"\d+\.\d+\.\d+", given["version"]) else ["version"]
    report.add("", "chosen", ", ".join(chosen))
    if subjects and subjects != ["Patient"]:
        report.add("", "header", f"subjectType {subjects}")
    return {
        "id": make_code(name, (), "form").replace(".", "-"),
        "version": ".".join((*numbers, "0", "0")[:3]) if numbers else "1.0.0",
        "title": title,
        "kind": "observation",
        "subject": "adult",
        "purpose": given["purpose"] or given["description"] or "The form does not say what it is for.",
        "not_for": ("Use before someone who knows this form has read it through here.",),
        "roles": d.ROLES,
        "training": "The form does not say. Ask whoever published it.",
        "minutes": (1, 30),
        "reading_age": 18,
        "licence": given["copyright"] or "The form does not say. Ask whoever published it before use.",
        "means": "What was answered. The form does not say what a result means.",
        "does_not_mean": "A result of this form has not been checked for the work that Wren is for.",
        "canonical": f"{given['url']}|{given['version']}".strip("|"),
        "sources": (d.Source(FORM_SOURCE, _source_text(given), unverified=True),),
    }


def _source_text(given: dict[str, str]) -> str:
    name = given["url"] or given["name"] or given["title"] or "without a name"
    words = f"Read from the FHIR Questionnaire {name}"
    words += f", version {given['version']}" if given["version"] else ""
    return f"{words}{', by ' + given['publisher'] if given['publisher'] else ''}."


def _wren_header(parts: Any) -> dict[str, Any]:
    """The head that Wren itself wrote, so that a tool comes back as it went."""
    if not isinstance(parts, list):
        return {}
    given = [(str(part.get("url")), value_of(part)) for part in parts if isinstance(part, dict)]
    found: dict[str, Any] = {name: value for name, value in given if name in SINGLE_HEADER_FIELDS}
    found |= {name: tuple(value for key, value in given if key == name) for name in REPEATED_HEADER_FIELDS}
    sources = [
        {str(p.get("url")): value_of(p) for p in value}
        for name, value in given
        if name == "source" and isinstance(value, list)
    ]
    found["sources"] = tuple(
        d.Source(str(s.get("id", "")), str(s.get("text", "")), s.get("unverified") is True) for s in sources
    )
    return {**found, "canonical": ""}


def _with_sources(instrument: d.Instrument) -> d.Instrument:
    """The instrument with a source for every item, also for those that the import had to make."""
    known = {source.id for source in instrument.sources}
    used = {item.source for item in instrument.walk() if item.source}
    missing = sorted(used - known)
    more = tuple(d.Source(source, "Read from a form that does not say more.", True) for source in missing)
    return replace(instrument, sources=(*instrument.sources, *more))


def _report_unread_header(root: QuestionnaireNode, report: ImportReport) -> None:
    root.mark_read(*_UNREPORTED_KEYS)
    names = [key for key in root.unread() if not key.startswith("_") and key != "modifierExtension"]
    if names:
        report.add("", "header", ", ".join(names))
        root.mark_read(*names)
    item_parts.report_unread(root, "", report)
