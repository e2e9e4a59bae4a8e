"""Items of a Questionnaire as items of a tool, each part kept, changed or reported.

Rules are recorded and resolved when every item has its link_id (`importer`). Answers filled in
beforehand are never kept.
"""

from dataclasses import dataclass, field, replace
from typing import Any, cast

from assessments.definitions import definition as d
from assessments.fhir.importing import item_parts
from assessments.fhir.importing.answer_lists import OfferedOption, ValueSets, read_options
from assessments.fhir.importing.conditions import ImportedItem, read_enable_when
from assessments.fhir.importing.expressions import ExpressionReader, ImportedRule
from assessments.fhir.importing.fhirpath import UnsupportedExpression
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode
from assessments.fhir.importing.sums import CALCULATED_EXTENSIONS, CalculatedSums
from assessments.fhir.names import make_code

FORM_SOURCE = "form"
_YES_NO = (d.AnswerOption("yes", "Yes"), d.AnswerOption("no", "No"))
_CHOICE_TYPES = ("choice", "open-choice", "coding")
_ITEM_TYPES: dict[str, d.ItemType] = {
    **{"string": "text", "text": "text", "url": "text", "attachment": "text", "reference": "text"},
    **{"integer": "integer", "decimal": "decimal", "quantity": "decimal"},
    **{"date": "date", "dateTime": "date", "time": "time", "question": "text"},
}
_REMARK_OF_TYPE = {"url": "url", "attachment": "attachment"}
_MERGED_DISPLAY_FIELDS = {
    **{"help": "help", "flyover": "help", "legal": "help", "unit": "help", "security": "help"},
    **{"lower": "low_text", "upper": "high_text", "instructions": "prompt"},
}


