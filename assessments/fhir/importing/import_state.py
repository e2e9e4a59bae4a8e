"""State of one import: link_ids used, rules recorded, and what each linkId became.

state.make_link_id("weight", "unit")    ->    "weight.unit"
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assessments.fhir.importing.answer_lists import ValueSets
from assessments.fhir.importing.conditions import ImportedItem, read_enable_when
from assessments.fhir.importing.expressions import ExpressionReader, ImportedRule
from assessments.fhir.importing.fhirpath import UnsupportedExpression
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode
from assessments.fhir.importing.sums import CalculatedSums
from assessments.fhir.names import make_code

FORM_SOURCE = "form"


@dataclass(slots=True)
class ImportState:
    """State of the import of one form.

    `rules` are by link_id with the linkId of their item; `unreadable_rules` give the linkIds of rules
    that could not be read. `scales` are linkId and title.
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
