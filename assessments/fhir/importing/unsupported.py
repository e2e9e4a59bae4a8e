"""What is known of a form while its items are built: names taken, rules noted, what became of what.

This room keeps the account and decides nothing; `items` builds and `importing` reads it at the end.

    ledger.made("weight", "unit")    ->    "weight.unit"
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assessments.fhir.fhirpath import NotFollowed
from assessments.fhir.importing.answer_lists import ValueSets
from assessments.fhir.importing.conditions import Known, rule_of
from assessments.fhir.importing.expressions import Expressions, Rule
from assessments.fhir.importing.sums import CALCULATED, Sums
from assessments.fhir.names import code_from
from assessments.fhir.node import Node
from assessments.fhir.report import Report

SOURCE = "form"


@dataclass(slots=True)
class Ledger:
    """The account of one form. `own` says that the form was written by Wren.

    `rules` are noted by link_id with the linkId that they stood at, `lost` are those that could not
    be; `scales` are linkId and title.
    """

    sets: ValueSets
    expressions: Expressions
    sums: Sums
    report: Report
    is_from_wren: bool = False
    imported_items: dict[str, Known] = field(default_factory=dict)
    rules: dict[str, tuple[str, Rule]] = field(default_factory=dict)
    unreadable_rules: dict[str, str] = field(default_factory=dict)
    scales: list[tuple[str, str]] = field(default_factory=list)
    used_link_ids: set[str] = field(default_factory=set)

    def record_item(self, foreign: str, known: Known) -> None:
        """Note what a linkId became; the first of two that are alike is the one that rules mean."""
        self.imported_items.setdefault(foreign, replace(known, position=len(self.imported_items)))

    def make_link_id(self, link_id: str, part: str) -> str:
        """The link_id of an item that the form does not have, such as the unit of an amount."""
        made = code_from(f"{link_id}.{part}", self.used_link_ids)
        self.used_link_ids.add(made)
        return made

    def record_rule(self, node: Node, foreign: str, link_id: str) -> None:
        rule = rule_of(node.nodes("enableWhen"), node.text("enableBehavior"))
        expression = node.extension("sdc-questionnaire-enableWhenExpression")
        if isinstance(expression, dict):
            try:
                rule = self.expressions.read_rule(str(expression.get("expression", "")))
            except NotFollowed as reason:
                self.report.add(foreign, "expression", reason.part)
                self.unreadable_rules[link_id] = foreign
        if rule is not None:
            self.rules[link_id] = (foreign, rule)


__all__ = ["CALCULATED", "SOURCE", "Ledger"]