@dataclass(slots=True)
class ItemBuilder:
    """Builds the items of one form.

    `imported_items` are by linkId. `rules` are by link_id with the linkId of their item;
    `unreadable_rules` give the linkIds of rules that could not be read. `scales` are linkId and title.
    """

    sets: ValueSets
    expressions: ExpressionReader
    sums: CalculatedSums
    report: ImportReport
    is_from_wren: bool = False
    imported_items: dict[str, ImportedItem] = field(default_factory=dict)
    rules: dict[str, tuple[str, ImportedRule]] = field(default_factory=dict)
    unreadable_rules: dict[str, str] = field(default_factory=dict)
    scales: list[tuple[str, str]] = field(default_factory=list)
    used_link_ids: set[str] = field(default_factory=set)

    def record_item(self, foreign: str, known: ImportedItem) -> None:
        """Record what a linkId became; rules mean the first of two that are alike."""
        self.imported_items.setdefault(foreign, replace(known, position=len(self.imported_items)))

    def make_link_id(self, link_id: str, part: str) -> str:
        """The link_id of an item that the form does not have, such as the unit of an amount."""
        made = make_code(f"{link_id}.{part}", self.used_link_ids)
        self.used_link_ids.add(made)
        return made

    def record_rule(self, node: QuestionnaireNode, foreign: str, link_id: str) -> None:
        """Record the rule of an item, or report why it cannot be read."""
        rule = read_enable_when(node.nodes("enableWhen"), node.text("enableBehavior"))
        expression = node.extension("sdc-questionnaire-enableWhenExpression")
        if isinstance(expression, dict):
            try:
                rule = self.expressions.read_rule(str(expression.get("expression", "")))
            except UnsupportedExpression as reason:
                self.report.add(foreign, "expression", reason.part)
                self.unreadable_rules[link_id] = foreign
        if rule is not None:
            self.rules[link_id] = (foreign, rule)

    def items(self, nodes: list[QuestionnaireNode], row: str) -> tuple[d.Item, ...]:
        """The items below one place of the form. `row` is the repeating group around it, or ""."""
        return tuple(item for node in nodes for item in self._item(node, row))

    def _item(self, node: QuestionnaireNode, row: str) -> tuple[d.Item, ...]:
        foreign = node.exact_text("linkId")
        if node.extension("questionnaire-hidden") is True:
            self._leave_out(node, foreign, "hidden")
            return ()
        if foreign in self.sums.found:
            return self._sum(node, foreign, row)
        if foreign in self.sums.refused and node.extension(*CALCULATED_EXTENSIONS):
            self.report.add(foreign, "calculation", self.sums.refused[foreign])
        kind = node.text("type")
        item = self._head(node, foreign)
        if node.wren_extension("item-type") == "people":
            found = self._people(node, item, foreign, row)
        elif kind == "group" or (not kind and node.data.get("item")):
            found = self._group(node, item, foreign, row)
        elif kind == "display":
            found = self._display(node, item, foreign, row)
        else:
            found = self._question(node, item, foreign, row)
        self.record_rule(node, foreign, found[0].link_id)
        control = item_parts.read_item_control(node)
        if control:
            self.report.add(foreign, "layout", control)
        item_parts.report_unread(node, foreign, self.report)
        return (_with_default_states(found[0]), *found[1:])

    def _sum(self, node: QuestionnaireNode, foreign: str, row: str) -> tuple[d.Item, ...]:
        """A score is computed and not asked: a scale takes the place of the item."""
        self.scales.append((foreign, node.text("text") or foreign.strip() or "Sum"))
        node.extension(*CALCULATED_EXTENSIONS)
        node.mark_read("linkId", "type", "text", "required", "repeats", "readOnly")
        below = self.items(node.nodes("item"), row)
        item_parts.report_unread(node, foreign, self.report)
        return below

    def _leave_out(self, node: QuestionnaireNode, foreign: str, code: str) -> None:
        """Report an item that is not asked, and all below it; a score among them is still read."""
        if foreign in self.sums.found:
            self.scales.append((foreign, node.text("text") or foreign.strip() or "Sum"))
        else:
            self.report.add(foreign, code, node.text("text") or foreign)
        for inner in node.nodes("item"):
            self._leave_out(inner, inner.exact_text("linkId"), "hidden-inside")

    def _head(self, node: QuestionnaireNode, foreign: str) -> d.Item:
        """The parts that every item has."""
        link_id = make_code(foreign, self.used_link_ids)
        self.used_link_ids.add(link_id)
        if not foreign:
            self.report.add(foreign, "link-id-missing", link_id)
        elif foreign in self.imported_items:
            self.report.add(foreign, "link-id-twice", link_id)
        self.report.new_link_ids.setdefault(foreign, link_id)
        codes = tuple(item_parts.format_code(code) for code in node.nodes("code"))
        words = " ".join(part for part in (node.text("prefix"), node.text("text")) if part)
        if not words:
            words = next((code.rpartition("|")[2] for code in codes if not code.endswith("|")), "")
            words = words or foreign.strip() or link_id
            self.report.add(foreign, "text-missing", words)
        return d.Item(
            link_id=link_id,
            type="display",
            text=words,
            help=item_parts.read_help(node),
            prompt=item_parts.read_prompt(node),
            source=str(node.wren_extension("source") or FORM_SOURCE),
            for_child=node.wren_extension("for-child") is True,
            appearance=_appearance(node.wren_extension("appearance")),
            ends=tuple(str(node.wren_extension("ends") or "").split()),
            exact_words=node.wren_extension("exact-words") is True,
            foreign_id=foreign if foreign != link_id else "",
            codes=tuple(code for code in codes if code.strip("|")),
        )

    def _display(self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str) -> tuple[d.Item, ...]:
        self.record_item(foreign, ImportedItem(item.link_id, "display", row=row))
        if node.wren_extension("prompt") or node.wren_extension("help"):
            item = replace(
                item,
                prompt=str(node.wren_extension("prompt") or ""),
                help=str(node.wren_extension("help") or ""),
            )
        node.mark_read("required", "repeats")
        below = self.items(node.nodes("item"), row)
        if below:
            self.report.add(foreign, "display-children")
        return (item, *below)

    def _group(self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str) -> tuple[d.Item, ...]:
        self.record_item(foreign, ImportedItem(item.link_id, "group", row=row))
        repeats = node.flag("repeats")
        if repeats and row:
            self.report.add(foreign, "repeats-in-rows")
            repeats = False
        required = node.flag("required")
        if required and not repeats:
            self.report.add(foreign, "group-required")
        item, nodes = self._folded(item, node)
        below = self.items(nodes, item.link_id if repeats else row)
        if not below:
            self.report.add(foreign, "empty-group")
            return (item,)
        item = replace(item, type="group", items=below, repeats=repeats, required=required and repeats)
        pages = node.wren_extension("pages")
        return (
            replace(
                item,
                row_name=str(node.wren_extension("row-name") or ""),
                pages="each" if pages else "together",
            ),
        )

    def _people(self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str) -> tuple[d.Item, ...]:
        """A map of people that Wren wrote: a group of who and where."""
        node.mark_read("repeats")
        item, parts = self._folded(item, node)
        options = next(
            (read_options(p, self.sets, foreign, self.report) for p in parts if "answerOption" in p.data), []
        )
        self.record_item(foreign, ImportedItem(item.link_id, "choice", tuple(options), row=row))
        item = item_parts.with_states(replace(item, type="people"), node, self.is_from_wren)
        return (replace(item, options=tuple(o.option for o in options), required=node.flag("required")),)

    def _question(self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str) -> tuple[d.Item, ...]:
        item, below = self._folded(item, node)
        item = item_parts.with_states(item, node, self.is_from_wren)
        required = node.flag("required")
        if node.flag("readOnly"):
            self.report.add(foreign, "read-only")
            required = False
        item = replace(item, required=required)
        repeats, kind = node.flag("repeats"), node.text("type")
        item_parts.report_initial(node, foreign, self.report)
        choices = read_options(node, self.sets, foreign, self.report)
        if kind == "boolean" and not choices:
            self.report.add(foreign, "boolean")
            item = replace(item, type="choice", options=_YES_NO)
            self.record_item(foreign, ImportedItem(item.link_id, "boolean", row=row))
        elif choices:
            item = self._choice(node, item, foreign, row, choices)
        else:
            item = self._value(node, item, foreign, row)
            if repeats and not row and item.type not in ("text", "words"):
                return self._in_rows(item, foreign, below)
        if repeats and item.type == "text":
            self.report.add(foreign, "repeats-lines")
        elif repeats and item.type not in ("choices", "words"):
            self.report.add(foreign, "repeats-in-rows")
        inner = self.items(below, row)
        if inner and item.type == "choices":
            self.report.add(foreign, "children-once")
        return (replace(item, items=(*item.items, *inner)),)

    def _in_rows(self, item: d.Item, foreign: str, below: list[QuestionnaireNode]) -> tuple[d.Item, ...]:
        """A number or day given several times: a repeating group with one answer in each row."""
        inner = replace(
            item, link_id=self.make_link_id(item.link_id, "one"), foreign_id="", enable_when=d.When()
        )
        self.report.add(foreign, "repeats-rows", inner.link_id)
        known = self.imported_items[foreign]
        # Rules cannot look into rows from outside; a rule inside a row may.
        self.imported_items[foreign] = replace(known, link_id=inner.link_id, row=item.link_id)
        inner = replace(inner, items=(*inner.items, *self.items(below, item.link_id)))
        group = d.Item(item.link_id, "group", item.text, repeats=True, required=item.required, items=(inner,))
        return (replace(group, foreign_id=item.foreign_id, codes=item.codes, source=item.source),)

    def _choice(
        self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str, choices: list[OfferedOption]
    ) -> d.Item:
        several = node.flag("repeats")
        options = [choice.option for choice in choices]
        inner: tuple[d.Item, ...] = ()
        constraint = node.text("answerConstraint")
        known = ImportedItem(item.link_id, "choice", tuple(choices), row=row)
        if node.text("type") == "open-choice" or constraint in ("optionsOrString", "optionsOrType"):
            label = node.extension("sdc-questionnaire-openLabel", "questionnaire-openLabel")
            words = label.strip() if isinstance(label, str) and label.strip() else "Something else"
            own_answer = make_code("other", {option.code for option in options})
            options.append(d.AnswerOption(own_answer, words))
            other = self.make_link_id(item.link_id, "other")
            when = d.When(all=(d.Condition(item.link_id, "=", own_answer),))
            inner = (d.Item(other, "text", words, enable_when=when, source=item.source),)
            known = replace(known, other_link_id=other)
            self.report.add(foreign, "open-choice", other)
        elif len(options) == 1:
            none = make_code("none-of-these", {options[0].code})
            options.append(d.AnswerOption(none, "None of these", alone=several))
            self.report.add(foreign, "one-option")
        self.record_item(foreign, known)
        return replace(item, type="choices" if several else "choice", options=tuple(options), items=inner)

    def _value(self, node: QuestionnaireNode, item: d.Item, foreign: str, row: str) -> d.Item:
        kind = node.text("type")
        if kind in _CHOICE_TYPES:
            if not node.text("answerValueSet"):
                self.report.add(foreign, "no-options")
            kind = "string"
        elif kind not in _ITEM_TYPES:
            self.report.add(foreign, "type-unknown", kind)
            kind = "string"
        own_type = node.wren_extension("item-type")
        if kind in _REMARK_OF_TYPE and own_type != "drawing":
            self.report.add(foreign, _REMARK_OF_TYPE[kind])
        our_type: d.ItemType = own_type if own_type in ("words", "drawing") else _ITEM_TYPES[kind]
        noted = "note" if kind in ("attachment", "reference") else str(our_type)
        self.record_item(foreign, ImportedItem(item.link_id, noted, row=row))
        item = replace(item, type=our_type)
        if kind == "reference":
            resources = [str(name) for name in node.extensions("questionnaire-referenceResource")]
            self.report.add(foreign, "reference", ", ".join(resources) or "any record")
        if our_type in ("text", "words"):
            return replace(item, max_length=item_parts.read_max_length(node))
        item = item_parts.with_bounds(item, node, foreign, self.report)
        if kind == "dateTime":
            time = d.Item(
                self.make_link_id(item.link_id, "time"), "time", "At what time?", source=item.source
            )
            self.report.add(foreign, "date-time", time.link_id)
            return replace(item, items=(time,))
        if our_type in ("integer", "decimal"):
            return self._with_units(item, node, foreign, kind)
        return item

    def _with_units(self, item: d.Item, node: QuestionnaireNode, foreign: str, kind: str) -> d.Item:
        units = item_parts.read_units(node)
        if len(units) > 1:
            link_id = self.make_link_id(item.link_id, "unit")
            taken: set[str] = set()
            options = []
            for words, coding in units:
                options.append(d.AnswerOption(make_code(words, taken, "unit"), words, coding=coding))
                taken.add(options[-1].code)
            unit = d.Item(link_id, "choice", "In which unit?", options=tuple(options), source=item.source)
            self.report.add(foreign, "units", link_id)
            return replace(item, items=(replace(unit, no_states="The unit goes with the number."),))
        words = units[0][0] if units else "none given"
        if kind == "quantity" or units:
            self.report.add(foreign, "quantity", words)
        return item_parts.with_help(item, f"Unit: {words}") if units else item

    def _folded(self, item: d.Item, node: QuestionnaireNode) -> tuple[d.Item, list[QuestionnaireNode]]:
        """Lines of text below an item that only guide its answer become part of it."""
        rest = []
        for inner in node.nodes("item"):
            part = (
                _MERGED_DISPLAY_FIELDS.get(item_parts.read_item_control(inner))
                if inner.text("type") == "display"
                else None
            )
            words = inner.text("text")
            if part is None or not words or inner.data.get("enableWhen") or inner.data.get("item"):
                rest.append(inner)
                continue
            changed: dict[str, Any] = {part: f"{getattr(item, part)} {words}".strip()}
            item = replace(item, **changed)
            foreign = inner.exact_text("linkId")
            self.record_item(foreign, ImportedItem(item.link_id, "display"))
            if not self.is_from_wren:
                self.report.add(foreign, "folded", part.replace("_text", " end"))
            inner.mark_read("required", "repeats")
            item_parts.report_unread(inner, foreign, self.report)
        return item, rest


def _appearance(word: Any) -> d.Appearance:
    return cast("d.Appearance", word) if word in d.APPEARANCES else ""


def _with_default_states(item: d.Item) -> d.Item:
    """An item that can also be left without an answer, as every question can here."""
    if item.type in d.TYPES_NEEDING_STATES and not (item.states or item.no_states):
        return replace(item, states=item_parts.DEFAULT_STATES)
    return item
